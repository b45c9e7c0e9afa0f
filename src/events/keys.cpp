// SPDX-License-Identifier: Apache-2.0
#include "events/keys.h"

#include <algorithm>
#include <iterator>

#include "audit/audit.h"
#include "base/text.h"
#include "directory/proxy.h"
#include "events/iri_list.h"
#include "events/look_up.h"

namespace banmo::events {
namespace {

constexpr std::string_view kColumns =
    "SELECT no, name, org_no, title, scopes, account, created_at, revoked_at, account_no, own_users, verbs, profiles, last_seen, validate FROM "
    "xapi_key ";
constexpr std::string_view kNextNo = "SELECT COALESCE(MAX(no), 0) + 1 FROM xapi_key";
constexpr std::string_view kInsert =
    "INSERT INTO xapi_key (no, name, secret_hash, org_no, title, scopes, account, created_at, account_no, own_users, verbs, profiles, "
    "validate) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
constexpr std::string_view kRevoke = "UPDATE xapi_key SET revoked_at = $2 WHERE no = $1";

struct Word {
  KeyScope scope;
  std::string_view name;
};
constexpr Word kWords[] = {{KeyScope::statements_write, "statements/write"},
                           {KeyScope::statements_read_mine, "statements/read/mine"},
                           {KeyScope::statements_read, "statements/read"},
                           {KeyScope::state, "state"},
                           {KeyScope::profile, "profile"},
                           {KeyScope::all, "all"}};

Error bad_key() {
  return fail(ErrorCode::unauthenticated, "events.bad_key",
              {"密钥不对或已撤销，请核对名称与口令", "the key or its secret is wrong, or it was revoked: check both"});
}
Error no_such_key() {
  return fail(ErrorCode::not_found, "events.no_such_key", {"没有这个密钥，或不在您的管理范围", "there is no such key, or it is not yours to manage"});
}

Key key_of(const sql::Values& row) {
  Key key;
  key.no = sql::int_of(row[0]);
  key.key = sql::text_of(row[1]);
  key.org = {sql::int_of(row[2])};
  key.title = sql::text_of(row[3]);
  key.scopes = static_cast<uint32_t>(sql::int_of(row[4]));
  key.account = sql::text_of(row[5]);
  key.created_at = Instant{sql::int_of(row[6])};
  if (!sql::is_null(row[7])) key.revoked_at = Instant{sql::int_of(row[7])};
  key.account_no = sql::int_of(row[8]);
  key.limits = {sql::int_of(row[9]) != 0, iris_of(row[10]), iris_of(row[11]), sql::int_of(row[13]) != 0};
  if (!sql::is_null(row[12])) key.last_seen = Instant{sql::int_of(row[12])};
  return key;
}

// A key outlives no session: whoever holds a token alone makes none.
Result<> check_session(const directory::Principal& by) {
  if (by.internal || by.session != 0) return {};
  return fail(ErrorCode::denied, "events.needs_session",
              {"接口令牌不能新建或撤销密钥，请登录后再操作", "an API token cannot make or revoke keys: sign in first"});
}

Result<uint32_t> scopes_of(const std::vector<std::string>& names) {
  uint32_t scopes = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto scope = scope_of(names[i]);
    if (!scope)
      return fail(ErrorCode::invalid, "events.unknown_scope",
                  {"没有这个范围；可用：statements/write、statements/read/mine、statements/read、state、profile、all",
                   "there is no such scope; known are statements/write, statements/read/mine, statements/read, state, profile, all"},
                  "$.scopes[" + std::to_string(i) + "]");
    scopes |= static_cast<uint32_t>(*scope);
  }
  if (scopes != 0) return scopes;
  return fail(ErrorCode::invalid, "events.no_scope", {"请至少选择一个范围", "choose one scope at least"}, "$.scopes");
}

// What others wrote is read by such a key: learning is business data, which an administrator of the system does not see.
constexpr uint32_t kReadsOthers =
    static_cast<uint32_t>(KeyScope::statements_read) | static_cast<uint32_t>(KeyScope::state) | static_cast<uint32_t>(KeyScope::profile);

Result<> may_give(const directory::Directory& directory, const directory::Principal& by, uint32_t scopes, directory::OrgNo org) {
  if ((scopes & kReadsOthers) == 0 || directory.require(by, directory::Right::datasets_read, org).ok()) return {};
  return fail(
      ErrorCode::denied, "events.scope_beyond_right",
      {"您不能查看该机构的数据，只能建立写入陈述、读取本密钥所写陈述的密钥（statements/write、statements/read/mine）；其他范围请由业务管理员建立",
       "you may not see this organisation's data: make keys with statements/write and statements/read/mine only, and ask an officer for the rest"},
      "$.scopes");
}

// Where the principal may manage keys: the system administrator everywhere, others in and below their organisation.
directory::Scope reach_of(const directory::Directory& directory, const directory::Principal& by) {
  return directory.scope(by, directory::Right::xapi_keys, {"org", "", pack::Level::l1});
}

Result<> note(sql::Connection& connection, const directory::Directory& directory, const directory::Principal& by, std::string action,
              const Key& key) {
  json::Array scopes;
  for (const Word& word : kWords)
    if (key.may(word.scope)) scopes.emplace_back(std::string(word.name));
  const auto seq = audit::append(connection,
                                 {directory.clock().now(), by.account_name, std::move(action), "xapi_key", key.key, key.org.value,
                                  json::Object{{"title", key.title},
                                               {"scopes", std::move(scopes)},
                                               {"own_users", key.limits.own_users},
                                               {"verbs", json_of(key.limits.verbs)},
                                               {"profiles", json_of(key.limits.profiles)},
                                               {"validate", key.limits.validate}}},
                                 directory.profile());
  return seq.ok() ? Result<>() : Result<>(seq.error());
}

}  // namespace

