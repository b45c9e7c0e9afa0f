// SPDX-License-Identifier: Apache-2.0
#include "events/cmi5_statements.h"

#include <utility>

namespace banmo::events {
namespace {

constexpr std::string_view kBlockType = "https://w3id.org/xapi/cmi5/activitytype/block";
constexpr std::string_view kCourseType = "https://w3id.org/xapi/cmi5/activitytype/course";

json::Object object_of(const LanguageMap& texts) {
  json::Object map;
  for (const auto& [language, text] : texts) map.set(language, text);
  return map;
}

json::Object activity(std::string id) { return {{"objectType", "Activity"}, {"id", std::move(id)}}; }

json::Object described(const CourseVoice& voice, const CourseNode& node, size_t place) {
  json::Object object = activity(activity_of(voice.home_page, voice.course_id, place));
  json::Object definition{{"name", object_of(node.title)}, {"description", object_of(node.description)}};
  if (node.kind == NodeKind::au) {
    if (node.activity_type) definition.set("type", *node.activity_type);
  } else {
    definition.set("type", node.kind == NodeKind::block ? kBlockType : kCourseType);
  }
  object.set("definition", std::move(definition));
  return object;
}

json::Object statement(const CourseVoice& voice, const CourseStructure& course, size_t node, CourseVerb verb, json::Object extensions, Instant at) {
  const CourseNode& about = course.nodes[node];
  json::Array category{activity(std::string(kCmi5Category))};
  if (verb == CourseVerb::waived) category.emplace_back(activity(std::string(kMoveOnCategory)));
  extensions.set(std::string(kSessionExtension), voice.session);
  return {{"id", Uuid::next().to_string()},
          {"actor", actor_of(voice)},
          {"verb", json::Object{{"id", iri_of(verb)}, {"display", json::Object{{"en-US", name_of(verb)}}}}},
          {"object", described(voice, about, node)},
          {"timestamp", at.to_iso()},
          {"context", json::Object{{"registration", voice.registration},
                                   {"contextActivities",
                                    json::Object{{"category", std::move(category)}, {"grouping", json::Array{activity(about.publisher_id)}}}},
                                   {"extensions", std::move(extensions)}}}};
}

}  // namespace

json::Object actor_of(const CourseVoice& voice) {
  return {{"objectType", "Agent"}, {"account", json::Object{{"homePage", voice.account_home}, {"name", voice.account_name}}}};
}

json::Object launched_statement(const CourseVoice& voice, const CourseStructure& course, size_t node, LaunchMode mode, const std::string& launch_url,
                                Instant at) {
  const CourseNode& unit = course.nodes[node];
  json::Object extensions{{std::string(kLaunchModeExtension), name_of(mode)},
                          {std::string(kLaunchUrlExtension), launch_url},
                          {std::string(kMoveOnExtension), name_of(unit.move_on)}};
  if (unit.mastery_score) extensions.set(std::string(kMasteryExtension), *unit.mastery_score);
  if (unit.launch_parameters) extensions.set(std::string(kLaunchParametersExtension), *unit.launch_parameters);
  return statement(voice, course, node, CourseVerb::launched, std::move(extensions), at);
}

json::Object abandoned_statement(const CourseVoice& voice, const CourseStructure& course, size_t node, int64_t duration_micros, Instant at) {
  json::Object said = statement(voice, course, node, CourseVerb::abandoned, {}, at);
  said.set("result", json::Object{{"duration", "PT" + std::to_string(duration_micros / 1'000'000) + "S"}});
  return said;
}

json::Object waived_statement(const CourseVoice& voice, const CourseStructure& course, size_t node, const std::string& reason, Instant at) {
  json::Object said = statement(voice, course, node, CourseVerb::waived, {}, at);
  said.set("result", json::Object{{"success", true}, {"completion", true}, {"extensions", json::Object{{std::string(kReasonExtension), reason}}}});
  return said;
}

json::Object satisfied_statement(const CourseVoice& voice, const CourseStructure& course, size_t node, Instant at) {
  return statement(voice, course, node, CourseVerb::satisfied, {}, at);
}

json::Object launch_data(const CourseVoice& voice, const CourseNode& unit, LaunchMode mode, const std::string& return_url) {
  json::Object data{{"contextTemplate", json::Object{{"contextActivities", json::Object{{"grouping", json::Array{activity(unit.publisher_id)}}}},
                                                     {"extensions", json::Object{{std::string(kSessionExtension), voice.session}}}}},
                    {"launchMode", name_of(mode)},
                    {"moveOn", name_of(unit.move_on)}};
  if (unit.mastery_score) data.set("masteryScore", *unit.mastery_score);
  if (unit.launch_parameters) data.set("launchParameters", *unit.launch_parameters);
  if (unit.entitlement_key) data.set("entitlementKey", json::Object{{"courseStructure", *unit.entitlement_key}});
  if (!return_url.empty()) data.set("returnURL", return_url);
  return data;
}

}  // namespace banmo::events
