// SPDX-License-Identifier: Apache-2.0
// Who reads which learning record, by which question, and what it says to whom.
#include <map>

#include "events/test_world.h"
#include "events/wording.h"

namespace banmo::events {
namespace {

using directory::PersonNo;
using directory::Principal;
using directory::Role;
using test::id_of;
using test::must;
using test::World;

// The small city with a class in the first school, two pupils in it and one in the second school; each has an account for tools.
struct Class {
  explicit Class(World& world) : w(world) {
    class_1 = banmo::test::add_org(*w.directory, directory::OrgKind::class_, w.school_1, "", "一班");
    li = pupil("李雷", "G001", {w.school_1, class_1});
    han = pupil("韩梅梅", "G002", {w.school_1, class_1});
    wang = pupil("王芳", "G003", {w.school_2});
  }
  PersonNo pupil(const std::string& name, const std::string& code, const std::vector<directory::OrgNo>& orgs) {
    directory::NewPerson person;
    person.name = name;
    person.sex = "1";
    person.code = code;
    for (const directory::OrgNo org : orgs) person.memberships.push_back({org, Role::student, *Date::from_ymd(2024, 9, 1), {}});
    const auto made = must(w.directory->add_person(Principal::system(), person));
    const PersonNo no = made.no;
    ids[no.value] = made.id;
    must(w.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
      BANMO_TRY([[maybe_unused]] const int64_t n,
                connection.execute("INSERT INTO xapi_account (name, home_page, person_no, org_no, purpose, made_by, made_at) VALUES ($1, "
                                   "'http://localhost/xapi', $2, $3, 'test', 'test', 0)",
                                   {code, no.value, orgs[0].value}));
      return {};
    }));
    return no;
  }
  // A statement about a pupil by code, or about somebody whom nobody knows.
  static std::string said(const std::string& no, const std::string& code, const std::string& more = {}, const std::string& object = {},
                          const std::string& verb = "http://adlnet.gov/expapi/verbs/completed") {
    return R"({"id":"00000000-0000-4000-8000-00000000)" + no + R"(","actor":{"name":"工具里的名字","account":{"homePage":")" +
           (code.starts_with('G') ? "http://localhost/xapi" : "https://tool.cn") + R"(","name":")" + code + R"("}},"verb":{"id":")" + verb +
           R"("},"object":)" + (object.empty() ? std::string(R"({"id":"http://o.cn/lesson"})") : object) + more + "}";
  }
  Principal holding(Role role, directory::OrgNo org, PersonNo person = {}) const {
    Principal principal;
    principal.account_name = "reader";
    principal.person = person;
    principal.grants = {{role, org}};
    return principal;
  }
  Principal teacher() const {
    Principal principal = holding(Role::teacher, w.school_1);
    principal.classes = {class_1};
    principal.rolls = {{class_1, {li, han}}};
    return principal;
  }
  // Ids of a page, shortened, in order.
  std::string seen(const Principal& by, const LearningQuery& query = {}) const {
    std::string out;
    for (const LearningRecord& record : must(w.events->browse(by, query)).items) out += (out.empty() ? "" : " ") + record.id.to_string().substr(32);
    return out;
  }
  LearningRecord one(const Principal& by, const std::string& no, directory::OrgNo key_org = {}) const {
    return must(w.events->record(by, *Uuid::parse(id_of(no)), key_org));
  }
  bool is_hidden(const Principal& by, const std::string& no) const {
    const auto found = w.events->record(by, *Uuid::parse(id_of(no)), {});
    return !found.ok() && found.error().id == "events.no_such_record";
  }
  World& w;
  directory::OrgNo class_1;
  PersonNo li, han, wang;
  std::map<int64_t, PersonId> ids;
};

void on_each_class(const std::function<void(World&, Class&)>& test) {
  test::on_each_pair([&](World& w) {
    Class c(w);
    test(w, c);
  });
}

}  // namespace

