// SPDX-License-Identifier: Apache-2.0
// What a flow may not be, each with the sentence and the place: the ^ in a text.
#include <doctest/doctest.h>

#include "pack/testing.h"

using namespace banmo::pack::testing;

namespace {

constexpr const char* kRoles =
    "  roles: {maker: {title: 申请人, who: \"$user.role = 'school_cio' and $user.org = s\"}, desk: {title: 审批, who: \"$user.role = "
    "'city_officer'\"}}\n";
constexpr const char* kStates = "  states: {draft: {title: 草稿, form: [note]}, check: 待审, done: {title: 办结, final: true}}\n";
constexpr const char* kMoves =
    "  moves:\n  - {from: draft, to: check, by: [maker], label: 提交}\n  - {from: check, to: done, by: [desk], label: 通过}\n";

// A dataset d of cases and a flow f over it, in parts.
std::string flow(std::string_view roles, std::string_view states, std::string_view moves, std::string_view more = "", std::string_view head = "") {
  return "datasets:\n- {id: d, title: 办件, grain: [no], class: {category: c, level: L2}, scope: {org: s}, fields: {no: {type: text, title: 编号}, "
         "s: {type: org, title: 单位}, st: {type: state, title: 状态}, note: {type: text, title: 说明}, n: {type: int, title: 数}, secret: {type: "
         "text, level: L4, title: 秘密}, at: {type: datetime, title: 时间}}}\n"
         "flows:\n- id: f\n  title: 申请\n  guide: 说明\n  subject: d\n" +
         std::string(head.empty() ? "  number: \"F{year}-{seq:6}\"\n" : head) + std::string(roles) + std::string(states) + std::string(moves) +
         std::string(more);
}
std::string moves(std::string_view more) { return flow(kRoles, kStates, std::string(kMoves) + std::string(more)); }

}  // namespace

TEST_CASE("a flow that can begin, go on and end loads") { CHECK(findings_of(flow(kRoles, kStates, kMoves)) == ""); }

TEST_CASE("unknown roles, states, fields and keys of a flow are refused with the nearest one") {
  CHECK(findings_of(moves("  - {from: ^chek, to: done, by: [desk], label: 乙, id: x}\n")) ==
        "^: the flow has no state 'chek'; did you mean 'check'? [pack.unknown_state]");
  CHECK(findings_of(moves("  - {from: check, to: done, by: [^dask], label: 乙, id: x}\n")) ==
        "^: the flow has no role 'dask'; did you mean 'desk'? [pack.unknown_flow_role]");
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, form: [^noet]}\n")) ==
        "^: the dataset 'd' has no field 'noet'; did you mean 'note'? [pack.unknown_field]");
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, ^letter: a}\n"))
            .starts_with("^: 'move' has no key 'letter'; known keys: id, from, to, by"));
  CHECK(findings_of(flow(kRoles, kStates, kMoves, "  ^panels: []\n")).starts_with("^: 'flow' has no key 'panels'"));
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, form: [^st]}\n")) ==
        "^: the field 'st' is the flow's own and cannot be set here [pack.flow_field]");
}

TEST_CASE("states that nobody reaches, that nobody leaves, and flows that cannot end are refused") {
  const std::string lost = "  states: {draft: 草稿, check: 待审, ^lost: 失联, done: {title: 办结, final: true}}\n";
  CHECK(findings_of(flow(kRoles, lost, kMoves)).find("^: no move leads to the state 'lost' [pack.unreachable_state]") != std::string::npos);
  CHECK(findings_of(flow(kRoles, lost, kMoves)).find("^: there is no way out of the state 'lost': it needs a move by a person") != std::string::npos);
  const std::string round = "  states: {draft: 草稿, ^check: 待审, again: 重审, done: {title: 办结, final: true}}\n";
  const std::string circle =
      "  moves:\n  - {from: draft, to: check, by: [maker], label: 甲}\n  - {from: draft, to: done, by: [maker], label: 乙}\n  - {from: check, to: "
      "again, by: [desk], label: 丙}\n  - {from: again, to: check, by: [desk], label: 丁}\n";
  CHECK(
      findings_of(flow(kRoles, round, circle)).find("^: no final state can be reached from 'check': a case would never end [pack.flow_cannot_end]") !=
      std::string::npos);
  CHECK(findings_of(flow(kRoles, "  states: {draft: 草稿, check: 待审, done: 办结}\n", kMoves))
            .find("a flow has a state where it begins (the first) and at least one where it ends (final: true) [pack.flow_empty]") !=
        std::string::npos);
  CHECK(findings_of(flow(kRoles, "  states: {draft: 草稿, check: 待审, ^done: {title: 办结, final: true}}\n",
                         std::string(kMoves) + "  - {from: done, to: check, by: [desk], label: 乙}\n")) ==
        "^: the final state 'done' has a move out of it [pack.flow_final]");
}

