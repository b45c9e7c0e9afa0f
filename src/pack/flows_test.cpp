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

TEST_CASE("a life event is one of the list that all packs share") {
  const Folder core, own;
  core.write("pack.yaml",
             "pack: {id: core, version: 1.0.0, engine: banmo/1, title: 基础}\nlaw: {purpose: 测试, basis: 测试}\n"
             "codes: {life_event: {title: 主题, values: {school_entry: 入学, aid: 资助}}}\n");
  const auto loaded = [&](const std::string& event) {
    own.write("pack.yaml", with_head(flow(kRoles, kStates, kMoves, "", "  number: \"F{year}-{seq:6}\"\n  life_event: " + event + "\n")));
    const std::vector<std::string> folders{core.path(), own.path()};
    return banmo::pack::Catalogue::load(folders);
  };
  const auto good = loaded("aid");
  REQUIRE(good.ok());
  CHECK((*good)->flow("f")->life_event == "aid");
  const auto bad = loaded("aidd");
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().id == "pack.flow_life_event");
  CHECK(bad.error().message.en == "there is no life event 'aidd'; the list core.life_event has: school_entry, aid");
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
        "^: the time '5 days' must be written as 5wd (working days), 3d (days) or 12h (hours), at most 4000 [pack.flow_span]");
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

TEST_CASE("a case comes into the dataset, waits at desks that somebody sits at, and fills in nothing from above its level") {
  const std::string ends = "  states: {^draft: 草稿, done: {title: 办结, final: true}}\n";
  CHECK(findings_of(flow(kRoles, ends, "  moves:\n  - {from: draft, to: done, by: [maker], label: 提交}\n")) ==
        "^: the first state 'draft' leads to final states only: a case would never be in the dataset; put a state between [pack.flow_start]");
  CHECK(findings_of(flow("  roles: {maker: {title: 甲, who: \"$user.role = 'teacher'\"}, desk: {title: 乙, who: \"^$user.role in ('city_officer', "
                         "'city_leader')\"}}\n",
                         kStates, kMoves)) ==
        "^: the role 'city_leader' may not handle cases: they would wait at nobody's desk; leave it out [pack.flow_role_idle]");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, "", "  number: \"F{seq:6}\"\n  fill: {note: ^secret}\n"))
            .starts_with("^: the field 'note' has a lower level than the field 'secret' that its value is taken from, which would leak"));
}

TEST_CASE("a panel names reviewers who do nothing else, a sheet with points, and a way out of its state") {
  constexpr std::string_view kLast = "  - {from: panel, to: done, auto: true, label: 评完}\n";
  const auto with = [&](std::string_view panel, std::string_view last) {
    std::string text = flow(
        "  roles: {maker: {title: 甲, who: \"$user.role = 'school_cio' and $user.org = s\"}, desk: {title: 乙, who: \"$user.role = "
        "'city_officer'\"}, expert: {title: 丙, who: \"$user.role = 'teacher'\"}}\n",
        "  states: {draft: 草稿, check: 待审, panel: {title: 评审, panel: " + std::string(panel) + "}, done: {title: 办结, final: true}}\n",
        std::string(kMoves) + "  - {from: check, to: panel, by: [desk], label: 送评}\n" + std::string(last));
    const std::string field = "n: {type: int, title: 数}";
    return text.insert(text.find(field), "mark: {type: decimal, title: 得分}, ");
  };
  const auto panel = [&](std::string_view text) { return with(text, kLast); };
  const std::string sheet = "sheet: [{id: a, title: 甲, max: 100}]";
  CHECK(findings_of(panel("{n: 5, role: expert, by: desk, drop_extremes: true, normalise: true, hide: [note], result: mark, " + sheet + "}")) == "");
  CHECK(findings_of(panel("^{n: 3, role: expert, by: desk, drop_extremes: true, result: mark, " + sheet + "}")) ==
        "^: a panel has 1 to 15 reviewers, and at least 4 if the extremes are dropped [pack.flow_panel_n]");
  CHECK(findings_of(panel("{n: 3, role: ^maker, by: desk, result: mark, " + sheet + "}"))
            .starts_with("^: the role 'maker' of reviewers names $user.role alone, and neither makes moves"));
  CHECK(findings_of(panel("{n: 3, role: expert, by: ^dask, result: mark, " + sheet + "}")) ==
        "^: the flow has no role 'dask' [pack.unknown_flow_role]");
  CHECK(findings_of(panel("{n: 3, role: expert, by: desk, result: ^note, " + sheet + "}")) ==
        "^: the field of a panel's score must be of type decimal [pack.flow_panel_result]");
  CHECK(findings_of(panel("^{n: 3, role: expert, by: desk, result: mark, sheet: [{id: a, title: 甲, max: 0}]}")) ==
        "^: the item 'a' must stand once, with a max of 1 to 1000 [pack.flow_panel_sheet]");
  CHECK(findings_of(with("^{n: 3, role: expert, by: desk, result: mark, " + sheet + "}", "  - {from: panel, to: done, by: [desk], label: 评完}\n")) ==
        "^: a state with a panel is neither the first nor a final one, has no form, and has an automatic move without a guard that is taken last "
        "[pack.flow_panel]");
}