TEST_CASE("a record is read by those who may see its person, school or class, and is not there for others") {
  on_each_class([](World& w, Class& c) {
    w.store(w.one, Class::said("0001", "G001"));     // by the school's key
    w.store(w.all, Class::said("0002", "G002"));     // by the city's key, of the same class
    w.store(w.all, Class::said("0003", "G003"));     // of the neighbour
    w.store(w.one, Class::said("0004", "unknown"));  // whom nobody knows: the school's
    w.store(w.all, Class::said("0005", "unknown"));  // the city's
    CHECK(must(w.events->file()) == 5);
    CHECK(must(w.events->file()) == 0);
    CHECK(c.seen(Principal::system()) == "0005 0004 0003 0002 0001");
    CHECK(c.seen(c.holding(Role::city_officer, w.city)) == "0005 0004 0003 0002 0001");
    CHECK(c.seen(c.holding(Role::district_officer, w.south)) == "0004 0003 0002 0001");
    CHECK(c.seen(c.holding(Role::principal, w.school_1)) == "0004 0002 0001");
    CHECK(c.seen(c.holding(Role::principal, w.school_2)) == "0003");
    CHECK(c.seen(c.teacher()) == "0002 0001");
    CHECK(c.seen(c.holding(Role::teacher, w.school_1)).empty());  // without a class
    CHECK(c.seen(c.holding(Role::student, w.school_1, c.li)) == "0001");
    Principal guardian = c.holding(Role::guardian, w.school_1);
    guardian.wards = {c.han};
    CHECK(c.seen(guardian) == "0002");
    CHECK(c.seen(c.holding(Role::city_leader, w.city)).empty());
    CHECK(c.seen(c.holding(Role::system_admin, w.city)).empty());
    CHECK(c.seen(Principal{}).empty());
    CHECK(c.is_hidden(c.holding(Role::principal, w.school_2), "0001"));
    CHECK(c.is_hidden(c.holding(Role::student, w.school_1, c.li), "0002"));
    CHECK(c.is_hidden(c.holding(Role::city_leader, w.city), "0001"));
    CHECK(c.one(c.holding(Role::principal, w.school_1), "0002").org == w.school_1);
    CHECK(c.one(c.holding(Role::principal, w.school_1), "0002").class_org == c.class_1);
  });
}

TEST_CASE("what was stored a moment ago is seen before it is filed, by those whose key wrote it") {
  on_each_class([](World& w, Class& c) {
    w.store(w.one, Class::said("0001", "G001"));
    CHECK(c.seen(c.holding(Role::principal, w.school_1)) == "0001");
    CHECK(c.seen(c.holding(Role::principal, w.school_2)).empty());
  });
}

TEST_CASE("filters narrow the stream, and never beyond the scope") {
  on_each_class([](World& w, Class& c) {
    const std::string video = R"({"id":"http://o.cn/v","definition":{"name":{"zh-CN":"光的折射"},"type":"http://t.cn/video"}})";
    w.store(w.one, Class::said("0001", "G001", R"(,"timestamp":"2026-11-10T01:00:00Z","result":{"success":true,"completion":true})"));
    w.store(w.one, Class::said("0002", "G002", R"(,"result":{"success":false},"context":{"platform":"课堂"})"));
    w.store(w.one, Class::said("0003", "G002", {}, video, "https://w3id.org/xapi/video/verbs/played"));
    w.store(w.all, Class::said("0004", "G003", {}, video));
    must(w.events->file());
    const Principal city = c.holding(Role::city_officer, w.city), school = c.holding(Role::principal, w.school_1);
    const auto ask = [&](const Principal& by, auto set) {
      LearningQuery query;
      set(query);
      return c.seen(by, query);
    };
    CHECK(ask(city, [&](auto& q) { q.person = c.han; }) == "0003 0002");
    CHECK(ask(school, [&](auto& q) { q.person = c.wang; }).empty());
    CHECK(ask(city, [&](auto& q) { q.org = w.school_2; }) == "0004");
    CHECK(ask(city, [&](auto& q) { q.org = c.class_1; }) == "0003 0002 0001");
    CHECK(ask(school, [&](auto& q) { q.org = w.school_2; }).empty());
    CHECK(ask(school, [&](auto& q) { q.verb = "https://w3id.org/xapi/video/verbs/played"; }) == "0003");
    CHECK(ask(city, [&](auto& q) { q.activity = "http://o.cn/v"; }) == "0004 0003");
    CHECK(ask(school, [&](auto& q) { q.activity = "http://o.cn/v"; }) == "0003");
    CHECK(ask(city, [&](auto& q) { q.activity_type = "http://t.cn/video"; }) == "0004 0003");
    CHECK(ask(city, [&](auto& q) { q.text = "折射"; }) == "0004 0003");
    CHECK(ask(city, [&](auto& q) { q.text = "LESSON"; }) == "0002 0001");
    CHECK(ask(city, [&](auto& q) { q.platform = "课堂"; }) == "0002");
    CHECK(ask(city, [&](auto& q) { q.key = w.all.key; }) == "0004");
    CHECK(ask(city, [&](auto& q) { q.result = LearningResult::passed; }) == "0001");
    CHECK(ask(city, [&](auto& q) { q.result = LearningResult::failed; }) == "0002");
    CHECK(ask(city, [&](auto& q) { q.result = LearningResult::completed; }) == "0001");
    const Instant noon = *Instant::parse_iso("2026-11-20T12:00:00Z");
    CHECK(ask(city, [&](auto& q) { q.to = noon; }) == "0001");
    CHECK(ask(city, [&](auto& q) { q.from = noon; }) == "0004 0003 0002");
  });
}

