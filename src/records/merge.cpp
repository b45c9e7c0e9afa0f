// SPDX-License-Identifier: Apache-2.0
#include "records/merge.h"

#include "base/city_time.h"

namespace banmo::records {
namespace {

constexpr size_t kMaxPartitions = 20'000;  // more are told as "all"
constexpr int64_t kMaxScoreRows = 50'000;  // of a dataset and day; then the sums are written anew

constexpr std::string_view kState = "SELECT version, n_rows, updated_at FROM bm_state WHERE dataset = $1";
constexpr std::string_view kWriteState = "UPDATE bm_state SET version = $1, n_rows = $2, updated_at = $3 WHERE dataset = $4";
constexpr std::string_view kScoreRows = "SELECT COUNT(*) FROM bm_score WHERE dataset = $1 AND day = $2";
constexpr std::string_view kDropScores = "DELETE FROM bm_score WHERE dataset = $1 AND day = $2";
constexpr std::string_view kAddSums = "INSERT INTO bm_score (dataset, org_no, rule, n, day) SELECT $1, org_no, rule, n, $2 FROM bm_sums";
constexpr std::string_view kForeignLines = "SELECT _line, _warn FROM bm_foreign ORDER BY _line";
constexpr std::string_view kDropForeign = "DELETE FROM bm_stage WHERE _line IN (SELECT _line FROM bm_foreign)";
constexpr std::string_view kMatched = "SELECT COUNT(*), COUNT(*) FILTER (WHERE _same) FROM bm_match";
constexpr std::string_view kUnlike = "SELECT _org, _period, _old_warn FROM bm_match WHERE NOT _same";

std::string row_id(sql::Dialect dialect) { return dialect == sql::Dialect::duckdb ? "rowid" : "ctid"; }

std::string create_temp(sql::Dialect dialect, const std::string& name, const std::string& select) {
  if (dialect == sql::Dialect::duckdb) return "CREATE OR REPLACE TEMP TABLE " + name + " AS " + select + ";";
  return "DROP TABLE IF EXISTS " + name + "; CREATE TEMP TABLE " + name + " ON COMMIT DROP AS " + select + ";";
}

// The rows of the table that the stage meets, and whether they are equal.
std::string match_select(const Schema& schema, sql::Dialect dialect, const MergeSource& source, bool deleting) {
  std::string same;
  for (const Column& column : schema.columns) {
    if (column.in_grain) continue;
    same += (same.empty() ? "t." : " AND t.") + column.compared_name() + " IS NOT DISTINCT FROM s." + column.compared_name();
  }
  if (deleting || source.keep_same)
    same = "FALSE";
  else if (same.empty())
    same = "TRUE";
  const std::string org = schema.org ? "t." + schema.columns[*schema.org].name : "CAST(0 AS BIGINT)";
  const std::string period = schema.period ? "t." + schema.columns[*schema.period].name : "CAST(NULL AS BIGINT)";
  std::string select = "SELECT s._line, t." + row_id(dialect) + " AS _rid, (" + same + ") AS _same, " + org + " AS _org, " + period +
                       " AS _period, t._warn AS _old_warn FROM bm_stage s JOIN " + schema.table + " t ON " + grain_join(schema);
  if (!source.good.empty()) select += " WHERE " + source.good;
  return select;
}

// Sums over rows that come or go: adds them with `sign` to the scores, and the partitions to the list.
Result<> count_rows(sql::Connection& connection, const Schema& schema, const std::string& select_from, const std::string& warn, int sign,
                    MergeCounts& counts) {
  std::string sums = "COUNT(*), COUNT(*) FILTER (WHERE " + warn + " <> 0)";
  for (size_t i = 0; i < schema.warn_rules.size(); ++i)
    sums += ", COUNT(*) FILTER (WHERE (" + warn + " & " + std::to_string(uint64_t{1} << i) + ") <> 0)";
  // Each dataset's own text: a statement that PostgreSQL has prepared keeps the types of the dataset for which it was.
  BANMO_TRY(const auto rows, connection.query("/* " + schema.dataset->id + " */ SELECT _org, _period, " + sums + " FROM (" + select_from +
                                              ") g GROUP BY _org, _period ORDER BY _org, _period"));
  for (const auto& row : rows.rows) {
    const int64_t org = sql::int_of(row[0]);
    counts.partitions.emplace(row[1], org);
    counts.scores[{org, ""}] += sign * sql::int_of(row[2]);
    if (sql::int_of(row[3]) != 0) counts.scores[{org, "?"}] += sign * sql::int_of(row[3]);
    for (size_t i = 0; i < schema.warn_rules.size(); ++i) {
      if (sql::int_of(row[4 + i]) != 0) counts.scores[{org, schema.warn_rules[i].rule->id}] += sign * sql::int_of(row[4 + i]);
    }
  }
  return {};
}

Result<> count_changes(sql::Connection& connection, const Schema& schema, const std::string& written, MergeCounts& counts) {
  if (counts.n_changed > 0) {
    BANMO_DO(count_rows(connection, schema, std::string(kUnlike), "_old_warn", -1, counts));
  }
  if (!written.empty()) {
    const std::string org = schema.org ? "s." + schema.columns[*schema.org].name : "CAST(0 AS BIGINT)";
    const std::string period = schema.period ? "s." + schema.columns[*schema.period].name : "CAST(NULL AS BIGINT)";
    BANMO_DO(count_rows(connection, schema, "SELECT " + org + " AS _org, " + period + " AS _period, s._warn FROM bm_stage s WHERE " + written,
                        "_warn", 1, counts));
  }
  if (counts.partitions.size() > kMaxPartitions) counts.partitions.clear();
  return {};
}

Result<> keep_past(sql::Connection& connection, const Schema& schema, std::string_view operation, const MergeSource& source, int64_t version) {
  const std::string id = row_id(connection.dialect());
  const std::string select = "SELECT " + schema.stored_list("t.") + ", t._batch, t._line, t._warn, t._version, " + sql::quote_literal(operation) +
                             ", " + std::to_string(version) + ", " + std::to_string(source.batch) + ", m._line FROM " + schema.table +
                             " t JOIN bm_match m ON t." + id + " = m._rid WHERE NOT m._same";
  BANMO_DO(connection.execute("INSERT INTO " + schema.past_table + " (" + schema.stored_list() +
                              ", _batch, _line, _warn, _version, _op, _next_version, _next_batch, _next_line) " + select));
  BANMO_DO(connection.execute("DELETE FROM " + schema.table + " WHERE " + id + " IN (SELECT _rid FROM bm_match WHERE NOT _same)"));
  return {};
}

// Folds the deltas of one day: what is added to today alone can become many.
Result<> compact_scores(sql::Connection& connection, const Schema& schema, int64_t day) {
  const sql::Values of_day = {schema.dataset->id, day};
  BANMO_TRY(const auto n, connection.query(kScoreRows, of_day));
  if (sql::int_of(n[0][0]) < kMaxScoreRows) return {};
  BANMO_DO(connection.script(
      create_temp(connection.dialect(), "bm_sums",
                  "SELECT org_no, rule, CAST(SUM(n) AS BIGINT) AS n FROM bm_score WHERE dataset = " + sql::quote_literal(schema.dataset->id) +
                      " AND day = " + std::to_string(day) + " GROUP BY org_no, rule HAVING SUM(n) <> 0")));
  BANMO_DO(connection.execute(kDropScores, of_day));
  BANMO_DO(connection.execute(kAddSums, of_day));
  return {};
}

Result<> finish(sql::Connection& connection, const Schema& schema, Instant now, DatasetState state, MergeCounts& counts, int64_t n_added) {
  state.version = counts.version;
  state.n_rows += n_added;
  state.updated_at = now;
  BANMO_DO(write_state(connection, schema, state));
  if (schema.dataset->kind == pack::DatasetKind::event) return {};  // no rules, and a row for each class and day would tell nothing
  return add_scores(connection, schema, counts.scores, now);
}

}  // namespace

std::string grain_join(const Schema& schema) {
  std::string condition;
  for (const size_t i : schema.grain) {
    const std::string& name = schema.columns[i].compared_name();
    condition += (condition.empty() ? "t." : " AND t.") + name + " = s." + name;
  }
  return condition;
}

Result<DatasetState> read_state(sql::Connection& connection, const Schema& schema) {
  const std::string lock = connection.dialect() == sql::Dialect::postgres ? " FOR UPDATE" : "";
  BANMO_TRY(const auto rows, connection.query(std::string(kState) + lock, {schema.dataset->id}));
  if (rows.empty()) return DatasetState{};
  return DatasetState{sql::int_of(rows[0][0]), sql::int_of(rows[0][1]), Instant{sql::int_of(rows[0][2])}};
}

Result<> write_state(sql::Connection& connection, const Schema& schema, const DatasetState& state) {
  BANMO_DO(connection.execute(kWriteState, {state.version, state.n_rows, state.updated_at.micros, schema.dataset->id}));
  return {};
}

int64_t score_day(Instant now) { return city_date(now).days; }

Result<> add_scores(sql::Connection& connection, const Schema& schema, const ScoreDeltas& deltas, Instant now) {
  const int64_t day = score_day(now);
  auto it = deltas.begin();
  BANMO_DO(connection.append("bm_score", {"dataset", "org_no", "rule", "n", "day"}, [&](sql::Values& row) -> Result<bool> {
    while (it != deltas.end() && it->second == 0) ++it;
    if (it == deltas.end()) return false;
    row = {schema.dataset->id, it->first.first, it->first.second, it->second, day};
    ++it;
    return true;
  }));
  return compact_scores(connection, schema, day);
}

Result<ForeignLines> take_foreign_lines(sql::Connection& connection, const Schema& schema, const std::string& good, const directory::Scope& scope) {
  ForeignLines foreign;
  if (scope.everything || !schema.org || schema.grain.empty()) return foreign;
  const std::string own = scope.predicate("t." + schema.columns[*schema.org].name, "");
  BANMO_DO(connection.script(create_temp(connection.dialect(), "bm_foreign",
                                         "SELECT s._line, s._warn FROM bm_stage s JOIN " + schema.table + " t ON " + grain_join(schema) + " WHERE " +
                                             (good.empty() ? "" : "(" + good + ") AND ") + own + " IS NOT TRUE")));
  BANMO_DO(connection.each(kForeignLines, {}, [&](const sql::Values& row) -> Result<> {
    foreign.lines.push_back(sql::int_of(row[0]));
    foreign.n_warn += sql::int_of(row[1]) != 0 ? 1 : 0;
    return {};
  }));
  if (!foreign.lines.empty()) BANMO_DO(connection.script(kDropForeign));
  return foreign;
}

Result<MergeCounts> merge_stage(sql::Connection& connection, const Schema& schema, const MergeSource& source, Instant now) {
  MergeCounts counts;
  BANMO_TRY(const DatasetState state, read_state(connection, schema));
  const std::string good = source.good.empty() ? "TRUE" : source.good;
  BANMO_TRY(const auto good_rows, connection.query("SELECT COUNT(*), COUNT(*) FILTER (WHERE s._warn <> 0) FROM bm_stage s WHERE " + good));
  counts.n_good = sql::int_of(good_rows[0][0]);
  counts.n_warn = sql::int_of(good_rows[0][1]);
  counts.version = state.version;
  if (counts.n_good == 0) return counts;
  if (!source.all_new) {
    BANMO_DO(connection.script(create_temp(connection.dialect(), "bm_match", match_select(schema, connection.dialect(), source, false))));
    BANMO_TRY(const auto matched, connection.query(kMatched));
    counts.n_same = sql::int_of(matched[0][1]);
    counts.n_changed = sql::int_of(matched[0][0]) - counts.n_same;
  }
  counts.n_new = counts.n_good - counts.n_changed - counts.n_same;
  if (counts.n_new + counts.n_changed == 0) return counts;
  counts.version = state.version + 1;
  const std::string written = counts.n_same == 0 ? good : "(" + good + ") AND s._line NOT IN (SELECT _line FROM bm_match WHERE _same)";
  BANMO_DO(count_changes(connection, schema, written, counts));
  if (counts.n_changed > 0) BANMO_DO(keep_past(connection, schema, "update", source, counts.version));
  BANMO_DO(connection.execute("INSERT INTO " + schema.table + " (" + schema.stored_list() + ", _batch, _line, _warn, _version) SELECT " +
                              schema.stored_list("s.") + ", " + (source.staged ? "s._batch" : std::to_string(source.batch)) + ", s._line, s._warn, " +
                              std::to_string(counts.version) + " FROM bm_stage s WHERE " + written));
  BANMO_DO(finish(connection, schema, now, state, counts, counts.n_new));
  return counts;
}

Result<MergeCounts> delete_stage(sql::Connection& connection, const Schema& schema, Instant now) {
  MergeCounts counts;
  BANMO_TRY(const DatasetState state, read_state(connection, schema));
  counts.version = state.version;
  BANMO_DO(connection.script(create_temp(connection.dialect(), "bm_match", match_select(schema, connection.dialect(), {}, true))));
  BANMO_TRY(const auto matched, connection.query(kMatched));
  counts.n_changed = sql::int_of(matched[0][0]);
  if (counts.n_changed == 0) return counts;
  counts.version = state.version + 1;
  BANMO_DO(count_changes(connection, schema, "", counts));
  BANMO_DO(keep_past(connection, schema, "delete", {}, counts.version));
  BANMO_DO(finish(connection, schema, now, state, counts, -counts.n_changed));
  return counts;
}

}  // namespace banmo::records
