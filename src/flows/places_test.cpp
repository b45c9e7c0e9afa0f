// SPDX-License-Identifier: Apache-2.0
// Places of quotas: never more than the limit, whoever races; the line in its order; what is looked up; cases that a move starts.
#include <doctest/doctest.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

// A child applies at a school of the plan: at once if there is a seat, in line otherwise. `member` is what a confirmed one becomes.
const char* const kSeats = R"yaml(pack: {id: edu.seats, version: 1.0.0, engine: banmo/1, title: 学位}
law: {purpose: 测试, basis: 测试}
datasets:
- id: plan
  title: 计划
  grain: [year, school]
  class: {category: 管理数据, level: L2}
  scope: {org: school}
  fields: {year: {type: year, title: 年}, school: {type: org, kind: school, title: 学校}, seats: {type: int, title: 学位}}
- id: street
  title: 街道
  kind: reference
  grain: [road, no_from]
  class: {category: 公共, level: L1}
  fields: {road: {type: text, title: 路}, no_from: {type: int, title: 起}, no_to: {type: int, title: 止}, zone: {type: text, title: 片}}
  rows: [[东路, 1, 9, 甲], [东路, 10, "", 乙], [西路, 1, 20, 丙], [西路, 15, 30, 丁]]
- id: seat_case
  title: 申请
  grain: [no]
  class: {category: 学生数据, level: L3}
  scope: {org: school}
  fields:
    no: {type: text, title: 编号}
    st: {type: state, title: 状态}
    year: {type: year, title: 年, default: "2026"}
    school: {type: org, kind: school, title: 学校, required: true}
    child: {type: idno, title: 证件, enc: true, index: true, level: L3, mask: "3****4"}
    born: {type: date, title: 出生}
    sex: {type: text, title: 性别}
    name: {type: text, title: 姓名}
    road: {type: text, title: 路}
    house: {type: int, title: 门牌}
    zone: {type: text, title: 片}
    twin: {type: text, title: 疑似}
    rank: {type: int, title: 次序}
- id: member_case
  title: 名册
  grain: [no]
  class: {category: 学生数据, level: L3}
  scope: {org: school}
  fields: {no: {type: text, title: 号}, st: {type: state, title: 状态}, school: {type: org, kind: school, title: 学校}, child: {type: idno, title: 证件, enc: true, index: true, level: L3}, source: {type: text, title: 来源}}
flows:
- id: member
  title: 名册
  title_en: Roll
  guide: 名册
  subject: member_case
  number: "M{seq:5}"
  quotas:
  - {id: one, title: 在册, title_en: Roll entry, by: [child], limit: 1, holds: [waiting, on], refusal: 该儿童已在册, refusal_en: The child is on the roll already}
  roles: {school: {title: 学校, who: "$user.role = 'school_cio' and $user.org = school"}}
  states: {new: 新建, waiting: 待办, on: 在册, off: {title: 注销, final: true}}
  moves:
  - {id: put, from: new, to: waiting, by: [school], label: 登记}
  - {from: waiting, to: on, by: [school], label: 通过}
  - {from: on, to: off, by: [school], label: 注销}
- id: seat
  title: 学位申请
  title_en: Seats
  guide: 学位
  subject: seat_case
  number: "S{seq:5}"
  finds:
    plan: {of: plan, match: {year: year, school: school}}
    street: {of: street, match: {road: road}, between: {value: house, from: no_from, to: no_to}}
    like: {of: seat_case, match: {year: year, born: "birth_of(child)"}, near: {name: {value: name, edits: 1}}}
  quotas:
  - {id: seats, title: 学位, title_en: Seats, by: [year, school], limit: $plan.seats, holds: [offered, done], waits: line, order: rank}
  - {id: once, title: 每童一件, title_en: One for a child, by: [year, child], limit: 1, holds: [sorting, line, offered, done, desk], refusal: 该儿童已有申请, refusal_en: There is an application for the child already}
  roles:
    school: {title: 学校, title_en: School, who: "$user.role in ('school_cio', 'principal') and $user.org = school"}
    office: {title: 市局, title_en: City, who: "$user.role = 'city_officer'"}
  states:
    draft: {title: 草稿, form: [child, name, road, house, rank, school]}
    sorting: 分办
    line: {title: 排队, title_en: In line}
    offered: {title: 已录, title_en: Offered, form: [school]}
    desk: {title: 人工, title_en: Desk, form: [school]}
    done: {title: 确认, title_en: Done, final: true}
    gone: {title: 撤回, title_en: Gone, final: true}
  moves:
  - {id: send, from: draft, to: sorting, by: [school], label: 提交, then: [{set: born, value: birth_of(child)}, {set: sex, value: sex_of(child)}, {set: zone, value: $street.zone}, {set: twin, value: $like.no}]}
  - {from: sorting, to: desk, auto: true, label: 转人工, guard: "name = '人工'"}
  - {from: [sorting, line], to: offered, auto: true, label: 录取}
  - {from: sorting, to: line, auto: true, label: 排队}
  - {from: desk, to: offered, by: [office], label: 录取, label_en: Offer}
  - {from: offered, to: done, by: [school], label: 确认, then: [{start: member, move: put, with: {school: school, child: child, source: no}}]}
  - {from: [draft, line, offered, desk], to: gone, by: [school], label: 撤回}
)yaml";

