// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "events/reader.h"

namespace banmo::events {
namespace {

constexpr Rule kDefinitionRules[] = {{"name", Kind::language_map},
                                     {"description", Kind::language_map},
                                     {"type", Kind::iri},
                                     {"moreInfo", Kind::iri},
                                     {"extensions", Kind::extensions},
                                     {"interactionType", Kind::text},
                                     {"correctResponsesPattern", Kind::array},
                                     {"choices", Kind::array},
                                     {"scale", Kind::array},
                                     {"source", Kind::array},
                                     {"target", Kind::array},
                                     {"steps", Kind::array}};
constexpr std::string_view kInteractions[] = {"true-false",  "choice",     "fill-in", "long-fill-in", "matching",
                                              "performance", "sequencing", "likert",  "numeric",      "other"};
constexpr std::string_view kComponents[] = {"choices", "scale", "source", "target", "steps"};

Result<> check_components(const json::Value& list, const Place& place) {
  std::set<std::string> ids;
  int64_t index = 0;
  for (const json::Value& item : *list.as_array()) {
    const Place at{&place, {}, index++};
    BANMO_DO(check_members(item, at, {{"id", Kind::text, true}, {"description", Kind::language_map}}));
    if (!ids.insert(text_at(item, "id")).second)
      return mistake(at, "id", "repeated_component", {"同一列表中的 id 不能重复", "an id stands once in a list of components"});
  }
  return {};
}

Result<> check_interaction(const json::Value& definition, const Place& place) {
  const json::Value* type = definition.find("interactionType");
  if (type != nullptr && std::find(std::begin(kInteractions), std::end(kInteractions), *type->as_string()) == std::end(kInteractions))
    return mistake(place, "interactionType", "bad_interaction", {"未知的题型", "the specification knows no such type of interaction"});
  if (const json::Value* patterns = definition.find("correctResponsesPattern")) {
    const Place at{&place, "correctResponsesPattern"};
    int64_t index = 0;
    for (const json::Value& pattern : *patterns->as_array()) BANMO_DO(check_value(pattern, Place{&at, {}, index++}, Kind::text));
  }
  for (const std::string_view name : kComponents)
    if (const json::Value* list = definition.find(name)) BANMO_DO(check_components(*list, Place{&place, name}));
  const bool has_parts = definition.find("correctResponsesPattern") != nullptr ||
                         std::any_of(std::begin(kComponents), std::end(kComponents), [&](auto name) { return definition.find(name) != nullptr; });
  if (type == nullptr && has_parts)
    return mistake(place, "interactionType", "missing_member", {"有选项或答案时须写明题型", "choices and patterns need the type of interaction"});
  return {};
}

}  // namespace

Result<Activity> read_activity(const json::Value& value, const Place& place) {
  BANMO_DO(check_members(value, place, {{"objectType", Kind::text}, {"id", Kind::iri, true}, {"definition", Kind::object}}));
  const std::string type = text_at(value, "objectType");
  if (!type.empty() && type != "Activity") return mistake(place, "objectType", "bad_object_type", {"此处须为 Activity", "this must be Activity"});
  Activity activity{text_at(value, "id"), value.find("definition")};
  if (activity.definition != nullptr) {
    const Place at{&place, "definition"};
    BANMO_DO(check_members(*activity.definition, at, kDefinitionRules));
    BANMO_DO(check_interaction(*activity.definition, at));
  }
  return activity;
}

}  // namespace banmo::events