TEST_CASE("automatic moves are ordered, lead on, and never run in circles") {
  const std::string states = "  states: {draft: 草稿, check: 待审, ^sort: 分办, done: {title: 办结, final: true}}\n";
  const auto with = [&](std::string_view more) {
    return flow(kRoles, states, std::string(kMoves) + "  - {from: check, to: sort, by: [desk], label: 转}\n" + std::string(more));
  };
  const std::string plain = "  states: {draft: 草稿, check: 待审, sort: 分办, done: {title: 办结, final: true}}\n";
  const std::string two = flow(kRoles, plain,
                               std::string(kMoves) +
                                   "  - {from: check, to: sort, by: [desk], label: 转}\n  - {from: sort, to: check, auto: true, label: 甲, guard: "
                                   "\"n > 1\"}\n  - {from: sort, to: done, auto: true, label: 乙}\n");
  CHECK(findings_of(two) == "");
  CHECK(findings_of(flow(kRoles, plain,
                         std::string(kMoves) +
                             "  - {from: check, to: sort, by: [desk], label: 转}\n  - {from: sort, to: done, auto: true, label: 乙}\n  - ^{from: "
                             "sort, to: check, auto: true, label: 甲, guard: \"n > 1\"}\n")) ==
        "^: of automatic moves the first whose guard holds is taken: one without a guard stands before this one, which is never taken "
        "[pack.shadowed_move]");
  CHECK(findings_of(with("  - {from: sort, to: done, auto: true, label: 乙, guard: \"n > 1\"}\n"))
            .starts_with("^: there is no way out of the state 'sort'"));
  const std::string loop = "  states: {draft: 草稿, check: 待审, ^sort: 分办, back: 回转, done: {title: 办结, final: true}}\n";
  CHECK(findings_of(flow(kRoles, loop,
                         std::string(kMoves) +
                             "  - {from: check, to: sort, by: [desk], label: 转}\n  - {from: sort, to: back, auto: true, label: 甲}\n  - {from: "
                             "back, to: sort, auto: true, label: 乙, guard: \"n > 1\"}\n  - {from: back, to: done, auto: true, label: 丙}\n")) ==
        "^: automatic moves lead from the state 'sort' back to itself without a person: a case would run in circles [pack.automatic_cycle]");
  CHECK(findings_of(moves("  - ^{from: check, to: done, auto: true, by: [desk], label: 乙, id: x}\n")) ==
        "^: an automatic move has no by, form, note or four_eyes [pack.flow_by]");
  CHECK(findings_of(moves("  - ^{from: check, to: done, label: 乙, id: x}\n")) ==
        "^: a move says by whom it is made (by), or auto: true [pack.flow_by]");
}

TEST_CASE("guards and effects are typed, and what an effect writes its maker may see") {
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, guard: ^n + 1}\n")) ==
        "^: a guard must be a condition; this is integer [pack.not_a_condition]");
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, then: [{set: n, value: ^now()}]}\n")) ==
        "^: the expression is instant and cannot be put into the field 'n' [pack.flow_effect_type]");
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, then: [{set: ^secret, value: note}]}\n")) ==
        "^: the field 'secret' is above the level that the role 'city_officer' may see: it cannot fill it in or set it [pack.flow_level]");
  CHECK(findings_of(moves("  - ^{from: check, to: done, by: [desk], label: 乙, id: x, form: [secret]}\n")) ==
        "^: the field 'secret' is above the level that the role 'city_officer' may see: it cannot fill it in or set it [pack.flow_level]");
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, then: [{set: note, value: ^secret}]}\n"))
            .starts_with("^: the field 'note' has a lower level than the field 'secret' that its value is taken from, which would leak"));
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, guard: \"^nn > 1\"}\n")).starts_with("^: "));
}

