// SPDX-License-Identifier: Apache-2.0
// Signing in and out, and who a token is. A session token is 256 random bits; an API token is the same behind "bmt_". What is stored is a hash.
#include <algorithm>
#include <cstring>

#include "base/log.h"
#include "base/text.h"
#include "directory/password_rules.h"
#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kAccountForSignIn = "SELECT no, password, enabled, must_change_password, password_changed_at FROM account WHERE name = $1";
constexpr std::string_view kSignedIn = "UPDATE account SET last_sign_in = $2 WHERE no = $1";
constexpr std::string_view kInsertSession =
    "INSERT INTO session (no, token_hash, account_no, created_at, last_seen, expires_at, peer) VALUES ($1, $2, $3, $4, $4, $5, $6)";
constexpr std::string_view kSession =
    "SELECT s.no, s.account_no, s.last_seen, s.expires_at, a.enabled, a.name, s.acting_role, s.acting_org_no FROM session s JOIN account a ON a.no = "
    "s.account_no WHERE s.token_hash "
    "= $1";
constexpr std::string_view kApiToken =
    "SELECT t.account_no, t.rights, t.expires_at, a.enabled, t.acting_role, t.acting_org_no FROM api_token t JOIN account a ON a.no = t.account_no "
    "WHERE t.token_hash = $1";
constexpr std::string_view kDropSession = "DELETE FROM session WHERE token_hash = $1";
constexpr std::string_view kOtherSessions = "SELECT token_hash FROM session WHERE account_no = $1 AND no <> $2 ORDER BY no";
constexpr std::string_view kAddEnd = "INSERT INTO session_end (no, token_hash, at) VALUES ($1, $2, $3)";
constexpr std::string_view kDropOldEnds = "DELETE FROM session_end WHERE at < $1";
constexpr std::string_view kDropOldSessions = "DELETE FROM session WHERE expires_at < $1";
constexpr std::string_view kSeen = "UPDATE session SET last_seen = $2 WHERE no = $1 AND last_seen < $2";
constexpr std::string_view kPassword = "SELECT password FROM account WHERE no = $1";
constexpr std::string_view kFormerPasswords = "SELECT password FROM password_history WHERE account_no = $1 ORDER BY changed_at DESC LIMIT $2";
constexpr std::string_view kKeepPassword =
    "INSERT INTO password_history (account_no, changed_at, password) SELECT no, $2, password FROM account WHERE no = $1 ON CONFLICT DO NOTHING";
constexpr std::string_view kSetPassword =
    "UPDATE account SET password = $2, password_changed_at = $3, must_change_password = FALSE, demo = FALSE WHERE no = $1";
constexpr std::string_view kInsertToken =
    "INSERT INTO api_token (no, token_hash, account_no, title, rights, created_at, expires_at, acting_role, acting_org_no) VALUES ($1, $2, $3, $4, "
    "$5, "
    "$6, $7, $8, $9)";
constexpr std::string_view kTokens = "SELECT no, title, rights, created_at, expires_at FROM api_token WHERE account_no = $1 ORDER BY no";
constexpr std::string_view kTokenHash = "SELECT token_hash FROM api_token WHERE no = $1 AND account_no = $2";
constexpr std::string_view kDropToken = "DELETE FROM api_token WHERE no = $1 AND account_no = $2";

constexpr std::string_view kTokenPrefix = "bmt_";
constexpr int64_t kMicros = 1'000'000;
constexpr int64_t kSeenEvery = 60 * kMicros;  // a session's last_seen is written this often
constexpr size_t kMaxTokenBytes = 200;

