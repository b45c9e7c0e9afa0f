// SPDX-License-Identifier: Apache-2.0
#include "directory/proxy.h"

#include <algorithm>

#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kOrgVersion = "SELECT version FROM directory_version WHERE name = 'org'";

}  // namespace

Result<std::shared_ptr<const Principal>> principal_of(Directory& directory, AccountNo account, const std::string& acting_role, OrgNo acting_org) {
  Directory::State& state = directory.state();
  BANMO_DO(state.poll(false));
  BANMO_TRY(const auto lease, state.ledger().read());
  auto principal = state.load_principal(*lease, account, 0, {}, acting_of(acting_role, acting_org.value));
  if (!principal.ok() && principal.error().code == ErrorCode::not_found)
    return fail(ErrorCode::denied, "account.no_access", {"账号已停用或不存在", "the account is closed or gone"});
  if (!principal.ok()) return principal;
  if ((*principal)->must_change_password)
    return fail(ErrorCode::denied, "session.password_must_change", {"首次登录须先修改密码", "change the password first"});
  return principal;
}

Result<bool> has_rights_now(Directory& directory, AccountNo account, std::span<const Right> rights, OrgNo org) {
  Directory::State& state = directory.state();
  BANMO_DO(state.poll(false));
  std::shared_ptr<const Principal> principal;
  {
    BANMO_TRY(const auto lease, state.ledger().read());
    auto loaded = state.load_principal(*lease, account, 0, {}, {});
    if (!loaded.ok()) return loaded.error().code == ErrorCode::not_found ? Result<bool>(false) : loaded.error();
    principal = *std::move(loaded);
  }
  return std::all_of(rights.begin(), rights.end(), [&](Right right) { return directory.require(*principal, right, org).ok(); });
}

Result<> take_try(Directory& directory, const std::string& name, const std::string& peer) {
  Directory::State& state = directory.state();
  const int64_t wait_s = state.limiter.take("key " + name, "key " + peer, state.clock.now());
  return wait_s > 0 ? Result<>(too_many(wait_s)) : Result<>();
}
void give_try_back(Directory& directory, const std::string& name, const std::string& peer) {
  directory.state().limiter.give_back("key " + name, "key " + peer);
}

Result<int64_t> hold_org_version(sql::Connection& ledger) {
  const std::string lock = ledger.dialect() == sql::Dialect::postgres ? " FOR SHARE" : "";
  BANMO_TRY(const auto rows, ledger.query(std::string(kOrgVersion) + lock));
  return rows.empty() ? 0 : sql::int_of(rows[0][0]);
}

int utc_offset_minutes(Directory& directory) { return directory.state().options.utc_offset_minutes; }

}  // namespace banmo::directory
