// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "base/text.h"
#include "records/test_world.h"

namespace banmo::records::test {
namespace {

std::string good_row(int i, const std::string& item = "bmi", const std::string& raw = "14.5") {
  const std::string code = "G00" + std::string(i < 10 ? "0" : "") + std::to_string(i);
  return "2025," + code + "," + (i % 2 == 1 ? "3702000001" : "3702000002") + ",p12,1,1," + item + "," + raw + ",0,2025-10-10\n";
}

TEST_CASE("a file of good rows becomes rows that come back in the order of the grain") {
  on_each_pair([](World& world) {
    const Job job = world.import("fitness_raw", kHeading + good_row(2) + good_row(1, "vc", "1500") + good_row(1));
    INFO((job.error ? job.error->to_string() + job.error->cause : std::string()));
    REQUIRE(job.state == JobState::done);
    CHECK(job.n_read == 3);
    CHECK(job.n_good == 3);
    CHECK(job.n_new == 3);
    CHECK(job.n_bad == 0);
    CHECK(world.records->n_rows("fitness_raw") == 3);
    const Page page = must(world.records->rows(world.system, "fitness_raw", {}));
    REQUIRE(page.rows.size() == 3);
    CHECK(page.rows[0].line == 4);
    CHECK(page.rows[0].file_name == "成绩.csv");
    CHECK(sql::text_of(page.rows[1].values[6]) == "vc");
    CHECK(std::get<double>(page.rows[1].values[7]) == 1500);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_year") == 2);
  });
}

TEST_CASE("the same file again changes nothing, and a changed row keeps its past") {
  on_each_pair([](World& world) {
    const std::string first = kHeading + good_row(1) + good_row(2);
    (void)world.import("fitness_raw", first);
    const Job again = world.import("fitness_raw", first);
    CHECK(again.n_same == 2);
    CHECK(again.n_new + again.n_changed == 0);
    const int64_t version = world.records->version("fitness_raw");
    const Job reordered = world.import("fitness_raw", kHeading + good_row(2) + good_row(1));
    CHECK(reordered.n_same == 2);
    CHECK(world.records->version("fitness_raw") == version);
    const Job changed = world.import("fitness_raw", kHeading + good_row(1) + good_row(2, "bmi", "15.25") + good_row(3));
    CHECK(changed.n_same == 1);
    CHECK(changed.n_changed == 1);
    CHECK(changed.n_new == 1);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw") == 3);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw__past") == 1);
    const Page page = must(world.records->rows(world.system, "fitness_raw", {}));
    const auto events = must(world.records->history(world.system, "fitness_raw", page.rows[1].key));
    REQUIRE(events.size() == 2);
    CHECK(events[0].operation == "update");
    REQUIRE(events[0].changes.size() == 1);
    CHECK(events[0].changes[0].before == "14.5");
    CHECK(events[0].changes[0].after == "15.25");
    CHECK(events[1].operation == "insert");
    CHECK(events[1].line == 3);
  });
}

