// SPDX-License-Identifier: Apache-2.0
#include "models/run_store.h"

#include <algorithm>
#include <map>

#include "base/log.h"
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
    "output_sha256, summary, in_dataset, recall_reason, recall_asked_by, recall_asked_at, recalled_by, recalled_at, n_forgotten, kept_sha256, "
    "is_expired, sealed_recall_reason"
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
constexpr std::string_view kPublishedCount =
    "SELECT COUNT(*) FROM admission_published p JOIN admission_run r ON r.no = p.run_no AND r.state = 'published'"
    " WHERE p.admission = $1 AND p.year = $2 AND p.batch = $3";
constexpr std::string_view kInDataset = "UPDATE admission_run SET in_dataset = $2 WHERE no = $1";
constexpr std::string_view kBringAgain = "UPDATE admission_run SET in_dataset = 0 WHERE admission = $1 AND year = $2 AND state = 'published'";
constexpr std::string_view kAskRecall =
    "UPDATE admission_run"
    " SET recall_reason = $2, recall_asked_by = $3, recall_asked_at = $4, recalled_by = '', recalled_at = NULL, sealed_recall_reason = $5"
    " WHERE no = $1 AND state = 'published' AND recall_asked_at IS NULL";
constexpr std::string_view kDeclineRecall =
    "UPDATE admission_run"
    " SET recall_asked_at = NULL, recalled_by = $2, recalled_at = $3"
    " WHERE no = $1 AND state = 'published' AND recall_asked_at IS NOT NULL";
// By somebody else than who asks for it as it stands now. Rows may stand in the dataset of results even if nobody has written down that they do.
constexpr std::string_view kRecall =
    "UPDATE admission_run"
    " SET state = 'recalled', recalled_by = $2, recalled_at = $3, in_dataset = 1"
    " WHERE no = $1 AND state = 'published' AND recall_asked_at IS NOT NULL AND recall_asked_by <> $2";
constexpr std::string_view kClearReasons = "SELECT no, id, recall_reason FROM admission_run WHERE recall_reason <> '' ORDER BY no";
constexpr std::string_view kSealReason =
    "UPDATE admission_run"
    " SET recall_reason = '', sealed_recall_reason = $3"
    " WHERE no = $1 AND recall_reason = $2";
constexpr std::string_view kUnpublish = "DELETE FROM admission_published WHERE run_no = $1";
constexpr std::string_view kCounted =
    "SELECT no, CASE WHEN state IN ('running', 'computed', 'checked', 'published', 'recalled') THEN 1 ELSE 0 END"
    " FROM admission_run"
    " ORDER BY no";
constexpr std::string_view kForgettings =
    "SELECT no, run_no, person_no, number, subject, ordered_by, deferred_at, kept_sha256, agreed_before"
    " FROM admission_forgetting"
    " ORDER BY no";
// Numbers are given again once an order has ended: with run and person an order is one and no other.
constexpr std::string_view kIntended = "SELECT kept_sha256, agreed_before FROM admission_forgetting WHERE no = $1 AND run_no = $2 AND person_no = $3";
constexpr std::string_view kIntend =
    "UPDATE admission_forgetting"
    " SET kept_sha256 = $4, agreed_before = $5"
    " WHERE no = $1 AND run_no = $2 AND person_no = $3 AND kept_sha256 = ''";
constexpr std::string_view kDefer =
    "UPDATE admission_forgetting"
    " SET deferred_at = $4"
    " WHERE no = $1 AND run_no = $2 AND person_no = $3 AND deferred_at IS NULL";
constexpr std::string_view kHasForgetting = "SELECT COUNT(*) FROM admission_forgetting WHERE run_no = $1 AND person_no = $2";
constexpr std::string_view kNextForgetting = "SELECT COALESCE(MAX(no), 0) + 1 FROM admission_forgetting";
constexpr std::string_view kOrderForgetting =
    "INSERT INTO admission_forgetting (no, run_no, person_no, number, subject, ordered_by) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kEndForgetting = "DELETE FROM admission_forgetting WHERE no = $1 AND run_no = $2 AND person_no = $3";
constexpr std::string_view kForgotten =
    "UPDATE admission_run"
    " SET n_forgotten = $2, kept_sha256 = $3, summary = $4, is_expired = $5"
    " WHERE no = $1";

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