TEST_CASE("a role of a flow names roles of the directory or a person, in words that can be looked up") {
  const auto who = [](std::string_view text) {
    return flow("  roles: {maker: {title: 甲, who: \"" + std::string(text) + "\"}, desk: {title: 乙, who: \"$user.role = 'city_officer'\"}}\n",
                kStates, kMoves);
  };
  CHECK(findings_of(who("$user.role in ('principal', 'school_cio') and within(s, $user.org)")) == "");
  CHECK(findings_of(who("^$user.org = s")) ==
        "^: the role 'maker' names an organisation alone: its pupils and their guardians could act; add $user.role [pack.flow_role_wide]");
  CHECK(findings_of(who("^$user.role = 'principle'")) == "^: there is no role 'principle'; did you mean 'principal'? [pack.unknown_role]");
  CHECK(findings_of(who("^$user.role = 'principal' or n = 1"))
            .starts_with("^: the condition '$user.role = 'principal' or n = 1' of a role is not understood"));
  CHECK(findings_of(who("^$user.person = s")) == "^: the field 's' must refer to a person [pack.flow_who_field]");
}

TEST_CASE("deadlines, numbers, subjects and calendars are checked") {
  const auto deadline = [](std::string_view text) { return flow(kRoles, kStates, kMoves, "  deadlines:\n  - " + std::string(text) + "\n"); };
  CHECK(findings_of(deadline("{state: check, within: 5wd, late: goto(done), remind: 1wd, lamp: [yellow 1wd, red 0]}")) == "");
  CHECK(findings_of(deadline("{state: check, within: ^5 days, late: goto(done)}")) ==
        "^: the time '5 days' must be written as 5wd (working days), 3d (days) or 12h (hours), at most 1000 [pack.flow_span]");
  CHECK(findings_of(deadline("{state: check, within: 5wd, late: ^goto(dones)}")) ==
        "^: the flow has no state 'dones'; did you mean 'done'? [pack.unknown_state]");
  CHECK(findings_of(deadline("{state: check, within: 5wd, late: ^burn(it)}")) ==
        "^: what happens when it is late must be goto(state) or escalate(role) [pack.flow_late]");
  CHECK(findings_of(deadline("{state: check, within: 5wd, lamp: [^blue 1wd]}")) ==
        "^: a lamp must be written as yellow 1wd or red 0 [pack.flow_lamp]");
  CHECK(findings_of(deadline("^{state: done, within: 5wd}")) ==
        "^: the state 'done' has one deadline at most, a final one has none [pack.flow_deadline]");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, "", "  number: ^F-{day}\n"))
            .starts_with("^: the number must be made of letters, digits, {year} and {seq:6} at its end"));
  CHECK(findings_of(flow(kRoles, kStates, kMoves, "", "  number: \"F{seq:6}\"\n  calendar: ^d\n"))
            .starts_with("^: the calendar 'd' must be a reference dataset whose grain is one date"));
}

TEST_CASE("the field of the state shows the titles of the states") {
  const Folder folder;
  folder.write("pack.yaml", with_head(flow(kRoles, kStates, kMoves)));
  const std::vector<std::string> folders{folder.path()};
  const auto loaded = banmo::pack::Catalogue::load(folders);
  REQUIRE(loaded.ok());
  const auto& catalogue = *loaded;
  CHECK(catalogue->dataset("d")->flow == "f");
  CHECK(catalogue->dataset("d")->field("st")->list == "t.f");
  CHECK(catalogue->code_list("t.f")->values[1].title.zh == "待审");
}
