// SPDX-License-Identifier: Apache-2.0
// The words of cmi5 (AICC's profile of xAPI for courses that are launched): a course's structure, what is required of its units, and a session in
// which a learner works through one. Pure. Section numbers in this room's comments are those of the cmi5 specification.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace banmo::events {

enum class MoveOn { not_applicable, passed, completed, completed_and_passed, completed_or_passed };
enum class LaunchMode { normal, browse, review };
enum class NodeKind { course, block, au };  // au: an assignable unit, which is launched
using LanguageMap = std::map<std::string, std::string>;

std::string_view name_of(MoveOn move_on);   // "CompletedAndPassed"
std::string_view name_of(LaunchMode mode);  // "Normal"
std::optional<MoveOn> move_on_of(std::string_view name);

// A node of a course's tree. Nodes stand in the order of the file, a parent before its children; the first is the course itself.
struct CourseNode {
  NodeKind kind = NodeKind::au;
  int64_t parent = -1;       // position in the list
  std::string publisher_id;  // as the file says; ours is activity_of()
  LanguageMap title, description;
  std::vector<std::string> objectives;
  // Of units alone.
  std::string url;  // absolute, or the path of a file in the package
  MoveOn move_on = MoveOn::not_applicable;
  std::optional<double> mastery_score;  // 0..1
  bool own_window = false;
  std::optional<std::string> launch_parameters, entitlement_key, activity_type;
};
struct CourseStructure {
  std::vector<CourseNode> nodes;
};

// What is said of a unit, a block or a course; as it stands in the table.
enum class CourseVerb : int64_t { launched, initialized, completed, passed, failed, abandoned, waived, terminated, satisfied };
std::string_view iri_of(CourseVerb verb);
std::string_view name_of(CourseVerb verb);
std::optional<CourseVerb> course_verb_of(std::string_view iri);

// One such statement that was stored.
struct CourseDeed {
  int64_t session_no = 0;  // 0: outside of any launch
  size_t node = 0;
  CourseVerb verb = CourseVerb::launched;
  Uuid statement;
  Instant at;  // the statement's own time
  std::optional<double> score;
};

// 13.1.4 moveOn: whether a unit is done with, by what was said of it in a registration.
bool meets(MoveOn move_on, const std::vector<CourseDeed>& deeds, size_t node);
// 9.3.9: blocks and the course all of whose units are done with, inner ones first; those that `deeds` call satisfied already are left out.
std::vector<size_t> newly_satisfied(const CourseStructure& course, const std::vector<CourseDeed>& deeds);

// A learner's session with one unit: what the key that was given out for it may speak of.
struct CourseSession {
  int64_t no = 0, registration_no = 0, course_no = 0;
  size_t node = 0;
  std::string id, registration;  // UUIDs
  std::string actor;             // its identifier, as in Actor::ifi
  std::string course_activity;   // our id of the course; activities of the course begin with it and "/"
  std::string activity;          // of the unit
  std::string publisher_id;
  LaunchMode mode = LaunchMode::normal;
  std::optional<double> mastery_score;
  Instant launched_at;
};

// Our ids (9.4, 8.1.5): never the publisher's.
std::string activity_of(std::string_view home_page, std::string_view course_id, size_t node);

// Fixed words.
inline constexpr std::string_view kCmi5Category = "https://w3id.org/xapi/cmi5/context/categories/cmi5";
inline constexpr std::string_view kMoveOnCategory = "https://w3id.org/xapi/cmi5/context/categories/moveon";
inline constexpr std::string_view kSessionExtension = "https://w3id.org/xapi/cmi5/context/extensions/sessionid";
inline constexpr std::string_view kMasteryExtension = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore";
inline constexpr std::string_view kLaunchModeExtension = "https://w3id.org/xapi/cmi5/context/extensions/launchmode";
inline constexpr std::string_view kLaunchUrlExtension = "https://w3id.org/xapi/cmi5/context/extensions/launchurl";
inline constexpr std::string_view kMoveOnExtension = "https://w3id.org/xapi/cmi5/context/extensions/moveon";
inline constexpr std::string_view kLaunchParametersExtension = "https://w3id.org/xapi/cmi5/context/extensions/launchparameters";
inline constexpr std::string_view kReasonExtension = "https://w3id.org/xapi/cmi5/result/extensions/reason";
inline constexpr std::string_view kProgressExtension = "https://w3id.org/xapi/cmi5/result/extensions/progress";
inline constexpr std::string_view kLaunchData = "LMS.LaunchData";
inline constexpr std::string_view kPreferences = "cmi5LearnerPreferences";

}  // namespace banmo::events
