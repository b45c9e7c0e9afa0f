// SPDX-License-Identifier: Apache-2.0
#include "events/reader.h"

namespace banmo::events {
namespace {

constexpr Rule kContextRules[] = {{"registration", Kind::uuid},        {"instructor", Kind::object},  {"team", Kind::object},
                                  {"contextActivities", Kind::object}, {"revision", Kind::text},      {"platform", Kind::text},
                                  {"language", Kind::language},        {"statement", Kind::object},   {"extensions", Kind::extensions},
                                  {"contextAgents", Kind::array},      {"contextGroups", Kind::array}};

// One activity, or an array of them.
Result<> read_activities(const json::Value& value, const Place& place, std::vector<Activity>& out) {
  if (value.as_array() == nullptr) {
    BANMO_TRY(Activity activity, read_activity(value, place));
    out.push_back(std::move(activity));
    return {};
  }
  int64_t index = 0;
  for (const json::Value& item : *value.as_array()) {
    BANMO_TRY(Activity activity, read_activity(item, Place{&place, {}, index++}));
    out.push_back(std::move(activity));
  }
  return {};
}

Result<> read_context_activities(const json::Value& value, const Place& place, Context& context) {
  BANMO_DO(check_members(value, place, {{"parent"}, {"grouping"}, {"category"}, {"other"}}));
  if (const auto* list = value.find("parent")) BANMO_DO(read_activities(*list, Place{&place, "parent"}, context.parent));
  if (const auto* list = value.find("grouping")) BANMO_DO(read_activities(*list, Place{&place, "grouping"}, context.grouping));
  if (const auto* list = value.find("category")) BANMO_DO(read_activities(*list, Place{&place, "category"}, context.category));
  if (const auto* list = value.find("other")) BANMO_DO(read_activities(*list, Place{&place, "other"}, context.other));
  return {};
}

// contextAgents: {objectType: contextAgent, agent, relevantTypes}; contextGroups alike (IEEE 9274.1.1, 4.2.2.5).
Result<> read_context_actors(const json::Value& list, const Place& place, std::string_view type, std::string_view member, ActorKind kind,
                             Context& context) {
  int64_t index = 0;
  for (const json::Value& item : *list.as_array()) {
    const Place at{&place, {}, index++};
    BANMO_DO(check_members(item, at, {{"objectType", Kind::text, true}, {member, Kind::object, true}, {"relevantTypes", Kind::array}}));
    if (text_at(item, "objectType") != type)
      return mistake(at, "objectType", "bad_object_type", {"此处须为 " + std::string(type), "this must be " + std::string(type)});
    const Place actor_place{&at, member};
    BANMO_TRY(Actor actor, read_actor(*item.find(member), actor_place));
    if (actor.kind != kind)
      return mistake(actor_place, "objectType", "bad_object_type", {"个人与组请分别列出", "agents and groups have a list each"});
    context.actors.push_back(std::move(actor));
    const json::Value* types = item.find("relevantTypes");
    if (types == nullptr) continue;
    const Place types_place{&at, "relevantTypes"};
    if (types->as_array()->empty())
      return mistake(types_place, "empty_list", {"列表不能为空；没有时请去掉", "this list must not be empty: leave it out"});
    int64_t n = 0;
    for (const json::Value& one : *types->as_array()) BANMO_DO(check_value(one, Place{&types_place, {}, n++}, Kind::iri));
  }
  return {};
}

}  // namespace

Result<Context> read_context(const json::Value& value, const Place& place, Version version) {
  std::span<const Rule> rules = kContextRules;
  if (version == Version::v1_0) rules = rules.first(rules.size() - 2);
  BANMO_DO(check_members(value, place, rules));
  Context context;
  context.registration = text_at(value, "registration");
  context.revision = text_at(value, "revision");
  context.platform = text_at(value, "platform");
  context.language = text_at(value, "language");
  if (const auto* instructor = value.find("instructor")) {
    BANMO_TRY(context.instructor, read_actor(*instructor, Place{&place, "instructor"}));
  }
  if (const auto* team = value.find("team")) {
    const Place at{&place, "team"};
    BANMO_TRY(context.team, read_actor(*team, at));
    if (context.team->kind != ActorKind::group) return mistake(at, "objectType", "bad_object_type", {"此处须为 Group", "this must be a Group"});
  }
  if (const auto* activities = value.find("contextActivities"))
    BANMO_DO(read_context_activities(*activities, Place{&place, "contextActivities"}, context));
  if (const auto* statement = value.find("statement")) {
    const Place at{&place, "statement"};
    BANMO_DO(check_members(*statement, at, {{"objectType", Kind::text, true}, {"id", Kind::uuid, true}}));
    if (text_at(*statement, "objectType") != "StatementRef")
      return mistake(at, "objectType", "bad_object_type", {"此处须为 StatementRef", "this must be StatementRef"});
    context.statement = Uuid::parse(text_at(*statement, "id"));
  }
  if (const auto* agents = value.find("contextAgents"))
    BANMO_DO(read_context_actors(*agents, Place{&place, "contextAgents"}, "contextAgent", "agent", ActorKind::agent, context));
  if (const auto* groups = value.find("contextGroups"))
    BANMO_DO(read_context_actors(*groups, Place{&place, "contextGroups"}, "contextGroup", "group", ActorKind::group, context));
  return context;
}

}  // namespace banmo::events
