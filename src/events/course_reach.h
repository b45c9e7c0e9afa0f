// SPDX-License-Identifier: Apache-2.0
// Inside the room: who may see and do what in courses, from the rights that there are. Predicates are SQL over a student's membership `m` (org_no,
// person_no). Thread-safe.
#pragma once

#include <string>

#include "base/result.h"
#include "directory/directory.h"

namespace banmo::events {

// Courses are seen by who stands in or below their organisation, and by staff who reach it from above.
bool sees_courses_of(const directory::Principal& by, const directory::OrgTree& tree, directory::OrgNo org);
// Whose progress is read: by people_read at L3 (a student's own, a guardian's children's, a teacher's classes', a school's).
std::string reads_people(const directory::Directory& directory, const directory::Principal& by);
// The same without what somebody has as a student or guardian: who is registered, waived and counted.
std::string teaches(const directory::Directory& directory, const directory::Principal& by);
std::string teaches_or_is(const directory::Directory& directory, const directory::Principal& by);
std::string is_oneself(const directory::Principal& by);  // as a student

Error no_such_course();
Error no_such_student();
Error no_such_unit();

}  // namespace banmo::events