TEST_CASE("where a case begins nobody is asked for what they may not see") {
  CHECK(findings_of(flow(kRoles, "  states: {^draft: {title: 草稿, form: [secret]}, check: 待审, done: {title: 办结, final: true}}\n", kMoves)) ==
        "^: the field 'secret' is above the level that the role 'school_cio' may see: it cannot fill it in or set it [pack.flow_level]");
}

TEST_CASE("conditions of a form read what stands before them, of the case alone, and hide nothing that must be there") {
  const auto draft = [](std::string_view form) {
    return flow(kRoles, "  states: {draft: {title: 草稿, form: " + std::string(form) + "}, check: 待审, done: {title: 办结, final: true}}\n", kMoves);
  };
  CHECK(findings_of(draft("[n, {f: note, required: true, when: n > 1}]")) == "");
  CHECK(findings_of(draft("[n, {part: 其他, part_en: Other, when: n > 1, fields: [note, {f: at, when: note = 'a'}]}]")) == "");
  CHECK(findings_of(draft("[n, {f: note, when: ^nn > 1}]")).starts_with("^: "));
  CHECK(findings_of(draft("[n, {f: note, when: ^n + 1}]")) ==
        "^: when is a condition over the case's fields and what finds give [pack.not_a_condition]");
  CHECK(findings_of(draft("[n, {f: note, when: \"^$user.role = 'principal'\"}]")) ==
        "^: when is a condition over the case's fields and what finds give [pack.not_a_condition]");
  CHECK(findings_of(draft("[{f: note, when: ^n > 1}, n]"))
            .starts_with("^: the field 'n' that the condition reads must stand before it in the form; the form of a move reads none of its own"));
  CHECK(findings_of(draft("[n, {part: 其他, when: ^note = 'a', fields: [note]}]")).starts_with("^: the field 'note' that the condition reads"));
  CHECK(findings_of(draft("[note, {f: ^note, when: n > 1}]")) == "^: 'note' stands twice in the form [pack.duplicate_id]");
  CHECK(findings_of(draft("[n, {part: 其他, ^field: [note]}]")).find("^: 'part' has no key 'field'; did you mean 'fields'?") != std::string::npos);
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, form: [n, {f: note, when: ^n > 1}]}\n"))
            .starts_with("^: the field 'n' that the condition reads must stand before it"));
  std::string needed = draft("[n, {f: ^at, when: n > 1}]");
  const std::string field = "at: {type: datetime, ";
  needed.insert(needed.find(field) + field.size(), "required: true, ");
  CHECK(findings_of(needed) == "^: the dataset requires the field 'at': it cannot be asked under a condition [pack.flow_when_required]");
}

