// SPDX-License-Identifier: Apache-2.0
// Access that a case opens and ends: in the transaction of its moves, checked field by field, gone with its deadline, whole or not there after kill
// -9.
#include "flows/case_shares.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

constexpr const char* kSharing = R"yaml(
- id: give_case
  title: 共享
  grain: [no]
  class: {category: 管理数据, level: L2}
  scope: {org: school}
  fields:
    no: {type: text, title: 编号}
    st: {type: state, title: 状态}
    school: {type: org, kind: school, title: 学校, required: true}
    why: {type: text, title: 目的, title_en: Purpose}
    dataset: {type: text, title: 数据集, title_en: Dataset}
    fields: {type: text, title: 字段, title_en: Fields}
    part: {type: org, title: 范围, title_en: Part}
    way: {type: code, list: way, title: 方式, title_en: Way}
    until: {type: date, title: 截止日期, title_en: Until}
    said: {type: text, title: 授权内容}
    ended: {type: datetime, title: 结束}
)yaml";
constexpr const char* kGiving = R"yaml(
- id: give
  title: 共享申请
  title_en: Sharing
  guide: 共享
  subject: give_case
  number: "G{seq:4}"
  roles:
    school: {title: 学校, title_en: School, who: "$user.role = 'school_cio' and $user.org = school"}
    city: {title: 市局, title_en: City, who: "$user.role in ('city_officer', 'district_officer')"}
  states:
    draft: {title: 草稿, form: [{f: why, required: true}]}
    asked: {title: 待审批}
    open: {title: 已开放, title_en: Open, rests: true}
    over: {title: 到期}
    ended: {title: 已结束, final: true}
  moves:
  - {id: ask, from: draft, to: asked, by: [school], label: 提交}
  - {id: give, from: asked, to: open, by: [city], label: 同意, label_en: Give, form: [{f: dataset, required: true}, fields, part, way, until],
     then: [{share: {to: school, dataset: dataset, fields: fields, org: part, way: way, until: until, purpose: why, says: said, max_days: 90}}]}
  - {id: take_back, from: open, to: ended, by: [city], label: 收回, note: required, then: [{set: ended, value: now()}, {unshare: true}]}
  - {id: hand_back, from: open, to: ended, by: [school], label: 交还, then: [{unshare: true}]}
  - {from: over, to: ended, auto: true, label: 到期, then: [{unshare: true}]}
  deadlines: [{state: open, within: 60d, late: goto(over)}]
)yaml";

std::string pack_text() {
  std::string text = kPack;
  const auto put = [&](const std::string& before, const std::string& what) {
    const size_t at = text.find(before);
    REQUIRE(at != std::string::npos);
    text.insert(at, what);
  };
  put("flows:\n", std::string(kSharing).substr(1));
  text += std::string(kGiving).substr(1);
  put("datasets:\n", "  way: {title: 方式, values: {api: 接口, file: 文件, figures: 统计数字}}\n");
  return text;
}

json::Object wish() { return {{"dataset", "day"}, {"fields", "day,上班"}, {"part", "青岛市"}, {"way", "api"}, {"until", "2026-11-01"}}; }

Case asked(World& w) {
  const Case opened = must(w.flows->open(w.cio, "give", {{"why", "教研"}}));
  return must(w.move(w.cio, opened, "ask"));
}

int64_t n_living(const World& w) { return w.count("SELECT COUNT(*) FROM share WHERE ended_at IS NULL"); }

std::string refusal(const Result<Case>& done) { return done.ok() ? "" : done.error().where + "/" + done.error().id + ": " + done.error().message.en; }

}  // namespace

TEST_CASE("a move opens access in its transaction, says what in the row, and ends it as the case ends") {
  on_each_pair([](World& w) {
    w.open(pack_text());
    Case one = must(w.move(w.officer, asked(w), "give", wish()));
    CHECK(one.head.state == "open");
    const pack::Dataset& subject = *w.catalogue->dataset("give_case");
    const auto value = [&](const Case& of, const char* field) {
      for (size_t i = 0; i < of.row.fields.size(); ++i)
        if (subject.fields[of.row.fields[i]].id == field) return sql::text_of(of.row.values[i]);
      return std::string("not shown");
    };
    CHECK(value(one, "said") == "“日历”中的日、上班，范围：青岛市，截至 2026-11-01");
    const CaseShares shares = must(w.flows->shares(w.cio, one.head.id.to_string()));
    REQUIRE(shares.items.size() == 1);
    const auto& share = shares.items.front();
    CHECK(share.of.key == one.head.key);
    CHECK(share.terms.holder == w.school_1);
    CHECK(share.terms.portion.fields == std::vector<std::string>{"day", "working"});
    CHECK(share.terms.until == *Instant::parse_iso("2026-11-01T16:00:00Z"));  // to the end of the city's day
    CHECK(share.opened_by == "officer");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.move' AND detail LIKE '%" + share.id.to_string() + "%'") == 1);
    CHECK(must(w.shares->held(w.cio)).size() == 1);
    one = must(w.move(w.officer, one, "take_back", {}, "目的已达到"));
    const CaseShares ended = must(w.flows->shares(w.officer, one.head.id.to_string()));
    REQUIRE(ended.items.front().ended_at);
    CHECK(*ended.items.front().ended_at == w.clock.now());
    CHECK(ended.items.front().ended_by == "officer");
    CHECK(n_living(w) == 0);
  });
}