Error bad_credentials() {
  return fail(ErrorCode::unauthenticated, "session.bad_credentials",
              {"账号或口令不对，请核对后再试", "the account or the password is wrong: check both and try again"});
}
Error one_time_expired() {
  const std::string days = std::to_string(kOneTimeMaxDays);
  return fail(ErrorCode::unauthenticated, "session.one_time_expired",
              {"这个一次性密码给出已满 " + days + " 天，不能再用；请安全管理员重新给出",
               "this one-time password is " + days + " days old and no longer good: ask the security administrator for another"});
}
Error no_session() { return fail(ErrorCode::unauthenticated, "session.none", {"尚未登录，请先登录", "nobody is signed in: sign in first"}); }
Error expired() { return fail(ErrorCode::unauthenticated, "session.expired", {"登录已过期，请重新登录", "the session is over: sign in again"}); }

sql::Blob blob_of(const crypto::Hash& hash) { return {hash.begin(), hash.end()}; }

std::optional<crypto::Hash> hash_in(const sql::Value& value) {
  const auto* blob = std::get_if<sql::Blob>(&value);
  crypto::Hash hash{};
  if (blob == nullptr || blob->size() != hash.size()) return std::nullopt;
  std::copy(blob->begin(), blob->end(), hash.begin());
  return hash;
}

// A session is known inside by 63 bits of its token's hash.
int64_t number_of(const crypto::Hash& hash) {
  uint64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof number);
  return static_cast<int64_t>(number >> 1) + 1;
}

std::string fold_account(std::string name) {
  if (name.size() > 64) name.resize(64);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return name;
}

std::string join_rights(const std::vector<Right>& rights) {
  std::string out;
  for (const Right right : rights) out += (out.empty() ? "" : " ") + std::string(name_of(right));
  return out;
}

std::vector<Right> split_rights(const std::string& text) {
  std::vector<Right> out;
  for (const std::string& word : text::split(text, ' '))
    if (const auto right = right_of(word)) out.push_back(*right);
  return out;
}

// Tells the other servers, and forgets here.
Result<> end_session(sql::Connection& connection, const crypto::Hash& token, Instant at) {
  BANMO_DO(execute_all(connection, kDropSession, {blob_of(token)}));
  BANMO_TRY(const int64_t no, take_numbers(connection, "session_end", 1));
  return execute_all(connection, kAddEnd, {no, blob_of(token), at.micros});
}

Result<SessionCache::Entry> load_session(Directory::State& state, const crypto::Hash& token) {
  BANMO_TRY(const auto lease, state.ledger().read());
  BANMO_TRY(const auto rows, lease->query(kSession, {blob_of(token)}));
  if (rows.empty() || sql::int_of(rows[0][4]) == 0) return no_session();
  const int64_t now = state.clock.now().micros, idle = int64_t{state.options.session_idle_s} * kMicros;
  SessionCache::Entry entry{nullptr, sql::int_of(rows[0][3]), idle, now, sql::int_of(rows[0][2])};
  if (now >= entry.expires_at || now - entry.stored_seen >= idle) return expired();
  BANMO_TRY(entry.principal, state.load_principal(*lease, {sql::int_of(rows[0][1])}, sql::int_of(rows[0][0]), {}, acting_of(rows[0][6], rows[0][7])));
  return entry;
}

Result<SessionCache::Entry> load_token(Directory::State& state, const crypto::Hash& token) {
  BANMO_TRY(const auto lease, state.ledger().read());
  BANMO_TRY(const auto rows, lease->query(kApiToken, {blob_of(token)}));
  if (rows.empty() || sql::int_of(rows[0][3]) == 0) return no_session();
  SessionCache::Entry entry{nullptr, sql::int_of(rows[0][2]), 0, 0, 0};
  if (state.clock.now().micros >= entry.expires_at) return expired();
  std::vector<Right> rights = split_rights(sql::text_of(rows[0][1]));
  if (rights.empty()) return no_session();  // an empty list would mean all rights
  BANMO_TRY(entry.principal, state.load_principal(*lease, {sql::int_of(rows[0][0])}, 0, std::move(rights), acting_of(rows[0][4], rows[0][5])));
  return entry;
}

