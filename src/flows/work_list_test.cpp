// SPDX-License-Identifier: Apache-2.0
// Work-lists narrowed by lamp, waiting, days and words: the same cases that their lamps tell, page by page, and words only where the reader sees
// them.
#include <doctest/doctest.h>

#include <set>

#include "flows/delegations.h"
#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

constexpr int64_t kHour = 3'600'000'000;

std::string keys(const Result<CasePage>& page) {
  if (!page.ok()) return told(page);
  std::string out;
  for (const CaseHead& head : page->items) out += (out.empty() ? "" : " ") + head.key.substr(head.key.size() - 1);
  return out + (page->next.empty() ? "" : " >");
}

std::string all_keys(World& w, const Principal& who, CaseQuery query) {
  std::string out;
  for (int n = 0; n < 100; ++n) {
    const CasePage page = must(w.flows->cases(who, query));
    for (const CaseHead& head : page.items) out += (out.empty() ? "" : " ") + head.key.substr(head.key.size() - 1);
    if (page.next.empty()) return out;
    query.after = page.next;
  }
  return "no end";
}

// Cases 1 to 5 sent on Monday to Friday of a week, three working days each, over a weekend with holidays behind it.
void send_five(World& w) {
  for (int day = 0; day < 5; ++day) {
    w.sent(5000 + day);
    w.clock.advance_micros(24 * kHour);
  }
}

}  // namespace

TEST_CASE("the lists of a lamp hold the cases whose lamp it is, at every moment, and nothing else") {
  on_each_pair([](World& w) {
    send_five(w);
    w.clock.set(*Instant::parse_iso("2026-09-21T02:00:00Z"));
    std::set<std::string> seen;
    for (int hours = 0; hours < 24 * 18; hours += 5) {
      w.clock.advance_micros(5 * kHour);
      std::string yellow, red, late;
      for (const CaseHead& head : must(w.flows->cases(w.district, {})).items) {
        const std::string key = head.key.substr(head.key.size() - 1);
        const auto add = [&](std::string& to) { to += (to.empty() ? "" : " ") + key; };
        if (head.lamp == Lamp::yellow) add(yellow);
        if (head.lamp == Lamp::red) add(red);
        if (*head.due_at <= w.clock.now()) add(late);
      }
      seen.insert({"y" + yellow, "r" + red, "l" + late});
      REQUIRE(all_keys(w, w.district, {.lamp = LampFilter::yellow, .limit = 2}) == yellow);
      REQUIRE(all_keys(w, w.district, {.lamp = LampFilter::red, .limit = 2}) == red);
      REQUIRE(all_keys(w, w.district, {.lamp = LampFilter::late, .limit = 2}) == late);
    }
    CHECK(seen.size() > 10);  // the lamps did change on the way
    CHECK(seen.contains("l1 2 3 4 5"));
  });
}

TEST_CASE("cases are listed by working days of waiting and by days of opening") {
  on_each_pair([](World& w) {
    send_five(w);  // it is Saturday; 25th to 27th are holidays, the 28th is worked
    w.clock.set(*Instant::parse_iso("2026-09-24T04:00:00Z"));
    CHECK(keys(w.flows->cases(w.district, {.waits_longer_wd = 1})) == "1 2");  // entered on Monday and Tuesday: Wednesday is over
    CHECK(keys(w.flows->cases(w.district, {.waits_longer_wd = 2})) == "1");
    CHECK(keys(w.flows->cases(w.district, {.waits_longer_wd = 3})) == "");
    w.clock.set(*Instant::parse_iso("2026-09-28T04:00:00Z"));
    CHECK(keys(w.flows->cases(w.district, {.waits_longer_wd = 3})) == "1");  // no working day since
    const Date second = *Date::parse_iso("2026-09-22"), fourth = *Date::parse_iso("2026-09-24");
    CHECK(keys(w.flows->cases(w.district, {.opened_from = second, .opened_until = fourth})) == "2 3 4");
    CHECK(keys(w.flows->cases(w.district, {.opened_until = second, .limit = 1})) == "1 >");
    CHECK(all_keys(w, w.cio, {.view = CaseView::opened, .opened_from = fourth, .limit = 1}) == "5 4");
    CHECK(keys(w.flows->cases(w.district, {.opened_from = fourth, .opened_until = second})) ==
          "flows.bad_filter: the last day cannot be before the first");
    CHECK(keys(w.flows->cases(w.district, {.waits_longer_wd = 251})) == "flows.bad_filter: give 0 to 250 working days");
    CHECK(keys(w.flows->cases(w.district, {.text = std::string(61, 'a')})) == "flows.bad_filter: look for less: a number, or a few letters");
  });
}

