// SPDX-License-Identifier: Apache-2.0
// Courses that are launched (cmi5): packages with their files, who is registered, sessions with their tokens, and how far everybody is. A course
// belongs to an organisation; it is for the students in and below it, and is seen by whoever stands there or above. Units speak to the xAPI store
// under a token that reaches one learner, one registration and one course; what they say is held against the rules of their session in the
// transaction that stores it. Every change is audited in its transaction. Thread-safe. Tables: events_migrations().
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "events/cmi5.h"
#include "events/events.h"

namespace banmo::events {

struct Course {
  int64_t no = 0;
  std::string id, publisher_id, content_token, made_by;
  directory::OrgNo org;
  CourseStructure structure;
  Instant made_at;
  std::optional<Instant> closed_at;
};
using CoursePtr = std::shared_ptr<const Course>;
struct CoursePage {
  std::vector<CoursePtr> items;  // newest first
  int64_t next = 0;              // 0: that was all
};

struct CourseRegistration {
  int64_t no = 0, course_no = 0;
  std::string id;
  directory::PersonNo person;
  std::string home_page, account;  // as whom units know the person
  Instant made_at;
  std::string person_id;
};

struct LaunchRequest {
  size_t node = 0;
  LaunchMode mode = LaunchMode::normal;
  std::string content_base;  // "https://host/cmi5/content/": where files of packages are found
  std::string return_url;
};
struct Launch {
  std::string session, registration, activity;
  std::string url;    // of the unit, absolute
  std::string actor;  // JSON
  std::string fetch_word;
  bool own_window = false;
  Instant expires_at;
};
// What the fetch address answers (8.2): a token, or the code of an error.
struct FetchAnswer {
  std::string token;
  int error = 0;  // 1: used or expired, 2: no such word
};

// How far somebody is with a unit.
struct UnitProgress {
  size_t node = 0;
  bool launched = false, completed = false, passed = false, failed = false, waived = false, met = false;
  std::optional<double> score;  // scaled, of the last judgement
  std::optional<Instant> last_at;
};
struct CourseProgress {
  CourseRegistration registration;
  std::vector<UnitProgress> units;  // in the order of the course
  int64_t n_met = 0;
  std::optional<Instant> satisfied_at;
};
struct ProgressPage {
  CoursePtr course;
  std::vector<CourseProgress> items;
  int64_t next = 0;
};
struct ClassProgress {
  directory::OrgNo class_org;
  int64_t n_students = 0, n_registered = 0, n_satisfied = 0;
};

struct CourseFile {
  std::string content_type, content;
};

class Courses {
 public:
  // Both must outlive it.
  Courses(directory::Directory& directory, Events& events) : directory_(directory), events_(events) {}

  // `file` is a zip with cmi5.xml, or that file alone; all or nothing. Right datasets_import over `org`. Errors: as read_course; invalid
  // "events.cmi5_package", "directory.not_a_zip"; too_large; conflict "events.course_exists" while another with its publisher's id is open there.
  Result<CoursePtr> import(const directory::Principal& by, directory::OrgNo org, const std::string& file);
  Result<CoursePage> list(const directory::Principal& by, int64_t before_no, size_t limit) const;
  Result<CoursePtr> course(const directory::Principal& by, const std::string& id) const;  // not_found "events.no_such_course"
  Result<> close(const directory::Principal& by, const std::string& id);                  // right as import; nothing is launched any more

  // `people` empty: oneself. Else (who teaches or administers them: right people_read, or oneself) students of the course's organisation, at most 200
  // at once. Who is registered stays so. Errors: not_found "events.no_such_student"; conflict "events.course_closed".
  Result<std::vector<CourseRegistration>> enrol(const directory::Principal& by, const std::string& id, const std::vector<PersonId>& people);
  // Oneself, registered if need be. What was open in the registration is abandoned. Errors: as enrol; not_found "events.no_such_unit".
  Result<Launch> launch(const directory::Principal& by, const std::string& id, const LaunchRequest& request);
  // By who teaches or administers the learner. Errors: not_found "events.no_such_registration", "events.no_such_unit"; conflict
  // "events.course_waived".
  Result<> waive(const directory::Principal& by, const std::string& id, const std::string& registration, size_t node, const std::string& reason);
  // Of those whom `by` may see (right people_read, L3): all, or those in `org`; by registration number. From the statements that were stored.
  Result<ProgressPage> progress(const directory::Principal& by, const std::string& id, directory::OrgNo org, int64_t after_no, size_t limit) const;
  // Classes in which somebody is registered, of those whom `by` teaches or administers; ascending after `after`.
  Result<std::vector<ClassProgress>> classes(const directory::Principal& by, const std::string& id, directory::OrgNo after, size_t limit) const;

  // For units. authenticate: `name` begins with kSessionName. Errors: unauthenticated "events.bad_key"; denied "events.cmi5_session_over".
  Result<FetchAnswer> fetch(const std::string& word);
  Result<std::shared_ptr<const Key>> authenticate(const std::string& name, std::string_view secret) const;
  // As Events::store, by the rules of the key's session. Errors besides: denied "events.cmi5_statement", "events.cmi5_order",
  // "events.cmi5_session_over".
  Result<std::vector<std::string>> store(const Key& key, Version version, std::string_view body, const std::optional<Uuid>& put_id,
                                         const std::vector<Content>& contents);
  Result<std::optional<CourseFile>> file(const std::string& content_token, const std::string& path) const;

  static constexpr std::string_view kSessionName = "cmi5_";
  static constexpr int64_t kSessionMicros = int64_t{12} * 3600 * 1'000'000;
  static constexpr size_t kMaxPage = 200;

 private:
  Result<CoursePtr> load(sql::Connection& connection, int64_t no) const;
  Result<CoursePtr> open_course(const directory::Principal& by, const std::string& id) const;
  Result<std::vector<CourseRegistration>> enrol(const directory::Principal& by, const Course& course, const std::string& predicate,
                                                std::string_view column, const std::vector<sql::Value>& values);
  Result<std::shared_ptr<const Key>> key_of(directory::OrgNo org);
  Result<Launch> launch_once(const directory::Principal& by, const Course& course, const CourseRegistration& registration,
                             const LaunchRequest& request);
  Result<> settle(const Course& course, const CourseRegistration& registration, const std::string& session, int64_t session_no);
  // The first of `nodes` that fit in a request. false: somebody else is telling them.
  Result<bool> tell_satisfied(const Course& course, const CourseRegistration& registration, const std::string& session, int64_t session_no,
                              const std::vector<size_t>& nodes);
  Result<> note(sql::Connection& connection, const std::string& by, std::string action, const Course& course, json::Object detail) const;

  directory::Directory& directory_;
  Events& events_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<int64_t, CoursePtr> known_;  // nothing of a course changes but its closing, which forgets it
};

}  // namespace banmo::events
