// SPDX-License-Identifier: Apache-2.0
// One move of many cases: each is an outcome of its own, a preview writes nothing.
#include <doctest/doctest.h>

#include <thread>

#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

// "check>decide" or "check: why" of each.
std::string said(const std::vector<MoveOutcome>& outcomes) {
  std::string out;
  for (const MoveOutcome& one : outcomes)
    out += one.from + (one.refused ? ": " + one.refused->id + ": " + one.refused->message.en : ">" + one.to) + "\n";
  return out;
}

BulkWish wish_for(const std::vector<Case>& cases, bool dry_run) {
  BulkWish wish{{}, "decide", {{"opinion", "可"}}, "", dry_run};
  for (const Case& one : cases) wish.items.push_back({one.head.id.to_string(), one.head.seq});
  return wish;
}

}  // namespace

TEST_CASE("a preview tells what would happen to each case, and the same list then does it") {
  on_each_pair([](World& w) {
    const Case good = w.sent(5000), stale = w.sent(6000), back = must(w.move(w.district, w.sent(7000), "fix", {}, "补"));
    const Case theirs = w.sent(8000, w.principal(Role::school_cio, w.school_3, "cio_3")), other = w.sent(9000);
    BulkWish wish = wish_for({good, stale, back, theirs, other, good}, true);
    wish.items[1].seq = 1;
    wish.items.push_back({"nothing", 1});
    const std::string some =
        "check: flows.case_changed: the case was changed at 2026-09-21 10:00 by School and is now at 'Check': read it again\n"
        "fix: flows.no_such_move: the case is at 'Mend' and has no such move; there are: send, withdrawn\n"
        ": flows.no_such_case: there is no such case, or you may not see it\n"
        "check>decide\n"
        ": flows.case_twice: the case stands twice in the list: take one away\n"
        ": flows.no_such_case: there is no such case, or you may not see it\n";
    CHECK(said(must(w.flows->move_all(w.district, wish))) == "check>decide\n" + some);
    CHECK(w.count("SELECT COUNT(*) FROM flow_case WHERE state = 'decide'") == 0);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.move'") == 6);
    wish.dry_run = false;
    const auto done = must(w.flows->move_all(w.district, wish));
    CHECK(said(done) == "check>decide\n" + some);
    CHECK(done[0].seq == good.head.seq + 1);
    CHECK(w.count("SELECT COUNT(*) FROM flow_case WHERE state = 'decide'") == 2);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.move'") == 8);
    CHECK(w.in_warehouse(other.head.key) == "decide|9000");
    CHECK(said(must(w.flows->move_all(w.district, wish))).starts_with("decide: flows.case_changed: "));
  });
}

TEST_CASE("two officers with the same list move each case once") {
  on_each_pair([](World& w) {
    std::vector<Case> cases;
    for (int i = 0; i < 40; ++i) cases.push_back(w.sent(5000 + i));
    std::vector<std::vector<MoveOutcome>> done(2);
    {
      const std::jthread first([&] { done[0] = must(w.flows->move_all(w.district, wish_for(cases, false))); });
      const std::jthread second([&] { done[1] = must(w.flows->move_all(w.district_b, wish_for(cases, false))); });
    }
    for (size_t i = 0; i < cases.size(); ++i) {
      CHECK(done[0][i].refused.has_value() != done[1][i].refused.has_value());
      const MoveOutcome& late = done[0][i].refused ? done[0][i] : done[1][i];
      CHECK(late.refused->id == "flows.case_changed");
      CHECK(late.to == "");
    }
    CHECK(w.count("SELECT COUNT(*) FROM flow_step WHERE move = 'decide'") == 40);
  });
}

TEST_CASE("a list has a case at least and five hundred at most") {
  World w(Pair::sqlite_duckdb);
  CHECK(told(w.flows->move_all(w.district, {})) == "flows.bulk_size: a list of moves has 1 to 500 cases");
  BulkWish wish;
  wish.items.resize(501);
  CHECK(told(w.flows->move_all(w.district, wish)) == "flows.bulk_size: a list of moves has 1 to 500 cases");
  CHECK(told(w.flows->move_all(w.auditor, wish)) == "directory.no_right: your role does not cover this");
}

}  // namespace banmo::flows::test
