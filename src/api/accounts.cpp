// SPDX-License-Identifier: Apache-2.0
// Accounts and the three administrators: the system administrator opens and closes accounts, the security administrator grants roles, resets, unlocks
// and ends sessions, the audit administrator reads. No operation is for two of them.
#include "api/builder.h"
#include "api/session_shapes.h"
#include "api/shapes.h"
#include "directory/directory.h"

namespace banmo::api {
namespace {

struct GrantShape {
  static constexpr const char* kName = "Grant";
  std::string role;
  OrgRef org;
};
template <class V>
void describe(V& v, GrantShape& x) {
  v.field("role", x.role);
  v.field("org", x.org);
}

struct AccountShape {
  static constexpr const char* kName = "Account";
  std::string account, name;
  std::vector<std::string> roles;
  std::vector<GrantShape> grants;
  bool enabled = true;
  std::optional<Instant> last_sign_in;
};
template <class V>
void describe(V& v, AccountShape& x) {
  v.field("account", x.account);
  v.field("name", x.name);
  v.field("roles", x.roles, {.doc = "With those that the person's memberships give."});
  v.field("grants", x.grants, {.doc = "Granted to the account itself."});
  v.field("enabled", x.enabled);
  v.field("last_sign_in", x.last_sign_in);
}

struct OpenAccount {
  static constexpr const char* kName = "NewAccount";
  std::string account;
  std::optional<std::string> person_code;
};
template <class V>
void describe(V& v, OpenAccount& x) {
  v.field("account", x.account, {.min_length = 2, .max_length = 64});
  v.field("person_code", x.person_code, {.doc = "Student or staff number of the person whose account it is.", .max_length = 64});
}

struct OneTime {
  static constexpr const char* kName = "OneTimePassword";
  std::string account, password;
};
template <class V>
void describe(V& v, OneTime& x) {
  v.field("account", x.account);
  v.field("password", x.password, {.doc = "Told once; must be changed at the first sign-in."});
}

struct GrantChoice {
  static constexpr const char* kName = "GrantChoice";
  std::string role, org;
};
template <class V>
void describe(V& v, GrantChoice& x) {
  v.field("role", x.role, {.max_length = 40});
  v.field("org", x.org, {.max_length = 36});
}
struct GrantList {
  static constexpr const char* kName = "GrantChoices";
  std::vector<GrantChoice> grants;
};
template <class V>
void describe(V& v, GrantList& x) {
  v.field("grants", x.grants);
}

Result<List<AccountShape>> list_accounts(const Call& call) {
  const auto limit = static_cast<size_t>(call.integer("limit", 50));
  BANMO_TRY(const auto accounts, call.engines.directory->accounts(call.text("q"), call.text("after"), limit));
  const auto tree = call.engines.directory->orgs();
  List<AccountShape> page;
  for (const directory::Account& account : accounts) {
    AccountShape shape{account.name, account.person_name, {}, {}, account.enabled, account.last_sign_in};
    for (const directory::Grant& grant : account.grants) shape.roles.emplace_back(directory::name_of(grant.role));
    for (const directory::Grant& grant : account.given)
      if (const auto org = ref_of(*tree, grant.org)) shape.grants.push_back({std::string(directory::name_of(grant.role)), *org});
    page.items.push_back(std::move(shape));
  }
  if (page.items.size() == limit) page.next = page.items.back().account;
  return page;
}

Result<OneTime> open_account(const Call& call, const OpenAccount& wanted) {
  BANMO_TRY(const std::string password, call.engines.directory->open_account(call.principal, wanted.account, wanted.person_code.value_or("")));
  return OneTime{wanted.account, password};
}

Result<OneTime> reset_password(const Call& call) {
  BANMO_TRY(const std::string password, call.engines.directory->reset_password(call.principal, call.path("account")));
  return OneTime{call.path("account"), password};
}

Result<Nothing> set_grants(const Call& call, const GrantList& wanted) {
  const auto tree = call.engines.directory->orgs();
  std::vector<directory::Grant> grants;
  for (const GrantChoice& choice : wanted.grants) {
    const auto role = directory::role_of(choice.role);
    if (!role)
      return fail(ErrorCode::invalid, "directory.unknown_role", {"没有“" + choice.role + "”这个角色", "there is no role \"" + choice.role + "\""},
                  "$.grants");
    BANMO_TRY(const directory::Org* org, find_org(*tree, choice.org));
    grants.push_back({*role, org->no});
  }
  BANMO_DO(call.engines.directory->set_grants(call.principal, call.path("account"), grants));
  return Nothing{};
}

Result<Nothing> unlock(const Call& call) {
  BANMO_DO(call.engines.directory->unlock_account(call.principal, call.path("account")));
  return Nothing{};
}

Result<List<SessionShape>> account_sessions(const Call& call) {
  BANMO_TRY(const auto sessions, call.engines.directory->account_sessions(call.principal, call.path("account")));
  List<SessionShape> list;
  for (const auto& session : sessions) list.items.push_back(shape_of(session));
  return list;
}

Result<Nothing> end_account_session(const Call& call) {
  BANMO_TRY(const int64_t no, number_in_path(call, "id", "session.unknown"));
  BANMO_DO(call.engines.directory->end_account_session(call.principal, call.path("account"), no));
  return Nothing{};
}

std::function<Result<Nothing>(const Call&)> set_enabled(bool enabled) {
  return [enabled](const Call& call) -> Result<Nothing> {
    BANMO_DO(call.engines.directory->set_account_enabled(call.principal, call.path("account"), enabled));
    return Nothing{};
  };
}

void add_system_routes(Builder& builder) {
  builder.route<OpenAccount, OneTime>(
      {.method = "POST",
       .path = "/accounts",
       .operation = "create_account",
       .summary = {"新建账号（系统管理员），给出一次性口令", "Open an account (system administrator); gives a one-time password"},
       .permission = "accounts.manage",
       .answer_status = 201},
      open_account);
  builder.route<Nothing>(
      {.method = "POST",
       .path = "/accounts/{account}/disable",
       .operation = "disable_account",
       .summary = {"停用账号（系统管理员），其会话与令牌随即失效", "Disable an account (system administrator); its sessions and tokens end"},
       .permission = "accounts.manage"},
      set_enabled(false));
  builder.route<Nothing>({.method = "POST",
                          .path = "/accounts/{account}/enable",
                          .operation = "enable_account",
                          .summary = {"启用账号（系统管理员）", "Enable an account (system administrator)"},
                          .permission = "accounts.manage"},
                         set_enabled(true));
}

void add_security_routes(Builder& builder) {
  builder.route<GrantList, Nothing>(
      {.method = "PUT",
       .path = "/accounts/{account}/grants",
       .operation = "set_account_grants",
       .summary = {"授予的角色及其机构（安全管理员）", "Roles granted, each in an organisation (security administrator)"},
       .permission = "security.manage"},
      set_grants);
  builder.route<OneTime>({.method = "POST",
                          .path = "/accounts/{account}/reset-password",
                          .operation = "reset_account_password",
                          .summary = {"重置为一次性口令（安全管理员）", "Reset to a one-time password (security administrator)"},
                          .permission = "security.manage"},
                         reset_password);
  builder.route<Nothing>({.method = "POST",
                          .path = "/accounts/{account}/unlock",
                          .operation = "unlock_account",
                          .summary = {"解除尝试过多的锁定（安全管理员）", "Unlock after too many tries (security administrator)"},
                          .permission = "security.manage"},
                         unlock);
  builder.route<List<SessionShape>>({.method = "GET",
                                     .path = "/accounts/{account}/sessions",
                                     .operation = "list_account_sessions",
                                     .summary = {"账号的会话（安全管理员）", "Sessions of an account (security administrator)"},
                                     .permission = "security.manage"},
                                    account_sessions);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/accounts/{account}/sessions/{id}",
                          .operation = "end_account_session",
                          .summary = {"结束账号的一个会话（安全管理员）", "End a session of an account (security administrator)"},
                          .permission = "security.manage"},
                         end_account_session);
}

}  // namespace

void add_account_routes(Builder& builder) {
  builder.tag("accounts");
  builder.route<List<AccountShape>>({.method = "GET",
                                     .path = "/accounts",
                                     .operation = "list_accounts",
                                     .summary = {"账号（三类管理员可看）", "Accounts (for the three administrators)"},
                                     .permission = "accounts.read",
                                     .parameters = page_parameters({text_parameter("q", "Start of an account or name.")})},
                                    list_accounts);
  add_system_routes(builder);
  add_security_routes(builder);
}

}  // namespace banmo::api
