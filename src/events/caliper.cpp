// SPDX-License-Identifier: Apache-2.0
#include "events/caliper.h"

#include <algorithm>
#include <optional>

#include "events/caliper_words.h"
#include "events/members.h"
#include "events/values.h"

namespace banmo::events {
namespace {

constexpr std::string_view kVocabulary = "http://purl.imsglobal.org/caliper/";  // terms may be written as IRIs
constexpr std::string_view kActions = "http://purl.imsglobal.org/caliper/actions/";
constexpr std::string_view kProfiles = "http://purl.imsglobal.org/profiles/";
constexpr std::string_view kUuid = "urn:uuid:";

// A thing that takes part: as an object, or as its IRI alone.
struct Entity {
  std::string id, type;
  const json::Value* value = nullptr;  // the object; nullptr if it was an IRI
};

Result<const json::Value*> need(const json::Value& value, const Place& place, std::string_view name, Kind kind) {
  const json::Value* member = value.find(name);
  if (member == nullptr) return mistake(place, name, "missing_member", {"缺少这个必需的成员", "this required member is missing"});
  BANMO_DO(check_value(*member, Place{&place, name}, kind));
  return member;
}

// "Completed", also where it is written as an IRI. A term is letters and digits, so that it can stand at the end of one.
Result<std::string> term_at(const json::Value& value, const Place& place, std::string_view name, std::string_view vocabulary) {
  BANMO_TRY(const json::Value* member, need(value, place, name, Kind::text));
  std::string_view term = *member->as_string();
  if (term.starts_with(vocabulary)) term.remove_prefix(vocabulary.size());
  const bool is_term = !term.empty() && std::all_of(term.begin(), term.end(), [](unsigned char c) { return c < 128 && std::isalnum(c) != 0; });
  if (!is_term) return mistake(place, name, "bad_value", {"须为 Caliper 的词，如 Completed", "must be a term of Caliper, such as Completed"});
  return std::string(term);
}

Result<Entity> entity_in(const json::Value& value, const Place& place) {
  if (value.as_object() == nullptr) {
    BANMO_DO(check_value(value, place, Kind::iri));
    return Entity{*value.as_string(), {}, nullptr};
  }
  BANMO_TRY(const json::Value* id, need(value, place, "id", Kind::iri));
  BANMO_TRY(std::string type, term_at(value, place, "type", kVocabulary));
  return Entity{*id->as_string(), std::move(type), &value};
}

Result<std::optional<Entity>> entity_at(const json::Value& value, const Place& place, std::string_view name) {
  const json::Value* member = value.find(name);
  if (member == nullptr) return std::optional<Entity>();
  BANMO_TRY(Entity entity, entity_in(*member, Place{&place, name}));
  return std::optional(std::move(entity));
}
Result<Entity> need_entity(const json::Value& value, const Place& place, std::string_view name) {
  BANMO_TRY(const json::Value* member, need(value, place, name, Kind::any));
  return entity_in(*member, Place{&place, name});
}

std::string name_of(const Entity& entity) { return entity.value == nullptr ? std::string() : text_at(*entity.value, "name"); }
bool is_group(const Entity& entity) { return entity.type == "Group" || entity.type == "Organization" || entity.type == "CourseSection"; }

// Who acts. An IRI is an account: what stands before its last "/" or ":" is the account's home page, so that an account that was given out here comes
// back as it was given out.
json::Object agent_of(const Entity& entity) {
  json::Object agent{{"objectType", is_group(entity) ? "Group" : "Agent"}};
  if (const std::string name = name_of(entity); !name.empty()) agent.set("name", name);
  if (is_mailto(entity.id)) {
    agent.set("mbox", entity.id);
    return agent;
  }
  const size_t cut = entity.id.find_last_of("/:");
  const std::string home = entity.id.substr(0, cut), name = entity.id.substr(cut + 1);
  const bool is_pair = is_iri(home) && !home.ends_with('/') && !name.empty();
  const std::string type = entity.type.empty() ? std::string("Person") : entity.type;
  agent.set("account", is_pair ? json::Object{{"homePage", home}, {"name", name}}
                               : json::Object{{"homePage", std::string(kVocabulary) + type}, {"name", entity.id}});
  return agent;
}

json::Object activity_of(const Entity& entity) {
  json::Object activity{{"objectType", "Activity"}, {"id", entity.id}};
  if (entity.value == nullptr) return activity;
  json::Object definition{{"type", activity_type_of(entity.type)}};
  if (const std::string name = name_of(entity); !name.empty()) definition.set("name", json::Object{{"und", name}});
  if (const std::string text = text_at(*entity.value, "description"); !text.empty()) definition.set("description", json::Object{{"und", text}});
  activity.set("definition", std::move(definition));
  return activity;
}

// xAPI asks that raw lies between min and max, and scaled between -1 and 1: points above the maximum leave the maximum out.
json::Object score_of(double given, std::optional<double> max) {
  json::Object score{{"raw", given}};
  if (!max || *max <= 0 || given < 0 || given > *max) return score;
  score.set("min", 0);
  score.set("max", *max);
  score.set("scaled", given / *max);
  return score;
}

// A chosen answer or several, as xAPI writes them (1.0.3 Data, 2.4.5: joined by "[,]").
std::string response_of(const json::Value& generated) {
  const json::Value* values = generated.find("values");
  const auto text_of = [](const json::Value& value) { return value.as_string() != nullptr ? *value.as_string() : json::write(value); };
  if (const json::Value* value = generated.find("value"); value != nullptr) return text_of(*value);
  std::string joined;
  if (values == nullptr || values->as_array() == nullptr) return joined;
  for (const json::Value& value : *values->as_array()) joined += (joined.empty() ? "" : "[,]") + text_of(value);
  return joined;
}

// What came of it: from the entity that the event generated (an attempt, a response, a score, a result), and from the attempt that belongs to it.
json::Object result_of(const json::Value* generated, std::string_view verb) {
  json::Object result;
  if (verb == "http://adlnet.gov/expapi/verbs/completed") result.set("completion", true);
  if (generated == nullptr || generated->as_object() == nullptr) return result;
  for (const auto& [given, max] : {std::pair("scoreGiven", "maxScore"), std::pair("resultScore", "maxResultScore")})
    if (const auto points = number_at(*generated, given)) result.set("score", score_of(*points, number_at(*generated, max)));
  if (std::string response = response_of(*generated); !response.empty()) result.set("response", std::move(response));
  const json::Value* attempt = generated->find("attempt");
  for (const json::Value* timed : {generated, attempt})
    if (timed != nullptr && is_duration(text_at(*timed, "duration")) && result.find("duration") == nullptr)
      result.set("duration", text_at(*timed, "duration"));
  return result;
}

// An event under its parts.
struct Event {
  const json::Value& value;
  std::string type, action;
  Entity actor, object;
  std::optional<Entity> grader;  // of a GradeEvent, which tells of the learner
  const json::Value* generated = nullptr;
};

// Who grades an attempt is its event's actor; whom the record is about is the learner, and what was graded is the work.
Result<> turn_grading(Event& event, const Place& place) {
  if (event.type != "GradeEvent" || event.object.value == nullptr) return {};
  const Place object{&place, "object"};
  BANMO_TRY(auto learner, entity_at(*event.object.value, object, "assignee"));
  BANMO_TRY(auto work, entity_at(*event.object.value, object, "assignable"));
  if (!learner || !work) return {};
  event.grader = std::exchange(event.actor, *std::move(learner));
  event.object = *std::move(work);
  return {};
}

Result<json::Object> context_of(const Event& event, const Place& place) {
  json::Object activities, context;
  if (event.object.value != nullptr) {
    BANMO_TRY(const auto whole, entity_at(*event.object.value, Place{&place, "object"}, "isPartOf"));
    if (whole) activities.set("parent", json::Array{activity_of(*whole)});
  }
  BANMO_TRY(const auto group, entity_at(event.value, place, "group"));
  if (group) activities.set("grouping", json::Array{activity_of(*group)});
  if (event.value.find("profile") != nullptr) {
    BANMO_TRY(const std::string profile, term_at(event.value, place, "profile", kProfiles));
    activities.set("category", json::Array{json::Object{{"objectType", "Activity"},
                                                        {"id", std::string(kProfiles) + profile},
                                                        {"definition", json::Object{{"type", "http://adlnet.gov/expapi/activities/profile"}}}}});
  }
  if (!activities.empty()) context.set("contextActivities", std::move(activities));
  if (event.grader) context.set("instructor", agent_of(*event.grader));
  BANMO_TRY(const auto app, entity_at(event.value, place, "edApp"));
  if (app && event.object.type != "Person") context.set("platform", name_of(*app).empty() ? app->id : name_of(*app));
  context.set("extensions", json::Object{{std::string(kCaliper), event.value}});
  return context;
}

Result<json::Object> statement_of(const json::Value& value, const Place& place) {
  BANMO_TRY(const json::Value* id, need(value, place, "id", Kind::text));
  const std::string& urn = *id->as_string();
  if (!urn.starts_with(kUuid) || !is_uuid(std::string_view(urn).substr(kUuid.size())))
    return mistake(place, "id", "bad_value", {"须为 urn:uuid: 开头的 UUID", "must be a UUID behind urn:uuid:"});
  BANMO_TRY(const json::Value* at, need(value, place, "eventTime", Kind::timestamp));
  BANMO_TRY(std::string type, term_at(value, place, "type", kVocabulary));
  BANMO_TRY(std::string action, term_at(value, place, "action", kActions));
  BANMO_TRY(Entity actor, need_entity(value, place, "actor"));
  BANMO_TRY(Entity object, need_entity(value, place, "object"));
  Event event{value, std::move(type), std::move(action), std::move(actor), std::move(object), {}, value.find("generated")};
  BANMO_DO(turn_grading(event, place));
  const std::string verb = verb_of(event.type, event.action);
  BANMO_TRY(json::Object context, context_of(event, place));
  json::Object statement{{"id", urn.substr(kUuid.size())},
                         {"actor", agent_of(event.actor)},
                         {"verb", json::Object{{"id", verb}, {"display", json::Object{{"en", event.action}}}}},
                         {"object", event.object.type == "Person" ? agent_of(event.object) : activity_of(event.object)}};
  if (json::Object result = result_of(event.generated, verb); !result.empty()) statement.set("result", std::move(result));
  statement.set("context", std::move(context));
  statement.set("timestamp", *at);
  return statement;
}

}  // namespace

Result<CaliperData> read_caliper(const json::Value& envelope) {
  const Place root;
  BANMO_DO(check_members(
      envelope, root,
      {{"sensor", Kind::text, true}, {"sendTime", Kind::timestamp, true}, {"dataVersion", Kind::text, true}, {"data", Kind::array, true}}));
  if (text_at(envelope, "dataVersion") != kCaliper)
    return mistake(root, "dataVersion", "caliper_version",
                   {"只接收 Caliper 1.2，此处须为 " + std::string(kCaliper), "Caliper 1.2 is taken here: this must be " + std::string(kCaliper)});
  const Place data{&root, "data"};
  const json::Array& items = *envelope.find("data")->as_array();
  if (items.empty()) return mistake(data, "empty_list", {"数组不能为空", "the list must not be empty"});
  CaliperData read;
  for (size_t i = 0; i < items.size(); ++i) {
    const Place place{&data, {}, static_cast<int64_t>(i)};
    if (items[i].find("action") == nullptr && items[i].find("eventTime") == nullptr) {
      BANMO_DO(check_value(items[i], place, Kind::object));
      BANMO_TRY(Entity entity, entity_in(items[i], place));
      read.entities.push_back({std::move(entity.id), json::write(items[i])});
      continue;
    }
    BANMO_TRY(json::Object statement, statement_of(items[i], place));
    read.statements.emplace_back(std::move(statement));
    read.places.push_back(i);
  }
  return read;
}

}  // namespace banmo::events
