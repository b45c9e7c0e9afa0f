// SPDX-License-Identifier: Apache-2.0
// A case from its opening to its end: what it fills in, what it refuses and with which sentence, who sees it, where it waits.
#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

std::string id_of(const Case& one) { return one.head.id.to_string(); }

std::string choices(const Case& one) {
  std::string out;
  for (const Choice& choice : one.choices) out += choice.move->id + (choice.refused ? " no: " + choice.refused->en : " yes") + "\n";
  return out;
}

std::string keys(const CasePage& page) {
  std::string out;
  for (const CaseHead& head : page.items) out += head.key + " ";
  return out;
}

std::string waiting(World& world, const Principal& who) { return keys(must(world.flows->cases(who, {}))); }

}  // namespace

TEST_CASE("a case is numbered, filled in with what the city knows, and kept as a draft") {
  on_each_pair([](World& w) {
    const Case one = must(w.flows->open(w.cio, "loan", {}));
    CHECK(one.head.key == "L2026-000001");
    CHECK(one.head.state == "draft");
    CHECK(one.head.seq == 1);
    CHECK(one.can_save);
    const pack::Dataset& subject = *w.catalogue->dataset("loan_case");
    const auto value = [&](const Case& of, const char* field) {
      const auto at = std::find(of.row.fields.begin(), of.row.fields.end(), subject.field_index(field)) - of.row.fields.begin();
      return sql::int_of(of.row.values[static_cast<size_t>(at)]);
    };
    CHECK(value(one, "school") == w.school_1.value);
    CHECK(value(one, "district") == w.south.value);
    const Case saved = must(w.flows->save(w.cio, id_of(one), 1, {{"amount", 1200}, {"account", "6222000011112222"}}));
    CHECK(saved.head.seq == 2);
    CHECK(value(saved, "amount") == 1200);
    CHECK(w.in_warehouse("L2026-000001") == "");  // a draft is nobody's row yet
    CHECK(told(w.flows->find(w.officer, id_of(one))) == "flows.no_such_case: there is no such case, or you may not see it");
    CHECK(told(w.flows->find(w.district, id_of(one))) == "flows.no_such_case: there is no such case, or you may not see it");
    CHECK(must(w.flows->figures(w.officer, "loan")).n_opened == 0);
    CHECK(w.count("SELECT COUNT(*) FROM flow_case WHERE content LIKE '%6222%'") == 0);
    CHECK(must(w.flows->open(w.cio_2, "loan", {})).head.key == "L2026-000002");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.open'") == 2);
  });
}

TEST_CASE("what a starter may not start or fill in is refused by name") {
  on_each_pair([](World& w) {
    CHECK(told(w.flows->open(w.teacher, "loan", {})) == "flows.not_for_you: Loans is started by: School; act under that role, or say for whom it is");
    CHECK(told(w.flows->open(w.cio, "none", {})) == "flows.no_such_flow: there is no such flow");
    CHECK(told(w.flows->open(w.auditor, "loan", {})) == "directory.no_right: your role does not cover this");
    CHECK(told(w.flows->open(w.cio, "loan", {{"opinion", "好"}})) == "flows.not_in_form: this step does not take opinion: remove it");
    CHECK(told(w.flows->open(w.cio, "loan", {{"school", "3702000002"}})) ==
          "flows.not_for_you: Loans is started by: School; act under that role, or say for whom it is");
    const auto bad = w.flows->open(w.cio, "loan", {{"amount", "many"}});
    REQUIRE(!bad.ok());
    CHECK(bad.error().id == "records.bad_row");
    CHECK(bad.error().where == "$.values.amount");
    CHECK(w.count("SELECT COUNT(*) FROM flow_case") == 0);
  });
}

TEST_CASE("automatic moves follow a move in its transaction, the first whose guard holds") {
  on_each_pair([](World& w) {
    const Case small = w.sent(500);
    CHECK(small.head.state == "granted");
    CHECK(small.head.closed_at.has_value());
    CHECK(small.choices.empty());
    CHECK(w.in_warehouse(small.head.key) == "granted|500");
    const Case large = w.sent(501);
    CHECK(large.head.state == "check");
    CHECK(w.in_warehouse(large.head.key) == "check|501");
    const auto steps = must(w.flows->history(w.cio, id_of(small)));
    REQUIRE(steps.size() == 2);
    CHECK(steps[0].move + " " + steps[0].from + " " + steps[0].to + " " + steps[0].role.en == "send draft sorting School");
    CHECK(steps[1].move + " " + steps[1].from + " " + steps[1].to + " " + steps[1].role.en == "granted sorting granted ");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.move'") == 2);
    CHECK(w.count("SELECT COUNT(*) FROM flow_desk") == 1);  // of the large one: the district
  });
}

