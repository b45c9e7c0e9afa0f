// SPDX-License-Identifier: Apache-2.0
// The words of the semantic layer: a query names metrics and dimensions of the catalogue, never columns or SQL; a result says which cells were
// withheld.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "directory/types.h"
#include "metrics/papers.h"
#include "pack/types.h"
#include "sql/sql.h"

namespace banmo::metrics {

struct Condition {
  std::string dimension;            // a dimension or field id; city, district, school
  std::vector<std::string> values;  // any of these, as text; organisations by id
};

struct TimeRange {
  std::string grain;     // "day", "month", "term", "school_year", "year"; empty: the dataset's period
  std::string from, to;  // inclusive, as the period writes it ("2025", "2025-10-01"); empty: open
  int last = 0;          // the last n periods that have data
};

struct Query {
  std::vector<std::string> metrics;  // 1..20
  std::vector<std::string> by;       // 0..4 dimensions, in order
  std::vector<Condition> where;
  TimeRange time;
  std::string order;    // "fit_n" or "-fit_n"; empty: the dimensions' own order
  int limit = 1000;     // 1..10,000
  std::string compare;  // "", "prior", "yoy": adds <metric>__prior columns
  bool share = false;   // adds <metric>__share: of the total of the rows' parent (count and sum metrics)
};

enum class ColumnKind { dimension, metric, compare, share };
struct Column {
  std::string id;
  std::string title;
  ColumnKind kind = ColumnKind::dimension;
  std::string unit;
  std::string type;  // "text", "int", "number", "code", "org", "date"
  int decimals = 0;
  std::string title_en = {};
};

// An organisation in a cell.
struct OrgCell {
  std::string id;
  std::string title;
};
struct CodeCell {
  std::string code;
  std::string title;
  std::string title_en = {};
};
using Cell = std::variant<std::monostate, int64_t, double, std::string, OrgCell, CodeCell>;

struct QueryResult {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  std::vector<std::pair<int, int>> suppressed;  // (row, column): withheld for the minimum cell or to protect such a cell
  int64_t n = 0;                                // rows of the dataset behind the figures that are shown; those behind withheld ones are left out
  Instant as_of;                                // the data are at least as new as this
  bool more = false;                            // limit cut the rows
};

struct MetricNote {  // "how computed"
  std::string id, title, definition, formula, dataset;
  std::vector<std::string> filters;
};
struct Source {
  std::string batch, file_name;
  Instant at;
  int64_t n_rows = 0;
};
struct Explanation {
  std::vector<MetricNote> metrics;
  std::vector<Source> sources;
  int64_t n_rows = 0;
  std::string sql;  // as run, for the curious; values are parameters
};

struct CardResult {
  const pack::Card* card = nullptr;
  QueryResult result;
  std::optional<Error> error;
};
struct FilterChoice {
  const pack::Dimension* dimension = nullptr;
  std::string id, title, title_en;
  std::vector<std::pair<std::string, pack::Title>> values;
  std::string current;  // empty: all
};
using DashboardPtr = std::shared_ptr<const pack::Dashboard>;
struct DashboardResult {
  DashboardPtr dashboard;  // the cards below point into it
  std::vector<FilterChoice> filters;
  std::vector<CardResult> cards;
  Instant as_of;
};

enum class Lamp { grey, green, yellow, red };  // no figure; reached; at least 90 % of the way; less
struct TargetYear {
  int year = 0;
  double target = 0;
  std::optional<double> actual;
  Lamp lamp = Lamp::grey;
  bool computed = false;
  std::string evidence, by;
  std::optional<Instant> at;
};
struct TargetState {
  const pack::Target* target = nullptr;
  std::vector<TargetYear> years;
  PaperCounts papers;
};

}  // namespace banmo::metrics
