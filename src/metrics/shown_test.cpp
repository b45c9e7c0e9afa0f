// SPDX-License-Identifier: Apache-2.0
// A field that is graded anew changes what its figures tell, at once, for those who may not see it.
#include "metrics/shown.h"

#include "metrics/test_world.h"

using namespace banmo;
using namespace banmo::metrics;
using namespace banmo::metrics::test;
using directory::Role;
using pack::Level;

namespace {

void raise(const World& world, const char* dataset, const char* field, Level level) {
  world.catalogue->dataset(dataset)->field(field)->level.regrade(level);
}

// School 1: 12 of grade 1, 3 of grade 2; height 150 and 160.
void fill(World& world) {
  std::string rows;
  for (int i = 1; i <= 15; ++i) rows += "2026," + std::to_string(i) + "," + world.code_of(1) + (i <= 12 ? ",1,lit,150\n" : ",2,lit,160\n");
  world.import("visit", rows);
}

Query query(std::vector<std::string> metrics, std::vector<std::string> by, std::vector<Condition> where = {}) {
  Query made;
  made.metrics = std::move(metrics);
  made.by = std::move(by);
  made.where = std::move(where);
  return made;
}

std::string answer(World& world, const Principal& who, const Query& asked) {
  must(world.metrics->settle());
  const auto found = world.metrics->query(who, asked);
  return found.ok() ? text_of(*found) : found.error().id;
}

}  // namespace

TEST_CASE("whoever may see the rows is shown whole figures, until a field that the metric reads is raised above them") {
  on_each_pair([](World& world) {
    fill(world);
    const Principal officer = world.principal(Role::district_officer, world.south);
    const Query heights = query({"visit_height"}, {"grade"});
    CHECK(answer(world, officer, heights) == "grade|visit_height\n1|150\n2|160");
    raise(world, "visit", "height", Level::l4);
    CHECK(answer(world, officer, heights) == "grade|visit_height\n1|x\n2|x");
    CHECK(answer(world, officer, query({"visits"}, {"grade"})) == "grade|visits\n1|12\n2|3");  // reads nothing that was raised
    CHECK(answer(world, world.system, heights) == "grade|visit_height\n1|150\n2|160");
    const Explanation how = must(world.metrics->explain(officer, query({"visit_height"}, {}, {{"grade", {"2"}}})));
    CHECK(how.n_rows == 0);  // a count would tell the withheld cell
    raise(world, "visit", "height", Level::l3);
    CHECK(answer(world, officer, heights) == "grade|visit_height\n1|150\n2|160");
  });
}

TEST_CASE("nobody who sees the other fields of the rows asks by a field that was raised above them") {
  World world(Pair::sqlite_duckdb);
  fill(world);
  const Principal officer = world.principal(Role::district_officer, world.south), leader = world.principal(Role::city_leader, world.city);
  const Query by_grade = query({"visits"}, {"grade"}), of_grade = query({"visits"}, {"school"}, {{"grade", {"2"}}});
  CHECK(answer(world, leader, by_grade) == "grade|visits\n1|x\n2|x");
  raise(world, "visit", "grade", Level::l4);
  CHECK(answer(world, officer, by_grade) == "metrics.field_above_level");
  CHECK(answer(world, officer, of_grade) == "metrics.field_above_level");
  CHECK(answer(world, officer, query({"visits"}, {"school"})) == "school|visits\n学校1|15");
  CHECK(answer(world, leader, by_grade) == "grade|visits\n1|x\n2|x");  // sees no rows to join it with
  CHECK(answer(world, world.system, by_grade) == "grade|visits\n1|12\n2|3");
  const auto refused = world.metrics->query(officer, by_grade);
  CHECK(refused.error().to_string() ==
        "the field grade is L4 now, above what your role may see: ask without the dimension, condition or metric that uses it (字段“年级”现为 "
        "L4，高于您的角色可见的级别，不能用它统计；请去掉用到它的维度、条件或指标) [metrics.field_above_level]");
}

TEST_CASE("a raised field of a dataset without a smallest cell has figures for those alone who see its level") {
  World world(Pair::sqlite_duckdb);
  world.import("shelf", "2026," + world.code_of(1) + ",lit,5\n");
  const Principal head = world.principal(Role::principal, world.schools[0]), teacher = world.principal(Role::teacher, world.schools[0]),
                  leader = world.principal(Role::city_leader, world.city);
  const Query books = query({"books"}, {"school"});
  const std::string whole = "school|books\n学校1|5";
  for (const Principal* who : {&head, &teacher, &leader}) CHECK(answer(world, *who, books) == whole);
  raise(world, "shelf", "n_books", Level::l2);
  for (const Principal* who : {&head, &teacher, &leader}) CHECK(answer(world, *who, books) == whole);
  raise(world, "shelf", "n_books", Level::l3);
  CHECK(answer(world, head, books) == whole);
  CHECK(answer(world, teacher, books) == "metrics.field_above_level");
  CHECK(answer(world, leader, books) == "metrics.field_above_level");
  CHECK(answer(world, leader, query({"books_growth"}, {"school"})) == "metrics.field_above_level");  // by way of another metric
}

TEST_CASE("a dashboard offers no values of a field that it then refuses to count by") {
  World world(Pair::sqlite_duckdb);
  fill(world);
  must(world.metrics->settle());
  must(world.metrics->put_board(world.system, "mine", 0, "dashboards: [{id: mine, title: 问诊, filters: [grade], cards: [{kpi: [visits]}]}]"));
  const Principal officer = world.principal(Role::district_officer, world.south);
  CHECK(must(world.metrics->dashboard(officer, "mine", {})).filters.at(0).values.size() == 2);
  raise(world, "visit", "grade", Level::l4);
  CHECK(must(world.metrics->dashboard(officer, "mine", {})).filters.at(0).values.empty());
  CHECK(must(world.metrics->dashboard(world.system, "mine", {})).filters.at(0).values.size() == 2);
}
