// SPDX-License-Identifier: Apache-2.0
// Learning records for people: the stream by filters, one record, time-lines of a person and a class. What tools send comes by /xapi (xapi.h).
#include <filesystem>

#include "api/builder.h"
#include "api/city_day.h"
#include "api/read_note.h"
#include "api/shapes.h"
#include "directory/directory.h"
#include "events/events.h"
#include "records/records.h"

namespace banmo::api {
namespace {

using directory::Right;
using events::LearningQuery;
using events::LearningRecord;

constexpr int kExport_ms = 600'000;  // some million records
constexpr const char* kObjectKinds[] = {"activity", "agent", "group", "statement", "sub_statement"};
constexpr std::string_view kResults[] = {"passed", "failed", "completed"};  // in the order of LearningResult

struct LearningPerson {
  static constexpr const char* kName = "LearningPerson";
  std::optional<std::string> id;
  std::string name;
};
template <class V>
void describe(V& v, LearningPerson& x) {
  v.field("id", x.id, {.doc = "Absent for those whom the reader may not look up."});
  v.field("name", x.name);
}

struct LearningVerb {
  static constexpr const char* kName = "LearningVerb";
  std::string id;
  Two title;
};
template <class V>
void describe(V& v, LearningVerb& x) {
  v.field("id", x.id);
  v.field("title", x.title);
}

struct LearningObject {
  static constexpr const char* kName = "LearningObject";
  std::string kind, id;
  Two title;
  std::optional<std::string> type;
};
template <class V>
void describe(V& v, LearningObject& x) {
  v.field("kind", x.kind, {.one_of = kObjectKinds});
  v.field("id", x.id, {.doc = "IRI of an activity, id of a statement; empty for people."});
  v.field("title", x.title);
  v.field("type", x.type, {.doc = "IRI of the activity's type."});
}

struct LearningOutcome {
  static constexpr const char* kName = "LearningOutcome";
  std::optional<double> scaled, raw, min, max;
  std::optional<bool> success, completion;
  std::optional<std::string> response, duration;
};
template <class V>
void describe(V& v, LearningOutcome& x) {
  v.field("scaled", x.scaled);
  v.field("raw", x.raw);
  v.field("min", x.min);
  v.field("max", x.max);
  v.field("success", x.success);
  v.field("completion", x.completion);
  v.field("response", x.response);
  v.field("duration", x.duration, {.doc = "ISO 8601."});
}

struct LearningTool {
  static constexpr const char* kName = "LearningTool";
  std::string title;
  std::optional<std::string> key;
  std::optional<OrgRef> org;
};
template <class V>
void describe(V& v, LearningTool& x) {
  v.field("title", x.title);
  v.field("key", x.key);
  v.field("org", x.org, {.doc = "For which it writes."});
}

struct LearningRecordShape {
  static constexpr const char* kName = "LearningRecord";
  std::string id;
  Instant at, stored;
  Two sentence;
  std::optional<LearningPerson> person;
  std::optional<OrgRef> org, class_org;
  LearningVerb verb;
  LearningObject object;
  LearningOutcome result;
  LearningTool tool;
  std::optional<std::string> platform;
  bool voided = false, masked = false;
};
template <class V>
void describe(V& v, LearningRecordShape& x) {
  v.field("id", x.id);
  v.field("at", x.at, {.doc = "When it happened, as the tool says."});
  v.field("stored", x.stored);
  v.field("sentence", x.sentence);
  v.field("person", x.person, {.doc = "Absent for an actor whom the directory does not know."});
  v.field("org", x.org, {.doc = "Where the person belonged at that time."});
  v.field("class", x.class_org);
  v.field("verb", x.verb);
  v.field("object", x.object);
  v.field("result", x.result);
  v.field("tool", x.tool);
  v.field("platform", x.platform);
  v.field("voided", x.voided);
  v.field("masked", x.masked, {.doc = "Some parts are above the reader's level: the actor's identifier, the response, the statement itself."});
}

struct LearningDetail {
  static constexpr const char* kName = "LearningDetail";
  LearningRecordShape record;
  std::optional<std::string> actor, registration;
  std::optional<json::Value> statement;
};
template <class V>
void describe(V& v, LearningDetail& x) {
  describe(v, x.record);
  v.field("actor", x.actor, {.doc = "Kind and value of the identifier that the tool sent."});
  v.field("registration", x.registration);
  v.field("statement", x.statement, {.doc = "As it is stored."});
}

std::optional<std::string> text_or_none(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

LearningRecordShape shape_of(const directory::OrgTree& tree, const LearningRecord& record) {
  const events::Outcome& said = record.outcome;
  LearningRecordShape shape;
  shape.id = record.id.to_string();
  shape.at = record.at;
  shape.stored = record.stored;
  shape.sentence = Two::of(record.sentence);
  if (!record.person_name.empty()) shape.person = LearningPerson{record.person_id.to_string(), record.person_name};
  shape.org = ref_of(tree, record.org);
  if (record.class_org.value != 0) shape.class_org = ref_of(tree, record.class_org);
  shape.verb = {record.verb, Two::of(record.verb_title)};
  shape.object = {record.object_kind, record.object, Two::of(record.object_title), text_or_none(record.activity_type)};
  shape.result = {said.scaled, said.raw, said.min, said.max, said.success, said.completion, text_or_none(said.response), text_or_none(said.duration)};
  shape.tool = {record.key_title, text_or_none(record.key), ref_of(tree, record.key_org)};
  shape.platform = text_or_none(record.platform);
  shape.voided = record.voided;
  shape.masked = record.masked;
  return shape;
}

// The day as it is written, in the city; `later` days on.
Result<std::optional<Instant>> day_in(const Call& call, std::string_view name, int later) {
  const std::string text = call.text(name);
  if (text.empty()) return std::optional<Instant>();
  BANMO_TRY(const Instant at, city_day(text, later, std::string(name)));
  return std::optional(at);
}

Result<LearningQuery> query_of(const Call& call) {
  LearningQuery query;
  BANMO_TRY(query.from, day_in(call, "from", 0));
  BANMO_TRY(query.to, day_in(call, "to", 1));
  BANMO_TRY(query.cursor, call.cursor());
  query.verb = call.text("verb");
  query.activity = call.text("activity");
  query.activity_type = call.text("type");
  query.key = call.text("key");
  query.platform = call.text("platform");
  query.text = call.text("q");
  query.limit = static_cast<size_t>(call.integer("limit", 50));
  const std::string result = call.text("result");
  for (size_t i = 0; i < std::size(kResults); ++i)
    if (result == kResults[i]) query.result = static_cast<events::LearningResult>(i);
  return query;
}

// Somebody whom the caller may see.
Result<directory::PersonNo> person_of(const Call& call, const std::string& text) {
  const directory::Scope scope =
      call.engines.directory->scope(call.principal, Right::people_read, {.org_field = "org_no", .person_field = "no", .level = pack::Level::l2});
  BANMO_TRY(const directory::Person person, call.engines.directory->person(scope, PersonId::parse(text).value_or(PersonId{})));
  return person.no;
}

// An organisation all of whose records the caller may see.
Result<directory::OrgNo> org_of(const Call& call, const std::string& text) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const directory::Org* org, find_org(*tree, text));
  const directory::Scope scope =
      call.engines.directory->scope(call.principal, Right::datasets_read, {.org_field = "org", .person_field = "person", .level = pack::Level::l2});
  if (scope.aggregates_only || !scope.covers(*tree, org->no)) return no_such_org();
  return org->no;
}

// People stand in the log by number; words that were searched for do not.
std::string what_of(const LearningQuery& query, const events::LearningPage& page) {
  std::string what = "person=" + std::to_string(query.person.value) + "; org=" + std::to_string(query.org.value);
  if (!page.items.empty()) what += "; from " + std::to_string(page.items.front().no) + " to " + std::to_string(page.items.back().no);
  return what;
}

Result<List<LearningRecordShape>> answer(const Call& call, const LearningQuery& query) {
  BANMO_TRY(const events::LearningPage page, call.engines.events->browse(call.principal, query));
  BANMO_DO(note_read(call, pack::Level::l3, "learning.read", "statement", what_of(query, page), page.items.size()));
  const auto tree = call.engines.directory->orgs();
  List<LearningRecordShape> list;
  for (const LearningRecord& record : page.items) list.items.push_back(shape_of(*tree, record));
  if (page.next != 0) list.next = std::to_string(page.next);
  return list;
}

// Of a person and an organisation, too.
Result<LearningQuery> wide_query_of(const Call& call) {
  BANMO_TRY(LearningQuery query, query_of(call));
  if (const std::string person = call.text("person"); !person.empty()) {
    BANMO_TRY(query.person, person_of(call, person));
  }
  if (const std::string org = call.text("org"); !org.empty()) {
    BANMO_TRY(query.org, org_of(call, org));
  }
  return query;
}

Result<List<LearningRecordShape>> list_records(const Call& call) {
  BANMO_TRY(const LearningQuery query, wide_query_of(call));
  return answer(call, query);
}

Result<http::Response> export_records(const Call& call) {
  BANMO_TRY(const LearningQuery query, wide_query_of(call));
  const std::string format = call.text("format").empty() ? "csv" : call.text("format");
  BANMO_TRY(records::WrittenTable file, call.engines.events->export_records(call.principal, query, format));
  const auto noted =
      note_read(call, pack::Level::l3, "learning.export", "statement", what_of(query, {}) + "; format=" + format, static_cast<size_t>(file.n_rows));
  http::Response response = file_response(std::move(file.path), "学习记录." + format);
  if (noted.ok()) return response;
  std::error_code ignored;
  std::filesystem::remove(response.body_file, ignored);
  return noted.error();
}

Result<List<LearningRecordShape>> person_timeline(const Call& call) {
  BANMO_TRY(LearningQuery query, query_of(call));
  BANMO_TRY(query.person, person_of(call, call.path("id")));
  return answer(call, query);
}

Result<List<LearningRecordShape>> class_timeline(const Call& call) {
  BANMO_TRY(LearningQuery query, query_of(call));
  BANMO_TRY(query.org, org_of(call, call.path("id")));
  if (call.engines.directory->orgs()->find(query.org)->kind != directory::OrgKind::class_)
    return fail(ErrorCode::invalid, "learning.not_a_class",
                {"这个组织不是班级；请用 /learning/statements?org= 查看", "this organisation is no class: ask /learning/statements?org= for it"},
                "id");
  return answer(call, query);
}

Result<LearningDetail> get_record(const Call& call) {
  const auto tree = call.engines.directory->orgs();
  directory::OrgNo writer;
  if (const std::string org = call.text("org"); !org.empty()) {
    BANMO_TRY(const directory::Org* found, find_org(*tree, org));
    writer = found->no;
  }
  const Uuid id = Uuid::parse(call.path("id")).value_or(Uuid{});
  BANMO_TRY(const LearningRecord record, call.engines.events->record(call.principal, id, writer));
  BANMO_DO(note_read(call, pack::Level::l3, "learning.read", "statement", "no=" + std::to_string(record.no), 1));
  LearningDetail detail{shape_of(*tree, record), text_or_none(record.actor), text_or_none(record.registration), {}};
  if (record.json.empty()) return detail;
  BANMO_TRY(detail.statement, json::read(record.json));
  return detail;
}

std::vector<http::Parameter> conditions(std::vector<http::Parameter> more = {}) {
  for (http::Parameter& one : std::vector<http::Parameter>{
           text_parameter("from", "From this day on (2026-11-22), by the statement's own time.", 10), text_parameter("to", "Up to this day.", 10),
           text_parameter("verb", "IRI of the verb.", 1000), text_parameter("activity", "IRI of the activity that was acted on.", 1000),
           text_parameter("type", "IRI of the activity's type.", 1000), text_parameter("key", "The tool's key."),
           text_parameter("platform", "`context.platform`."), choice_parameter("result", "How it ended.", {"passed", "failed", "completed"}),
           text_parameter("q", "In the name or id of what was acted on.")})
    more.push_back(std::move(one));
  return more;
}
std::vector<http::Parameter> whose() {
  return {text_parameter("person", "About this person."), text_parameter("org", "About people of this organisation and below.")};
}

}  // namespace

