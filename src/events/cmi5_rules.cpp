// SPDX-License-Identifier: Apache-2.0
#include "events/cmi5_rules.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/text.h"
#include "events/members.h"
#include "events/named.h"

namespace banmo::events {
namespace {

Error wrong(const std::string& where, std::string_view member, std::string zh, std::string en) {
  return fail(ErrorCode::denied, "events.cmi5_statement", {std::move(zh), std::move(en)}, where + std::string(member));
}
Error out_of_turn(const std::string& where, std::string zh, std::string en) {
  return fail(ErrorCode::denied, "events.cmi5_order", {std::move(zh), std::move(en)}, where + ".verb.id");
}

// 9.5: what belongs to the result of a statement with this verb.
struct ResultRule {
  CourseVerb verb;
  bool has_duration = false, may_score = false;
  std::optional<bool> success, completion;
};
constexpr ResultRule kResults[] = {{CourseVerb::initialized, false, false, {}, {}},
                                   {CourseVerb::completed, true, false, {}, true},
                                   {CourseVerb::passed, true, true, true, {}},
                                   {CourseVerb::failed, true, true, false, {}},
                                   {CourseVerb::terminated, true, false, {}, {}}};

const ResultRule* rule_of(CourseVerb verb) {
  const auto found = std::find_if(std::begin(kResults), std::end(kResults), [&](const ResultRule& rule) { return rule.verb == verb; });
  return found == std::end(kResults) ? nullptr : &*found;
}

bool lists(const std::vector<Activity>& activities, std::string_view id) {
  return std::any_of(activities.begin(), activities.end(), [&](const Activity& activity) { return activity.id == id; });
}

const json::Value* extension(const json::Value& value, std::string_view member, std::string_view id) {
  const json::Value* holder = value.find(member);
  const json::Value* extensions = holder == nullptr ? nullptr : holder->find("extensions");
  return extensions == nullptr ? nullptr : extensions->find(id);
}

std::optional<double> number_of(const json::Value* value) {
  if (value == nullptr) return std::nullopt;
  if (const int64_t* whole = value->as_int()) return static_cast<double>(*whole);
  if (const double* real = value->as_double()) return *real;
  return std::nullopt;
}

// 9.6: what the context template gives stands in every statement of the session.
Result<> check_context(const CourseSession& session, const Statement& statement, const json::Value& value, const std::string& where) {
  if (statement.actor.kind != ActorKind::agent || statement.actor.ifi != session.actor)
    return wrong(where, ".actor", "参与者须为启动时给出的账号", "the actor is the account that the launch gave");
  // Else a unit could ask the store who stands behind an address by naming it.
  for (const Named& named : named_in(statement))
    if (named.ifi != session.actor)
      return wrong(where, named.where, "单元只能提及启动时给出的账号", "a unit names nobody but the account that the launch gave");
  if (text::lower_ascii(statement.context.registration) != session.registration)
    return wrong(where, ".context.registration", "registration 须为启动时给出的值", "registration is the one that the launch gave");
  const json::Value* id = extension(value, "context", kSessionExtension);
  if (id == nullptr || id->as_string() == nullptr || *id->as_string() != session.id)
    return wrong(where, ".context.extensions", "须带 LMS.LaunchData 中 contextTemplate 的会话标识（sessionid）",
                 "the session id of the contextTemplate in LMS.LaunchData stands in context.extensions");
  if (!lists(statement.context.grouping, session.publisher_id))
    return wrong(where, ".context.contextActivities.grouping", "须带 contextTemplate 中的 grouping（单元的发布者标识）",
                 "the grouping of the contextTemplate (the unit's publisher id) stands in contextActivities");
  if (!statement.id) return wrong(where, ".id", "单元发出的陈述须自带 id", "a unit gives each statement its id");
  if (!statement.timestamp) return wrong(where, ".timestamp", "陈述须带 timestamp", "a statement has a timestamp");
  if (statement.verb.id == kVoided) return wrong(where, ".verb.id", "单元不能作废陈述", "a unit does not void statements");
  return {};
}

Result<> check_progress(const json::Value& value, const std::string& where) {
  const json::Value* progress = extension(value, "result", kProgressExtension);
  if (progress == nullptr) return {};
  const auto number = number_of(progress);
  if (number && *number >= 0 && *number <= 100 && std::floor(*number) == *number) return {};
  return wrong(where, ".result.extensions", "进度（progress）须为 0 到 100 的整数", "progress is a whole number from 0 to 100");
}

// 9.5.1 and 9.6.3.2: the verb agrees with the score that the course asks for.
Result<> check_score(const CourseSession& session, CourseVerb verb, const Statement& statement, const json::Value& value, const std::string& where) {
  const Outcome& outcome = statement.outcome;
  if (outcome.raw && (!outcome.min || !outcome.max))
    return wrong(where, ".result.score", "有 raw 时须同时给出 min 和 max", "a score with raw has min and max too");
  if (outcome.scaled && *outcome.scaled < 0) return wrong(where, ".result.score.scaled", "scaled 须在 0 到 1 之间", "scaled is from 0 to 1");
  const json::Value* named = extension(value, "context", kMasteryExtension);
  const auto mastery = number_of(named);
  if (named != nullptr && mastery != session.mastery_score)
    return wrong(where, ".context.extensions", "masteryscore 须与 LMS.LaunchData 中的一致", "masteryscore is the one of LMS.LaunchData");
  if (!outcome.scaled || !session.mastery_score) return {};
  if (!mastery) return wrong(where, ".context.extensions", "按分数判定时须带 masteryscore", "a result by score names its masteryscore");
  const bool is_enough = *outcome.scaled >= *session.mastery_score;
  if (is_enough == (verb == CourseVerb::passed)) return {};
  return wrong(where, ".result.score.scaled", "分数与结论不符：达到 masteryScore 为 passed，否则为 failed",
               "score and verb disagree: passed from masteryScore on, failed below it");
}

Result<> check_result(const CourseSession& session, const ResultRule& rule, const Statement& statement, const json::Value& value,
                      const std::string& where) {
  const Outcome& outcome = statement.outcome;
  const bool has_score = outcome.scaled || outcome.raw || outcome.min || outcome.max;
  if (rule.has_duration && outcome.duration.empty()) return wrong(where, ".result.duration", "须有 duration", "duration is missing");
  if (outcome.success != rule.success)
    return wrong(where, ".result.success", "passed 须为 true，failed 须为 false，其他陈述不带 success",
                 "success is true with passed, false with failed, and absent otherwise");
  if (outcome.completion != rule.completion)
    return wrong(where, ".result.completion", "completed 须为 true，其他陈述不带 completion",
                 "completion is true with completed, and absent otherwise");
  if (has_score && !rule.may_score) return wrong(where, ".result.score", "只有 passed 和 failed 可带分数", "passed and failed alone have a score");
  return rule.may_score ? check_score(session, rule.verb, statement, value, where) : Result<>();
}

bool has(const std::vector<CourseDeed>& deeds, const CourseSession& session, CourseVerb verb) {
  return std::any_of(deeds.begin(), deeds.end(), [&](const CourseDeed& deed) { return deed.session_no == session.no && deed.verb == verb; });
}
bool has_ever(const std::vector<CourseDeed>& deeds, const CourseSession& session, CourseVerb verb) {
  return std::any_of(deeds.begin(), deeds.end(), [&](const CourseDeed& deed) { return deed.node == session.node && deed.verb == verb; });
}

// 9.3, the rules within a session and within a registration.
Result<> check_verb(const CourseSession& session, const std::vector<CourseDeed>& deeds, CourseVerb verb, const std::string& where) {
  const std::string name(name_of(verb));
  if (has(deeds, session, verb)) return out_of_turn(where, "一次会话中 " + name + " 只能出现一次", name + " stands once in a session");
  const bool judges = verb == CourseVerb::passed || verb == CourseVerb::failed;
  if (judges && (has(deeds, session, CourseVerb::passed) || has(deeds, session, CourseVerb::failed)))
    return out_of_turn(where, "一次会话中 passed 与 failed 只能有一个", "a session has passed or failed, not both");
  if (verb == CourseVerb::completed && has_ever(deeds, session, verb))
    return out_of_turn(where, "这个单元已记为 completed，不能再记", "the unit is completed in this registration already");
  if (judges && has_ever(deeds, session, CourseVerb::passed))
    return out_of_turn(where, "这个单元已记为 passed，不能再记 passed 或 failed", "the unit is passed in this registration already");
  return {};
}

}  // namespace

Error session_over(std::string where) {
  return fail(ErrorCode::denied, "events.cmi5_session_over",
              {"这次学习会话已经结束，请从课程页面重新启动", "this session is over: launch the unit again from the course's page"}, std::move(where));
}

Result<Said> check_said(const CourseSession& session, const Statement& statement, const json::Value& value, const std::string& where) {
  BANMO_DO(check_context(session, statement, value, where));
  BANMO_DO(check_progress(value, where));
  Said said{*statement.id, *statement.timestamp, {}, {}};
  const bool is_defined = lists(statement.context.category, kCmi5Category);
  const bool has_move_on = lists(statement.context.category, kMoveOnCategory);
  const bool judges = statement.outcome.success.has_value() || statement.outcome.completion.has_value();
  if (has_move_on != (is_defined && judges))
    return wrong(where, ".context.contextActivities.category", "带 success 或 completion 的 cmi5 陈述须有 moveon 类别，其他陈述不得有",
                 "cmi5 statements with success or completion have the category moveon, and no others");
  if (!is_defined) return said;
  const auto verb = course_verb_of(statement.verb.id);
  const ResultRule* rule = verb ? rule_of(*verb) : nullptr;
  if (rule == nullptr)
    return wrong(where, ".verb.id", "带 cmi5 类别的陈述只能用 initialized、completed、passed、failed、terminated",
                 "a statement with the category cmi5 has initialized, completed, passed, failed or terminated");
  const auto* object = std::get_if<Activity>(&statement.object);
  if (object == nullptr || object->id != session.activity)
    return wrong(where, ".object.id", "对象须为启动时给出的 activityId", "the object is the activityId that the launch gave");
  const bool is_frame = *verb == CourseVerb::initialized || *verb == CourseVerb::terminated;
  if (session.mode != LaunchMode::normal && !is_frame)
    return wrong(where, ".verb.id", "浏览或复习模式下不记成绩，只能发 initialized 与 terminated",
                 "a unit launched to browse or review says initialized and terminated alone");
  BANMO_DO(check_result(session, *rule, statement, value, where));
  said.verb = verb;
  said.score = statement.outcome.scaled;
  return said;
}

Result<> check_turn(const CourseSession& session, const std::vector<CourseDeed>& deeds, const Said& said, const std::string& where) {
  for (const CourseDeed& deed : deeds) {
    if (deed.session_no == session.no && deed.statement == said.id) return {};  // sent again: the store compares it
    if (deed.session_no != session.no) continue;
    if (deed.verb == CourseVerb::abandoned) return session_over(where);
    if (deed.verb == CourseVerb::terminated && said.at > deed.at) return session_over(where);
  }
  if (!has(deeds, session, CourseVerb::initialized)) {
    if (said.verb == CourseVerb::initialized) return {};
    return out_of_turn(where, "会话的第一条陈述须为 initialized", "initialized is the first statement of a session");
  }
  return said.verb ? check_verb(session, deeds, *said.verb, where) : Result<>();
}

Result<> check_place(const CourseSession& session, const DocumentPlace& place, bool writes) {
  const bool own_agent = place.agent == session.actor;
  const bool in_course = place.activity == session.course_activity || place.activity.starts_with(session.course_activity + "/");
  bool may = false;
  switch (place.kind) {
    case DocumentKind::state:
      may = own_agent && in_course && text::lower_ascii(place.registration) == session.registration;
      if (writes && (place.id == kLaunchData || place.id.empty())) may = false;  // 10.2.1: a unit leaves it as it is
      break;
    case DocumentKind::activity_profile: may = in_course && !writes; break;  // all learners of the course share it
    case DocumentKind::agent_profile: may = own_agent; break;
  }
  if (may) return {};
  return fail(
      ErrorCode::denied, "events.cmi5_place",
      {"学习会话的口令只能读写本人、本次注册、本课程的文档，且不能改 LMS.LaunchData 与课程共用的档案",
       "a session's token reaches documents of its own learner, registration and course, and changes neither LMS.LaunchData nor what learners "
       "share"});
}

}  // namespace banmo::events
