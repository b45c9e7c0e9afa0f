// SPDX-License-Identifier: Apache-2.0
// Puts the good rows of bm_stage into a dataset's table on its grain, inside one transaction of the warehouse: new rows are added, changed rows leave
// a before-image, equal rows stay as they are. There is no index on the table in DuckDB: the join finds the rows (zone maps skip what cannot match),
// and that is faster than loading under an index.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "directory/scope.h"
#include "records/schema.h"
#include "sql/sql.h"

namespace banmo::records {

// Changes of the score counters: (organisation, what) > difference. What: "" rows, "!" bad rows, "?" rows with a warning, or a rule's id.
using ScoreDeltas = std::map<std::pair<int64_t, std::string>, int64_t>;

struct MergeCounts {
  int64_t n_good = 0, n_warn = 0, n_new = 0, n_changed = 0, n_same = 0;
  int64_t version = 0;                                  // of the dataset after it; unchanged if nothing was written
  std::set<std::pair<sql::Value, int64_t>> partitions;  // (period, organisation) touched; none: too many to tell
  ScoreDeltas scores;
};

struct MergeSource {
  int64_t batch = 0;
  std::string good;        // condition over bm_stage AS s
  bool all_new = false;    // no row of the table has any of these keys
  bool staged = false;     // the stage has a column _batch, which goes before `batch`
  bool keep_same = false;  // single-row edits: an equal row is written all the same, so that its number is the last edit's
};

// The dataset's version and number of rows as they stand.
struct DatasetState {
  int64_t version = 0, n_rows = 0;
  Instant updated_at;
};
Result<DatasetState> read_state(sql::Connection& connection, const Schema& schema);
Result<> write_state(sql::Connection& connection, const Schema& schema, const DatasetState& state);

// Takes lines out of the stage whose key a row has already that belongs to no organisation of `scope`: it is not for the writer to change. Costs
// nothing for a scope of everything.
struct ForeignLines {
  std::vector<int64_t> lines;  // ascending
  int64_t n_warn = 0;          // of these
};
Result<ForeignLines> take_foreign_lines(sql::Connection& connection, const Schema& schema, const std::string& good, const directory::Scope& scope);
// Merges; writes the state row (version + 1, rows) and the scores when anything changed.
Result<MergeCounts> merge_stage(sql::Connection& connection, const Schema& schema, const MergeSource& source, Instant now);
// Takes the rows out whose grain stands in bm_stage (only the grain columns and _line count).
Result<MergeCounts> delete_stage(sql::Connection& connection, const Schema& schema, Instant now);
// Adds to the scores under the city's day, so that their sums by day are the trend.
Result<> add_scores(sql::Connection& connection, const Schema& schema, const ScoreDeltas& deltas, Instant now);
// Days since 1970-01-01 in the city's time, as bm_score.day has them; 0 stands for all time before they were kept.
int64_t score_day(Instant now);

// "t.a = s.a AND ..." over the grain.
std::string grain_join(const Schema& schema);

}  // namespace banmo::records