// A token does what it was made for: it looks after no tokens, neither itself nor its owner's others.
Result<> check_no_token(const Principal& who) {
  if (who.session != 0) return {};
  return fail(ErrorCode::denied, "token.needs_session",
              {"接口令牌不能查看、新建或撤销令牌，请登录后再操作", "an API token cannot list, make or revoke tokens: sign in first"});
}

}  // namespace

Error too_many(int64_t seconds) {
  const std::string n = std::to_string(seconds);
  Error error = fail(ErrorCode::too_many, "session.too_many",
                     {"尝试次数过多，请 " + n + " 秒后再试", "too many tries: try again in " + n + " seconds"}, "retry_after_s=" + n);
  error.retry_after_s = seconds;
  return error;
}

std::optional<Grant> acting_of(const sql::Value& role, const sql::Value& org) {
  const std::string name = sql::text_of(role);
  if (name.empty()) return std::nullopt;
  const auto known = role_of(name);
  return known ? Grant{*known, {sql::int_of(org)}} : Grant{Role::guardian, {-1}};
}

void Directory::State::forget_principals() {
  SessionCache::Seen seen = sessions.clear(kSeenEvery);
  const std::lock_guard lock(mutex);
  pending_seen.insert(pending_seen.end(), seen.begin(), seen.end());
}

Result<> Directory::State::flush_seen() {
  const int64_t now = clock.now().micros;
  int64_t due = next_flush_micros.load(std::memory_order_relaxed);
  if (now < due || !next_flush_micros.compare_exchange_strong(due, now + kSeenEvery)) return {};
  SessionCache::Seen seen = sessions.take_seen(kSeenEvery);
  {
    const std::lock_guard lock(mutex);
    seen.insert(seen.end(), pending_seen.begin(), pending_seen.end());
    pending_seen.clear();
  }
  if (seen.empty()) return {};
  return ledger().write([&](sql::Connection& connection) -> Result<> {
    for (const auto& [session, at] : seen) BANMO_DO(execute_all(connection, kSeen, {session, at}));
    BANMO_DO(execute_all(connection, kDropOldSessions, {now}));
    return execute_all(connection, kDropOldEnds, {now - int64_t{86'400} * kMicros});
  });
}

Result<SignedIn> Directory::sign_in(const std::string& account, const std::string& password, const std::string& peer) {
  const std::string name = fold_account(account);
  const Instant now = state_->clock.now();
  if (const int64_t wait_s = state_->limiter.take(name, peer, now); wait_s > 0) return too_many(wait_s);
  int64_t no = 0;
  std::string stored = state_->decoy_hash;
  bool enabled = false, one_time = false;
  int64_t set_at = 0;
  {
    BANMO_TRY(const auto lease, state_->ledger().read());
    BANMO_TRY(const auto rows, lease->query(kAccountForSignIn, {name}));
    if (!rows.empty()) {
      no = sql::int_of(rows[0][0]);
      stored = sql::text_of(rows[0][1]);
      enabled = sql::int_of(rows[0][2]) != 0;
      one_time = sql::int_of(rows[0][3]) != 0;
      set_at = sql::int_of(rows[0][4]);
    }
  }
  // The same work for an unknown account; overlong passwords are not hashed, and known to be wrong.
  const bool right = password.size() <= kPasswordMaxBytes && crypto::verify_password(stored, password);
  const bool over = right && enabled && one_time && now.micros - set_at >= int64_t{kOneTimeMaxDays} * 86'400 * kMicros;
  if (!right || !enabled || no == 0 || over) {
    // An unknown name may be a password typed into the wrong field: it is not written down.
    BANMO_DO(state_->ledger().write([&](sql::Connection& connection) {
      return state_->log(connection,
                         {now, no == 0 ? "?" : name, "session.refused", "account", no == 0 ? "?" : name, 0, json::Object{{"peer", peer}}});
    }));
    return over ? one_time_expired() : bad_credentials();
  }
  state_->limiter.give_back(name, peer);
  const std::string token = crypto::new_token();
  const crypto::Hash hash = crypto::sha256(token);
  const int64_t expires_at = now.micros + int64_t{state_->options.session_absolute_s} * kMicros;
  const uint64_t epoch = state_->sessions.epoch();
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_DO(execute_all(connection, kInsertSession, {number_of(hash), blob_of(hash), no, now.micros, expires_at, peer}));
    BANMO_DO(execute_all(connection, kSignedIn, {no, now.micros}));
    return state_->log(connection, {now, name, "session.sign_in", "account", name, 0, json::Object{{"peer", peer}}});
  };
  BANMO_DO(state_->ledger().write(change));
  BANMO_TRY(auto entry, load_session(*state_, hash));
  SignedIn out{token, Instant{expires_at}, entry.principal};
  state_->sessions.put(hash, std::move(entry), epoch);
  return out;
}

Result<std::shared_ptr<const Principal>> Directory::authenticate(std::string_view token) {
  if (token.empty() || token.size() > kMaxTokenBytes) return no_session();
  if (const auto polled = state_->poll(false); !polled.ok()) {
    // The store cannot be asked: what is in memory may be out of date, so nothing of it is used.
    BANMO_LOG(warn, "directory.poll_failed", {"id", polled.error().id});
    state_->forget_principals();
    return polled.error();
  }
  const crypto::Hash hash = crypto::sha256(token);
  if (auto principal = state_->sessions.find(hash, state_->clock.now().micros)) return principal;
  const uint64_t epoch = state_->sessions.epoch();
  BANMO_TRY(auto entry, token.starts_with(kTokenPrefix) ? load_token(*state_, hash) : load_session(*state_, hash));
  auto principal = entry.principal;
  state_->sessions.put(hash, std::move(entry), epoch);
  return principal;
}

Result<> Directory::sign_out(std::string_view token) {
  const crypto::Hash hash = crypto::sha256(token);
  const Instant now = state_->clock.now();
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kSession, {blob_of(hash)}));
    if (rows.empty()) return {};
    const std::string name = sql::text_of(rows[0][5]);
    BANMO_DO(end_session(connection, hash, now));
    return state_->log(connection, {now, name, "session.sign_out", "account", name, 0, {}});
  };
  BANMO_DO(state_->ledger().write(change));
  state_->sessions.erase(hash);
  return {};
}