TEST_CASE("pages go on from the cursor to the last record, each once, also where most are not the reader's") {
  on_each_class([](World& w, Class& c) {
    std::string expected;
    for (int i = 0; i < 90; ++i) {
      const std::string no = std::to_string(1000 + i);
      w.store(w.all, Class::said(no, i % 9 == 0 ? "G003" : "G001"));
      if (i % 9 == 0) expected.insert(0, no + " ");
    }
    must(w.events->file());
    const auto walk = [&](const Principal& by, LearningQuery query) {
      std::string out;
      for (int n_pages = 0; n_pages < 100; ++n_pages) {
        const LearningPage page = must(w.events->browse(by, query));
        for (const LearningRecord& record : page.items) out += record.id.to_string().substr(32) + " ";
        query.cursor = page.next;
        if (page.next == 0) return out;
      }
      return out + "without end";
    };
    LearningQuery by_three;
    by_three.limit = 3;
    CHECK(walk(c.holding(Role::principal, w.school_2), by_three) == expected);
    by_three.text = "lesson";
    CHECK(walk(c.holding(Role::principal, w.school_2), by_three) == expected);
    CHECK(walk(c.holding(Role::city_officer, w.city), by_three).size() == 90 * 5);
  });
}

TEST_CASE("a voided record leaves the stream and stays readable by its id; of two with one id the organisation tells") {
  on_each_class([](World& w, Class& c) {
    w.store(w.one, Class::said("0001", "G001"));
    w.store(w.one, Class::said("0002", "G001", {}, test::reference("0001"), std::string(kVoided)));
    w.store(w.two, Class::said("0001", "G003"));
    must(w.events->file());
    const Principal city = c.holding(Role::city_officer, w.city);
    CHECK(c.seen(city) == "0001 0002");
    CHECK(c.seen(c.holding(Role::principal, w.school_1)) == "0002");
    CHECK(c.one(city, "0001", w.school_1).voided);
    CHECK_FALSE(c.one(city, "0001", w.school_2).voided);
    CHECK(c.one(city, "0001").person_name == "王芳");
    CHECK(c.one(c.holding(Role::principal, w.school_1), "0001").person_name == "李雷");
    CHECK(c.one(city, "0002").sentence.zh == "李雷 作废了“一条学习记录”。");
  });
}

TEST_CASE(
    "who sees the school and level 3 reads the statement itself; a teacher and a pupil read what it says, with names as the directory gives them") {
  on_each_class([](World& w, Class& c) {
    const std::string quiz = R"({"id":"http://o.cn/q1","definition":{"name":{"zh-CN":"第一题","en":"Item 1"}}})";
    w.store(
        w.one,
        Class::said("0001", "G001",
                    R"(,"result":{"score":{"raw":85,"max":100},"success":true,"response":"乙","duration":"PT12M30S"},"context":{"platform":"课堂"})",
                    quiz, "http://adlnet.gov/expapi/verbs/answered"));
    w.store(w.one, Class::said("0002", "unknown"));
    must(w.events->file());
    const LearningRecord whole = c.one(c.holding(Role::principal, w.school_1), "0001");
    CHECK(whole.sentence.zh == "李雷 回答了“第一题”，得分 85（满分 100），答对，用时 12 分 30 秒。");
    CHECK(whole.sentence.en == "李雷 answered “Item 1”, score 85 of 100, right, in 12 min 30 s.");
    CHECK(whole.actor == "account http://localhost/xapi G001");
    CHECK(whole.outcome.response == "乙");
    CHECK(whole.key == w.one.key);
    CHECK(whole.json.starts_with(R"({"id":)"));
    for (const Principal& by : {c.teacher(), c.holding(Role::student, w.school_1, c.li)}) {
      const LearningRecord record = c.one(by, "0001");
      CHECK(record.sentence.zh == whole.sentence.zh);
      CHECK(record.masked);
      CHECK((record.json + record.actor + record.outcome.response + record.key).empty());
      CHECK(record.key_title == "测试");
    }
    CHECK(c.one(c.holding(Role::principal, w.school_1), "0002").sentence.zh == "工具里的名字 完成了“lesson”。");
    must(w.directory->end_membership(Principal::system(), c.li, w.school_1, Role::student, *Date::from_ymd(2026, 11, 21)));
    must(w.directory->end_membership(Principal::system(), c.li, c.class_1, Role::student, *Date::from_ymd(2026, 11, 21)));
    CHECK(c.one(c.holding(Role::principal, w.school_1), "0001").sentence.zh.starts_with("G001 回答了"));
  });
}

