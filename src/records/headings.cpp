// SPDX-License-Identifier: Apache-2.0
#include "records/headings.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/text.h"
#include "records/cells.h"

namespace banmo::records {
namespace {

constexpr int kMaxNoteRows = 20;

using Names = std::unordered_map<std::string, size_t>;

Names known_names(const Schema& schema) {
  Names names;
  for (const Column& column : schema.columns) names.emplace(text::fold_heading(column.field->id), column.index);
  for (const Column& column : schema.columns) {
    names.emplace(text::fold_heading(column.field->title.zh), column.index);
    if (!column.field->title.en.empty()) names.emplace(text::fold_heading(column.field->title.en), column.index);
  }
  for (const Column& column : schema.columns) {
    for (const auto& synonym : column.field->synonyms) names.emplace(text::fold_heading(synonym), column.index);
  }
  names.erase("");
  return names;
}

// Levenshtein 1966, over bytes: good enough to rank.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string label(const Column& column) {
  const Message name = field_name(column);
  return name.zh + "（" + column.field->id + "）";
}

std::string nearest(const Schema& schema, const Names& names, const std::string& folded) {
  size_t best = std::max<size_t>(2, folded.size() / 2) + 1;
  const Column* found = nullptr;
  for (const auto& [name, index] : names) {
    const size_t d = distance(folded.substr(0, 64), name);
    if (d < best || (d == best && found != nullptr && index < found->index)) {
      best = d;
      found = &schema.columns[index];
    }
  }
  return found == nullptr ? "" : label(*found);
}

std::string known_list(const Schema& schema) {
  std::string list;
  for (const Column& column : schema.columns) {
    if (column.field->from) continue;
    list += (list.empty() ? "" : "、") + label(column) + (column.required && sql::is_null(column.default_value) ? "*" : "");
  }
  return list;
}

Error unknown_heading(const Schema& schema, const Names& names, const std::string& title, size_t column) {
  const std::string near = nearest(schema, names, text::fold_heading(title));
  const std::string zh_hint = near.empty() ? "" : "，是否应为" + near + "？", en_hint = near.empty() ? "" : "; did you mean " + near + "?";
  return fail(ErrorCode::invalid, "records.unknown_heading",
              {"第 " + std::to_string(column + 1) + " 列的标题“" + title + "”不是该数据集的字段" + zh_hint + "请改正标题或删除该列",
               "the heading \"" + title + "\" of column " + std::to_string(column + 1) + " is no field of the dataset" + en_hint +
                   " Correct it or remove the column"},
              "column " + std::to_string(column + 1));
}

Result<> check_complete(const Schema& schema, const Headings& headings) {
  std::vector<Error> details;
  for (const Column& column : schema.columns) {
    if (!column.required || column.field->from || !sql::is_null(column.default_value)) continue;
    if (std::find(headings.fields.begin(), headings.fields.end(), column.index) != headings.fields.end()) continue;
    details.push_back(fail(ErrorCode::invalid, "records.missing_heading",
                           {"缺少必需的列“" + label(column) + "”，请补上", "the required column " + label(column) + " is missing; add it"}));
  }
  if (details.empty()) return {};
  Error error = details.front();
  error.details = std::move(details);
  return error;
}

}  // namespace

Result<Headings> read_headings(CsvText reader, const Schema& schema) {
  const Names names = known_names(schema);
  Headings best;
  size_t best_hits = 0;
  Record record;
  for (int i = 0; i < kMaxNoteRows && reader.next(record); ++i) {
    if (record.broken) continue;
    Headings candidate;
    size_t hits = 0;
    for (const auto& cell : record.cells) {
      candidate.titles.emplace_back(text::trim(cell));
      const auto it = names.find(text::fold_heading(cell));
      hits += it != names.end();
      candidate.fields.push_back(it == names.end() ? kNoField : it->second);
    }
    while (!candidate.titles.empty() && candidate.titles.back().empty()) {
      candidate.titles.pop_back();
      candidate.fields.pop_back();
    }
    if (hits <= best_hits) continue;
    candidate.offset = reader.offset();
    candidate.line = reader.line();
    best = std::move(candidate);
    best_hits = hits;
  }
  if (best_hits == 0) {
    return fail(ErrorCode::invalid, "records.no_heading",
                {"前 " + std::to_string(kMaxNoteRows) + " 行中没有找到标题行。该数据集的列为：" + known_list(schema) + "（* 为必填）。请下载模板对照",
                 "no heading was found in the first " + std::to_string(kMaxNoteRows) + " lines. The dataset's columns are: " + known_list(schema) +
                     " (* required). Compare with the template"});
  }
  std::vector<Error> details;
  for (size_t i = 0; i < best.fields.size(); ++i) {
    const size_t field = best.fields[i];
    if (field == kNoField) {
      details.push_back(unknown_heading(schema, names, best.titles[i], i));
    } else if (std::find(best.fields.begin(), best.fields.begin() + static_cast<ptrdiff_t>(i), field) !=
               best.fields.begin() + static_cast<ptrdiff_t>(i)) {
      details.push_back(fail(ErrorCode::invalid, "records.heading_twice",
                             {"“" + label(schema.columns[field]) + "”出现了两列，请只保留一列",
                              "the field " + label(schema.columns[field]) + " stands in two columns; keep one"},
                             "column " + std::to_string(i + 1)));
    }
  }
  if (!details.empty()) {
    Error error = details.front();
    error.message.zh += "。可用的列：" + known_list(schema);
    error.message.en += ". Known columns: " + known_list(schema);
    error.details = std::move(details);
    return error;
  }
  BANMO_DO(check_complete(schema, best));
  for (auto& field : best.fields) {
    if (schema.columns[field].field->from) field = kNoField;
  }
  return best;
}

}  // namespace banmo::records
