// SPDX-License-Identifier: Apache-2.0
#include "records/headings.h"

#include <algorithm>
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
  for (const Column& column : schema.columns)
    if (column.ref == RefKind::person) names.emplace(text::fold_heading(name_title(column)), kLeftOut);
  return names;
}

std::string label(const Column& column) {
  const Message name = field_name(column);
  return name.zh + "（" + column.field->id + "）";
}

const Column* nearest_column(const Schema& schema, const Names& names, const std::string& folded) {
  size_t best = std::max<size_t>(2, folded.size() / 2) + 1;
  const Column* found = nullptr;
  for (const auto& [name, index] : names) {
    const size_t d = text::edit_distance(std::string_view(folded).substr(0, 64), name);
    if (index < schema.columns.size() && (d < best || (d == best && found != nullptr && index < found->index))) {
      best = d;
      found = &schema.columns[index];
    }
  }
  return found;
}

std::string nearest(const Schema& schema, const Names& names, const std::string& folded) {
  const Column* const found = nearest_column(schema, names, folded);
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

struct Found {
  Headings headings;
  size_t n_hits = 0;
};

size_t field_of(const Names& names, const Mapping& mapping, const std::string& folded) {
  if (const auto chosen = mapping.find(folded); chosen != mapping.end()) return chosen->second;
  const auto it = names.find(folded);
  return it == names.end() ? kNoField : it->second;
}

Headings candidate_of(const Record& record, const Names& names, const Mapping& mapping, size_t& hits) {
  Headings candidate;
  hits = 0;
  for (const auto& cell : record.cells) {
    candidate.titles.emplace_back(text::trim(cell));
    candidate.fields.push_back(field_of(names, mapping, text::fold_heading(cell)));
    hits += candidate.fields.back() != kNoField;
  }
  while (!candidate.titles.empty() && candidate.titles.back().empty()) {
    candidate.titles.pop_back();
    candidate.fields.pop_back();
  }
  return candidate;
}

// The record with the most known headings among the first ones.
Found find_headings(CsvText& reader, const Names& names, const Mapping& mapping) {
  Found best;
  Record record;
  for (int i = 0; i < kMaxNoteRows && reader.next(record); ++i) {
    if (record.broken) continue;
    size_t hits = 0;
    Headings candidate = candidate_of(record, names, mapping, hits);
    if (hits <= best.n_hits) continue;
    candidate.offset = reader.offset();
    candidate.line = reader.line();
    best = {std::move(candidate), hits};
  }
  return best;
}

HeadingMatch match_of(const Schema& schema, const Names& names, const Mapping& mapping, const std::string& title, size_t field) {
  HeadingMatch match;
  match.title = title;
  const std::string folded = text::fold_heading(title);
  const bool chosen = mapping.contains(folded);
  if (field == kLeftOut) {
    match.by = "left_out";
  } else if (field != kNoField) {
    const pack::Field& one = *schema.columns[field].field;
    match.field = one.id;
    const bool by_title = folded == text::fold_heading(one.title.zh) || folded == text::fold_heading(one.title.en);
    match.by = chosen ? "chosen" : folded == text::fold_heading(one.id) ? "id" : by_title ? "title" : "synonym";
  } else if (const Column* near = nearest_column(schema, names, folded)) {
    match.nearest = near->field->id;
  }
  return match;
}

}  // namespace

std::string name_title(const Column& column) { return (column.field->title.zh.empty() ? column.field->id : column.field->title.zh) + "姓名"; }

Result<Headings> read_headings(CsvText reader, const Schema& schema, const Mapping& mapping) {
  const Names names = known_names(schema);
  Found found = find_headings(reader, names, mapping);
  Headings& best = found.headings;
  if (found.n_hits == 0) {
    return fail(ErrorCode::invalid, "records.no_heading",
                {"前 " + std::to_string(kMaxNoteRows) + " 行中没有找到标题行。该数据集的列为：" + known_list(schema) + "（* 为必填）。请下载模板对照",
                 "no heading was found in the first " + std::to_string(kMaxNoteRows) + " lines. The dataset's columns are: " + known_list(schema) +
                     " (* required). Compare with the template"});
  }
  std::vector<Error> details;
  for (size_t i = 0; i < best.fields.size(); ++i) {
    const size_t field = best.fields[i];
    if (field == kLeftOut) continue;
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
    if (field == kLeftOut || schema.columns[field].field->from) field = kNoField;
  }
  return best;
}

Result<HeadingReport> report_headings(CsvText reader, const Schema& schema, const Mapping& mapping) {
  constexpr size_t kSamples = 3;
  const Names names = known_names(schema);
  CsvText scan = reader;
  Found found = find_headings(scan, names, mapping);
  Record record;
  if (found.n_hits == 0) {
    if (!reader.next(record))
      return fail(ErrorCode::invalid, "records.empty_file", {"文件是空的，请检查后重新上传", "the file is empty; check it and send it again"});
    found.headings = candidate_of(record, names, mapping, found.n_hits);
    found.headings.offset = reader.offset();
    found.headings.line = reader.line();
  }
  HeadingReport report;
  report.line = found.headings.line - 1;
  for (size_t i = 0; i < found.headings.titles.size(); ++i) {
    report.columns.push_back(match_of(schema, names, mapping, found.headings.titles[i], found.headings.fields[i]));
  }
  for (const Column& column : schema.columns) {
    if (!column.required || column.field->from || !sql::is_null(column.default_value)) continue;
    const auto& fields = found.headings.fields;
    if (std::find(fields.begin(), fields.end(), column.index) == fields.end()) report.missing.push_back(column.field->id);
  }
  reader.seek(found.headings.offset, found.headings.line);
  while (report.samples.size() < kSamples && reader.next(record)) {
    if (!record.broken) report.samples.emplace_back(record.cells.begin(), record.cells.end());
  }
  return report;
}

}  // namespace banmo::records