TEST_CASE("periods are closed by a field that names them, a role of the directory, and levels of roles") {
  const auto locks = [](std::string_view text) { return flow(kRoles, kStates, kMoves, "  locks: " + std::string(text) + "\n"); };
  CHECK(findings_of(locks("{period: n, by: desk, levels: {school: {title: 学校, roles: [maker]}}}")) == "");
  CHECK(findings_of(locks("{period: ^at, by: desk, levels: {school: {title: 学校, roles: [maker]}}}")) ==
        "^: the field of a period 'at' must be a year, a code or a whole number, not sealed [pack.flow_lock_period]");
  CHECK(findings_of(locks("{period: n, by: ^maker, levels: {school: {title: 学校, roles: [maker]}}}")) ==
        "^: the role 'maker' that closes periods names $user.role alone [pack.flow_lock_by]");
  CHECK(findings_of(locks("{period: n, by: desk, levels: {school: {title: 学校, roles: [^makers]}}}")) ==
        "^: the flow has no role 'makers'; did you mean 'maker'? [pack.unknown_flow_role]");
  CHECK(findings_of(locks("^{period: n, by: desk, levels: {school: {title: 学校, roles: [maker]}, city: {title: 市, roles: [maker]}}}")) ==
        "^: the level 'city' must stand once and have roles, and a role stands in one level [pack.flow_lock_level]");
  CHECK(findings_of(locks("^{period: n, by: desk, levels: {}}")) == "^: locks have at least one level [pack.flow_lock_level]");
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

TEST_CASE("papers of a flow that cannot be handed in or issued are refused") {
  const std::string file = "  files: [{id: p, title: 证明, types: [pdf], states: [draft]}]\n";
  CHECK(findings_of(flow(kRoles, kStates, kMoves, file)) == "");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, "  files: [{id: p, title: 证明, types: [^exe], states: [draft]}]\n")) ==
        "^: files of the type 'exe' are not taken; there are: pdf, jpg, png [pack.flow_file_type]");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, "  files: [{id: p, title: 证明, types: [pdf], max: ^50MB, states: [draft]}]\n")) ==
        "^: the size of the file 'p' is written as 5MB or 300KB (20MB at most), and there are 1 to 20 of it [pack.flow_file_size]");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, "  files: [{id: p, title: 证明, types: [pdf], states: [^done]}]\n")) ==
        "^: nothing is handed in at the final state 'done' [pack.flow_final]");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, "  files: [{id: p, title: 证明, types: [pdf], states: [draft], required: ^n}]\n")) ==
        "^: required is true or a condition [pack.not_a_condition]");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, "  files:\n  - ^{id: p, title: 证明, types: [pdf], states: [draft], level: L4}\n")) ==
        "^: the file 'p' is above the level that the role 'school_cio' may see: who hands it in could not open it [pack.flow_file_level]");
  const auto letter = [](const std::string& body) { return "  letters: [{id: l, title: 通知, to: s, body: " + body + "}]\n"; };
  CHECK(findings_of(flow(kRoles, kStates, kMoves, letter("\"{note}、{n}、{s|title}、{now}\""))) == "");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, letter("^\"{nn}\""))) ==
        "^: the dataset 'd' has no field 'nn'; did you mean 'no'? [pack.unknown_field]");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, letter("^\"{secret}\""))) ==
        "^: the field 'secret' is above L3 and may not stand in a letter [pack.flow_letter_level]");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, "  letters: [{id: l, title: 通知, to: ^n, body: 同意}]\n")) ==
        "^: a letter is addressed to a field of a person or an organisation [pack.flow_letter_to]");
  std::string body;
  while (body.size() <= 8000) body += "同意资助。";
  CHECK(findings_of(flow(kRoles, kStates, kMoves, letter("^\"" + body + "\""))) ==
        "^: the text of a letter has 8,000 bytes at most [pack.flow_letter_long]");
  CHECK(findings_of(flow(kRoles, kStates, kMoves, letter("^\"{n\""))) == "^: a { of the letter is not closed [pack.flow_letter_brace]");
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, then: [{letter: ^l}]}\n")) ==
        "^: the flow has no letter 'l' [pack.unknown_letter]");
  CHECK(findings_of(moves("  - {from: check, to: done, by: [desk], label: 乙, id: x, then: [^{set: note}]}\n")) ==
        "^: each item of then is one of {set, value}, {letter}, {revoke}, {call}, {share}, {unshare: true} or {start} [pack.flow_effect]");
}

TEST_CASE("an appeal leads out of an end, by the applicant, to where an office hears it") {
  const std::string states = "  states: {draft: {title: 草稿, form: [note]}, check: 待审, again: 复核, done: {title: 办结, final: true}}\n";
  const auto with = [&](const std::string& appeal) {
    return flow(kRoles, states, std::string(kMoves) + appeal + "  - {from: again, to: done, by: [desk], label: 维持}\n");
  };
  CHECK(findings_of(with("  - {from: done, to: again, by: [maker], label: 申诉, appeal: 10wd}\n")) == "");
  CHECK(findings_of(with("  - {from: check, to: again, by: [maker], label: 申诉, appeal: ^10wd}\n")) ==
        "^: an appeal leads from final states to one that is not, by the applicant, within a time (appeal: 10wd) [pack.flow_appeal]");
  CHECK(findings_of(with("  - ^{from: done, to: again, by: [desk], label: 申诉, appeal: 10wd}\n")) ==
        "^: an appeal is made by whoever opens cases, which 'desk' does not [pack.flow_appeal_by]");
  CHECK(
      findings_of(flow(kRoles, states,
                       std::string(kMoves) + "  - ^{from: done, to: again, by: [maker], label: 申诉, appeal: 10wd}\n  - {from: again, to: done, by: "
                                             "[maker], label: 撤回}\n")) ==
      "^: an office must be able to act at 'again', where the appeal leads [pack.flow_appeal_heard]");
}

