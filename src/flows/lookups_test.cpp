// SPDX-License-Identifier: Apache-2.0
// Questions to other departments: asked after the move, once, with consent alone; answers that are wrong, late or do not come; a server that is
// killed between the question and its answer.
#include <doctest/doctest.h>

#include "crypto/sm_signature.h"
#include "flows/lookups.h"
#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

constexpr const char* kEntry = R"yaml(pack: {id: edu.entry, version: 1.0.0, engine: banmo/1, title: 入学}
law: {purpose: 测试, basis: 测试}
codes:
  chk: {title: 比对, values: {hit: 一致, miss: 不一致, none: 未查, err: 查询失败}}
datasets:
- id: entry_case
  title: 入学
  grain: [no]
  class: {category: 管理数据, level: L2}
  scope: {org: school}
  fields:
    no: {type: text, title: 编号}
    st: {type: state, title: 状态}
    school: {type: org, kind: school, title: 学校, required: true}
    idno: {type: text, title: 证件号, enc: true, level: L3}
    consent: {type: bool, title: 同意查询}
    address: {type: text, title: 户籍地址}
    hukou: {type: code, list: chk, title: 户籍比对}
    house: {type: code, list: chk, title: 房产比对}
lookups:
- {id: police, title: 公安户籍, title_en: Police, purpose: 入学资格核验, send: [idno, school], get: {address: address}, sets: hukou, timeout: 3, retry: 1, cache: 30, sign: hmac}
- {id: estate, title: 不动产登记, title_en: Estate, purpose: 入学资格核验, send: [idno], sets: house, consent: consent, retry: 0, sign: sm2}
flows:
- id: entry
  title: 入学
  title_en: Entry
  guide: 说明
  subject: entry_case
  number: "E{year}-{seq:6}"
  roles:
    school: {title: 学校, title_en: School, who: "$user.role = 'school_cio' and $user.org = school"}
    city: {title: 市局, title_en: City, who: "$user.role = 'city_officer'"}
  states: {draft: {title: 草稿, form: [idno, consent]}, checking: 比对, check: 待审, done: {title: 办结, final: true}, gone: {title: 撤回, final: true}}
  moves:
  - {from: draft, to: checking, id: send, by: [school], label: 提交, then: [{call: [police, estate]}]}
  - {from: checking, to: done, auto: true, label: 免审, guard: "hukou = 'hit' and house = 'hit'"}
  - {from: checking, to: check, auto: true, label: 转人工}
  - {from: check, to: done, by: [city], label: 通过}
  - {from: [checking, check], to: gone, by: [school], label: 撤回}
)yaml";

// The other side, as it is told to be.
struct Others {
  explicit Others(World& world) : w(world) {
    w.flow_options.call = [this](const OutboundRequest& request) { return answer(request); };
    w.flow_options.lookups = {{"police", "https://police", "secret", ""}, {"estate", "https://estate", ours.first, theirs.second}};
    w.open(kEntry);
  }
  Result<OutboundAnswer> answer(const OutboundRequest& request) {
    ++n_asked;
    last = request;
    if (is_down) return fail(ErrorCode::timeout, "http.outbound_timeout", {"超时", "timeout"});
    const bool is_police = request.url == "https://police";
    const LookupKeys keys = is_police ? LookupKeys{pack::FlowLookup::Sign::hmac, crypto::Profile::intl, "secret", ""}
                                      : LookupKeys{pack::FlowLookup::Sign::sm2, crypto::Profile::intl, theirs.first, ours.second};
    CHECK(is_signed(keys, request.body, request.headers.back().second));
    const auto question = must(json::read(request.body));
    const std::string body = answer_body(is_of_another ? "other" : *question.find("id")->as_string(), {result, {{"address", "海岸路18号"}}});
    const std::string signature = must(sign_body(keys, body));
    return OutboundAnswer{200, {{"x-banmo-signature", is_forged ? signature.substr(0, signature.size() - 2) + "00" : signature}}, body};
  }
  Case sent(bool consent, const std::string& idno = "370200202009010011") {
    const Case one = must(w.flows->open(w.cio, "entry", {{"idno", idno}, {"consent", consent}}));
    return must(w.move(w.cio, one, "send"));
  }
  std::string state(const Case& one) { return must(w.flows->find(w.cio, one.head.id.to_string())).head.state; }
  std::string value(const Case& one, const char* field) {
    const Case now = must(w.flows->find(w.cio, one.head.id.to_string()));
    const size_t wanted = w.catalogue->dataset("entry_case")->field_index(field);
    for (size_t i = 0; i < now.row.fields.size(); ++i)
      if (now.row.fields[i] == wanted) return sql::text_of(now.row.values[i]);
    return "hidden";
  }
  int64_t run() { return must(w.flows->lookups().run()); }

