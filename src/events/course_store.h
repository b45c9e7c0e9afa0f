// SPDX-License-Identifier: Apache-2.0
// Inside the room: the tables of courses. Free functions over a connection of the ledger; thread-safe as the connection is.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "crypto/crypto.h"
#include "events/courses.h"
#include "sql/sql.h"

namespace banmo::events {

// A session as it stands in its table.
struct SessionRow {
  CourseSession session;  // without what the course says of its unit
  int64_t key_no = 0;
  directory::OrgNo org;  // the course's
  Instant last_at, expires_at;
  std::optional<Instant> ended_at;
  bool has_token = false;
  bool may_go_on = true;  // the learner is still a student of the course's organisation, with an account that is open
  std::string secret_hash;
};
struct PackageFile {
  std::string path, content_type, content;
};

// As it stands in Actor::ifi.
std::string identifier_of(const std::string& home_page, const std::string& account);

// Numbers are given under lock_writer.
Result<int64_t> next_no(sql::Connection& connection, std::string_view table);

Result<> add_course(sql::Connection& connection, const Course& course, std::span<const PackageFile> files);
Result<std::optional<Course>> course_by_no(sql::Connection& connection, int64_t no);
Result<int64_t> course_no_of(sql::Connection& connection, const std::string& id);  // 0: none
Result<bool> has_open_course(sql::Connection& connection, directory::OrgNo org, const std::string& publisher_id);
Result<std::vector<std::pair<int64_t, directory::OrgNo>>> courses_before(sql::Connection& connection, int64_t before_no, size_t limit);
Result<bool> course_is_open(sql::Connection& connection, int64_t no);
Result<> close_course(sql::Connection& connection, int64_t no, Instant now);
Result<std::optional<CourseFile>> course_file(sql::Connection& connection, const std::string& content_token, const std::string& path);

Result<int64_t> course_key(sql::Connection& connection, directory::OrgNo org);  // 0: none
Result<> set_course_key(sql::Connection& connection, directory::OrgNo org, int64_t key_no);

// Students of `org` today among those whose p.<column> is one of `values`, as `predicate` over m.org_no and m.person_no lets them be seen.
Result<std::vector<directory::PersonNo>> students_among(sql::Connection& connection, directory::OrgNo org, Date today, const std::string& predicate,
                                                        std::string_view column, const std::vector<sql::Value>& values);
Result<> add_registration(sql::Connection& connection, const CourseRegistration& registration, const std::string& by);
Result<std::vector<CourseRegistration>> registrations_of(sql::Connection& connection, int64_t course_no,
                                                         const std::vector<directory::PersonNo>& people);
// One by its id, of a course, whose person is a student today as `predicate` says.
Result<std::optional<CourseRegistration>> registration_by_id(sql::Connection& connection, int64_t course_no, const std::string& id, Date today,
                                                             const std::string& predicate);
Result<std::optional<CourseRegistration>> registration_by_no(sql::Connection& connection, int64_t no);
// Ascending after `after_no`; `org` 0: wherever `predicate` reaches.
Result<std::vector<CourseRegistration>> registrations_after(sql::Connection& connection, int64_t course_no, directory::OrgNo org, Date today,
                                                            const std::string& predicate, int64_t after_no, size_t limit);
Result<std::vector<ClassProgress>> classes_after(sql::Connection& connection, const Course& course, Date today, const std::string& predicate,
                                                 directory::OrgNo after, size_t limit);

Result<> add_session(sql::Connection& connection, const SessionRow& row, const crypto::Hash& fetch_hash);
Result<std::vector<SessionRow>> open_sessions(sql::Connection& connection, int64_t registration_no);  // by number
Result<std::optional<SessionRow>> session_by_fetch(sql::Connection& connection, const crypto::Hash& fetch_hash, Date today);
Result<std::optional<SessionRow>> session_by_id(sql::Connection& connection, const std::string& id, Date today);
Result<> set_token(sql::Connection& connection, int64_t session_no, const crypto::Hash& secret_hash);
Result<> touch_session(sql::Connection& connection, int64_t session_no, Instant at, bool ends);

Result<std::vector<CourseDeed>> deeds_of(sql::Connection& connection, int64_t registration_no);
Result<std::vector<std::pair<int64_t, CourseDeed>>> deeds_of_all(sql::Connection& connection, const std::vector<CourseRegistration>& registrations);
Result<> add_deed(sql::Connection& connection, int64_t registration_no, const CourseDeed& deed);

}  // namespace banmo::events
