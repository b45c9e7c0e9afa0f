// SPDX-License-Identifier: Apache-2.0
// A dataset as the semantic layer sees it: which fields are dimensions, which additive measures its metrics need, from how many people on a figure
// may be shown. Immutable.
//
// The roll-up ru_<dataset> has a row per (period, organisation, dimensions) and a column per measure; m0 is the number of rows. A query sums roll-up
// rows.
//
// Of a dataset of events there may be several roll-ups by fewer fields (`rollups` in its pack), which grow by what is added (event_rollup.h); a
// question is answered by the first that has what it asks for, or else by the rows themselves. Its figures are withheld by how many people stand
// behind an organisation: hours, subjects and tools divide what people did, not the people.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pack/pack.h"
#include "sql/sql.h"

namespace banmo::records {
class Records;
}

namespace banmo::metrics {

enum class Combine { sum, min, max };

struct Measure {
  std::string over_rows;  // SQL over the dataset's table `r`
  Combine combine = Combine::sum;
  bool whole = false;  // BIGINT, else DOUBLE
};

// The measures of one aggregate metric: count and sum have `value`; avg has the sum in `value` and the number of values in `weight`.
struct Parts {
  size_t value = 0;
  std::optional<size_t> weight;
};

struct CubeDimension {
  std::string id;    // as asked
  size_t field = 0;  // index into Dataset::fields
  std::string title;
};

struct Cube {
  const pack::Dataset* dataset = nullptr;
  std::string base_table, table;          // quoted
  std::string weights_table;              // quoted: which answers are withheld (suppress.h); empty: none are
  std::optional<size_t> org, period;      // fields
  std::vector<CubeDimension> dimensions;  // without organisation and period
  std::vector<Measure> measures;          // [0] counts rows
  std::map<std::string, Parts, std::less<>> parts;
  std::map<std::string, std::string, std::less<>> distinct;  // count_distinct metrics, which no roll-up can add: SQL over the dataset's rows
  std::vector<Cube> parts_kept;                              // of events: the roll-ups, the smallest first; empty: `table` is the only one
  std::string people_table;                                  // quoted, of events with a smallest cell: who stands in which organisation
  int min_cell = 0;                                          // smallest population that may be shown to those who may not see the rows
  std::string definition;                                    // text that changes when the roll-up must be made anew

  const CubeDimension* dimension(std::string_view id) const;
  std::vector<size_t> kept_fields() const;  // period, organisation, dimensions: the roll-up's key, in order
  bool period_is_date() const;
  bool has_classes() const;  // rows may belong to classes
  bool is_of_events() const { return dataset->kind == pack::DatasetKind::event; }
};

// The rows of a roll-up, computed from the rows of `from` (as "r") that meet a condition; `sign` "-" takes them away again.
std::string rollup_select(const Cube& cube, const records::Records& records, const std::string& from, std::string_view where,
                          std::string_view sign = {});
// The roll-up's key, with commas.
std::string key_list(const Cube& cube, const records::Records& records, std::string_view prefix);

// One cube per dataset that has metrics. Errors: invalid "metrics.…" if an expression cannot be printed for the warehouse.
Result<std::map<std::string, Cube, std::less<>>> build_cubes(const pack::Catalogue& catalogue, const records::Records& records, sql::Dialect dialect,
                                                             Instant now);

}  // namespace banmo::metrics
