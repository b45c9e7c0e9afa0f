// SPDX-License-Identifier: Apache-2.0
#include "events/feed.h"

#include <set>

#include "events/test_fed.h"

namespace banmo::events {
namespace {

using banmo::test::add_org;
using directory::Principal;
using test::Fed;
using test::must;
using test::on_each_fed_pair;
using test::Pair;
using test::reference;
using test::statement;

std::string voids(const std::string& no, const std::string& target) {
  std::string text = statement(no, "admin", "did", {}, reference(target));
  return text.replace(text.find("http://v.cn/did"), 15, std::string(kVoided));
}

TEST_CASE("every word that packs may use of a statement is told") {
  for (const std::string_view word : pack::event_words()) CHECK_MESSAGE(bool(teller_of(word) != nullptr), word);
}

TEST_CASE("each statement becomes one row of each dataset that it belongs to, once, however often the feed runs") {
  on_each_fed_pair([](Fed& w) {
    w.store(w.one,
            statement("0001", "a", "did",
                      R"(,"timestamp":"2026-11-20T08:00:00+08:00","result":{"success":true,"score":{"raw":7,"scaled":0.5},"duration":"PT1M30.5S"},
      "context":{"platform":"课堂","registration":"00000000-0000-4000-8000-00000000000a","contextActivities":{"parent":{"id":"http://o.cn/course"}},
      "extensions":{"http://x.cn/subject":"数学"}})",
                      R"({"id":"http://o.cn/x","definition":{"type":"http://t.cn/lesson","name":{"en":"Lesson","zh-CN":"课"}}})"));
    w.store(w.two, statement("0002", "a", "saw"));    // by `where` only if it succeeded
    w.store(w.two, statement("0003", "a", "heard"));  // a kind that the list does not know
    CHECK(must(w.events->feed()) == 3);
    CHECK(must(w.events->feed()) == 0);
    w.store(w.one, statement("0004"));
    w.start();
    CHECK(must(w.events->feed()) == 1);
    CHECK(w.asked("SELECT COUNT(*), COUNT(DISTINCT no) FROM ds_seen") == "2|2|\n");
    CHECK(w.asked("SELECT verb FROM ds_every ORDER BY no") == "http://v.cn/did|\nhttp://v.cn/saw|\nhttp://v.cn/heard|\nhttp://v.cn/did|\n");
    CHECK(w.asked("SELECT id, happened_at, month, school_year, weekday, hour, who, kind, activity, activity_type, activity_name, parent, platform, "
                  "registration, "
                  "success, score, raw, seconds, subject, minutes FROM ds_seen ORDER BY no LIMIT 1") ==
          test::id_of("0001") +
              "|2026-11-20T00:00:00.000000Z|2026-11-01|2026|5|8|-|did|http://o.cn/x|http://t.cn/lesson|课|http://o.cn/course|课堂|"
              "00000000-0000-4000-8000-00000000000a|true|0.5|7|90.5|数学|1.5|\n");
    CHECK(w.asked("SELECT DISTINCT org_id FROM ds_seen") == std::to_string(w.school_1.value) + "|\n");
  });
}

TEST_CASE("a dataset that comes later is filled from the beginning, and the others take nothing twice") {
  on_each_fed_pair([](Fed& w) {
    w.store(w.one, "[" + statement("0001") + "," + statement("0002") + "]");
    must(w.events->feed());
    must(w.stores.warehouse->write([](sql::Connection& connection) {
      return connection.script("DELETE FROM ds_every; UPDATE bm_event_mark SET no = 0 WHERE name = 'every';");
    }));
    w.store(w.one, statement("0003"));
    w.start();
    CHECK(must(w.events->feed()) == 3);
    CHECK(w.asked("SELECT (SELECT COUNT(*) FROM ds_seen), (SELECT COUNT(*) FROM ds_every)") == "3|3|\n");
    CHECK(w.records->n_rows("seen") == 3);
  });
}

TEST_CASE("the row of a voided statement goes, whether it came before or after, and its past is kept") {
  on_each_fed_pair([](Fed& w) {
    w.store(w.one, statement("0001"));
    w.store(w.two, statement("0001"));  // another organisation's: the same id is another statement
    must(w.events->feed());
    w.store(w.one, voids("0002", "0001"));
    w.store(w.one, voids("0003", "0004"));
    w.store(w.one, statement("0004"));
    must(w.events->feed());
    CHECK(w.asked("SELECT id, org_id FROM ds_seen") == test::id_of("0001") + "|" + std::to_string(w.school_2.value) + "|\n");
    CHECK(w.asked("SELECT id, _op FROM ds_seen__past") == test::id_of("0001") + "|delete|\n");
    CHECK(w.asked("SELECT COUNT(*) FROM ds_every") == "1|\n");
  });
}

TEST_CASE("a row can be walked back to the key that sent it and to the number of its statement") {
  on_each_fed_pair([](Fed& w) {
    w.store(w.one, statement("0001"));
    w.store(w.one, statement("0002"));
    w.store(w.two, statement("0003"));
    must(w.events->feed());
    const auto sources = must(w.records->unscoped_sources("seen", "", {}));
    REQUIRE(sources.size() == 2);
    CHECK(sources[0].file_name == "测试");
    CHECK(sources[0].n_rows == 2);
    CHECK(w.asked("SELECT COUNT(*) FROM ds_seen WHERE _line <> no") == "0|\n");
  });
}

TEST_CASE("an actor who is mapped later puts the rows right that stand already, and who is unmapped leaves them") {
  on_each_fed_pair([](Fed& w) {
    const directory::OrgNo class_1 = add_org(*w.directory, directory::OrgKind::class_, w.school_1, "", "1班");
    const directory::Person pupil = w.person("甲", {w.school_1, class_1});
    const auto stands = [&] { return w.asked("SELECT who, org_id FROM ds_seen ORDER BY no"); };
    const std::string nobody = "-|" + std::to_string(w.school_1.value) + "|\n",
                      somebody = std::to_string(pupil.no.value) + "|" + std::to_string(class_1.value) + "|\n";
    w.store(w.one, "[" + statement("0001", "a") + "," + statement("0002", "b") + "]");
    must(w.events->feed());
    CHECK(stands() == nobody + nobody);
    const auto actors = must(w.events->actors(Principal::system(), {})).items;
    REQUIRE(actors.size() == 2);
    must(w.events->map_actor(Principal::system(), actors.back().no, pupil.id));
    w.store(w.one, statement("0003", "a"));
    must(w.events->feed());
    CHECK(stands() == somebody + nobody + somebody);
    CHECK(w.asked("SELECT COUNT(*) FROM ds_every") == "3|\n");
    must(w.events->reset_actor(Principal::system(), actors.back().no));
    w.start();
    must(w.events->feed());
    CHECK(stands() == nobody + nobody + nobody);
    CHECK(must(w.events->feed()) == 0);
  });
}

TEST_CASE("nobody imports into an event dataset or edits it") {
  Fed w(Pair::sqlite_duckdb);
  w.store(w.one, statement("0001"));
  must(w.events->feed());
  Principal officer = Principal::system();
  officer.internal = false;
  officer.grants = {{directory::Role::city_officer, w.city}};
  const auto made = w.records->create_row(officer, "every", json::Object{{"no", 1}, {"verb", "x"}});
  REQUIRE(!made.ok());
  CHECK(made.error().id == "records.event_not_written");
  CHECK(made.error().message.zh == "事件数据集由学习记录（xAPI）写入，不能导入或修改；请让教学工具发送或作废学习记录");
  records::ImportOptions options;
  options.dataset = "every";
  options.file = w.folder + "/pack/pack.yaml";
  const auto imported = w.records->import(officer, options);
  REQUIRE(!imported.ok());
  CHECK(imported.error().id == "records.event_not_written");
}

}  // namespace
}  // namespace banmo::events
