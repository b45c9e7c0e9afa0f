// SPDX-License-Identifier: Apache-2.0
// Old learning records that go.
#include "events/removal.h"

#include "events/test_removal.h"

namespace banmo::events {
namespace {

using namespace test;

TEST_CASE("old statements are counted by organisation, and go with or without their rows") {
  on_each_fed_pair([](Fed& w) {
    tell_of_years(w);
    const RemovalPreview expected = must(w.events->preview_purge(officer(w.city), older(w.south)));
    REQUIRE(expected.parts.size() == 2);
    CHECK(expected.counts.n_statements == 3);
    CHECK(expected.parts[0].org == w.school_1);
    CHECK(expected.parts[0].n_statements == 2);
    CHECK(expected.parts[0].oldest.to_iso() == "2024-05-01T08:00:00.000000Z");
    CHECK(expected.parts[0].newest.to_iso() == "2024-06-01T08:00:00.000000Z");
    CHECK(w.found(w.all) == "0005 0004 0003 0002 0001");
    const auto rows = [&] { return w.asked("SELECT COUNT(*) FROM ds_every"); };
    CHECK(rows() == "5|\n");

    PurgeWish wish = older(w.school_1);
    wish.verb = "http://v.cn/saw";
    const int64_t first = must(w.events->purge(officer(w.school_1, Role::school_cio), wish, kReason)).no;
    work_off(w);
    CHECK(w.found(w.all) == "0005 0004 0003 0001");
    CHECK(rows() == "5|\n");  // figures are history
    CHECK(must(w.events->removal(Principal::system(), first)).counts.n_rows == 0);

    wish = older(w.city);
    wish.keep_figures = false;
    const int64_t second = must(w.events->purge(officer(w.city), wish, kReason)).no;
    work_off(w);
    CHECK(w.found(w.all) == "0005 0003");
    CHECK(rows() == "3|\n");
    CHECK(w.asked("SELECT COUNT(*) FROM ds_every__past") == "0|\n");
    const Removal done = must(w.events->removal(Principal::system(), second));
    CHECK(done.state == RemovalState::done);
    CHECK(done.counts.n_statements == 2);
    CHECK(done.counts.n_rows == 2 * 2);  // 0001 and 0004 in both datasets
    StatementQuery by_actor;
    by_actor.agent = "account https://tool.cn a";
    CHECK(w.found(w.all, by_actor).empty());  // 0005 was found by it for the sake of 0001
  });
}

TEST_CASE("a purge keeps to one tool, to its organisation, and to the past") {
  on_each_fed_pair([](Fed& w) {
    tell_of_years(w);
    PurgeWish wish = older(w.south);
    wish.key = w.two.key;
    CHECK(must(w.events->preview_purge(officer(w.city), wish)).counts.n_statements == 1);
    const auto purge = [&](const Principal& by, const PurgeWish& what) { return refusal(w.events->purge(by, what, kReason)); };
    wish.org = w.school_1;
    CHECK(purge(officer(w.city), wish) == "events.no_such_key");
    CHECK(purge(officer(w.school_1, Role::school_cio), older(w.south)) == "directory.no_such_org");
    CHECK(purge(officer(w.school_1, Role::teacher), older(w.school_1)) == "directory.no_right");
    wish = older(w.city);
    wish.before = Instant{w.clock.now().micros + 1};
    CHECK(purge(officer(w.city), wish) == "events.purge_of_future");
    CHECK(refusal(w.events->purge(officer(w.city), older(w.city), "")) == "events.no_reason");
    CHECK(w.count("SELECT COUNT(*) FROM xapi_removal") == 0);
  });
}

TEST_CASE("who is erased after a purge has no rows left either") {
  on_each_fed_pair([](Fed& w) {
    Class c(w);
    c.talk();
    PurgeWish wish = older(w.city);
    wish.before = w.clock.now();
    w.clock.advance_micros(1'000'000);
    wish.before = w.clock.now();
    must(w.events->purge(officer(w.city), wish, kReason));
    work_off(w);
    CHECK(w.found(w.all).empty());
    CHECK(w.asked("SELECT COUNT(*) FROM ds_seen WHERE who = " + std::to_string(c.ann.no.value)) == "4|\n");
    c.erase();
    work_off(w);
    CHECK(c.left() == kNothingLeft);
    CHECK(w.asked("SELECT COUNT(*) FROM ds_seen WHERE who = " + std::to_string(c.ben.no.value)) == "3|\n");
  });
}

}  // namespace
}  // namespace banmo::events
