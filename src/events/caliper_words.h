// SPDX-License-Identifier: Apache-2.0
// Inside the room: which words of xAPI's vocabularies (ADL, the video profile, Activity Streams, the registry of Tin Can) say the same as Caliper's.
// Two tables; a word that stands in none keeps the IRI that Caliper 1.2 gives it (appendices A and C of its specification).
#pragma once

#include <string>
#include <string_view>

namespace banmo::events {

// `event` and `action` as terms: "MediaEvent", "Paused".
std::string verb_of(std::string_view event, std::string_view action);
// `type` is an entity's term: "AssessmentItem".
std::string activity_type_of(std::string_view type);

}  // namespace banmo::events
