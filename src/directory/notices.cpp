// SPDX-License-Identifier: Apache-2.0
#include "directory/notices.h"

#include <algorithm>

#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kAccountNo = "SELECT no FROM account WHERE name = $1";
constexpr std::string_view kInsert =
    "INSERT INTO notice (no, at, kind, title_zh, title_en, link, account_no, person_no, org_no, role, right_name) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
constexpr std::string_view kDropOldMarks = "DELETE FROM notice_read WHERE notice_no IN (SELECT no FROM notice WHERE at < $1)";
constexpr std::string_view kDropOld = "DELETE FROM notice WHERE at < $1";
constexpr std::string_view kColumns =
    "SELECT n.no, n.at, n.kind, n.title_zh, n.title_en, n.link, r.at FROM notice n LEFT JOIN notice_read r ON r.notice_no = n.no AND r.account_no = "
    "$1 WHERE ";
constexpr std::string_view kMark =
    "INSERT INTO notice_read (account_no, notice_no, at) SELECT $1, n.no, $2 FROM notice n WHERE n.no <= $3 AND NOT EXISTS (SELECT 1 FROM "
    "notice_read "
    "r WHERE r.notice_no = n.no AND r.account_no = $1) AND ";

constexpr int64_t kKeptMicros = int64_t{180} * 86'400 * 1'000'000;

// Who hears it, as a condition on `n`: the principal's account, person, and each grant that it acts under, with the rights that an API token was
// left. Numbers and words of our own tables.
std::string addressed_to(const Principal& principal) {
  std::string out = "(n.account_no = " + std::to_string(principal.account.value);
  if (principal.person.value != 0) out += " OR n.person_no = " + std::to_string(principal.person.value);
  for (const Grant& grant : principal.grants) {
    out += " OR (n.org_no = " + std::to_string(grant.org.value) + " AND n.role IN ('', '" + std::string(name_of(grant.role)) +
           "') AND n.right_name IN (''";
    for (const Right right : rights_of(grant.role))
      if (principal.has(right)) out += ", '" + std::string(name_of(right)) + "'";
    out += "))";
  }
  return out + ")";
}

}  // namespace

Result<> add_notice(sql::Connection& connection, Instant at, const NoticeTo& to, const NewNotice& notice) {
  int64_t account = to.account.value;
  if (!to.account_name.empty()) {
    BANMO_TRY(const auto rows, connection.query(kAccountNo, {to.account_name}));
    if (rows.empty()) return {};
    account = sql::int_of(rows[0][0]);
  }
  const int n_receivers = (account != 0 ? 1 : 0) + (to.person.value != 0 ? 1 : 0) + (to.org.value != 0 ? 1 : 0);
  if (n_receivers != 1)
    return fail(ErrorCode::invalid, "notice.no_receiver",
                {"通知须写明一个收件方：账号、人员或机构", "a notice names one receiver: an account, a person or an organisation"});
  BANMO_TRY(const int64_t no, take_numbers(connection, "notice", 1));
  BANMO_DO(execute_all(connection, kInsert,
                       {no, at.micros, notice.kind, notice.title.zh, notice.title.en, notice.link, account, to.person.value, to.org.value,
                        to.role ? std::string(name_of(*to.role)) : std::string(), to.right ? std::string(name_of(*to.right)) : std::string()}));
  BANMO_DO(execute_all(connection, kDropOldMarks, {at.micros - kKeptMicros}));
  return execute_all(connection, kDropOld, {at.micros - kKeptMicros});
}

Result<NoticePage> Directory::notices(const Principal& who, const NoticeQuery& query) const {
  NoticePage page;
  if (who.account.value == 0) return page;
  const std::string mine = addressed_to(who);
  const size_t limit = std::clamp<size_t>(query.limit, 1, 1000);
  std::string statement = std::string(kColumns) + mine;
  if (query.before_no > 0) statement += " AND n.no < " + std::to_string(query.before_no);
  if (query.unread_only) statement += " AND r.at IS NULL";
  statement += " ORDER BY n.no DESC LIMIT " + std::to_string(limit + 1);
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_DO(lease->each(statement, {who.account.value}, [&](const sql::Values& row) -> Result<> {
    page.items.push_back({sql::int_of(row[0]),
                          Instant{sql::int_of(row[1])},
                          sql::text_of(row[2]),
                          {sql::text_of(row[3]), sql::text_of(row[4])},
                          sql::text_of(row[5]),
                          !sql::is_null(row[6])});
    return {};
  }));
  if (page.items.size() > limit) {
    page.items.pop_back();
    page.next = page.items.back().no;
  }
  constexpr int kMostCounted = 100;  // "99+" is all that a badge tells
  const std::string unread =
      "SELECT COUNT(*) FROM (SELECT n.no FROM notice n LEFT JOIN notice_read r ON r.notice_no = n.no AND r.account_no = $1 WHERE " + mine +
      " AND r.at IS NULL LIMIT " + std::to_string(kMostCounted) + ") AS counted";
  BANMO_TRY(const auto counted, lease->query(unread, {who.account.value}));
  page.n_unread = counted.empty() ? 0 : sql::int_of(counted[0][0]);
  return page;
}

Result<> Directory::mark_notices_read(const Principal& who, std::optional<int64_t> one, int64_t up_to) {
  if (who.account.value == 0) return {};
  std::string statement = std::string(kMark) + addressed_to(who);
  if (one) statement += " AND n.no = " + std::to_string(*one);
  const int64_t last = one.value_or(up_to);
  return state_->ledger().write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n_marked, connection.execute(statement, {who.account.value, state_->clock.now().micros, last}));
    if (n_marked == 0) return {};
    return state_->log(connection, state_->entry(who, "notice.read", "notice", std::to_string(last), {}, json::Object{{"n", n_marked}}));
  });
}

}  // namespace banmo::directory