Error not_to_recall() {
  return fail(ErrorCode::conflict, "models.recall_state",
              {"这次投档没有公布，或撤回已由别人提出或决定，请刷新后再看",
               "the run is not published, or somebody else has asked for or decided on taking it back: read it again"});
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
  run.recall = {sql::text_of(row[17]), sql::text_of(row[18]), sql::text_of(row[20]), instant_of(row[19]), instant_of(row[21])};
  run.n_forgotten = sql::int_of(row[22]);
  run.kept_sha256 = sql::text_of(row[23]);
  run.is_expired = sql::int_of(row[24]) != 0;
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

Result<> RunStore::tell(sql::Connection& connection, const audit::Entry& entry) const {
  const auto told = audit::append(connection, entry, profile_);
  return told.ok() ? Result<>() : Result<>(told.error());
}

Result<> RunStore::begin(Run& run) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto next, connection.query(kNextRun));
    run.no = sql::int_of(next[0][0]);
    BANMO_DO(execute(connection, kInsertRun, {run.no, run.id.to_string(), run.admission, run.year, run.batch, run.account, run.begun_at.micros}));
    return tell(connection, entry_of(run, "admission.run", run.begun_at, run.account, {}));
  });
}

Result<> RunStore::computed(const Run& run) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    const std::string summary = json::to_text(Summary{run.batches, run.exceptions, run.names});
    BANMO_TRY(const int64_t n, connection.execute(kComputed, {run.no, run.computed_at->micros, run.input_sha256, run.output_sha256, summary}));
    if (n == 0)
      return fail(ErrorCode::conflict, "models.run_stopped", {"这次投档已被中止，请重新投档", "the run was given up meanwhile: run it again"});
    const json::Object detail{{"input_sha256", run.input_sha256}, {"output_sha256", run.output_sha256}};
    return tell(connection, entry_of(run, "admission.computed", *run.computed_at, run.account, detail));
  });
}

Result<> RunStore::stop(const Run& run, Instant at) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kMove, {run.no, "stopped", "running"}));
    if (n == 0) return {};
    return tell(connection, entry_of(run, "admission.stopped", at, run.account, {}));
  });
}

Result<> RunStore::move(const Run& run, RunState to, const std::vector<std::string>& batches, const std::vector<std::string>& earlier) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    const bool checks = to == RunState::checked, publishes = to == RunState::published;
    const std::string actor = checks ? run.checked_by : publishes ? run.published_by : run.account;
    const Instant at = checks ? *run.checked_at : publishes ? *run.published_at : run.begun_at;
    Result<int64_t> moved = checks      ? connection.execute(kChecked, {run.no, actor, at.micros})
                            : publishes ? connection.execute(kPublished, {run.no, actor, at.micros})
                                        : connection.execute(kMove, {run.no, "dropped", std::string(kRunStates[static_cast<size_t>(run.state)])});
    BANMO_TRY(const int64_t n, std::move(moved));
    if (n == 0) return wrong_state(kRunStates[static_cast<size_t>(run.state)]);
    for (const std::string& batch : earlier) {
      BANMO_TRY(const auto there, connection.query(kPublishedCount, {run.admission, run.year, batch}));
      if (sql::int_of(there[0][0]) == 0)
        return fail(ErrorCode::conflict, "models.run_stale",
                    {"前一批次 " + batch + " 的结果刚被撤回，请等它重新公布后重新投档",
                     "the earlier batch " + batch + " was just taken back: wait until it is published anew, then run this one again"});
    }
    for (const std::string& batch : batches) {
      const auto published = execute(connection, kPublishBatch, {run.admission, run.year, batch, run.no});
      if (!published.ok() && published.error().id == "sql.unique_violation")
        return fail(ErrorCode::conflict, "models.already_published",
                    {"批次 " + batch + " 的结果已经公布，不能再公布一次", "the results of the batch " + batch + " are published already"});
      BANMO_DO(published);
    }
    const char* const action = checks ? "admission.check" : publishes ? "admission.publish" : "admission.drop";
    return tell(connection, entry_of(run, action, at, actor, {{"output_sha256", run.output_sha256}}));
  });
}

Result<> RunStore::ask_recall(const Run& run) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(sql::Value sealed, sealed_reason(run.id.to_string(), run.recall.reason));
    const std::string clear = sql::is_null(sealed) ? run.recall.reason : std::string();
    BANMO_TRY(const int64_t n, connection.execute(kAskRecall, {run.no, clear, run.recall.asked_by, run.recall.asked_at->micros, std::move(sealed)}));
    if (n == 0) return not_to_recall();
    return tell(connection, entry_of(run, "admission.recall_ask", *run.recall.asked_at, run.recall.asked_by, {}));
  });
}

