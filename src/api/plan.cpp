// SPDX-License-Identifier: Apache-2.0
// Plan targets: measure, responsible unit, yearly values, lamps, reports with evidence.
#include <set>

#include "api/attachment.h"
#include "api/builder.h"
#include "api/read_note.h"
#include "api/shapes.h"
#include "metrics/metrics.h"

namespace banmo::api {
namespace {

constexpr const char* kLampNames[] = {"grey", "green", "yellow", "red"};
constexpr const char* kSourceNames[] = {"computed", "reported"};
constexpr const char* kComparisonNames[] = {">=", "<=", "="};
constexpr const char* kNoteKindNames[] = {"note", "reply"};

struct YearShape {
  static constexpr const char* kName = "TargetYear";
  int year = 0;
  double target = 0;
  std::optional<double> actual;
  std::string lamp;
  std::optional<std::string> source, evidence, by;
  std::optional<Instant> at;
};
template <class V>
void describe(V& v, YearShape& x) {
  v.field("year", x.year);
  v.field("target", x.target);
  v.field("actual", x.actual);
  v.field("lamp", x.lamp, {.one_of = kLampNames});
  v.field("source", x.source, {.one_of = kSourceNames});
  v.field("evidence", x.evidence);
  v.field("by", x.by);
  v.field("at", x.at);
}

struct TargetShape {
  static constexpr const char* kName = "Target";
  std::string id, plan, section, item, unit, measure, op;
  std::optional<std::string> metric;
  std::string source, responsible;
  std::vector<YearShape> years;
  int n_files = 0, n_notes = 0;
  bool awaits_reply = false;
};
template <class V>
void describe(V& v, TargetShape& x) {
  v.field("id", x.id);
  v.field("plan", x.plan);
  v.field("section", x.section);
  v.field("item", x.item);
  v.field("unit", x.unit);
  v.field("measure", x.measure);
  v.field("op", x.op, {.one_of = kComparisonNames});
  v.field("metric", x.metric);
  v.field("source", x.source, {.one_of = kSourceNames});
  v.field("responsible", x.responsible);
  v.field("years", x.years);
  v.field("n_files", x.n_files);
  v.field("n_notes", x.n_notes);
  v.field("awaits_reply", x.awaits_reply, {.doc = "The last word of the thread is a note of supervision."});
}

struct PlanShape {
  static constexpr const char* kName = "Plan";
  std::vector<TargetShape> items;
  std::vector<std::string> units;
};
template <class V>
void describe(V& v, PlanShape& x) {
  v.field("items", x.items);
  v.field("units", x.units);
}

struct Report {
  static constexpr const char* kName = "TargetReport";
  int year = 0;
  double value = 0;
  std::string evidence;
};
template <class V>
void describe(V& v, Report& x) {
  v.field("year", x.year, {.minimum = 2000, .maximum = 2100});
  v.field("value", x.value, {.minimum = -1e15, .maximum = 1e15});
  v.field("evidence", x.evidence, {.title = "依据", .min_length = 1, .max_length = 2000});
}

struct FileShape {
  static constexpr const char* kName = "EvidenceFile";
  std::string id;
  int year = 0;
  std::string name, type;
  int64_t n_bytes = 0;
  std::string sha256, by;
  Instant at;
};
template <class V>
void describe(V& v, FileShape& x) {
  v.field("id", x.id);
  v.field("year", x.year);
  v.field("name", x.name);
  v.field("type", x.type);
  v.field("n_bytes", x.n_bytes);
  v.field("sha256", x.sha256);
  v.field("by", x.by);
  v.field("at", x.at);
}

struct NoteShape {
  static constexpr const char* kName = "PlanNote";
  int64_t no = 0;
  int year = 0;
  std::string kind, text, by;
  Instant at;
};
template <class V>
void describe(V& v, NoteShape& x) {
  v.field("no", x.no);
  v.field("year", x.year);
  v.field("kind", x.kind, {.one_of = kNoteKindNames});
  v.field("text", x.text);
  v.field("by", x.by);
  v.field("at", x.at);
}

struct PapersShape {
  static constexpr const char* kName = "PlanPapers";
  std::vector<FileShape> files;
  std::vector<NoteShape> notes;
};
template <class V>
void describe(V& v, PapersShape& x) {
  v.field("files", x.files);
  v.field("notes", x.notes);
}

struct NewNote {
  static constexpr const char* kName = "NewPlanNote";
  int year = 0;
  std::string text;
};
template <class V>
void describe(V& v, NewNote& x) {
  v.field("year", x.year, {.minimum = 2000, .maximum = 2100});
  v.field("text", x.text, {.min_length = 1, .max_length = 2000});
}

const char* name_of(metrics::Lamp lamp) {
  switch (lamp) {
    case metrics::Lamp::grey: return "grey";
    case metrics::Lamp::green: return "green";
    case metrics::Lamp::yellow: return "yellow";
    case metrics::Lamp::red: return "red";
  }
  return "grey";
}

YearShape shape_of(const metrics::TargetYear& year) {
  YearShape shape{year.year, year.target, year.actual, name_of(year.lamp), {}, {}, {}, year.at};
  if (year.actual) shape.source = year.computed ? "computed" : "reported";
  if (!year.evidence.empty()) shape.evidence = year.evidence;
  if (!year.by.empty()) shape.by = year.by;
  return shape;
}

TargetShape shape_of(const metrics::TargetState& state) {
  const pack::Target& target = *state.target;
  TargetShape shape{target.id,          target.plan, target.section,
                    target.item,        target.unit, target.measure,
                    target.comparison,  {},          target.metric.empty() && target.packs_tagged.empty() ? "reported" : "computed",
                    target.responsible, {}};
  shape.n_files = state.papers.n_files;
  shape.n_notes = state.papers.n_notes;
  shape.awaits_reply = state.papers.awaits_reply;
  if (!target.metric.empty()) shape.metric = target.metric;
  for (const metrics::TargetYear& year : state.years) shape.years.push_back(shape_of(year));
  return shape;
}

FileShape shape_of(const metrics::PlanFile& file) { return {file.id, file.year, file.name, file.type, file.n_bytes, file.sha256, file.by, file.at}; }

NoteShape shape_of(const metrics::PlanNote& note) { return {note.no, note.year, note.reply ? "reply" : "note", note.text, note.by, note.at}; }

Result<PapersShape> get_papers(const Call& call) {
  BANMO_TRY(const metrics::Papers found, call.engines.metrics->papers(call.principal, call.path("id")));
  PapersShape papers;
  for (const metrics::PlanFile& file : found.files) papers.files.push_back(shape_of(file));
  for (const metrics::PlanNote& note : found.notes) papers.notes.push_back(shape_of(note));
  return papers;
}

Result<FileShape> attach_file(const Call& call) {
  const std::string name = call.text("name").empty() ? call.request.upload_name : call.text("name");
  BANMO_TRY(const metrics::PlanFile file,
            call.engines.metrics->attach_file(call.principal, call.path("id"), call.integer("year", 0), name, call.request.body_file));
  return shape_of(file);
}

// Always as an attachment: an evidence file is never drawn inside the portal's origin.
Result<http::Response> get_file(const Call& call) {
  BANMO_TRY(const auto found, call.engines.metrics->evidence_file(call.principal, call.path("id")));
  // Nobody has classified what a handed-in file holds, so each download is noted as a read of level 3 is.
  BANMO_DO(note_read(call, pack::Level::l3, "plan.file_read", "target", "target=" + found.first.target + "; file=" + found.first.id, 1));
  return attachment(found.second, found.first.type, found.first.name);
}

Result<NoteShape> add_note(const Call& call, const NewNote& note, bool reply) {
  BANMO_TRY(const metrics::PlanNote made, call.engines.metrics->add_note(call.principal, call.path("id"), note.year, reply, note.text));
  return shape_of(made);
}

Result<PlanShape> get_plan(const Call& call) {
  BANMO_TRY(const auto states, call.engines.metrics->plan(call.principal));
  PlanShape plan;
  std::set<std::string> units;
  for (const metrics::TargetState& state : states) {
    plan.items.push_back(shape_of(state));
    units.insert(state.target->responsible);
  }
  plan.units.assign(units.begin(), units.end());
  return plan;
}

}  // namespace

void add_plan_routes(Builder& builder) {
  builder.tag("plan");
  builder.route<PlanShape>(
      {.method = "GET", .path = "/plan", .operation = "get_plan", .summary = {"规划指标", "Plan targets"}, .permission = "plan.read"}, get_plan);
  builder.route<Report, TargetShape>(
      {.method = "POST",
       .path = "/plan/targets/{id}/reports",
       .operation = "report_target",
       .summary = {"填报指标进展与依据", "Report a figure with evidence"},
       .permission = "plan.report"},
      [](const Call& call, const Report& report) -> Result<TargetShape> {
        BANMO_TRY(const metrics::TargetState state,
                  call.engines.metrics->report_target(call.principal, call.path("id"), report.year, report.value, report.evidence));
        return shape_of(state);
      });
  builder.route<PapersShape>({.method = "GET",
                              .path = "/plan/targets/{id}/papers",
                              .operation = "get_plan_papers",
                              .summary = {"指标的依据文件与督导意见", "Evidence files and notes of a target"},
                              .permission = "plan.read"},
                             get_papers);
  builder.upload<FileShape>({.method = "POST",
                             .path = "/plan/targets/{id}/files",
                             .operation = "attach_plan_file",
                             .summary = {"上传依据文件（至多 5 MB）", "Attach an evidence file (5 MB at most)"},
                             .permission = "plan.report",
                             .parameters = {{.name = "year",
                                             .schema = json::Object{{"type", "integer"}, {"minimum", 2000}, {"maximum", 2100}},
                                             .description = "Of the target.",
                                             .required = true},
                                            text_parameter("name", "The file's name; that of the upload if absent.", 240)},
                             .answer_status = 201},
                            attach_file);
  builder.route<http::Response>({.method = "GET",
                                 .path = "/plan/files/{id}",
                                 .operation = "get_plan_file",
                                 .summary = {"下载依据文件", "Download an evidence file"},
                                 .permission = "plan.read"},
                                get_file);
  builder.route<NewNote, NoteShape>({.method = "POST",
                                     .path = "/plan/targets/{id}/notes",
                                     .operation = "add_plan_note",
                                     .summary = {"写督导意见", "Write a note of supervision"},
                                     .permission = "plan.supervise",
                                     .answer_status = 201},
                                    [](const Call& call, const NewNote& note) { return add_note(call, note, false); });
  builder.route<NewNote, NoteShape>({.method = "POST",
                                     .path = "/plan/targets/{id}/replies",
                                     .operation = "reply_plan_note",
                                     .summary = {"回复督导意见", "Reply to a note of supervision"},
                                     .permission = "plan.report",
                                     .answer_status = 201},
                                    [](const Call& call, const NewNote& note) { return add_note(call, note, true); });
}

}  // namespace banmo::api
