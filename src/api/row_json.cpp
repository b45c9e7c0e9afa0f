// SPDX-License-Identifier: Apache-2.0
#include "api/row_json.h"

#include <charconv>

#include "api/shapes.h"
#include "directory/directory.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

const pack::CodeList::Value* code_value(const pack::Catalogue& catalogue, const pack::Field& field, const sql::Value& value) {
  const auto* code = std::get_if<std::string>(&value);
  const pack::CodeList* list = field.list.empty() ? nullptr : catalogue.code_list(field.list);
  if (code == nullptr || list == nullptr) return nullptr;
  for (const auto& entry : list->values)
    if (entry.code == *code) return &entry;
  return nullptr;
}

void add_name(json::Object& object, const std::string& field, const std::string& title, const std::string& code) {
  if (!title.empty()) object.set(field + "_title", title);
  if (!code.empty()) object.set(field + "_code", code);
}

// The cell, and beside it `<field>_title` for codes, and title and `<field>_code` for organisations. An organisation is told by its public id, never
// by its number.
void add_cell(json::Object& object, const Engines& engines, const directory::OrgTree& tree, const pack::Field& field, const sql::Value& value) {
  if (field.type == pack::FieldType::org) {
    const directory::Org* org = tree.find(directory::OrgNo{sql::int_of(value)});
    object.set(field.id, org == nullptr ? json::Value() : json::Value(org->id.to_string()));
    if (org != nullptr) add_name(object, field.id, org->title, org->code);
    return;
  }
  object.set(field.id, json_of(value));
  if (const auto* entry = code_value(*engines.catalogue, field, value)) object.set(field.id + "_title", entry->title.zh);
}

Error bad_filter(std::string_view text) {
  return fail(ErrorCode::invalid, "http.bad_filter",
              {"筛选条件“" + std::string(text) + "”写法不对，应为 字段:操作:值，例如 grade:eq:3",
               "the filter \"" + std::string(text) + "\" is not field:op:value, for example grade:eq:3"},
              "filter");
}

std::optional<records::FilterOp> op_of(std::string_view name) {
  using enum records::FilterOp;
  static constexpr std::pair<std::string_view, records::FilterOp> kOps[] = {{"eq", eq}, {"ne", ne},     {"lt", lt},        {"le", le}, {"gt", gt},
                                                                            {"ge", ge}, {"like", like}, {"null", is_null}, {"in", in}};
  for (const auto& [word, op] : kOps)
    if (word == name) return op;
  return std::nullopt;
}

std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values;
  for (size_t start = 0;;) {
    const size_t bar = text.find('|', start);
    values.emplace_back(text.substr(start, bar == std::string_view::npos ? bar : bar - start));
    if (bar == std::string_view::npos) return values;
    start = bar + 1;
  }
}

}  // namespace

Result<const pack::Dataset*> find_dataset(const Call& call) {
  const pack::Dataset* dataset = call.engines.catalogue->dataset(call.path("id"));
  if (dataset == nullptr)
    return fail(ErrorCode::not_found, "records.no_such_dataset",
                {"没有这个数据集；请从数据目录中选择", "no such dataset: choose one from the catalogue"});
  return dataset;
}

Result<records::Filter> filter_of(std::string_view text) {
  const size_t first = text.find(':');
  const size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (first == std::string_view::npos || first == 0) return bad_filter(text);
  const auto op = op_of(text.substr(first + 1, second == std::string_view::npos ? second : second - first - 1));
  if (!op || (second == std::string_view::npos && *op != records::FilterOp::is_null)) return bad_filter(text);
  records::Filter filter{std::string(text.substr(0, first)), *op, {}};
  if (second == std::string_view::npos) return filter;
  const std::string_view value = text.substr(second + 1);
  filter.values = *op == records::FilterOp::in ? split_values(value) : std::vector<std::string>{std::string(value)};
  return filter;
}