TEST_CASE("what the office filled in wrongly is refused by its field, and nothing is opened") {
  on_each_pair([](World& w) {
    w.open(pack_text());
    const Case one = asked(w);
    const auto with = [&](const Principal& who, const char* field, json::Value value) {
      json::Object values = wish();
      values.set(field, std::move(value));
      return refusal(w.move(who, one, "give", values));
    };
    CHECK(with(w.officer, "dataset", "nothing") ==
          "$.values.dataset/records.portion_dataset: Dataset: there is no such dataset: write a title or id of the catalogue");
    CHECK(
        with(w.officer, "dataset", "loan_case").starts_with("$.values.dataset/records.portion_dataset: Dataset: the rows of this dataset are cases"));
    CHECK(with(w.officer, "fields", "day,salary") == "$.values.fields/records.portion_fields: Fields: the dataset has no field \"salary\"");
    CHECK(with(w.officer, "fields", json::Value()).starts_with("$.values.fields/shares.bad_wish: Fields: name the fields"));
    CHECK(with(w.officer, "part", json::Value()).starts_with("$.values.part/shares.bad_wish: Part: choose"));
    CHECK(with(w.officer, "part", "第一小学")
              .starts_with("$.values.part/records.portion_org: Part: the rows of this dataset belong to the whole city"));
    CHECK(with(w.officer, "way", "figures").starts_with("$.values.dataset/shares.bad_wish: Dataset: the rows of this dataset have no organisation"));
    CHECK(with(w.officer, "until", "2026-09-20").starts_with("$.values.until/shares.bad_wish: Until: the last day is from 2026-09-21 to 2026-12-19"));
    CHECK(with(w.officer, "until", "2027-01-01")
              .starts_with("$.values.until/shares.bad_wish: Until: the last day is from 2026-09-21 to 2026-12-19 (90 days at most)"));
    CHECK(w.count("SELECT COUNT(*) FROM share") == 0);
    CHECK(must(w.flows->find(w.officer, one.head.id.to_string())).head.state == "asked");
    // Of two officers one opens it.
    must(w.move(w.officer, one, "give", wish()));
    CHECK(refusal(w.move(w.officer_b, one, "give", wish())).find("flows.case_changed") != std::string::npos);
    CHECK(w.count("SELECT COUNT(*) FROM share") == 1);
  });
}

TEST_CASE("a form by which access is opened offers no dataset that the grant refuses") {
  on_each_pair([](World& w) {
    std::string text = pack_text();
    const std::string plain = "form: [{f: dataset, required: true}";
    text.replace(text.find(plain), plain.size(), "form: [{f: dataset, required: true, choose: datasets}");
    w.open(text);
    const Case one = asked(w);
    std::string offered;
    for (const ChoiceItem& item : must(w.flows->choices(w.officer, one.head.id.to_string(), {"dataset", "give", "", ""}))) {
      const auto refused = refusal(w.move(w.officer, one, "give", {{"dataset", item.value}}));  // nothing else is filled in
      CHECK(refused.find("records.portion_dataset") == std::string::npos);
      offered += item.value + " ";
    }
    CHECK(offered.find("day ") != std::string::npos);
    CHECK(offered.find("_case ") == std::string::npos);
    CHECK(must(w.move(w.officer, one, "give", wish())).head.state == "open");
  });
}

