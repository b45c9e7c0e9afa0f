// SPDX-License-Identifier: Apache-2.0
// Work that is done in an account's name while nobody is signed in (figures sent every week): under the rights that the account has at that moment.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "directory/types.h"
#include "sql/sql.h"

namespace banmo::directory {

class Directory;

// Who the account is now, under the grant that was kept as a role's name and an organisation, or (empty) under all that it has. Fails closed: denied
// "account.no_access" if it is closed or gone, denied "session.password_must_change" if its owner could do nothing else; a grant that is no longer
// held leaves no rights. `session` is 0.
Result<std::shared_ptr<const Principal>> principal_of(Directory& directory, AccountNo account, const std::string& acting_role, OrgNo acting_org);
// Whether the account, as it stands now and whatever it acts under, has all these rights over the organisation; false if it is closed or gone. That
// its password must be changed takes nothing away.
Result<bool> has_rights_now(Directory& directory, AccountNo account, std::span<const Right> rights, OrgNo org);

// A try of another secret than a password (a tool's key) under the limits of sign-in, with a budget of its own: a tool that goes on with a dead key
// keeps nobody from signing in. Take before the secret is looked at, give back when it is right. Errors: too_many "session.too_many".
Result<> take_try(Directory& directory, const std::string& name, const std::string& peer);
void give_try_back(Directory& directory, const std::string& name, const std::string& peer);

// The version of the organisations (OrgTree::version) as a transaction of the ledger sees it. On PostgreSQL no other version is committed before the
// transaction ends.
Result<int64_t> hold_org_version(sql::Connection& ledger);

// By which clock the city's hours and days are told.
int utc_offset_minutes(Directory& directory);

}  // namespace banmo::directory