Result<> RunStore::decline_recall(const Run& run) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kDeclineRecall, {run.no, run.recall.decided_by, run.recall.decided_at->micros}));
    if (n == 0) return not_to_recall();
    return tell(connection, entry_of(run, "admission.recall_decline", *run.recall.decided_at, run.recall.decided_by, {}));
  });
}

static std::string place_of_reason(const std::string& run) { return "admission_run.recall_reason." + run; }

Result<sql::Value> RunStore::sealed_reason(const std::string& run, const std::string& reason) const {
  if (seal_key_.empty() || reason.empty()) return sql::Value{};
  BANMO_TRY(sql::Blob sealed, crypto::encrypt(profile_, seal_key_, reason, place_of_reason(run)));
  return sql::Value{std::move(sealed)};
}

// One that cannot be opened (another key, a changed row) keeps nobody from reading the run.
void RunStore::read_reason(const sql::Value& sealed, Run& run) const {
  const auto* bytes = std::get_if<sql::Blob>(&sealed);
  if (bytes == nullptr) return;
  auto opened = crypto::decrypt(seal_key_, *bytes, place_of_reason(run.id.to_string()));
  if (!opened.ok()) return log(LogLevel::warn, "admission.reason_unreadable", {{"run", run.id.to_string()}});
  run.recall.reason = *std::move(opened);
}

Result<> RunStore::seal_reasons() {
  if (seal_key_.empty()) return {};
  sql::Rows rows;
  {
    BANMO_TRY(const auto lease, stores_.ledger->read());
    BANMO_TRY(rows, lease->query(kClearReasons));
  }
  if (rows.empty()) return {};
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    for (const auto& row : rows.rows) {
      BANMO_TRY(sql::Value sealed, sealed_reason(sql::text_of(row[1]), sql::text_of(row[2])));
      BANMO_DO(execute(connection, kSealReason, {row[0], row[2], std::move(sealed)}));
    }
    return {};
  });
}

Result<> RunStore::recall(const Run& run, const std::vector<std::string>& later, const Notices& notices) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    for (const std::string& batch : later) {
      BANMO_TRY(const auto there, connection.query(kPublishedCount, {run.admission, run.year, batch}));
      if (sql::int_of(there[0][0]) > 0)
        return fail(ErrorCode::conflict, "models.recall_blocked",
                    {"后面的批次 " + batch + " 刚刚公布，须先撤回它", "the later batch " + batch + " was just published: take that back first"});
    }
    BANMO_TRY(const int64_t n, connection.execute(kRecall, {run.no, run.recall.decided_by, run.recall.decided_at->micros}));
    if (n == 0) return not_to_recall();
    BANMO_DO(execute(connection, kUnpublish, {run.no}));
    for (const auto& [to, notice] : notices) BANMO_DO(directory::add_notice(connection, *run.recall.decided_at, to, notice));
    return tell(connection, entry_of(run, "admission.recall", *run.recall.decided_at, run.recall.decided_by, {{"output_sha256", run.output_sha256}}));
  });
}

Result<> RunStore::in_dataset(int64_t no, bool is_in) {
  return stores_.ledger->write([&](sql::Connection& connection) { return execute(connection, kInDataset, {no, int64_t{is_in ? 1 : 0}}); });
}

Result<> RunStore::bring_again(const std::string& admission, int64_t year) {
  return stores_.ledger->write([&](sql::Connection& connection) { return execute(connection, kBringAgain, {admission, year}); });
}

Result<> RunStore::order_forgetting(const std::vector<Forgetting>& orders, Instant at) {
  if (orders.empty()) return {};
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    int64_t n_new = 0;
    for (const Forgetting& order : orders) {
      BANMO_TRY(const auto there, connection.query(kHasForgetting, {order.run, order.person}));
      if (sql::int_of(there[0][0]) > 0) continue;
      BANMO_TRY(const auto next, connection.query(kNextForgetting));
      BANMO_DO(
          execute(connection, kOrderForgetting, {sql::int_of(next[0][0]), order.run, order.person, order.number, order.subject, order.ordered_by}));
      ++n_new;
    }
    if (n_new == 0) return {};
    return tell(connection,
                {at, orders.front().ordered_by, "admission.forget_order", "admission", orders.front().subject, 0, json::Object{{"n_runs", n_new}}});
  });
}