Result<records::PageRequest> page_request(const Call& call) {
  records::PageRequest request;
  request.limit = call.integer("limit", 50);
  request.after = call.text("after");
  request.order_by = call.text("order");
  if (request.order_by.starts_with('-')) {
    request.descending = true;
    request.order_by.erase(0, 1);
  }
  for (const auto& [name, value] : call.request.query) {
    if (name != "filter") continue;
    BANMO_TRY(records::Filter filter, filter_of(value));
    request.filters.push_back(std::move(filter));
  }
  return request;
}

json::Value RowShape::schema() {
  const json::Object text{{"type", "string"}}, number{{"type", "integer"}, {"format", "int64"}};
  const json::Object texts{{"type", "array"}, {"items", text}};
  json::Object properties{{"_key", json::Object{{"type", "string"}, {"description", "Names the row in a path."}}},
                          {"_version", number},
                          {"_batch", number},
                          {"_file", text},
                          {"_line", number},
                          {"_warn", texts}};
  // A field is a scalar; `_warn`, which stands among them, is not.
  json::Object cell{{"anyOf", json::Array{scalar_schema(), texts}}};
  return json::Object{{"type", "object"},
                      {"description",
                       "`<field>_title` stands beside a code, an organisation (its title) and a person (the name, as far as the reader may know it), "
                       "`<field>_code` beside an organisation and a person: what a file or a form takes."},
                      {"properties", std::move(properties)},
                      {"required", json::Array{"_key", "_version"}},
                      {"additionalProperties", std::move(cell)}};
}

json::Value RowValues::schema() { return json::Object{{"type", "object"}, {"additionalProperties", scalar_schema()}}; }

json::Object cells_json(const Engines& engines, const pack::Dataset& dataset, const records::Row& row, const std::vector<size_t>& fields) {
  const auto tree = engines.directory->orgs();
  json::Object object;
  for (size_t i = 0; i < fields.size(); ++i) add_cell(object, engines, *tree, dataset.fields[fields[i]], row.values[i]);
  for (const auto& [field, name] : row.people) add_name(object, dataset.fields[field].id, name.name, name.code);
  return object;
}

RowShape row_json(const Engines& engines, const pack::Dataset& dataset, const records::Row& row, const std::vector<size_t>& fields) {
  json::Object object{{"_key", row.key}};
  for (auto& [name, value] : cells_json(engines, dataset, row, fields)) object.set(name, value);
  if (row.batch != 0) {
    object.set("_batch", row.batch);
    object.set("_line", row.line);
    object.set("_file", row.file_name);
  }
  if (!row.warnings.empty()) object.set("_warn", json::Array(row.warnings.begin(), row.warnings.end()));
  object.set("_version", row.version);
  return {std::move(object)};
}

RowShape row_json(const Engines& engines, const pack::Dataset& dataset, const records::Row& row) {
  return row_json(engines, dataset, row, row.fields);
}

List<RowShape> page_json(const Engines& engines, const pack::Dataset& dataset, const records::Page& page) {
  List<RowShape> list;
  for (const records::Row& row : page.rows) list.items.push_back(row_json(engines, dataset, row, page.fields));
  if (!page.next.empty()) list.next = page.next;
  return list;
}

Result<const json::Object*> object_of(const json::Value& body) {
  const json::Object* object = body.as_object();
  if (object == nullptr)
    return fail(ErrorCode::invalid, "json.wrong_type", {"请求体须是一个对象：{\"字段\": 值}", "the body must be an object: {\"field\": value}"}, "$");
  return object;
}

Result<std::optional<int64_t>> if_match(const http::Request& request) {
  std::string_view value = request.header("if-match");
  if (value.empty() || value == "*") return std::optional<int64_t>();
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  int64_t version = 0;
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), version);
  if (code != std::errc() || end != value.data() + value.size())
    return fail(ErrorCode::invalid, "http.bad_if_match",
                {"If-Match 须是数据行的 _version，例如 \"3\"", "If-Match must be the row's _version, for example \"3\""}, "If-Match");
  return std::optional<int64_t>(version);
}

}  // namespace banmo::api
