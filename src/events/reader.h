// SPDX-License-Identifier: Apache-2.0
// Reads statements strictly: what the specification does not allow is refused, and the error names its JSON path. Pure functions.
#pragma once

#include "base/result.h"
#include "events/members.h"
#include "events/types.h"

namespace banmo::events {

// A statement as a client sends it; `version` is that of the request. Points into `value`. Errors: invalid "events.*" with the JSON path in `where`.
Result<Statement> read_statement(const json::Value& value, Version version, const Place& place = {});
// An agent or a group, as it also stands in the parameter `agent`.
Result<Actor> read_actor(const json::Value& value, const Place& place);

// Private to the room: parts of a statement.
Result<Activity> read_activity(const json::Value& value, const Place& place);
Result<Context> read_context(const json::Value& value, const Place& place, Version version);

}  // namespace banmo::events
