// SPDX-License-Identifier: Apache-2.0
// Working days with holidays, lamps, reminders, what happens when it is late; and cases that run on while their flow changes.
#include <doctest/doctest.h>

#include "base/city_time.h"
#include "flows/calendar.h"
#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

Instant at(const char* iso) { return *Instant::parse_iso(iso); }
std::string id_of(const Case& one) { return one.head.id.to_string(); }
Case now(World& w, const Case& one) { return must(w.flows->find(w.officer, id_of(one))); }

}  // namespace

TEST_CASE("working days pass over holidays and count the days worked instead") {
  WorkCalendar calendar;
  calendar.set(*Date::parse_iso("2026-09-25"), false);
  calendar.set(*Date::parse_iso("2026-09-27"), true);  // a Sunday
  const pack::FlowSpan three{3, pack::SpanUnit::working_days};
  CHECK(calendar.after(at("2026-09-22T02:00:00Z"), three) == at("2026-09-27T16:00:00Z"));  // 23, 24, and Sunday the 27th until midnight
  CHECK(calendar.before(at("2026-09-27T16:00:00Z"), {1, pack::SpanUnit::working_days}) == at("2026-09-24T16:00:00Z"));
  CHECK(calendar.after(at("2026-09-22T16:30:00Z"), {1, pack::SpanUnit::working_days}) == at("2026-09-24T16:00:00Z"));  // already the 23rd here
  CHECK(calendar.after(at("2026-09-22T02:00:00Z"), {2, pack::SpanUnit::days}) == at("2026-09-24T16:00:00Z"));
  CHECK(calendar.after(at("2026-09-22T02:00:00Z"), {5, pack::SpanUnit::hours}) == at("2026-09-22T07:00:00Z"));
  CHECK(calendar.knows(2026));
  CHECK(!calendar.knows(2027));
}

TEST_CASE("a deadline lights its lamps, reminds once, and gives a late case to the role above, once") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    CHECK(one.head.due_at == at("2026-09-24T16:00:00Z"));
    CHECK(one.head.lamp == Lamp::green);
    CHECK(!one.due_is_estimated);
    CHECK(must(w.flows->run_due()) == 0);
    w.clock.set(at("2026-09-22T16:30:00Z"));
    CHECK(now(w, one).head.lamp == Lamp::yellow);
    w.clock.set(at("2026-09-23T16:30:00Z"));
    CHECK(now(w, one).head.lamp == Lamp::red);
    CHECK(must(w.flows->run_due()) == 1);
    CHECK(must(w.flows->run_due()) == 0);
    CHECK(w.count("SELECT COUNT(*) FROM notice WHERE kind = 'flow.due'") >= 1);
    const int64_t n_notices = w.count("SELECT COUNT(*) FROM notice");
    w.open();  // a restart forgets nothing and does nothing twice
    CHECK(must(w.flows->run_due()) == 0);
    CHECK(w.count("SELECT COUNT(*) FROM notice") == n_notices);
    w.clock.set(at("2026-09-24T16:00:00Z"));
    CHECK(must(w.flows->run_due()) == 1);
    CHECK(must(w.flows->run_due()) == 0);
    const Case late = now(w, one);
    CHECK(late.head.escalated);
    CHECK(must(w.flows->cases(w.officer, {})).items.size() == 1);
    CHECK(w.count("SELECT COUNT(*) FROM flow_step WHERE move = 'escalated'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.late' AND actor = 'system'") == 1);
    CHECK(told(w.move(w.officer, late, "withdrawn")) == "flows.not_your_move: 'Withdraw' is made by: School");
    CHECK(must(w.move(w.officer, late, "decide", {{"opinion", "代办"}})).head.state == "decide");
  });
}

TEST_CASE("a late case goes where its deadline sends it, and so into the dataset") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    const Case back = must(w.move(w.district, one, "fix", {}, "补"));
    CHECK(back.head.due_at == at("2026-09-23T16:00:00Z"));
    w.clock.set(at("2026-09-23T16:00:00Z"));
    CHECK(must(w.flows->run_due()) == 1);
    CHECK(now(w, one).head.state == "withdrawn");
    CHECK(w.in_warehouse(one.head.key) == "withdrawn|5000");
    CHECK(told(w.flows->save(w.cio, id_of(one), back.head.seq, {{"amount", 1}}))
              .starts_with("flows.case_changed: the case was changed at 2026-09-24 00:00 by the system and is now at 'Withdrawn'"));
  });
}

TEST_CASE("a row that breaks a rule does not keep its case from ending late") {
  on_each_pair([](World& w) {
    const Case draft = must(w.flows->open(w.cio, "loan", {{"use", "sport"}, {"amount", 5000}}));
    const Case back = must(w.move(w.district, must(w.move(w.cio, draft, "send")), "fix", {}, "补"));
    const Case broken = must(w.flows->save(w.cio, id_of(back), back.head.seq, {{"amount", 95000}}));
    CHECK(told(w.move(w.cio, broken, "send")).find("A loan for sport is below 90000") != std::string::npos);
    w.clock.set(at("2026-09-23T16:00:00Z"));
    CHECK(must(w.flows->run_due()) == 1);
    CHECK(w.in_warehouse(draft.head.key) == "withdrawn|95000");
  });
}

