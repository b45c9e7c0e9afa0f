// SPDX-License-Identifier: Apache-2.0
#include "events/reader.h"

#include <doctest/doctest.h>

#include "events/postings.h"
#include "events/sameness.h"
#include "events/slices.h"
#include "events/values.h"

namespace banmo::events {
namespace {

constexpr const char* kGood = R"({"actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"http://v.cn/did"},"object":{"id":"http://o.cn"}})";

json::Value read(const std::string& text) {
  auto value = json::read(text);
  REQUIRE_MESSAGE(value.ok(), text);
  return *std::move(value);
}
std::string verdict(const std::string& text, Version version = Version::v2_0) {
  const json::Value value = read(text);
  const auto statement = read_statement(value, version);
  return statement.ok() ? "good" : statement.error().where + " " + statement.error().id.substr(7);
}
// The good statement with members added, or replaced.
std::string with(const std::string& name, const std::string& json_text) {
  json::Value value = read(kGood);
  value.as_object()->set(name, read(json_text));
  return json::write(value);
}
std::string actor(const std::string& text) { return verdict(with("actor", text)); }
std::string object(const std::string& text) { return verdict(with("object", text)); }
std::string context(const std::string& text, Version version = Version::v2_0) { return verdict(with("context", text), version); }
std::string result(const std::string& text) { return verdict(with("result", text)); }

