// SPDX-License-Identifier: Apache-2.0
#include "events/course_store.h"

#include "events/look_up.h"
#include "json/describe.h"

namespace banmo::events {

template <class V>
void describe_enum(V& v, NodeKind*) {
  v.value("course", NodeKind::course);
  v.value("block", NodeKind::block);
  v.value("au", NodeKind::au);
}
template <class V>
void describe_enum(V& v, MoveOn*) {
  v.value("NotApplicable", MoveOn::not_applicable);
  v.value("Passed", MoveOn::passed);
  v.value("Completed", MoveOn::completed);
  v.value("CompletedAndPassed", MoveOn::completed_and_passed);
  v.value("CompletedOrPassed", MoveOn::completed_or_passed);
}
template <class V>
void describe(V& v, CourseNode& x) {
  v.field("kind", x.kind);
  v.field("parent", x.parent);
  v.field("publisher_id", x.publisher_id);
  v.field("title", x.title);
  v.field("description", x.description);
  v.field("objectives", x.objectives);
  v.field("url", x.url);
  v.field("move_on", x.move_on);
  v.field("mastery_score", x.mastery_score);
  v.field("own_window", x.own_window);
  v.field("launch_parameters", x.launch_parameters);
  v.field("entitlement_key", x.entitlement_key);
  v.field("activity_type", x.activity_type);
}

namespace {

using directory::OrgNo;
using directory::PersonNo;

constexpr std::string_view kAddCourse =
    "INSERT INTO cmi5_course (no, id, org_no, publisher_id, title, structure, content_token, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, "
    "$8, "
    "$9)";
constexpr std::string_view kCourse =
    "SELECT no, id, org_no, publisher_id, structure, content_token, made_by, made_at, closed_at FROM cmi5_course WHERE no = $1";
constexpr std::string_view kCourseNo = "SELECT no FROM cmi5_course WHERE id = $1";
constexpr std::string_view kOpenCourse = "SELECT no FROM cmi5_course WHERE org_no = $1 AND publisher_id = $2 AND closed_at IS NULL";
constexpr std::string_view kCoursesBefore = "SELECT no, org_no FROM cmi5_course WHERE no < $1 AND closed_at IS NULL ORDER BY no DESC LIMIT $2";
constexpr std::string_view kIsOpen = "SELECT 1 FROM cmi5_course WHERE no = $1 AND closed_at IS NULL";
constexpr std::string_view kClose = "UPDATE cmi5_course SET closed_at = $2 WHERE no = $1";
constexpr std::string_view kFile =
    "SELECT f.content_type, f.content FROM cmi5_file f JOIN cmi5_course c ON c.no = f.course_no WHERE c.content_token = $1 AND f.path = $2 AND "
    "c.closed_at IS NULL";
constexpr std::string_view kKey = "SELECT key_no FROM cmi5_key WHERE org_no = $1";
constexpr std::string_view kSetKey =
    "INSERT INTO cmi5_key (org_no, key_no) VALUES ($1, $2) ON CONFLICT (org_no) DO UPDATE SET key_no = excluded.key_no";
constexpr std::string_view kStudents =
    "SELECT DISTINCT p.no FROM person p JOIN membership m ON m.person_no = p.no JOIN org_closure c ON c.org_no = m.org_no WHERE c.ancestor_no = $1 "
    "AND "
    "m.role = 'student' AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2) AND ";
constexpr std::string_view kAddRegistration =
    "INSERT INTO cmi5_registration (no, id, course_no, person_no, home_page, account, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kRegistration =
    "SELECT r.no, r.id, r.course_no, r.person_no, r.home_page, r.account, r.made_at, p.id FROM cmi5_registration r JOIN "
    "person p ON p.no = r.person_no WHERE ";
// A registration's person is a student today whom the reader may see: completed by a predicate over m.
constexpr std::string_view kSeen =
    "EXISTS (SELECT 1 FROM membership m WHERE m.person_no = r.person_no AND m.role = 'student' AND m.valid_from <= $2 AND (m.valid_to IS NULL OR "
    "m.valid_to > $2) AND ";
constexpr std::string_view kClasses =
    "SELECT m.org_no, COUNT(DISTINCT m.person_no), COUNT(DISTINCT r.person_no), COUNT(DISTINCT d.registration_no) FROM membership m JOIN org o ON "
    "o.no = "
    "m.org_no JOIN org_closure c ON c.org_no = m.org_no LEFT JOIN cmi5_registration r ON r.person_no = m.person_no AND r.course_no = $1 LEFT JOIN "
    "cmi5_deed d ON d.registration_no = r.no AND d.node = 0 AND d.verb = 8 WHERE m.role = 'student' AND m.valid_from <= $2 AND (m.valid_to IS NULL "
    "OR "
    "m.valid_to > $2) AND o.kind = 'class' AND c.ancestor_no = $3 AND m.org_no > $4 AND ";
constexpr std::string_view kAddSession =
    "INSERT INTO cmi5_session (no, id, registration_no, key_no, node, mode, fetch_hash, launched_at, last_at, expires_at) VALUES ($1, $2, $3, $4, "
    "$5, "
    "$6, $7, $8, $9, $10)";
constexpr std::string_view kSession =
    "SELECT s.no, s.id, s.registration_no, s.key_no, s.node, s.mode, s.secret_hash, s.launched_at, s.last_at, s.expires_at, s.ended_at, r.id, "
    "r.home_page, r.account, r.course_no, c.org_no";
constexpr std::string_view kFromSession =
    " FROM cmi5_session s JOIN cmi5_registration r ON r.no = s.registration_no JOIN cmi5_course c ON c.no = r.course_no WHERE ";
// Asked anew for each request: who left, or whose account was closed, learns no further.
constexpr std::string_view kMayGoOn =
    ", (EXISTS (SELECT 1 FROM account a WHERE a.person_no = r.person_no AND a.enabled) AND EXISTS (SELECT 1 FROM membership m JOIN org_closure o ON "
    "o.org_no = m.org_no WHERE m.person_no = r.person_no AND o.ancestor_no = c.org_no AND "
    "m.role = 'student' AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)))";
constexpr std::string_view kSetToken = "UPDATE cmi5_session SET secret_hash = $2 WHERE no = $1";
constexpr std::string_view kTouch = "UPDATE cmi5_session SET last_at = $2 WHERE no = $1";
constexpr std::string_view kEnd = "UPDATE cmi5_session SET last_at = $2, ended_at = $2 WHERE no = $1";
constexpr std::string_view kDeeds = "SELECT registration_no, session_no, node, verb, statement_id, at, score FROM cmi5_deed WHERE registration_no";
constexpr std::string_view kAddDeed =
    "INSERT INTO cmi5_deed (registration_no, node, verb, session_no, statement_id, at, score) VALUES ($1, $2, $3, $4, $5, $6, $7)";

std::string bytes_of(const sql::Value& value) {
  const auto* blob = std::get_if<sql::Blob>(&value);
  return blob == nullptr ? std::string() : std::string(blob->begin(), blob->end());
}
sql::Blob blob_of_text(std::string_view text) { return {text.begin(), text.end()}; }
sql::Blob blob_of_hash(const crypto::Hash& hash) { return {hash.begin(), hash.end()}; }
std::optional<Instant> instant_of(const sql::Value& value) { return sql::is_null(value) ? std::nullopt : std::optional(Instant{sql::int_of(value)}); }

CourseRegistration registration_of(const sql::Values& row) {
  CourseRegistration registration;
  registration.no = sql::int_of(row[0]);
  registration.id = sql::text_of(row[1]);
  registration.course_no = sql::int_of(row[2]);
  registration.person = {sql::int_of(row[3])};
  registration.home_page = sql::text_of(row[4]);
  registration.account = sql::text_of(row[5]);
  registration.made_at = Instant{sql::int_of(row[6])};
  registration.person_id = sql::text_of(row[7]);
  return registration;
}

Result<std::optional<CourseRegistration>> one_registration(sql::Connection& connection, const std::string& condition, const sql::Values& values) {
  BANMO_TRY(const auto rows, connection.query(std::string(kRegistration) + condition, values));
  return rows.empty() ? std::nullopt : std::optional(registration_of(rows[0]));
}

SessionRow session_of(const sql::Values& row) {
  SessionRow out;
  out.session.no = sql::int_of(row[0]);
  out.session.id = sql::text_of(row[1]);
  out.session.registration_no = sql::int_of(row[2]);
  out.key_no = sql::int_of(row[3]);
  out.session.node = static_cast<size_t>(sql::int_of(row[4]));
  out.session.mode = static_cast<LaunchMode>(sql::int_of(row[5]));
  out.has_token = !sql::is_null(row[6]);
  out.secret_hash = bytes_of(row[6]);
  out.session.launched_at = Instant{sql::int_of(row[7])};
  out.last_at = Instant{sql::int_of(row[8])};
  out.expires_at = Instant{sql::int_of(row[9])};
  out.ended_at = instant_of(row[10]);
  out.session.registration = sql::text_of(row[11]);
  out.session.actor = identifier_of(sql::text_of(row[12]), sql::text_of(row[13]));
  out.session.course_no = sql::int_of(row[14]);
  out.org = {sql::int_of(row[15])};
  if (row.size() > 16) out.may_go_on = sql::int_of(row[16]) != 0;
  return out;
}

Result<std::optional<SessionRow>> one_session(sql::Connection& connection, const std::string& statement, const sql::Values& values) {
  BANMO_TRY(const auto rows, connection.query(statement, values));
  return rows.empty() ? std::nullopt : std::optional(session_of(rows[0]));
}

std::pair<int64_t, CourseDeed> deed_of(const sql::Values& row) {
  CourseDeed deed;
  deed.session_no = sql::int_of(row[1]);
  deed.node = static_cast<size_t>(sql::int_of(row[2]));
  deed.verb = static_cast<CourseVerb>(sql::int_of(row[3]));
  const std::string id = bytes_of(row[4]);
  if (id.size() == deed.statement.bytes.size()) std::copy(id.begin(), id.end(), deed.statement.bytes.begin());
  deed.at = Instant{sql::int_of(row[5])};
  if (!sql::is_null(row[6])) deed.score = sql::double_of(row[6]);
  return {sql::int_of(row[0]), deed};
}

}  // namespace

std::string identifier_of(const std::string& home_page, const std::string& account) { return "account " + home_page + " " + account; }

Result<int64_t> next_no(sql::Connection& connection, std::string_view table) {
  BANMO_TRY(const auto rows, connection.query("SELECT COALESCE(MAX(no), 0) + 1 FROM " + std::string(table)));
  return sql::int_of(rows[0][0]);
}

Result<> add_course(sql::Connection& connection, const Course& course, std::span<const PackageFile> files) {
  BANMO_DO(execute(connection, kAddCourse,
                   {course.no, course.id, course.org.value, course.publisher_id, json::to_text(course.structure.nodes[0].title),
                    json::to_text(course.structure.nodes), course.content_token, course.made_by, course.made_at.micros}));
  size_t i = 0;
  const auto next = [&](sql::Values& row) -> Result<bool> {
    if (i == files.size()) return false;
    const PackageFile& file = files[i++];
    row = {course.no, file.path, file.content_type, blob_of_text(file.content)};
    return true;
  };
  BANMO_TRY([[maybe_unused]] const int64_t n, connection.append("cmi5_file", {"course_no", "path", "content_type", "content"}, next));
  return {};
}

Result<std::optional<Course>> course_by_no(sql::Connection& connection, int64_t no) {
  BANMO_TRY(const auto rows, connection.query(kCourse, {no}));
  if (rows.empty()) return std::optional<Course>();
  const auto& row = rows[0];
  Course course;
  course.no = sql::int_of(row[0]);
  course.id = sql::text_of(row[1]);
  course.org = {sql::int_of(row[2])};
  course.publisher_id = sql::text_of(row[3]);
  BANMO_TRY(const json::Value structure, json::read(sql::text_of(row[4]), {.max_bytes = size_t{64} << 20}));
  BANMO_TRY(course.structure.nodes, json::from_json<std::vector<CourseNode>>(structure));
  course.content_token = sql::text_of(row[5]);
  course.made_by = sql::text_of(row[6]);
  course.made_at = Instant{sql::int_of(row[7])};
  course.closed_at = instant_of(row[8]);
  return std::optional(std::move(course));
}

Result<int64_t> course_no_of(sql::Connection& connection, const std::string& id) {
  BANMO_TRY(const auto rows, connection.query(kCourseNo, {id}));
  return rows.empty() ? int64_t{0} : sql::int_of(rows[0][0]);
}

Result<bool> has_open_course(sql::Connection& connection, OrgNo org, const std::string& publisher_id) {
  BANMO_TRY(const auto rows, connection.query(kOpenCourse, {org.value, publisher_id}));
  return !rows.empty();
}

Result<std::vector<std::pair<int64_t, OrgNo>>> courses_before(sql::Connection& connection, int64_t before_no, size_t limit) {
  BANMO_TRY(const auto rows, connection.query(kCoursesBefore, {before_no, static_cast<int64_t>(limit)}));
  std::vector<std::pair<int64_t, OrgNo>> found;
  for (const auto& row : rows.rows) found.emplace_back(sql::int_of(row[0]), OrgNo{sql::int_of(row[1])});
  return found;
}

Result<bool> course_is_open(sql::Connection& connection, int64_t no) {
  BANMO_TRY(const auto rows, connection.query(kIsOpen, {no}));
  return !rows.empty();
}
Result<> close_course(sql::Connection& connection, int64_t no, Instant now) { return execute(connection, kClose, {no, now.micros}); }

Result<std::optional<CourseFile>> course_file(sql::Connection& connection, const std::string& content_token, const std::string& path) {
  BANMO_TRY(const auto rows, connection.query(kFile, {content_token, path}));
  return rows.empty() ? std::nullopt : std::optional(CourseFile{sql::text_of(rows[0][0]), bytes_of(rows[0][1])});
}

Result<int64_t> course_key(sql::Connection& connection, OrgNo org) {
  BANMO_TRY(const auto rows, connection.query(kKey, {org.value}));
  return rows.empty() ? int64_t{0} : sql::int_of(rows[0][0]);
}
Result<> set_course_key(sql::Connection& connection, OrgNo org, int64_t key_no) { return execute(connection, kSetKey, {org.value, key_no}); }

Result<std::vector<PersonNo>> students_among(sql::Connection& connection, OrgNo org, Date today, const std::string& predicate,
                                             std::string_view column, const std::vector<sql::Value>& values) {
  std::vector<PersonNo> found;
  BANMO_DO(each_of(connection, std::string(kStudents) + predicate + " AND p." + std::string(column) + " IN (", {org.value, today.to_iso()}, values,
                   [&](const sql::Values& row) -> Result<> {
                     found.push_back({sql::int_of(row[0])});
                     return {};
                   }));
  return found;
}

Result<> add_registration(sql::Connection& connection, const CourseRegistration& registration, const std::string& by) {
  return execute(connection, kAddRegistration,
                 {registration.no, registration.id, registration.course_no, registration.person.value, registration.home_page, registration.account,
                  by, registration.made_at.micros});
}

Result<std::vector<CourseRegistration>> registrations_of(sql::Connection& connection, int64_t course_no, const std::vector<PersonNo>& people) {
  std::vector<sql::Value> numbers;
  for (const PersonNo person : people) numbers.emplace_back(person.value);
  std::vector<CourseRegistration> found;
  BANMO_DO(each_of(connection, std::string(kRegistration) + "r.course_no = $1 AND r.person_no IN (", {course_no}, numbers,
                   [&](const sql::Values& row) -> Result<> {
                     found.push_back(registration_of(row));
                     return {};
                   }));
  return found;
}

Result<std::optional<CourseRegistration>> registration_by_id(sql::Connection& connection, int64_t course_no, const std::string& id, Date today,
                                                             const std::string& predicate) {
  return one_registration(connection, "r.course_no = $1 AND r.id = $3 AND " + std::string(kSeen) + predicate + ")", {course_no, today.to_iso(), id});
}

Result<std::optional<CourseRegistration>> registration_by_no(sql::Connection& connection, int64_t no) {
  return one_registration(connection, "r.no = $1", {no});
}

Result<std::vector<CourseRegistration>> registrations_after(sql::Connection& connection, int64_t course_no, OrgNo org, Date today,
                                                            const std::string& predicate, int64_t after_no, size_t limit) {
  std::string statement = std::string(kRegistration) + "r.course_no = $1 AND r.no > $3 AND " + std::string(kSeen) + predicate;
  sql::Values values{course_no, today.to_iso(), after_no, static_cast<int64_t>(limit)};
  if (org.value != 0) {
    values.emplace_back(org.value);
    statement += " AND m.org_no IN (SELECT org_no FROM org_closure WHERE ancestor_no = $5)";
  }
  BANMO_TRY(const auto rows, connection.query(statement + ") ORDER BY r.no LIMIT $4", values));
  std::vector<CourseRegistration> found;
  for (const auto& row : rows.rows) found.push_back(registration_of(row));
  return found;
}

Result<std::vector<ClassProgress>> classes_after(sql::Connection& connection, const Course& course, Date today, const std::string& predicate,
                                                 OrgNo after, size_t limit) {
  BANMO_TRY(const auto rows, connection.query(std::string(kClasses) + predicate +
                                                  " GROUP BY m.org_no HAVING COUNT(DISTINCT r.person_no) > 0 ORDER BY m.org_no LIMIT $5",
                                              {course.no, today.to_iso(), course.org.value, after.value, static_cast<int64_t>(limit)}));
  std::vector<ClassProgress> found;
  for (const auto& row : rows.rows) found.push_back({{sql::int_of(row[0])}, sql::int_of(row[1]), sql::int_of(row[2]), sql::int_of(row[3])});
  return found;
}

Result<> add_session(sql::Connection& connection, const SessionRow& row, const crypto::Hash& fetch_hash) {
  const CourseSession& session = row.session;
  return execute(connection, kAddSession,
                 {session.no, session.id, session.registration_no, row.key_no, static_cast<int64_t>(session.node), static_cast<int64_t>(session.mode),
                  blob_of_hash(fetch_hash), session.launched_at.micros, row.last_at.micros, row.expires_at.micros});
}

Result<std::vector<SessionRow>> open_sessions(sql::Connection& connection, int64_t registration_no) {
  BANMO_TRY(const auto rows,
            connection.query(std::string(kSession) + std::string(kFromSession) + "s.registration_no = $1 AND s.ended_at IS NULL ORDER BY s.no",
                             {registration_no}));
  std::vector<SessionRow> found;
  for (const auto& row : rows.rows) found.push_back(session_of(row));
  return found;
}

Result<std::optional<SessionRow>> session_by_fetch(sql::Connection& connection, const crypto::Hash& fetch_hash, Date today) {
  return one_session(connection, std::string(kSession) + std::string(kMayGoOn) + std::string(kFromSession) + "s.fetch_hash = $1",
                     {blob_of_hash(fetch_hash), today.to_iso()});
}

Result<std::optional<SessionRow>> session_by_id(sql::Connection& connection, const std::string& id, Date today) {
  return one_session(connection, std::string(kSession) + std::string(kMayGoOn) + std::string(kFromSession) + "s.id = $1", {id, today.to_iso()});
}

Result<> set_token(sql::Connection& connection, int64_t session_no, const crypto::Hash& secret_hash) {
  return execute(connection, kSetToken, {session_no, blob_of_hash(secret_hash)});
}
Result<> touch_session(sql::Connection& connection, int64_t session_no, Instant at, bool ends) {
  return execute(connection, ends ? kEnd : kTouch, {session_no, at.micros});
}

Result<std::vector<CourseDeed>> deeds_of(sql::Connection& connection, int64_t registration_no) {
  BANMO_TRY(const auto rows, connection.query(std::string(kDeeds) + " = $1 ORDER BY at, node, verb, session_no", {registration_no}));
  std::vector<CourseDeed> found;
  for (const auto& row : rows.rows) found.push_back(deed_of(row).second);
  return found;
}

Result<std::vector<std::pair<int64_t, CourseDeed>>> deeds_of_all(sql::Connection& connection, const std::vector<CourseRegistration>& registrations) {
  std::vector<sql::Value> numbers;
  for (const CourseRegistration& one : registrations) numbers.emplace_back(one.no);
  std::vector<std::pair<int64_t, CourseDeed>> found;
  BANMO_DO(each_of(connection, std::string(kDeeds) + " IN (", {}, numbers, [&](const sql::Values& row) -> Result<> {
    found.push_back(deed_of(row));
    return {};
  }));
  return found;
}

Result<> add_deed(sql::Connection& connection, int64_t registration_no, const CourseDeed& deed) {
  return execute(connection, kAddDeed,
                 {registration_no, static_cast<int64_t>(deed.node), static_cast<int64_t>(deed.verb), deed.session_no, blob_of(deed.statement),
                  deed.at.micros, deed.score ? sql::Value(*deed.score) : sql::Value()});
}

}  // namespace banmo::events
