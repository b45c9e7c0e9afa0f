// SPDX-License-Identifier: Apache-2.0
// Accounts, for those who manage them.
#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"

namespace banmo::api {
namespace {

struct AccountShape {
  static constexpr const char* kName = "Account";
  std::string account, name;
  std::vector<std::string> roles;
  bool enabled = true;
  std::optional<Instant> last_sign_in;
};
template <class V>
void describe(V& v, AccountShape& x) {
  v.field("account", x.account);
  v.field("name", x.name);
  v.field("roles", x.roles);
  v.field("enabled", x.enabled);
  v.field("last_sign_in", x.last_sign_in);
}

Result<List<AccountShape>> list_accounts(const Call& call) {
  const auto limit = static_cast<size_t>(call.integer("limit", 50));
  BANMO_TRY(const auto accounts, call.engines.directory->accounts(call.text("q"), call.text("after"), limit));
  List<AccountShape> page;
  for (const directory::Account& account : accounts) {
    AccountShape shape{account.name, account.person_name, {}, account.enabled, account.last_sign_in};
    for (const directory::Grant& grant : account.grants) shape.roles.emplace_back(directory::name_of(grant.role));
    page.items.push_back(std::move(shape));
  }
  if (page.items.size() == limit) page.next = page.items.back().account;
  return page;
}

std::function<Result<Nothing>(const Call&)> set_enabled(bool enabled) {
  return [enabled](const Call& call) -> Result<Nothing> {
    BANMO_DO(call.engines.directory->set_account_enabled(call.principal, call.path("account"), enabled));
    return Nothing{};
  };
}

}  // namespace

void add_account_routes(Builder& builder) {
  builder.tag("accounts");
  builder.route<List<AccountShape>>({.method = "GET",
                                     .path = "/accounts",
                                     .operation = "list_accounts",
                                     .summary = {"账号", "Accounts"},
                                     .permission = "accounts.manage",
                                     .parameters = page_parameters({text_parameter("q", "Start of an account or name.")})},
                                    list_accounts);
  builder.route<Nothing>({.method = "POST",
                          .path = "/accounts/{account}/disable",
                          .operation = "disable_account",
                          .summary = {"停用账号，其会话与令牌随即失效", "Disable an account; its sessions and tokens end"},
                          .permission = "accounts.manage"},
                         set_enabled(false));
  builder.route<Nothing>({.method = "POST",
                          .path = "/accounts/{account}/enable",
                          .operation = "enable_account",
                          .summary = {"启用账号", "Enable an account"},
                          .permission = "accounts.manage"},
                         set_enabled(true));
}

}  // namespace banmo::api
