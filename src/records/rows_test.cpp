// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "records/sheet_writer.h"
#include "records/test_world.h"

namespace banmo::records::test {
namespace {

json::Object values(const std::string& student, const std::string& school, const std::string& item, double raw) {
  return {{"school_year", 2025}, {"student_id", student}, {"school_id", school}, {"stage", "p12"},           {"grade", 1},
          {"sex", "男"},         {"item", item},          {"raw", raw},          {"tested_on", "2025-10-10"}};
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_CASE("a row made by hand is seen at once by key, in pages, in figures and in its history") {
  on_each_pair([](World& world) {
    const Row made = must(world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001", "bmi", 15.5)));
    CHECK(made.batch == 0);
    const Row read = must(world.records->row(world.system, "fitness_raw", made.key));
    CHECK(std::get<double>(read.values[7]) == 15.5);
    CHECK(read.version == made.version);
    CHECK(must(world.records->rows(world.system, "fitness_raw", {})).rows.size() == 1);
    must(world.records->flush());
    CHECK(must(world.records->row(world.system, "fitness_raw", made.key)).version == made.version);
    CHECK(world.records->n_rows("fitness_raw") == 1);
    world.clock.advance_micros(1'000'000);
    const Row changed = must(world.records->update_row(world.system, "fitness_raw", made.key, {{"raw", 16}}, made.version));
    CHECK(changed.version > made.version);
    CHECK(std::get<double>(must(world.records->row(world.system, "fitness_raw", made.key)).values[7]) == 16);
    must(world.records->delete_row(world.system, "fitness_raw", made.key));
    CHECK(world.records->row(world.system, "fitness_raw", made.key).error().id == "records.no_such_row");
    const auto events = must(world.records->history(world.system, "fitness_raw", made.key));
    REQUIRE(events.size() == 3);
    CHECK(events[0].operation == "delete");
    CHECK(events[1].operation == "update");
    CHECK(events[1].by == "system");
    CHECK(events[2].operation == "insert");
    CHECK(events[1].at.micros - events[2].at.micros == 1'000'000);
    CHECK(world.records->n_rows("fitness_raw") == 0);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw__past") == 2);
  });
}

TEST_CASE("a row made by hand is checked like one in a file, and every field is named") {
  on_each_pair([](World& world) {
    json::Object bad = values("G9999", "没有这个学校", "bmi", 99);
    bad.set("grade", 44);
    bad.set("colour", "red");
    const auto refused = world.records->create_row(world.system, "fitness_raw", bad);
    REQUIRE(!refused.ok());
    CHECK(refused.error().id == "records.bad_row");
    std::string where;
    for (const auto& detail : refused.error().details) where += detail.where + " " + detail.id + "\n";
    CHECK(where == "$.student_id records.reference\n$.school_id records.reference\n$.colour records.unknown_field\n$.grade records.range\n");
    const auto rule = world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001", "bmi", 99));
    REQUIRE(!rule.ok());
    CHECK(rule.error().details[0].id == "records.raw_range");
    (void)must(world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001", "bmi", 15)));
    CHECK(world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001", "bmi", 16)).error().id == "records.row_exists");
    must(world.records->flush());
    CHECK(world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001", "bmi", 16)).error().id == "records.row_exists");
    CHECK(world.records->create_row(world.system, "fitness_year", {}).error().id == "records.derived_not_edited");
    // What forms and calendars read of the pack is not to say something else in the warehouse. Tests of packs put their own rows there.
    const Principal officer = world.principal(directory::Role::city_officer, world.city, "officer");
    CHECK(world.records->create_row(officer, "fitness_weight", {{"item", "bmi"}, {"weight", 99}}).error().id == "records.kept_by_pack");
    CHECK(world.records->delete_row(officer, "fitness_weight", "bmi").error().id == "records.kept_by_pack");
    CHECK(world.records->import(officer, {.dataset = "fitness_weight", .file = "x.csv", .file_name = "x.csv"}).error().id == "records.kept_by_pack");
  });
}

TEST_CASE("someone else's change in between is a conflict, and the key of a row stays") {
  on_each_pair([](World& world) {
    const Row made = must(world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001", "bmi", 15)));
    (void)must(world.records->update_row(world.system, "fitness_raw", made.key, {{"raw", 16}}, {}));
    CHECK(world.records->update_row(world.system, "fitness_raw", made.key, {{"raw", 17}}, made.version).error().id == "records.row_changed");
    CHECK(world.records->update_row(world.system, "fitness_raw", made.key, {{"item", "vc"}}, {}).error().details[0].id == "records.key");
  });
}

TEST_CASE("nobody reads or writes the rows of another organisation, and what is above the level is masked") {
  on_each_pair([](World& world) {
    const Row mine = must(world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001", "bmi", 15)));
    const Principal own = world.principal(directory::Role::school_cio, world.school_1, "own");
    const Principal neighbour = world.principal(directory::Role::school_cio, world.school_2, "neighbour");
    const Principal district = world.principal(directory::Role::district_officer, world.south, "south");
    const Principal other_district = world.principal(directory::Role::district_officer, world.north, "north");
    CHECK(world.records->row(own, "fitness_raw", mine.key).ok());
    CHECK(world.records->row(district, "fitness_raw", mine.key).ok());
    for (const auto& stranger : {neighbour, other_district}) {
      CHECK(world.records->row(stranger, "fitness_raw", mine.key).error().code == ErrorCode::not_found);
      CHECK(world.records->update_row(stranger, "fitness_raw", mine.key, {{"raw", 9}}, {}).error().code == ErrorCode::not_found);
      CHECK(world.records->delete_row(stranger, "fitness_raw", mine.key).error().code == ErrorCode::not_found);
      CHECK(world.records->history(stranger, "fitness_raw", mine.key).error().code == ErrorCode::not_found);
      CHECK(must(world.records->rows(stranger, "fitness_raw", {})).rows.empty());
      CHECK(must(world.records->rows(stranger, "fitness_year", {})).rows.empty());
    }
    const auto foreign = world.records->create_row(neighbour, "fitness_raw", values("G0003", "3702000001", "bmi", 15));
    REQUIRE(!foreign.ok());
    CHECK(foreign.error().details[0].id == "records.reference");  // a student of another school is as good as unknown
    CHECK(foreign.error().details[1].id == "records.scope");
    const Principal leader = world.principal(directory::Role::city_leader, world.city, "leader");
    CHECK(world.records->rows(leader, "fitness_raw", {}).error().code == ErrorCode::denied);
  });
}

TEST_CASE("a key that another school's row has is told by a write alone, and in words that tell nothing of that row") {
  on_each_pair([](World& world) {
    (void)must(world.records->create_row(world.system, "fitness_raw", values("G0004", "3702000002", "bmi", 15)));
    must(world.directory->move_person(world.system, *must(world.directory->unscoped_person_by_code("G0004")),
                                      {directory::Role::student, world.school_2, world.school_1, {}, *Date::from_ymd(2026, 11, 1)}));
    const Principal own = world.principal(directory::Role::school_cio, world.school_1, "own");
    const json::Object taken = values("G0004", "3702000001", "bmi", 16), fresh = values("G0004", "3702000001", "vc", 1800);
    const auto checked = must(world.records->save_rows(own, "fitness_raw", {{"", {}, taken}, {"", {}, fresh}}, Records::BulkRun::check));
    CHECK(checked[0].error.has_value() == checked[1].error.has_value());
    CHECK(checked[0].state == checked[1].state);
    const auto written = must(world.records->save_rows(own, "fitness_raw", {{"", {}, taken}}, Records::BulkRun::write));
    REQUIRE(written[0].error.has_value());
    CHECK(written[0].error->id == "records.key_not_yours");
    CHECK(world.records->create_row(own, "fitness_raw", taken).error().to_string() ==
          "your organisation cannot write a row with this key; check it, and if it is right ask the office above you to enter it "
          "(您的单位不能写入这个主键的行；请核对主键，确认无误的请报上级主管部门处理) [records.key_not_yours]");
    must(world.records->flush());
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw WHERE raw = 15") == 1);
  });
}

TEST_CASE("pages follow each other without a gap in any order, and a cursor belongs to its query") {
  on_each_pair([](World& world) {
    std::string text = kHeading;
    for (int i = 1; i <= 20; ++i) {
      const std::string code = "G00" + std::string(i < 10 ? "0" : "") + std::to_string(i);
      for (const char* const item : {"bmi", "rope"}) {
        text += "2025," + code + "," + (i % 2 == 1 ? "3702000001" : "3702000002") + ",p12,1,1," + item + "," +
                (i % 3 == 0 ? "" : std::to_string(10 + i % 5)) + "," + (i % 3 == 0 ? "1" : "0") + ",2025-10-10\n";
      }
    }
    REQUIRE(world.import("fitness_raw", text).n_good == 40);
    for (const char* const order : {"", "raw", "tested_on"}) {
      for (const bool descending : {false, true}) {
        PageRequest request;
        request.limit = 7;
        request.order_by = order;
        request.descending = descending;
        std::vector<std::string> keys;
        int n_pages = 0;
        do {
          const Page page = must(world.records->rows(world.system, "fitness_raw", request));
          for (const auto& row : page.rows) keys.push_back(row.key);
          request.after = page.next;
          ++n_pages;
        } while (!request.after.empty() && n_pages < 20);
        INFO(std::string(order) << (descending ? " descending" : ""));
        CHECK(keys.size() == 40);
        std::sort(keys.begin(), keys.end());
        CHECK(std::unique(keys.begin(), keys.end()) == keys.end());
      }
    }
    PageRequest first;
    first.limit = 5;
    const std::string next = must(world.records->rows(world.system, "fitness_raw", first)).next;
    PageRequest other = where("item", FilterOp::eq, "bmi");
    other.after = next;
    CHECK(world.records->rows(world.system, "fitness_raw", other).error().id == "records.bad_cursor");
    CHECK(world.records->rows(world.system, "fitness_raw", where("nothing", FilterOp::eq, "1")).error().id == "records.bad_filter");
    CHECK(must(world.records->rows(world.system, "fitness_raw", where("item", FilterOp::eq, "一分钟跳绳"))).rows.size() == 20);
    CHECK(must(world.records->rows(world.system, "fitness_raw", where("student_id", FilterOp::eq, "G0004"))).rows.size() == 2);
    CHECK(world.records->rows(world.system, "fitness_raw", where("school_id", FilterOp::eq, "x' OR 1=1 --")).error().id == "records.bad_filter");
  });
}

TEST_CASE("edits that were answered are there after a stop before they reached the warehouse") {
  on_each_pair([](World& world) {
    for (int i = 1; i <= 9; i += 2)
      (void)must(world.records->create_row(world.system, "fitness_raw", values("G000" + std::to_string(i), "3702000001", "bmi", 15)));
    world.close();
    world.open();
    CHECK(must(world.records->rows(world.system, "fitness_raw", {})).rows.size() == 5);
    CHECK(world.records->n_rows("fitness_raw") == 5);
  });
}

TEST_CASE("many writers at once lose nothing and apply everything once") {
  on_each_pair([](World& world) {
    const Row made = must(world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001", "bmi", 15)));
    std::vector<std::thread> writers;
    std::atomic<int> n_ok = 0;
    for (int t = 0; t < 8; ++t) {
      writers.emplace_back([&, t] {
        const char* const items[] = {"bmi", "vc", "run50", "reach", "rope"};
        for (int i = 0; i < 5; ++i) {
          const double raw = std::string(items[i]) == "vc" ? 1500 : 15;
          const std::string student = "G00" + std::string(2 * t + 2 < 10 ? "0" : "") + std::to_string(2 * t + 2);
          if (world.records->create_row(world.system, "fitness_raw", values(student, "3702000002", items[i], raw)).ok()) ++n_ok;
          if (world.records->update_row(world.system, "fitness_raw", made.key, {{"raw", 10 + t * 5 + i}}, {}).ok()) ++n_ok;
        }
      });
    }
    for (auto& writer : writers) writer.join();
    CHECK(n_ok == 80);
    must(world.records->flush());
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw") == 41);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw__past") <= 40);
    CHECK(world.count("SELECT COUNT(*) FROM bm_edit") >= 80);
    CHECK(must(world.records->history(world.system, "fitness_raw", made.key)).size() >= 40);
  });
}

TEST_CASE("a derived table follows its sources by key and in whole") {
  on_each_pair([](World& world) {
    (void)must(world.records->create_row(world.system, "fitness_raw", values("G0001", "3702000001", "bmi", 20)));
    (void)must(world.records->create_row(world.system, "fitness_raw", values("G0003", "3702000001", "bmi", 10)));
    must(world.records->flush());
    CHECK(world.count("SELECT CAST(SUM(total) AS BIGINT) FROM ds_fitness_year") == 20 * 15 + 10 * 15);
    const Job job = world.import("fitness_raw", std::string(kHeading) + "2025,G0001,3702000001,p12,1,1,rope,100,0,2025-10-10\n");
    REQUIRE(job.state == JobState::done);
    CHECK(world.count("SELECT CAST(SUM(total) AS BIGINT) FROM ds_fitness_year") == 20 * 15 + 10 * 15 + 100 * 20);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_year") == 2);
    CHECK(world.records->n_rows("fitness_year") == 2);
    const auto sources = must(world.records->unscoped_sources("fitness_year", "TRUE", {}));
    REQUIRE(sources.size() == 2);
    CHECK(sources[1].file_name == "成绩.csv");
    CHECK(sources[1].n_rows == 1);
  });
}

TEST_CASE("an export carries level and watermark, runs no formula, and holds what the reader may see") {
  on_each_pair([](World& world) {
    (void)world.import("contact", "学校,电话,姓名\n3702000001,13800000001,=1+1\n3702000002,13800000002,李四\n");
    const Principal own = world.principal(directory::Role::school_cio, world.school_1, "own");
    const std::string path = must(world.records->export_rows(own, "contact", {}, "csv"));
    const std::string text = read_file(path);
    CHECK(path.find("contact-L3-") != std::string::npos);
    CHECK(text.starts_with("\xEF\xBB\xBF导出人：own"));
    CHECK(text.find("'=1+1") != std::string::npos);
    CHECK(text.find("李四") == std::string::npos);
    CHECK(text.find("3702000001") != std::string::npos);
    ::unlink(path.c_str());
    CHECK(world.records->export_rows(own, "contact", {}, "pdf").error().id == "records.bad_format");
    const std::string sheet = must(world.records->import_template(own, "fitness_raw", "xlsx"));
    const Job job = world.import_file("fitness_raw", sheet);
    CHECK(job.state == JobState::done);
    CHECK(job.n_read == 0);
  });
}

TEST_CASE("a sheet is read with its row numbers, dates and empty cells") {
  on_each_pair([](World& world) {
    const std::string path = world.folder + "/sheet.xlsx";
    {
      auto sheet = must(open_sheet("xlsx", path));
      std::vector<SheetCell> heading;
      for (const char* const title : {"学年", "学生", "学校", "学段", "年级", "性别", "项目", "实测值", "免测", "测试日期"})
        heading.push_back({title});
      must(sheet->row({{"填表说明"}}));
      must(sheet->heading(heading));
      must(sheet->row({{"2025", true}, {"G0001"}, {"第一小学"}, {"p12"}, {"1", true}, {"男"}, {"bmi"}, {"14.74", true}, {"否"}, {"45940", true}}));
      must(sheet->row({}));
      must(sheet->row({{"2025", true}, {"G0002"}, {"第二小学"}, {"p12"}, {"1", true}, {"男"}, {"bmi"}, {"很重"}}));
      must(sheet->row({{"2025", true}, {"G0003"}, {"第一小学"}, {"p12"}, {"1", true}, {"男"}, {"bmi"}, {"15", true}}));
      must(sheet->finish());
    }
    const Job job = world.import_file("fitness_raw", path, false, "sheet.xlsx");
    INFO((job.error ? job.error->to_string() + job.error->cause : std::string()));
    REQUIRE(job.state == JobState::done);
    CHECK(job.n_good == 2);
    const auto bad = world.bad("fitness_raw", job);
    REQUIRE(bad.size() == 1);
    CHECK(bad[0].line == 5);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw WHERE _line = 3 AND tested_on = DATE '2025-10-10' AND raw = 14.74") == 1);
    const std::string mended = must(world.records->bad_rows_xlsx(world.system, "fitness_raw", job.batch->to_string()));
    CHECK(read_file(mended).starts_with("PK"));
  });
}

}  // namespace
}  // namespace banmo::records::test
