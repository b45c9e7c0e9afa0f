// SPDX-License-Identifier: Apache-2.0
// Learning records as files: what a reader may see and nothing else, in each format, by the rules of all files.
#include "events/record_export.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "audit/audit.h"
#include "events/test_fed.h"

namespace banmo::events {
namespace {

using directory::Principal;
using directory::Role;
using test::Fed;
using test::id_of;
using test::must;
using test::on_each_fed_pair;
using test::statement;

Principal reader(directory::OrgNo org, Role role) {
  Principal by;
  by.account_name = "reader";
  by.grants = {{role, org}};
  by.session = 1;
  return by;
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  std::filesystem::remove(path);
  return text.str();
}

// A statement of either school; one says what a spreadsheet would run.
void talk(Fed& w) {
  w.store(w.one, statement("0001", "a", "did",
                           R"(,"timestamp":"2026-11-20T08:00:00+08:00","result":{"success":true,"score":{"scaled":0.5},"response":"=1+1"})",
                           R"({"id":"http://o.cn/x","definition":{"name":{"zh-CN":"课，\"一\""}}})"));
  w.store(w.two, statement("0002", "b", "saw"));
  must(w.events->file());
}

std::string file_of(Fed& w, const Principal& by, const std::string& format, const LearningQuery& query = {}) {
  const records::WrittenTable written = must(w.events->export_records(by, query, format));
  CHECK(written.path.ends_with("." + format));
  return text_of(written.path);
}

TEST_CASE("a file for people has a watermark, Chinese headings, local time and no formula") {
  on_each_fed_pair([](Fed& w) {
    talk(w);
    const std::string csv = file_of(w, reader(w.city, Role::city_officer), "csv");
    CHECK(csv.starts_with("\xEF\xBB\xBF导出人：reader　时间：2026-11-21T16:00:00　级别：L3"));
    CHECK(csv.find("\r\n编号,发生时间,入库时间,") != std::string::npos);
    CHECK(csv.find(id_of("0001") + ",2026-11-20 08:00:00,2026-11-21 16:00:00,") != std::string::npos);
    CHECK(csv.find(",是,,0.5,,,,'=1+1,") != std::string::npos);
    CHECK(csv.find("\"课，\"\"一\"\"\"") != std::string::npos);
    CHECK(csv.find(id_of("0002")) != std::string::npos);
  });
}

TEST_CASE("a file for programs has a line each, of the reader's scope alone, and by the filters of the stream") {
  on_each_fed_pair([](Fed& w) {
    talk(w);
    const std::string lines = file_of(w, reader(w.school_1, Role::school_cio), "jsonl");
    const json::Value line = must(json::read(lines));  // one
    CHECK(*line.find("id")->as_string() == id_of("0001"));
    CHECK(*line.find("at")->as_string() == "2026-11-20T00:00:00.000000Z");
    CHECK(*line.find("success")->as_bool());
    CHECK(*line.find("score_scaled")->as_double() == 0.5);
    CHECK(*line.find("response")->as_string() == "=1+1");
    CHECK(line.find("completion") == nullptr);
    CHECK(must(json::read(*line.find("statement")->as_string())).find("actor") != nullptr);
    LearningQuery query;
    query.verb = "http://v.cn/saw";
    CHECK(file_of(w, reader(w.school_1, Role::school_cio), "jsonl", query).empty());
    CHECK(file_of(w, reader(w.school_2, Role::school_cio), "jsonl", query).find(id_of("0002")) != std::string::npos);
  });
}

TEST_CASE("Parquet has typed columns and tells whose copy it is") {
  on_each_fed_pair([](Fed& w) {
    talk(w);
    const std::string path = must(w.events->export_records(reader(w.city, Role::city_officer), {}, "parquet")).path;
    CHECK_FALSE(std::filesystem::exists(path + ".duckdb"));
    const auto database = must(sql::open_duckdb({}));
    const auto lease = must(database->read());
    const std::string file = sql::quote_literal(path);
    const auto rows =
        must(lease->query("SELECT id, \"at\", success, score_scaled, object_title, completion FROM read_parquet(" + file + ") ORDER BY id"));
    REQUIRE(rows.size() == 2);
    CHECK(sql::text_of(rows[0][0]) == id_of("0001"));
    CHECK(std::get<Instant>(rows[0][1]).to_iso() == "2026-11-20T00:00:00.000000Z");
    CHECK(std::get<bool>(rows[0][2]));
    CHECK(std::get<double>(rows[0][3]) == 0.5);
    CHECK(sql::text_of(rows[0][4]) == "课，\"一\"");
    CHECK(sql::is_null(rows[1][5]));
    const auto mark =
        must(lease->query("SELECT CAST(value AS VARCHAR) FROM parquet_kv_metadata(" + file + ") WHERE CAST(key AS VARCHAR) = 'watermark'"));
    REQUIRE(mark.size() == 1);
    std::filesystem::remove(path);
  });
}

TEST_CASE("who may not export gets no file, and every file counts and is told") {
  on_each_fed_pair([](Fed& w) {
    talk(w);
    const auto refused = [&](const Principal& by, const std::string& format) {
      const auto done = w.events->export_records(by, {}, format);
      return done.ok() ? std::string("done") : done.error().id;
    };
    for (const Role role : {Role::teacher, Role::student, Role::city_leader, Role::system_admin, Role::audit_admin})
      CHECK(refused(reader(w.city, role), "csv") == "events.no_export_right");
    CHECK(refused(reader(w.city, Role::city_officer), "xlsx") == "records.bad_format");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'rows.export'") == 0);
    CHECK(must(w.events->export_records(reader(w.city, Role::city_officer), {}, "jsonl")).n_rows == 2);
    const auto entries = must(audit::list(*w.stores.ledger, {.actor = "reader", .action = "rows.export", .limit = 10}));
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].entry.object_kind == "learning_record");
    CHECK(*entries[0].entry.detail.find("n_rows")->as_int() == 2);
  });
}

TEST_CASE("a file has what may be exported, not all that may be read") {
  on_each_fed_pair([](Fed& w) {
    Principal by = reader(w.school_1, Role::school_cio);
    by.person = w.person("小甲", {w.school_2}).no;
    by.grants.push_back({Role::student, w.school_2});  // a student reads their own, and exports nothing
    const auto account = must(w.events->accounts(Principal::system(), w.school_2, "homework", std::vector{by.person}))[0];
    w.store(w.two, R"({"id":")" + id_of("0003") + R"(","actor":{"account":{"homePage":")" + account.home_page + R"(","name":")" + account.name +
                       R"("}},"verb":{"id":"http://v.cn/did"},"object":{"id":"http://o.cn/x"}})");
    talk(w);
    CHECK(must(w.events->browse(by, {})).items.size() == 2);
    const std::string lines = file_of(w, by, "jsonl");
    CHECK(lines.find(id_of("0001")) != std::string::npos);
    CHECK(lines.find(id_of("0003")) == std::string::npos);
  });
}

TEST_CASE("a file goes through all pages") {
  on_each_fed_pair([](Fed& w) {
    constexpr int kStatements = 450;  // more than two pages
    for (int i = 0; i < kStatements; i += 90) {
      std::string body;
      for (int j = 0; j < 90; ++j) body += (j == 0 ? "[" : ",") + statement(std::to_string(1000 + i + j));
      w.store(w.one, body + "]");
      w.clock.advance_micros(1000);
    }
    must(w.events->file());
    CHECK(must(w.events->export_records(reader(w.city, Role::city_officer), {}, "jsonl")).n_rows == kStatements);
  });
}

}  // namespace
}  // namespace banmo::events
