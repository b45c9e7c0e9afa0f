// SPDX-License-Identifier: Apache-2.0
// Who an actor is, and of whom a key may speak.
#include "events/people.h"
#include "directory/mail_index.h"
#include "events/test_world.h"

namespace banmo::events {
namespace {

using directory::OrgKind;
using directory::OrgNo;
using directory::Person;
using directory::Principal;
using test::kHome;
using test::must;
using test::on_each_pair;
using test::World;

// A second district with a school, a class in the first school, and somebody in each.
struct People5 {
  explicit People5(World& w) {
    using banmo::test::add_org;
    north = add_org(*w.directory, OrgKind::district, w.city, "370203", "市北区");
    school_3 = add_org(*w.directory, OrgKind::school, north, "3702000003", "第三小学");
    grade = add_org(*w.directory, OrgKind::grade, w.school_1, "", "一年级");
    class_1 = add_org(*w.directory, OrgKind::class_, grade, "", "一年级1班");
    officer = w.person("区职员", {w.south}, directory::Role::district_officer);
    pupil_1 = w.person("甲", {w.school_1, class_1});
    pupil_2 = w.person("乙", {w.school_2});
    pupil_3 = w.person("丙", {school_3});
  }
  OrgNo north, school_3, grade, class_1;
  Person officer, pupil_1, pupil_2, pupil_3;
};

std::string account(const std::string& name, const std::string& home = kHome) {
  return R"({"account":{"homePage":")" + home + R"(","name":")" + name + "\"}}";
}
std::string mbox(const std::string& address) { return R"({"mbox":"mailto:)" + address + "\"}"; }
std::string about(const std::string& actor, const std::string& object = R"({"id":"http://o.cn"})", const std::string& more = {}) {
  return R"({"actor":)" + actor + R"(,"verb":{"id":"http://v.cn/did"},"object":)" + object + more + "}";
}
std::string account_of(World& w, const Person& person, OrgNo org, const std::string& purpose = "test") {
  return must(w.events->accounts(Principal::system(), org, purpose, {person.no})).at(0).name;
}
Actor actor_of(const std::string& ifi) {
  Actor actor;
  actor.ifi = ifi;
  return actor;
}
Key own_users_key(World& w, OrgNo org) {
  KeyLimits limits;
  limits.own_users = true;
  return must(w.events->create_key(Principal::system(), "本机构", {"all"}, org, limits)).key;
}
std::vector<KnownActor> actors(World& w, std::optional<ActorHow> how = {}) {
  ActorQuery query;
  query.how = how;
  return must(w.events->actors(Principal::system(), query)).items;
}

TEST_CASE("an account that was given out is opaque, the same each time, and another for each organisation and purpose") {
  on_each_pair([](World& w) {
    const People5 p(w);
    const std::string name = account_of(w, p.pupil_1, w.school_1);
    CHECK(name.size() == 44);
    CHECK(name.starts_with("bma_"));
    CHECK(account_of(w, p.pupil_1, w.school_1) == name);
    CHECK(account_of(w, p.pupil_1, w.school_1, "other") != name);
    CHECK(account_of(w, p.pupil_1, w.south) != name);
    CHECK(w.events->accounts(Principal::system(), w.school_1, "test", {p.pupil_2.no}).error().id == "events.no_such_person");
    CHECK(w.events->accounts(Principal::system(), w.school_1, "A b", {}).error().id == "events.bad_purpose");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'xapi_account.create'") == 3);
  });
}

