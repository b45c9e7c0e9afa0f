// SPDX-License-Identifier: Apache-2.0
#include "events/caliper.h"

#include <doctest/doctest.h>

#include "events/reader.h"

namespace banmo::events {
namespace {

// The event of the given members, among what every event must have.
std::string event(const std::string& type, const std::string& action, const std::string& object, const std::string& more = {}) {
  return R"({"@context":"http://purl.imsglobal.org/ctx/caliper/v1p2","id":"urn:uuid:3a648e68-f00d-4c08-aa59-8738e1884f2c","type":")" + type +
         R"(","actor":{"id":"https://school.cn/users/554433","type":"Person","name":"甲"},"action":")" + action + R"(","object":)" + object +
         R"(,"eventTime":"2026-11-15T10:15:00.000Z")" + more + "}";
}
std::string envelope(const std::string& data, const std::string& version = std::string(kCaliper)) {
  return R"({"sensor":"https://school.cn/sensors/1","sendTime":"2026-11-15T11:05:01.000Z","dataVersion":")" + version + R"(","data":[)" + data + "]}";
}
Result<CaliperData> read(const std::string& text) {
  const auto value = json::read(text);
  REQUIRE_MESSAGE(value.ok(), text);
  return read_caliper(*value);
}
std::string verdict(const std::string& text) {
  const auto data = read(text);
  return data.ok() ? "good" : data.error().where + " " + data.error().id.substr(7);
}

const std::string kItem =
    R"({"id":"https://school.cn/items/6","type":"AssessmentItem","name":"第六题","isPartOf":{"id":"https://school.cn/assess/1","type":"Assessment"}})";

// The one statement of an event: what it says without the event that it carries, and that the store takes it.
json::Value statement_of(const std::string& text) {
  auto data = read(envelope(text));
  REQUIRE(data.ok());
  REQUIRE(data->statements.size() == 1);
  json::Value statement = data->statements[0];
  const auto taken = read_statement(statement, Version::v2_0);
  CHECK((taken.ok() ? "taken" : taken.error().where + " " + taken.error().id) == "taken");
  json::Object& context = *statement.as_object()->find("context")->as_object();
  REQUIRE(context.find("extensions") != nullptr);
  CHECK(context.find("extensions")->find(kCaliper)->find("action") != nullptr);
  context.erase("extensions");
  return statement;
}
std::string part(const json::Value& statement, std::string_view name) {
  const json::Value* member = statement.find(name);
  return member == nullptr ? "absent" : json::write(*member);
}

TEST_CASE("an answered item is a statement with learner, item, answer, score and the test that it belongs to") {
  const json::Value said = statement_of(event(
      "AssessmentItemEvent", "Completed", kItem,
      R"(,"generated":{"id":"https://school.cn/r/1","type":"MultipleChoiceResponse","value":"C","attempt":{"id":"https://school.cn/a/1","type":"Attempt","duration":"PT94S"}},)"
      R"("edApp":{"id":"https://school.cn/app","type":"SoftwareApplication","name":"题库"},)"
      R"("group":{"id":"https://school.cn/classes/7","type":"CourseSection","name":"七年级一班"},"profile":"AssessmentProfile")"));
  CHECK(part(said, "id") == "\"3a648e68-f00d-4c08-aa59-8738e1884f2c\"");
  CHECK(part(said, "actor") == R"({"objectType":"Agent","name":"甲","account":{"homePage":"https://school.cn/users","name":"554433"}})");
  CHECK(part(said, "verb") == R"({"id":"http://adlnet.gov/expapi/verbs/answered","display":{"en":"Completed"}})");
  CHECK(
      part(said, "object") ==
      R"({"objectType":"Activity","id":"https://school.cn/items/6","definition":{"type":"http://adlnet.gov/expapi/activities/question","name":{"und":"第六题"}}})");
  CHECK(part(said, "result") == R"({"response":"C","duration":"PT94S"})");
  CHECK(part(said, "timestamp") == "\"2026-11-15T10:15:00.000Z\"");
  const json::Value& context = *said.find("context");
  CHECK(part(context, "platform") == "\"题库\"");
  const json::Value& activities = *context.find("contextActivities");
  CHECK(part(activities, "parent") ==
        R"([{"objectType":"Activity","id":"https://school.cn/assess/1","definition":{"type":"http://adlnet.gov/expapi/activities/assessment"}}])");
  CHECK(part(activities, "grouping").find("七年级一班") != std::string::npos);
  CHECK(part(activities, "category").find("http://purl.imsglobal.org/profiles/AssessmentProfile") != std::string::npos);
}

TEST_CASE("a graded attempt tells of the learner, with the grader as instructor") {
  const json::Value said = statement_of(event(
      "GradeEvent", "Graded",
      R"({"id":"https://school.cn/a/1","type":"Attempt","assignee":"https://school.cn/users/9","assignable":{"id":"https://school.cn/assess/1","type":"Assessment"}})",
      R"(,"generated":{"id":"https://school.cn/s/1","type":"Score","maxScore":15.0,"scoreGiven":12})"));
  CHECK(part(said, "actor") == R"({"objectType":"Agent","account":{"homePage":"https://school.cn/users","name":"9"}})");
  CHECK(part(*said.find("object"), "id") == "\"https://school.cn/assess/1\"");
  CHECK(part(*said.find("context"), "instructor").find("554433") != std::string::npos);
  CHECK(part(*said.find("result"), "score") == R"({"raw":12.0,"min":0,"max":15.0,"scaled":0.8})");
}

TEST_CASE("points above the maximum stay as they are, without a scale") {
  const json::Value said = statement_of(event("AssessmentEvent", "Submitted", R"("https://school.cn/assess/1")",
                                              R"(,"generated":{"id":"https://school.cn/s/1","type":"Result","maxResultScore":10,"resultScore":12})"));
  CHECK(part(*said.find("result"), "score") == R"({"raw":12.0})");
}

TEST_CASE("words of both vocabularies are translated by event, others keep their IRI") {
  const auto verb = [](const std::string& type, const std::string& action) {
    return *statement_of(event(type, action, R"({"id":"https://school.cn/v","type":"VideoObject"})")).find("verb")->find("id")->as_string();
  };
  CHECK(verb("MediaEvent", "Paused") == "https://w3id.org/xapi/video/verbs/paused");
  CHECK(verb("AssignableEvent", "Paused") == "http://adlnet.gov/expapi/verbs/suspended");
  CHECK(verb("MediaEvent", "Muted") == "http://purl.imsglobal.org/caliper/actions/Muted");
  CHECK(verb("MediaEvent", "http://purl.imsglobal.org/caliper/actions/Ended") == "http://adlnet.gov/expapi/verbs/completed");
}

TEST_CASE("an IRI that is no pair of home and name, a mail address and nobody in particular are actors too") {
  const auto actor = [](const std::string& id) {
    std::string text = event("ViewEvent", "Viewed", kItem);
    const std::string before = "https://school.cn/users/554433";
    text.replace(text.find(before), before.size(), id);
    return part(*statement_of(text).find("actor"), "account") + part(*statement_of(text).find("actor"), "mbox");
  };
  CHECK(actor("https://school.cn") == R"({"homePage":"http://purl.imsglobal.org/caliper/Person","name":"https://school.cn"}absent)");
  CHECK(actor("urn:uuid:3a648e68") == R"({"homePage":"urn:uuid","name":"3a648e68"}absent)");
  CHECK(actor("mailto:a@b.cn") == "absent\"mailto:a@b.cn\"");
  CHECK(actor("http://purl.imsglobal.org/caliper/Person") == R"({"homePage":"http://purl.imsglobal.org/caliper","name":"Person"}absent)");
}

TEST_CASE("entities on their own are kept, and statements know their place among them") {
  const auto data = read(envelope(kItem + "," + event("ViewEvent", "Viewed", kItem)));
  REQUIRE(data.ok());
  REQUIRE(data->entities.size() == 1);
  CHECK(data->entities[0].id == "https://school.cn/items/6");
  CHECK(data->entities[0].content == kItem);
  CHECK(data->places == std::vector<size_t>{1});
}

TEST_CASE("a faulty envelope is refused with the place of the first mistake") {
  const std::string good = event("ViewEvent", "Viewed", kItem);
  CHECK(verdict(envelope(good)) == "good");
  CHECK(verdict("[]") == "$ bad_value");
  CHECK(verdict(R"({"data":[]})") == "$.sensor missing_member");
  CHECK(verdict(envelope("")) == "$.data empty_list");
  CHECK(verdict(envelope("3")) == "$.data[0] bad_value");
  CHECK(verdict(envelope(good, "http://purl.imsglobal.org/ctx/caliper/v1p1")) == "$.dataVersion caliper_version");
  CHECK(verdict(envelope(good + R"(,{"type":"Event","action":"Viewed"})")) == "$.data[1].id missing_member");
  CHECK(verdict(envelope(event("ViewEvent", "not a term", kItem))) == "$.data[0].action bad_value");
  CHECK(verdict(envelope(event("ViewEvent", "Viewed", R"("no iri")"))) == "$.data[0].object bad_value");
  CHECK(verdict(envelope(event("ViewEvent", "Viewed", R"({"id":"https://school.cn/1"})"))) == "$.data[0].object.type missing_member");
  CHECK(verdict(envelope(event("ViewEvent", "Viewed", kItem, R"(,"group":7)"))) == "$.data[0].group bad_value");
}

}  // namespace
}  // namespace banmo::events