TEST_CASE("every kind of bad row is named with its physical line and a sentence, and the good ones are taken") {
  on_each_pair([](World& world) {
    const std::string text = kHeading + good_row(1) +                                 // 2
                             "2025,G0002,3702000002,p12,1,1,bmi,很重,0,2025-10-10\n"  // 3 type
                             "2025,G0003,3702000001,p12,1,1,bmi,,0,2025-10-10\n"      // 4 raw_present
                             "2025,G0004,3702000002,p12,1,1,bmi,99,0,2025-10-10\n"    // 5 raw_range
                             "2025,G9999,3702000001,p12,1,1,bmi,14,0,2025-10-10\n"    // 6 reference
                             "2025,G0006,3702009999,p12,1,1,bmi,14,0,2025-10-10\n"    // 7 org
                             "2025,G0007,3702000001,p99,1,1,bmi,14,0,2025-10-10\n"    // 8 code
                             "2025,G0008,3702000002,p12,13,1,bmi,14,0,2025-10-10\n"   // 9 range
                             "2025,,3702000001,p12,1,1,bmi,14,0,2025-10-10\n"         // 10 required
                             "2025,G0010,3702000002,p12,1,1,bmi,14\n"                 // 11 columns
                             + good_row(1) +                                          // 12 duplicate of 2
                             "\n" +                                                   // 13 blank
                             "2025,G0011,3702000001,p12,1,1,bmi,14,0,2025-02-30\n"    // 14 type
                             + good_row(12);                                          // 15
    const Job job = world.import("fitness_raw", text);
    INFO((job.error ? job.error->to_string() + job.error->cause : std::string()));
    REQUIRE(job.state == JobState::done);
    CHECK(job.n_good == 2);
    CHECK(job.n_bad == 11);
    const auto bad = world.bad("fitness_raw", job);
    REQUIRE(bad.size() == 11);
    std::string seen;
    for (const auto& row : bad) seen += std::to_string(row.line) + " " + row.rule + " " + row.field + "\n";
    CHECK(seen ==
          "3 type raw\n4 raw_present \n5 raw_range \n6 reference student_id\n7 reference school_id\n8 code stage\n9 range grade\n10 required "
          "student_id\n11 columns \n12 duplicate \n14 type tested_on\n");
    CHECK(bad[0].message.zh == "“实测值”应为数字，如 12.5，请改正");
    CHECK(bad[2].message.zh.starts_with("不符合规则“实测值越界”"));
    CHECK(bad[9].message.zh == "与第 2 行重复（学年、学生、项目 相同），请只保留一行");
    CHECK(bad[9].message.en == "repeats line 2 (same school_year, student_id, item); keep one of them");
    REQUIRE(bad[0].raw.size() == 10);
    CHECK(bad[0].raw[7].first == "实测值");
    CHECK(bad[0].raw[7].second == "很重");
    const auto cards = must(world.records->scorecards(world.system, "fitness_raw", {}, 100, ""));
    int64_t n_rows = 0, n_bad = 0;
    for (const auto& card : cards) {
      n_rows += card.n_rows;
      n_bad += card.n_bad;
    }
    CHECK(n_rows == 2);
    CHECK(n_bad == 11);
  });
}

TEST_CASE("a mended file closes the bad rows of the one before") {
  on_each_pair([](World& world) {
    const Job first = world.import("fitness_raw", kHeading + good_row(1) + good_row(2, "bmi", "99"));
    CHECK(first.n_bad == 1);
    CHECK(must(world.records->bad_rows(world.system, "fitness_raw", "", 100, -1)).size() == 1);
    const Job second = world.import("fitness_raw", kHeading + good_row(1) + good_row(2, "bmi", "19"));
    CHECK(second.n_new == 1);
    CHECK(must(world.records->bad_rows(world.system, "fitness_raw", "", 100, -1)).empty());
    CHECK(world.count("SELECT CAST(SUM(n) AS BIGINT) FROM bm_score WHERE dataset = 'fitness_raw' AND rule = '!'") == 0);
    CHECK(world.bad("fitness_raw", first).size() == 1);
  });
}

TEST_CASE("cells are read as people write them, in every encoding and with notes above the heading") {
  on_each_pair([](World& world) {
    const std::string body =
        "说明：本表由学校填写,,,,,,,,,\n学年 *,学生,校,学段,年级,男女,测试项,实测值,免测,测试日期\n"
        "2025-2026学年,G0001,第一小学,小学一二年级,１,男,体重指数,１４．５,否,2025年10月10日\n"
        "2025, G0002 ,3702000002,p12,1,女,肺活量,\"1,500\",×,2025/10/9\n";
    for (const auto encoding : {text::Encoding::utf8, text::Encoding::gb18030, text::Encoding::utf16le}) {
      std::string bytes = must(text::from_utf8(body, encoding));
      if (encoding == text::Encoding::utf16le) bytes = "\xFF\xFE" + bytes;
      const Job job = world.import("fitness_raw", bytes);
      INFO((job.error ? job.error->to_string() + job.error->cause : std::string()));
      REQUIRE(job.state == JobState::done);
      CHECK(job.n_good == 2);
      CHECK(job.n_bad == 0);
    }
    CHECK(world.count(
              "SELECT COUNT(*) FROM ds_fitness_raw WHERE raw = 14.5 AND grade = 1 AND sex = '1' AND tested_on = DATE '2025-10-10' AND NOT exempt") ==
          1);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw WHERE raw = 1500 AND sex = '2' AND tested_on = DATE '2025-10-09'") == 1);
    const Page page = must(world.records->rows(world.system, "fitness_raw", {}));
    CHECK(page.rows[0].line == 3);
  });
}

