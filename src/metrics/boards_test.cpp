// SPDX-License-Identifier: Apache-2.0
// The city's own dashboards: written, in force, taken away; seen as somebody else; never more than the author sees.
#include "metrics/boards.h"

#include "metrics/test_world.h"

using namespace banmo;
using namespace banmo::metrics;
using namespace banmo::metrics::test;
using directory::Role;

namespace {

std::string board(const std::string& title, const std::string& cards, const std::string& more = "") {
  return "dashboards:\n- {id: mine, title: " + title + ", " + more + "cards: [" + cards + "]}\n";
}

void fill(World& world) {
  std::string rows;
  for (int school = 1; school <= 4; ++school)
    for (int i = 0; i < 5 * school; ++i)
      rows += std::to_string(school * 100 + i) + "," + world.code_of(school) + ",2026-10-0" + std::to_string(school) + ",lit,1,false,3\n";
  world.import("loan", rows);
  must(world.metrics->settle());
}

std::string id_of(const Error& error) { return error.id; }
std::string first_figure(const BoardPreview& preview) {
  return preview.result ? text_of(preview.result->cards.at(0).result.rows.at(0).at(0)) : "none";
}

}  // namespace

TEST_CASE("an own dashboard is in force at once, keeps its versions, and is gone when it is deleted") {
  on_each_pair([](World& world) {
    fill(world);
    const Principal author = world.principal(Role::city_officer, world.city), reader = world.principal(Role::principal, world.schools[0]);
    const auto made = must(world.metrics->put_board(author, "mine", 0, board("一", "{kpi: loan_n}")));
    CHECK(made->version == 1);
    CHECK(text_of(must(world.metrics->dashboard(reader, "mine", {})).cards[0].result) == "loan_n\n5");
    CHECK(world.metrics->dashboards(reader).size() == 1);
    CHECK(id_of(world.metrics->put_board(author, "mine", 0, board("二", "{kpi: loan_n}")).error()) == "metrics.dashboard_changed");
    CHECK(must(world.metrics->put_board(author, "mine", 1, board("二", "{kpi: late_n}")))->version == 2);
    world.open();  // another start
    CHECK(must(world.metrics->dashboard(reader, "mine", {})).dashboard->title.zh == "二");
    CHECK(id_of(world.metrics->delete_board(author, "mine", 1).error()) == "metrics.dashboard_changed");
    must(world.metrics->delete_board(author, "mine", 2));
    CHECK(id_of(world.metrics->dashboard(reader, "mine", {}).error()) == "metrics.no_such_dashboard");
    CHECK(must(world.metrics->put_board(author, "mine", 0, board("三", "{kpi: loan_n}")))->version == 4);
  });
}

TEST_CASE("what another process wrote is there after a refresh") {
  World world(Pair::sqlite_duckdb);
  const Principal author = world.principal(Role::city_officer, world.city);
  const auto other = must(Metrics::create(world.stores, world.catalogue, *world.directory, *world.records, world.clock));
  must(other->put_board(author, "mine", 0, board("一", "{kpi: loan_n}")));
  CHECK(world.metrics->dashboards(author).empty());
  must(world.metrics->refresh());
  CHECK(world.metrics->dashboards(author).size() == 1);
}

TEST_CASE("only those who write for the whole city write dashboards, and only for whom they are meant they are") {
  World world(Pair::sqlite_duckdb);
  const std::string text = board("一", "{kpi: loan_n}", "audience: {roles: [principal]}, ");
  for (const Role role : {Role::city_leader, Role::district_officer, Role::principal, Role::teacher, Role::system_admin}) {
    const Principal other = world.principal(role, role == Role::district_officer ? world.south : world.city);
    CHECK(id_of(world.metrics->put_board(other, "mine", 0, text).error()) == "directory.no_right");
    CHECK(id_of(world.metrics->preview_board(other, text, {}, {}).error()) == "directory.no_right");
    CHECK(id_of(world.metrics->own_boards(other).error()) == "directory.no_right");
  }
  const Principal author = world.principal(Role::city_officer, world.city);
  must(world.metrics->put_board(author, "mine", 0, text));
  CHECK(id_of(world.metrics->dashboard(author, "mine", {}).error()) == "metrics.no_such_dashboard");
  CHECK(world.metrics->dashboard(world.principal(Role::principal, world.schools[0]), "mine", {}).ok());
  CHECK(must(world.metrics->board_source(author, "mine"))->text == text);
}

