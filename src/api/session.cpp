// SPDX-License-Identifier: Apache-2.0
// Sign-in, sign-out, the caller's own account.
#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"

namespace banmo::api {
namespace {

using directory::Principal;

struct Login {
  static constexpr const char* kName = "Login";
  std::string account, password;
};
template <class V>
void describe(V& v, Login& x) {
  v.field("account", x.account, {.title = "账号", .min_length = 1, .max_length = 64});
  v.field("password", x.password, {.title = "密码", .min_length = 1, .max_length = 256});
}

struct MyRole {
  static constexpr const char* kName = "HeldRole";
  std::string role;
  Two title;
  OrgRef org;
};
template <class V>
void describe(V& v, MyRole& x) {
  v.field("role", x.role);
  v.field("title", x.title);
  v.field("org", x.org);
}

struct Me {
  static constexpr const char* kName = "Me";
  std::string account, name;
  std::optional<std::string> person_id;
  bool must_change_password = false, demo = false;
  std::vector<MyRole> roles, held;
  std::optional<MyRole> acting;
  std::optional<OrgRef> org;
  std::vector<std::string> rights;
};
template <class V>
void describe(V& v, Me& x) {
  v.field("account", x.account);
  v.field("name", x.name);
  v.field("person_id", x.person_id);
  v.field("must_change_password", x.must_change_password);
  v.field("demo", x.demo);
  v.field("roles", x.roles, {.doc = "What the session acts under: all that is held, or the chosen one."});
  v.field("held", x.held, {.doc = "All roles of the account, to choose from."});
  v.field("acting", x.acting, {.doc = "The chosen role; absent: all."});
  v.field("org", x.org);
  v.field("rights", x.rights);
}

struct Session {
  static constexpr const char* kName = "Session";
  std::string token;
  Instant expires_at;
  Me me;
};
template <class V>
void describe(V& v, Session& x) {
  v.field("token", x.token);
  v.field("expires_at", x.expires_at);
  v.field("me", x.me);
}

struct PasswordChange {
  static constexpr const char* kName = "PasswordChange";
  std::string old_password, new_password;
};
template <class V>
void describe(V& v, PasswordChange& x) {
  v.field("old_password", x.old_password, {.max_length = 256});
  v.field("new_password", x.new_password, {.min_length = 1, .max_length = 256});
}

// Which role to act under; neither: all.
struct ActingChoice {
  static constexpr const char* kName = "ActingChoice";
  std::optional<std::string> role, org;
};
template <class V>
void describe(V& v, ActingChoice& x) {
  v.field("role", x.role, {.max_length = 40});
  v.field("org", x.org, {.max_length = 36});
}

// nullopt if the organisation is no more.
std::optional<MyRole> role_shape(const directory::OrgTree& tree, const directory::Grant& grant) {
  const auto org = ref_of(tree, grant.org);
  if (!org) return std::nullopt;
  const auto [zh, en] = directory::title_of(grant.role);
  return MyRole{std::string(directory::name_of(grant.role)), {std::string(zh), std::string(en)}, *org};
}

std::vector<MyRole> role_shapes(const directory::OrgTree& tree, const std::vector<directory::Grant>& grants) {
  std::vector<MyRole> shapes;
  for (const directory::Grant& grant : grants)
    if (auto shape = role_shape(tree, grant)) shapes.push_back(*std::move(shape));
  return shapes;
}

Me me_of(const Engines& engines, const Principal& principal) {
  const auto tree = engines.directory->orgs();
  Me me;
  me.account = principal.account_name;
  me.name = principal.account_name;
  if (principal.person.value != 0) {
    directory::Scope self;  // a person may always read their own name
    self.persons = {principal.person};
    self.max_level = pack::Level::l3;
    directory::PeopleQuery query;
    query.limit = 1;
    if (auto page = engines.directory->people(self, query); page.ok() && !page->items.empty()) {
      me.name = page->items.front().name;
      me.person_id = page->items.front().id.to_string();
    }
  }
  me.must_change_password = principal.must_change_password;
  me.demo = principal.demo;
  me.roles = role_shapes(*tree, principal.grants);
  me.held = role_shapes(*tree, principal.held);
  if (principal.acting) me.acting = role_shape(*tree, *principal.acting);
  if (!me.roles.empty()) me.org = me.roles.front().org;
  for (const directory::Right right : directory::rights_of(principal)) me.rights.emplace_back(directory::name_of(right));
  return me;
}

// The session cookie: HttpOnly and SameSite=Strict; under TLS also Secure with the __Host- prefix, which binds it to this host.
std::pair<std::string, std::string> session_cookie(const http::Request& request, std::string_view token, int64_t max_age_s) {
  std::string cookie = request.secure ? "__Host-banmo_session=" : "banmo_session=";
  cookie.append(token).append("; Path=/; HttpOnly; SameSite=Strict; Max-Age=").append(std::to_string(max_age_s));
  if (request.secure) cookie += "; Secure";
  return {"Set-Cookie", std::move(cookie)};
}

Result<Session> sign_in(const Call& call, const Login& login) {
  BANMO_TRY(const directory::SignedIn signed_in, call.engines.directory->sign_in(login.account, login.password, call.request.peer));
  const int64_t left_s = (signed_in.expires_at.micros - call.engines.clock->now().micros) / 1'000'000;
  call.answer_headers.push_back(session_cookie(call.request, signed_in.token, left_s));
  return Session{signed_in.token, signed_in.expires_at, me_of(call.engines, *signed_in.principal)};
}

Result<Nothing> sign_out(const Call& call) {
  const std::string_view authorization = call.request.header("authorization");
  const std::string_view cookie = call.request.cookie(call.request.secure ? "__Host-banmo_session" : "banmo_session");
  BANMO_DO(call.engines.directory->sign_out(authorization.starts_with("Bearer ") ? authorization.substr(7) : cookie));
  call.answer_headers.push_back(session_cookie(call.request, "", 0));
  return Nothing{};
}

Result<Me> act_as(const Call& call, const ActingChoice& choice) {
  std::optional<directory::Grant> grant;
  if (choice.role.has_value() != choice.org.has_value())
    return fail(ErrorCode::invalid, "session.half_role", {"角色和机构须一起给出", "give the role and the organisation together"}, "$.role");
  if (choice.role) {
    const auto role = directory::role_of(*choice.role);
    if (!role)
      return fail(ErrorCode::invalid, "directory.unknown_role", {"没有“" + *choice.role + "”这个角色", "there is no role \"" + *choice.role + "\""},
                  "$.role");
    BANMO_TRY(const directory::Org* org, find_org(*call.engines.directory->orgs(), *choice.org));
    grant = directory::Grant{*role, org->no};
  }
  BANMO_TRY(const auto principal, call.engines.directory->act_as(call.principal, grant));
  return me_of(call.engines, *principal);
}

}  // namespace

void add_session_routes(Builder& builder) {
  builder.tag("session");
  builder.route<Login, Session>({.method = "POST",
                                 .path = "/session",
                                 .operation = "create_session",
                                 .summary = {"登录", "Sign in"},
                                 .permission = "public",
                                 .answer_status = 201},
                                sign_in);
  builder.route<Nothing>(
      {.method = "DELETE", .path = "/session", .operation = "delete_session", .summary = {"退出", "Sign out"}, .permission = "signed_in"}, sign_out);
  builder.route<ActingChoice, Me>({.method = "PUT",
                                   .path = "/session/acting",
                                   .operation = "act_as",
                                   .summary = {"切换身份：只以一个角色和机构行事，或恢复全部", "Act under one of my roles, or under all again"},
                                   .permission = "signed_in"},
                                  act_as);
  builder.route<Me>({.method = "GET",
                     .path = "/me",
                     .operation = "get_me",
                     .summary = {"我的账号、角色与权限", "My account, roles and rights"},
                     .permission = "signed_in"},
                    [](const Call& call) -> Result<Me> { return me_of(call.engines, call.principal); });
  builder.route<PasswordChange, Nothing>(
      {.method = "PUT",
       .path = "/me/password",
       .operation = "change_password",
       .summary = {"修改密码", "Change my password"},
       .permission = "signed_in"},
      [](const Call& call, const PasswordChange& change) -> Result<Nothing> {
        BANMO_DO(call.engines.directory->change_password(call.principal, change.old_password, change.new_password));
        return Nothing{};
      });
}

}  // namespace banmo::api
