// SPDX-License-Identifier: Apache-2.0
// Keys of tools that send learning records: made, listed and revoked by an administrator of the organisation. The secret is shown once.
#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"
#include "events/events.h"

namespace banmo::api {
namespace {

using events::KeyScope;

constexpr const char* kScopeNames[] = {"statements/write", "statements/read/mine", "statements/read", "state", "profile", "all"};

struct XapiKeyIn {
  static constexpr const char* kName = "XapiKeyIn";
  std::string title;
  std::vector<std::string> scopes;
  std::optional<std::string> org;
  bool own_users = false;
  std::vector<std::string> verbs, profiles;
  bool validate = false;
};
template <class V>
void describe(V& v, XapiKeyIn& x) {
  v.field("title", x.title, {.title = "名称", .min_length = 1, .max_length = 120});
  v.field("scopes", x.scopes, {.min_length = 1, .max_length = 6, .one_of = kScopeNames});
  v.field("org", x.org, {.doc = "For which organisation; absent: one's own.", .max_length = 36});
  v.field("own_users", x.own_users,
          {.title = "只写本机构的人", .doc = "Statements about actors whom nobody knows are refused.", .has_default = true});
  v.field("verbs", x.verbs, {.doc = "IRIs; empty: any verb.", .has_default = true});
  v.field("profiles", x.profiles, {.doc = "IRIs, one of which is a category of each statement; empty: any.", .has_default = true});
  v.field("validate", x.validate,
          {.title = "按配方校验", .doc = "A request with a statement that declares a recipe and breaks it is refused whole.", .has_default = true});
}

struct XapiKeyShape {
  static constexpr const char* kName = "XapiKey";
  std::string key, title;
  std::vector<std::string> scopes;
  std::optional<OrgRef> org;
  std::string by;
  Instant created_at;
  std::optional<Instant> revoked_at;
  bool own_users = false;
  std::vector<std::string> verbs, profiles;
  bool validate = false;
  std::optional<Instant> last_seen;
  int64_t n_requests = 0, n_errors = 0, n_statements = 0;
};
template <class V>
void describe(V& v, XapiKeyShape& x) {
  v.field("key", x.key);
  v.field("title", x.title);
  v.field("scopes", x.scopes, {.one_of = kScopeNames});
  v.field("org", x.org);
  v.field("by", x.by);
  v.field("created_at", x.created_at);
  v.field("revoked_at", x.revoked_at);
  v.field("own_users", x.own_users);
  v.field("verbs", x.verbs);
  v.field("profiles", x.profiles);
  v.field("validate", x.validate);
  v.field("last_seen", x.last_seen);
  v.field("n_requests", x.n_requests, {.doc = "In the last 24 hours, as are the two below."});
  v.field("n_errors", x.n_errors, {.doc = "Requests that were refused or failed."});
  v.field("n_statements", x.n_statements);
}

struct NewXapiKey {
  static constexpr const char* kName = "NewXapiKey";
  std::string key, secret;
};
template <class V>
void describe(V& v, NewXapiKey& x) {
  v.field("key", x.key, {.doc = "The user name of Basic authentication."});
  v.field("secret", x.secret, {.doc = "Its password, and the Bearer token. Shown this once."});
}

XapiKeyShape shape_of(const Call& call, const events::Key& key, const events::KeyHealth& health) {
  XapiKeyShape shape{.key = key.key,
                     .title = key.title,
                     .scopes = {},
                     .org = ref_of(*call.engines.directory->orgs(), key.org),
                     .by = key.account,
                     .created_at = key.created_at,
                     .revoked_at = key.revoked_at,
                     .own_users = key.limits.own_users,
                     .verbs = key.limits.verbs,
                     .profiles = key.limits.profiles,
                     .validate = key.limits.validate,
                     .last_seen = health.last_seen,
                     .n_requests = health.n_requests,
                     .n_errors = health.n_errors,
                     .n_statements = health.n_statements};
  if (key.may(KeyScope::all)) {
    shape.scopes = {"all"};
    return shape;
  }
  for (const char* name : kScopeNames)
    if (key.may(*events::scope_of(name))) shape.scopes.emplace_back(name);
  return shape;
}

Result<List<XapiKeyShape>> list_keys(const Call& call) {
  BANMO_TRY(const auto keys, call.engines.events->keys(call.principal));
  BANMO_TRY(auto health, call.engines.events->key_health(call.principal));
  List<XapiKeyShape> list;
  for (const events::Key& key : keys) list.items.push_back(shape_of(call, key, health[key.no]));
  return list;
}

Result<NewXapiKey> create_key(const Call& call, const XapiKeyIn& in) {
  directory::OrgNo org = call.principal.grants.empty() ? directory::OrgNo{} : call.principal.grants.front().org;
  if (in.org) {
    BANMO_TRY(const directory::Org* found, find_org(*call.engines.directory->orgs(), *in.org));
    org = found->no;
  }
  BANMO_TRY(events::NewKey made,
            call.engines.events->create_key(call.principal, in.title, in.scopes, org, {in.own_users, in.verbs, in.profiles, in.validate}));
  return NewXapiKey{std::move(made.key.key), std::move(made.secret)};
}

Result<Nothing> revoke_key(const Call& call) {
  BANMO_DO(call.engines.events->revoke_key(call.principal, call.path("key")));
  return Nothing{};
}

}  // namespace

void add_xapi_key_routes(Builder& builder) {
  builder.tag("events");
  builder.route<List<XapiKeyShape>>({.method = "GET",
                                     .path = "/xapi/keys",
                                     .operation = "list_xapi_keys",
                                     .summary = {"教学工具的密钥", "Keys of tools that send learning records"},
                                     .permission = "xapi.keys"},
                                    list_keys);
  builder.route<XapiKeyIn, NewXapiKey>({.method = "POST",
                                        .path = "/xapi/keys",
                                        .operation = "create_xapi_key",
                                        .summary = {"新建密钥；口令只显示这一次", "Make a key; its secret is shown this once"},
                                        .permission = "xapi.keys",
                                        .answer_status = 201},
                                       create_key);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/xapi/keys/{key}",
                          .operation = "revoke_xapi_key",
                          .summary = {"撤销密钥", "Revoke a key"},
                          .permission = "xapi.keys"},
                         revoke_key);
}

}  // namespace banmo::api
