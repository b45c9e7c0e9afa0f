// SPDX-License-Identifier: Apache-2.0
// Caliper events as statements: an envelope of 1EdTech's Caliper Analytics 1.2 becomes xAPI 2.0 statements, so that a tool of either kind feeds the
// same records. Pure. Verbs and types that both vocabularies have are translated (caliper_words.h); others keep Caliper's IRI. The event as it was
// sent stands in the statement's context under kCaliper, so nothing of it is lost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace banmo::events {

inline constexpr std::string_view kCaliper = "http://purl.imsglobal.org/ctx/caliper/v1p2";  // dataVersion, and the extension's key

struct CaliperData {
  json::Array statements;
  std::vector<size_t> places;  // of each statement: which item of `data` it was
  struct Entity {
    std::string id, content;  // content: its JSON
  };
  std::vector<Entity> entities;  // described on their own, outside of any event
};

// Errors, with the place ("$.data[3].actor.id"): invalid "events.caliper_version" (dataVersion is not 1.2), "events.missing_member",
// "events.unknown_member", "events.bad_value", "events.empty_list".
Result<CaliperData> read_caliper(const json::Value& envelope);

}  // namespace banmo::events
