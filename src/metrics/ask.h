// SPDX-License-Identifier: Apache-2.0
// Inside the room: a Query resolved against the catalogue (names become dimensions, conditions and periods), and the table that one dataset answers
// to it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "metrics/cube.h"
#include "metrics/types.h"

namespace banmo::metrics {

enum class Axis { field, period, org_level };

// A dimension as it was asked. What it is in a dataset is found per cube.
struct AskedDimension {
  std::string id;
  Axis axis = Axis::field;
  directory::OrgKind level = directory::OrgKind::school;  // org_level
};

struct AskedCondition {
  AskedDimension dimension;
  std::vector<std::string> values;     // field: as text
  std::vector<directory::OrgNo> orgs;  // org_level: organisations; rows at or below any of them
};

// Periods are counted: school years and years by their number, months as year * 12 + month - 1, terms as school year * 2 + 0/1, days since 1970.
enum class Grain { year, month, term, school_year, day };

struct Asked {
  std::vector<AskedDimension> by;
  std::vector<AskedCondition> where;            // without the period
  std::optional<Grain> grain;                   // of a date period
  std::optional<std::vector<int64_t>> periods;  // any of these; absent: all
  int last = 0;
  std::string from, to;
  bool by_period = false;  // one of `by` is the period
};

// A key of a result row: one number or text per asked dimension. Organisations by their number; a null is monostate.
using Key = std::vector<sql::Value>;

struct KeyLess {
  bool operator()(const Key& a, const Key& b) const { return a < b; }
};

// What one dataset answers: measures per key.
struct LegRow {
  std::vector<double> measures;  // NaN where null
  int64_t n = 0;                 // rows behind it
  bool withheld = false;
};
using LegTable = std::map<Key, LegRow, KeyLess>;

// Which dataset, which rows, which periods back.
struct LegId {
  const Cube* cube = nullptr;
  bool stock = false;
  int periods_back = 0;
  bool yoy = false;      // periods_back counts years
  std::string distinct;  // a count_distinct metric that this leg answers alone; else empty
  auto operator<=>(const LegId&) const = default;
};

int64_t shifted(int64_t period, Grain grain, bool yoy, int n);
// "2025", "2025-10", "2025-2" (second term of 2025), "2025-10-01"
std::string period_text(int64_t period, Grain grain);
std::optional<int64_t> period_of_text(std::string_view text, Grain grain);

// Names > axes. Errors: invalid "metrics.no_such_dimension" with those there are.
Result<Asked> resolve(const Query& query, const std::vector<const Cube*>& cubes, const pack::Catalogue& catalogue, const directory::OrgTree& tree);

// SQL over one cube.
struct Statement {
  std::string text;
  sql::Values parameters;
};
class LegPrinter {
 public:
  LegPrinter(const Cube& cube, sql::Dialect dialect, std::function<std::string(const pack::Field&)> column)
      : cube_(cube), dialect_(dialect), column_(std::move(column)) {}
  // Conditions with the scope. `periods` absent: all; `without`: a condition to leave out (index into asked.where), or -1.
  Result<std::string> where(const Asked& asked, const std::optional<std::vector<int64_t>>& periods, const directory::Scope& scope, int without,
                            std::string_view prefix, sql::Values& parameters) const;
  // One row per key with all measures (or with one distinct count over the dataset's own rows).
  Result<Statement> table(const std::vector<AskedDimension>& by, const std::string& where, sql::Values parameters, Grain grain,
                          const std::string& distinct) const;
  // The weights of suppress.h summed by the same keys.
  Result<Statement> weights(const std::vector<AskedDimension>& by, const std::string& where, sql::Values parameters, Grain grain) const;
  // Of events: people and weights by the organisations of the question.
  Result<Statement> event_weights(const Asked& asked, const directory::Scope& scope) const;
  // The periods there are, descending.
  Statement periods(const std::string& where, sql::Values parameters, Grain grain) const;
  std::string period_expression(Grain grain, std::string_view prefix) const;
  // Of a stock figure by date: each organisation's last day in a period, which stands for the period.
  std::string last_of_period(Grain grain) const;

 private:
  // "SELECT <keys>" with `measures` after them, grouped by the keys.
  Result<Statement> grouped(const std::vector<AskedDimension>& by, const std::string& measures, const std::string& from, const std::string& where,
                            sql::Values parameters, Grain grain) const;
  std::optional<size_t> field_of(const AskedDimension& dimension) const;
  Result<std::string> dimension_expression(const AskedDimension& dimension, Grain grain) const;
  Result<std::string> values_condition(size_t field, const std::vector<std::string>& values, std::string_view prefix, sql::Values& parameters) const;

  const Cube& cube_;
  sql::Dialect dialect_;
  std::function<std::string(const pack::Field&)> column_;
};

Grain grain_of(const Cube& cube, const Asked& asked);

// Of a cube of events: the first roll-up that has all that is asked for and can be narrowed to the scope; the cube itself if none has.
const Cube& narrowest(const Cube& cube, const Asked& asked, const directory::Scope& scope, const directory::OrgTree& tree);

}  // namespace banmo::metrics