TEST_CASE("an actor is whom the account, the mail address or its hash tells, and stands in the school and class of that time") {
  on_each_pair([](World& w) {
    const People5 p(w);
    must(w.directory->set_contact(Principal::system(), p.pupil_1.no, {.phone = "", .email = "Jia@School.cn"}));
    People people(*w.directory, kHome);
    const auto of = [&](const std::string& ifi, OrgNo key_org, const char* at = "2026-10-01T00:00:00Z") {
      return must(people.whom(key_org, actor_of(ifi), *Instant::parse_iso(at)));
    };
    const std::string ours = std::string("account ") + kHome + " " + account_of(w, p.pupil_1, w.school_1);
    for (const std::string& ifi : {ours, std::string("mbox mailto:jia@school.cn"), std::string("mbox mailto:JIA@school.CN"),
                                   "mbox_sha1sum " + directory::mail_sha1("jia@school.cn")}) {
      INFO(ifi);
      const Whom whom = of(ifi, w.south);
      CHECK(whom.person == p.pupil_1.no);
      CHECK(whom.org == w.school_1);
      CHECK(whom.class_org == p.class_1);
    }
    const Whom before = of(ours, w.south, "2026-08-31T00:00:00Z");
    CHECK(before.person == p.pupil_1.no);
    CHECK(before.org == w.south);
    CHECK(!before.class_org);
    CHECK(!of("account https://other.cn " + ours.substr(ours.rfind(' ') + 1), w.south).person);
    CHECK(!of("mbox mailto:yi@school.cn", w.south).person);
    CHECK(of("mbox mailto:yi@school.cn", w.south).org == w.south);
    CHECK(of(ours, w.school_2).org == w.school_2);  // no key places anybody outside of its organisation
  });
}

TEST_CASE("of several stays at one time school and class are of the same: a student's in a class before any other") {
  on_each_pair([](World& w) {
    const People5 p(w);
    People people(*w.directory, kHome);
    const auto place = [&](const std::vector<OrgNo>& orgs, directory::Role role = directory::Role::student) {
      const Person someone = w.person("丁", orgs, role);
      const std::string ifi = std::string("account ") + kHome + " " + account_of(w, someone, w.south);
      const Whom whom = must(people.whom(w.south, actor_of(ifi), w.clock.now()));
      return std::pair(whom.org, whom.class_org.value_or(OrgNo{}));
    };
    CHECK(place({p.class_1, w.school_2}) == std::pair(w.school_1, p.class_1));
    CHECK(place({w.school_2, p.class_1}) == std::pair(w.school_1, p.class_1));
    CHECK(place({w.school_2}) == std::pair(w.school_2, OrgNo{}));
    CHECK(place({p.class_1}, directory::Role::teacher) == std::pair(w.school_1, OrgNo{}));
  });
}

TEST_CASE("an address that two people share is nobody's, and one that was kept without an index is found after the next start") {
  on_each_pair([](World& w) {
    const People5 p(w);
    must(w.directory->set_contact(Principal::system(), p.pupil_1.no, {.phone = "", .email = "home@b.cn"}));
    const std::string sha1 = directory::mail_sha1("home@b.cn");
    const auto found = [&] { return must(directory::unscoped_people_by_mail(*w.directory, {sha1})).size(); };
    CHECK(found() == 1);
    must(w.stores.ledger->write([](sql::Connection& connection) { return connection.script("UPDATE person_contact SET email_index = NULL"); }));
    CHECK(found() == 0);
    banmo::directory::Options settings;
    settings.password_cost = {1, 8192};
    settings.field_key = crypto::Bytes(32, 1);
    settings.index_key = crypto::Bytes(32, 2);
    const auto again = must(directory::Directory::create(w.stores, w.clock, settings));
    CHECK(found() == 1);
    must(w.directory->set_contact(Principal::system(), p.pupil_2.no, {.phone = "", .email = "Home@b.cn"}));
    CHECK(found() == 0);
    CHECK(w.count("SELECT COUNT(*) FROM person_contact WHERE CAST(email_index AS TEXT) LIKE '%home%'") == 0);
  });
}