std::string id_of(const Case& one) { return one.head.id.to_string(); }

// A number of a child, by its day and a running number; the check digit is right.
std::string child(int n, const std::string& day = "20200301") {
  std::string number = "370202" + day + std::to_string(1000 + n).substr(1);
  int sum = 0;
  constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  for (size_t i = 0; i < number.size(); ++i) sum += (number[i] - '0') * kWeights[i];
  return number + "10X98765432"[sum % 11];
}

struct Seats {
  World& w;
  explicit Seats(World& world, int seats) : w(world) {
    w.open(kSeats);
    must(w.records->create_row(w.officer, "plan", {{"year", 2026}, {"school", "3702000001"}, {"seats", seats}}));
  }
  Case open(json::Object values) { return must(w.flows->open(w.cio, "seat", std::move(values))); }
  Result<Case> send(const Case& one) { return w.move(w.cio, one, "send"); }
  Case sent(int n) { return must(send(open({{"child", child(n)}, {"name", "甲" + std::to_string(n)}}))); }
  Case now(const Case& one) { return must(w.flows->find(w.cio, id_of(one))); }
  std::string state(const Case& one) { return now(one).head.state; }
  int64_t n_in(const std::string& state) { return w.count("SELECT COUNT(*) FROM flow_case WHERE flow = 'seat' AND state = '" + state + "'"); }
  std::string value(const Case& one, const std::string& field) {
    const size_t at = w.catalogue->dataset("seat_case")->field_index(field);
    const auto found = std::find(one.row.fields.begin(), one.row.fields.end(), at);
    return found == one.row.fields.end() ? "?" : sql::text_of(one.row.values[static_cast<size_t>(found - one.row.fields.begin())]);
  }
};

std::string place(const Case& one, const std::string& quota) {
  for (const Place& place : one.places)
    if (place.quota == quota) return place.waits ? "waits " + std::to_string(place.position) : "holds";
  return "";
}

}  // namespace

TEST_CASE("seats are given until there are none, then cases stand in line and go on one by one as seats come back") {
  on_each_pair([](World& w) {
    Seats s(w, 2);
    const Case a = s.sent(1), b = s.sent(2), c = s.sent(3), d = s.sent(4);
    CHECK(a.head.state + " " + b.head.state + " " + c.head.state + " " + d.head.state == "offered offered line line");
    CHECK(place(a, "seats") == "holds");
    CHECK(place(c, "seats") == "waits 1");
    CHECK(place(d, "seats") == "waits 2");
    must(w.move(w.cio, s.now(a), "gone"));
    CHECK(s.state(c) + " " + s.state(d) == "offered line");
    CHECK(place(s.now(d), "seats") == "waits 1");
    CHECK(must(w.flows->history(w.cio, id_of(c))).back().move == "offered");
    must(w.move(w.cio, s.now(d), "gone"));  // who leaves the line frees nothing
    CHECK(s.n_in("offered") == 2);
    CHECK(w.count("SELECT n_held FROM flow_quota WHERE quota = 'seats'") == 2);
    CHECK(w.count("SELECT n_waiting FROM flow_quota WHERE quota = 'seats'") == 0);
  });
}

