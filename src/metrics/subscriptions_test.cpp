// SPDX-License-Identifier: Apache-2.0
// Figures that come by themselves: when, to whom, once.
#include "metrics/subscriptions.h"

#include <thread>

#include "directory/proxy.h"
#include "metrics/test_world.h"

using namespace banmo;
using namespace banmo::metrics;
using namespace banmo::metrics::test;
using directory::Role;

namespace {

constexpr int64_t kHour_micros = int64_t{3600} * 1'000'000;
constexpr const char* kBoard = "dashboards: [{id: mine, title: 借阅, title_en: Loans, cards: [{kpi: [loan_n, late_rate]}]}]";

Instant at(const char* text) { return *Instant::parse_iso(text); }

struct Subscriber {
  World& world;
  directory::AccountNo no;
  std::string name;

  Subscriber(World& in, const std::string& called, Role role, directory::OrgNo org) : world(in), name(called) {
    directory::NewAccount account;
    account.name = called;
    account.password = "A-Long-Password-2026";
    account.grants = {{role, org}};
    account.must_change_password = false;
    no = must(world.directory->create_account(world.system, account));
  }
  // As if signed in.
  Principal principal() const {
    Principal who = *must(directory::principal_of(*world.directory, no, "", {}));
    who.session = 1;
    return who;
  }
  std::vector<std::string> told() const {
    Principal who;
    who.account = no;
    std::vector<std::string> titles;
    for (const directory::Notice& notice : must(world.directory->notices(who, {})).items) titles.push_back(notice.title.zh);
    return titles;
  }
};

void fill(World& world) {
  world.import("loan", "1," + world.code_of(1) + ",2026-10-01,lit,1,true,3\n2," + world.code_of(1) + ",2026-10-01,lit,1,false,3\n3," +
                           world.code_of(3) + ",2026-10-01,lit,1,false,3\n");
  must(world.metrics->settle());
  must(world.metrics->put_board(world.system, "mine", 0, kBoard));
}

}  // namespace

TEST_CASE("the next time is the hour of the city's clock: any day, a Monday, the first of a month") {
  const Instant sunday = at("2026-11-22T03:00:00Z");  // 11:00 in the city
  CHECK(next_due(sunday, Every::day, 12, 480) == at("2026-11-22T04:00:00Z"));
  CHECK(next_due(sunday, Every::day, 11, 480) == at("2026-11-23T03:00:00Z"));
  CHECK(next_due(sunday, Every::day, 0, 480) == at("2026-11-22T16:00:00Z"));
  CHECK(next_due(sunday, Every::week, 8, 480) == at("2026-11-23T00:00:00Z"));
  CHECK(next_due(at("2026-11-23T00:00:00Z"), Every::week, 8, 480) == at("2026-11-30T00:00:00Z"));
  CHECK(next_due(sunday, Every::month, 23, 480) == at("2026-12-01T15:00:00Z"));
}

TEST_CASE("a subscriber is told the figures of the own scope, once a period") {
  on_each_pair([](World& world) {
    fill(world);
    const Subscriber head(world, "head", Role::principal, world.schools[0]), officer(world, "officer", Role::district_officer, world.north);
    const Subscription made = must(world.metrics->subscribe(head.principal(), "mine", Every::day, 17));
    must(world.metrics->subscribe(officer.principal(), "mine", Every::day, 17));
    CHECK(made.due_at == at("2026-11-21T09:00:00Z"));
    CHECK(must(world.metrics->tell_subscribers()) == 0);
    world.clock.set(at("2026-11-21T09:00:00Z"));
    CHECK(must(world.metrics->tell_subscribers()) == 2);
    CHECK(head.told() == std::vector<std::string>{"《借阅》：借阅次数 2次，逾期率 50.0%"});
    CHECK(officer.told() == std::vector<std::string>{"《借阅》：借阅次数 1次，逾期率 0.0%"});
    CHECK(must(world.metrics->tell_subscribers()) == 0);
    world.open();  // another start
    CHECK(must(world.metrics->tell_subscribers()) == 0);
    const auto mine = must(world.metrics->subscriptions(head.principal()));
    REQUIRE(mine.size() == 1);
    CHECK(mine[0].told_at == at("2026-11-21T09:00:00Z"));
    CHECK(mine[0].due_at == at("2026-11-22T09:00:00Z"));
    world.clock.advance_micros(24 * 30 * kHour_micros);  // a month of standing still: one notice, not thirty
    CHECK(must(world.metrics->tell_subscribers()) == 2);
    CHECK(head.told().size() == 2);
  });
}

