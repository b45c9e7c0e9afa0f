// SPDX-License-Identifier: Apache-2.0
#include "models/run_store.h"

#include <algorithm>
#include <map>

#include "json/describe.h"

namespace banmo::models {

template <class V>
void describe(V& v, RunNames& x) {
  v.field("batches", x.batches);
  v.field("quotas", x.quotas);
  v.field("ties", x.ties);
}
namespace {

struct Summary {
  std::vector<BatchFigures> batches;
  std::vector<RunException> exceptions;
  RunNames names;
};
template <class V>
void describe(V& v, Summary& x) {
  v.field("batches", x.batches);
  v.field("exceptions", x.exceptions);
  v.field("names", x.names);
}

constexpr std::string_view kRunColumns =
    "SELECT no, id, admission, year, batch, state, account, begun_at, computed_at, checked_by, checked_at, published_by, published_at, input_sha256, "
    "output_sha256, summary, in_dataset"
    " FROM admission_run ";
constexpr std::string_view kNextRun = "SELECT COALESCE(MAX(no), 0) + 1 FROM admission_run";
constexpr std::string_view kInsertRun =
    "INSERT INTO admission_run (no, id, admission, year, batch, state, account, begun_at, computed_at, checked_by, checked_at, published_by, "
    "published_at, in_dataset, input_sha256, output_sha256, summary)"
    " VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, NULL, '', NULL, '', NULL, 0, '', '', '')";
constexpr std::string_view kComputed =
    "UPDATE admission_run"
    " SET state = 'computed', computed_at = $2, input_sha256 = $3, output_sha256 = $4, summary = $5"
    " WHERE no = $1 AND state = 'running'";
constexpr std::string_view kMove = "UPDATE admission_run SET state = $2 WHERE no = $1 AND state = $3";
constexpr std::string_view kChecked =
    "UPDATE admission_run"
    " SET state = 'checked', checked_by = $2, checked_at = $3"
    " WHERE no = $1 AND state = 'computed'";
constexpr std::string_view kPublished =
    "UPDATE admission_run"
    " SET state = 'published', published_by = $2, published_at = $3"
    " WHERE no = $1 AND state = 'checked'";
constexpr std::string_view kPublishBatch = "INSERT INTO admission_published (admission, year, batch, run_no) VALUES ($1, $2, $3, $4)";
constexpr std::string_view kInDataset = "UPDATE admission_run SET in_dataset = 1 WHERE no = $1";
constexpr std::string_view kCounted =
    "SELECT no, CASE WHEN state IN ('running', 'computed', 'checked', 'published') THEN 1 ELSE 0 END"
    " FROM admission_run"
    " ORDER BY no";

std::optional<Instant> instant_of(const sql::Value& value) { return sql::is_null(value) ? std::nullopt : std::optional(Instant{sql::int_of(value)}); }
Result<> execute(sql::Connection& connection, std::string_view statement, const sql::Values& parameters) {
  const auto done = connection.execute(statement, parameters);
  return done.ok() ? Result<>() : Result<>(done.error());
}

Error wrong_state(std::string_view wanted) {
  return fail(ErrorCode::conflict, "models.run_state",
              {"这次投档已不在可办理的状态，请刷新后再看", "the run is not in the state for this (" + std::string(wanted) + "): read it again"});
}

audit::Entry entry_of(const Run& run, const char* action, Instant at, const std::string& actor, json::Object detail) {
  detail.set("run", run.id.to_string());
  detail.set("year", run.year);
  if (!run.batch.empty()) detail.set("batch", run.batch);
  return {at, actor, action, "admission", run.admission, 0, std::move(detail)};
}

Run run_of(const sql::Values& row) {
  Run run;
  run.no = sql::int_of(row[0]);
  run.id = RunId::parse(sql::text_of(row[1])).value_or(RunId{});
  run.admission = sql::text_of(row[2]);
  run.year = sql::int_of(row[3]);
  run.batch = sql::text_of(row[4]);
  const std::string state = sql::text_of(row[5]);
  for (size_t i = 0; i < kRunStates.size(); ++i)
    if (kRunStates[i] == state) run.state = static_cast<RunState>(i);
  run.account = sql::text_of(row[6]);
  run.begun_at = {sql::int_of(row[7])};
  run.computed_at = instant_of(row[8]);
  run.checked_by = sql::text_of(row[9]);
  run.checked_at = instant_of(row[10]);
  run.published_by = sql::text_of(row[11]);
  run.published_at = instant_of(row[12]);
  run.input_sha256 = sql::text_of(row[13]);
  run.output_sha256 = sql::text_of(row[14]);
  run.in_dataset = sql::int_of(row[16]) != 0;
  return run;
}

Result<> read_summary(const std::string& text, Run& run) {
  if (text.empty()) return {};
  BANMO_TRY(const json::Value value, json::read(text));
  BANMO_TRY(Summary summary, json::from_json<Summary>(value));
  run.batches = std::move(summary.batches);
  run.exceptions = std::move(summary.exceptions);
  run.names = std::move(summary.names);
  return {};
}

}  // namespace

Result<> RunStore::begin(Run& run) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto next, connection.query(kNextRun));
    run.no = sql::int_of(next[0][0]);
    BANMO_DO(execute(connection, kInsertRun, {run.no, run.id.to_string(), run.admission, run.year, run.batch, run.account, run.begun_at.micros}));
    const auto told = audit::append(connection, entry_of(run, "admission.run", run.begun_at, run.account, {}), profile_);
    return told.ok() ? Result<>() : Result<>(told.error());
  });
}