TEST_CASE("quoted line breaks, stray quotes and blank lines leave the line numbers right and lose no row") {
  on_each_pair([](World& world) {
    const Job job = world.import("contact",
                                 "学校,电话,姓名\r\n3702000001,13800000001,\"张\r\n三\"\r\n\r\n3702000001,13800000002,\"李四\r\n3702000001,"
                                 "13800000003,\"王 \"\"五\"\"\"\r\n3702000001,1,赵六\r\n");
    INFO((job.error ? job.error->to_string() + job.error->cause : std::string()));
    REQUIRE(job.state == JobState::done);
    CHECK(job.n_good == 2);
    const auto bad = world.bad("contact", job);
    REQUIRE(bad.size() == 2);
    CHECK(bad[0].line == 5);
    CHECK(bad[0].rule == "columns");
    CHECK(bad[0].message.en == "the quotes of this line do not fit; remove the stray one or double it inside a quoted cell");
    CHECK(bad[1].line == 7);
    CHECK(bad[1].rule == "type");
    CHECK(world.count("SELECT COUNT(*) FROM ds_contact WHERE name = '王 \"五\"' AND _line = 6") == 1);
    CHECK(world.count("SELECT COUNT(*) FROM ds_contact WHERE name = '张' || chr(10) || '三' AND _line = 2") == 1);
  });
}

TEST_CASE("headings that nobody knows, that stand twice or that are missing are named with the nearest known one") {
  on_each_pair([](World& world) {
    const Job unknown = world.import("fitness_raw", "学年,学生,学校,学段,年级,性别,项目,实则值\n");
    REQUIRE(unknown.error);
    CHECK(unknown.error->id == "records.unknown_heading");
    CHECK(unknown.error->message.en.starts_with("the heading \"实则值\" of column 8 is no field of the dataset; did you mean 实测值（raw）?"));
    const Job missing = world.import("fitness_raw", "学年,学生,学校,学段,年级\n2025,G0001,3702000001,p12,1\n");
    REQUIRE(missing.error);
    CHECK(missing.error->id == "records.missing_heading");
    CHECK(missing.error->message.zh == "缺少必需的列“项目（item）”，请补上");
    const Job nothing = world.import("fitness_raw", "a,b\n1,2\n");
    REQUIRE(nothing.error);
    CHECK(nothing.error->id == "records.no_heading");
    const Job empty = world.import("fitness_raw", "");
    REQUIRE(empty.error);
    CHECK(empty.error->id == "records.empty_file");
    const Job garbage = world.import("fitness_raw", std::string("\xFF\xFF\x80\x81\xFF", 5));
    REQUIRE(garbage.error);
    CHECK(garbage.error->id == "records.bad_encoding");
  });
}

TEST_CASE("a dry run counts and names everything and changes nothing") {
  on_each_pair([](World& world) {
    (void)world.import("fitness_raw", kHeading + good_row(1));
    const Job job = world.import("fitness_raw", kHeading + good_row(1, "bmi", "20") + good_row(2) + good_row(3, "bmi", "99"), true);
    INFO((job.error ? job.error->to_string() + job.error->cause : std::string()));
    REQUIRE(job.state == JobState::done);
    CHECK(job.n_new == 1);
    CHECK(job.n_changed == 1);
    CHECK(job.n_bad == 1);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw WHERE raw = 14.5") == 1);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw") == 1);
    CHECK(world.bad("fitness_raw", job).size() == 1);
    CHECK(must(world.records->bad_rows(world.system, "fitness_raw", "", 100, -1)).empty());
  });
}

TEST_CASE("warnings mark the row and count for its school") {
  on_each_pair([](World& world) {
    const Job job = world.import("fitness_raw", kHeading + good_row(1) + "2025,G0003,3702000001,p12,1,1,bmi,14.5,0,2024-01-01\n");
    CHECK(job.n_warn == 1);
    const Page page = must(world.records->rows(world.system, "fitness_raw", where("tested_on", FilterOp::lt, "2025-01-01")));
    REQUIRE(page.rows.size() == 1);
    CHECK(page.rows[0].warnings == std::vector<std::string>{"in_window"});
    const auto scores = must(world.records->rule_scores(world.system, "fitness_raw"));
    REQUIRE(scores.size() == 1);
    CHECK(scores[0].rule == "in_window");
    CHECK(scores[0].severity == "warn");
    (void)world.import("fitness_raw", kHeading + std::string("2025,G0003,3702000001,p12,1,1,bmi,14.5,0,2025-11-01\n"));
    CHECK(must(world.records->rule_scores(world.system, "fitness_raw")).empty());
  });
}