TEST_CASE("records of an actor that is mapped later are the person's, and nobody's again when that is undone") {
  on_each_class([](World& w, Class& c) {
    w.store(w.one, Class::said("0001", "unknown"));
    w.store(w.one, Class::said("0002", "other"));
    must(w.events->file());
    const Principal system = Principal::system(), pupil = c.holding(Role::student, w.school_1, c.li);
    CHECK(c.seen(pupil).empty());
    const auto actors = must(w.events->actors(system, {})).items;
    const auto unknown =
        std::find_if(actors.begin(), actors.end(), [](const KnownActor& one) { return one.ifi == "account https://tool.cn unknown"; });
    REQUIRE(unknown != actors.end());
    must(w.events->map_actor(system, unknown->no, c.ids[c.li.value]));
    CHECK(c.one(pupil, "0001").person == c.li);  // at once by its id, filed a moment later
    CHECK(must(w.events->file()) == 1);
    CHECK(c.seen(pupil) == "0001");
    CHECK(c.seen(c.teacher()) == "0001");
    must(w.events->reset_actor(system, unknown->no));
    must(w.events->file());
    CHECK(c.seen(pupil).empty());
    CHECK(c.seen(c.teacher()).empty());
    CHECK(c.seen(c.holding(Role::principal, w.school_1)) == "0002 0001");
  });
}

TEST_CASE("of two servers the one that remembers nobody for an actor files under whom the other filed") {
  on_each_class([](World& w, Class& c) {
    Options options;
    options.home_page = "http://localhost/xapi";
    options.account_key = crypto::Bytes(32, 3);
    const auto other = must(Events::create(*w.directory, options));
    must(other->store(w.one, Version::v2_0, Class::said("0001", "unknown"), {}, {}));
    CHECK(must(other->file()) == 1);
    const auto actors = must(w.events->actors(Principal::system(), {})).items;
    REQUIRE(actors.size() == 1);
    must(w.events->map_actor(Principal::system(), actors.front().no, c.ids[c.li.value]));
    CHECK(must(w.events->file()) == 1);
    must(other->store(w.one, Version::v2_0, Class::said("0002", "unknown"), {}, {}));
    CHECK(must(other->file()) == 1);
    CHECK(c.seen(c.holding(Role::student, w.school_1, c.li)) == "0002 0001");
  });
}

TEST_CASE("a sentence takes the tool's words, the vocabulary's where a language is missing, and the end of an IRI otherwise") {
  const auto read = [](const char* text) { return must(json::read(text)); };
  const json::Value english = read(R"({"en-US":"finished"})"), french = read(R"({"fr":"fini"})");
  CHECK(verb_title("http://adlnet.gov/expapi/verbs/completed", &english).en == "finished");
  CHECK(verb_title("http://adlnet.gov/expapi/verbs/completed", &english).zh == "完成了");
  CHECK(verb_title("http://v.cn/ended", &french).zh == "fini");
  CHECK(verb_title("http://v.cn/ended/", nullptr).en == "ended");
  CHECK(title_of(nullptr).zh.empty());
  Outcome outcome;
  outcome.scaled = 0.955;
  outcome.completion = false;
  outcome.success = false;
  outcome.duration = "PT2H5S";
  const Message said = sentence_of({{"甲", "A"}, {"学了", "learned"}, {"课", "lesson"}, "http://v.cn/x"}, outcome);
  CHECK(said.zh == "甲 学了“课”，得分率 95.5%，未达标，未完成，用时 2 小时 5 秒。");
  CHECK(said.en == "A learned “lesson”, score 95.5%, not successful, not finished, in 2 h 5 s.");
}

}  // namespace banmo::events