TEST_CASE("of two servers that ask at the same moment one tells") {
  on_each_pair([](World& world) {
    fill(world);
    const Subscriber head(world, "head", Role::principal, world.schools[0]);
    must(world.metrics->subscribe(head.principal(), "mine", Every::day, 17));
    const auto other = must(Metrics::create(world.stores, world.catalogue, *world.directory, *world.records, world.clock));
    world.clock.set(at("2026-11-21T09:30:00Z"));
    int n_told[2] = {};
    std::thread first([&] { n_told[0] = must(world.metrics->tell_subscribers()); });
    n_told[1] = must(other->tell_subscribers());
    first.join();
    CHECK(n_told[0] + n_told[1] == 1);
    CHECK(head.told().size() == 1);
  });
}

TEST_CASE("a notice that cannot be written leaves the time where it was, and comes with the next try") {
  on_each_pair([](World& world) {
    fill(world);
    const Subscriber head(world, "head", Role::principal, world.schools[0]);
    must(world.metrics->subscribe(head.principal(), "mine", Every::day, 17));
    world.clock.set(at("2026-11-21T09:00:00Z"));
    // Without its sequence of numbers no notice can be written.
    const auto call_sequence = [&](const std::string& from, const std::string& to) {
      must(world.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
        BANMO_DO(connection.execute("UPDATE number_sequence SET name = $2 WHERE name = $1", {from, to}));
        return {};
      }));
    };
    call_sequence("notice", "away");
    CHECK(must(world.metrics->tell_subscribers()) == 0);
    call_sequence("away", "notice");
    CHECK(must(world.metrics->subscriptions(head.principal())).at(0).due_at == at("2026-11-21T09:00:00Z"));
    CHECK(must(world.metrics->tell_subscribers()) == 1);
    CHECK(head.told().size() == 1);
  });
}

TEST_CASE("one whose notice cannot be written keeps nobody else waiting") {
  World world(Pair::sqlite_duckdb);
  fill(world);
  const Subscriber first(world, "first", Role::principal, world.schools[0]), second(world, "second", Role::principal, world.schools[0]);
  const int64_t no = must(world.metrics->subscribe(first.principal(), "mine", Every::day, 17)).no;
  must(world.metrics->subscribe(second.principal(), "mine", Every::day, 17));
  must(world.stores.ledger->write([&](sql::Connection& connection) {
    return connection.script("CREATE TRIGGER refuse BEFORE UPDATE ON subscription WHEN NEW.no = " + std::to_string(no) +
                             " BEGIN SELECT RAISE(ABORT, 'full'); END");
  }));
  world.clock.set(at("2026-11-21T09:00:00Z"));
  CHECK(must(world.metrics->tell_subscribers()) == 1);
  CHECK(first.told().empty());
  CHECK(second.told().size() == 1);
  must(world.stores.ledger->write([](sql::Connection& connection) { return connection.script("DROP TRIGGER refuse"); }));
  CHECK(must(world.metrics->tell_subscribers()) == 1);
  CHECK(first.told().size() == 1);
}

TEST_CASE("however many cannot be told, the others have their turn") {
  World world(Pair::sqlite_duckdb);
  fill(world);
  world.import("shelf", "2026," + world.code_of(1) + ",lit,5\n");
  must(world.metrics->settle());
  must(world.metrics->put_board(world.system, "broken", 0, "dashboards: [{id: broken, title: 坏, filters: [grade], cards: [{kpi: [loan_n]}]}]"));
  must(world.metrics->put_board(world.system, "whole", 0, "dashboards: [{id: whole, title: 好, cards: [{kpi: [books]}]}]"));
  const Subscriber head(world, "head", Role::principal, world.schools[0]);
  must(world.metrics->subscribe(head.principal(), "broken", Every::day, 17));
  must(world.metrics->subscribe(head.principal(), "whole", Every::day, 17));
  must(world.stores.ledger->write([](sql::Connection& connection) -> Result<> {
    BANMO_DO(connection.execute("UPDATE subscription SET no = 2000 WHERE dashboard = 'whole'"));
    for (int64_t no = 1000; no < 1600; ++no)
      BANMO_DO(
          connection.execute("INSERT INTO subscription (no, account_no, account, acting_role, acting_org_no, dashboard, every, hour, created_at, "
                             "due_at) SELECT $1, account_no, account, acting_role, acting_org_no, dashboard, 'x' || $1, hour, created_at, due_at - 1 "
                             "FROM subscription WHERE no = 1",
                             {no}));
    return {};
  }));
  // The filter's values cannot be read: a fault that may pass.
  must(world.stores.warehouse->write([](sql::Connection& connection) { return connection.script("DROP TABLE ru_loan"); }));
  world.clock.set(at("2026-11-21T09:00:00Z"));
  CHECK(must(world.metrics->tell_subscribers()) == 0);
  CHECK(must(world.metrics->tell_subscribers()) == 1);
  REQUIRE(head.told().size() == 1);
  CHECK(head.told()[0] == "《好》：册数 5.0册");
}

