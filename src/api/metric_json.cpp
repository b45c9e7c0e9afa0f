// SPDX-License-Identifier: Apache-2.0
#include "api/metric_json.h"

namespace banmo::api {
namespace {

const char* name_of(metrics::ColumnKind kind) {
  switch (kind) {
    case metrics::ColumnKind::dimension: return "dimension";
    case metrics::ColumnKind::metric: return "metric";
    case metrics::ColumnKind::compare: return "compare";
    case metrics::ColumnKind::share: return "share";
  }
  return "metric";
}

json::Value json_of_cell(std::monostate) { return nullptr; }
json::Value json_of_cell(int64_t value) { return value; }
json::Value json_of_cell(double value) { return value; }
json::Value json_of_cell(const std::string& value) { return value; }
json::Value json_of_cell(const metrics::OrgCell& org) { return json::Object{{"id", org.id}, {"title", org.title}}; }
json::Value json_of_cell(const metrics::CodeCell& code) {
  return json::Object{{"code", code.code}, {"title", code.title}, {"title_en", code.title_en}};
}

}  // namespace

json::Value CellShape::schema() {
  const json::Object text{{"type", "string"}};
  json::Object org{{"type", "object"}, {"properties", json::Object{{"id", text}, {"title", text}}}, {"required", json::Array{"id", "title"}}};
  json::Object code{{"type", "object"},
                    {"properties", json::Object{{"code", text}, {"title", text}, {"title_en", text}}},
                    {"required", json::Array{"code", "title", "title_en"}}};
  return json::Object{{"anyOf", json::Array{json::Object{{"type", json::Array{"string", "number", "null"}}}, std::move(org), std::move(code)}}};
}

MetricNoteShape shape_of(const metrics::MetricNote& note) { return {note.id, note.title, note.definition, note.formula, note.dataset, note.filters}; }

FigureSourceShape shape_of(const metrics::Source& source) { return {source.batch, source.file_name, source.at, source.n_rows}; }

ResultShape shape_of(const metrics::QueryResult& result) {
  ResultShape shape;
  for (const metrics::Column& column : result.columns) {
    ColumnShape& to =
        shape.columns.emplace_back(ColumnShape{column.id, column.title, column.title_en, name_of(column.kind), column.type, {}, column.decimals});
    if (!column.unit.empty()) to.unit = column.unit;
  }
  for (const auto& row : result.rows) {
    std::vector<CellShape>& to = shape.rows.emplace_back();
    to.reserve(row.size());
    for (const metrics::Cell& cell : row) to.push_back({std::visit([](const auto& value) { return json_of_cell(value); }, cell)});
  }
  for (const auto& [row, column] : result.suppressed) shape.suppressed.push_back({row, column});
  shape.n = result.n;
  shape.as_of = result.as_of;
  shape.more = result.more;
  return shape;
}

}  // namespace banmo::api
