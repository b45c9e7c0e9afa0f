// SPDX-License-Identifier: Apache-2.0
#include "events/forward_store.h"

#include <algorithm>

#include "events/iri_list.h"
#include "events/look_up.h"

namespace banmo::events {
namespace {

constexpr std::string_view kAdd =
    "INSERT INTO xapi_forward (no, id, org_no, title, endpoint, version, key_name, secret, verbs, profiles, state, made_by, made_at, mark, n_sent, "
    "n_in_row, n_failures, next_try_at, lease, lease_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, 0, 0, 0, '', 0)";
// What is on its way under the old plan moves the mark no more: the lease is taken from it.
constexpr std::string_view kSet =
    "UPDATE xapi_forward SET title = $2, endpoint = $3, version = $4, key_name = $5, secret = $6, verbs = $7, profiles = $8, state = $9, released_by "
    "= $10, changed_by = $11, n_in_row = 0, n_failures = 0, next_try_at = 0, error = NULL, error_at = NULL, lease = '' WHERE no = $1";
constexpr std::string_view kSetState =
    "UPDATE xapi_forward SET state = $2, released_by = $3, n_in_row = 0, n_failures = 0, next_try_at = 0, error = NULL, error_at = NULL WHERE no = "
    "$1";
constexpr std::string_view kDropLease = "UPDATE xapi_forward SET lease = '', lease_until = 0 WHERE no = $1";
constexpr std::string_view kRemove = "DELETE FROM xapi_forward WHERE no = $1";
constexpr std::string_view kRemoveRefused = "DELETE FROM xapi_forward_refused WHERE forward_no = $1";
constexpr std::string_view kColumns =
    "SELECT f.no, f.id, f.org_no, f.title, f.endpoint, f.version, f.key_name, f.secret, f.verbs, f.profiles, f.state, f.made_by, f.made_at, "
    "f.released_by, f.mark, f.n_sent, f.sent_at, f.n_failures, f.next_try_at, f.error, f.error_at, (SELECT COUNT(*) FROM xapi_forward_refused r "
    "WHERE r.forward_no = f.no), f.changed_by, f.n_in_row FROM xapi_forward f WHERE ";

constexpr std::string_view kLast = "SELECT COALESCE(MAX(no), 0) FROM xapi_statement";
constexpr std::string_view kBehind =
    "SELECT COUNT(*), MIN(w.no) FROM (SELECT no, org_no FROM xapi_statement WHERE no > $1 ORDER BY no LIMIT $3) w WHERE w.org_no IN (SELECT org_no "
    "FROM org_closure WHERE ancestor_no = $2)";
// A page looks at so many statements at most, whoever wrote them.
constexpr std::string_view kWindow = "SELECT COUNT(*), MAX(w.no) FROM (SELECT no FROM xapi_statement WHERE no > $1 ORDER BY no LIMIT $2) w";
constexpr std::string_view kSizes =
    "SELECT s.no, OCTET_LENGTH(s.body) FROM xapi_statement s WHERE s.no > $1 AND s.no <= $2 AND s.org_no IN (SELECT org_no FROM org_closure WHERE "
    "ancestor_no = $3) ORDER BY s.no LIMIT $4";
constexpr std::string_view kBodies =
    "SELECT s.no, s.id, s.org_no, s.body FROM xapi_statement s WHERE s.no > $1 AND s.no <= $2 AND s.org_no IN (SELECT org_no FROM org_closure WHERE "
    "ancestor_no = $3) ORDER BY s.no";
constexpr std::string_view kBody = "SELECT no, id, org_no, body FROM xapi_statement WHERE no = $1";
constexpr std::string_view kBodyById = "SELECT body FROM xapi_statement WHERE id = $1 AND org_no = $2";
constexpr std::string_view kContent = "SELECT sha2, content_type, content FROM xapi_attachment WHERE org_no = $1 AND sha2 = $2";

constexpr std::string_view kTakeLease =
    "UPDATE xapi_forward SET lease = $2, lease_until = $4 WHERE no = $1 AND state = 1 AND (lease = $2 OR lease_until <= $3)";
constexpr std::string_view kEndLease = "UPDATE xapi_forward SET lease_until = 0 WHERE no = $1 AND lease = $2";
constexpr std::string_view kSetMark =
    "UPDATE xapi_forward SET mark = CASE WHEN mark < $3 THEN $3 ELSE mark END, n_sent = n_sent + $4, sent_at = COALESCE($5, sent_at), n_in_row = "
    "CASE WHEN $4 > 0 THEN 0 ELSE n_in_row + $7 END, n_failures = 0, next_try_at = 0, error = NULL, error_at = NULL, lease_until = $6 WHERE no = $1 "
    "AND lease = $2";
constexpr std::string_view kSetFailure =
    "UPDATE xapi_forward SET n_failures = n_failures + 1, error = $2, error_at = $3, next_try_at = $4 WHERE no = $1 AND lease = $5 AND state "
    "= 1";
constexpr std::string_view kSetPaused = "UPDATE xapi_forward SET state = 2, error = $2, error_at = $3 WHERE no = $1 AND lease = $4 AND state = 1";
constexpr std::string_view kHasLease = "SELECT 1 FROM xapi_forward WHERE no = $1 AND lease = $2 AND state = 1";
constexpr std::string_view kRenewLease = "UPDATE xapi_forward SET lease_until = $3 WHERE no = $1 AND lease = $2 AND state = 1";

constexpr std::string_view kPutRefused =
    "INSERT INTO xapi_forward_refused (forward_no, statement_no, at, status, answer, retry) VALUES ($1, $2, $3, $4, $5, FALSE) ON CONFLICT "
    "(forward_no, statement_no) DO UPDATE SET at = excluded.at, status = excluded.status, answer = excluded.answer, retry = FALSE";
constexpr std::string_view kDropRefused = "DELETE FROM xapi_forward_refused WHERE forward_no = $1 AND statement_no = $2";
// Who was erased since is listed no more.
constexpr std::string_view kRefused =
    "SELECT r.statement_no, s.id, s.org_no, r.at, r.status, r.answer, r.retry FROM xapi_forward_refused r JOIN xapi_statement s ON s.no = "
    "r.statement_no WHERE r.forward_no = $1 AND r.statement_no > $2 ORDER BY r.statement_no LIMIT $3";
constexpr std::string_view kToRetry = "SELECT statement_no FROM xapi_forward_refused WHERE forward_no = $1 AND retry ORDER BY statement_no LIMIT $2";
constexpr std::string_view kOrphan =
    "SELECT 1 FROM xapi_forward_refused r WHERE NOT EXISTS (SELECT 1 FROM xapi_statement s WHERE s.no = r.statement_no) LIMIT 1";
constexpr std::string_view kDropOrphans =
    "DELETE FROM xapi_forward_refused WHERE NOT EXISTS (SELECT 1 FROM xapi_statement s WHERE s.no = xapi_forward_refused.statement_no)";
constexpr std::string_view kMarkRetry = "UPDATE xapi_forward_refused SET retry = TRUE WHERE forward_no = $1 AND NOT retry";

constexpr int64_t kLeaseMicros = 60'000'000;  // longer than a call may take
constexpr int64_t kMaxLooked = 20'000, kMaxRows = 500, kMaxBytes = int64_t{4} << 20;

std::optional<Instant> instant_of(const sql::Value& value) {
  return sql::int_of(value) == 0 ? std::nullopt : std::optional(Instant{sql::int_of(value)});
}
Uuid uuid_of(const sql::Value& value) {
  Uuid id;
  if (const auto* bytes = std::get_if<sql::Blob>(&value); bytes != nullptr && bytes->size() == id.bytes.size())
    std::copy(bytes->begin(), bytes->end(), id.bytes.begin());
  return id;
}
OutgoingRow outgoing_of(const sql::Values& row) { return {sql::int_of(row[0]), uuid_of(row[1]), {sql::int_of(row[2])}, sql::text_of(row[3])}; }

ForwardRow forward_of(const sql::Values& row) {
  ForwardRow out;
  Forward& forward = out.forward;
  forward.no = sql::int_of(row[0]);
  forward.id = sql::text_of(row[1]);
  forward.plan.org = {sql::int_of(row[2])};
  forward.plan.title = sql::text_of(row[3]);
  forward.plan.endpoint = sql::text_of(row[4]);
  forward.plan.version = static_cast<Version>(sql::int_of(row[5]));
  forward.plan.key = sql::text_of(row[6]);
  if (const auto* sealed = std::get_if<sql::Blob>(&row[7])) out.secret = *sealed;
  forward.plan.verbs = iris_of(row[8]);
  forward.plan.profiles = iris_of(row[9]);
  forward.state = static_cast<ForwardState>(sql::int_of(row[10]));
  forward.made_by = sql::text_of(row[11]);
  forward.made_at = Instant{sql::int_of(row[12])};
  forward.released_by = sql::text_of(row[13]);
  forward.mark = sql::int_of(row[14]);
  forward.n_sent = sql::int_of(row[15]);
  forward.sent_at = instant_of(row[16]);
  forward.n_failures = sql::int_of(row[17]);
  forward.next_try_at = instant_of(row[18]);
  const std::string error = sql::text_of(row[19]);
  const size_t end = std::min(error.find('\n'), error.size());
  forward.error = {error.substr(0, end), error.substr(end == error.size() ? 0 : end + 1)};
  forward.error_at = instant_of(row[20]);
  forward.n_refused = sql::int_of(row[21]);
  forward.changed_by = sql::text_of(row[22]);
  forward.n_refused_in_row = sql::int_of(row[23]);
  return out;
}

// One language a line.
std::string text_of(const Message& error) { return error.zh + "\n" + error.en; }
sql::Value text_or_null(const std::string& text) { return text.empty() ? sql::Value() : sql::Value(text); }

}  // namespace

Result<> add_forward(sql::Connection& connection, const ForwardRow& row) {
  const Forward& forward = row.forward;
  const ForwardPlan& plan = forward.plan;
  return execute(connection, kAdd,
                 {forward.no, forward.id, plan.org.value, plan.title, plan.endpoint, static_cast<int64_t>(plan.version), plan.key, row.secret,
                  json::write(json_of(plan.verbs)), json::write(json_of(plan.profiles)), static_cast<int64_t>(forward.state), forward.made_by,
                  forward.made_at.micros, forward.mark});
}

Result<> set_forward(sql::Connection& connection, const ForwardRow& row) {
  const ForwardPlan& plan = row.forward.plan;
  return execute(connection, kSet,
                 {row.forward.no, plan.title, plan.endpoint, static_cast<int64_t>(plan.version), plan.key, row.secret,
                  json::write(json_of(plan.verbs)), json::write(json_of(plan.profiles)), static_cast<int64_t>(row.forward.state),
                  text_or_null(row.forward.released_by), text_or_null(row.forward.changed_by)});
}

Result<> set_forward_state(sql::Connection& connection, int64_t no, ForwardState state, const std::string& released_by) {
  BANMO_DO(execute(connection, kSetState, {no, static_cast<int64_t>(state), text_or_null(released_by)}));
  // Who is sending meanwhile stops before the next request.
  return state == ForwardState::running ? Result<>() : execute(connection, kDropLease, {no});
}

Result<> remove_forward(sql::Connection& connection, int64_t no) {
  BANMO_DO(execute(connection, kRemoveRefused, {no}));
  return execute(connection, kRemove, {no});
}

Result<std::vector<ForwardRow>> forwards_where(sql::Connection& connection, const std::string& condition, const sql::Values& values) {
  BANMO_TRY(const auto rows, connection.query(std::string(kColumns) + condition + " ORDER BY f.no DESC", values));
  std::vector<ForwardRow> found;
  for (const auto& row : rows.rows) found.push_back(forward_of(row));
  return found;
}

Result<> count_behind(sql::Connection& connection, Forward& forward, Instant now) {
  BANMO_TRY(const auto rows, connection.query(kBehind, {forward.mark, forward.plan.org.value, Forwards::kMaxCounted}));
  forward.n_behind = sql::int_of(rows[0][0]);
  forward.behind_seconds = forward.n_behind == 0 ? 0 : std::max<int64_t>(0, (now.micros - sql::int_of(rows[0][1])) / 1'000'000);
  return {};
}

Result<int64_t> last_statement_no(sql::Connection& connection) {
  BANMO_TRY(const auto rows, connection.query(kLast));
  return sql::int_of(rows[0][0]);
}

Result<OutgoingPage> outgoing_after(sql::Connection& connection, directory::OrgNo org, int64_t after) {
  BANMO_TRY(const auto window, connection.query(kWindow, {after, kMaxLooked}));
  OutgoingPage page{{}, after, sql::int_of(window[0][0]) == kMaxLooked};
  if (sql::int_of(window[0][0]) == 0) return page;
  page.until = sql::int_of(window[0][1]);
  BANMO_TRY(const auto sizes, connection.query(kSizes, {after, page.until, org.value, kMaxRows}));
  if (sizes.empty()) return page;
  if (static_cast<int64_t>(sizes.size()) == kMaxRows) page.until = sql::int_of(sizes.rows.back()[0]);
  int64_t n_bytes = 0, last = after;
  for (const auto& row : sizes.rows) {
    n_bytes += sql::int_of(row[1]);
    if (n_bytes > kMaxBytes && last != after) {
      page.until = last;
      break;
    }
    last = sql::int_of(row[0]);
  }
  BANMO_TRY(const auto bodies, connection.query(kBodies, {after, page.until, org.value}));
  for (const auto& row : bodies.rows) page.rows.push_back(outgoing_of(row));
  return page;
}

Result<std::optional<OutgoingRow>> outgoing_row(sql::Connection& connection, int64_t no) {
  BANMO_TRY(const auto rows, connection.query(kBody, {no}));
  return rows.empty() ? std::nullopt : std::optional(outgoing_of(rows[0]));
}

Result<std::optional<std::string>> body_by_id(sql::Connection& connection, directory::OrgNo org, const Uuid& id) {
  BANMO_TRY(const auto rows, connection.query(kBodyById, {blob_of(id), org.value}));
  return rows.empty() ? std::nullopt : std::optional(sql::text_of(rows[0][0]));
}

Result<std::optional<Content>> content_of(sql::Connection& connection, directory::OrgNo org, const std::string& sha2) {
  BANMO_TRY(const auto rows, connection.query(kContent, {org.value, sha2}));
  if (rows.empty()) return std::optional<Content>();
  const auto& bytes = std::get<sql::Blob>(rows[0][2]);
  return std::optional(Content{sql::text_of(rows[0][0]), sql::text_of(rows[0][1]), std::string(bytes.begin(), bytes.end())});
}

Result<bool> take_lease(sql::Connection& connection, int64_t no, const std::string& lease, Instant now) {
  BANMO_TRY(const int64_t n, connection.execute(kTakeLease, {no, lease, now.micros, now.micros + kLeaseMicros}));
  return n == 1;
}

Result<> end_lease(sql::Connection& connection, int64_t no, const std::string& lease) { return execute(connection, kEndLease, {no, lease}); }

Result<bool> has_lease(sql::Connection& connection, int64_t no, const std::string& lease, bool renew, Instant now) {
  if (renew) {
    BANMO_TRY(const int64_t n, connection.execute(kRenewLease, {no, lease, now.micros + kLeaseMicros}));
    return n == 1;
  }
  BANMO_TRY(const auto rows, connection.query(kHasLease, {no, lease}));
  return !rows.empty();
}

Result<bool> set_mark(sql::Connection& connection, int64_t no, const std::string& lease, const ForwardStep& step, Instant now) {
  BANMO_TRY(const int64_t n,
            connection.execute(kSetMark, {no, lease, step.until, step.n_sent, step.n_sent == 0 ? sql::Value() : sql::Value(now.micros),
                                          now.micros + kLeaseMicros, step.until == 0 ? int64_t{0} : step.n_refused}));
  return n == 1;
}

Result<bool> set_failure(sql::Connection& connection, int64_t no, const std::string& lease, const Message& error, Instant now, Instant next_try) {
  BANMO_TRY(const int64_t n, connection.execute(kSetFailure, {no, text_of(error), now.micros, next_try.micros, lease}));
  return n == 1;
}

Result<bool> set_paused(sql::Connection& connection, int64_t no, const std::string& lease, const Message& error, Instant now) {
  BANMO_TRY(const int64_t n, connection.execute(kSetPaused, {no, text_of(error), now.micros, lease}));
  return n == 1;
}

Result<> put_refused(sql::Connection& connection, int64_t forward_no, const RefusedStatement& refused) {
  return execute(connection, kPutRefused, {forward_no, refused.no, refused.at.micros, static_cast<int64_t>(refused.status), refused.answer});
}

Result<> drop_refused(sql::Connection& connection, int64_t forward_no, int64_t statement_no) {
  return execute(connection, kDropRefused, {forward_no, statement_no});
}

Result<std::vector<RefusedStatement>> refused_after(sql::Connection& connection, int64_t forward_no, int64_t after_no, size_t limit) {
  BANMO_TRY(const auto rows, connection.query(kRefused, {forward_no, after_no, static_cast<int64_t>(limit)}));
  std::vector<RefusedStatement> found;
  for (const auto& row : rows.rows)
    found.push_back({sql::int_of(row[0]),
                     uuid_of(row[1]),
                     {sql::int_of(row[2])},
                     Instant{sql::int_of(row[3])},
                     static_cast<int>(sql::int_of(row[4])),
                     sql::text_of(row[5]),
                     sql::int_of(row[6]) != 0});
  return found;
}

Result<std::vector<int64_t>> to_retry(sql::Connection& connection, int64_t forward_no, size_t limit) {
  BANMO_TRY(const auto rows, connection.query(kToRetry, {forward_no, static_cast<int64_t>(limit)}));
  std::vector<int64_t> found;
  for (const auto& row : rows.rows) found.push_back(sql::int_of(row[0]));
  return found;
}

Result<bool> has_orphans(sql::Connection& connection) {
  BANMO_TRY(const auto rows, connection.query(kOrphan));
  return !rows.empty();
}
Result<> drop_orphans(sql::Connection& connection) { return execute(connection, kDropOrphans, {}); }

Result<int64_t> mark_retry(sql::Connection& connection, int64_t forward_no) { return connection.execute(kMarkRetry, {forward_no}); }

}  // namespace banmo::events
