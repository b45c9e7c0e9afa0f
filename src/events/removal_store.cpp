// SPDX-License-Identifier: Apache-2.0
#include "events/removal_store.h"

#include <array>

#include "audit/audit.h"
#include "base/text.h"
#include "events/look_up.h"
#include "json/json.h"

namespace banmo::events {
namespace {

using directory::OrgNo;
using directory::Principal;

constexpr std::string_view kColumns =
    "no, kind, state, org_no, subject, person_no, before_at, key_name, verb, keep_figures, reason, asked_by, asked_at, done_at, step, after_no, "
    "until_no, n_expected, n_statements, n_redacted, n_documents, n_attachments, n_actors, n_accounts, n_registrations, n_rows";
constexpr std::string_view kLastNo = "SELECT COALESCE(MAX(no), 0) FROM xapi_removal";
constexpr std::string_view kLastStatement = "SELECT COALESCE(MAX(no), 0) FROM xapi_statement";
constexpr std::string_view kAddAgent = "INSERT INTO xapi_removal_agent (removal_no, org_no, ifi) VALUES ($1, $2, $3)";
constexpr std::string_view kUnderWay = "SELECT no FROM xapi_removal WHERE person_no = $1 AND state < 3";
constexpr std::string_view kAgents = "SELECT org_no, ifi FROM xapi_removal_agent WHERE removal_no = $1 ORDER BY org_no, ifi";
constexpr std::string_view kSave =
    "UPDATE xapi_removal SET state = $2, person_no = $3, done_at = $4, step = $5, after_no = $6, n_statements = $7, n_redacted = $8, n_documents = "
    "$9, n_attachments = $10, n_actors = $11, n_accounts = $12, n_registrations = $13, n_rows = $14 WHERE no = $1";
constexpr std::string_view kForgetAgents = "DELETE FROM xapi_removal_agent WHERE removal_no = $1";
constexpr std::string_view kForgetContents = "DELETE FROM xapi_removal_content WHERE removal_no = $1";
constexpr std::string_view kAddGone = "INSERT INTO xapi_removal_statement (removal_no, statement_no) VALUES ($1, $2) ON CONFLICT DO NOTHING";
constexpr std::string_view kGone = "SELECT statement_no FROM xapi_removal_statement WHERE removal_no = $1 ORDER BY statement_no LIMIT $2";
constexpr std::string_view kForgetGone = "DELETE FROM xapi_removal_statement WHERE removal_no = $1 AND statement_no <= $2";
constexpr std::string_view kAddContent = "INSERT INTO xapi_removal_content (removal_no, org_no, sha2) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
constexpr std::string_view kForgetContent = "DELETE FROM xapi_removal_content WHERE removal_no = $1 AND org_no = $2 AND sha2 = $3";
constexpr std::string_view kContents = "SELECT org_no, sha2 FROM xapi_removal_content WHERE removal_no = $1 ORDER BY org_no, sha2";

constexpr size_t kMinReason = 4, kMaxReason = 500;  // characters

// In the order of the table.
struct Count {
  std::string_view name;
  int64_t RemovalCounts::* member;
};
constexpr std::array kCounts = {Count{"n_statements", &RemovalCounts::n_statements},
                                Count{"n_redacted", &RemovalCounts::n_redacted},
                                Count{"n_documents", &RemovalCounts::n_documents},
                                Count{"n_attachments", &RemovalCounts::n_attachments},
                                Count{"n_actors", &RemovalCounts::n_actors},
                                Count{"n_accounts", &RemovalCounts::n_accounts},
                                Count{"n_registrations", &RemovalCounts::n_registrations},
                                Count{"n_rows", &RemovalCounts::n_rows}};

sql::Value micros_or_null(const std::optional<Instant>& at) { return at ? sql::Value(at->micros) : sql::Value(); }
sql::Value person_or_null(directory::PersonNo person) { return person.value == 0 ? sql::Value() : sql::Value(person.value); }

RemovalRow row_of(const sql::Values& row) {
  RemovalRow out;
  Removal& told = out.told;
  size_t i = 0;
  const auto number = [&] { return sql::int_of(row[i++]); };
  const auto text = [&] { return sql::text_of(row[i++]); };
  told.no = number();
  told.kind = static_cast<RemovalKind>(number());
  told.state = static_cast<RemovalState>(number());
  told.wish.org = {number()};
  told.subject = text();
  out.person = {number()};
  told.wish.before = Instant{number()};
  told.wish.key = text();
  told.wish.verb = text();
  told.wish.keep_figures = number() != 0;
  told.reason = text();
  told.asked_by = text();
  told.asked_at = Instant{number()};
  if (!sql::is_null(row[i])) told.done_at = Instant{sql::int_of(row[i])};
  ++i;
  out.step = number();
  out.after_no = number();
  out.until_no = number();
  told.n_expected = number();
  for (const Count& count : kCounts) told.counts.*count.member = number();
  return out;
}

// What was ordered or done: who it is about stands in it by hash alone.
Result<> note(sql::Connection& connection, const directory::Directory& directory, const Removal& told, std::string_view what) {
  json::Object detail;
  const bool is_person = told.kind == RemovalKind::person;
  if (is_person) {
    detail.set("subject", told.subject);
  } else {
    detail.set("before", told.wish.before.to_iso());
    if (!told.wish.key.empty()) detail.set("key", told.wish.key);
    if (!told.wish.verb.empty()) detail.set("verb", told.wish.verb);
    detail.set("keep_figures", told.wish.keep_figures);
  }
  if (told.state == RemovalState::done) {
    for (const Count& count : kCounts) detail.set(std::string(count.name), told.counts.*count.member);
  } else {
    detail.set("n_expected", told.n_expected);
  }
  const auto seq = audit::append(connection,
                                 {directory.clock().now(), told.asked_by, (is_person ? "xapi_erasure." : "xapi_purge.") + std::string(what),
                                  "xapi_removal", std::to_string(told.no), told.wish.org.value, std::move(detail)},
                                 directory.profile());
  return seq.ok() ? Result<>() : Result<>(seq.error());
}

}  // namespace

Result<> check_order(const Principal& by, const std::string& reason) {
  if (!by.internal && by.session == 0)
    return fail(ErrorCode::denied, "events.needs_session",
                {"接口令牌不能删除学习记录，请登录后再操作", "an API token cannot remove learning records: sign in first"});
  const size_t n = text::n_code_points(text::trim(reason));
  if (n >= kMinReason && n <= kMaxReason) return {};
  return fail(ErrorCode::invalid, "events.no_reason", {"请用 4 到 500 个字写明原因", "give a reason of 4 to 500 characters"}, "$.reason");
}

Error no_such_removal() {
  return fail(ErrorCode::not_found, "events.no_such_removal",
              {"没有这项删除任务，或不在您的管理范围", "there is no such removal, or it is not yours to see"});
}

directory::Scope removal_reach(const directory::Directory& directory, const Principal& by) {
  return directory.scope(by, directory::Right::people_manage, {"org_no", "no", pack::Level::l3});
}

Result<> add_removal(sql::Connection& connection, const directory::Directory& directory, RemovalRow& row, const std::vector<RemovalAgent>& agents) {
  Removal& told = row.told;
  BANMO_TRY(const auto last, connection.query(kLastNo));
  BANMO_TRY(const auto statement, connection.query(kLastStatement));
  told.no = sql::int_of(last[0][0]) + 1;
  told.asked_at = directory.clock().now();
  row.until_no = sql::int_of(statement[0][0]);
  const bool is_person = told.kind == RemovalKind::person;
  sql::Values values{told.no,
                     static_cast<int64_t>(told.kind),
                     static_cast<int64_t>(told.state),
                     told.wish.org.value,
                     told.subject,
                     person_or_null(row.person),
                     is_person ? sql::Value() : sql::Value(told.wish.before.micros),
                     told.wish.key,
                     told.wish.verb,
                     told.wish.keep_figures,
                     told.reason,
                     told.asked_by,
                     told.asked_at.micros,
                     sql::Value(),
                     row.step,
                     row.after_no,
                     row.until_no,
                     told.n_expected};
  for (const Count& count : kCounts) values.emplace_back(told.counts.*count.member);
  std::string places;
  for (size_t i = 1; i <= values.size(); ++i) places += (i == 1 ? "$" : ", $") + std::to_string(i);
  BANMO_DO(execute(connection, "INSERT INTO xapi_removal (" + std::string(kColumns) + ") VALUES (" + places + ")", values));
  for (const RemovalAgent& agent : agents) BANMO_DO(execute(connection, kAddAgent, {told.no, agent.org.value, agent.ifi}));
  return note(connection, directory, told, "order");
}

Result<RemovalRow> removal_by_no(sql::Connection& connection, int64_t no) {
  BANMO_TRY(const auto rows, connection.query("SELECT " + std::string(kColumns) + " FROM xapi_removal WHERE no = $1", {no}));
  if (rows.empty()) return no_such_removal();
  return row_of(rows[0]);
}

Result<std::vector<RemovalRow>> removals_to_do(sql::Connection& connection) {
  BANMO_TRY(const auto rows, connection.query("SELECT " + std::string(kColumns) + " FROM xapi_removal WHERE state < 3 ORDER BY no"));
  std::vector<RemovalRow> out;
  for (const auto& row : rows.rows) out.push_back(row_of(row));
  return out;
}

Result<bool> is_under_way(sql::Connection& connection, directory::PersonNo person) {
  BANMO_TRY(const auto rows, connection.query(kUnderWay, {person.value}));
  return !rows.empty();
}

Result<RemovalPage> removals_before(sql::Connection& connection, const std::string& org_predicate, int64_t before_no, size_t limit) {
  BANMO_TRY(const auto rows, connection.query("SELECT " + std::string(kColumns) + " FROM xapi_removal WHERE no < $1 AND " + org_predicate +
                                                  " ORDER BY no DESC LIMIT $2",
                                              {before_no > 0 ? before_no : INT64_MAX, static_cast<int64_t>(limit) + 1}));
  RemovalPage page;
  for (size_t i = 0; i < rows.size() && i < limit; ++i) page.items.push_back(row_of(rows[i]).told);
  if (rows.size() > limit) page.next = page.items.back().no;
  return page;
}

Result<std::vector<RemovalAgent>> agents_of(sql::Connection& connection, int64_t no) {
  BANMO_TRY(const auto rows, connection.query(kAgents, {no}));
  std::vector<RemovalAgent> agents;
  for (const auto& row : rows.rows) agents.push_back({{sql::int_of(row[0])}, sql::text_of(row[1])});
  return agents;
}

Result<> save_removal(sql::Connection& connection, const RemovalRow& row) {
  const Removal& told = row.told;
  sql::Values values{told.no, static_cast<int64_t>(told.state), person_or_null(row.person), micros_or_null(told.done_at), row.step, row.after_no};
  for (const Count& count : kCounts) values.emplace_back(told.counts.*count.member);
  return execute(connection, kSave, values);
}

Result<> end_removal(sql::Connection& connection, const directory::Directory& directory, RemovalRow row) {
  BANMO_DO(execute(connection, kForgetAgents, {row.told.no}));
  BANMO_DO(execute(connection, kForgetContents, {row.told.no}));
  row.person = {};
  row.told.state = RemovalState::done;
  row.told.done_at = directory.clock().now();
  BANMO_DO(save_removal(connection, row));
  return note(connection, directory, row.told, "done");
}

Result<> remember_gone(sql::Connection& connection, int64_t no, int64_t statement_no) { return execute(connection, kAddGone, {no, statement_no}); }

Result<std::vector<int64_t>> gone_of(sql::Connection& connection, int64_t no, size_t limit) {
  BANMO_TRY(const auto rows, connection.query(kGone, {no, static_cast<int64_t>(limit)}));
  std::vector<int64_t> out;
  for (const auto& row : rows.rows) out.push_back(sql::int_of(row[0]));
  return out;
}

Result<> forget_gone(sql::Connection& connection, int64_t no, int64_t until_statement_no) {
  return execute(connection, kForgetGone, {no, until_statement_no});
}

Result<> remember_content(sql::Connection& connection, int64_t no, OrgNo org, const std::string& sha2) {
  return execute(connection, kAddContent, {no, org.value, sha2});
}

Result<> forget_content(sql::Connection& connection, int64_t no, OrgNo org, const std::string& sha2) {
  return execute(connection, kForgetContent, {no, org.value, sha2});
}

Result<std::vector<std::pair<OrgNo, std::string>>> contents_of(sql::Connection& connection, int64_t no) {
  BANMO_TRY(const auto rows, connection.query(kContents, {no}));
  std::vector<std::pair<OrgNo, std::string>> out;
  for (const auto& row : rows.rows) out.emplace_back(OrgNo{sql::int_of(row[0])}, sql::text_of(row[1]));
  return out;
}

}  // namespace banmo::events