TEST_CASE("unknown actors are listed with what is known of them; mapping reaches what is stored, and is taken back") {
  on_each_pair([](World& w) {
    const People5 p(w);
    w.store(w.one, "[" + about(R"({"name":"小甲","account":{"homePage":"https://tool.cn","name":"a"}})") + "," +
                       about(account("b", "https://tool.cn")) + "," + about(account("a", "https://tool.cn")) + "]");
    w.store(w.two, about(account("a", "https://tool.cn")));
    REQUIRE(actors(w, ActorHow::unknown).size() == 3);
    const KnownActor a = actors(w).back();
    CHECK(a.ifi == "account https://tool.cn a");
    CHECK(a.name == "小甲");
    CHECK(a.org == w.school_1);
    CHECK(a.n_statements == 0);
    must(w.events->flush());
    CHECK(actors(w).back().n_statements == 2);

    const auto map = [&](int64_t actor, const Person& person) {
      const auto done = w.events->map_actor(Principal::system(), actor, person.id);
      return done.ok() ? std::string("mapped") : done.error().id;
    };
    CHECK(map(a.no, p.pupil_2) == "events.no_such_person");
    CHECK(map(99, p.pupil_1) == "events.no_such_actor");
    CHECK(map(a.no, p.pupil_1) == "mapped");
    People people(*w.directory, kHome);
    const auto person = [&](OrgNo org) { return must(people.whom(org, actor_of(a.ifi), w.clock.now())).person; };
    CHECK(person(w.school_1) == p.pupil_1.no);
    CHECK(!person(w.school_2));  // another organisation's tools may call somebody else by the same name
    const auto changes = must(people.changed_since(0, 10));
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].key_org == w.school_1);
    CHECK(changes[0].ifi == a.ifi);
    CHECK(must(people.changed_since(changes[0].no, 10)).empty());
    CHECK(must(people.identifiers_of(p.pupil_1.no)).size() == 1);

    must(w.events->reset_actor(Principal::system(), a.no));
    CHECK(person(w.school_1) == p.pupil_1.no);  // another process hears of it
    w.clock.advance_micros(People::kLookMicros);
    CHECK(!person(w.school_1));
    CHECK(must(people.changed_since(changes[0].no, 10)).size() == 1);
    must(w.events->ignore_actor(Principal::system(), a.no));
    CHECK(actors(w, ActorHow::unknown).size() == 2);
    CHECK(actors(w, ActorHow::ignored).at(0).decided_by == "system");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE object_kind = 'xapi_actor'") == 3);
  });
}

TEST_CASE("an unknown actor whose address becomes known is somebody from the next statement on, and that is a change") {
  on_each_pair([](World& w) {
    const People5 p(w);
    w.store(w.one, about(mbox("jia@b.cn")));
    must(w.directory->set_contact(Principal::system(), p.pupil_1.no, {.phone = "", .email = "jia@b.cn"}));
    w.clock.advance_micros(People::kKnownMicros);
    w.store(w.one, about(mbox("jia@b.cn")));
    const KnownActor actor = actors(w, ActorHow::mail).at(0);
    CHECK(actor.person == p.pupil_1.no);
    People people(*w.directory, kHome);
    CHECK(must(people.changed_since(0, 10)).size() == 1);
    w.store(w.one, about(mbox("jia@b.cn")));
    CHECK(must(people.changed_since(1, 10)).empty());
  });
}

TEST_CASE("who manages people of one school sees and maps the actors of its keys alone") {
  on_each_pair([](World& w) {
    const People5 p(w);
    w.store(w.one, about(account("a", "https://tool.cn")));
    w.store(w.two, about(account("a", "https://tool.cn")));
    w.store(w.all, about(account("a", "https://tool.cn")));
    const auto as = [](directory::Role role, OrgNo org) {
      Principal principal;
      principal.account_name = "somebody";
      principal.grants = {{role, org}};
      principal.session = 1;
      return principal;
    };
    const Principal cio = as(directory::Role::school_cio, w.school_1);
    const auto seen = must(w.events->actors(cio, {})).items;
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].org == w.school_1);
    for (const KnownActor& actor : actors(w)) {
      const auto done = w.events->map_actor(cio, actor.no, p.pupil_1.id);
      CHECK(done.ok() == (actor.org == w.school_1));
      if (!done.ok()) CHECK(done.error().id == "events.no_such_actor");
    }
    CHECK(must(w.events->actors(as(directory::Role::district_officer, w.south), {})).items.size() == 2);
    CHECK(must(w.events->actors(as(directory::Role::system_admin, w.city), {})).items.empty());
    CHECK(must(w.events->actors(as(directory::Role::teacher, w.school_1), {})).items.empty());
    ActorQuery one_each;
    one_each.limit = 1;
    size_t n = 0;
    do {
      const auto page = must(w.events->actors(Principal::system(), one_each));
      n += page.items.size();
      one_each.before_no = page.next;
    } while (one_each.before_no != 0);
    CHECK(n == 3);
  });
}

