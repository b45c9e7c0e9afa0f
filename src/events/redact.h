// SPDX-License-Identifier: Apache-2.0
// Inside the room: takes somebody out of a statement that stays, because it tells of others. Pure functions.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "events/types.h"
#include "json/json.h"

namespace banmo::events {

// Whether a statement tells what one of these (Actor::ifi) did, or what was done to one: actor or object, also as a member of a group.
bool tells_of(const Action& action, const std::set<std::string>& ifis);
// Puts an account that is nobody's (of `home_page`) where one of these stands, wherever it is, and drops the name; whether there was any.
// In extensions also where a raw event of Caliper names one by an IRI.
bool redact_statement(json::Value& statement, const std::set<std::string>& ifis, const std::string& home_page);
// A signature repeats all that was signed, and fits a changed statement no more: takes them out; the hashes of their contents.
std::vector<std::string> take_signatures(json::Value& statement);

}  // namespace banmo::events
