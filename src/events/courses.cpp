// SPDX-License-Identifier: Apache-2.0
#include "events/courses.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "audit/audit.h"
#include "events/course_package.h"
#include "events/course_reach.h"
#include "events/course_store.h"
#include "events/look_up.h"

namespace banmo::events {
namespace {

using directory::OrgNo;
using directory::PersonNo;
using directory::Principal;
using directory::Right;

constexpr size_t kMaxKnown = 64, kMaxEnrolled = 200;

Error course_exists() {
  return fail(ErrorCode::conflict, "events.course_exists",
              {"本机构已有同一标识的课程；要换新版本，请先关闭原课程再导入",
               "this organisation has a course with this publisher's id: close that one first to import a new version"});
}

UnitProgress unit_of(const Course& course, size_t node, const std::vector<CourseDeed>& deeds) {
  UnitProgress unit;
  unit.node = node;
  unit.met = meets(course.structure.nodes[node].move_on, deeds, node);
  Instant judged;
  for (const CourseDeed& deed : deeds) {
    if (deed.node != node) continue;
    if (!unit.last_at || deed.at > *unit.last_at) unit.last_at = deed.at;
    unit.launched |= deed.verb == CourseVerb::launched;
    unit.completed |= deed.verb == CourseVerb::completed;
    unit.passed |= deed.verb == CourseVerb::passed;
    unit.failed |= deed.verb == CourseVerb::failed;
    unit.waived |= deed.verb == CourseVerb::waived;
    if (deed.score && deed.at >= judged) unit.score = deed.score, judged = deed.at;
  }
  return unit;
}

CourseProgress progress_of(const Course& course, CourseRegistration registration, const std::vector<CourseDeed>& deeds) {
  CourseProgress progress;
  progress.registration = std::move(registration);
  for (size_t i = 0; i < course.structure.nodes.size(); ++i) {
    if (course.structure.nodes[i].kind != NodeKind::au) continue;
    progress.units.push_back(unit_of(course, i, deeds));
    progress.n_met += progress.units.back().met ? 1 : 0;
  }
  for (const CourseDeed& deed : deeds)
    if (deed.node == 0 && deed.verb == CourseVerb::satisfied) progress.satisfied_at = deed.at;
  return progress;
}

}  // namespace

Result<> Courses::note(sql::Connection& connection, const std::string& by, std::string action, const Course& course, json::Object detail) const {
  const auto seq = audit::append(
      connection, {directory_.clock().now(), by, std::move(action), "course", course.id, course.org.value, std::move(detail)}, directory_.profile());
  return seq.ok() ? Result<>() : Result<>(seq.error());
}

Result<CoursePtr> Courses::load(sql::Connection& connection, int64_t no) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(no); found != known_.end()) return found->second;
  }
  BANMO_TRY(auto course, course_by_no(connection, no));
  if (!course) return no_such_course();
  auto shared = std::make_shared<const Course>(*std::move(course));
  if (shared->closed_at) return CoursePtr(shared);
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  known_[no] = shared;
  return CoursePtr(shared);
}

Result<CoursePtr> Courses::import(const Principal& by, OrgNo org, const std::string& file) {
  BANMO_DO(directory_.require(by, Right::datasets_import, org));
  BANMO_TRY(CoursePackage package, read_package(file));
  Course course;
  course.id = Uuid::next().to_string();
  course.org = org;
  course.publisher_id = package.structure.nodes[0].publisher_id;
  course.content_token = crypto::new_token();
  course.made_by = by.account_name;
  course.made_at = directory_.clock().now();
  course.structure = std::move(package.structure);
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(const bool exists, has_open_course(connection, org, course.publisher_id));
    if (exists) return course_exists();
    BANMO_TRY(course.no, next_no(connection, "cmi5_course"));
    BANMO_DO(add_course(connection, course, package.files));
    return note(connection, by.account_name, "course.import", course,
                {{"publisher_id", course.publisher_id}, {"n_nodes", course.structure.nodes.size()}, {"n_files", package.files.size()}});
  }));
  return std::make_shared<const Course>(std::move(course));
}

Result<CoursePage> Courses::list(const Principal& by, int64_t before_no, size_t limit) const {
  limit = std::clamp<size_t>(limit, 1, kMaxPage);
  const auto tree = directory_.orgs();
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  CoursePage page;
  int64_t before = before_no > 0 ? before_no : INT64_MAX;
  while (page.items.size() < limit) {
    BANMO_TRY(const auto some, courses_before(*lease, before, kMaxPage));
    for (const auto& [no, org] : some) {
      before = no;
      if (!sees_courses_of(by, *tree, org)) continue;
      BANMO_TRY(CoursePtr course, load(*lease, no));
      page.items.push_back(std::move(course));
      if (page.items.size() == limit) break;
    }
    if (some.size() < kMaxPage && (some.empty() || before == some.back().first)) return page;
  }
  page.next = before;
  return page;
}

