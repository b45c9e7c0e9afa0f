// SPDX-License-Identifier: Apache-2.0
// Inside the room: results of the semantic layer as JSON.
#pragma once

#include "json/describe.h"
#include "metrics/types.h"

namespace banmo::api {

struct ColumnShape {
  std::string id, title, kind, type;
  std::optional<std::string> unit;
  int decimals = 0;
};
template <class V>
void describe(V& v, ColumnShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("kind", x.kind);
  v.field("type", x.type);
  v.field("unit", x.unit);
  v.field("decimals", x.decimals);
}

struct ResultShape {
  static constexpr const char* kName = "QueryResult";
  std::vector<ColumnShape> columns;
  std::vector<std::vector<json::Value>> rows;
  std::vector<std::vector<int>> suppressed;
  Instant as_of;
  bool more = false;
};
template <class V>
void describe(V& v, ResultShape& x) {
  v.field("columns", x.columns);
  v.field("rows", x.rows);
  v.field("suppressed", x.suppressed, {.doc = "[row, column] of cells withheld: fewer people than the minimum, or needed to protect such a cell."});
  v.field("as_of", x.as_of);
  v.field("more", x.more);
}

ResultShape shape_of(const metrics::QueryResult& result);

}  // namespace banmo::api
