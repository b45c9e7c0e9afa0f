// SPDX-License-Identifier: Apache-2.0
// Courses with their tables, on each pair of stores.
#include "events/courses.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include "directory/zip_file.h"
#include "events/test_world.h"

namespace banmo::events {
namespace {

using banmo::test::add_org;
using directory::OrgKind;
using directory::Principal;
using directory::Role;
using test::must;
using test::on_each_pair;
using test::World;

constexpr std::string_view kTexts = "<title><langstring lang=\"zh-CN\">课</langstring></title><description><langstring>D</langstring></description>";

std::string unit(const std::string& id, const std::string& move_on) {
  return "<au id=\"https://p.cn/" + id + "\" moveOn=\"" + move_on + "\">" + std::string(kTexts) + "<url>https://p.cn/" + id + "</url></au>";
}

// A school with a class, two students and a teacher; a course with two units, the second in a block.
struct CourseWorld {
  explicit CourseWorld(World& in) : w(in), courses(*in.directory, *in.events) {
    class_1 = add_org(*w.directory, OrgKind::class_, w.school_1, "", "一班");
    pupil = join("甲", Role::student, "pupil");
    other = join("乙", Role::student, "other");
    course = import("c", unit("1", "Passed") + "<block id=\"https://p.cn/b\">" + std::string(kTexts) + unit("2", "NotApplicable") + "</block>");
  }
  Principal join(const std::string& name, Role role, const std::string& account) {
    directory::NewPerson person;
    person.name = name;
    person.sex = "1";
    person.id = PersonId::next();
    person.memberships = {{class_1, role, *Date::from_ymd(2026, 9, 1), {}}};
    Principal made;
    made.account_name = account;
    made.person = must(w.directory->add_person(Principal::system(), person)).no;
    must(w.directory->create_account(Principal::system(), {account, "Xiang-Ning-2026", made.person, {}}));
    made.grants = made.held = {{role, class_1}};
    return made;
  }
  std::string import(const std::string& id, const std::string& nodes) {
    const std::string file = w.folder + "/" + id + ".xml";
    std::ofstream(file) << "<courseStructure xmlns=\"https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd\"><course id=\"https://p.cn/" + id +
                               "\">" + std::string(kTexts) + "</course>" + nodes + "</courseStructure>";
    return must(courses.import(Principal::system(), w.school_1, file))->id;
  }
  Launch launch(size_t node = 1) { return must(courses.launch(pupil, course, {.node = node, .content_base = "", .return_url = ""})); }
  Result<std::shared_ptr<const Key>> authenticate(const std::string& token) const {
    const auto bytes = crypto::from_base64(token);
    REQUIRE(bytes.has_value());
    const std::string pair(bytes->begin(), bytes->end());
    const size_t colon = pair.find(':');
    return courses.authenticate(pair.substr(0, colon), std::string_view(pair).substr(colon + 1));
  }
  // The key of a session that was just launched, by the token that the fetch address gives.
  std::shared_ptr<const Key> enter(const Launch& launch) { return must(authenticate(must(courses.fetch(launch.fetch_word)).token)); }
  std::string said(const Key& key, CourseVerb verb, const std::string& result = "{}", bool judges = false) const {
    const CourseSession& in = *key.session;
    const size_t blank = in.actor.rfind(' ');
    const std::string home = in.actor.substr(8, blank - 8), name = in.actor.substr(blank + 1);
    return R"({"id":")" + Uuid::next().to_string() + R"(","timestamp":")" + w.clock.now().to_iso() + R"(","actor":{"account":{"homePage":")" + home +
           R"(","name":")" + name + R"("}},"verb":{"id":")" + std::string(iri_of(verb)) + R"("},"object":{"id":")" + in.activity + R"("},"result":)" +
           result + R"(,"context":{"registration":")" + in.registration +
           R"(","contextActivities":{"category":[{"id":"https://w3id.org/xapi/cmi5/context/categories/cmi5"})" +
           (judges ? R"(,{"id":"https://w3id.org/xapi/cmi5/context/categories/moveon"})" : "") + R"(],"grouping":[{"id":")" + in.publisher_id +
           R"("}]},"extensions":{"https://w3id.org/xapi/cmi5/context/extensions/sessionid":")" + in.id + R"("}}})";
  }
  std::string tell(const Key& key, const std::string& statement) {
    const auto done = courses.store(key, Version::v1_0, statement, {}, {});
    return done.ok() ? "stored" : done.error().id;
  }
  std::string passed(const Key& key) const { return said(key, CourseVerb::passed, R"({"success":true,"duration":"PT1S"})", true); }
  int64_t n_deeds(CourseVerb verb) const {
    return w.count("SELECT COUNT(*) FROM cmi5_deed WHERE verb = " + std::to_string(static_cast<int64_t>(verb)));
  }

  World& w;
  Courses courses;
  directory::OrgNo class_1;
  Principal pupil, other;
  std::string course;
};

