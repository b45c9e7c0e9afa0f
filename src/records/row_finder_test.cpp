// SPDX-License-Identifier: Apache-2.0
#include "records/row_finder.h"

#include <doctest/doctest.h>

#include "records/case_rows.h"
#include "records/test_world.h"

namespace banmo::records::test {
namespace {

void put(World& world, const std::string& student, const std::string& item, double raw) {
  (void)must(world.records->create_row(world.system, "fitness_raw",
                                       {{"school_year", 2025},
                                        {"student_id", student},
                                        {"school_id", "3702000001"},
                                        {"stage", "p12"},
                                        {"grade", 1},
                                        {"sex", "男"},
                                        {"item", item},
                                        {"raw", raw},
                                        {"tested_on", "2025-10-10"}}));
}

// What is measured of the one row that the question means; empty: none, or more than one.
std::string found(World& world, const RowQuestion& question) {
  const auto row = must(world.records->case_rows().unscoped_find("fitness_raw", question));
  return row ? std::to_string(static_cast<int>(sql::double_of((*row)[7]) * 10)) : "";
}

RowQuestion of_item(const std::string& item) { return {.equal = {{"school_year", 2025.0}, {"item", item}}}; }

TEST_CASE("a row is found by some of its cells as it stands now: changed, gone and brought back by a file") {
  on_each_pair([](World& world) {
    CHECK(found(world, of_item("bmi")) == "");
    put(world, "G0001", "bmi", 15.5);
    put(world, "G0001", "vc", 1200);
    must(world.records->flush());
    CHECK(found(world, of_item("bmi")) == "155");
    CHECK(found(world, {.equal = {{"item", "bmi"}, {"stage", sql::Value{}}}}) == "");
    const std::string key = must(world.records->rows(world.system, "fitness_raw", where("item", FilterOp::eq, "bmi"))).rows.front().key;
    (void)must(world.records->update_row(world.system, "fitness_raw", key, {{"raw", 16}}, {}));
    must(world.records->flush());
    CHECK(found(world, of_item("bmi")) == "160");
    put(world, "G0002", "bmi", 17);
    must(world.records->flush());
    CHECK(found(world, of_item("bmi")) == "");  // two
    CHECK(found(world, {.equal = {{"item", "bmi"}}, .from_field = "raw", .to_field = "raw", .between = 17}) == "170");
    must(world.records->delete_row(world.system, "fitness_raw", key));
    must(world.records->flush());
    CHECK(found(world, of_item("bmi")) == "170");
    const Job job = world.import("fitness_raw", std::string(kHeading) + "2025,G0001,3702000001,p12,1,男,bmi,18,,2025-10-10\n");
    CHECK(job.state == JobState::done);
    CHECK(found(world, of_item("bmi")) == "");
    CHECK(found(world, {.equal = {{"item", "bmi"}}, .from_field = "raw", .to_field = "raw", .between = 18.0}) == "180");
  });
}

TEST_CASE("a cell that was changed is looked for where it is, not where it was") {
  on_each_pair([](World& world) {
    put(world, "G0001", "bmi", 15.5);
    must(world.records->flush());
    const RowQuestion boys{.equal = {{"sex", "1"}}}, girls{.equal = {{"sex", "2"}}};
    CHECK(found(world, boys) + "|" + found(world, girls) == "155|");
    const std::string key = must(world.records->rows(world.system, "fitness_raw", {})).rows.front().key;
    (void)must(world.records->update_row(world.system, "fitness_raw", key, {{"sex", "女"}}, {}));
    must(world.records->flush());
    CHECK(found(world, boys) + "|" + found(world, girls) == "|155");
  });
}

}  // namespace
}  // namespace banmo::records::test