TEST_CASE("a deadline in a year whose holidays are not known is told as estimated") {
  on_each_pair([](World& w) {
    w.clock.set(at("2026-12-30T02:00:00Z"));
    const Case one = w.sent(5000);
    CHECK(city_date(Instant{one.head.due_at->micros - 1}) == *Date::parse_iso("2027-01-04"));
    CHECK(one.due_is_estimated);
  });
}

TEST_CASE("a running case goes on by the new version, or by its own where the new one has lost its state") {
  on_each_pair([](World& w) {
    const Case checked = w.sent(5000);
    const Case decided = must(w.move(w.district, w.sent(6000), "decide", {{"opinion", "可"}}));
    // The second version needs no check by the district: those who wait there, and new ones, go to the city as "audit".
    std::string text = changed("version: 1.0.0", "version: 2.0.0");
    const auto replace = [&](const std::string& from, const std::string& to) {
      const size_t place = text.find(from);
      REQUIRE_MESSAGE(place != std::string::npos, from);
      text.replace(place, from.size(), to);
    };
    replace("    decide: {title: 待审批, title_en: Decide}\n", "    audit: {title: 待审计, title_en: Audit}\n");
    replace("{from: check, to: decide, by: [district]", "{from: check, to: audit, by: [district]");
    replace("{from: decide, to: granted, by: [city, district]", "{from: audit, to: granted, by: [city, district]");
    replace("{from: decide, to: refused, by: [city]", "{from: audit, to: refused, by: [school]");
    replace("[draft, check, fix, decide]", "[draft, check, fix, audit]");
    replace("{state: decide, within: 24h}", "{state: audit, within: 24h}");
    w.open(text);
    const Case by_new = must(w.move(w.district, checked, "audit", {{"opinion", "可"}}));
    CHECK(by_new.head.state == "audit");
    CHECK(told(w.move(w.officer, by_new, "refused", {}, "不")) == "flows.not_your_move: 'Refuse' is made by: School");
    const Case by_old = now(w, decided);
    CHECK(by_old.head.state_title.en == "Decide");
    CHECK(must(w.move(w.officer, by_old, "refused", {}, "超预算")).head.state == "refused");
    CHECK(w.in_warehouse(decided.head.key) == "refused|6000");
    CHECK(w.count("SELECT COUNT(*) FROM flow_definition WHERE flow = 'loan'") == 2);
  });
}

TEST_CASE("a new version that gives a state to another role puts the cases that wait to its desk") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    CHECK(must(w.flows->cases(w.officer, {})).items.empty());
    std::string text = changed("{from: check, to: decide, by: [district]", "{from: check, to: decide, by: [city]");
    w.open(text);
    CHECK(must(w.flows->cases(w.officer, {})).items.size() == 1);
    CHECK(must(w.move(w.officer, one, "decide", {{"opinion", "可"}})).head.state == "decide");
  });
}

TEST_CASE("when a school comes under another district its cases wait there") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    must(w.directory->move_org(Principal::system(), w.school_1, w.north, city_date(w.clock.now())));
    must(w.flows->refresh());
    CHECK(must(w.flows->cases(w.district, {})).items.empty());
    CHECK(must(w.flows->cases(w.north_district, {})).items.size() == 1);
    CHECK(told(w.flows->find(w.district, id_of(one))).starts_with("flows.no_such_case"));
  });
}

TEST_CASE("when a school is merged away its cases wait in the school that stays") {
  on_each_pair([](World& w) {
    const Case one = must(w.move(w.district, w.sent(5000), "fix", {}, "补"));
    must(w.directory->merge_org(Principal::system(), w.school_1, w.school_2, city_date(w.clock.now())));
    must(w.flows->refresh());
    CHECK(must(w.flows->cases(w.cio_2, {})).items.size() == 1);
    CHECK(must(w.move(w.cio_2, one, "send")).head.state == "check");
  });
}

TEST_CASE("cases that cannot go on keep no other deadline waiting") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    // As if the pack had lost the state and the ledger its text.
    must(w.stores.ledger->write(
        [&](sql::Connection& connection) { return connection.script("UPDATE flow_case SET state = 'gone', definition = 'none', timer_at = 1;"); }));
    const Case other = w.sent(6000);
    w.clock.set(at("2026-09-24T16:00:00Z"));
    CHECK(must(w.flows->run_due()) == 1);
    CHECK(now(w, other).head.escalated);
    CHECK(
        told(w.flows->find(w.officer, id_of(one))).starts_with("flows.definition_lost: the version of the flow that this case needs no longer fits"));
    CHECK(must(w.flows->cases(w.officer, {.view = CaseView::opened})).items.empty());
  });
}

}  // namespace banmo::flows::test