TEST_CASE("a statement has an actor, a verb and an object, and nothing that the specification does not know") {
  CHECK(verdict(kGood) == "good");
  CHECK(verdict("{}") == "$.actor missing_member");
  CHECK(verdict("[]") == "$ bad_value");
  CHECK(verdict(with("extra", "1")) == "$.extra unknown_member");
  CHECK(verdict(with("id", "\"not-a-uuid\"")) == "$.id bad_value");
  CHECK(verdict(with("verb", R"({"id":"did"})")) == "$.verb.id bad_value");
  CHECK(verdict(with("verb", R"({"id":"http://v.cn","display":{"not a tag":"x"}})")) == "$.verb.display bad_value");
  CHECK(verdict(with("result", "null")) == "$.result bad_value");
  CHECK(verdict(with("version", "\"2.0.0\""), Version::v1_0) == "$.version bad_value");
  CHECK(verdict(with("version", "\"1.0.3\""), Version::v1_0) == "good");
  CHECK(verdict(with("version", "\"0.9\"")) == "$.version bad_value");
  CHECK(verdict(with("timestamp", "\"2026-11-21T08:00:00-00:00\"")) == "$.timestamp bad_value");
  CHECK(verdict(with("authority", R"({"objectType":"Group","member":[{"mbox":"mailto:a@b.cn"}]})")) == "$.authority bad_authority");
}

TEST_CASE("an actor has one identifier, and a group its members") {
  CHECK(actor(R"({"mbox":"a@b.cn"})") == "$.actor.mbox bad_value");
  CHECK(actor(R"({"name":"x"})") == "$.actor no_identifier");
  CHECK(actor(R"({"mbox":"mailto:a@b.cn","openid":"http://x.cn"})") == "$.actor.openid two_identifiers");
  CHECK(actor(R"({"account":{"homePage":"http://x.cn"}})") == "$.actor.account.name missing_member");
  CHECK(actor(R"({"account":{"homePage":"x","name":"y"}})") == "$.actor.account.homePage bad_value");
  CHECK(actor(R"({"objectType":"Person","mbox":"mailto:a@b.cn"})") == "$.actor.objectType bad_object_type");
  CHECK(actor(R"({"mbox":"mailto:a@b.cn","member":[]})") == "$.actor.member unknown_member");
  CHECK(actor(R"({"objectType":"Group"})") == "$.actor.member missing_member");
  CHECK(actor(R"({"objectType":"Group","member":[{"objectType":"Group","mbox":"mailto:a@b.cn"}]})") == "$.actor.member[0] group_in_group");
  CHECK(actor(R"({"objectType":"Group","member":[{"mbox":"mailto:a@b.cn"},{"mbox":1}]})") == "$.actor.member[1].mbox bad_value");
  CHECK(actor(R"({"objectType":"Group","mbox":"mailto:a@b.cn"})") == "good");
}

TEST_CASE("an object is an activity, an actor, a reference or one statement inside") {
  CHECK(object(R"({"objectType":"Course","id":"http://o.cn"})") == "$.object.objectType bad_object_type");
  CHECK(object(R"({"id":"http://o.cn","definition":{"type":"x"}})") == "$.object.definition.type bad_value");
  CHECK(object(R"({"id":"http://o.cn","definition":{"interactionType":"quiz"}})") == "$.object.definition.interactionType bad_interaction");
  CHECK(object(R"({"id":"http://o.cn","definition":{"choices":[]}})") == "$.object.definition.interactionType missing_member");
  CHECK(object(R"({"id":"http://o.cn","definition":{"interactionType":"choice","choices":[{"id":"a"},{"id":"a"}]}})") ==
        "$.object.definition.choices[1].id repeated_component");
  CHECK(object(R"({"objectType":"StatementRef","id":"x"})") == "$.object.id bad_value");
  const std::string inner = R"({"objectType":"SubStatement","actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"http://v.cn"},"object":)";
  CHECK(object(inner + R"({"id":"http://o.cn"}})") == "good");
  CHECK(object(inner + R"({"id":"http://o.cn"},"id":"00000000-0000-4000-8000-000000000001"})") == "$.object.id unknown_member");
  CHECK(object(inner + inner + R"({"id":"http://o.cn"}}})") == "$.object.object.objectType nested_sub_statement");
  CHECK(verdict(with("verb", R"({"id":"http://adlnet.gov/expapi/verbs/voided"})")) == "$.object void_without_reference");
}

TEST_CASE("context and result keep to their types and to the object") {
  CHECK(context(R"({"registration":"x"})") == "$.context.registration bad_value");
  CHECK(context(R"({"team":{"mbox":"mailto:a@b.cn"}})") == "$.context.team.objectType bad_object_type");
  CHECK(context(R"({"language":"中文"})") == "$.context.language bad_value");
  CHECK(context(R"({"contextActivities":{"sibling":[]}})") == "$.context.contextActivities.sibling unknown_member");
  CHECK(context(R"({"contextActivities":{"parent":[{"id":"http://o.cn"},{"id":"x"}]}})") == "$.context.contextActivities.parent[1].id bad_value");
  CHECK(context(R"({"statement":{"objectType":"Activity","id":"00000000-0000-4000-8000-000000000001"}})") ==
        "$.context.statement.objectType bad_object_type");
  const std::string agents = R"({"contextAgents":[{"objectType":"contextAgent","agent":{"mbox":"mailto:a@b.cn"},"relevantTypes":["http://t.cn"]}]})";
  CHECK(context(agents) == "good");
  CHECK(context(agents, Version::v1_0) == "$.context.contextAgents unknown_member");
  CHECK(context(R"({"contextAgents":[{"objectType":"contextAgent","agent":{"mbox":"mailto:a@b.cn"},"relevantTypes":[]}]})") ==
        "$.context.contextAgents[0].relevantTypes empty_list");
  json::Value on_agent = read(with("object", R"({"objectType":"Agent","mbox":"mailto:a@b.cn"})"));
  on_agent.as_object()->set("context", read(R"({"platform":"x"})"));
  CHECK(verdict(json::write(on_agent)) == "$.context.platform activity_only");
  CHECK(result(R"({"score":{"scaled":1.1}})") == "$.result.score.scaled bad_score");
  CHECK(result(R"({"score":{"raw":5,"max":4}})") == "$.result.score.raw bad_score");
  CHECK(result(R"({"score":{"min":5,"max":4}})") == "$.result.score.min bad_score");
  CHECK(result(R"({"success":"yes"})") == "$.result.success bad_value");
  CHECK(result(R"({"extensions":{"key":1}})") == "$.result.extensions bad_value");
  CHECK(result(R"({"extensions":{"http://x.cn":null}})") == "good");
}

TEST_CASE("an error is told in both languages") {
  const json::Value value = read(with("verb", R"({"id":"did"})"));
  CHECK(read_statement(value, Version::v2_0).error().to_string() ==
        "$.verb.id: this must be an IRI with a scheme, such as https://… (此处须为带协议名的 IRI，如 https://…) [events.bad_value]");
}

TEST_CASE("times, durations, languages and identifiers") {
  const auto at = [](const char* text) { return timestamp_of(text) ? timestamp_of(text)->to_iso() : std::string("none"); };
  CHECK(at("2026-11-21T08:00:00Z") == "2026-11-21T08:00:00.000000Z");
  CHECK(at("2026-11-21T08:00:00.1234567+08:00") == "2026-11-21T00:00:00.123456Z");
  CHECK(at("2026-11-21T08:00:00-0130") == "2026-11-21T09:30:00.000000Z");
  CHECK(at("2026-11-21T08:00") == "2026-11-21T08:00:00.000000Z");
  for (const char* bad : {"2026-11-21", "2026-02-30T08:00:00Z", "2026-11-21T25:00:00Z", "2026-11-21T08:00:00-00", "2026-11-21T08:00:00-0000", "x"})
    CHECK_MESSAGE(at(bad) == "none", bad);
  for (const char* good : {"PT0S", "P1Y2M3DT4H5M6.7S", "P3W", "PT16559.14S"}) CHECK_MESSAGE(is_duration(good), good);
  for (const char* bad : {"P", "PT", "1H", "P4W1D", "PT1.5H2M", "P1S", "PT1M1H"}) CHECK_MESSAGE(!is_duration(bad), bad);
  CHECK(seconds_of("P1DT1H1M1.5S") == 90'061.5);
  CHECK(seconds_of("P2W") == 1'209'600.0);
  for (const char* none : {"P1M", "P1Y2D", "x", ""}) CHECK_MESSAGE(!seconds_of(none), none);
  for (const char* good : {"zh", "zh-CN", "zh-Hans-CN", "en-US", "x-own"}) CHECK_MESSAGE(is_language_tag(good), good);
  for (const char* bad : {"", "中文", "en_US", "a", "en-", "123456789"}) CHECK_MESSAGE(!is_language_tag(bad), bad);
  CHECK(is_iri("http://例子.cn/课"));
  for (const char* bad : {"x", ":x", "http:", "http://a b", "1http://x", "http://<x>"}) CHECK_MESSAGE(!is_iri(bad), bad);
  CHECK(version_of("1.0") == Version::v1_0);
  CHECK(version_of("1.0.9") == Version::v1_0);
  CHECK(version_of("2.0.0") == Version::v2_0);
  for (const char* bad : {"", "1", "1.1", "1.0.", "0.95", "2.1.0", "3.0.0", "1.0.x"}) CHECK_MESSAGE(!version_of(bad), bad);
}

TEST_CASE("two statements say the same whatever a store may change, and differ in all else") {
  const auto digest = [](const std::string& text) { return digest_of(read(text)); };
  const auto base = digest(kGood);
  CHECK(digest(R"({"object":{"id":"http://o.cn","definition":{"name":{"en":"x"}}},"verb":{"id":"http://v.cn/did","display":{"en":"did"}},
    "actor":{"mbox":"mailto:a@b.cn"},"id":"00000000-0000-4000-8000-000000000001","stored":"2026-11-21T08:00:00Z","version":"1.0.0"})") == base);
  CHECK(digest(with("result", R"({"success":true})")) != base);
  CHECK(digest(with("result", R"({"duration":"PT1.234S"})")) == digest(with("result", R"({"duration":"PT1.239S"})")));
  CHECK(digest(with("result", R"({"duration":"PT1.23S"})")) != digest(with("result", R"({"duration":"PT1.24S"})")));
  CHECK(digest(with("result", R"({"score":{"raw":1}})")) == digest(with("result", R"({"score":{"raw":1.0}})")));
  CHECK(digest(with("context", R"({"contextActivities":{"parent":{"id":"http://p.cn"}}})")) ==
        digest(with("context", R"({"contextActivities":{"parent":[{"id":"http://p.cn"}]}})")));
  CHECK(digest(with("actor", R"({"objectType":"Group","member":[{"mbox":"mailto:a@b.cn"},{"mbox":"mailto:c@b.cn"}]})")) ==
        digest(with("actor", R"({"objectType":"Group","member":[{"mbox":"mailto:c@b.cn"},{"mbox":"mailto:a@b.cn"}]})")));
}

TEST_CASE("text is cut into members and items without a byte changed") {
  const auto items = items_of(R"( [ {"a":[1,{"b":"]}"}]} , "x,\"y" ,3] )");
  REQUIRE(items.size() == 3);
  CHECK(items[0] == R"({"a":[1,{"b":"]}"}]})");
  CHECK(items[1] == R"("x,\"y")");
  CHECK(items_of("[]").empty());
  const auto members = members_of("{ \"\\u0069d\" : 1.50 ,\"b\":{\"c\":\"}\"}}");
  REQUIRE(members.size() == 2);
  CHECK(members[0].name == "id");
  CHECK(members[0].value == "1.50");
  CHECK(members[1].whole == R"("b":{"c":"}"})");
}

TEST_CASE("lists of one value differ by what the value is") {
  CHECK(target_of(List::agent, "x") != target_of(List::agent_related, "x"));
  CHECK(target_of(List::verb, "x") == target_of(List::verb, "x"));
  CHECK(target_of(List::verb, "x") > 0);
}

}  // namespace
}  // namespace banmo::events