TEST_CASE("a look-up that cannot be asked or answered is refused") {
  const auto with = [](const std::string& lookup, const std::string& call = "q") {
    return flow(kRoles, kStates, std::string(kMoves) + "  - {from: check, to: done, id: x, by: [desk], label: 乙, then: [{call: [" + call + "]}]}\n",
                "lookups:\n- " + lookup + "\n");
  };
  CHECK(findings_of(with("{id: q, title: 查询, purpose: 核验, send: [note], sets: ^note, sign: hmac}")) ==
        "^: the field 'note' must be of a code list that has hit, miss, none and err [pack.lookup_sets]");
  CHECK(findings_of(with("{id: q, title: 查询, purpose: 核验, send: [note], sets: s, sign: hmac}", "^r"))
            .find("^: the flow has no look-up 'r' [pack.unknown_lookup]") != std::string::npos);
  CHECK(findings_of(with("^{id: q, title: 查询, purpose: 核验, send: [note], sets: note, sign: hmac, timeout: 60}"))
            .find("^: timeout is 1 to 30 seconds, retry at most 10, cache at most 366 days [pack.lookup_limits]") != std::string::npos);
  CHECK(findings_of(with("{id: q, title: 查询, purpose: 核验, send: [note], sets: note, sign: hmac, consent: ^n}"))
            .find("^: a consent is kept in a field of type bool or datetime [pack.lookup_consent]") != std::string::npos);
  CHECK(findings_of(with("{id: q, title: 查询, purpose: 核验, send: [note], sets: note, sign: ^rsa}")).find("hmac, sm2") != std::string::npos);
}

TEST_CASE("what an input offers is public, means one row, and fits its field") {
  const auto with = [](const std::string& input, const std::string& level = "L1") {
    std::string text =
        flow(kRoles, kStates, std::string(kMoves) + "  - {from: check, to: done, id: x, by: [desk], label: 乙, form: [" + input + "]}\n");
    const std::string rows = "- {id: street, title: 街道, kind: reference, grain: [code], class: {category: c, level: " + level +
                             "}, fields: {code: {type: text, title: 码}, name: {type: text, title: 名}, area: {type: text, title: 区}}, rows: []}\n";
    return text.insert(text.find("flows:"), rows);
  };
  CHECK(findings_of(with("{f: note, choose: {dataset: street, value: code, title: name, org: area, in: s, match: {name: note}}}")) == "");
  CHECK(findings_of(with("{f: s, choose: {orgs: [school, district]}}")) == "");
  CHECK(findings_of(with("{f: note, choose: datasets}")) == "");
  CHECK(findings_of(with("{f: note, choose: {dataset: ^street}}", "L2")) ==
        "^: only rows of a reference dataset at L1 are offered; 'street' is none [pack.flow_choose]");
  CHECK(findings_of(with("{f: note, choose: {dataset: ^d}}")).find("^: only rows of a reference dataset at L1 are offered; 'd' is none") !=
        std::string::npos);
  CHECK(findings_of(with("{f: note, choose: ^{dataset: street, value: name}}")) ==
        "^: value must be the whole grain of 'street', so that what is chosen means one row [pack.flow_choose]");
  CHECK(findings_of(with("{f: n, choose: ^{dataset: street}}")) == "^: the field 'n' must be a text that is not sealed [pack.flow_choose]");
  CHECK(findings_of(with("{f: note, choose: ^{orgs: school}}")) == "^: the field 'note' must be of type org, without many [pack.flow_choose]");
  CHECK(findings_of(with("{f: s, choose: {orgs: ^schol}}")) == "^: the field 's' takes no organisation of kind 'schol' [pack.flow_choose]");
  CHECK(findings_of(with("{f: note, choose: {dataset: street, org: area, in: ^n}}")) ==
        "^: the field 'n' must be another field of type org [pack.flow_choose]");
  CHECK(findings_of(with("{f: note, choose: ^{dataset: street, in: s}}")) ==
        "^: in needs org: the dataset's field with the code of an organisation [pack.flow_choose]");
  CHECK(findings_of(with("{f: note, choose: {dataset: street, match: {name: ^n}}}")) == "^: match compares two texts [pack.flow_choose]");
  CHECK(findings_of(with("{f: note, choose: ^{dataset: street, orgs: school}}"))
            .find("^: choose names one source: dataset, orgs, fields, or choose: datasets") != std::string::npos);
  CHECK(findings_of(with("{f: note, choose: {fields: ^n}}")) ==
        "^: the field 'n' must be another text field, which names a dataset [pack.flow_choose]");
  CHECK(findings_of(with("{f: note, choose: ^rows}")).find("datasets") != std::string::npos);
}
