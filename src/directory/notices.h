// SPDX-License-Identifier: Apache-2.0
// The door by which every engine tells somebody something: a notice is written in the transaction of what it tells, and read by GET /notices.
// Readers and read marks are in Directory (notices, mark_notices_read). Notices are dropped after 180 days.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "directory/types.h"
#include "sql/sql.h"

namespace banmo::directory {

// Exactly one of account, account_name, person, org. An organisation means those whose grant stands in it itself, not above or below: a school's
// notice reaches the school, not the whole city. `role` or `right` narrows them further.
struct NoticeTo {
  AccountNo account = {};
  std::string account_name = {};
  PersonNo person = {};
  OrgNo org = {};
  std::optional<Role> role = {};
  std::optional<Right> right = {};
};

struct NewNotice {
  std::string kind;  // "import.done", "quarantine.returned", "plan.note": <engine>.<what>, stable
  Message title;     // one sentence in both languages, no personal data
  std::string link;  // a path of the portal: "/datasets/fitness_raw/quarantine"
};

// Writes a notice inside the caller's transaction. An account name that is unknown (the program itself) gets none.
// Errors: invalid "notice.no_receiver"; internal of the store.
Result<> add_notice(sql::Connection& connection, Instant at, const NoticeTo& to, const NewNotice& notice);

}  // namespace banmo::directory
