// SPDX-License-Identifier: Apache-2.0
// What a flow may not look up, count or start, each with the sentence and the place: the ^ in a text.
#include <doctest/doctest.h>

#include "pack/testing.h"

using namespace banmo::pack::testing;

namespace {

// A flow with a plan to look up, quotas and finds in parts, and another flow to start.
std::string flow(std::string_view parts, std::string_view effect = "", std::string_view sort = "{from: sort, to: done, auto: true, label: 录}") {
  return "datasets:\n- {id: plan, title: 计划, grain: [s], class: {category: c, level: L2}, scope: {org: s}, fields: {s: {type: org, title: 单位}, "
         "n: {type: int, title: 数}, t: {type: text, level: L3, title: 名}}}\n"
         "- {id: d, title: 办件, grain: [no], class: {category: c, level: L2}, scope: {org: s}, fields: {no: {type: text, title: 编号}, s: {type: "
         "org, "
         "title: 单位}, st: {type: state, title: 状态}, k: {type: int, title: 数}, note: {type: text, title: 说明}}}\n"
         "- {id: e, title: 名册, grain: [no], class: {category: c, level: L2}, scope: {org: s}, fields: {no: {type: text, title: 编号}, s: {type: "
         "org, "
         "title: 单位}, st: {type: state, title: 状态}, n: {type: int, title: 数}}}\n"
         "flows:\n- id: f\n  title: 申请\n  guide: 说明\n  subject: d\n  number: \"F{seq:6}\"\n" +
         std::string(parts) +
         "  roles: {maker: {title: 申请人, who: \"$user.role = 'school_cio' and $user.org = s\"}}\n"
         "  states: {draft: 草稿, sort: 分办, wait: 排队, done: 录取, end: {title: 办结, final: true}}\n"
         "  moves:\n  - {from: draft, to: sort, by: [maker], label: 提交" +
         std::string(effect) + "}\n  - " + std::string(sort) +
         "\n  - {id: by_hand, from: [sort, wait], to: done, by: [maker], label: 手动}\n  - {from: sort, to: wait, auto: true, label: 排}\n"
         "  - {from: done, to: end, by: [maker], label: 完}\n"
         "- id: other\n  title: 登记\n  guide: 说明\n  subject: e\n  number: \"O{seq:6}\"\n"
         "  roles: {maker: {title: 申请人, who: \"$user.role = 'school_cio' and $user.org = s\"}}\n"
         "  states: {new: 新, on: 在册, off: {title: 注销, final: true}}\n"
         "  moves:\n  - {id: put, from: new, to: on, by: [maker], label: 登}\n  - {id: noted, from: new, to: on, by: [maker], label: 记, note: "
         "required}\n  - {from: on, to: off, by: [maker], label: 注}\n";
}
constexpr const char* kPlan = "  finds: {plan: {of: plan, match: {s: s}}}\n";
std::string quota(std::string_view text) { return flow(std::string(kPlan) + "  quotas:\n  - " + std::string(text) + "\n"); }
std::string find(std::string_view text) {
  return flow("  finds: {x: " + std::string(text) + "}\n", "", "{from: sort, to: done, auto: true, label: 录, guard: \"k > 0\"}");
}

}  // namespace

TEST_CASE("a flow with quotas, a line, what it looks up and a case that it starts loads") {
  CHECK(findings_of(flow("  finds: {plan: {of: plan, match: {s: s}}}\n  quotas:\n  - {id: seats, title: 学位, by: [s], limit: $plan.n, holds: [done, "
                         "end], waits: wait, order: k}\n",
                         ", guard: \"$left.seats > -5\", then: [{start: other, move: put, with: {s: s, n: k}}]")) == "");
}

TEST_CASE("an automatic move that takes a place is conditional: another must stand behind it") {
  CHECK(findings_of(flow(std::string(kPlan), "", "{from: sort, to: done, auto: true, label: 录}"))
            .find("one without a guard stands before this one, which is never taken [pack.shadowed_move]") != std::string::npos);
}