Result<std::vector<Forgetting>> RunStore::unscoped_forgettings() const {
  std::vector<Forgetting> out;
  BANMO_TRY(const auto lease, stores_.ledger->read());
  BANMO_DO(lease->each(kForgettings, {}, [&](const sql::Values& row) -> Result<> {
    out.push_back({sql::int_of(row[0]), sql::int_of(row[1]), sql::int_of(row[2]), sql::text_of(row[3]), sql::text_of(row[4]), sql::text_of(row[5]),
                   !sql::is_null(row[6]), sql::text_of(row[7]), sql::int_of(row[8]) != 0});
    return {};
  }));
  return out;
}

Result<> RunStore::defer(const Forgetting& order, const Run& run, Instant at) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kDefer, {order.no, order.run, order.person, at.micros}));
    return n == 0 ? Result<>() : tell(connection, entry_of(run, "admission.forget_defer", at, order.ordered_by, {{"subject", order.subject}}));
  });
}

Result<std::optional<Forgetting>> RunStore::begin_forgetting(const Forgetting& order) {
  std::optional<Forgetting> out;
  BANMO_DO(stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(execute(connection, kIntend, {order.no, order.run, order.person, order.kept_sha256, int64_t{order.agreed_before ? 1 : 0}}));
    BANMO_TRY(const auto rows, connection.query(kIntended, {order.no, order.run, order.person}));
    out = rows.empty() ? std::nullopt : std::optional(order);
    if (!out) return {};
    out->kept_sha256 = sql::text_of(rows[0][0]);
    out->agreed_before = sql::int_of(rows[0][1]) != 0;
    return {};
  }));
  return out;
}

Result<> RunStore::forgotten(const Forgetting& order, const Run& run, Instant at) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kEndForgetting, {order.no, order.run, order.person}));
    if (n == 0) return {};  // another server was first
    const std::string summary = json::to_text(Summary{run.batches, run.exceptions, run.names});
    BANMO_DO(execute(connection, kForgotten, {run.no, run.n_forgotten, run.kept_sha256, summary, int64_t{run.is_expired ? 1 : 0}}));
    json::Object detail{
        {"subject", order.subject}, {"n_forgotten", run.n_forgotten}, {"kept_sha256", run.kept_sha256}, {"agreed_before", order.agreed_before}};
    return tell(connection, entry_of(run, "admission.forget", at, order.ordered_by, std::move(detail)));
  });
}

Result<std::vector<Run>> RunStore::read_runs(const std::string& statement, const sql::Values& parameters) const {
  std::vector<Run> runs;
  BANMO_TRY(const auto lease, stores_.ledger->read());
  BANMO_DO(lease->each(std::string(kRunColumns) + statement, parameters, [&](const sql::Values& row) -> Result<> {
    runs.push_back(run_of(row));
    read_reason(row[25], runs.back());
    return read_summary(sql::text_of(row[15]), runs.back());
  }));
  return runs;
}

Result<std::optional<Run>> RunStore::unscoped_find(const std::string& id) const {
  BANMO_TRY(auto runs, read_runs("WHERE id = $1", {id}));
  return runs.empty() ? std::optional<Run>() : std::optional(std::move(runs.front()));
}

Result<std::vector<Run>> RunStore::unscoped_list(const std::string& admission, int64_t year, int64_t before, size_t limit, Which which) const {
  const std::string_view states = which == Which::all         ? ""
                                  : which == Which::published ? " AND state = 'published'"
                                                              : " AND state IN ('published', 'recalled')";
  return read_runs(std::string("WHERE admission = $1 AND (CAST($2 AS BIGINT) = 0 OR year = CAST($2 AS BIGINT)) AND no < $3") + std::string(states) +
                       " ORDER BY no DESC LIMIT $4",
                   {admission, year, before, static_cast<int64_t>(limit)});
}

Result<std::vector<Run>> RunStore::unscoped_waiting() const {
  return read_runs("WHERE (state = 'published' AND in_dataset = 0) OR (state = 'recalled' AND in_dataset = 1) ORDER BY no", {});
}
Result<std::vector<Run>> RunStore::unscoped_with_rows(const std::string& admission, int64_t last_year) const {
  return read_runs("WHERE admission = $1 AND year <= $2 AND is_expired = 0 AND state IN ('computed', 'checked', 'published', 'recalled') ORDER BY no",
                   {admission, last_year});
}
Result<std::optional<Run>> RunStore::unscoped_numbered(int64_t no) const {
  BANMO_TRY(auto runs, read_runs("WHERE no = $1", {no}));
  return runs.empty() ? std::optional<Run>() : std::optional(std::move(runs.front()));
}
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
