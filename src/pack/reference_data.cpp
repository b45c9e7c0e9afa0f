// SPDX-License-Identifier: Apache-2.0
// The content of reference datasets: read from the pack's rows or CSV, and checked as an import would be, so that a wrong table never reaches a
// store.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "pack/builder.h"
#include "pack/csv.h"

namespace banmo::pack {

namespace {

namespace fs = std::filesystem;
constexpr uintmax_t kMaxDataBytes = 32u << 20;

// A file inside the pack's folder, however the name is written; links out of it do not count as inside.
bool is_inside(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  const fs::path real_file = fs::canonical(file, error);
  if (error) return false;
  const fs::path real_folder = fs::canonical(folder, error);
  if (error) return false;
  return std::mismatch(real_folder.begin(), real_folder.end(), real_file.begin(), real_file.end()).first == real_folder.end();
}

// The cell as the field's type; nullopt if it is not one.
std::optional<sql::Value> value_of(const Field& field, const std::string& cell) {
  if (cell.empty()) return sql::Value{};
  const char* end = cell.data() + cell.size();
  switch (expression_type(field.type)) {
    case expr::Type::integer: {
      int64_t number = 0;
      const auto read = std::from_chars(cell.data(), end, number);
      return read.ec == std::errc{} && read.ptr == end ? std::optional<sql::Value>(number) : std::nullopt;
    }
    case expr::Type::decimal: {
      double number = 0;
      const auto read = std::from_chars(cell.data(), end, number, std::chars_format::fixed);
      return read.ec == std::errc{} && read.ptr == end ? std::optional<sql::Value>(number) : std::nullopt;
    }
    case expr::Type::boolean:
      if (cell == "1" || cell == "true") return sql::Value{true};
      if (cell == "0" || cell == "false") return sql::Value{false};
      return std::nullopt;
    case expr::Type::date: {
      const auto date = Date::parse_iso(cell);
      return date ? std::optional<sql::Value>(*date) : std::nullopt;
    }
    case expr::Type::instant: {
      const auto instant = Instant::parse_iso(cell);
      return instant ? std::optional<sql::Value>(*instant) : std::nullopt;
    }
    case expr::Type::text:
    case expr::Type::null: break;
  }
  return sql::Value{cell};
}

bool in_list(const CodeList& list, const std::string& cell) {
  return std::any_of(list.values.begin(), list.values.end(), [&](const CodeList::Value& value) { return value.code == cell; });
}

}  // namespace

void CatalogueBuilder::resolve_rows(Dataset& out, const Place& place) {
  if (!place.draft->data && !place.draft->has_rows) return;
  std::vector<std::string> places;
  for (const DraftRow& draft : place.draft->data ? read_data(out, place) : place.draft->rows) {
    std::vector<std::string> row(out.fields.size());
    if (draft.cells.size() > row.size()) {
      findings_.add("row_shape",
                    {"这一行有 " + std::to_string(draft.cells.size()) + " 个值，数据集只有 " + std::to_string(row.size()) + " 个字段",
                     "the row has " + std::to_string(draft.cells.size()) + " values, the dataset only " + std::to_string(row.size()) + " fields"},
                    draft.where);
      continue;
    }
    for (size_t i = 0; i < draft.cells.size(); ++i) {
      const auto& [name, cell] = draft.cells[i];
      const size_t index = name.empty() ? i : out.field_index(name);
      if (index < row.size()) {
        row[index] = cell;
      } else {
        findings_.add(
            "unknown_field",
            {"数据集 " + in_quotes(out.id) + " 没有字段 " + in_quotes(name), "the dataset " + in_quotes(out.id) + " has no field " + in_quotes(name)},
            draft.where);
      }
    }
    out.rows.push_back(std::move(row));
    places.push_back(draft.where);
  }
  check_rows(out, places);
}

std::vector<DraftRow> CatalogueBuilder::read_data(const Dataset& dataset, const Place& place) {
  const Text& data = place.draft->data;
  const fs::path relative(data.text);
  const std::string file = place.pack->folder + "/" + data.text;
  std::error_code error;
  if (relative.is_absolute() || std::find(relative.begin(), relative.end(), "..") != relative.end() ||
      (fs::exists(file, error) && !is_inside(file, place.pack->folder))) {
    findings_.add("data_outside", {"data 只能指向包目录内的文件", "data must name a file inside the pack's folder"}, data.where);
    return {};
  }
  const std::ifstream in(file, std::ios::binary);
  const uintmax_t n_bytes = fs::is_regular_file(file, error) ? fs::file_size(file, error) : kMaxDataBytes + 1;
  if (!in || error || n_bytes > kMaxDataBytes) {
    findings_.add("no_data",
                  {"读不到数据文件 " + in_quotes(data.text) + "，或超过 32 MB",
                   "cannot read the data file " + in_quotes(data.text) + ", or it is beyond 32 MB"},
                  data.where);
    return {};
  }
  std::stringstream bytes;
  bytes << in.rdbuf();
  const std::string text = std::move(bytes).str();
  out_->packs_[out_->pack_index_.at(dataset.pack)].fingerprint += text;
  auto csv = read_csv(text, file);
  if (!csv.ok()) {
    findings_.add(std::move(csv).error());
    return {};
  }
  if (csv->empty()) {
    findings_.add("no_data", {"数据文件 " + in_quotes(data.text) + " 没有表头", "the data file " + in_quotes(data.text) + " has no heading"},
                  data.where);
    return {};
  }
  const CsvRow& heading = csv->front();
  for (const std::string& name : heading.cells) {
    if (dataset.field(name) != nullptr) continue;
    std::vector<std::string_view> known;
    for (const Field& field : dataset.fields) known.push_back(field.id);
    const Message hint = suggestion(name, known);
    findings_.add("unknown_field",
                  {"数据集 " + in_quotes(dataset.id) + " 没有字段 " + in_quotes(name) + hint.zh,
                   "the dataset " + in_quotes(dataset.id) + " has no field " + in_quotes(name) + hint.en},
                  file + ":" + std::to_string(heading.line) + ":1");
    return {};
  }
  std::vector<DraftRow> rows;
  for (size_t i = 1; i < csv->size(); ++i) {
    CsvRow& row = (*csv)[i];
    DraftRow& draft = rows.emplace_back();
    draft.where = file + ":" + std::to_string(row.line) + ":1";
    if (row.cells.size() != heading.cells.size()) {
      findings_.add("row_shape",
                    {"这一行有 " + std::to_string(row.cells.size()) + " 列，表头有 " + std::to_string(heading.cells.size()) + " 列",
                     "the row has " + std::to_string(row.cells.size()) + " cells, the heading " + std::to_string(heading.cells.size())},
                    draft.where);
      rows.pop_back();
      continue;
    }
    for (size_t c = 0; c < row.cells.size(); ++c) draft.cells.emplace_back(heading.cells[c], std::move(row.cells[c]));
  }
  return rows;
}

// Types, code lists, required fields, the row rules and the grain, as for an import.
void CatalogueBuilder::check_rows(const Dataset& dataset, const std::vector<std::string>& places) {
  std::set<std::string> keys;
  for (size_t r = 0; r < places.size(); ++r) {
    std::vector<sql::Value> values(dataset.fields.size());
    std::string key;
    bool good = true;
    for (size_t i = 0; i < dataset.fields.size(); ++i) {
      const Field& field = dataset.fields[i];
      const std::string& cell = dataset.rows[r][i];
      const auto value = value_of(field, cell);
      const CodeList* list = field.list.empty() ? nullptr : out_->code_list(field.list);
      if (!value || (list != nullptr && !cell.empty() && !in_list(*list, cell))) {
        findings_.add(
            "bad_cell",
            {"字段 " + in_quotes(field.id) + " 不接受 " + in_quotes(cell), "the field " + in_quotes(field.id) + " does not take " + in_quotes(cell)},
            places[r]);
        good = false;
        continue;
      }
      if (field.required && cell.empty()) {
        findings_.add("bad_cell", {"必填字段 " + in_quotes(field.id) + " 为空", "the required field " + in_quotes(field.id) + " is empty"},
                      places[r]);
        good = false;
      }
      values[i] = *value;
      if (std::find(dataset.grain.begin(), dataset.grain.end(), field.id) != dataset.grain.end()) key += cell + '\x1f';
    }
    if (!keys.insert(key).second) {
      findings_.add("duplicate_row", {"主键重复的参照数据行", "a row of reference data with a key that stood before"}, places[r]);
    }
    for (const Rule& rule : dataset.rules) {
      if (!good || !rule.row || rule.severity != Severity::error) continue;
      const auto verdict = rule.row->evaluate(values, {});
      if (verdict.ok() && expr::is_true(*verdict)) continue;
      findings_.add(
          "bad_row",
          {"参照数据违反规则 " + in_quotes(rule.id) + "：" + rule.title.zh, "the row breaks the rule " + in_quotes(rule.id) + ": " + rule.title.en},
          places[r]);
    }
  }
}

}  // namespace banmo::pack