TEST_CASE("quotas name fields, states and a limit that all who share it share") {
  CHECK(findings_of(quota("{id: q, title: 额, by: [^ss], limit: 1, holds: [done]}")).starts_with("^: the dataset 'd' has no field 'ss'"));
  CHECK(findings_of(quota("{id: q, title: 额, by: [s], limit: 1, holds: [^doen]}"))
            .starts_with("^: the flow has no state 'doen'; did you mean 'done'?"));
  CHECK(findings_of(quota("{id: q, title: 额, by: [s], limit: ^note, holds: [done, end]}")).find("limit must be an int; it is text") !=
        std::string::npos);
  CHECK(findings_of(quota("{id: q, title: 额, by: [s], limit: ^k, holds: [done, end]}")) ==
        "^: limit depends on fields of `by` alone; 'k' is none [pack.flow_quota]");
  CHECK(findings_of(quota("{id: q, title: 额, by: [k], limit: ^$plan.n, holds: [done, end]}")) ==
        "^: limit depends on fields of `by` alone; 's' is none [pack.flow_quota]");
  CHECK(findings_of(quota("^{id: q, title: 额, by: [s], limit: 1, holds: [draft, done, end]}")) ==
        "^: the first state takes no place, and a state that holds one (holds) is not the one that waits [pack.flow_quota]");
  CHECK(findings_of(quota("{id: q, title: 额, by: [s], limit: 1, holds: [done, end], waits: wait, order: ^note}")) ==
        "^: order must be an int, date or datetime field [pack.flow_quota]");
}

TEST_CASE("what is looked up is compared with what it can be compared with, and does not come down to a lower level") {
  CHECK(findings_of(find("{of: ^plans, match: {s: s}}")).starts_with("^: there is no dataset 'plans'; did you mean 'plan'?"));
  CHECK(findings_of(find("{of: plan, match: {n: ^note}}")) == "^: the field 'n' cannot be compared with a value of type text [pack.flow_find]");
  CHECK(findings_of(find("{of: plan, match: {s: s}, between: {value: ^note, from: n, to: n}}")).find("[pack.flow_find]") != std::string::npos);
  CHECK(findings_of(find("{of: plan, match: {s: s}, near: {t: {value: ^k, edits: 1}}}")) ==
        "^: near compares two texts, with edits from 1 to 3 [pack.flow_find]");
  CHECK(findings_of(flow("  finds: {plan: {of: plan, match: {s: s}}}\n", ", then: [{set: note, value: ^$plan.t}]",
                         "{from: sort, to: done, auto: true, label: 录, guard: \"k > 0\"}"))
            .starts_with("^: the field 'note' has a lower level than '$plan.t' that its value is taken from, which would leak"));
}

TEST_CASE("a started case is of another flow, by a move that the program can make") {
  const auto start = [](std::string_view text) {
    return flow("", ", then: [" + std::string(text) + "]", "{from: sort, to: done, auto: true, label: 录, guard: \"k > 0\"}");
  };
  CHECK(findings_of(start("{start: other, with: {s: s}}")) == "");
  CHECK(findings_of(start("{start: ^othr, with: {s: s}}")).starts_with("^: there is no flow 'othr'; did you mean 'other'?"));
  CHECK(findings_of(start("{start: f, with: {s: s}}"))
            .find("cases that the flow 'f' starts would start it again, without end [pack.flow_start_other]") != std::string::npos);
  CHECK(
      findings_of(start("{start: other, move: ^noted, with: {s: s}}")) ==
      "^: the first state of the flow 'other' has no move 'noted' that can be made by itself (without form, note and share) [pack.flow_start_other]");
  CHECK(findings_of(start("{start: other, with: {n: ^note}}")) ==
        "^: the expression is text and cannot be put into the field 'n' [pack.flow_effect_type]");
  CHECK(findings_of(start("{start: other, with: {^no: note}}")) == "^: the field 'no' is the flow's own and cannot be set here [pack.flow_field]");
}