std::optional<KeyScope> scope_of(std::string_view name) {
  const auto found = std::find_if(std::begin(kWords), std::end(kWords), [&](const Word& word) { return word.name == name; });
  return found == std::end(kWords) ? std::nullopt : std::optional(found->scope);
}
std::string_view name_of(KeyScope scope) {
  return std::find_if(std::begin(kWords), std::end(kWords), [&](const Word& word) { return word.scope == scope; })->name;
}

std::string Keys::reach(const directory::Principal& by, std::string_view org_column) const {
  return reach_of(directory_, by).predicate(org_column, "");
}

Result<NewKey> Keys::create(const directory::Principal& by, const std::string& title, const std::vector<std::string>& scopes, directory::OrgNo org,
                            const KeyLimits& limits) {
  BANMO_DO(check_session(by));
  if (text::trim(title).empty()) return fail(ErrorCode::invalid, "events.no_title", {"密钥须有名称", "a key needs a title"}, "$.title");
  BANMO_DO(directory_.require(by, directory::Right::xapi_keys, org));
  NewKey made;
  BANMO_TRY(made.key.scopes, scopes_of(scopes));
  BANMO_DO(may_give(directory_, by, made.key.scopes, org));
  BANMO_DO(check_iris(limits.verbs, "verbs"));
  BANMO_DO(check_iris(limits.profiles, "profiles"));
  made.secret = crypto::new_token();
  Key& key = made.key;
  key.key = "bmk_" + crypto::to_hex(crypto::random_bytes(10));
  key.org = org;
  key.title = title;
  key.account = by.account_name;
  key.account_no = by.internal ? 0 : by.account.value;
  key.limits = limits;
  key.created_at = directory_.clock().now();
  const crypto::Hash hash = crypto::sha256(made.secret);
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kNextNo));
    key.no = sql::int_of(rows[0][0]);
    BANMO_DO(execute(
        connection, kInsert,
        {key.no, key.key, sql::Blob(hash.begin(), hash.end()), org.value, title, static_cast<int64_t>(key.scopes), key.account, key.created_at.micros,
         key.account_no, limits.own_users, json::write(json_of(limits.verbs)), json::write(json_of(limits.profiles)), limits.validate}));
    return note(connection, directory_, by, "xapi_key.create", key);
  }));
  return made;
}