TEST_CASE("each refusal of a move says what to do, and changes nothing") {
  on_each_pair([](World& w) {
    const Case draft = must(w.flows->open(w.cio, "loan", {{"use", "books"}}));
    CHECK(told(w.move(w.cio, draft, "send")) == "flows.input_missing: fill in Amount");
    CHECK(told(w.flows->save(w.cio, id_of(draft), 1, {{"opinion", "x"}})) == "flows.not_in_form: this step does not take opinion: remove it");
    const Case big = must(w.flows->save(w.cio, id_of(draft), 1, {{"amount", 1000000}}));
    CHECK(told(w.move(w.cio, big, "send")) == "flows.guard: The amount must be below a million (Amount 1000000)");
    CHECK(choices(big) == "send no: The amount must be below a million (Amount 1000000)\nwithdrawn yes\n");
    const Case sport = must(w.flows->save(w.cio, id_of(draft), 2, {{"amount", 95000}, {"use", "sport"}}));
    const auto rule = w.move(w.cio, sport, "send");
    REQUIRE(!rule.ok());
    CHECK(rule.error().id == "records.bad_row");
    CHECK(rule.error().message.en.find("A loan for sport is below 90000") != std::string::npos);
    const Case checked = w.sent(5000);
    CHECK(told(w.move(w.district, checked, "granted")) ==
          "flows.no_such_move: the case is at 'Check' and has no such move; there are: decide, fix, withdrawn");
    CHECK(told(w.move(w.officer, checked, "decide")) == "flows.not_your_move: 'Pass' is made by: District");
    CHECK(told(w.move(w.district, checked, "decide")) == "flows.input_missing: fill in Opinion");
    CHECK(told(w.move(w.district, checked, "fix")) == "flows.note_missing: 'Send back' needs a note that says why");
    CHECK(told(w.move(w.district, checked, "decide", {{"opinion", "可"}, {"amount", 1}})) ==
          "flows.not_in_form: this step does not take amount: remove it");
    CHECK(must(w.flows->find(w.cio, id_of(checked))).head.seq == checked.head.seq);
    CHECK(w.count("SELECT COUNT(*) FROM flow_step") == 2);
  });
}

TEST_CASE("a case is sent back once to be mended, and four eyes are two people") {
  on_each_pair([](World& w) {
    Case one = w.sent(5000);
    one = must(w.move(w.district, one, "fix", {}, "账号缺失"));
    CHECK(told(w.flows->save(w.district, id_of(one), one.head.seq, {{"amount", 1}})) ==
          "flows.not_your_form: the case is at 'Mend': it is not yours to fill in now");
    one = must(w.flows->save(w.cio, id_of(one), one.head.seq, {{"amount", 4000}}));
    one = must(w.move(w.cio, one, "send"));
    CHECK(told(w.move(w.district, one, "fix", {}, "再补")) == "flows.guard: A case is sent back once (补正次数 1)");
    one = must(w.move(w.district, one, "decide", {{"opinion", "可"}}));
    CHECK(told(w.move(w.district, one, "granted")) ==
          "flows.four_eyes: 'Grant' needs a second person: you opened this case or made another step of it");
    CHECK(choices(must(w.flows->find(w.district_b, id_of(one)))).starts_with("granted yes\n"));
    one = must(w.move(w.officer, one, "granted"));
    CHECK(one.head.state == "granted");
    CHECK(w.in_warehouse(one.head.key) == "granted|4000");
    const auto steps = must(w.flows->history(w.cio, id_of(one)));
    CHECK(std::count_if(steps.begin(), steps.end(), [](const Step& step) { return step.note == "账号缺失"; }) == 1);
    CHECK(w.count("SELECT COUNT(*) FROM notice WHERE kind = 'flow.moved'") == 0);  // the opener of the test has no account
  });
}

