// SPDX-License-Identifier: Apache-2.0
// The small words of flows: who a role is, how long a deadline is. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pack/draft.h"
#include "pack/findings.h"

namespace banmo::pack {

// The one of that id; nullptr and a finding with the nearest one if there is none.
template <class T>
const T* known_in(const std::vector<T>& list, const Text& name, std::string_view id, std::string_view what_zh, std::string_view what_en,
                  Findings& findings) {
  std::vector<std::string_view> known;
  for (const T& one : list) {
    if (one.id == name.text) return &one;
    known.push_back(one.id);
  }
  const Message hint = suggestion(name.text, known);
  findings.add(id,
               {"流程没有" + std::string(what_zh) + " " + in_quotes(name.text) + hint.zh,
                "the flow has no " + std::string(what_en) + " " + in_quotes(name.text) + hint.en},
               name.where);
  return nullptr;
}
const FlowState* known_state(const Flow& flow, const Text& name, Findings& findings);
const FlowRole* known_role(const Flow& flow, const Text& name, Findings& findings);

// Conditions joined by `and`: $user.role = 'principal' | $user.role in ('principal', 'school_cio') | $user.org = school_id |
// within(school_id, $user.org) | $user.person = guardian_id | $user.ward = student_id. Fields are looked up by the caller.
FlowRole read_who(const DraftFlow::Role& draft, Findings& findings);

std::optional<FlowSpan> read_span(const Text& text, Findings& findings);               // 5wd, 3d, 12h
void read_late(const Text& text, FlowDeadline& out, Findings& findings);               // goto(state), escalate(role)
void read_lamp(const std::vector<Text>& lamp, FlowDeadline& out, Findings& findings);  // yellow 1wd, red 0

}  // namespace banmo::pack
