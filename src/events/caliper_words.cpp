// SPDX-License-Identifier: Apache-2.0
#include "events/caliper_words.h"

namespace banmo::events {
namespace {

struct VerbWord {
  std::string_view event;  // empty: of any event
  std::string_view action, verb;
};
// The first that fits counts.
constexpr VerbWord kVerbs[] = {
    {"AssessmentEvent", "Started", "http://adlnet.gov/expapi/verbs/attempted"},
    {"AssessmentItemEvent", "Started", "http://adlnet.gov/expapi/verbs/attempted"},
    {"AssessmentItemEvent", "Completed", "http://adlnet.gov/expapi/verbs/answered"},
    {"MediaEvent", "Started", "https://w3id.org/xapi/video/verbs/played"},
    {"MediaEvent", "Restarted", "https://w3id.org/xapi/video/verbs/played"},
    {"MediaEvent", "Resumed", "https://w3id.org/xapi/video/verbs/played"},
    {"MediaEvent", "Paused", "https://w3id.org/xapi/video/verbs/paused"},
    {"MediaEvent", "JumpedTo", "https://w3id.org/xapi/video/verbs/seeked"},
    {"MediaEvent", "Rewound", "https://w3id.org/xapi/video/verbs/seeked"},
    {"MediaEvent", "Ended", "http://adlnet.gov/expapi/verbs/completed"},
    {"", "Started", "http://adlnet.gov/expapi/verbs/initialized"},
    {"", "Completed", "http://adlnet.gov/expapi/verbs/completed"},
    {"", "Ended", "http://adlnet.gov/expapi/verbs/terminated"},
    {"", "Paused", "http://adlnet.gov/expapi/verbs/suspended"},
    {"", "Resumed", "http://adlnet.gov/expapi/verbs/resumed"},
    {"", "Abandoned", "https://w3id.org/xapi/adl/verbs/abandoned"},
    {"", "Submitted", "http://activitystrea.ms/schema/1.0/submit"},
    {"", "Graded", "http://adlnet.gov/expapi/verbs/scored"},
    {"", "Commented", "http://adlnet.gov/expapi/verbs/commented"},
    {"", "Shared", "http://adlnet.gov/expapi/verbs/shared"},
    {"", "LoggedIn", "https://w3id.org/xapi/adl/verbs/logged-in"},
    {"", "LoggedOut", "https://w3id.org/xapi/adl/verbs/logged-out"},
    {"", "Viewed", "http://id.tincanapi.com/verb/viewed"},
    {"", "NavigatedTo", "http://id.tincanapi.com/verb/viewed"},
};

struct TypeWord {
  std::string_view type, activity_type;
};
constexpr TypeWord kTypes[] = {
    {"Assessment", "http://adlnet.gov/expapi/activities/assessment"},
    {"AssessmentItem", "http://adlnet.gov/expapi/activities/question"},
    {"AssignableDigitalResource", "http://id.tincanapi.com/activitytype/school-assignment"},
    {"Chapter", "http://id.tincanapi.com/activitytype/chapter"},
    {"CourseOffering", "http://adlnet.gov/expapi/activities/course"},
    {"CourseSection", "http://adlnet.gov/expapi/activities/course"},
    {"Document", "http://id.tincanapi.com/activitytype/document"},
    {"Forum", "http://id.tincanapi.com/activitytype/discussion"},
    {"LearningObjective", "http://adlnet.gov/expapi/activities/objective"},
    {"MediaObject", "http://adlnet.gov/expapi/activities/media"},
    {"SoftwareApplication", "http://activitystrea.ms/schema/1.0/application"},
    {"VideoObject", "https://w3id.org/xapi/video/activity-type/video"},
    {"WebPage", "http://activitystrea.ms/schema/1.0/page"},
};

}  // namespace

std::string verb_of(std::string_view event, std::string_view action) {
  for (const VerbWord& word : kVerbs)
    if (word.action == action && (word.event.empty() || word.event == event)) return std::string(word.verb);
  return "http://purl.imsglobal.org/caliper/actions/" + std::string(action);
}

std::string activity_type_of(std::string_view type) {
  for (const TypeWord& word : kTypes)
    if (word.type == type) return std::string(word.activity_type);
  return "http://purl.imsglobal.org/caliper/" + std::string(type);
}

}  // namespace banmo::events