TEST_CASE("who comes when somebody is in line stands behind them, even if a seat is free at that moment") {
  on_each_pair([](World& w) {
    Seats s(w, 1);
    const Case a = s.sent(1), waiting = s.sent(2);
    must(w.records->update_row(w.officer, "plan", "2026~" + std::to_string(w.school_1.value), {{"seats", 2}}, {}));
    const Case late = s.sent(3);
    CHECK(late.head.state == "line");
    CHECK(s.state(waiting) == "line");
    must(w.flows->run_due());  // a limit that was raised is seen by the round
    CHECK(s.state(waiting) + " " + s.state(late) == "offered line");
    must(w.records->update_row(w.officer, "plan", "2026~" + std::to_string(w.school_1.value), {{"seats", 1}}, {}));
    must(w.move(w.cio, s.now(a), "gone"));  // two seats were given, one is left of the plan
    CHECK(s.state(late) == "line");
  });
}

TEST_CASE("the line has the flow's order before the time of coming") {
  on_each_pair([](World& w) {
    Seats s(w, 1);
    const Case a = s.sent(1);
    const auto ranked = [&](int n, int rank) { return must(s.send(s.open({{"child", child(n)}, {"name", "乙"}, {"rank", rank}}))); };
    const Case third = ranked(2, 30), first = ranked(3, 10), second = ranked(4, 10);
    CHECK(place(s.now(first), "seats") + ", " + place(s.now(second), "seats") + ", " + place(s.now(third), "seats") == "waits 1, waits 2, waits 3");
    must(w.move(w.cio, a, "gone"));
    CHECK(s.state(first) == "offered");
  });
}

TEST_CASE("of many who race for few seats exactly so many have one, and all others stand in line") {
  on_each_pair([](World& w) {
    Seats s(w, 7);
    constexpr int kThreads = 16, kEach = 5;
    std::vector<Case> drafts;
    for (int n = 0; n < kThreads * kEach; ++n) drafts.push_back(s.open({{"child", child(n)}, {"name", "丙" + std::to_string(n)}}));
    std::mutex mutex;
    std::string failed;
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&, t] {
          for (int i = 0; i < kEach; ++i) {
            const std::string refused = told(s.send(drafts[static_cast<size_t>(t * kEach + i)]));
            const std::lock_guard lock(mutex);
            if (!refused.empty()) failed += refused + "\n";
          }
        });
    }
    CHECK(failed == "");
    CHECK(s.n_in("offered") == 7);
    CHECK(s.n_in("line") == kThreads * kEach - 7);
    CHECK(w.count("SELECT COUNT(DISTINCT line_no) FROM flow_place WHERE waits = 1") == kThreads * kEach - 7);
    CHECK(w.count("SELECT n_held * 1000 + n_waiting FROM flow_quota WHERE quota = 'seats'") == 7 * 1000 + kThreads * kEach - 7);
  });
}

TEST_CASE("a move by a person to a state without a place is refused with the sentence, and where the plan says nothing there is none") {
  on_each_pair([](World& w) {
    Seats s(w, 1);
    s.sent(1);
    const Case desk = must(s.send(s.open({{"child", child(2)}, {"name", "人工"}})));
    CHECK(desk.head.state == "desk");
    const Case seen = must(w.flows->find(w.officer, id_of(desk)));
    REQUIRE(seen.choices.size() == 2);
    REQUIRE(seen.choices[0].refused.has_value());
    CHECK(seen.choices[0].refused->en == "there is no place left of 'Seats'");
    CHECK(told(w.move(w.officer, seen, "offered")) == "flows.no_place: there is no place left of 'Seats'");
    CHECK(s.state(desk) == "desk");
    const Case elsewhere = must(w.flows->open(w.cio_2, "seat", {{"child", child(3)}, {"name", "丁"}}));
    CHECK(must(w.move(w.cio_2, elsewhere, "send")).head.state == "line");
  });
}

TEST_CASE("a child has one case: a second is refused until the first is withdrawn, and the number stands nowhere in the clear") {
  on_each_pair([](World& w) {
    Seats s(w, 5);
    const Case first = s.sent(1);
    const Case second = s.open({{"child", child(1)}, {"name", "戊"}});
    CHECK(!second.choices[0].refused);  // one learns it by sending, which is on record, not by looking
    CHECK(told(s.send(second)) == "flows.no_place: There is an application for the child already");
    must(w.move(w.cio, first, "gone"));
    CHECK(must(s.send(second)).head.state == "offered");
    CHECK(w.count("SELECT COUNT(*) FROM flow_place WHERE place_key LIKE '%" + child(1) + "%'") == 0);
    const Case none = s.open({{"name", "己"}});
    CHECK(told(s.send(none)) == "flows.place_unknown: a place of 'One for a child' needs first: 证件");
  });
}