TEST_CASE("a school imports its own rows only") {
  on_each_pair([](World& world) {
    const Principal head = world.principal(directory::Role::school_cio, world.school_1, "head1");
    const std::string path = world.write_file("own.csv", kHeading + good_row(1) + good_row(2));
    const Job queued = must(world.records->import(head, {.dataset = "fitness_raw", .file = path, .file_name = "own.csv"}));
    const Job job = must(world.records->wait(head, queued.id));
    CHECK(job.n_good == 1);
    CHECK(job.n_bad == 1);
    const auto bad = must(world.records->bad_rows(head, "fitness_raw", job.batch->to_string(), 100, -1));
    REQUIRE(bad.size() == 1);
    CHECK(bad[0].rule == "scope");
    const Principal other = world.principal(directory::Role::school_cio, world.school_2, "head2");
    CHECK(must(world.records->rows(other, "fitness_raw", {})).rows.empty());
    CHECK(must(world.records->rows(head, "fitness_raw", {})).rows.size() == 1);
    CHECK(world.records->job(other, job.id).error().id == "records.no_such_job");
  });
}

TEST_CASE("a file names nobody of another school, and changes no row that belongs to one") {
  on_each_pair([](World& world) {
    const Principal cio = world.principal(directory::Role::school_cio, world.school_1, "cio1");
    const auto import_as = [&](const Principal& who, const std::string& rows, bool dry_run = false) {
      const Job job = must(world.records->import(
          who, {.dataset = "fitness_raw", .file = world.write_file("upload.csv", kHeading + rows), .file_name = "校.csv", .dry_run = dry_run}));
      return must(world.records->wait(who, job.id));
    };
    const std::string stranger = "2025,G0002,3702000001,p12,1,1,bmi,14.5,0,2025-10-10\n";  // a student of school 2
    const std::string nobody = "2025,G9999,3702000001,p12,1,1,bmi,14.5,0,2025-10-10\n";
    for (const bool dry_run : {true, false}) {
      const Job job = import_as(cio, stranger + good_row(1) + nobody, dry_run);
      CHECK(job.n_good == 1);
      const auto bad = world.bad("fitness_raw", job);
      REQUIRE(bad.size() == 2);
      CHECK(bad[0].line == 2);
      CHECK(bad[0].rule == "reference");
      CHECK(bad[0].field == "student_id");
      CHECK(bad[0].message.zh == "“学生”的编号在您负责范围的人员名录中不存在，请核对编号，或先导入人员、办理转入");
      CHECK(bad[1].message.zh == bad[0].message.zh);  // a code of another school cannot be told from one of nobody
    }
    // Who manages both schools may name both.
    CHECK(import_as(world.principal(directory::Role::district_officer, world.south, "south"), stranger + good_row(4)).n_good == 2);

    // A student who came from school 2: the row of their time there stays what that school wrote.
    must(world.directory->move_person(world.system, *must(world.directory->unscoped_person_by_code("G0004")),
                                      {directory::Role::student, world.school_2, world.school_1, {}, *Date::from_ymd(2026, 11, 1)}));
    const std::string same_key = "2025,G0004,3702000001,p12,1,1,bmi,20,0,2025-10-10\n", fresh = "2026,G0004,3702000001,p12,1,1,bmi,20,0,2026-10-10\n";
    const std::string file = good_row(1) + same_key + fresh + "2026,G0001,3702000001,p12,1,1,bmi,1000,0,2026-10-10\n";
    const Job dry = import_as(cio, file, true);  // does not tell that the key is taken there
    CHECK(std::array{dry.n_good, dry.n_new, dry.n_changed, dry.n_same, dry.n_bad} == std::array<int64_t, 5>{3, 2, 0, 1, 1});
    REQUIRE(world.bad("fitness_raw", dry).size() == 1);
    CHECK(world.bad("fitness_raw", dry)[0].rule == "raw_range");
    const Job job = import_as(cio, file);
    CHECK(job.n_good == 2);
    const auto bad = world.bad("fitness_raw", job);
    REQUIRE(bad.size() == 2);
    CHECK(bad[0].line == 3);
    CHECK(bad[0].rule == "scope");
    CHECK(bad[0].message.zh == "您的单位不能写入这个主键的行；请核对主键，确认无误的请报上级主管部门处理");
    CHECK(bad[1].rule == "raw_range");
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw WHERE school_year = 2025 AND raw = 20") == 0);
    // School 2 still writes about those who have left it, for its own time.
    const Principal before = world.principal(directory::Role::school_cio, world.school_2, "cio2");
    CHECK(import_as(before, "2025,G0004,3702000002,p12,1,1,bmi,16,0,2025-10-10\n").n_changed == 1);
  });
}