TEST_CASE("of two officers at once one moves the case, the other is told who did, when, and where it is") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    std::vector<std::string> results(2);
    {
      const std::jthread first([&] { results[0] = told(w.move(w.district, one, "decide", {{"opinion", "甲"}})); });
      const std::jthread second([&] { results[1] = told(w.move(w.district_b, one, "decide", {{"opinion", "乙"}})); });
    }
    std::sort(results.begin(), results.end());
    CHECK(results[0] == "");
    CHECK(results[1] == "flows.case_changed: the case was changed at 2026-09-21 10:00 by District and is now at 'Decide': read it again");
    CHECK(w.count("SELECT COUNT(*) FROM flow_step WHERE move = 'decide'") == 1);
    CHECK(w.in_warehouse(one.head.key) == "decide|5000");
  });
}

TEST_CASE("who has nothing to do with a case does not find it") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    const std::string none = "flows.no_such_case: there is no such case, or you may not see it";
    CHECK(told(w.flows->find(w.cio_2, id_of(one))) == none);
    CHECK(told(w.flows->find(w.north_district, id_of(one))) == none);
    CHECK(told(w.move(w.north_district, one, "decide", {{"opinion", "可"}})) == none);
    CHECK(told(w.flows->history(w.cio_2, id_of(one))) == none);
    CHECK(told(w.flows->find(w.cio, "1")) == none);
    CHECK(told(w.flows->find(w.auditor, id_of(one))) == "directory.no_right: your role does not cover this");
    CHECK(told(w.flows->find(w.officer, id_of(one))) == "");
    CHECK(told(w.records->update_row(w.officer, "loan_case", one.head.key, {{"amount", 1}}, {}))
              .starts_with("records.kept_by_flow: the rows of this dataset are the cases of a flow"));
  });
}

TEST_CASE("a case waits at the desks of those who may move it, by deadline, page by page") {
  on_each_pair([](World& w) {
    const Case first = w.sent(5000);
    w.clock.set(*Instant::parse_iso("2026-09-22T02:00:00Z"));
    const Case second = w.sent(6000);
    const Case draft = must(w.flows->open(w.cio, "loan", {}));
    CHECK(waiting(w, w.district) == first.head.key + " " + second.head.key + " ");
    CHECK(waiting(w, w.district_b) == waiting(w, w.district));
    CHECK(waiting(w, w.north_district) == "");
    CHECK(waiting(w, w.officer) == "");
    CHECK(waiting(w, w.cio) == draft.head.key + " ");  // that they could withdraw the others is nothing to wait for
    CasePage page = must(w.flows->cases(w.district, {.limit = 1}));
    CHECK(keys(page) == first.head.key + " ");
    page = must(w.flows->cases(w.district, {.limit = 1, .after = page.next}));
    CHECK(keys(page) == second.head.key + " ");
    CHECK(page.next == "");
    CHECK(keys(must(w.flows->cases(w.cio, {.view = CaseView::opened}))) == draft.head.key + " " + second.head.key + " " + first.head.key + " ");
    CHECK(must(w.flows->cases(w.district, {.flow = "none"})).items.empty());
    CHECK(told(w.flows->cases(w.district, {.after = "x"})) == "flows.bad_cursor: the cursor is not valid; begin at the first page");
    must(w.move(w.district, first, "decide", {{"opinion", "可"}}));
    CHECK(waiting(w, w.officer) == first.head.key + " ");
    must(w.move(w.cio, second, "withdrawn"));
    CHECK(waiting(w, w.district).find(second.head.key) == std::string::npos);
  });
}

TEST_CASE("what is offered waits at the desk of who may take it, also where an office could take it back") {
  on_each_pair([](World& w) {
    std::string text = changed("granted: {title: 已批准, title_en: Granted, final: true}",
                               "granted: {title: 已批准, title_en: Granted}\n    taken: 待发放\n"
                               "    paid: {title: 已发放, final: true}");
    text.replace(text.find("  deadlines:"), 0, R"(  - {from: granted, to: taken, by: [school], label: 领取, label_en: Take}
  - {from: granted, to: refused, id: back, by: [city], label: 收回, label_en: Take back}
  - {from: taken, to: paid, by: [city], label: 发放, label_en: Pay}
)");
    w.open(text);
    const Case offered = must(w.move(w.cio, must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 100}})), "send"));
    CHECK(offered.head.state == "granted");
    CHECK(waiting(w, w.cio) == offered.head.key + " ");
    CHECK(waiting(w, w.officer) == "");
    CHECK(must(w.flows->find(w.cio, offered.head.id.to_string())).is_yours);
    CHECK(!must(w.flows->find(w.officer, offered.head.id.to_string())).is_yours);
    must(w.move(w.cio, offered, "taken"));
    CHECK(waiting(w, w.officer) == offered.head.key + " ");
    CHECK(waiting(w, w.cio) == "");
  });
}

