// SPDX-License-Identifier: Apache-2.0
// People in rows: code and name beside the number, in pages, history and files, and back again.
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "records/test_world.h"

namespace banmo::records::test {
namespace {

json::Object values(const std::string& student, const std::string& school) {
  return {{"school_year", 2025}, {"student_id", student}, {"school_id", school}, {"stage", "p12"},           {"grade", 1},
          {"sex", "男"},         {"item", "bmi"},         {"raw", 15.5},         {"tested_on", "2025-10-10"}};
}

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string whom(const Row& row) {
  std::string text;
  for (const auto& one : row.people) text += one.name.name + "/" + one.name.code + ";";
  return text;
}

TEST_CASE("a row tells its reader whom it is about, by code and name as far as the reader may know them") {
  on_each_pair([](World& world) {
    (void)must(world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001")));
    (void)must(world.records->create_row(world.system, "fitness_raw", values("G0002", "3702000001")));  // of another school by now
    const Principal own = world.principal(directory::Role::principal, world.school_1, "own");
    const Page page = must(world.records->rows(own, "fitness_raw", {}));
    REQUIRE(page.rows.size() == 2);
    CHECK(whom(page.rows[0]) == "学生1/G0001;");
    CHECK(whom(page.rows[1]) == "/G0002;");
    CHECK(whom(must(world.records->row(own, "fitness_raw", page.rows[0].key))) == "学生1/G0001;");
    const auto events = must(world.records->history(own, "fitness_raw", page.rows[0].key));
    REQUIRE(events.size() == 1);
    std::string titles;
    for (const auto& change : events[0].changes)
      if (!change.after_title.empty()) titles += change.field + "=" + change.after_title + "\n";
    CHECK(titles == "student_id=学生1 G0001\nschool_id=第一小学\nstage=小学一二年级\nsex=男\nitem=体重指数\n");
  });
}

TEST_CASE("an exported file holds codes, has the names beside them, and goes in again without a change") {
  on_each_pair([](World& world) {
    (void)must(world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001")));
    (void)must(world.records->create_row(world.system, "fitness_raw", values("G0002", "3702000001")));
    must(world.records->flush());
    const Principal own = world.principal(directory::Role::principal, world.school_1, "own");
    for (const char* const format : {"csv", "xlsx"}) {
      INFO(format);
      const std::string path = must(world.records->export_rows(own, "fitness_raw", {}, format));
      const std::string text = text_of(path);  // the import takes the file away
      const Job job = world.import_file("fitness_raw", path, false, std::string("again.") + format);
      INFO((job.error ? job.error->to_string() : std::string()));
      REQUIRE(job.state == JobState::done);
      CHECK(job.n_same == 2);
      CHECK(job.n_bad + job.n_new + job.n_changed == 0);
      if (std::string(format) == "csv") {
        CHECK(text.find("学年,学生,学生姓名,学校") != std::string::npos);
        CHECK(text.find("G0001,学生1,3702000001") != std::string::npos);
        CHECK(text.find("G0002,,3702000001") != std::string::npos);
      }
      ::unlink(path.c_str());
    }
    const auto report = must(world.records->headings(world.system, "fitness_raw", world.write_file("h.csv", "学年,学生,学生姓名,学校,学段,项目\n")));
    CHECK(report.columns[2].by == "left_out");
    CHECK(report.missing.empty());
  });
}

TEST_CASE("a person is written by code, or by a name that one alone has within reach") {
  on_each_pair([](World& world) {
    const Principal cio = world.principal(directory::Role::school_cio, world.school_1, "cio");
    CHECK(whom(must(world.records->create_row(cio, "fitness_raw", values("学生1", "3702000001")))) == "学生1/G0001;");
    must(world.directory->add_person(world.system, {.name = "学生3",
                                                    .sex = "1",
                                                    .code = "G0099",
                                                    .birth = {},
                                                    .citizen_id = {},
                                                    .id = {},
                                                    .memberships = {{world.school_1, directory::Role::student, *Date::from_ymd(2025, 9, 1), {}}}}));
    const auto two = world.records->create_row(cio, "fitness_raw", values("学生3", "3702000001"));
    REQUIRE_FALSE(two.ok());
    CHECK(two.error().details[0].to_string() ==
          "$.student_id: several people have the name given in student_id: give the code (“学生”有多人同名，请填编号) [records.ambiguous_person]");
    // Of another school: the name tells nothing.
    CHECK(world.records->create_row(cio, "fitness_raw", values("学生2", "3702000001")).error().details[0].id == "records.reference");
  });
}

}  // namespace
}  // namespace banmo::records::test