Result<CoursePtr> Courses::course(const Principal& by, const std::string& id) const {
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const int64_t no, course_no_of(*lease, id));
  if (no == 0) return no_such_course();
  BANMO_TRY(CoursePtr course, load(*lease, no));
  if (!sees_courses_of(by, *directory_.orgs(), course->org)) return no_such_course();
  return course;
}

Result<CoursePtr> Courses::open_course(const Principal& by, const std::string& id) const {
  BANMO_TRY(CoursePtr found, course(by, id));
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const bool is_open, course_is_open(*lease, found->no));  // another process may have closed it
  if (is_open) return found;
  return fail(ErrorCode::conflict, "events.course_closed",
              {"课程已关闭，不能再注册或学习", "the course is closed: nobody is registered or launched any more"});
}

Result<> Courses::close(const Principal& by, const std::string& id) {
  BANMO_TRY(const CoursePtr course, open_course(by, id));
  BANMO_DO(directory_.require(by, Right::datasets_import, course->org));
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(close_course(connection, course->no, directory_.clock().now()));
    return note(connection, by.account_name, "course.close", *course, {});
  }));
  const std::lock_guard lock(mutex_);
  known_.erase(course->no);
  return {};
}

Result<std::vector<CourseRegistration>> Courses::enrol(const Principal& by, const std::string& id, const std::vector<PersonId>& people) {
  BANMO_TRY(const CoursePtr course, open_course(by, id));
  if (people.empty()) return enrol(by, *course, is_oneself(by), "no", {by.person.value});
  if (people.size() > kMaxEnrolled)
    return fail(ErrorCode::too_large, "events.too_many_people", {"一次最多 200 人", "200 people at once, at most"}, "$.people");
  std::vector<sql::Value> ids;
  for (const PersonId& person : std::set<PersonId>(people.begin(), people.end())) ids.emplace_back(person.to_string());
  return enrol(by, *course, teaches_or_is(directory_, by), "id", ids);
}

Result<std::vector<CourseRegistration>> Courses::enrol(const Principal& by, const Course& course, const std::string& predicate,
                                                       std::string_view column, const std::vector<sql::Value>& values) {
  std::vector<PersonNo> students;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(students, students_among(*lease, course.org, directory_.today(), predicate, column, values));
  }
  if (students.size() != values.size()) return no_such_student();
  BANMO_TRY(const auto accounts, events_.accounts(Principal::system(), course.org, "cmi5-" + std::to_string(course.no), students));
  std::vector<CourseRegistration> all, fresh;
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    fresh.clear();
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(all, registrations_of(connection, course.no, students));
    BANMO_TRY(int64_t no, next_no(connection, "cmi5_registration"));
    for (const RosterAccount& account : accounts) {
      const bool stands = std::any_of(all.begin(), all.end(), [&](const CourseRegistration& one) { return one.person == account.person; });
      if (stands) continue;
      fresh.push_back({no++, course.no, Uuid::next().to_string(), account.person, account.home_page, account.name, directory_.clock().now(), {}});
      BANMO_DO(add_registration(connection, fresh.back(), by.account_name));
    }
    if (fresh.empty()) return {};
    json::Array numbers;
    for (const CourseRegistration& one : fresh) numbers.emplace_back(one.person.value);
    return note(connection, by.account_name, "course.enrol", course, {{"people", std::move(numbers)}});
  }));
  if (!fresh.empty()) {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(all, registrations_of(*lease, course.no, students));
  }
  for (const CourseRegistration& one : all) BANMO_DO(settle(course, one, Uuid::next().to_string(), 0));  // 9.6.1: at the time of registration
  return all;
}

Result<ProgressPage> Courses::progress(const Principal& by, const std::string& id, OrgNo org, int64_t after_no, size_t limit) const {
  limit = std::clamp<size_t>(limit, 1, kMaxPage);
  ProgressPage page;
  BANMO_TRY(page.course, course(by, id));
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(auto found, registrations_after(*lease, page.course->no, org, directory_.today(), reads_people(directory_, by), after_no, limit + 1));
  if (found.size() > limit) {
    found.resize(limit);
    page.next = found.back().no;
  }
  BANMO_TRY(const auto deeds, deeds_of_all(*lease, found));
  std::unordered_map<int64_t, std::vector<CourseDeed>> by_registration;
  for (const auto& [no, deed] : deeds) by_registration[no].push_back(deed);
  for (CourseRegistration& one : found) {
    const auto& said = by_registration[one.no];
    page.items.push_back(progress_of(*page.course, std::move(one), said));
  }
  return page;
}

Result<std::vector<ClassProgress>> Courses::classes(const Principal& by, const std::string& id, OrgNo after, size_t limit) const {
  BANMO_TRY(const CoursePtr course, this->course(by, id));
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  return classes_after(*lease, *course, directory_.today(), teaches(directory_, by), after, std::clamp<size_t>(limit, 1, kMaxPage));
}

Result<std::optional<CourseFile>> Courses::file(const std::string& content_token, const std::string& path) const {
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  return course_file(*lease, content_token, path);
}

}  // namespace banmo::events