TEST_CASE("no key speaks of people of another organisation, in whatever way and place it names them") {
  on_each_pair([](World& w) {
    const People5 p(w);
    const std::pair<const Person*, OrgNo> all[] = {
        {&p.officer, w.south}, {&p.pupil_1, w.school_1}, {&p.pupil_2, w.school_2}, {&p.pupil_3, p.school_3}};
    std::map<const Person*, std::vector<std::string>> ways;
    for (const auto& [person, org] : all) {
      const std::string address = "p" + std::to_string(person->no.value) + "@b.cn";
      must(w.directory->set_contact(Principal::system(), person->no, {.phone = "", .email = address}));
      ways[person] = {account(account_of(w, *person, org)), mbox(address), R"({"mbox_sha1sum":")" + directory::mail_sha1(address) + "\"}"};
    }
    const Key keys[] = {w.one, own_users_key(w, w.school_1), w.key(w.south, {"all"}), own_users_key(w, w.south), w.all, own_users_key(w, w.city)};
    int n_checked = 0;
    for (const Key& key : keys) {
      for (const auto& [person, org] : all) {
        const bool is_own = w.directory->orgs()->is_within(org, key.org);
        for (const std::string& actor : ways[person]) {
          const std::string lesson = R"({"id":"http://o.cn"})", other = account_of(w, p.pupil_1, w.school_1);
          CHECK(w.refused(key, about(actor)) == (is_own ? "stored" : "$.actor events.forged_actor"));
          CHECK(w.refused(key, "[" + about(actor) + "]") == (is_own ? "stored" : "$[0].actor events.forged_actor"));
          CHECK(w.refused(key, about(R"({"objectType":"Group","member":[)" + actor + "]}")) ==
                (is_own ? "stored" : "$.actor.member[0] events.forged_actor"));
          std::string agent = actor;
          agent.insert(1, R"("objectType":"Agent",)");
          CHECK(w.refused(key, about(account(other), agent)) == (is_own ? "stored" : "$.object events.forged_actor"));
          const std::string sub = R"({"objectType":"SubStatement","actor":)" + actor + R"(,"verb":{"id":"http://v.cn/did"},"object":)" + lesson + "}";
          CHECK(w.refused(key, about(account(other), sub)) == (is_own ? "stored" : "$.object.actor events.forged_actor"));
          n_checked += 5;
        }
      }
      const std::string nobody = about(account("x", "https://tool.cn"));
      CHECK(w.refused(key, nobody) == (key.limits.own_users ? "$.actor events.not_own_user" : "stored"));
      CHECK(w.refused(key, about(account("bma_00"))) == (key.limits.own_users ? "$.actor events.not_own_user" : "$.actor events.forged_actor"));
      CHECK(w.refused(key, about(account(key.key))) == (key.limits.own_users ? "$.actor events.not_own_user" : "stored"));
    }
    CHECK(n_checked == 6 * 4 * 3 * 5);
    const int64_t n_refused = w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'xapi.refused'");
    CHECK(n_refused == 2 * 3 * 3 * 5 + 2 * 1 * 3 * 5 + 3 * 3 + 3);
    // What is stored names nobody outside of the writing key's organisation.
    CHECK(w.count("SELECT COUNT(*) FROM xapi_actor a WHERE a.person_no IS NOT NULL AND NOT EXISTS (SELECT 1 FROM membership m JOIN org_closure c ON "
                  "c.org_no = m.org_no WHERE m.person_no = a.person_no AND c.ancestor_no = a.org_no)") == 0);
  });
}

