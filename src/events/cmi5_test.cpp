// SPDX-License-Identifier: Apache-2.0
// The pure half of courses: structures read strictly, what is required of units, what a session may say.
#include "events/cmi5.h"

#include <doctest/doctest.h>

#include <functional>

#include "directory/test_pair.h"
#include "events/cmi5_reader.h"
#include "events/cmi5_rules.h"
#include "events/cmi5_statements.h"
#include "events/reader.h"

namespace banmo::events {
namespace {

using banmo::test::must;

constexpr std::string_view kHead =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<courseStructure xmlns=\"https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd\">\n";
constexpr std::string_view kTexts =
    "<title><langstring lang=\"zh-CN\"> 课 </langstring></title><description><langstring>D</langstring></description>";

std::string course(const std::string& nodes, const std::string& objectives = {}) {
  return std::string(kHead) + "<course id=\"https://p.cn/course\">" + std::string(kTexts) + "</course>" + objectives + "\n" + nodes +
         "\n</courseStructure>";
}
std::string au(const std::string& id, const std::string& attributes = {}, const std::string& url = "https://p.cn/au", const std::string& more = {}) {
  return "<au id=\"https://p.cn/" + id + "\" " + attributes + ">" + std::string(kTexts) + more + "<url>" + url + "</url></au>";
}
std::string block(const std::string& id, const std::string& nodes) {
  return "<block id=\"https://p.cn/" + id + "\">" + std::string(kTexts) + nodes + "</block>";
}
Result<CourseStructure> read(const std::string& xml) {
  return read_course(xml, [](const std::string& path) { return path == "a b/index.html"; });
}
// "line: message" of each finding.
std::string findings(const std::string& xml) {
  const auto done = read(xml);
  if (done.ok()) return "good";
  if (done.error().details.empty()) return done.error().id + " " + done.error().where;
  std::string out;
  for (const Error& one : done.error().details) {
    const std::string line = one.where.substr(9, one.where.rfind(':') - 9);
    out += (out.empty() ? "" : " | ") + line + ": " + one.message.en;
  }
  return out;
}

TEST_CASE("a course structure is read with its tree, in the order of the file") {
  const std::string objectives = "<objectives><objective id=\"https://p.cn/o\">" + std::string(kTexts) + "</objective></objectives>";
  const CourseStructure found = must(read(course(
      block("b", au("1", "moveOn=\"CompletedAndPassed\" masteryScore=\"0.85\" launchMethod=\"OwnWindow\" activityType=\"https://t.cn/t\"",
                    "./a%20b/index.html?x=1#top", "<objectives><objective idref=\"https://p.cn/o\"/></objectives>") +
                     block("c", au("2"))) +
          "<au id=\"https://p.cn/3\">" + std::string(kTexts) +
          "<url> https://p.cn/3 </url><launchParameters> p=1 </launchParameters><entitlementKey>k</entitlementKey><x:y xmlns:x=\"urn:x\"/></au>",
      objectives)));
  REQUIRE(found.nodes.size() == 6);
  const CourseNode& one = found.nodes[2];
  CHECK(found.nodes[0].title.at("zh-CN") == "课");
  CHECK(found.nodes[0].description.at("und") == "D");
  CHECK(one.parent == 1);
  CHECK(one.move_on == MoveOn::completed_and_passed);
  CHECK(one.mastery_score == 0.85);
  CHECK(one.own_window);
  CHECK(one.url == "./a%20b/index.html?x=1#top");
  CHECK(one.objectives == std::vector<std::string>{"https://p.cn/o"});
  CHECK(one.activity_type == "https://t.cn/t");
  CHECK(found.nodes[4].parent == 3);
  CHECK(found.nodes[4].move_on == MoveOn::not_applicable);
  CHECK(found.nodes[5].parent == 0);
  CHECK(found.nodes[5].url == "https://p.cn/3");
  CHECK(found.nodes[5].launch_parameters == "p=1");
  CHECK(found.nodes[5].entitlement_key == "k");
}

TEST_CASE("more than a thousand units are taken, and a line of a mistake is told") {
  std::string many;
  for (int i = 0; i < 1500; ++i) many += au(std::to_string(i)) + "\n";
  CHECK(must(read(course(many))).nodes.size() == 1501);
  CHECK(findings(course(many + au("7"))) == "1504: the id stands twice: https://p.cn/7");
}

TEST_CASE("a course structure with mistakes is refused whole, each with its line") {
  const std::pair<std::string, std::string> cases[] = {
      {course(""), "2: <courseStructure> has one <au> or <block> at least"},
      {course(block("b", "")), "4: <block> has one <au> or <block> at least"},
      {course(au("1", "moveOn=\"Done\"")), "4: moveOn is NotApplicable, Passed, Completed, CompletedAndPassed or CompletedOrPassed"},
      {course(au("1", "masteryScore=\"1.1\"")), "4: masteryScore is a decimal from 0 to 1 with four places at most"},
      {course(au("1", "masteryScore=\"0.12345\"")), "4: masteryScore is a decimal from 0 to 1 with four places at most"},
      {course(au("1", "launchMethod=\"Popup\"")), "4: launchMethod is AnyWindow or OwnWindow"},
      {course(au("1", "colour=\"red\"")), "4: <au> has no attribute colour"},
      {course(au("1", "", "javascript:alert(1)")), "4: url is an http(s) address, or the path of a file in the package"},
      {course(au("1", "", "/etc/passwd")), "4: url is an http(s) address, or the path of a file in the package"},
      {course(au("1", "", "gone.html")), "4: the package has no file gone.html"},
      {course(au("1", "", "https://p.cn/a?fetch=1")), "4: a parameter of the address has the name of a launch parameter"},
      {course(au("1", "", "https://p.cn", "<objectives><objective idref=\"https://p.cn/o\"/></objectives>")),
       "4: idref names an objective that <objectives> does not have"},
      {course("<au id=\"1\">" + std::string(kTexts) + "<url>https://p.cn</url></au>"), "4: <au> needs an id that is a whole IRI"},
      {course("<au id=\"https://p.cn/1\"><url>https://p.cn</url>" + std::string(kTexts) + "</au>"),
       "4: <title> stands before <url> | 4: <description> stands before <url>"},
      {course("<au id=\"https://p.cn/1\">" + std::string(kTexts) + "</au>"), "4: <au> lacks <url>"},
      {course(au("1") + "<quiz/>"), "4: <courseStructure> has no element <quiz>"},
      {course(au("course")), "4: the id stands twice: https://p.cn/course"},
      {"<courseStructure/>",
       "1: the outermost element is <courseStructure> of the namespace https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"}};
  for (const auto& [xml, expected] : cases) CHECK(findings(xml) == expected);
  CHECK(findings("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>").starts_with("events.cmi5_bad_xml cmi5.xml:1:"));
  CHECK(findings(course("<au>")).starts_with("events.cmi5_bad_xml cmi5.xml:5:"));
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "<block id=\"https://p.cn/" + std::to_string(i) + "\">";
  CHECK(findings(course(deep)).starts_with("events.cmi5_too_large cmi5.xml:4:"));
}

TEST_CASE("a course structure whose names or attributes would fill the memory is refused") {
  const std::string long_name(2'000, 'n');
  CHECK(findings("<a xmlns=\"" + long_name + "\"/>").starts_with("events.cmi5_too_large cmi5.xml:1:"));
  CHECK(findings("<" + long_name + "/>").starts_with("events.cmi5_too_large cmi5.xml:1:"));
  CHECK(findings("<a " + long_name + "=\"\"/>").starts_with("events.cmi5_too_large cmi5.xml:1:"));
  std::string many;
  for (int i = 0; i < 200'000; ++i) many += " a" + std::to_string(i) + "=\"\"";
  CHECK(findings("<a" + many + "/>").starts_with("events.cmi5_too_large cmi5.xml:1:"));
  std::string elements;
  for (int i = 0; i < 40'000; ++i) elements += "<b/>";
  CHECK(findings("<a xmlns=\"" + std::string(900, 'n') + "\">" + elements + "</a>").starts_with("events.cmi5_too_large cmi5.xml:1:"));
  // A megabyte that a thousand attributes would repeat: the parser itself is stopped.
  std::string repeated = "<a xmlns:p=\"" + std::string(size_t{1} << 20, 'n') + "\"";
  for (int i = 0; i < 1000; ++i) repeated += " p:a" + std::to_string(i) + "=\"\"";
  const auto done = read(repeated + "/>");
  CHECK(done.error().id == "events.cmi5_too_large");
  CHECK(done.error().cause == "out of memory");
  CHECK(read(course(au("1"))).ok());  // what was held is free again
}

TEST_CASE("what a unit is launched with, and what statements say of it, has a size that they can hold") {
  const auto with = [](size_t n) { return "https://p.cn/" + std::string(n - 13, 'a'); };
  CHECK(findings(course(au("1", "", with(64 << 10)))) == "good");
  CHECK(findings(course(au("1", "", with((64 << 10) + 1)))) == "4: <url> is too long: 64 KiB at most");
  const std::string filled = std::string((64 << 10) + 1, 'x');
  const std::string parameters = "<launchParameters>" + filled + "</launchParameters><entitlementKey>" + filled + "</entitlementKey>";
  CHECK(findings(course("<au id=\"https://p.cn/1\">" + std::string(kTexts) + "<url>https://p.cn</url>" + parameters + "</au>")) ==
        "4: <launchParameters> is too long: 64 KiB at most | 4: <entitlementKey> is too long: 64 KiB at most");
  std::string strings;
  for (char letter = 'a'; letter < 'a' + 17; ++letter)
    strings += "<langstring lang=\"zh-a" + std::string(1, letter) + "a\">" + std::string(8'000, 'x') + "</langstring>";
  const std::string texts = "<title>" + strings + "</title><description><langstring>D</langstring></description>";
  CHECK(findings(course("<au id=\"https://p.cn/1\">" + texts + "<url>https://p.cn</url></au>")) ==
        "4: the id, titles and descriptions of <au> are too long together: 128 KiB at most");
}

CourseNode node(NodeKind kind, int64_t parent, MoveOn move_on = MoveOn::not_applicable) {
  CourseNode made;
  made.kind = kind;
  made.parent = parent;
  made.move_on = move_on;
  return made;
}
CourseDeed deed(size_t at, CourseVerb verb, int64_t session = 1) {
  CourseDeed made;
  made.session_no = session;
  made.node = at;
  made.verb = verb;
  return made;
}

TEST_CASE("a unit is done with by what its moveOn asks for") {
  struct Row {
    MoveOn move_on;
    bool nothing, completed, passed, both, failed;
  };
  constexpr Row kRows[] = {{MoveOn::not_applicable, true, true, true, true, true},
                           {MoveOn::passed, false, false, true, true, false},
                           {MoveOn::completed, false, true, false, true, false},
                           {MoveOn::completed_and_passed, false, false, false, true, false},
                           {MoveOn::completed_or_passed, false, true, true, true, false}};
  using V = CourseVerb;
  for (const Row& row : kRows) {
    CHECK(meets(row.move_on, {}, 1) == row.nothing);
    CHECK(meets(row.move_on, {deed(1, V::completed)}, 1) == row.completed);
    CHECK(meets(row.move_on, {deed(1, V::passed)}, 1) == row.passed);
    CHECK(meets(row.move_on, {deed(1, V::completed), deed(1, V::passed, 2)}, 1) == row.both);
    CHECK(meets(row.move_on, {deed(1, V::failed)}, 1) == row.failed);
    CHECK(meets(row.move_on, {deed(1, V::waived, 0)}, 1));
    CHECK(meets(row.move_on, {deed(2, V::completed), deed(2, V::passed)}, 1) == row.nothing);
  }
}

TEST_CASE("blocks are satisfied before what holds them, and each once") {
  // 0 course > 1 block > 2 unit, 3 block > 4 unit; 5 unit
  const CourseStructure tree{{node(NodeKind::course, -1), node(NodeKind::block, 0), node(NodeKind::au, 1, MoveOn::passed), node(NodeKind::block, 1),
                              node(NodeKind::au, 3), node(NodeKind::au, 0, MoveOn::completed)}};
  using V = CourseVerb;
  using Nodes = std::vector<size_t>;
  CHECK(newly_satisfied(tree, {}) == Nodes{3});
  CHECK(newly_satisfied(tree, {deed(3, V::satisfied)}) == Nodes{});
  CHECK(newly_satisfied(tree, {deed(3, V::satisfied), deed(2, V::passed)}) == Nodes{1});
  CHECK(newly_satisfied(tree, {deed(2, V::passed), deed(5, V::waived, 0)}) == Nodes{3, 1, 0});
  CHECK(newly_satisfied(tree, {deed(3, V::satisfied), deed(1, V::satisfied), deed(2, V::passed), deed(5, V::completed)}) == Nodes{0});
}

CourseSession session() {
  CourseSession made;
  made.no = 1;
  made.node = 2;
  made.id = "00000000-0000-4000-8000-000000000001";
  made.registration = "00000000-0000-4000-8000-00000000000a";
  made.actor = "account https://h.cn bma_1";
  made.course_activity = "https://h.cn/courses/c";
  made.activity = "https://h.cn/courses/c/2";
  made.publisher_id = "https://p.cn/1";
  made.mastery_score = 0.6;
  return made;
}

// A statement as a unit of that session sends it; a case changes what is wrong in it.
json::Value said(CourseVerb verb, const std::string& result = {}, const std::string& mastery = {}, bool judges = false) {
  const std::string moveon = judges ? R"(,{"id":"https://w3id.org/xapi/cmi5/context/categories/moveon"})" : "";
  const std::string score = mastery.empty() ? "" : R"(,"https://w3id.org/xapi/cmi5/context/extensions/masteryscore":)" + mastery;
  return must(json::read(
      R"({"id":"00000000-0000-4000-8000-0000000000ff","timestamp":"2026-11-22T06:00:00Z",
    "actor":{"account":{"homePage":"https://h.cn","name":"bma_1"}},"verb":{"id":")" +
      std::string(iri_of(verb)) + R"("},"object":{"id":"https://h.cn/courses/c/2"},)" + (result.empty() ? "" : "\"result\":" + result + ",") +
      R"("context":{"registration":"00000000-0000-4000-8000-00000000000A","contextActivities":{"category":[{"id":"https://w3id.org/xapi/cmi5/context/categories/cmi5"})" +
      moveon +
      R"(],"grouping":[{"id":"https://p.cn/1"}]},"extensions":{"https://w3id.org/xapi/cmi5/context/extensions/sessionid":"00000000-0000-4000-8000-000000000001")" +
      score + "}}}"));
}
// "good <verb>", or the place of the mistake.
std::string verdict(const json::Value& value, const CourseSession& in = session()) {
  const Statement statement = must(read_statement(value, Version::v1_0));
  const auto done = check_said(in, statement, value, "$");
  if (!done.ok()) return done.error().where;
  return done->verb ? "good " + std::string(name_of(*done->verb)) : "good, allowed";
}
json::Value changed(json::Value value, const std::string& from, const std::string& to) {
  std::string text = json::write(value);
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return must(json::read(text.replace(at, from.size(), to)));
}

TEST_CASE("a statement of a session is held against the launch") {
  using V = CourseVerb;
  const json::Value good = said(V::initialized);
  CHECK(verdict(good) == "good initialized");
  CHECK(verdict(changed(good, "bma_1", "bma_2")) == "$.actor");
  CHECK(verdict(changed(good, "00000000000A", "00000000000B")) == "$.context.registration");
  CHECK(verdict(changed(good, "000000000001", "000000000002")) == "$.context.extensions");
  CHECK(verdict(changed(good, "https://p.cn/1", "https://p.cn/2")) == "$.context.contextActivities.grouping");
  CHECK(verdict(changed(good, "courses/c/2", "courses/c/3")) == "$.object.id");
  CHECK(verdict(changed(good, R"("timestamp":"2026-11-22T06:00:00Z",)", "")) == "$.timestamp");
  CHECK(verdict(changed(good, R"("id":"00000000-0000-4000-8000-0000000000ff",)", "")) == "$.id");
  CHECK(verdict(changed(good, "verbs/initialized", "verbs/experienced")) == "$.verb.id");
  for (const V ours : {V::launched, V::abandoned, V::waived, V::satisfied}) CHECK(verdict(said(ours)) == "$.verb.id");
  const json::Value allowed = changed(changed(good, "categories/cmi5", "categories/other"), "verbs/initialized", "verbs/experienced");
  CHECK(verdict(allowed) == "good, allowed");
  CHECK(verdict(changed(allowed, "categories/other", "categories/moveon")) == "$.context.contextActivities.category");
  CHECK(verdict(changed(changed(allowed, "verbs/experienced", "verbs/voided"), R"({"id":"https://h.cn/courses/c/2"})",
                        R"({"objectType":"StatementRef","id":"00000000-0000-4000-8000-0000000000fe"})")) == "$.verb.id");
}

TEST_CASE("a unit names nobody but its learner") {
  const json::Value good = said(CourseVerb::initialized);
  const std::string mail = R"({"mbox":"mailto:zhang@school.cn"})", own = R"({"account":{"homePage":"https://h.cn","name":"bma_1"}})";
  const auto in_context = [&](const std::string& member) { return verdict(changed(good, R"("context":{)", R"("context":{)" + member + ",")); };
  CHECK(in_context(R"("instructor":)" + mail) == "$.context.instructor");
  CHECK(in_context(R"("instructor":)" + own) == "good initialized");
  CHECK(in_context(R"("team":{"objectType":"Group","member":[)" + own + "," + mail + "]}") == "$.context.team.member[1]");
  const json::Value allowed = changed(changed(good, "categories/cmi5", "categories/other"), "verbs/initialized", "verbs/experienced");
  const auto about = [&](const std::string& object) { return verdict(changed(allowed, R"({"id":"https://h.cn/courses/c/2"})", object)); };
  CHECK(about(R"({"objectType":"Agent",)" + mail.substr(1)) == "$.object");
  CHECK(about(R"({"objectType":"SubStatement","actor":)" + mail + R"(,"verb":{"id":"http://v.cn/v"},"object":{"id":"http://o.cn/o"}})") ==
        "$.object.actor");
  CHECK(verdict(changed(good, own.substr(0, own.size() - 1), R"({"objectType":"Group",)" + own.substr(1, own.size() - 2))) == "$.actor");
}

TEST_CASE("results agree with their verb, and the score with the mastery score") {
  using V = CourseVerb;
  const std::string time = R"("duration":"PT1M")";
  CHECK(verdict(said(V::completed, "{\"completion\":true," + time + "}", "", true)) == "good completed");
  CHECK(verdict(said(V::completed, "{\"completion\":true}", "", true)) == "$.result.duration");
  CHECK(verdict(said(V::completed, "{" + time + "}")) == "$.result.completion");
  CHECK(verdict(said(V::completed, "{\"completion\":true," + time + "}")) == "$.context.contextActivities.category");
  CHECK(verdict(said(V::completed, R"({"completion":true,"score":{"scaled":0.5},)" + time + "}", "", true)) == "$.result.score");
  CHECK(verdict(said(V::terminated, "{" + time + "}")) == "good terminated");
  CHECK(verdict(said(V::terminated)) == "$.result.duration");
  CHECK(verdict(said(V::initialized, R"({"completion":true})", "", true)) == "$.result.completion");
  const auto judged = [&](V verb, const std::string& success, const std::string& score, const std::string& mastery) {
    return verdict(said(verb, "{\"success\":" + success + "," + (score.empty() ? "" : "\"score\":" + score + ",") + time + "}", mastery, true));
  };
  CHECK(judged(V::passed, "true", R"({"scaled":0.6})", "0.6") == "good passed");
  CHECK(judged(V::passed, "true", "", "") == "good passed");
  CHECK(judged(V::passed, "false", R"({"scaled":0.6})", "0.6") == "$.result.success");
  CHECK(judged(V::passed, "true", R"({"scaled":0.59})", "0.6") == "$.result.score.scaled");
  CHECK(judged(V::passed, "true", R"({"scaled":0.9})", "") == "$.context.extensions");
  CHECK(judged(V::passed, "true", R"({"scaled":0.9})", "0.1") == "$.context.extensions");
  CHECK(judged(V::passed, "true", R"({"raw":5})", "") == "$.result.score");
  CHECK(judged(V::failed, "false", R"({"scaled":0.59})", "0.6") == "good failed");
  CHECK(judged(V::failed, "false", R"({"scaled":0.6})", "0.6") == "$.result.score.scaled");
  CHECK(judged(V::failed, "false", R"({"scaled":-0.5})", "0.6") == "$.result.score.scaled");
  CourseSession review = session();
  review.mode = LaunchMode::review;
  CHECK(verdict(said(V::initialized), review) == "good initialized");
  CHECK(verdict(said(V::completed, "{\"completion\":true," + time + "}", "", true), review) == "$.verb.id");
  const std::string progress = R"({"extensions":{"https://w3id.org/xapi/cmi5/result/extensions/progress":)";
  CHECK(verdict(said(V::initialized, progress + "50}}")) == "good initialized");
  CHECK(verdict(said(V::initialized, progress + "101}}")) == "$.result.extensions");
}

TEST_CASE("the order of a session and of a registration") {
  using V = CourseVerb;
  const CourseSession in = session();
  const Instant now = *Instant::parse_iso("2026-11-22T06:00:00Z");
  const auto turn = [&](const std::vector<CourseDeed>& deeds, std::optional<V> verb, int64_t later_s = 0) {
    const auto done = check_turn(in, deeds, {Uuid::next(), Instant{now.micros + later_s * 1'000'000}, verb, {}}, "$");
    return done.ok() ? std::string("good") : done.error().id;
  };
  const auto at = [&](V verb, int64_t in_session = 1, size_t of = 2) {
    CourseDeed made = deed(of, verb, in_session);
    made.at = now;
    return made;
  };
  const CourseDeed begun = at(V::initialized);
  struct Row {
    std::vector<CourseDeed> deeds;
    std::optional<V> verb;
    std::string expected;
  };
  const Row rows[] = {{{}, V::initialized, "good"},
                      {{}, V::completed, "events.cmi5_order"},
                      {{}, std::nullopt, "events.cmi5_order"},
                      {{at(V::launched)}, std::nullopt, "events.cmi5_order"},
                      {{at(V::initialized, 9)}, V::completed, "events.cmi5_order"},
                      {{begun}, V::initialized, "events.cmi5_order"},
                      {{begun}, std::nullopt, "good"},
                      {{begun}, V::completed, "good"},
                      {{begun, at(V::completed, 9)}, V::completed, "events.cmi5_order"},
                      {{begun, at(V::completed, 9, 5)}, V::completed, "good"},
                      {{begun, at(V::passed, 9)}, V::passed, "events.cmi5_order"},
                      {{begun, at(V::passed, 9)}, V::failed, "events.cmi5_order"},
                      {{begun, at(V::failed, 9)}, V::passed, "good"},
                      {{begun, at(V::failed)}, V::passed, "events.cmi5_order"},
                      {{begun, at(V::abandoned)}, std::nullopt, "events.cmi5_session_over"}};
  for (const Row& row : rows) CHECK(turn(row.deeds, row.verb) == row.expected);
  CHECK(turn({begun, at(V::terminated)}, std::nullopt, 1) == "events.cmi5_session_over");
  CHECK(turn({begun, at(V::terminated)}, V::completed, 0) == "good");  // said before the end, came after it
  CourseDeed again = at(V::completed);
  again.statement = Uuid::next();
  CHECK(check_turn(in, {begun, again, at(V::terminated)}, {again.statement, Instant{now.micros + 1}, V::completed, {}}, "$").ok());
}

TEST_CASE("a session's token reaches its own documents") {
  const CourseSession in = session();
  const auto may = [&](DocumentKind kind, const std::string& activity, const std::string& agent, const std::string& registration,
                       const std::string& id, bool writes) { return check_place(in, {kind, activity, agent, registration, id}, writes).ok(); };
  using K = DocumentKind;
  CHECK(may(K::state, in.activity, in.actor, in.registration, "bookmark", true));
  CHECK(may(K::state, in.activity, in.actor, in.registration, "LMS.LaunchData", false));
  CHECK_FALSE(may(K::state, in.activity, in.actor, in.registration, "LMS.LaunchData", true));
  CHECK_FALSE(may(K::state, in.activity, in.actor, in.registration, "", true));
  CHECK_FALSE(may(K::state, in.activity, in.actor, "", "bookmark", false));
  CHECK_FALSE(may(K::state, in.activity, "account https://h.cn bma_2", in.registration, "bookmark", false));
  CHECK_FALSE(may(K::state, "https://h.cn/courses/cc/2", in.actor, in.registration, "bookmark", false));
  CHECK(may(K::agent_profile, "", in.actor, "", "cmi5LearnerPreferences", true));
  CHECK_FALSE(may(K::agent_profile, "", "account https://h.cn bma_2", "", "cmi5LearnerPreferences", false));
  CHECK(may(K::activity_profile, in.activity, "", "", "p", false));
  CHECK_FALSE(may(K::activity_profile, in.activity, "", "", "p", true));
}

TEST_CASE("what the course system says is read by the store, and the launch data holds what the course gives") {
  CourseStructure tree{{node(NodeKind::course, -1), node(NodeKind::au, 0, MoveOn::passed)}};
  tree.nodes[0].publisher_id = "https://p.cn/c";
  tree.nodes[0].title = {{"zh-CN", "课"}};
  tree.nodes[1].publisher_id = "https://p.cn/1";
  tree.nodes[1].mastery_score = 0.5;
  tree.nodes[1].launch_parameters = "p";
  tree.nodes[1].entitlement_key = "k";
  const CourseVoice voice{"https://h.cn", "bma_1", session().registration, session().id, "https://h.cn", "c"};
  const Instant now = *Instant::parse_iso("2026-11-22T06:00:00Z");
  const json::Object all[] = {launched_statement(voice, tree, 1, LaunchMode::normal, "https://p.cn/a", now),
                              abandoned_statement(voice, tree, 1, 65'000'000, now), waived_statement(voice, tree, 1, "Tested Out", now),
                              satisfied_statement(voice, tree, 0, now)};
  for (const json::Object& one : all) CHECK(read_statement(json::Value(one), Version::v1_0).ok());
  const std::string launched = json::write(all[0]);
  for (const char* part :
       {R"("https://w3id.org/xapi/cmi5/context/extensions/launchmode":"Normal")", R"(extensions/moveon":"Passed")", R"(extensions/masteryscore":0.5)",
        R"(extensions/launchurl":"https://p.cn/a")", R"("grouping":[{"objectType":"Activity","id":"https://p.cn/1"}])"})
    CHECK(launched.find(part) != std::string::npos);
  CHECK(json::write(all[1]).find(R"("duration":"PT65S")") != std::string::npos);
  CHECK(json::write(all[3]).find(R"("type":"https://w3id.org/xapi/cmi5/activitytype/course")") != std::string::npos);
  const json::Object data = launch_data(voice, tree.nodes[1], LaunchMode::browse, "https://h.cn/back");
  CHECK(*data.find("launchMode")->as_string() == "Browse");
  CHECK(*data.find("masteryScore")->as_double() == 0.5);
  CHECK(*data.find("returnURL")->as_string() == "https://h.cn/back");
  CHECK(*data.find("entitlementKey")->find("courseStructure")->as_string() == "k");
}

}  // namespace
}  // namespace banmo::events