TEST_CASE("a file closes no bad row of another school, and one's own wherever it pointed") {
  on_each_pair([](World& world) {
    const auto import_as = [&](const Principal& who, const std::string& name, const std::string& rows) {
      const Job job =
          must(world.records->import(who, {.dataset = "fitness_raw", .file = world.write_file("upload.csv", kHeading + rows), .file_name = name}));
      return must(world.records->wait(who, job.id));
    };
    const auto n_open = [&](const Principal& who) { return must(world.records->bad_rows(who, "fitness_raw", "", 100, -1)).size(); };
    const Principal first = world.principal(directory::Role::school_cio, world.school_1, "cio1"),
                    second = world.principal(directory::Role::school_cio, world.school_2, "cio2");
    CHECK(import_as(first, "一.csv", good_row(1, "bmi", "99") + good_row(3, "bmi", "99")).n_bad == 2);
    CHECK(import_as(second, "二.csv", "2025,G0001,3702000002,p12,1,1,bmi,14.5,0,2025-10-10\n").n_bad == 1);  // the same key, another school's student
    CHECK(n_open(first) == 2);
    CHECK(import_as(first, "三.csv", good_row(1)).n_new == 1);
    CHECK(n_open(first) == 1);
    CHECK(n_open(second) == 1);
    // A row that named a school outside one's own reach is one's own all the same.
    CHECK(import_as(first, "四.csv", "2025,G0005,3702000002,p12,1,1,bmi,14.5,0,2025-10-10\n").n_bad == 1);
    CHECK(n_open(world.system) == 3);
    CHECK(import_as(first, "五.csv", good_row(5)).n_new == 1);
    CHECK(n_open(world.system) == 2);
    CHECK(world.count("SELECT CAST(SUM(n) AS BIGINT) FROM bm_score WHERE dataset = 'fitness_raw' AND rule = '!'") == 2);
    // Who answers for both schools closes the rows of both.
    CHECK(
        import_as(world.principal(directory::Role::district_officer, world.south, "south"), "六.csv", good_row(3) + good_row(1, "bmi", "15")).n_bad ==
        0);
    CHECK(n_open(world.system) == 0);
  });
}

TEST_CASE("sealed fields are stored sealed, found by their index, and equal ones are the same") {
  on_each_pair([](World& world) {
    const std::string id17 = "37020220150101001";
    const std::string id = id17 + text::citizen_id_check_digit(id17);
    const std::string file = "学校,电话,姓名,身份证号\n3702000001,13800000001,张三," + id + "\n3702000001,13800000002,李四,370202201501010010\n";
    const Job job = world.import("contact", file);
    INFO((job.error ? job.error->to_string() + job.error->cause : std::string()));
    REQUIRE(job.state == JobState::done);
    CHECK(job.n_good + job.n_bad == 2);
    const Job again = world.import("contact", file + "\n");
    CHECK(again.n_same == job.n_good);
    const Page page = must(world.records->rows(world.principal(directory::Role::city_officer, world.city, "city"), "contact", {}));
    REQUIRE(!page.rows.empty());
    CHECK(sql::text_of(page.rows[0].values[2]) == "370****" + id.substr(14));
    CHECK(sql::text_of(must(world.records->rows(world.system, "contact", {})).rows[0].values[2]) == id);
    CHECK(must(world.records->rows(world.system, "contact", where("idno", FilterOp::eq, id))).rows.size() == 1);
  });
}

TEST_CASE("an import that was stopped goes on at the next start without doubles") {
  on_each_pair([](World& world) {
    std::string text = kHeading;
    for (int i = 1; i <= 20; ++i) text += good_row(i);
    const std::string path = world.write_file("stop.csv", text);
    const Job queued = must(world.records->import(world.system, {.dataset = "fitness_raw", .file = path, .file_name = "stop.csv"}));
    world.close();
    world.open();
    const Job job = must(world.records->wait(world.system, queued.id));
    CHECK(job.state == JobState::done);
    CHECK(world.count("SELECT COUNT(*) FROM ds_fitness_raw") == 20);
    CHECK(world.records->n_rows("fitness_raw") == 20);
  });
}

}  // namespace
}  // namespace banmo::records::test