  World& w;
  const std::pair<std::string, std::string> ours = crypto::new_sm2_keys(), theirs = crypto::new_sm2_keys();
  int n_asked = 0;
  bool is_down = false, is_forged = false, is_of_another = false;
  std::string result = "hit";
  OutboundRequest last;
};

void on_each(const std::function<void(Others& others, World& w)>& test) {
  on_each_pair([&](World& w) {
    Others others(w);
    test(others, w);
  });
}

}  // namespace

TEST_CASE("automatic moves wait until every department has answered") {
  on_each([](Others& others, World& w) {
    const Case one = others.sent(true);
    CHECK(one.head.state == "checking");
    REQUIRE(one.awaits.size() == 2);
    CHECK(one.awaits[0].en == "Estate");
    CHECK(others.n_asked == 0);  // not in the move
    CHECK(others.run() == 2);
    CHECK(others.n_asked == 2);
    CHECK(others.state(one) == "done");
    CHECK(others.value(one, "address") == "海岸路18号");
    CHECK(others.run() == 0);
    const auto question = must(json::read(others.last.body));
    CHECK(*question.find("purpose")->as_string() == "入学资格核验");
    CHECK(question.find("send")->as_object()->size() == 2);  // the police were asked last
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'lookup.ask'") == 2);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.lookup'") == 2);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE detail LIKE '%370200202009010011%'") == 0);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE detail LIKE '%海岸路%'") == 0);
  });
}

TEST_CASE("nobody is asked without consent, nor about what is not filled in") {
  on_each([](Others& others, World& w) {
    const Case one = others.sent(false);
    CHECK(others.run() == 1);
    CHECK(others.n_asked == 1);
    CHECK(others.value(one, "house") == "none");
    CHECK(others.state(one) == "check");
    const Case bare = must(w.flows->open(w.cio, "entry", {}));
    CHECK(must(w.move(w.cio, bare, "send")).head.state == "check");
    CHECK(w.count("SELECT COUNT(*) FROM flow_call") == 1);
  });
}

TEST_CASE("a department that is down is asked again, then given up, and the case goes on") {
  on_each([](Others& others, World& w) {
    others.is_down = true;
    const Case one = others.sent(true);
    CHECK(others.run() == 1);  // the estate has no retry
    CHECK(others.state(one) == "checking");
    CHECK(others.run() == 0);
    w.clock.advance_micros(6'000'000);
    CHECK(others.run() == 1);
    CHECK(others.n_asked == 3);
    CHECK(others.value(one, "hukou") == "err");
    CHECK(others.value(one, "house") == "err");
    CHECK(others.state(one) == "check");
  });
}

TEST_CASE("an answer that is forged or to another question is no answer") {
  on_each([](Others& others, World&) {
    others.is_forged = true;
    const Case forged = others.sent(true);
    CHECK(others.run() == 1);
    CHECK(others.value(forged, "house") == "err");
    others.is_forged = false;
    others.is_of_another = true;
    const Case other = others.sent(true);
    CHECK(others.run() == 1);
    CHECK(others.value(other, "house") == "err");
    CHECK(others.state(other) == "checking");  // the police will be asked again
  });
}

