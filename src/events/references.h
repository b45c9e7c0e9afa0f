// SPDX-License-Identifier: Apache-2.0
// Inside the room: statements that refer to statements. Whoever refers is found by what the other says, too, and a voiding reference voids.
#pragma once

#include <vector>

#include "base/result.h"
#include "events/draft.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

// A draft with the number that it was given.
struct NewStatement {
  const Key* key = nullptr;  // by which it came
  const Draft* draft = nullptr;
  int64_t no = 0;
};

// After they were stored: completes the lists of what refers to them and of what they refer to.
Result<> follow_references(sql::Connection& connection, const std::vector<NewStatement>& stored);

}  // namespace banmo::events