Result<> RunStore::computed(const Run& run) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    const std::string summary = json::to_text(Summary{run.batches, run.exceptions, run.names});
    BANMO_TRY(const int64_t n, connection.execute(kComputed, {run.no, run.computed_at->micros, run.input_sha256, run.output_sha256, summary}));
    if (n == 0)
      return fail(ErrorCode::conflict, "models.run_stopped", {"这次投档已被中止，请重新投档", "the run was given up meanwhile: run it again"});
    const json::Object detail{{"input_sha256", run.input_sha256}, {"output_sha256", run.output_sha256}};
    const auto told = audit::append(connection, entry_of(run, "admission.computed", *run.computed_at, run.account, detail), profile_);
    return told.ok() ? Result<>() : Result<>(told.error());
  });
}

Result<> RunStore::stop(const Run& run, Instant at) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kMove, {run.no, "stopped", "running"}));
    if (n == 0) return {};
    const auto told = audit::append(connection, entry_of(run, "admission.stopped", at, run.account, {}), profile_);
    return told.ok() ? Result<>() : Result<>(told.error());
  });
}

Result<> RunStore::move(const Run& run, RunState to, const std::vector<std::string>& batches) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    const bool checks = to == RunState::checked, publishes = to == RunState::published;
    const std::string actor = checks ? run.checked_by : publishes ? run.published_by : run.account;
    const Instant at = checks ? *run.checked_at : publishes ? *run.published_at : run.begun_at;
    Result<int64_t> moved = checks      ? connection.execute(kChecked, {run.no, actor, at.micros})
                            : publishes ? connection.execute(kPublished, {run.no, actor, at.micros})
                                        : connection.execute(kMove, {run.no, "dropped", std::string(kRunStates[static_cast<size_t>(run.state)])});
    BANMO_TRY(const int64_t n, std::move(moved));
    if (n == 0) return wrong_state(kRunStates[static_cast<size_t>(run.state)]);
    for (const std::string& batch : batches) {
      const auto published = execute(connection, kPublishBatch, {run.admission, run.year, batch, run.no});
      if (!published.ok() && published.error().id == "sql.unique_violation")
        return fail(ErrorCode::conflict, "models.already_published",
                    {"批次 " + batch + " 的结果已经公布，不能再公布一次", "the results of the batch " + batch + " are published already"});
      BANMO_DO(published);
    }
    const char* const action = checks ? "admission.check" : publishes ? "admission.publish" : "admission.drop";
    const auto told = audit::append(connection, entry_of(run, action, at, actor, {{"output_sha256", run.output_sha256}}), profile_);
    return told.ok() ? Result<>() : Result<>(told.error());
  });
}

Result<> RunStore::in_dataset(int64_t no) {
  return stores_.ledger->write([&](sql::Connection& connection) { return execute(connection, kInDataset, {no}); });
}

Result<std::vector<Run>> RunStore::read_runs(const std::string& statement, const sql::Values& parameters) const {
  std::vector<Run> runs;
  BANMO_TRY(const auto lease, stores_.ledger->read());
  BANMO_DO(lease->each(std::string(kRunColumns) + statement, parameters, [&](const sql::Values& row) -> Result<> {
    runs.push_back(run_of(row));
    return read_summary(sql::text_of(row[15]), runs.back());
  }));
  return runs;
}

Result<std::optional<Run>> RunStore::unscoped_find(const std::string& id) const {
  BANMO_TRY(auto runs, read_runs("WHERE id = $1", {id}));
  return runs.empty() ? std::optional<Run>() : std::optional(std::move(runs.front()));
}

Result<std::vector<Run>> RunStore::unscoped_list(const std::string& admission, int64_t year, int64_t before, size_t limit,
                                                 bool published_only) const {
  return read_runs(std::string("WHERE admission = $1 AND (CAST($2 AS BIGINT) = 0 OR year = CAST($2 AS BIGINT)) AND no < $3") +
                       (published_only ? " AND state = 'published'" : "") + " ORDER BY no DESC LIMIT $4",
                   {admission, year, before, static_cast<int64_t>(limit)});
}

Result<std::vector<Run>> RunStore::unscoped_waiting() const { return read_runs("WHERE state = 'published' AND in_dataset = 0 ORDER BY no", {}); }
Result<std::vector<Run>> RunStore::unscoped_running(Instant before) const {
  return read_runs("WHERE state = 'running' AND begun_at < $1 ORDER BY no", {before.micros});
}

Result<std::optional<Run>> RunStore::published_run(const std::string& admission, int64_t year, const std::string& batch) const {
  BANMO_TRY(auto runs, read_runs("WHERE no = (SELECT run_no FROM admission_published WHERE admission = $1 AND year = $2 AND batch = $3)",
                                 {admission, year, batch}));
  return runs.empty() ? std::optional<Run>() : std::optional(std::move(runs.front()));
}

Result<std::vector<Run>> RunStore::unscoped_unchecked(const Run& like, size_t newest) const {
  return read_runs("WHERE admission = $1 AND year = $2 AND batch = $3 AND state = 'computed' ORDER BY no DESC LIMIT 1000 OFFSET $4",
                   {like.admission, like.year, like.batch, static_cast<int64_t>(newest)});
}

Result<RunStore::Counted> RunStore::unscoped_counted() const {
  Counted out;
  BANMO_TRY(const auto lease, stores_.ledger->read());
  BANMO_DO(lease->each(kCounted, {}, [&](const sql::Values& row) -> Result<> {
    out.last = sql::int_of(row[0]);
    if (sql::int_of(row[1]) != 0) out.runs.push_back(out.last);
    return {};
  }));
  return out;
}

}  // namespace banmo::models
