// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "events/reader.h"
#include "events/values.h"

namespace banmo::events {
namespace {

constexpr Rule kActionRules[] = {{"actor", Kind::object, true}, {"verb", Kind::object, true}, {"object", Kind::object, true},
                                 {"result", Kind::object},      {"context", Kind::object},    {"timestamp", Kind::timestamp},
                                 {"attachments", Kind::array}};
constexpr Rule kSubRules[] = {kActionRules[0], kActionRules[1], kActionRules[2], kActionRules[3],
                              kActionRules[4], kActionRules[5], kActionRules[6], {"objectType", Kind::text}};
constexpr Rule kStatementRules[] = {kActionRules[0],
                                    kActionRules[1],
                                    kActionRules[2],
                                    kActionRules[3],
                                    kActionRules[4],
                                    kActionRules[5],
                                    kActionRules[6],
                                    {"id", Kind::uuid},
                                    {"stored", Kind::timestamp},
                                    {"authority", Kind::object},
                                    {"version", Kind::version}};

Result<Outcome> read_outcome(const json::Value& value, const Place& place) {
  BANMO_DO(check_members(value, place,
                         {{"score", Kind::object},
                          {"success", Kind::boolean},
                          {"completion", Kind::boolean},
                          {"response", Kind::text},
                          {"duration", Kind::duration},
                          {"extensions", Kind::extensions}}));
  Outcome out;
  out.success = bool_at(value, "success");
  out.completion = bool_at(value, "completion");
  out.response = text_at(value, "response");
  out.duration = text_at(value, "duration");
  const json::Value* score = value.find("score");
  if (score == nullptr) return out;
  const Place at{&place, "score"};
  BANMO_DO(check_members(*score, at, {{"scaled", Kind::number}, {"raw", Kind::number}, {"min", Kind::number}, {"max", Kind::number}}));
  out.scaled = number_at(*score, "scaled");
  out.raw = number_at(*score, "raw");
  out.min = number_at(*score, "min");
  out.max = number_at(*score, "max");
  if (out.scaled && (*out.scaled < -1 || *out.scaled > 1))
    return mistake(at, "scaled", "bad_score", {"折算分须在 -1 到 1 之间", "a scaled score lies between -1 and 1"});
  if (out.min && out.max && *out.min >= *out.max)
    return mistake(at, "min", "bad_score", {"最低分须小于最高分", "the least score is below the greatest"});
  if (out.raw && ((out.min && *out.raw < *out.min) || (out.max && *out.raw > *out.max)))
    return mistake(at, "raw", "bad_score", {"原始分须在最低分与最高分之间", "the raw score lies between the least and the greatest"});
  return out;
}

Result<Attachment> read_attachment(const json::Value& value, const Place& place) {
  BANMO_DO(check_members(value, place,
                         {{"usageType", Kind::iri, true},
                          {"display", Kind::language_map, true},
                          {"description", Kind::language_map},
                          {"contentType", Kind::media_type, true},
                          {"length", Kind::whole, true},
                          {"sha2", Kind::sha2, true},
                          {"fileUrl", Kind::iri}}));
  return Attachment{text_at(value, "usageType"), text_at(value, "contentType"), text_at(value, "sha2"), text_at(value, "fileUrl"),
                    *value.find("length")->as_int()};
}

Result<> read_action(const json::Value& value, const Place& place, Version version, bool is_sub, Action& action);

Result<Object> read_object(const json::Value& value, const Place& place, Version version, bool is_sub) {
  BANMO_DO(check_value(value, place, Kind::object));
  const json::Value* type_value = value.find("objectType");
  if (type_value != nullptr) BANMO_DO(check_value(*type_value, Place{&place, "objectType"}, Kind::text));
  const std::string type = text_at(value, "objectType");
  if (type_value == nullptr || type == "Activity") {
    BANMO_TRY(Activity activity, read_activity(value, place));
    return Object(std::move(activity));
  }
  if (type == "Agent" || type == "Group") {
    BANMO_TRY(Actor actor, read_actor(value, place));
    return Object(std::move(actor));
  }
  if (type == "StatementRef") {
    BANMO_DO(check_members(value, place, {{"objectType", Kind::text}, {"id", Kind::uuid, true}}));
    return Object(StatementRef{*Uuid::parse(text_at(value, "id"))});
  }
  if (type != "SubStatement")
    return mistake(
        place, "objectType", "bad_object_type",
        {"此处须为 Activity、Agent、Group、StatementRef 或 SubStatement", "this must be Activity, Agent, Group, StatementRef or SubStatement"});
  if (is_sub) return mistake(place, "objectType", "nested_sub_statement", {"子陈述中不能再有子陈述", "a sub-statement holds no other"});
  BANMO_DO(check_members(value, place, kSubRules));
  auto sub = std::make_shared<Action>();
  BANMO_DO(read_action(value, place, version, true, *sub));
  return Object(std::shared_ptr<const Action>(std::move(sub)));
}

// revision and platform say something about an activity only.
Result<> check_context_fits(const json::Value& context, const Place& place, const Object& object) {
  if (std::holds_alternative<Activity>(object)) return {};
  for (const std::string_view name : {"revision", "platform"})
    if (context.find(name) != nullptr)
      return mistake(place, name, "activity_only", {"只有对象是活动时才能有这个成员", "this may stand only if the object is an activity"});
  return {};
}

Result<> read_action(const json::Value& value, const Place& place, Version version, bool is_sub, Action& action) {
  BANMO_TRY(action.actor, read_actor(*value.find("actor"), Place{&place, "actor"}));
  const Place verb{&place, "verb"};
  BANMO_DO(check_members(*value.find("verb"), verb, {{"id", Kind::iri, true}, {"display", Kind::language_map}}));
  action.verb.id = text_at(*value.find("verb"), "id");
  BANMO_TRY(action.object, read_object(*value.find("object"), Place{&place, "object"}, version, is_sub));
  if (const auto* result = value.find("result")) {
    BANMO_TRY(action.outcome, read_outcome(*result, Place{&place, "result"}));
  }
  if (const auto* context = value.find("context")) {
    const Place at{&place, "context"};
    BANMO_TRY(action.context, read_context(*context, at, version));
    BANMO_DO(check_context_fits(*context, at, action.object));
  }
  if (const auto* timestamp = value.find("timestamp")) action.timestamp = timestamp_of(*timestamp->as_string());
  if (const auto* attachments = value.find("attachments")) {
    const Place at{&place, "attachments"};
    int64_t index = 0;
    for (const json::Value& item : *attachments->as_array()) {
      BANMO_TRY(Attachment attachment, read_attachment(item, Place{&at, {}, index++}));
      action.attachments.push_back(std::move(attachment));
    }
  }
  return {};
}

// What a client says of the authority is replaced, but must be right: an agent, or the pair of OAuth (a consumer and a user).
Result<> check_authority(const json::Value& value, const Place& place) {
  BANMO_TRY(const Actor authority, read_actor(value, place));
  const bool is_pair = authority.ifi.empty() && authority.members.size() == 2;
  if (authority.kind == ActorKind::agent || is_pair) return {};
  return mistake(place, "bad_authority", {"授权者须为个人，或恰有两名成员的匿名组", "the authority is an agent, or an anonymous group of two"});
}

}  // namespace

Result<Statement> read_statement(const json::Value& value, Version version, const Place& place) {
  BANMO_DO(check_members(value, place, kStatementRules));
  Statement statement;
  statement.version = text_at(value, "version");
  if (version == Version::v1_0 && !statement.version.empty() && version_of(statement.version) != Version::v1_0)
    return mistake(place, "version", "bad_value", {"此请求的版本是 1.0.x", "this request is of version 1.0.x"});
  BANMO_DO(read_action(value, place, version, false, statement));
  if (const auto* id = value.find("id")) statement.id = Uuid::parse(*id->as_string());
  if (const auto* authority = value.find("authority")) BANMO_DO(check_authority(*authority, Place{&place, "authority"}));
  if (statement.verb.id == kVoided && !std::holds_alternative<StatementRef>(statement.object))
    return mistake(place, "object", "void_without_reference", {"作废陈述的对象须为 StatementRef", "a voiding statement's object is a StatementRef"});
  return statement;
}

}  // namespace banmo::events