TEST_CASE("a course is satisfied by what its units say, and each block once") {
  on_each_pair([](World& w) {
    CourseWorld c(w);
    const Launch launch = must(c.courses.launch(c.pupil, c.course, {.node = 1, .content_base = "", .return_url = ""}));
    CHECK(launch.url == "https://p.cn/1");
    CHECK(c.n_deeds(CourseVerb::satisfied) == 1);  // the block of a unit that asks for nothing, at registration
    const auto key = c.enter(launch);
    CHECK(must(c.courses.fetch(launch.fetch_word)).error == 1);
    CHECK(must(c.courses.fetch("nothing")).error == 2);
    CHECK(c.tell(*key, c.passed(*key)) == "events.cmi5_order");
    CHECK(c.tell(*key, c.said(*key, CourseVerb::initialized)) == "stored");
    const std::string passed = c.passed(*key);
    CHECK(c.tell(*key, passed) == "stored");
    CHECK(c.tell(*key, passed) == "stored");
    CHECK(c.n_deeds(CourseVerb::passed) == 1);
    CHECK(c.n_deeds(CourseVerb::satisfied) == 2);
    const ProgressPage page = must(c.courses.progress(c.pupil, c.course, {}, 0, 10));
    REQUIRE(page.items.size() == 1);
    CHECK(page.items[0].n_met == 2);
    CHECK(page.items[0].satisfied_at.has_value());
    CHECK(must(c.courses.progress(c.other, c.course, {}, 0, 10)).items.empty());
    CHECK(c.w.count("SELECT COUNT(*) FROM xapi_statement") == 5);
    CHECK(c.w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'xapi.refused'") == 1);
  });
}

TEST_CASE("a key of a session stores through its rules alone, and ends with its session") {
  on_each_pair([](World& w) {
    CourseWorld c(w);
    const auto key = c.enter(must(c.courses.launch(c.pupil, c.course, {.node = 1, .content_base = "", .return_url = ""})));
    const auto around = w.events->store(*key, Version::v1_0, c.said(*key, CourseVerb::initialized), {}, {});
    CHECK(around.error().id == "events.cmi5_place");
    CHECK(c.tell(*key, c.said(*key, CourseVerb::initialized)) == "stored");
    w.clock.advance_micros(5'000'000);
    const auto next = c.enter(must(c.courses.launch(c.pupil, c.course, {.node = 3, .content_base = "", .return_url = ""})));
    CHECK(c.n_deeds(CourseVerb::abandoned) == 1);
    CHECK(c.tell(*key, c.passed(*key)) == "events.cmi5_session_over");
    CHECK(c.tell(*next, c.said(*next, CourseVerb::initialized)) == "stored");
    CHECK(c.tell(*next, c.said(*next, CourseVerb::terminated, R"({"duration":"PT1S"})")) == "stored");
    w.clock.advance_micros(1'000'000);
    CHECK(c.tell(*next, c.said(*next, CourseVerb::completed, R"({"completion":true,"duration":"PT1S"})", true)) == "events.cmi5_session_over");
  });
}

TEST_CASE("a session ends with the account of its learner, and an unused launch too") {
  on_each_pair([](World& w) {
    CourseWorld c(w);
    const std::string token = must(c.courses.fetch(c.launch().fetch_word)).token;
    const Launch second = c.launch(3);
    const auto open = [&](bool enabled) { must(w.directory->set_account_enabled(Principal::system(), "pupil", enabled)); };
    open(false);
    CHECK(c.authenticate(token).error().id == "events.cmi5_session_over");
    CHECK(must(c.courses.fetch(second.fetch_word)).error == 1);
    open(true);
    CHECK(c.authenticate(token).ok());
    CHECK_FALSE(must(c.courses.fetch(second.fetch_word)).token.empty());
  });
}

TEST_CASE("a word that gives no token does not wait for the writer") {
  on_each_pair([](World& w) {
    CourseWorld c(w);
    const Launch launch = c.launch();
    must(c.courses.fetch(launch.fetch_word));
    const auto answers = [&](sql::Connection&) -> Result<> {
      CHECK(must(c.courses.fetch("nothing")).error == 2);
      CHECK(must(c.courses.fetch(launch.fetch_word)).error == 1);
      return {};
    };
    must(w.stores.ledger->write(answers));  // the writer is taken while they are asked
  });
}

TEST_CASE("a course with more blocks than a request holds is registered and launched, each block told once") {
  on_each_pair([](World& w) {
    CourseWorld c(w);
    std::string blocks;
    for (int i = 0; i < 150; ++i) {
      const std::string id = std::to_string(i);
      blocks += "<block id=\"https://p.cn/b" + id + "\">" + std::string(kTexts) + unit("u" + id, "NotApplicable") + "</block>";
    }
    c.course = c.import("large", blocks);
    c.launch(2);
    CHECK(c.n_deeds(CourseVerb::satisfied) == 151);  // and the course itself
    c.launch(4);
    CHECK(c.n_deeds(CourseVerb::satisfied) == 151);
  });
}

TEST_CASE("first launches at once leave one key of the organisation's courses") {
  on_each_pair([](World& w) {
    CourseWorld c(w);
    std::vector<std::thread> threads;
    for (const Principal& by : {c.pupil, c.other})
      threads.emplace_back([&c, by] { must(c.courses.launch(by, c.course, {.node = 1, .content_base = "", .return_url = ""})); });
    for (std::thread& thread : threads) thread.join();
    CHECK(w.count("SELECT COUNT(*) FROM xapi_key WHERE title = '课程（cmi5）' AND revoked_at IS NULL") == 1);
    CHECK(w.count("SELECT COUNT(DISTINCT key_no) FROM cmi5_session") == 1);
  });
}

TEST_CASE("a package that is too large, or has too many entries, is refused before its names are read") {
  World w(test::Pair::sqlite_duckdb);
  CourseWorld c(w);
  const auto refused = [&](const std::string& file) { return c.courses.import(Principal::system(), w.school_1, file).error(); };
  const std::string big = w.folder + "/big.zip", many = w.folder + "/many.zip", broken = w.folder + "/broken.zip";
  std::ofstream(big) << "PK";
  std::filesystem::resize_file(big, (uintmax_t{80} << 20) + 1);
  CHECK(refused(big).message.en == "a package has at most 80 MiB");
  std::vector<std::pair<std::string, std::string>> entries;
  for (int i = 0; i <= 4000; ++i) entries.emplace_back(std::to_string(i), w.folder + "/c.xml");
  must(directory::write_zip(many, entries));
  CHECK(refused(many).message.en == "a package has at most 4000 entries, folders counted");
  std::ofstream(broken) << "PK";
  const Error error = refused(broken);
  CHECK(error.id == "directory.not_a_zip");
  CHECK(error.where.empty());
}

TEST_CASE("of many that pass at once one is taken") {
  on_each_pair([](World& w) {
    CourseWorld c(w);
    const auto key = c.enter(must(c.courses.launch(c.pupil, c.course, {.node = 1, .content_base = "", .return_url = ""})));
    CHECK(c.tell(*key, c.said(*key, CourseVerb::initialized)) == "stored");
    std::vector<std::string> answers(6);
    std::vector<std::thread> threads;
    for (std::string& answer : answers) threads.emplace_back([&] { answer = c.tell(*key, c.passed(*key)); });
    for (std::thread& thread : threads) thread.join();
    CHECK(std::count(answers.begin(), answers.end(), "stored") == 1);
    CHECK(std::count(answers.begin(), answers.end(), "events.cmi5_order") == 5);
    CHECK(c.n_deeds(CourseVerb::passed) == 1);
    CHECK(c.n_deeds(CourseVerb::satisfied) == 2);
  });
}

TEST_CASE("a course is closed, and seen by whom it is for") {
  on_each_pair([](World& w) {
    CourseWorld c(w);
    Principal stranger = c.other;
    stranger.grants = stranger.held = {{Role::student, w.school_2}};
    CHECK(c.courses.course(stranger, c.course).error().id == "events.no_such_course");
    CHECK(must(c.courses.list(stranger, 0, 10)).items.empty());
    CHECK(must(c.courses.list(c.other, 0, 10)).items.size() == 1);
    CHECK(c.courses.close(c.other, c.course).error().id == "directory.no_right");
    must(c.courses.close(Principal::system(), c.course));
    CHECK(c.courses.launch(c.pupil, c.course, {.node = 1, .content_base = "", .return_url = ""}).error().id == "events.course_closed");
    CHECK(must(c.courses.list(c.other, 0, 10)).items.empty());
    CHECK_FALSE(c.import("c", unit("1", "Passed")).empty());  // its publisher's id is free again
  });
}

}  // namespace
}  // namespace banmo::events
