// SPDX-License-Identifier: Apache-2.0
// Inside the room: statements that refer to statements. Whoever refers is found by what the other says, too, and a voiding reference voids.
#pragma once

#include <vector>

#include "base/result.h"
#include "events/draft.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

// After the drafts were stored by `org` under the numbers from `first_no` on: completes the lists of what refers to them and of what they refer to.
Result<> follow_references(sql::Connection& connection, directory::OrgNo org, const std::vector<const Draft*>& drafts, int64_t first_no);

}  // namespace banmo::events
