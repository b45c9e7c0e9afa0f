// SPDX-License-Identifier: Apache-2.0
// Fields graded anew: who decides, what it shows at once, what is found again after a restart.
#include "records/test_world.h"

namespace banmo::records::test {
namespace {

using directory::Role;
using pack::Level;

json::Object values() {
  return {{"school_year", 2025}, {"student_id", "G0001"}, {"school_id", "3702000001"}, {"stage", "p12"}, {"grade", 1}, {"sex", "男"},
          {"item", "bmi"},       {"raw", 15.5},           {"tested_on", "2025-10-10"}};
}

size_t n_fields(World& world, const Principal& who) { return must(world.records->rows(who, "fitness_raw", {})).fields.size(); }
Level level_of(World& world, const char* dataset, const char* field) { return world.catalogue->dataset(dataset)->field(field)->level; }

TEST_CASE("a field is raised at once and lowered by two people, one of them the security administrator") {
  on_each_pair([](World& world) {
    (void)must(world.records->create_row(world.system, "fitness_raw", values()));
    const Principal head = world.principal(Role::principal, world.school_1, "head");
    const Principal city = world.principal(Role::city_officer, world.city, "city");
    const Principal other = world.principal(Role::city_officer, world.city, "other");
    const Principal security = world.principal(Role::security_admin, world.city, "secadmin");
    const size_t before = n_fields(world, head);
    CHECK(must(world.records->propose_level(city, {"fitness_raw", "raw", Level::l4, "含健康数据"})).state == "applied");
    CHECK(n_fields(world, head) == before - 1);
    const LevelChange lower = must(world.records->propose_level(city, {"fitness_raw", "raw", Level::l3, "已核定"}));
    CHECK(lower.state == "open");
    CHECK(n_fields(world, head) == before - 1);
    CHECK(world.records->decide_level(city, lower.no, LevelDecision::approve, "").error().id == "records.level_four_eyes");
    CHECK(
        world.records->decide_level(other, lower.no, LevelDecision::approve, "").error().to_string() ==
        "the security administrator proposes or approves: ask them to approve (提议人和批准人中须有一人是安全管理员) [records.level_needs_security]");
    CHECK(world.records->decide_level(head, lower.no, LevelDecision::approve, "").error().id == "records.no_right");
    CHECK(world.records->propose_level(other, {"fitness_raw", "raw", Level::l2, "再低"}).error().id == "records.level_pending");
    CHECK(must(world.records->decide_level(security, lower.no, LevelDecision::approve, "同意")).state == "applied");
    CHECK(n_fields(world, head) == before);
    CHECK(must(world.records->level_changes(security, "open", 10, INT64_MAX)).empty());
    CHECK(must(world.records->level_changes(security, "", 10, INT64_MAX)).size() == 2);
  });
}

TEST_CASE("one person is one pair of eyes, whatever account they use") {
  on_each_pair([](World& world) {
    Principal city = world.principal(Role::city_officer, world.city, "city");
    Principal security = world.principal(Role::security_admin, world.city, "secadmin");
    city.person = security.person = {7};
    const LevelChange lower = must(world.records->propose_level(city, {"fitness_raw", "raw", Level::l2, "已核定"}));
    CHECK(world.records->decide_level(security, lower.no, LevelDecision::approve, "").error().id == "records.level_four_eyes");
    CHECK(must(world.records->decide_level(city, lower.no, LevelDecision::refuse, "提错了")).state == "withdrawn");
  });
}

TEST_CASE("what was decided holds after a restart, and a derived field follows its source") {
  on_each_pair([](World& world) {
    const Principal security = world.principal(Role::security_admin, world.city, "secadmin");
    CHECK(level_of(world, "fitness_year", "school_id") == Level::l3);
    (void)must(world.records->propose_level(security, {"fitness_raw", "school_id", Level::l4, "测试"}));
    CHECK(level_of(world, "fitness_year", "school_id") == Level::l4);
    CHECK(world.records->propose_level(security, {"fitness_year", "school_id", Level::l3, "测试"}).error().id == "records.level_below_sources");
    world.close();
    const pack::Field& field = *world.catalogue->dataset("fitness_raw")->field("school_id");
    field.level.regrade(field.level.declared());
    world.open();
    CHECK(level_of(world, "fitness_raw", "school_id") == Level::l4);
    CHECK(level_of(world, "fitness_year", "school_id") == Level::l4);
    const Principal city = world.principal(Role::city_officer, world.city, "city");
    const LevelChange back = must(world.records->propose_level(city, {"fitness_raw", "school_id", Level::l1, "公开维度"}));
    (void)must(world.records->propose_level(security, {"fitness_raw", "school_id", Level::l5, "先收紧"}));
    CHECK(world.records->decide_level(security, back.no, LevelDecision::approve, "").error().id == "records.level_changed");
  });
}

}  // namespace
}  // namespace banmo::records::test
