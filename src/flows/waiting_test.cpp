// SPDX-License-Identifier: Apache-2.0
// Where cases stand: behind what is due if they rest, at the desks of the organisations as they are now, until a day that a later calendar says.
#include <doctest/doctest.h>

#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

std::string keys(const CasePage& page) {
  std::string out;
  for (const CaseHead& head : page.items) out += head.key + (head.rests ? "(rests) " : " ");
  return out;
}

}  // namespace

TEST_CASE("a case that only rests stands behind what is due, page by page") {
  on_each_pair([](World& w) {
    w.open(changed("decide: {title: 待审批, title_en: Decide}", "decide: {title: 待审批, title_en: Decide, rests: true}"));
    const Case first = must(w.move(w.district, w.sent(5000), "decide", {{"opinion", "可"}}));
    const Case second = w.sent(6000);
    CHECK(first.head.due_at < second.head.due_at);
    CHECK(keys(must(w.flows->cases(w.district, {}))) == second.head.key + " " + first.head.key + "(rests) ");
    const CasePage page = must(w.flows->cases(w.district, {.limit = 1}));
    CHECK(keys(page) == second.head.key + " ");
    const CasePage last = must(w.flows->cases(w.district, {.limit = 1, .after = page.next}));
    CHECK(keys(last) == first.head.key + "(rests) ");
    CHECK(last.next == "");
    w.open();  // a pack in which the state is worked on again
    CHECK(keys(must(w.flows->cases(w.district, {}))) == first.head.key + " " + second.head.key + " ");
    w.open();  // nothing new: no case is touched
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.retime'") == 0);
  });
}

TEST_CASE("a move by a server that has not heard of a change of the organisations finds the right desk") {
  on_each_pair([](World& w) {
    const auto other = banmo::test::open_directory(w.stores, w.clock);
    const Case before = w.sent(5000);
    must(other->move_org(Principal::system(), w.school_1, w.north, city_date(w.clock.now())));
    const Case after = w.sent(6000);
    CHECK(keys(must(w.flows->cases(w.north_district, {}))) == after.head.key + " ");
    CHECK(keys(must(w.flows->cases(w.district, {}))) == before.head.key + " ");
    must(w.flows->refresh());
    CHECK(keys(must(w.flows->cases(w.north_district, {}))) == before.head.key + " " + after.head.key + " ");
    CHECK(w.count("SELECT COUNT(*) FROM flow_step") == 4);
  });
}

TEST_CASE("a calendar that comes later moves the deadlines of cases that are in the state, once") {
  on_each_pair([](World& w) {
    const Case one = w.sent(5000);
    CHECK(one.head.due_at == Instant::parse_iso("2026-09-24T16:00:00Z"));
    const std::string later = changed("rows: [[\"2026-09-25\", 0]", "rows: [[\"2026-09-23\", 0], [\"2026-09-25\", 0]");
    for (int n = 0; n < 2; ++n) {
      w.open(later);
      const Case now = must(w.flows->find(w.district, one.head.id.to_string()));
      CHECK(now.head.due_at == Instant::parse_iso("2026-09-28T16:00:00Z"));
      CHECK(now.head.seq == one.head.seq + 1);
      CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.retime'") == 1);
    }
    w.clock.set(*Instant::parse_iso("2026-09-24T15:59:00Z"));  // it was due in a minute
    CHECK(must(w.flows->run_due()) == 0);
    w.clock.set(*Instant::parse_iso("2026-09-24T16:00:00Z"));  // one working day before the 28th: the reminder
    CHECK(must(w.flows->run_due()) == 1);
    w.open(changed("{state: check, within: 3wd, late: escalate(city), remind: 1wd, lamp: [yellow 2wd, red 1wd]}", "{state: check, within: 30wd}"));
    CHECK(must(w.flows->find(w.district, one.head.id.to_string())).head.due_at > Instant::parse_iso("2026-10-20T00:00:00Z"));
    CHECK(w.count("SELECT COUNT(*) FROM flow_case WHERE timer_at IS NOT NULL") == 0);
  });
}

TEST_CASE("who opened a case and holds no role of it any more does not read what the offices noted") {
  on_each_pair([](World& w) {
    const Case one = must(w.move(w.district, w.sent(5000), "fix", {}, "账号有误"));
    const auto notes = [&](const Principal& reader) {
      std::string out;
      for (const Step& step : must(w.flows->history(reader, one.head.id.to_string()))) out += step.to + ":" + step.note + " ";
      return out;
    };
    CHECK(notes(w.cio) == "sorting: check: fix:账号有误 ");
    CHECK(notes(w.principal(Role::teacher, w.school_3, "cio")) == "sorting: check: fix: ");
  });
}

}  // namespace banmo::flows::test
