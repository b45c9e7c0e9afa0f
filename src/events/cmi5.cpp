// SPDX-License-Identifier: Apache-2.0
#include "events/cmi5.h"

#include <algorithm>
#include <iterator>

namespace banmo::events {
namespace {

constexpr std::string_view kMoveOns[] = {"NotApplicable", "Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed"};
constexpr std::string_view kModes[] = {"Normal", "Browse", "Review"};

struct VerbWord {
  std::string_view name, iri;
};
// In the order of CourseVerb.
constexpr VerbWord kVerbs[] = {
    {"launched", "http://adlnet.gov/expapi/verbs/launched"},   {"initialized", "http://adlnet.gov/expapi/verbs/initialized"},
    {"completed", "http://adlnet.gov/expapi/verbs/completed"}, {"passed", "http://adlnet.gov/expapi/verbs/passed"},
    {"failed", "http://adlnet.gov/expapi/verbs/failed"},       {"abandoned", "https://w3id.org/xapi/adl/verbs/abandoned"},
    {"waived", "https://w3id.org/xapi/adl/verbs/waived"},      {"terminated", "http://adlnet.gov/expapi/verbs/terminated"},
    {"satisfied", "https://w3id.org/xapi/adl/verbs/satisfied"}};

bool has(const std::vector<CourseDeed>& deeds, size_t node, CourseVerb verb) {
  return std::any_of(deeds.begin(), deeds.end(), [&](const CourseDeed& deed) { return deed.node == node && deed.verb == verb; });
}

}  // namespace

std::string_view name_of(MoveOn move_on) { return kMoveOns[static_cast<size_t>(move_on)]; }
std::string_view name_of(LaunchMode mode) { return kModes[static_cast<size_t>(mode)]; }
std::string_view name_of(CourseVerb verb) { return kVerbs[static_cast<size_t>(verb)].name; }
std::string_view iri_of(CourseVerb verb) { return kVerbs[static_cast<size_t>(verb)].iri; }

std::optional<MoveOn> move_on_of(std::string_view name) {
  const auto found = std::find(std::begin(kMoveOns), std::end(kMoveOns), name);
  return found == std::end(kMoveOns) ? std::nullopt : std::optional(static_cast<MoveOn>(found - std::begin(kMoveOns)));
}

std::optional<CourseVerb> course_verb_of(std::string_view iri) {
  const auto found = std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const VerbWord& word) { return word.iri == iri; });
  return found == std::end(kVerbs) ? std::nullopt : std::optional(static_cast<CourseVerb>(found - std::begin(kVerbs)));
}

bool meets(MoveOn move_on, const std::vector<CourseDeed>& deeds, size_t node) {
  if (has(deeds, node, CourseVerb::waived)) return true;
  const bool passed = has(deeds, node, CourseVerb::passed), completed = has(deeds, node, CourseVerb::completed);
  switch (move_on) {
    case MoveOn::not_applicable: return true;
    case MoveOn::passed: return passed;
    case MoveOn::completed: return completed;
    case MoveOn::completed_and_passed: return completed && passed;
    case MoveOn::completed_or_passed: return completed || passed;
  }
  return false;
}

std::vector<size_t> newly_satisfied(const CourseStructure& course, const std::vector<CourseDeed>& deeds) {
  std::vector<bool> done(course.nodes.size(), true);
  std::vector<size_t> found;
  for (size_t i = course.nodes.size(); i-- > 0;) {  // children stand behind their parents
    const CourseNode& node = course.nodes[i];
    if (node.kind == NodeKind::au) done[i] = meets(node.move_on, deeds, i);
    if (!done[i] && node.parent >= 0) done[static_cast<size_t>(node.parent)] = false;
    if (done[i] && node.kind != NodeKind::au && !has(deeds, i, CourseVerb::satisfied)) found.push_back(i);
  }
  return found;
}

std::string activity_of(std::string_view home_page, std::string_view course_id, size_t node) {
  std::string id = std::string(home_page) + "/courses/" + std::string(course_id);
  return node == 0 ? id : id + "/" + std::to_string(node);
}

}  // namespace banmo::events
