// SPDX-License-Identifier: Apache-2.0
#include "events/course_reach.h"

#include <algorithm>

namespace banmo::events {
namespace {

using directory::Principal;
using directory::Right;
using directory::Role;

bool is_learner(Role role) { return role == Role::student || role == Role::guardian; }

}  // namespace

bool sees_courses_of(const Principal& by, const directory::OrgTree& tree, directory::OrgNo org) {
  if (by.internal) return true;
  return by.has(Right::datasets_read) && std::any_of(by.grants.begin(), by.grants.end(), [&](const directory::Grant& grant) {
           if (!directory::may(grant.role, Right::datasets_read)) return false;
           return tree.is_within(grant.org, org) || (!is_learner(grant.role) && tree.is_within(org, grant.org));
         });
}

std::string reads_people(const directory::Directory& directory, const Principal& by) {
  return directory.scope(by, Right::people_read, {"org", "person", pack::Level::l3}).predicate("m.org_no", "m.person_no");
}

std::string teaches(const directory::Directory& directory, const Principal& by) {
  Principal staff = by;
  std::erase_if(staff.grants, [](const directory::Grant& grant) { return is_learner(grant.role); });
  staff.person = {};
  staff.wards.clear();
  return reads_people(directory, staff);
}

std::string is_oneself(const Principal& by) {
  const bool is_student = std::any_of(by.grants.begin(), by.grants.end(), [](const directory::Grant& grant) { return grant.role == Role::student; });
  return is_student && by.person.value != 0 ? "m.person_no = " + std::to_string(by.person.value) : "1=0";
}

std::string teaches_or_is(const directory::Directory& directory, const Principal& by) {
  return "(" + teaches(directory, by) + " OR " + is_oneself(by) + ")";
}

Error no_such_course() {
  return fail(ErrorCode::not_found, "events.no_such_course",
              {"没有这门课程，或不在您的范围", "there is no such course, or it is outside your scope"});
}
Error no_such_student() {
  return fail(
      ErrorCode::not_found, "events.no_such_student",
      {"其中有人不是课程所属机构的在校学生，或不在您的范围", "somebody here is no student of the course's organisation, or outside your scope"},
      "$.people");
}
Error no_such_unit() { return fail(ErrorCode::not_found, "events.no_such_unit", {"课程里没有这个单元", "the course has no such unit"}, "$.unit"); }

}  // namespace banmo::events
