// SPDX-License-Identifier: Apache-2.0
// A world whose statements fill datasets of kind event, for the tests of this room.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "events/test_world.h"
#include "records/records.h"

namespace banmo::events::test {

inline constexpr const char* kFedPack = R"yaml(pack: {id: edu.t, version: 1.0.0, engine: banmo/1, title: 测试}
law: {purpose: 测试, basis: 测试}
codes:
  kind: {title: 类, values: {did: {title: 做, syn: ["http://v.cn/did"]}, saw: {title: 看, syn: ["http://v.cn/saw"]}}}
datasets:
- id: seen
  title: 事件
  kind: event
  grain: [no]
  class: {category: 教学, level: L3}
  scope: {org: org_id, person: who}
  period: {by: month}
  where: "kind <> 'saw' or success"
  fields:
    no: {type: int, of: number, title: 号}
    id: {type: text, of: id, title: 标识}
    happened_at: {type: datetime, of: timestamp, title: 时间}
    month: {type: date, of: month, title: 月}
    school_year: {type: year, of: school_year, title: 学年}
    weekday: {type: int, of: weekday, title: 星期}
    hour: {type: int, of: hour, title: 时}
    org_id: {type: org, of: org, title: 机构}
    who: {type: ref, to: core.person, of: person, title: 人}
    kind: {type: code, list: kind, of: verb, required: true, title: 类}
    activity: {type: text, of: activity, title: 活动}
    activity_type: {type: text, of: activity_type, title: 类型}
    activity_name: {type: text, of: activity_name, title: 名}
    parent: {type: text, of: parent, title: 上级}
    platform: {type: text, of: platform, title: 平台}
    registration: {type: text, of: registration, title: 注册}
    success: {type: bool, of: success, title: 成功}
    score: {type: decimal, of: score_scaled, title: 分}
    raw: {type: decimal, of: score_raw, title: 原始分}
    seconds: {type: decimal, scale: 1, of: duration_s, title: 秒}
    subject: {type: text, of: context_extension http://x.cn/subject, title: 科}
    minutes: {type: decimal, scale: 1, from: "round(seconds / 60, 1)", title: 分钟}
- id: every
  title: 全部
  kind: event
  grain: [no]
  class: {category: 教学, level: L2}
  fields: {no: {type: int, of: number, title: 号}, verb: {type: text, of: verb, title: 动词}}
- id: mine
  title: 报送
  grain: [k]
  class: {category: 教学, level: L2}
  fields: {k: {type: int, title: 键}}
)yaml";

// A world whose statements fill datasets.
struct Fed : World {
  explicit Fed(Pair which) : World(which), catalogue(banmo::test::load_pack(folder, kFedPack)) { start(); }
  ~Fed() { records.reset(); }
  void start() {
    records.reset();
    World::open();
    records::RecordsOptions options;
    options.folder = folder + "/uploads";
    options.field_key = crypto::Bytes(32, 7);
    records = must(records::Records::create(stores, catalogue, *directory, clock, options));
    must(events->feed_into(*records));
  }
  // Nothing of it runs meanwhile: the process may fork. For the pair of files.
  void close() {
    records.reset();
    events.reset();
    directory.reset();
    stores = {};
  }
  void reopen() {
    stores.ledger = must(sql::open_sqlite({folder + "/ledger.db"}));
    stores.warehouse = must(sql::open_duckdb({.path = folder + "/warehouse.duckdb", .memory_limit_mb = 500, .temp_directory = {}}));
    open_directory();
    start();
  }
  std::string asked(const std::string& question) {
    const auto lease = must(stores.warehouse->read());
    std::string out;
    for (const auto& row : must(lease->query(question)).rows) {
      for (const sql::Value& value : row) out += (sql::is_null(value) ? "-" : sql::text_of(value)) + "|";
      out += "\n";
    }
    return out;
  }
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::unique_ptr<records::Records> records;
};

inline void on_each_fed_pair(const std::function<void(Fed& world)>& test) { banmo::test::on_each_pair_of<Fed>(test); }

}  // namespace banmo::events::test