TEST_CASE("a guardian opens a case for the child, whom it is filled in for, and others see no more of it than they may") {
  on_each_pair([](World& w) {
    const auto family = [&](const std::string& account, std::vector<directory::PersonNo> wards) {
      Principal who = w.principal(Role::guardian, w.school_1, account);
      who.person = {900};
      who.wards = std::move(wards);
      return who;
    };
    const Principal mother = family("mother", {{7}}), other = family("other", {{8}}), two = family("two", {{7}, {8}});
    Principal pupil = w.principal(Role::student, w.school_1, "pupil");
    pupil.person = {7};
    CHECK(told(w.flows->open(two, "leave", {}))
              .starts_with("flows.not_for_you: Leave is started by: Guardian, Pupil; act under that role, or say for whom"));
    const Case draft = must(w.flows->open(mother, "leave", {{"school", "3702000001"}, {"reason", "发烧"}}));
    CHECK(draft.head.key == "Q0001");
    CHECK(waiting(w, pupil) == "Q0001 ");
    CHECK(waiting(w, other) == "");
    CHECK(told(w.flows->find(other, id_of(draft))).starts_with("flows.no_such_case"));
    CHECK(told(w.flows->find(w.cio, id_of(draft))).starts_with("flows.no_such_case"));  // a draft is the family's own
    const Case asked = must(w.move(pupil, draft, "ask"));
    CHECK(asked.shown == pack::Level::l4);
    CHECK(waiting(w, w.cio) == "Q0001 ");
    const Case at_school = must(w.flows->find(w.cio, id_of(draft)));
    CHECK(at_school.shown == pack::Level::l3);  // the reason is above what a school is shown
    CHECK(at_school.row.fields.size() == asked.row.fields.size() - 1);
    CHECK(told(w.move(mother, asked, "done")) == "flows.not_your_move: 'Allow' is made by: School");
    CHECK(must(w.move(w.cio, at_school, "done")).head.closed_at.has_value());
  });
}

TEST_CASE("the form of an office is filled in by the office, not by who may withdraw") {
  on_each_pair([](World& w) {
    w.open(changed("check: {title: 待初审, title_en: Check}", "check: {title: 待初审, title_en: Check, form: [opinion]}"));
    const Case one = w.sent(5000);
    CHECK(!one.can_save);
    const std::string not_yours = "flows.not_your_form: the case is at 'Check': it is not yours to fill in now";
    CHECK(told(w.flows->save(w.cio, id_of(one), one.head.seq, {{"opinion", "同意"}})) == not_yours);
    CHECK(told(w.flows->save(w.officer, id_of(one), one.head.seq, {{"opinion", "同意"}})) == not_yours);
    CHECK(waiting(w, w.cio) == "");
    CHECK(waiting(w, w.district) == one.head.key + " ");
    const Case saved = must(w.flows->save(w.district, id_of(one), one.head.seq, {{"opinion", "同意"}}));
    w.clock.set(*Instant::parse_iso("2026-09-24T16:00:00Z"));
    must(w.flows->run_due());
    const Case late = must(w.flows->find(w.officer, id_of(saved)));
    CHECK(late.can_save);
    CHECK(waiting(w, w.officer) == one.head.key + " ");
  });
}

TEST_CASE("where nothing is to be filled in nothing is saved, and what is so already changes nothing") {
  on_each_pair([](World& w) {
    const Case draft = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}}));
    CHECK(must(w.flows->save(w.cio, id_of(draft), 1, {{"amount", 5000}})).head.seq == 1);
    const Case one = must(w.move(w.cio, draft, "send"));
    CHECK(told(w.flows->save(w.district, id_of(one), one.head.seq, {})) ==
          "flows.not_your_form: the case is at 'Check': it is not yours to fill in now");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.save'") == 0);
  });
}

