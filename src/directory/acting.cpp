// SPDX-License-Identifier: Apache-2.0
// Under which of its roles a session acts, and which sessions an account has.
#include <algorithm>

#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kSetActing = "UPDATE session SET acting_role = $2, acting_org_no = $3, last_seen = $4 WHERE no = $1";
constexpr std::string_view kSessions =
    "SELECT no, created_at, last_seen, expires_at, peer FROM session WHERE account_no = $1 AND expires_at > $2 AND last_seen > $3 ORDER BY "
    "created_at "
    "DESC, no LIMIT 200";
constexpr std::string_view kTokenOf = "SELECT token_hash FROM session WHERE no = $1 AND account_no = $2";
constexpr std::string_view kDropSession = "DELETE FROM session WHERE no = $1";
constexpr std::string_view kAddEnd = "INSERT INTO session_end (no, token_hash, at) VALUES ($1, $2, $3)";
constexpr std::string_view kAccountNo = "SELECT no FROM account WHERE name = $1";
constexpr int64_t kMicros = 1'000'000;

Result<AccountNo> account_named(sql::Connection& connection, const std::string& name) {
  BANMO_TRY(const auto rows, connection.query(kAccountNo, {name}));
  if (rows.empty()) return fail(ErrorCode::not_found, "account.unknown", {"没有这个账号，请核对", "there is no such account: check its name"});
  return AccountNo{sql::int_of(rows[0][0])};
}

Result<std::vector<SessionInfo>> sessions_of(const Directory::State& state, AccountNo account, int64_t current) {
  const int64_t now = state.clock.now().micros;
  std::vector<SessionInfo> out;
  BANMO_TRY(const auto lease, state.ledger().read());
  BANMO_DO(
      lease->each(kSessions, {account.value, now, now - int64_t{state.options.session_idle_s} * kMicros}, [&](const sql::Values& row) -> Result<> {
        const int64_t no = sql::int_of(row[0]);
        out.push_back(
            {no, Instant{sql::int_of(row[1])}, Instant{sql::int_of(row[2])}, Instant{sql::int_of(row[3])}, sql::text_of(row[4]), no == current});
        return {};
      }));
  return out;
}

// Has every server drop a session from memory (by session_end; the caller drops it here), so that it is read anew or found to be gone. Gives its
// hash.
Result<crypto::Hash> drop_from_memory(Directory::State& state, sql::Connection& connection, AccountNo account, int64_t session) {
  BANMO_TRY(const auto rows, connection.query(kTokenOf, {session, account.value}));
  const auto* blob = rows.empty() ? nullptr : std::get_if<sql::Blob>(&rows[0][0]);
  crypto::Hash hash{};
  if (blob == nullptr || blob->size() != hash.size())
    return fail(ErrorCode::not_found, "session.unknown", {"没有这个会话，可能已经结束", "there is no such session: it may have ended already"});
  std::copy(blob->begin(), blob->end(), hash.begin());
  BANMO_TRY(const int64_t no, take_numbers(connection, "session_end", 1));
  BANMO_DO(execute_all(connection, kAddEnd, {no, *blob, state.clock.now().micros}));
  return hash;
}

// Ends one session of an account; `account_name` is told in the log.
Result<> end_one(Directory::State& state, const Principal& by, AccountNo account, const std::string& account_name, int64_t session) {
  crypto::Hash hash{};
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(hash, drop_from_memory(state, connection, account, session));
    BANMO_DO(execute_all(connection, kDropSession, {session}));
    return state.log(connection, state.entry(by, "session.end", "account", account_name, {}));
  };
  BANMO_DO(state.ledger().write(change));
  state.sessions.erase(hash);
  return {};
}

// A token does what it was made for: who took one could else shut its owner out, or read from where the owner signs in.
Result<> check_signed_in(const Principal& who) {
  if (who.session != 0) return {};
  return fail(ErrorCode::denied, "session.needs_session",
              {"接口令牌不能查看或结束会话，请登录后再操作", "an API token cannot list or end sessions: sign in first"});
}

}  // namespace

Result<std::shared_ptr<const Principal>> Directory::act_as(const Principal& who, std::optional<Grant> grant) {
  if (who.session == 0)
    return fail(ErrorCode::denied, "session.needs_session",
                {"接口令牌不能切换身份，请登录后再切换", "an API token cannot change roles: sign in first"});
  if (grant && std::find(who.held.begin(), who.held.end(), *grant) == who.held.end())
    return fail(ErrorCode::denied, "session.role_not_held",
                {"您没有这个身份，请从自己的身份中选择", "you do not hold this role there: choose one of your own"}, "$.role");
  const std::string role = grant ? std::string(name_of(grant->role)) : std::string();
  const OrgNo org = grant ? grant->org : OrgNo{};
  std::shared_ptr<const Principal> now;
  crypto::Hash hash{};
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_DO(execute_all(connection, kSetActing, {who.session, role, org.value, state_->clock.now().micros}));
    BANMO_TRY(hash, drop_from_memory(*state_, connection, who.account, who.session));
    BANMO_TRY(now, state_->load_principal(connection, who.account, who.session, {}, grant));
    return state_->log(connection, state_->entry(who, "session.act_as", "account", who.account_name, org, json::Object{{"role", role}}));
  };
  BANMO_DO(state_->ledger().write(change));
  state_->sessions.erase(hash);
  return now;
}

Result<std::vector<SessionInfo>> Directory::sessions(const Principal& who) const {
  BANMO_DO(check_signed_in(who));
  return sessions_of(*state_, who.account, who.session);
}

Result<> Directory::end_own_session(const Principal& who, int64_t session) {
  BANMO_DO(check_signed_in(who));
  return end_one(*state_, who, who.account, who.account_name, session);
}

Result<std::vector<SessionInfo>> Directory::account_sessions(const Principal& by, const std::string& account) const {
  if (!by.has(Right::security_manage)) return state_->check(by, Right::security_manage, {}).error();
  AccountNo no;
  {
    BANMO_TRY(const auto lease, state_->ledger().read());
    BANMO_TRY(no, account_named(*lease, account));
  }
  return sessions_of(*state_, no, by.session);
}

Result<> Directory::end_account_session(const Principal& by, const std::string& account, int64_t session) {
  if (!by.has(Right::security_manage)) return state_->check(by, Right::security_manage, {});
  AccountNo no;
  {
    BANMO_TRY(const auto lease, state_->ledger().read());
    BANMO_TRY(no, account_named(*lease, account));
  }
  return end_one(*state_, by, no, account, session);
}

Result<> Directory::unlock_account(const Principal& by, const std::string& account) {
  if (!by.has(Right::security_manage)) return state_->check(by, Right::security_manage, {});
  BANMO_DO(state_->ledger().write([&](sql::Connection& connection) -> Result<> {
    const auto known = account_named(connection, account);
    if (!known.ok()) return known.error();
    return state_->log(connection, state_->entry(by, "account.unlock", "account", account, {}));
  }));
  state_->limiter.forgive(account);
  return {};
}

}  // namespace banmo::directory