TEST_CASE("a deadline that ends a case ends its access, and the holder may hand it back before") {
  on_each_pair([](World& w) {
    w.open(pack_text());
    const Case one = must(w.move(w.officer, asked(w), "give", wish()));
    const Case two = must(w.move(w.officer, asked(w), "give", wish()));
    CHECK(n_living(w) == 2);
    must(w.move(w.cio, two, "hand_back"));
    CHECK(n_living(w) == 1);
    CHECK(must(w.flows->shares(w.cio, one.head.id.to_string())).items.front().is_living(w.clock.now()));
    w.clock.set(*Instant::parse_iso("2026-12-01T00:00:00Z"));
    CHECK_FALSE(must(w.flows->shares(w.cio, one.head.id.to_string())).items.front().is_living(w.clock.now()));  // its last day is over before the
                                                                                                                // deadline ran
    CHECK(must(w.flows->run_due()) == 1);
    CHECK(must(w.flows->find(w.cio, one.head.id.to_string())).head.state == "ended");
    CHECK(n_living(w) == 0);
    CHECK(must(w.flows->shares(w.cio, one.head.id.to_string())).items.front().ended_by == "system");
  });
}

TEST_CASE("access ends with its case, also by a move or a deadline that does not say so") {
  on_each_pair([](World& w) {
    std::string text = pack_text();
    const std::string late = "late: goto(over)", back = "label: 交还, then: [{unshare: true}]";
    text.replace(text.find(late), late.size(), "late: goto(ended)");
    for (const std::string line : {"    over: {title: 到期}\n", "  - {from: over, to: ended, auto: true, label: 到期, then: [{unshare: true}]}\n"})
      text.erase(text.find(line), line.size());
    text.replace(text.find(back), back.size(), "label: 交还");
    w.open(text);
    const Case one = must(w.move(w.officer, asked(w), "give", wish()));
    const Case two = must(w.move(w.officer, asked(w), "give", wish()));
    must(w.move(w.cio, two, "hand_back"));
    CHECK(n_living(w) == 1);
    w.clock.set(*Instant::parse_iso("2026-12-01T00:00:00Z"));
    CHECK(must(w.flows->run_due()) == 1);
    CHECK(must(w.flows->find(w.cio, one.head.id.to_string())).head.state == "ended");
    CHECK(n_living(w) == 0);
    CHECK(w.count("SELECT COUNT(*) FROM share WHERE ended_by = 'cio'") == 1);
  });
}

TEST_CASE("a grant from before the flow opened access says that it opened none, and ends as before") {
  on_each_pair([](World& w) {
    std::string before = pack_text();
    const size_t at = before.find("     then: [{share:"), end = before.find("]}\n", at);
    before.replace(at, end + 2 - at, "     then: [{set: said, value: why}]}");
    w.open(before);
    const Case one = must(w.move(w.officer, asked(w), "give", wish()));
    w.open(pack_text());
    const CaseShares shares = must(w.flows->shares(w.cio, one.head.id.to_string()));
    CHECK(shares.items.empty());
    CHECK(shares.n_without == 1);
    CHECK(must(w.flows->shares(w.cio_2, one.head.id.to_string()).ok() ? Result<int>(1) : Result<int>(0)) == 0);  // another school sees no such case
    const Case now = must(w.flows->find(w.officer, one.head.id.to_string()));
    CHECK(must(w.move(w.officer, now, "take_back", {}, "到期")).head.state == "ended");
  });
}

namespace {

[[noreturn]] void run_victim(const std::string& folder, int told) {
  World world(Pair::sqlite_duckdb, folder);
  world.open(pack_text());
  for (;;) {
    const Case given = must(world.move(world.officer, asked(world), "give", wish()));
    must(world.move(world.cio, given, "hand_back"));
    const char one = 1;
    if (::write(told, &one, 1) != 1) _exit(3);
  }
}

}  // namespace

TEST_CASE("kill -9 leaves no access without its case and no case without its access") {
  const std::string folder = (std::filesystem::temp_directory_path() / ("banmo_shares_crash_" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  for (size_t round = 0; round < 4; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t victim = ::fork();
    REQUIRE(victim >= 0);
    if (victim == 0) run_victim(folder, ends[1]);
    ::close(ends[1]);
    char one = 0;
    for (size_t n = 0; n <= round * 3 && ::read(ends[0], &one, 1) == 1; ++n) {
    }
    ::kill(victim, SIGKILL);
    int status = 0;
    ::waitpid(victim, &status, 0);
    ::close(ends[0]);
    REQUIRE(WIFSIGNALED(status));
  }
  {
    World w(Pair::sqlite_duckdb, folder);
    w.open(pack_text());
    CHECK(w.count("SELECT COUNT(*) FROM share") >= 4);
    CHECK(w.count("SELECT COUNT(*) FROM share") == w.count("SELECT COUNT(*) FROM flow_case WHERE state IN ('open', 'ended')"));
    CHECK(n_living(w) == w.count("SELECT COUNT(*) FROM flow_case WHERE state = 'open'"));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace banmo::flows::test
