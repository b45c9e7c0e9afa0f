// SPDX-License-Identifier: Apache-2.0
#include "events/feed.h"

#include "events/test_world.h"

namespace banmo::events {
namespace {

using test::must;
using test::on_each_pair;
using test::reference;
using test::statement;
using test::World;

std::string in_warehouse(World& w, const std::string& question) {
  const auto lease = must(w.stores.warehouse->read());
  std::string out;
  for (const auto& row : must(lease->query(question)).rows) {
    for (const sql::Value& value : row) out += (sql::is_null(value) ? "-" : sql::text_of(value)) + "|";
    out += "\n";
  }
  return out;
}

TEST_CASE("each statement becomes one row of the warehouse, once, however often the feed runs") {
  on_each_pair([](World& w) {
    w.store(w.one,
            statement("0001", "a", "did",
                      R"(,"timestamp":"2026-11-20T08:00:00+08:00","result":{"success":true,"score":{"raw":7,"scaled":0.5},"duration":"PT1M30.5S"},
      "context":{"platform":"课堂","registration":"00000000-0000-4000-8000-00000000000a","contextActivities":{"parent":{"id":"http://o.cn/course"}}})",
                      R"({"id":"http://o.cn/x","definition":{"type":"http://t.cn/lesson"}})"));
    w.store(w.two, statement("0002"));
    CHECK(must(w.events->feed()) == 2);
    CHECK(must(w.events->feed()) == 0);
    w.store(w.one, statement("0003"));
    w.open();
    CHECK(must(w.events->feed()) == 1);
    CHECK(in_warehouse(w, "SELECT COUNT(*), COUNT(DISTINCT no), COUNT(DISTINCT org_no) FROM learning_event") == "3|3|2|\n");
    CHECK(
        in_warehouse(w,
                     "SELECT occurred_at, actor, verb, object_type, object, activity_type, parent, registration, success, completion, score_scaled, "
                     "score_raw, duration_s, platform, voided FROM learning_event ORDER BY no LIMIT 1") ==
        "2026-11-20T00:00:00.000000Z|account https://tool.cn a|http://v.cn/did|activity|http://o.cn/x|http://t.cn/lesson|http://o.cn/course|"
        "00000000-0000-4000-8000-00000000000a|true|-|0.5|7|90.5|课堂|false|\n");
  });
}

TEST_CASE("a statement that was voided is marked in the warehouse, whether it came before or after") {
  on_each_pair([](World& w) {
    const auto voids = [](const std::string& no, const std::string& target) {
      std::string text = statement(no, "admin", "did", {}, reference(target));
      return text.replace(text.find("http://v.cn/did"), 15, std::string(kVoided));
    };
    w.store(w.one, statement("0001"));
    w.store(w.two, statement("0001"));
    must(w.events->feed());
    w.store(w.one, voids("0002", "0001"));
    w.store(w.one, voids("0003", "0004"));
    w.store(w.one, statement("0004"));
    must(w.events->feed());
    CHECK(in_warehouse(w, "SELECT voided FROM learning_event ORDER BY no") == "true|\nfalse|\nfalse|\nfalse|\ntrue|\n");
  });
}

}  // namespace
}  // namespace banmo::events