TEST_CASE("faults are told by line, and nothing is kept") {
  World world(Pair::sqlite_duckdb);
  const Principal author = world.principal(Role::city_officer, world.city);
  const auto refused = world.metrics->put_board(author, "mine", 0, board("一", "{kpi: loan_m}, {map: loan_n}"));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().id == "metrics.bad_dashboard");
  CHECK(refused.error().details.at(0).where.starts_with("dashboard.yaml:2:"));
  CHECK(id_of(world.metrics->put_board(author, "other", 0, board("一", "{kpi: loan_n}")).error()) == "metrics.other_dashboard");
  CHECK(must(world.metrics->own_boards(author)).empty());
}

TEST_CASE("a preview shows what a role sees in its place, and never more than the author sees") {
  on_each_pair([](World& world) {
    fill(world);
    const Principal author = world.principal(Role::city_officer, world.city);
    const std::string text = board("一", "{kpi: loan_n}");
    const auto as = [&](Role role, directory::OrgNo org) { return world.metrics->preview_board(author, text, directory::Grant{role, org}, {}); };
    CHECK(first_figure(must(world.metrics->preview_board(author, text, {}, {}))) == "50");
    CHECK(first_figure(must(as(Role::principal, world.schools[2]))) == "15");
    CHECK(first_figure(must(as(Role::district_officer, world.south))) == "15");
    CHECK(id_of(as(Role::principal, world.south).error()) == "metrics.preview_role");
    CHECK(id_of(as(Role::student, world.schools[0]).error()) == "metrics.preview_role");
    CHECK(id_of(as(Role::city_officer, {999'999}).error()) == "metrics.preview_role");
    const auto apart = must(world.metrics->preview_board(author, board("一", "{kpi: loan_n}", "audience: {roles: [teacher]}, "),
                                                         directory::Grant{Role::principal, world.schools[0]}, {}));
    CHECK_FALSE(apart.in_audience);
    CHECK_FALSE(apart.result);
    // One account with two grants writes, and leads a school: as anybody of another school it sees no more than figures allow.
    Principal leader = world.principal(Role::city_leader, world.city);
    leader.grants.push_back({Role::city_officer, world.city});
    CHECK(world.metrics->preview_board(leader, text, directory::Grant{Role::principal, world.schools[0]}, {}).ok());
  });
}

TEST_CASE("an author who sees no people is not shown figures of few through another's eyes") {
  World world(Pair::sqlite_duckdb);
  std::string rows;
  for (int i = 0; i < 6; ++i) rows += "2025," + std::to_string(i + 1) + "," + world.code_of(1) + ",1,1,lit,120.5\n";
  world.import("health", rows);
  must(world.metrics->settle());
  const Principal author = world.principal(Role::city_officer, world.city);
  const auto seen = must(world.metrics->preview_board(author, board("一", "{kpi: people}"), directory::Grant{Role::principal, world.schools[0]}, {}));
  CHECK(seen.result->cards.at(0).result.suppressed == std::vector<std::pair<int, int>>{{0, 0}});
}

TEST_CASE("an own dashboard whose metric is gone is shown to nobody and waits to be mended") {
  World world(Pair::sqlite_duckdb);
  const Principal author = world.principal(Role::city_officer, world.city);
  must(world.metrics->put_board(author, "mine", 0, board("一", "{kpi: loan_n}")));
  must(world.stores.ledger->write([](sql::Connection& connection) -> Result<> {
    BANMO_DO(connection.execute("UPDATE own_dashboard SET text = $1", {std::string("dashboards: [{id: mine, title: 旧, cards: [{kpi: gone}]}]")}));
    return {};
  }));
  world.open();
  CHECK(world.metrics->dashboards(author).empty());
  const auto own = must(world.metrics->own_boards(author));
  REQUIRE(own.size() == 1);
  CHECK(own[0]->read.findings.back().error.id == "pack.unknown_metric");
  CHECK(must(world.metrics->put_board(author, "mine", 1, board("好", "{kpi: loan_n}")))->version == 2);
}