TEST_CASE("what is given with a move or at the opening makes nobody act for others") {
  on_each_pair([](World& w) {
    w.open(changed("id: send, by: [school],", "id: send, by: [school], form: [school],"));
    const Case draft = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}}));
    CHECK(told(w.move(w.cio, draft, "send", {{"school", "3702000002"}})) == "flows.not_your_move: 'Send' is made by: School");
    std::string text = changed("$user.ward = student\"", "$user.ward = student and $user.org = school\"");
    text.replace(text.find("form: [school, reason]"), 22, "form: [reason]");
    w.open(text);
    Principal pupil = w.principal(Role::student, w.school_1, "pupil");
    pupil.person = {7};
    CHECK(told(w.flows->open(pupil, "leave", {{"school", "3702000001"}})) == "flows.not_in_form: this step does not take school: remove it");
  });
}

TEST_CASE("who opened a case and has left the office sees that it exists, not what stands in it") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    const Case left = must(w.flows->find(w.principal(Role::teacher, w.school_3, "cio"), id_of(one)));
    CHECK(left.head.key == one.head.key);
    CHECK(left.shown == pack::Level::l1);
    CHECK(left.row.fields.size() == 1);  // its number, masked
  });
}

TEST_CASE("a move that gives the case to others is answered, and then it is gone") {
  on_each_pair([](World& w) {
    w.open(changed("form: [{f: opinion, required: true}]}", "form: [{f: opinion, required: true}, school]}"));
    const Case given = must(w.move(w.district, w.sent(5000), "decide", {{"opinion", "转"}, {"school", "3702000003"}}));
    CHECK(given.head.state == "decide");
    CHECK(given.shown == pack::Level::l3);
    CHECK(told(w.flows->find(w.district, id_of(given))).starts_with("flows.no_such_case"));
    const Case dropped = must(w.move(w.cio, must(w.flows->open(w.cio, "loan", {{"amount", 5000}})), "withdrawn"));
    CHECK(!must(w.flows->find(w.cio, id_of(dropped))).row.fields.empty());
  });
}

TEST_CASE("a case names many people, and is wholly shown to the one whom it is about") {
  on_each_pair([](World& w) {
    std::string text =
        changed("    reason: {type: text", "    teller: {type: ref, to: core.student, title: 转告人, mask: hash}\n    reason: {type: text");
    const auto replace = [&](const std::string& from, const std::string& to) {
      const size_t place = text.find(from);
      REQUIRE_MESSAGE(place != std::string::npos, from);
      text.replace(place, from.size(), to);
    };
    replace("  number: \"Q{seq:4}\"\n", "  number: \"Q{seq:4}\"\n  fill: {teller: student}\n");
    replace("'school_cio' and $user.org = school\"", "'school_cio' and $user.person = teller\"");
    w.open(text);
    Principal pupil = w.principal(Role::student, w.school_1, "pupil"), teller = w.principal(Role::school_cio, w.school_2, "teller");
    pupil.person = teller.person = {7};
    const Case draft = must(w.flows->open(pupil, "leave", {{"school", "3702000001"}, {"reason", "发烧"}}));
    const Case asked = must(w.move(pupil, draft, "ask"));
    CHECK(asked.shown == pack::Level::l4);
    CHECK(must(w.flows->find(teller, id_of(asked))).shown == pack::Level::l3);
  });
}

TEST_CASE("figures tell open, late and closed cases, days and returns, of the reader's own part") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    w.sent(500);
    must(w.move(w.district, one, "fix", {}, "补"));
    const FlowFigures all = must(w.flows->figures(w.officer, "loan"));
    CHECK(all.n_opened == 2);
    CHECK(all.n_closed == 1);
    CHECK(all.n_returned == 1);
    w.clock.set(*Instant::parse_iso("2026-09-30T02:00:00Z"));
    const FlowFigures late = must(w.flows->figures(w.district, "loan"));
    const auto mending = std::find_if(late.states.begin(), late.states.end(), [](const StateFigures& state) { return state.state == "fix"; });
    REQUIRE(mending != late.states.end());
    CHECK(mending->n_open == 1);
    CHECK(mending->n_late == 1);
    CHECK(must(w.flows->figures(w.cio_2, "loan")).n_opened == 0);
    CHECK(must(w.flows->figures(w.north_district, "loan")).n_opened == 0);
    must(w.stores.ledger->write([](sql::Connection& c) { return c.script("UPDATE flow_step SET spent = 9000000000000000000;"); }));
    CHECK(must(w.flows->figures(w.officer, "loan")).n_returned == 1);  // more microseconds together than a whole number holds
  });
}

}  // namespace banmo::flows::test