TEST_CASE("an answer serves again for the same question and purpose until it is too old") {
  on_each([](Others& others, World& w) {
    others.sent(true);
    CHECK(others.run() == 2);
    const Case again = others.sent(true);
    CHECK(others.run() == 2);
    CHECK(others.n_asked == 3);  // the police's answer was kept
    CHECK(others.state(again) == "done");
    others.sent(true, "370200202009010099");
    CHECK(others.run() == 2);
    CHECK(others.n_asked == 5);
    CHECK(w.count("SELECT COUNT(*) FROM flow_answer") == 2);
    w.clock.advance_micros(int64_t{31} * 86'400 * 1'000'000);
    must(w.flows->lookups().purge());
    CHECK(w.count("SELECT COUNT(*) FROM flow_answer") == 0);
    others.sent(true);
    CHECK(others.run() == 2);
    CHECK(others.n_asked == 7);
  });
}

TEST_CASE("what was asked before a server died is asked again and takes effect once") {
  on_each([](Others& others, World& w) {
    const Case one = others.sent(true);
    others.w.flow_options.call = [&](const OutboundRequest&) -> Result<OutboundAnswer> { throw 1; };  // as if it died while the question was out
    w.open(kEntry);
    CHECK_THROWS(others.run());
    others.w.flow_options.call = [&](const OutboundRequest& request) { return others.answer(request); };
    w.open(kEntry);
    w.clock.advance_micros(60'000'000);
    CHECK(others.run() == 2);
    CHECK(others.state(one) == "done");
    CHECK(w.count("SELECT COUNT(*) FROM flow_step WHERE to_state = 'done'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM flow_call WHERE state = 'waiting'") == 0);
  });
}

TEST_CASE("an answer to what has been changed meanwhile is no answer: it is asked anew") {
  on_each([](Others& others, World& w) {
    others.sent(true);
    w.flow_options.call = [&](const OutboundRequest& request) -> Result<OutboundAnswer> {
      if (request.url == "https://police")  // as if somebody named another school while the police look
        must(w.stores.ledger->write([&](sql::Connection& connection) {
          return connection.script("UPDATE flow_case SET content = REPLACE(content, '\"school\":\"', '\"school\":\"99'), seq = seq + 1;");
        }));
      return others.answer(request);
    };
    w.open(kEntry);
    CHECK(others.run() == 1);
    CHECK(w.count("SELECT COUNT(*) FROM flow_call WHERE lookup = 'police' AND state = 'waiting'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.lookup'") == 1);  // the estate's
  });
}

TEST_CASE("an answer that comes after the case has ended changes nothing") {
  on_each([](Others& others, World& w) {
    const Case one = others.sent(true);
    const Case gone = must(w.move(w.cio, one, "gone"));
    CHECK(others.run() == 2);
    CHECK(others.n_asked == 0);
    CHECK(must(w.flows->find(w.cio, one.head.id.to_string())).head.seq == gone.head.seq);
  });
}

TEST_CASE("a person may move a case on that waits, and the answer comes into it where it is") {
  on_each([](Others& others, World& w) {
    others.is_down = true;
    const Case one = others.sent(true);
    CHECK(others.run() == 1);
    CHECK(told(w.move(w.officer, one, "done")).starts_with("flows.case_changed"));  // the answer has changed it
    others.is_down = false;
    w.clock.advance_micros(6'000'000);
    CHECK(others.run() == 1);
    CHECK(others.value(one, "hukou") == "hit");
    CHECK(others.state(one) == "check");
  });
}

TEST_CASE("an answer that does not fit the dataset is as none: the case goes on, with nothing of it in the row") {
  on_each([](Others& others, World& w) {
    std::string narrow = kEntry;
    const std::string wide = "get: {address: address}", address = "    address: {type: text";
    narrow.replace(narrow.find(wide), wide.size(), "get: {address: floor}");
    narrow.insert(narrow.find(address), "    floor: {type: int, title: 楼层}\n");
    w.open(narrow);
    const Case one = others.sent(true);
    CHECK(others.run() == 2);
    CHECK(others.value(one, "hukou") == "err");
    CHECK(others.value(one, "floor") == "");
    CHECK(others.value(one, "house") == "hit");
    CHECK(others.state(one) == "check");
  });
}

}  // namespace banmo::flows::test