TEST_CASE("an instructor of another school may stand by, and a batch with one forged actor is refused whole") {
  on_each_pair([](World& w) {
    const People5 p(w);
    const std::string own = account(account_of(w, p.pupil_1, w.school_1)), foreign = account(account_of(w, p.pupil_2, w.school_2));
    CHECK(w.refused(w.one, about(own, R"({"id":"http://o.cn"})", R"(,"context":{"instructor":)" + foreign + "}")) == "stored");
    CHECK(w.refused(w.one, "[" + about(own) + "," + about(foreign) + "]") == "$[1].actor events.forged_actor");
    CHECK(w.count("SELECT COUNT(*) FROM xapi_statement") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'xapi.refused' AND detail LIKE '%$[1].actor%'") == 1);
  });
}

TEST_CASE("a pupil who left is written of for the time before, and not for the time after the move") {
  on_each_pair([](World& w) {
    const People5 p(w);
    const std::string name = account_of(w, p.pupil_2, w.school_2);
    must(w.directory->move_person(Principal::system(), p.pupil_2.no,
                                  {directory::Role::student, w.school_2, w.school_1, {}, *Date::from_ymd(2026, 11, 1)}));
    const auto at = [&](const char* day) {
      return about(account(name), R"({"id":"http://o.cn"})", std::string(R"(,"timestamp":")") + day + "T08:00:00Z\"");
    };
    CHECK(w.refused(w.two, at("2026-10-20")) == "stored");
    CHECK(w.refused(w.two, at("2026-11-10")) == "$.actor events.forged_actor");
    CHECK(w.refused(w.one, at("2026-11-10")) == "stored");
  });
}

TEST_CASE("a key with lists of verbs and profiles says nothing else") {
  on_each_pair([](World& w) {
    KeyLimits limits;
    limits.verbs = {"http://v.cn/did"};
    limits.profiles = {"https://w3id.org/xapi/video"};
    const Key key = must(w.events->create_key(Principal::system(), "视频", {"all"}, w.school_1, limits)).key;
    const std::string category = R"(,"context":{"contextActivities":{"category":[{"id":"https://w3id.org/xapi/video"}]}})";
    const std::string good = test::statement("0001", "a", "did", category);
    CHECK(w.refused(key, good) == "stored");
    CHECK(w.refused(key, "[" + good + "," + test::statement("0002", "a", "saw", category) + "]") == "$[1].verb.id events.verb_not_allowed");
    CHECK(w.refused(key, test::statement("0003")) == "$.context.contextActivities.category events.profile_not_allowed");
    CHECK(must(w.events->keys(Principal::system())).front().limits.verbs == limits.verbs);
    limits.verbs = {"did"};
    CHECK(w.events->create_key(Principal::system(), "x", {"all"}, w.school_1, limits).error().where == "$.verbs[0]");
  });
}

TEST_CASE("a guardian belongs where the children do") {
  on_each_pair([](World& w) {
    const People5 p(w);
    directory::NewPerson fresh;
    fresh.name = "家长";
    const Person guardian = must(w.directory->add_person(Principal::system(), fresh));
    must(w.directory->link_guardian(Principal::system(), guardian.no, p.pupil_1.no));
    must(w.directory->set_contact(Principal::system(), guardian.no, {.phone = "", .email = "jz@b.cn"}));
    CHECK(w.refused(w.one, about(mbox("jz@b.cn"))) == "stored");
    CHECK(w.refused(w.two, about(mbox("jz@b.cn"))) == "$.actor events.forged_actor");
  });
}

}  // namespace
}  // namespace banmo::events
