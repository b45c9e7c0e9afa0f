// SPDX-License-Identifier: Apache-2.0
// Inside the room: results of the semantic layer as JSON.
#pragma once

#include "json/describe.h"
#include "metrics/types.h"

namespace banmo::api {

inline constexpr const char* kColumnKindNames[] = {"dimension", "metric", "compare", "share"};

struct ColumnShape {
  static constexpr const char* kName = "Column";
  std::string id, title, title_en, kind, type;
  std::optional<std::string> unit;
  int decimals = 0;
};
template <class V>
void describe(V& v, ColumnShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("kind", x.kind, {.one_of = kColumnKindNames});
  v.field("type", x.type);
  v.field("unit", x.unit);
  v.field("decimals", x.decimals);
}

// A figure, a text, null where there is none or it is withheld; of an organisation or a code, with its title.
struct CellShape {
  static constexpr const char* kName = "Cell";
  static json::Value schema();
  json::Value value;
};

struct ResultShape {
  static constexpr const char* kName = "QueryResult";
  std::vector<ColumnShape> columns;
  std::vector<std::vector<CellShape>> rows;
  std::vector<std::vector<int>> suppressed;
  int64_t n = 0;
  Instant as_of;
  bool more = false;
};
template <class V>
void describe(V& v, ResultShape& x) {
  v.field("columns", x.columns);
  v.field("rows", x.rows);
  v.field("suppressed", x.suppressed, {.doc = "[row, column] of cells withheld: fewer people than the minimum, or needed to protect such a cell."});
  v.field("n", x.n, {.doc = "Rows of the dataset behind the figures that are shown."});
  v.field("as_of", x.as_of);
  v.field("more", x.more);
}

// "How computed": a metric behind a figure, and a file behind it.
struct MetricNoteShape {
  std::string id, title, definition, formula, dataset;
  std::vector<std::string> filters;
};
template <class V>
void describe(V& v, MetricNoteShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("definition", x.definition);
  v.field("formula", x.formula);
  v.field("dataset", x.dataset);
  v.field("filters", x.filters);
}

struct FigureSourceShape {
  std::string batch, file;
  Instant at;
  int64_t n_rows = 0;
};
template <class V>
void describe(V& v, FigureSourceShape& x) {
  v.field("batch", x.batch);
  v.field("file", x.file);
  v.field("at", x.at);
  v.field("n_rows", x.n_rows);
}

ResultShape shape_of(const metrics::QueryResult& result);
MetricNoteShape shape_of(const metrics::MetricNote& note);
FigureSourceShape shape_of(const metrics::Source& source);

}  // namespace banmo::api