Result<> Directory::change_password(const Principal& who, const std::string& old_password, const std::string& new_password) {
  if (who.session == 0)
    return fail(ErrorCode::denied, "password.needs_session",
                {"接口令牌不能改口令，请登录后再改", "an API token cannot change a password: sign in first"});
  const Instant now = state_->clock.now();
  if (const int64_t wait_s = state_->limiter.take(who.account_name, "password", now); wait_s > 0) return too_many(wait_s);
  std::vector<std::string> former;
  {
    BANMO_TRY(const auto lease, state_->ledger().read());
    BANMO_TRY(const auto rows, lease->query(kPassword, {who.account.value}));
    if (rows.empty() || !crypto::verify_password(sql::text_of(rows[0][0]), old_password))
      return fail(ErrorCode::invalid, "password.old_wrong", {"原口令不对，请重新输入", "the old password is wrong: type it again"}, "$.old_password");
    former.push_back(sql::text_of(rows[0][0]));
    BANMO_TRY(const auto history, lease->query(kFormerPasswords, {who.account.value, int64_t{kPasswordHistory - 1}}));
    for (const auto& row : history.rows) former.push_back(sql::text_of(row[0]));
  }
  state_->limiter.give_back(who.account_name, "password");
  BANMO_DO(check_password(state_->options.password_rules, new_password, who.account_name));
  if (state_->options.password_rules == PasswordRules::asvs) former.resize(1);
  for (const std::string& hash : former)
    if (crypto::verify_password(hash, new_password))
      return fail(ErrorCode::invalid, "password.used_before", {"新口令近期用过，请换一个", "the new password was used lately: choose another"},
                  "$.new_password");
  BANMO_TRY(const std::string hash, crypto::hash_password(new_password, state_->options.password_cost));
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_DO(execute_all(connection, kKeepPassword, {who.account.value, now.micros}));
    BANMO_DO(execute_all(connection, kSetPassword, {who.account.value, hash, now.micros}));
    BANMO_TRY(const auto others, connection.query(kOtherSessions, {who.account.value, who.session}));
    for (const auto& row : others.rows)
      if (const auto token = hash_in(row[0])) BANMO_DO(end_session(connection, *token, now));
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    return state_->log(connection, state_->entry(who, "password.change", "account", who.account_name, {}));
  };
  BANMO_DO(state_->ledger().write(change));
  state_->forget_principals();
  return {};
}