Result<std::vector<Key>> Keys::list(const directory::Principal& by) const {
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const auto rows, lease->query(std::string(kColumns) + "WHERE " + reach(by, "org_no") + " ORDER BY no DESC"));
  std::vector<Key> keys;
  for (const auto& row : rows.rows) keys.push_back(key_of(row));
  return keys;
}

Result<> Keys::revoke(const directory::Principal& by, const std::string& name) {
  BANMO_DO(check_session(by));
  const int64_t now = directory_.clock().now().micros;
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    const std::string statement = std::string(kColumns) + "WHERE name = $1 AND revoked_at IS NULL AND " + reach(by, "org_no");
    BANMO_TRY(const auto rows, connection.query(statement, {name}));
    if (rows.empty()) return no_such_key();
    const Key key = key_of(rows[0]);
    BANMO_DO(execute(connection, kRevoke, {key.no, now}));
    return note(connection, directory_, by, "xapi_key.revoke", key);
  }));
  const std::lock_guard lock(mutex_);
  known_.clear();
  return {};
}

Result<std::shared_ptr<const Key>> Keys::load(std::string_view condition, const sql::Value& value) const {
  std::shared_ptr<const Key> key;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(const auto rows, lease->query(std::string(kColumns) + "WHERE revoked_at IS NULL AND " + std::string(condition), {value}));
    if (rows.empty()) return bad_key();
    key = std::make_shared<const Key>(key_of(rows[0]));
  }
  const directory::Org* org = directory_.orgs()->find(key->org);
  if (org == nullptr || org->valid_to) return bad_key();  // of an organisation that is no more
  if (key->account_no == 0) return key;
  constexpr directory::Right kNeeded[] = {directory::Right::xapi_keys, directory::Right::datasets_read};
  const std::span<const directory::Right> needed(kNeeded, (key->scopes & kReadsOthers) == 0 ? 1 : 2);
  BANMO_TRY(const bool could_still, directory::has_rights_now(directory_, {key->account_no}, needed, key->org));
  return could_still ? Result<std::shared_ptr<const Key>>(key) : bad_key();
}

// A Bearer token has no name: it is tried under its own hash.
Result<std::shared_ptr<const Key>> Keys::load_limited(const crypto::Hash& hash, const std::string& name, const std::string& peer) const {
  if (peer.empty()) return load(hash);
  const std::string tried = name.empty() ? crypto::to_hex(std::span(hash).first(8)) : name;
  BANMO_DO(directory::take_try(directory_, tried, peer));
  auto key = load(hash);
  if (key.ok() || key.error().code != ErrorCode::unauthenticated) directory::give_try_back(directory_, tried, peer);
  return key;
}

Result<std::shared_ptr<const Key>> Keys::authenticate(const std::string& name, std::string_view secret, const std::string& peer) {
  if (secret.empty() || secret.size() > 200) return bad_key();
  const crypto::Hash hash = crypto::sha256(secret);
  const std::string place(hash.begin(), hash.end());
  const int64_t now = directory_.clock().now().micros;
  std::shared_ptr<const Key> key;
  bool was_right = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(place);
    was_right = found != known_.end();
    if (was_right && now < found->second.until) key = found->second.key;
  }
  if (key == nullptr) {
    auto loaded = was_right ? load(hash) : load_limited(hash, name, peer);
    const std::lock_guard lock(mutex_);
    if (!loaded.ok()) {
      if (loaded.error().code == ErrorCode::unauthenticated) known_.erase(place);
      return loaded;
    }
    if (known_.size() >= kMaxKnown) known_.clear();
    key = *std::move(loaded);
    known_[place] = {key, now + kKnownMicros};
  }
  if (!name.empty() && name != key->key) return bad_key();
  return key;
}

}  // namespace banmo::events
