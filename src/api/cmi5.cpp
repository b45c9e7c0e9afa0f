// SPDX-License-Identifier: Apache-2.0
// Courses that are launched (cmi5): packages, registrations, launches, progress; the address where a unit gets its token, and the files of packages.
// A package's pages run under a policy that gives them an origin of their own: they reach the xAPI store with their token, and nothing by the
// visitor's session, whose cookie they neither see nor send.
#include <algorithm>
#include <charconv>

#include "api/builder.h"
#include "api/course_page.h"
#include "api/read_note.h"
#include "api/shapes.h"
#include "api/xapi.h"
#include "base/log.h"
#include "events/courses.h"

namespace banmo::api {
namespace {

using directory::Right;
using events::Course;
using events::CoursePtr;
using events::LaunchMode;
using events::NodeKind;

constexpr const char* kKinds[] = {"course", "block", "unit"};     // in the order of NodeKind
constexpr const char* kModes[] = {"normal", "browse", "review"};  // in the order of LaunchMode
constexpr std::string_view kContent = "/cmi5/content/", kFetch = "/cmi5/fetch/";
// An opaque origin; files of the package, and the store, from this server alone; never inside a page of the portal.
constexpr std::string_view kPolicy =
    "sandbox allow-scripts allow-forms allow-modals allow-popups allow-downloads; default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "frame-ancestors 'none'; form-action 'none'; object-src 'none'; base-uri 'self'";

struct CourseShape {
  static constexpr const char* kName = "Course";
  std::string id, publisher_id;
  Two title;
  std::optional<OrgRef> org;
  int64_t n_units = 0;
  std::optional<std::string> by;
  Instant at;
};
template <class V>
void describe(V& v, CourseShape& x) {
  v.field("id", x.id);
  v.field("publisher_id", x.publisher_id);
  v.field("title", x.title);
  v.field("org", x.org, {.doc = "For whose students it is: those in it and below."});
  v.field("n_units", x.n_units);
  v.field("by", x.by, {.doc = "Who imported it; for those who may import and close it."});
  v.field("at", x.at);
}

struct NodeShape {
  static constexpr const char* kName = "CourseNode";
  int64_t no = 0, parent = 0;
  std::string kind;
  Two title, description;
  std::optional<std::string> move_on;
  std::optional<double> mastery_score;
};
template <class V>
void describe(V& v, NodeShape& x) {
  v.field("no", x.no, {.doc = "Its place in the course; 0 is the course."});
  v.field("parent", x.parent, {.doc = "-1 of the course."});
  v.field("kind", x.kind, {.one_of = kKinds});
  v.field("title", x.title);
  v.field("description", x.description);
  v.field("move_on", x.move_on, {.doc = "Of a unit: what is required."});
  v.field("mastery_score", x.mastery_score, {.doc = "0 to 1."});
}

struct CourseDetail {
  static constexpr const char* kName = "CourseDetail";
  CourseShape course;
  bool closed = false;
  std::vector<NodeShape> nodes;
};
template <class V>
void describe(V& v, CourseDetail& x) {
  describe(v, x.course);
  v.field("closed", x.closed);
  v.field("nodes", x.nodes);
}

struct EnrolIn {
  static constexpr const char* kName = "CourseEnrolIn";
  std::vector<std::string> people;
};
template <class V>
void describe(V& v, EnrolIn& x) {
  v.field("people", x.people, {.title = "学生", .doc = "Absent: oneself.", .max_length = 200, .has_default = true});
}

struct RegistrationShape {
  static constexpr const char* kName = "CourseRegistration";
  std::string id, person;
  Instant at;
};
template <class V>
void describe(V& v, RegistrationShape& x) {
  v.field("id", x.id);
  v.field("person", x.person);
  v.field("at", x.at);
}

struct LaunchIn {
  static constexpr const char* kName = "CourseLaunchIn";
  int64_t unit = 0;
  std::string mode = "normal";
  std::optional<std::string> return_path;
};
template <class V>
void describe(V& v, LaunchIn& x) {
  v.field("unit", x.unit, {.title = "单元", .doc = "Its place in the course.", .minimum = 1, .maximum = 5000});
  v.field("mode", x.mode, {.doc = "browse, review: nothing counts.", .one_of = kModes, .has_default = true});
  v.field("return_path", x.return_path, {.doc = "Where in the portal the unit leads back to.", .max_length = 500, .pattern = "^/([^/\\\\].*)?$"});
}

struct LaunchShape {
  static constexpr const char* kName = "CourseLaunch";
  std::string session, registration, url;
  bool own_window = false;
  Instant expires_at;
};
template <class V>
void describe(V& v, LaunchShape& x) {
  v.field("session", x.session);
  v.field("registration", x.registration);
  v.field("url", x.url, {.doc = "Where the unit begins; good once."});
  v.field("own_window", x.own_window, {.doc = "The unit asks for a window of its own."});
  v.field("expires_at", x.expires_at);
}

struct WaiveIn {
  static constexpr const char* kName = "CourseWaiveIn";
  std::string registration, reason;
  int64_t unit = 0;
};
template <class V>
void describe(V& v, WaiveIn& x) {
  v.field("registration", x.registration, {.min_length = 36, .max_length = 36});
  v.field("unit", x.unit, {.title = "单元", .minimum = 1, .maximum = 5000});
  v.field("reason", x.reason, {.title = "理由", .min_length = 1, .max_length = 200});
}

struct UnitShape {
  static constexpr const char* kName = "CourseUnitProgress";
  int64_t unit = 0;
  bool launched = false, completed = false, passed = false, failed = false, waived = false, met = false;
  std::optional<double> score;
  std::optional<Instant> last_at;
};
template <class V>
void describe(V& v, UnitShape& x) {
  v.field("unit", x.unit);
  v.field("launched", x.launched);
  v.field("completed", x.completed);
  v.field("passed", x.passed);
  v.field("failed", x.failed);
  v.field("waived", x.waived);
  v.field("met", x.met, {.doc = "What moveOn asks for is there."});
  v.field("score", x.score, {.doc = "0 to 1, of the last judgement."});
  v.field("last_at", x.last_at);
}

struct CoursePerson {
  static constexpr const char* kName = "CoursePerson";
  std::string id, name;
};
template <class V>
void describe(V& v, CoursePerson& x) {
  v.field("id", x.id);
  v.field("name", x.name);
}

struct ProgressShape {
  static constexpr const char* kName = "CourseProgress";
  std::string registration;
  CoursePerson person;
  int64_t n_met = 0, n_units = 0;
  std::optional<Instant> satisfied_at;
  std::vector<UnitShape> units;
};
template <class V>
void describe(V& v, ProgressShape& x) {
  v.field("registration", x.registration);
  v.field("person", x.person);
  v.field("n_met", x.n_met);
  v.field("n_units", x.n_units);
  v.field("satisfied_at", x.satisfied_at, {.doc = "When the whole course was."});
  v.field("units", x.units);
}

struct ClassShape {
  static constexpr const char* kName = "CourseClassProgress";
  std::optional<OrgRef> class_org;
  int64_t n_students = 0, n_registered = 0, n_satisfied = 0;
};
template <class V>
void describe(V& v, ClassShape& x) {
  v.field("class", x.class_org);
  v.field("n_students", x.n_students);
  v.field("n_registered", x.n_registered);
  v.field("n_satisfied", x.n_satisfied);
}

// The text in a language, else in the other, else in whichever there is.
std::string text_in(const events::LanguageMap& texts, std::string_view language, std::string_view other) {
  for (const std::string_view wanted : {language, other, std::string_view()})
    for (const auto& [tag, text] : texts)
      if (tag.starts_with(wanted)) return text;
  return {};
}
Two two_of(const events::LanguageMap& texts) { return {text_in(texts, "zh", "en"), text_in(texts, "en", "zh")}; }

CourseShape shape_of(const Call& call, const Course& course) {
  const auto& nodes = course.structure.nodes;
  const bool manages = call.engines.directory->require(call.principal, Right::datasets_import, course.org).ok();
  return {course.id,
          course.publisher_id,
          two_of(nodes[0].title),
          ref_of(*call.engines.directory->orgs(), course.org),
          std::count_if(nodes.begin(), nodes.end(), [](const events::CourseNode& node) { return node.kind == NodeKind::au; }),
          manages ? std::optional(course.made_by) : std::nullopt,
          course.made_at};
}

Result<List<CourseShape>> list_courses(const Call& call) {
  BANMO_TRY(const int64_t before, call.cursor());
  BANMO_TRY(const auto page, call.engines.courses->list(call.principal, before, static_cast<size_t>(call.integer("limit", 50))));
  List<CourseShape> list;
  for (const CoursePtr& course : page.items) list.items.push_back(shape_of(call, *course));
  if (page.next != 0) list.next = std::to_string(page.next);
  return list;
}

Result<CourseShape> import_course(const Call& call) {
  BANMO_TRY(const directory::Org* org, find_org(*call.engines.directory->orgs(), call.text("org")));
  if (call.request.body_file.empty())
    return fail(ErrorCode::invalid, "events.cmi5_package",
                {"请求里没有文件；请选择课程包（zip）或 cmi5.xml", "there is no file in the request: choose a course package (a zip) or cmi5.xml"});
  BANMO_TRY(const CoursePtr course, call.engines.courses->import(call.principal, org->no, call.request.body_file));
  return shape_of(call, *course);
}

Result<CourseDetail> get_course(const Call& call) {
  BANMO_TRY(const CoursePtr course, call.engines.courses->course(call.principal, call.path("id")));
  CourseDetail detail{shape_of(call, *course), course->closed_at.has_value(), {}};
  const auto& nodes = course->structure.nodes;
  for (size_t i = 0; i < nodes.size(); ++i) {
    NodeShape shape{static_cast<int64_t>(i),
                    nodes[i].parent,
                    kKinds[static_cast<size_t>(nodes[i].kind)],
                    two_of(nodes[i].title),
                    two_of(nodes[i].description),
                    {},
                    nodes[i].mastery_score};
    if (nodes[i].kind == NodeKind::au) shape.move_on = std::string(events::name_of(nodes[i].move_on));
    detail.nodes.push_back(std::move(shape));
  }
  return detail;
}

Result<Nothing> close_course(const Call& call) {
  BANMO_DO(call.engines.courses->close(call.principal, call.path("id")));
  return Nothing{};
}

Result<List<RegistrationShape>> enrol(const Call& call, const EnrolIn& in) {
  std::vector<PersonId> people;
  for (const std::string& person : in.people) people.push_back(PersonId::parse(person).value_or(PersonId{}));
  BANMO_TRY(const auto registrations, call.engines.courses->enrol(call.principal, call.path("id"), people));
  List<RegistrationShape> list;
  for (const auto& one : registrations) list.items.push_back({one.id, one.person_id, one.made_at});
  return list;
}

// "https://host/prefix", as the learner's own browser names this server: what it asks for comes back to it.
Result<std::string> base_of(const Call& call) {
  const std::string host(call.request.header("host"));
  const bool is_plain = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
  if (!is_plain) return fail(ErrorCode::invalid, "courses.bad_host", {"请求头 Host 不对", "the header Host is no host"});
  std::string path = call.engines.events->options().path;
  path.erase(path.rfind("/xapi"));
  return (call.request.secure ? "https://" : "http://") + host + path;
}

// 8.1: the unit's address with the five parameters, before a fragment if it has one.
std::string launch_address(const events::Launch& launch, const std::string& endpoint, const std::string& fetch) {
  const size_t hash = launch.url.find('#');
  std::string address = launch.url.substr(0, hash);
  const std::pair<std::string_view, std::string> parameters[] = {
      {"endpoint", endpoint}, {"fetch", fetch}, {"actor", launch.actor}, {"registration", launch.registration}, {"activityId", launch.activity}};
  for (const auto& [name, value] : parameters) {
    address += address.find('?') == std::string::npos ? '?' : '&';
    address.append(name).append("=").append(http::percent_encode(value));
  }
  return hash == std::string::npos ? address : address + launch.url.substr(hash);
}

Result<LaunchShape> launch(const Call& call, const LaunchIn& in) {
  BANMO_TRY(const std::string base, base_of(call));
  events::LaunchRequest request;
  request.node = static_cast<size_t>(in.unit);
  request.mode = static_cast<LaunchMode>(std::find(std::begin(kModes), std::end(kModes), in.mode) - std::begin(kModes));
  request.content_base = base + std::string(kContent);
  if (in.return_path) request.return_url = base + *in.return_path;
  BANMO_TRY(const events::Launch made, call.engines.courses->launch(call.principal, call.path("id"), request));
  const std::string address = launch_address(made, base + "/xapi/", base + std::string(kFetch) + made.fetch_word);
  return LaunchShape{made.session, made.registration, address, made.own_window, made.expires_at};
}

Result<Nothing> waive(const Call& call, const WaiveIn& in) {
  BANMO_DO(call.engines.courses->waive(call.principal, call.path("id"), in.registration, static_cast<size_t>(in.unit), in.reason));
  return Nothing{};
}

ProgressShape shape_of(const events::CourseProgress& one, const directory::PersonNames& names) {
  const auto name = names.find(one.registration.person.value);
  ProgressShape shape{one.registration.id, {one.registration.person_id, name == names.end() ? std::string() : name->second.name},
                      one.n_met,           static_cast<int64_t>(one.units.size()),
                      one.satisfied_at,    {}};
  for (const events::UnitProgress& unit : one.units)
    shape.units.push_back(
        {static_cast<int64_t>(unit.node), unit.launched, unit.completed, unit.passed, unit.failed, unit.waived, unit.met, unit.score, unit.last_at});
  return shape;
}

Result<List<ProgressShape>> get_progress(const Call& call) {
  BANMO_TRY(const int64_t after, call.cursor());
  directory::OrgNo org;
  if (const std::string text = call.text("org"); !text.empty()) {
    BANMO_TRY(const directory::Org* found, find_org(*call.engines.directory->orgs(), text));
    org = found->no;
  }
  const std::string id = call.path("id");
  BANMO_TRY(const auto page, call.engines.courses->progress(call.principal, id, org, after, static_cast<size_t>(call.integer("limit", 50))));
  std::vector<directory::PersonNo> people;
  for (const auto& one : page.items) people.push_back(one.registration.person);
  const directory::Scope scope = call.engines.directory->scope(call.principal, Right::people_read, {"org", "person", pack::Level::l3});
  BANMO_TRY(const auto names, call.engines.directory->names(scope, pack::Level::l3, people));
  BANMO_DO(note_read(call, pack::Level::l3, "course.progress", "course", "course=" + page.course->id + "; org=" + std::to_string(org.value),
                     page.items.size()));
  List<ProgressShape> list;
  for (const auto& one : page.items) list.items.push_back(shape_of(one, names));
  if (page.next != 0) list.next = std::to_string(page.next);
  return list;
}

Result<List<ClassShape>> get_classes(const Call& call) {
  BANMO_TRY(const int64_t after, call.cursor());
  const auto limit = static_cast<size_t>(call.integer("limit", 50));
  BANMO_TRY(const auto classes, call.engines.courses->classes(call.principal, call.path("id"), {after}, limit));
  const auto tree = call.engines.directory->orgs();
  List<ClassShape> list;
  for (const auto& one : classes) list.items.push_back({ref_of(*tree, one.class_org), one.n_students, one.n_registered, one.n_satisfied});
  if (classes.size() == std::min(limit, events::Courses::kMaxPage)) list.next = std::to_string(classes.back().class_org.value);
  return list;
}

// 8.2: always 200 with a JSON object.
http::Response post_fetch(const Engines& engines, http::Request& request) {
  json::Object answer;
  const auto fetched = engines.courses->fetch(request.path_parameters["word"]);
  if (!fetched.ok()) {
    BANMO_LOG(error, "cmi5.fetch_failed", {"request_id", request.request_id}, {"code", fetched.error().id}, {"cause", fetched.error().cause});
    answer = {{"error-code", "3"}, {"error-text", "the server could not make a token: launch the unit again"}};
  } else if (fetched->error != 0) {
    answer = {{"error-code", std::to_string(fetched->error)},
              {"error-text", fetched->error == 1 ? "the token was given already, or the session is over" : "there is no such launch"}};
  } else {
    answer = {{"auth-token", fetched->token}};
  }
  http::Response response = http::Response::json(std::move(answer));
  response.headers.emplace_back("cache-control", "no-store");
  allow_other_sites(response);
  return response;
}

http::Response get_content(const Engines& engines, http::Request& request) {
  auto file = engines.courses->file(request.path_parameters["token"], request.path_parameters["path"]);
  if (!file.ok()) return http::problem(file.error(), request);
  if (!*file) return http::problem(fail(ErrorCode::not_found, "http.not_found", {"课程包里没有这个文件", "the package has no such file"}), request);
  std::string& content = (*file)->content;
  if ((*file)->content_type.starts_with("text/html")) content = with_empty_storage(std::move(content));
  http::Response response = http::Response::text(std::move(content), (*file)->content_type);
  response.headers.emplace_back("content-security-policy", kPolicy);
  response.headers.emplace_back("cache-control", "private, max-age=86400");
  allow_other_sites(response);  // scripts that are modules, and data, are asked for by the package's own origin, which is opaque
  return response;
}

http::Route foreign(std::string method, std::string path, std::string operation, Message summary) {
  http::Route route;
  route.method = std::move(method);
  route.path = std::move(path);
  route.operation = std::move(operation);
  route.summary = std::move(summary);
  return route;
}

}  // namespace

void add_course_routes(Builder& builder) {
  builder.tag("courses");
  builder.route<List<CourseShape>>({.method = "GET",
                                    .path = "/courses",
                                    .operation = "list_courses",
                                    .summary = {"课程（cmi5）", "Courses that are launched (cmi5)"},
                                    .permission = "datasets.read",
                                    .parameters = page_parameters()},
                                   list_courses);
  http::Parameter org = text_parameter("org", "For which organisation's students.", 36);
  org.required = true;
  builder.upload<CourseShape>({.method = "POST",
                               .path = "/courses",
                               .operation = "import_course",
                               .summary = {"导入课程包（zip 或 cmi5.xml）", "Import a course package (a zip, or cmi5.xml)"},
                               .permission = "datasets.import",
                               .parameters = {std::move(org)},
                               .answer_status = 201},
                              import_course);
  builder.route<CourseDetail>({.method = "GET",
                               .path = "/courses/{id}",
                               .operation = "get_course",
                               .summary = {"一门课程及其结构", "A course with its structure"},
                               .permission = "datasets.read"},
                              get_course);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/courses/{id}",
                          .operation = "close_course",
                          .summary = {"关闭课程：不再注册与启动，记录保留", "Close a course: nobody is registered or launched; records stay"},
                          .permission = "datasets.import"},
                         close_course);
  builder.route<EnrolIn, List<RegistrationShape>>({.method = "POST",
                                                   .path = "/courses/{id}/registrations",
                                                   .operation = "enrol_in_course",
                                                   .summary = {"为自己或学生注册课程", "Register oneself, or students, in a course"},
                                                   .permission = "datasets.read"},
                                                  enrol);
  builder.route<LaunchIn, LaunchShape>({.method = "POST",
                                        .path = "/courses/{id}/launch",
                                        .operation = "launch_course_unit",
                                        .summary = {"启动一个单元", "Launch a unit"},
                                        .permission = "datasets.read"},
                                       launch);
  builder.route<WaiveIn, Nothing>({.method = "POST",
                                   .path = "/courses/{id}/waivers",
                                   .operation = "waive_course_unit",
                                   .summary = {"免修一个单元", "Waive a unit for a student"},
                                   .permission = "people.read"},
                                  waive);
  builder.route<List<ProgressShape>>({.method = "GET",
                                      .path = "/courses/{id}/progress",
                                      .operation = "get_course_progress",
                                      .summary = {"学习进度（按学生）", "How far students are"},
                                      .permission = "people.read",
                                      .parameters = page_parameters({text_parameter("org", "Only of this class or school.", 36)})},
                                     get_progress);
  builder.route<List<ClassShape>>({.method = "GET",
                                   .path = "/courses/{id}/classes",
                                   .operation = "get_course_classes",
                                   .summary = {"学习进度（按班级）", "How far classes are"},
                                   .permission = "people.read",
                                   .parameters = page_parameters()},
                                  get_classes);
  const std::string fetch = std::string(kFetch) + "{word}", content = std::string(kContent) + "{token}/{path...}";
  builder.foreign(foreign("POST", fetch, "cmi5_fetch", {"启动后取一次性口令", "The token of a launch, given once"}), post_fetch);
  add_preflight(builder, fetch, "cmi5_fetch_preflight");
  builder.foreign(foreign("GET", content, "cmi5_content", {"课程包里的文件", "A file of a course package"}), get_content);
}

}  // namespace banmo::api