TEST_CASE("a case is found by the beginning of its number, at the reader's own desks and those of absent colleagues alone") {
  on_each_pair([](World& w) {
    send_five(w);
    const Case north =
        must(w.move(w.principal(Role::school_cio, w.school_3, "cio_3"),
                    must(w.flows->open(w.principal(Role::school_cio, w.school_3, "cio_3"), "loan", {{"use", "books"}, {"amount", 5000}})), "send"));
    CHECK(keys(w.flows->cases(w.district, {.text = "L2026-000003"})) == "3");
    CHECK(keys(w.flows->cases(w.district, {.text = "l2026-00000"})) == "1 2 3 4 5");
    CHECK(keys(w.flows->cases(w.district, {.text = north.head.key})) == "");
    CHECK(keys(w.flows->cases(w.north_district, {.text = "L2026"})) == "6");
    CHECK(keys(w.flows->cases(w.district, {.flow = "leave", .text = "L2026"})) == "");
    CHECK(keys(w.flows->cases(w.district, {.lamp = LampFilter::late, .text = "L2026"})) == "1");
    CHECK(keys(w.flows->cases(w.district, {.text = "000004"})) == "4");  // a part of it is looked for in the list
  });
}

TEST_CASE("where many numbers begin alike none is left out: the list is searched, page by page") {
  on_each_pair([](World& w) {
    send_five(w);
    CHECK(keys(w.flows->cases(w.district, {.text = "L2026", .limit = 2})) == "1 2 >");
    CHECK(all_keys(w, w.district, {.text = "L2026", .limit = 2}) == "1 2 3 4 5");
    CHECK(keys(w.flows->cases(w.district, {.text = "L2026", .limit = 5})) == "1 2 3 4 5");
    must(w.stores.ledger->write([&](sql::Connection& c) {
      // Behind the first stand a thousand numbers that begin so and wait for others.
      return c.script(
          "INSERT INTO flow_case (id, flow, case_key, definition, state, seq, org_no, person_no, opened_by, opened_at, sent_at, entered_at, due_at, "
          "timer_at, reminded, escalated, closed_at, in_dataset, mover_role, moved_at, content) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i "
          "+ 1 FROM n WHERE i < 1100) SELECT '019f0000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), c.flow, 'L2026-000001A' || CAST(i AS "
          "TEXT), c.definition, c.state, c.seq, c.org_no, c.person_no, 'x', c.opened_at, c.sent_at, c.entered_at, c.due_at, NULL, 0, 0, NULL, 1, '', "
          "c.moved_at, c.content FROM n, flow_case c WHERE c.case_key = 'L2026-000001';");
    }));
    CHECK(keys(w.flows->cases(w.district, {.text = "L2026"})) == "1 2 3 4 5");
    CHECK(keys(w.flows->cases(w.district, {.text = "L2026-000002"})) == "2");
  });
}

TEST_CASE("words are found in what the reader sees of a case, not in what is sealed from them") {
  on_each_pair([](World& w) {
    const Case one = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}, {"account", "ICBC Nanjing"}}));
    must(w.move(w.cio, one, "send"));
    w.sent(6000);
    CHECK(keys(w.flows->cases(w.district, {.text = "nanjing"})) == "1");  // offices of districts see L3
    CHECK(must(w.flows->cases(w.district, {.text = "nanjing"})).shown == pack::Level::l3);
    CHECK(keys(w.flows->cases(w.cio, {.view = CaseView::opened, .text = "icbc"})) == "1");
    const Case passed = must(w.move(w.district, must(w.flows->find(w.district, one.head.id.to_string())), "decide", {{"opinion", "符合条件"}}));
    CHECK(passed.head.state == "decide");
    CHECK(keys(w.flows->cases(w.district, {.text = "符合"})) == "1");
    const Principal opener = w.principal(Role::teacher, w.school_2, "cio");  // has left the office: sees that it exists
    CHECK(keys(w.flows->cases(opener, {.view = CaseView::opened, .text = "icbc"})) == "");
    CHECK(keys(w.flows->cases(opener, {.view = CaseView::opened, .text = "L2026-000001"})) == "1");
  });
}

TEST_CASE("a search goes on where it stopped when it has looked at many") {
  on_each_pair([](World& w) {
    const Case first = w.sent(5000);
    must(w.stores.ledger->write([&](sql::Connection& c) {
      // A thousand more at the same desk, as if they had been sent before.
      return c.script(
          "INSERT INTO flow_case (id, flow, case_key, definition, state, seq, org_no, person_no, opened_by, opened_at, sent_at, entered_at, due_at, "
          "timer_at, reminded, "
          "escalated, closed_at, in_dataset, mover_role, moved_at, content) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i "
          "< 1100) SELECT "
          "'019f0000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), c.flow, 'X' || CAST(i AS TEXT), c.definition, c.state, c.seq, c.org_no, "
          "c.person_no, 'x', "
          "c.opened_at, c.sent_at, c.entered_at, c.due_at, NULL, 0, 0, NULL, 1, '', c.moved_at, c.content FROM n, flow_case c;"
          "INSERT INTO flow_desk (desk, due_at, case_id, flow, state, entered_at, opened_at) SELECT d.desk, d.due_at - 1, c.id, c.flow, c.state, "
          "c.entered_at, "
          "c.opened_at FROM flow_desk d, flow_case c WHERE c.opened_by = 'x';");
    }));
    const CasePage page = must(w.flows->cases(w.district, {.text = first.head.key.substr(1)}));
    CHECK(page.items.empty());
    REQUIRE(!page.next.empty());
    const CasePage next = must(w.flows->cases(w.district, {.text = first.head.key.substr(1), .after = page.next}));
    REQUIRE(next.items.size() == 1);
    CHECK(next.items[0].key == first.head.key);
    CHECK(next.next == "");
  });
}

}  // namespace banmo::flows::test
