// SPDX-License-Identifier: Apache-2.0
// The small words of flows: who a role is, how long a deadline is. Private to the room.
#pragma once

#include <optional>
#include <string_view>

#include "pack/draft.h"
#include "pack/findings.h"

namespace banmo::pack {

// Conditions joined by `and`: $user.role = 'principal' | $user.role in ('principal', 'school_cio') | $user.org = school_id |
// within(school_id, $user.org) | $user.person = guardian_id | $user.ward = student_id. Fields are looked up by the caller.
FlowRole read_who(const DraftFlow::Role& draft, Findings& findings);

std::optional<FlowSpan> read_span(const Text& text, Findings& findings);               // 5wd, 3d, 12h
void read_late(const Text& text, FlowDeadline& out, Findings& findings);               // goto(state), escalate(role)
void read_lamp(const std::vector<Text>& lamp, FlowDeadline& out, Findings& findings);  // yellow 1wd, red 0

}  // namespace banmo::pack