Result<std::string> Directory::create_token(const Principal& who, const std::string& title, const std::vector<Right>& rights, int ttl_days) {
  BANMO_DO(check_no_token(who));
  if (rights.empty() || title.empty() || title.size() > 200 || ttl_days < 1 || ttl_days > 366)
    return fail(ErrorCode::invalid, "token.bad_request",
                {"令牌须有名称、至少一项权限，有效期 1 到 366 天", "a token has a title, at least one right and lives 1 to 366 days"});
  for (const Right right : rights)
    if (!who.has(right))
      return fail(ErrorCode::denied, "token.right_not_held",
                  {"您自己没有权限 " + std::string(name_of(right)) + "，不能授予令牌",
                   "you do not hold the right " + std::string(name_of(right)) + " yourself"},
                  "$.rights");
  const std::string token = std::string(kTokenPrefix) + crypto::new_token();
  const Instant now = state_->clock.now();
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t no, take_numbers(connection, "api_token", 1));
    BANMO_DO(execute_all(connection, kInsertToken,
                         {no, blob_of(crypto::sha256(token)), who.account.value, title, join_rights(rights), now.micros,
                          now.micros + int64_t{ttl_days} * 86'400 * kMicros, who.acting ? std::string(name_of(who.acting->role)) : std::string(),
                          who.acting ? who.acting->org.value : int64_t{0}}));
    return state_->log(connection, state_->entry(who, "token.create", "account", who.account_name, {},
                                                 json::Object{{"title", title}, {"rights", join_rights(rights)}}));
  };
  BANMO_DO(state_->ledger().write(change));
  return token;
}

Result<std::vector<ApiToken>> Directory::tokens(const Principal& who) const {
  BANMO_DO(check_no_token(who));
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const auto rows, lease->query(kTokens, {who.account.value}));
  std::vector<ApiToken> out;
  for (const auto& row : rows.rows)
    out.push_back(
        {sql::int_of(row[0]), sql::text_of(row[1]), split_rights(sql::text_of(row[2])), Instant{sql::int_of(row[3])}, Instant{sql::int_of(row[4])}});
  return out;
}

Result<> Directory::revoke_token(const Principal& who, int64_t token_no) {
  BANMO_DO(check_no_token(who));
  std::optional<crypto::Hash> hash;
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kTokenHash, {token_no, who.account.value}));
    if (rows.empty()) return fail(ErrorCode::not_found, "token.unknown", {"没有这个令牌", "there is no such token"});
    hash = hash_in(rows[0][0]);
    BANMO_DO(execute_all(connection, kDropToken, {token_no, who.account.value}));
    if (hash) BANMO_DO(end_session(connection, *hash, state_->clock.now()));
    return state_->log(connection, state_->entry(who, "token.revoke", "account", who.account_name, {}, json::Object{{"no", token_no}}));
  };
  BANMO_DO(state_->ledger().write(change));
  if (hash) state_->sessions.erase(*hash);
  return {};
}

}  // namespace banmo::directory
