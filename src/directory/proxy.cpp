// SPDX-License-Identifier: Apache-2.0
#include "directory/proxy.h"

#include "directory/state.h"

namespace banmo::directory {

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

int utc_offset_minutes(Directory& directory) { return directory.state().options.utc_offset_minutes; }

}  // namespace banmo::directory
