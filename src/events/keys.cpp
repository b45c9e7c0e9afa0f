// SPDX-License-Identifier: Apache-2.0
#include "events/keys.h"

#include <algorithm>
#include <iterator>

#include "audit/audit.h"
#include "base/text.h"

namespace banmo::events {
namespace {

constexpr std::string_view kColumns = "SELECT no, name, org_no, title, scopes, account, created_at, revoked_at FROM xapi_key ";
constexpr std::string_view kNextNo = "SELECT COALESCE(MAX(no), 0) + 1 FROM xapi_key";
constexpr std::string_view kInsert =
    "INSERT INTO xapi_key (no, name, secret_hash, org_no, title, scopes, account, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
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
  return key;
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
                                  json::Object{{"title", key.title}, {"scopes", std::move(scopes)}}},
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

Result<NewKey> Keys::create(const directory::Principal& by, const std::string& title, const std::vector<std::string>& scopes, directory::OrgNo org) {
  if (text::trim(title).empty()) return fail(ErrorCode::invalid, "events.no_title", {"密钥须有名称", "a key needs a title"}, "$.title");
  BANMO_DO(directory_.require(by, directory::Right::xapi_keys, org));
  NewKey made;
  BANMO_TRY(made.key.scopes, scopes_of(scopes));
  BANMO_DO(may_give(directory_, by, made.key.scopes, org));
  made.secret = crypto::new_token();
  Key& key = made.key;
  key.key = "bmk_" + crypto::to_hex(crypto::random_bytes(10));
  key.org = org;
  key.title = title;
  key.account = by.account_name;
  key.created_at = directory_.clock().now();
  const crypto::Hash hash = crypto::sha256(made.secret);
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kNextNo));
    key.no = sql::int_of(rows[0][0]);
    BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(kInsert, {key.no, key.key, sql::Blob(hash.begin(), hash.end()), org.value, title,
                                                                             static_cast<int64_t>(key.scopes), key.account, key.created_at.micros}));
    return note(connection, directory_, by, "xapi_key.create", key);
  }));
  return made;
}

Result<std::vector<Key>> Keys::list(const directory::Principal& by) const {
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const auto rows, lease->query(std::string(kColumns) + "WHERE " + reach_of(directory_, by).predicate("org_no", "") + " ORDER BY no DESC"));
  std::vector<Key> keys;
  for (const auto& row : rows.rows) keys.push_back(key_of(row));
  return keys;
}

Result<> Keys::revoke(const directory::Principal& by, const std::string& name) {
  const int64_t now = directory_.clock().now().micros;
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    const std::string statement =
        std::string(kColumns) + "WHERE name = $1 AND revoked_at IS NULL AND " + reach_of(directory_, by).predicate("org_no", "");
    BANMO_TRY(const auto rows, connection.query(statement, {name}));
    if (rows.empty()) return no_such_key();
    const Key key = key_of(rows[0]);
    BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(kRevoke, {key.no, now}));
    return note(connection, directory_, by, "xapi_key.revoke", key);
  }));
  const std::lock_guard lock(mutex_);
  known_.clear();
  return {};
}

Result<std::shared_ptr<const Key>> Keys::load(const crypto::Hash& hash) const {
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const auto rows,
            lease->query(std::string(kColumns) + "WHERE secret_hash = $1 AND revoked_at IS NULL", {sql::Blob(hash.begin(), hash.end())}));
  if (rows.empty()) return bad_key();
  auto key = std::make_shared<const Key>(key_of(rows[0]));
  const directory::Org* org = directory_.orgs()->find(key->org);
  if (org == nullptr || org->valid_to) return bad_key();  // of an organisation that is no more
  return key;
}

Result<std::shared_ptr<const Key>> Keys::authenticate(const std::string& name, std::string_view secret) {
  if (secret.empty() || secret.size() > 200) return bad_key();
  const crypto::Hash hash = crypto::sha256(secret);
  const std::string place(hash.begin(), hash.end());
  const int64_t now = directory_.clock().now().micros;
  std::shared_ptr<const Key> key;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(place); found != known_.end() && now < found->second.until) key = found->second.key;
  }
  if (key == nullptr) {
    BANMO_TRY(key, load(hash));
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMaxKnown) known_.clear();
    known_[place] = {key, now + kKnownMicros};
  }
  if (!name.empty() && name != key->key) return bad_key();
  return key;
}

}  // namespace banmo::events
