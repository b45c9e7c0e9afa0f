// SPDX-License-Identifier: Apache-2.0
// Inside the room: whether two statements say the same. Left out of the comparison is what a store may set or change (id, stored, authority, version,
// timestamp, attachments, display of verbs, definitions of activities), the order of members, and a duration's precision beyond 0.01 s
// (xAPI 1.0.3 Data 2.3.1; IEEE 9274.1.1, 4.2.7).
#pragma once

#include "json/json.h"
#include "sql/sql.h"

namespace banmo::events {

// 16 bytes, the same for statements that say the same. The timestamp is compared apart.
sql::Blob digest_of(const json::Value& statement);

}  // namespace banmo::events