void add_learning_routes(Builder& builder) {
  builder.tag("learning");
  using Page = List<LearningRecordShape>;
  builder.route<Page>({.method = "GET",
                       .path = "/learning/statements",
                       .operation = "list_learning_records",
                       .summary = {"范围内的学习记录，新的在前；一页可能不满，next 表示还有",
                                   "Learning records in the caller's scope, newest first; a page may come short while there is `next`"},
                       .permission = "datasets.read",
                       .parameters = page_parameters(conditions(whose()))},
                      list_records);
  builder.route<http::Response>({.method = "GET",
                                 .path = "/learning/export",
                                 .operation = "export_learning_records",
                                 .summary = {"导出范围内的学习记录：CSV 供人阅读，JSON Lines 与 Parquet 供程序使用",
                                             "Learning records of the caller's scope as a file: CSV for people, JSON lines and Parquet for programs"},
                                 .permission = "datasets.export",
                                 .parameters =
                                     [] {
                                       auto parameters = conditions(whose());
                                       parameters.push_back(choice_parameter("format", "csv, jsonl or parquet.", {"csv", "jsonl", "parquet"}));
                                       return parameters;
                                     }(),
                                 .timeout_ms = kExport_ms},
                                export_records);
  builder.route<LearningDetail>(
      {.method = "GET",
       .path = "/learning/statements/{id}",
       .operation = "get_learning_record",
       .summary = {"一条学习记录：句子、各部分与原文", "A learning record: sentence, parts, and the statement itself"},
       .permission = "datasets.read",
       .parameters = {text_parameter("org", "The organisation whose tool wrote it: ids may repeat between organisations.")}},
      get_record);
  builder.route<Page>({.method = "GET",
                       .path = "/learning/people/{id}/timeline",
                       .operation = "person_learning_timeline",
                       .summary = {"一个人的学习记录", "Learning records about a person"},
                       .permission = "datasets.read",
                       .parameters = page_parameters(conditions())},
                      person_timeline);
  builder.route<Page>({.method = "GET",
                       .path = "/learning/classes/{id}/timeline",
                       .operation = "class_learning_timeline",
                       .summary = {"一个班级的学习记录", "Learning records about the pupils of a class"},
                       .permission = "datasets.read",
                       .parameters = page_parameters(conditions())},
                      class_timeline);
}

}  // namespace banmo::api