TEST_CASE("an account that is closed, has lost its role or must change its password is told nothing") {
  World world(Pair::sqlite_duckdb);
  fill(world);
  const Subscriber closed(world, "closed", Role::principal, world.schools[0]), lost(world, "lost", Role::principal, world.schools[0]),
      late(world, "late", Role::principal, world.schools[0]), stays(world, "stays", Role::principal, world.schools[0]);
  for (const Subscriber* one : {&closed, &lost, &late, &stays}) must(world.metrics->subscribe(one->principal(), "mine", Every::week, 8));
  must(world.directory->set_account_enabled(world.system, "closed", false));
  must(world.directory->set_grants(world.system, "lost", {}));
  must(world.directory->reset_password(world.system, "late", "Another-Password-2026"));
  world.clock.set(at("2026-11-23T00:00:01Z"));
  CHECK(must(world.metrics->tell_subscribers()) == 1);
  for (const Subscriber* one : {&closed, &lost, &late}) CHECK(one->told().empty());
  CHECK(stays.told().size() == 1);
  CHECK(must(world.metrics->tell_subscribers()) == 0);
}

TEST_CASE("whoever acts under one grant is told under that one, and nothing once it is taken") {
  World world(Pair::sqlite_duckdb);
  fill(world);
  const Subscriber both(world, "both", Role::district_officer, world.south);
  must(world.directory->set_grants(world.system, "both", {{Role::district_officer, world.south}, {Role::district_officer, world.north}}));
  Principal acting = both.principal();
  acting.acting = directory::Grant{Role::district_officer, world.north};
  must(world.metrics->subscribe(acting, "mine", Every::day, 17));
  world.clock.set(at("2026-11-21T09:00:00Z"));
  must(world.metrics->tell_subscribers());
  CHECK(both.told() == std::vector<std::string>{"《借阅》：借阅次数 1次，逾期率 0.0%"});
  must(world.directory->set_grants(world.system, "both", {{Role::district_officer, world.south}}));
  world.clock.set(at("2026-11-22T09:00:00Z"));
  CHECK(must(world.metrics->tell_subscribers()) == 0);
  CHECK(both.told().size() == 1);
}

TEST_CASE("nothing is told of a dashboard that is gone, and the list says so") {
  World world(Pair::sqlite_duckdb);
  fill(world);
  const Subscriber head(world, "head", Role::principal, world.schools[0]);
  must(world.metrics->subscribe(head.principal(), "mine", Every::month, 8));
  must(world.metrics->delete_board(world.system, "mine", 1));
  world.clock.set(at("2026-12-01T00:00:00Z"));
  CHECK(must(world.metrics->tell_subscribers()) == 0);
  CHECK(head.told().empty());
  CHECK_FALSE(must(world.metrics->subscriptions(head.principal())).at(0).visible);
}

TEST_CASE("one's own subscriptions only: no token, no stranger, no second of the same, no hour that is none") {
  World world(Pair::sqlite_duckdb);
  fill(world);
  const Subscriber head(world, "head", Role::principal, world.schools[0]), other(world, "other", Role::principal, world.schools[0]);
  Principal token = head.principal();
  token.session = 0;
  CHECK(world.metrics->subscribe(token, "mine", Every::day, 8).error().id == "metrics.needs_session");
  CHECK(world.metrics->subscribe(head.principal(), "mine", Every::day, 24).error().id == "metrics.bad_hour");
  CHECK(world.metrics->subscribe(head.principal(), "nothing", Every::day, 8).error().id == "metrics.no_such_dashboard");
  const Subscription made = must(world.metrics->subscribe(head.principal(), "mine", Every::day, 8));
  CHECK(world.metrics->subscribe(head.principal(), "mine", Every::day, 9).error().id == "metrics.subscribed_already");
  CHECK(world.metrics->unsubscribe(other.principal(), made.no).error().id == "metrics.no_such_subscription");
  must(world.metrics->unsubscribe(head.principal(), made.no));
  CHECK(must(world.metrics->subscriptions(head.principal())).empty());
}