TEST_CASE("a row is found by its range, by likeness, or not at all where two would fit") {
  on_each_pair([](World& w) {
    Seats s(w, 9);
    const auto send = [&](int n, const std::string& name, const std::string& road, int house) {
      return must(s.send(s.open({{"child", child(n)}, {"name", name}, {"road", road}, {"house", house}})));
    };
    const Case low = send(1, "王小明", "东路", 9), open_end = send(2, "李四", "东路", 500), two = send(3, "赵五", "西路", 16),
               none = send(4, "孙六", "北路", 1);
    CHECK(s.value(low, "zone") + s.value(open_end, "zone") + "|" + s.value(two, "zone") + s.value(none, "zone") == "甲乙|");
    CHECK(s.value(low, "born") + " " + s.value(low, "sex") == "2020-03-01 1");
    must(w.records->flush());
    const Case typo = send(5, "王晓明", "东路", 1);
    CHECK(s.value(typo, "twin") == low.head.key);
    CHECK(s.value(low, "twin") == "");
    CHECK(s.value(must(s.send(s.open({{"child", child(6, "20200302")}, {"name", "王小明"}}))), "twin") == "");  // born on another day
  });
}

TEST_CASE("a move starts a case of another flow in its transaction, once, and is refused with it") {
  on_each_pair([](World& w) {
    Seats s(w, 3);
    const Case one = s.sent(1);
    std::vector<std::string> results(2);
    {
      const std::jthread first([&] { results[0] = told(w.move(w.cio, one, "done")); });
      const std::jthread second([&] { results[1] = told(w.move(w.cio, one, "done")); });
    }
    std::sort(results.begin(), results.end());
    CHECK(results[0] == "");
    CHECK(results[1].starts_with("flows.case_changed"));
    CHECK(w.count("SELECT COUNT(*) FROM flow_case WHERE flow = 'member' AND state = 'waiting'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.start'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM flow_case WHERE flow = 'member' AND opened_by = ''") == 1);
    must(w.records->flush());
    const auto lease = must(w.stores.warehouse->read());
    const auto rows = must(lease->query("SELECT no, st, source FROM ds_member_case"));
    REQUIRE(rows.size() == 1);
    CHECK(sql::text_of(rows[0][0]) + " " + sql::text_of(rows[0][1]) + " " + sql::text_of(rows[0][2]) == "M00001 waiting " + one.head.key);
    must(w.stores.ledger->write([](sql::Connection& c) {
      return c.script("DELETE FROM flow_place WHERE quota = 'once'; UPDATE flow_quota SET n_held = 0 WHERE quota = 'once';");
    }));
    const Case again = s.sent(1);  // the other flow has its own word: the child is on the roll
    CHECK(told(w.move(w.cio, again, "done")) == "flows.no_place: The child is on the roll already");
    CHECK(s.state(again) == "offered");
    CHECK(w.count("SELECT COUNT(*) FROM flow_case WHERE flow = 'member'") == 1);
  });
}

TEST_CASE("a case that changes what it has a place of gives the old one back, and whoever waits has it") {
  on_each_pair([](World& w) {
    Seats s(w, 1);
    Principal both = w.cio;
    both.grants.push_back({Role::school_cio, w.school_2});
    must(w.records->create_row(w.officer, "plan", {{"year", 2026}, {"school", "3702000002"}, {"seats", 1}}));
    const Case held = s.sent(1), waits = s.sent(2);
    const auto to_second = [&](const Case& one) { return w.flows->save(both, id_of(one), s.now(one).head.seq, {{"school", "3702000002"}}); };
    CHECK(place(must(to_second(held)), "seats") == "holds");
    CHECK(s.state(waits) == "offered");
    CHECK(told(to_second(waits)) == "flows.no_place: there is no place left of 'Seats'");
    CHECK(w.count("SELECT COUNT(*) FROM flow_quota WHERE quota = 'seats' AND n_held = 1 AND n_waiting = 0") == 2);
  });
}

}  // namespace banmo::flows::test
