// SPDX-License-Identifier: Apache-2.0
// Import of files: jobs with live progress, batches, quarantine.
#include <filesystem>

#include "api/builder.h"
#include "api/read_note.h"
#include "api/row_json.h"
#include "api/shapes.h"
#include "directory/directory.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

constexpr const char* kJobKindNames[] = {"import"};
constexpr const char* kJobStateNames[] = {"queued", "running", "done", "failed"};
constexpr const char* kBatchStateNames[] = {"running", "done"};
constexpr const char* kHeadingNames[] = {"id", "title", "synonym", "chosen", "left_out", ""};  // how a column was known

struct ProblemShape {
  static constexpr const char* kName = "JobFault";
  std::string code, where;
  Two detail;
};
template <class V>
void describe(V& v, ProblemShape& x) {
  v.field("code", x.code);
  v.field("where", x.where);
  v.field("detail", x.detail);
}

struct JobShape {
  static constexpr const char* kName = "Job";
  std::string id, kind = "import", dataset, file;
  bool dry_run = false;
  std::string state, phase;
  double progress = 0;
  int64_t n_read = 0, n_good = 0, n_bad = 0, n_warn = 0, n_new = 0, n_changed = 0, n_same = 0;
  std::optional<std::string> batch;
  std::optional<ProblemShape> error;
  std::string by;
  Instant created_at;
  std::optional<Instant> finished_at;
  bool can_write = false;
};
template <class V>
void describe(V& v, JobShape& x) {
  v.field("id", x.id);
  v.field("kind", x.kind, {.one_of = kJobKindNames});
  v.field("dataset", x.dataset);
  v.field("file", x.file);
  v.field("dry_run", x.dry_run);
  v.field("state", x.state, {.one_of = kJobStateNames});
  v.field("phase", x.phase);
  v.field("progress", x.progress);
  v.field("n_read", x.n_read);
  v.field("n_good", x.n_good);
  v.field("n_bad", x.n_bad);
  v.field("n_warn", x.n_warn);
  v.field("n_new", x.n_new);
  v.field("n_changed", x.n_changed);
  v.field("n_same", x.n_same);
  v.field("batch", x.batch);
  v.field("error", x.error);
  v.field("by", x.by);
  v.field("created_at", x.created_at);
  v.field("finished_at", x.finished_at);
  v.field("can_write", x.can_write);
}

struct BatchShape {
  static constexpr const char* kName = "Batch";
  std::string id, dataset, file, sha256, by;
  Instant at;
  int64_t n_good = 0, n_bad = 0, n_warn = 0;
  std::string state;
};
template <class V>
void describe(V& v, BatchShape& x) {
  v.field("id", x.id);
  v.field("dataset", x.dataset);
  v.field("file", x.file);
  v.field("sha256", x.sha256);
  v.field("by", x.by);
  v.field("at", x.at);
  v.field("n_good", x.n_good);
  v.field("n_bad", x.n_bad);
  v.field("n_warn", x.n_warn);
  v.field("state", x.state, {.one_of = kBatchStateNames});
}

struct BadShape {
  static constexpr const char* kName = "QuarantinedRow";
  std::string id, batch, file;
  int64_t line = 0;
  std::optional<std::string> field;
  std::string rule;
  Two detail;
  std::map<std::string, std::string> raw;
  std::optional<OrgRef> org;
};
template <class V>
void describe(V& v, BadShape& x) {
  v.field("id", x.id);
  v.field("batch", x.batch);
  v.field("file", x.file);
  v.field("line", x.line);
  v.field("field", x.field);
  v.field("rule", x.rule);
  v.field("detail", x.detail);
  v.field("raw", x.raw);
  v.field("org", x.org);
}

const char* name_of(records::JobState state) {
  switch (state) {
    case records::JobState::queued: return "queued";
    case records::JobState::running: return "running";
    case records::JobState::done: return "done";
    case records::JobState::failed: return "failed";
  }
  return "failed";
}

bool has_ended(const records::Job& job) { return job.state == records::JobState::done || job.state == records::JobState::failed; }

JobShape shape_of(const records::Job& job) {
  JobShape shape;
  shape.id = job.id.to_string();
  shape.dataset = job.dataset;
  shape.file = job.file_name;
  shape.dry_run = job.dry_run;
  shape.state = name_of(job.state);
  shape.phase = job.phase;
  shape.progress = job.progress;
  shape.n_read = job.n_read;
  shape.n_good = job.n_good;
  shape.n_bad = job.n_bad;
  shape.n_warn = job.n_warn;
  shape.n_new = job.n_new;
  shape.n_changed = job.n_changed;
  shape.n_same = job.n_same;
  if (job.batch) shape.batch = job.batch->to_string();
  if (job.error) shape.error = ProblemShape{job.error->id, job.error->where, Two::of(job.error->message)};
  shape.by = job.by;
  shape.created_at = job.created_at;
  shape.finished_at = job.finished_at;
  shape.can_write = job.can_write;
  return shape;
}

// The upload is deleted with the request, and the import outlives it.
Result<std::string> keep_upload(const Call& call) {
  const std::string kept = call.engines.upload_directory + "/" + Uuid::next().to_string();
  std::error_code failed;
  std::filesystem::rename(call.request.body_file, kept, failed);
  if (failed)
    return fail(ErrorCode::unavailable, "records.upload_lost",
                {"服务器无法保存上传的文件，请稍后重试", "the server could not keep the upload: try again"}, {}, failed.message());
  call.request.body_file.clear();
  return kept;
}

// map=field:heading; an empty field leaves the column out.
Result<std::vector<std::pair<std::string, std::string>>> mapping_of(const Call& call) {
  std::vector<std::pair<std::string, std::string>> mapping;
  for (const auto& [name, value] : call.request.query) {
    if (name != "map") continue;
    const size_t colon = value.find(':');
    if (colon == std::string::npos)
      return fail(ErrorCode::invalid, "http.bad_map", {"列对应关系应写为 字段:标题，例如 raw:实测值", "map is field:heading, for example raw:Result"},
                  "map");
    mapping.emplace_back(value.substr(colon + 1), value.substr(0, colon));
  }
  return mapping;
}

Result<JobShape> start_import(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  records::ImportOptions options;
  options.dataset = dataset->id;
  options.file_name = !call.text("name").empty() ? call.text("name") : call.request.upload_name;
  options.dry_run = call.flag("dry_run");
  if (call.request.body_file.empty())
    return fail(ErrorCode::invalid, "records.no_file",
                {"请求里没有文件；请选择 CSV 或 XLSX 文件再上传", "there is no file in the request: choose a CSV or XLSX file"});
  BANMO_TRY(options.mapping, mapping_of(call));
  BANMO_TRY(options.file, keep_upload(call));
  BANMO_TRY(const records::Job job, call.engines.records->import(call.principal, std::move(options)));
  return shape_of(job);
}

struct HeadingShape {
  std::string title, by;
  std::optional<std::string> field, nearest;
};
template <class V>
void describe(V& v, HeadingShape& x) {
  v.field("title", x.title);
  v.field("by", x.by, {.doc = "How it was known; empty: it was not.", .one_of = kHeadingNames});
  v.field("field", x.field);
  v.field("nearest", x.nearest);
}

struct HeadingsShape {
  static constexpr const char* kName = "Headings";
  int64_t line = 0;
  std::vector<HeadingShape> columns;
  std::vector<std::string> missing;
  std::vector<std::vector<std::string>> samples;
};
template <class V>
void describe(V& v, HeadingsShape& x) {
  v.field("line", x.line);
  v.field("columns", x.columns);
  v.field("missing", x.missing);
  v.field("samples", x.samples);
}

Result<HeadingsShape> read_headings(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  if (call.request.body_file.empty())
    return fail(ErrorCode::invalid, "records.no_file",
                {"请求里没有文件；请选择 CSV 或 XLSX 文件再上传", "there is no file in the request: choose a CSV or XLSX file"});
  BANMO_TRY(const auto report, call.engines.records->headings(call.principal, dataset->id, call.request.body_file));
  HeadingsShape shape{report.line, {}, report.missing, report.samples};
  for (const auto& column : report.columns) {
    HeadingShape heading{column.title, column.by, {}, {}};
    if (!column.field.empty()) heading.field = column.field;
    if (!column.nearest.empty()) heading.nearest = column.nearest;
    shape.columns.push_back(std::move(heading));
  }
  return shape;
}

Result<JobShape> write_checked(const Call& call) {
  const auto id = JobId::parse(call.path("id"));
  if (!id) return fail(ErrorCode::not_found, "records.no_such_job", {"没有这个任务", "no such job"});
  BANMO_TRY(const records::Job job, call.engines.records->write_checked(call.principal, *id));
  return shape_of(job);
}

Result<List<JobShape>> list_jobs(const Call& call) {
  const int limit = call.integer("limit", 50);
  BANMO_TRY(const auto jobs, call.engines.records->jobs(call.principal, limit, call.text("after")));
  List<JobShape> list;
  for (const records::Job& job : jobs) list.items.push_back(shape_of(job));
  if (static_cast<int>(jobs.size()) == limit) list.next = list.items.back().id;
  return list;
}

// The events of a job until it ends: one when something changed.
// The session is asked each time: whoever is disabled or moved meanwhile gets no more.
http::EventSource follow(const Engines& engines, std::string token, JobId id) {
  return [&engines, token = std::move(token), id, last = std::string(), ended = false]() mutable -> std::optional<std::vector<http::Event>> {
    if (ended) return std::nullopt;
    const auto principal = engines.directory->authenticate(token);
    if (!principal.ok()) return std::nullopt;
    const auto job = engines.records->job(**principal, id);
    if (!job.ok()) return std::nullopt;
    std::string text = json::to_text(shape_of(*job));
    ended = has_ended(*job);
    if (text == last) return std::vector<http::Event>{};
    last = text;
    return std::vector<http::Event>{{"job", std::move(text)}};
  };
}

Result<http::Response> get_job(const Call& call) {
  const auto id = JobId::parse(call.path("id"));
  if (!id) return fail(ErrorCode::not_found, "records.no_such_job", {"没有这个任务", "no such job"});
  BANMO_TRY(const records::Job job, call.engines.records->job(call.principal, *id));
  if (call.request.header("accept").find("text/event-stream") == std::string_view::npos)
    return http::Response::text(json::to_text(shape_of(job)), "application/json");
  http::Response response;
  response.events = follow(call.engines, std::string(token_of(call.request)), *id);
  return response;
}

Result<List<BatchShape>> list_batches(const Call& call) {
  const int limit = call.integer("limit", 50);
  BANMO_TRY(const auto batches, call.engines.records->batches(call.principal, call.text("dataset"), limit, call.text("after")));
  List<BatchShape> list;
  for (const records::Batch& batch : batches)
    list.items.push_back({batch.id.to_string(), batch.dataset, batch.file_name, batch.sha256, batch.by, batch.at, batch.n_good, batch.n_bad,
                          batch.n_warn, batch.done ? "done" : "running"});
  if (static_cast<int>(batches.size()) == limit) list.next = list.items.back().id;
  return list;
}

Result<List<BadShape>> list_quarantine(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  const int limit = call.integer("limit", 50);
  const std::string batch = call.text("batch"), org = call.text("org");
  const auto tree = call.engines.directory->orgs();
  directory::OrgNo under;
  if (!org.empty()) {
    BANMO_TRY(const directory::Org* found, find_org(*tree, org));
    under = found->no;
  }
  BANMO_TRY(const int64_t after, call.cursor());
  BANMO_TRY(const auto rows, call.engines.records->bad_rows(call.principal, dataset->id, batch, limit, after, under));
  BANMO_DO(note_rows(call, *dataset, "quarantine.read", "batch=" + batch + "; org=" + std::to_string(under.value), rows.size()));
  List<BadShape> list;
  for (const records::BadRow& row : rows) {
    BadShape shape{std::to_string(row.id),           row.batch.to_string(), row.file_name, row.line, {}, row.rule, Two::of(row.message),
                   {row.raw.begin(), row.raw.end()}, ref_of(*tree, row.org)};
    if (!row.field.empty()) shape.field = row.field;
    list.items.push_back(std::move(shape));
  }
  if (static_cast<int>(rows.size()) == limit) list.next = list.items.back().id;
  return list;
}

Result<http::Response> quarantine_xlsx(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_TRY(std::string path, call.engines.records->bad_rows_xlsx(call.principal, dataset->id, call.text("batch")));
  return file_response(std::move(path), dataset->title.zh + "-待修正.xlsx");
}

}  // namespace

void add_import_routes(Builder& builder) {
  builder.tag("imports");
  builder.upload<JobShape>({.method = "POST",
                            .path = "/datasets/{id}/import",
                            .operation = "import_file",
                            .summary = {"导入 CSV 或 XLSX 文件", "Import a CSV or XLSX file"},
                            .permission = "datasets.import",
                            .parameters = {flag_parameter("dry_run", "Check all and change nothing."),
                                           repeated_parameter("map", "field:heading: the field that a column is; an empty field leaves it out."),
                                           text_parameter("name", "The file's name, if the body is the bare file.")},
                            .answer_status = 202},
                           start_import);
  builder.upload<HeadingsShape>(
      {.method = "POST",
       .path = "/datasets/{id}/headings",
       .operation = "read_headings",
       .summary = {"识别文件的标题行（CSV 只需文件开头）", "What the headings of a file are taken for (of a CSV its beginning suffices)"},
       .permission = "datasets.import"},
      read_headings);
  builder.route<JobShape>({.method = "POST",
                           .path = "/jobs/{id}/write",
                           .operation = "write_checked",
                           .summary = {"把试运行通过的文件正式写入", "Import for good what a dry run has checked"},
                           .permission = "datasets.import",
                           .answer_status = 202},
                          write_checked);
  builder.route<List<JobShape>>({.method = "GET",
                                 .path = "/jobs",
                                 .operation = "list_jobs",
                                 .summary = {"任务", "Jobs"},
                                 .permission = "jobs.read",
                                 .parameters = page_parameters()},
                                list_jobs);
  builder.usually_answers<JobShape>();
  builder.route<http::Response>(
      {.method = "GET",
       .path = "/jobs/{id}",
       .operation = "get_job",
       .summary = {"一个任务；Accept: text/event-stream 时持续推送进度", "One job; with Accept: text/event-stream its progress as it goes"},
       .permission = "jobs.read"},
      get_job);
  builder.route<List<BatchShape>>({.method = "GET",
                                   .path = "/batches",
                                   .operation = "list_batches",
                                   .summary = {"导入批次", "Import batches"},
                                   .permission = "quality.read",
                                   .parameters = page_parameters({text_parameter("dataset", "Only of this dataset.")})},
                                  list_batches);
  builder.route<List<BadShape>>({.method = "GET",
                                 .path = "/datasets/{id}/quarantine",
                                 .operation = "list_quarantine",
                                 .summary = {"隔离区：未通过检查的行", "Quarantine: rows that did not pass"},
                                 .permission = "quality.read",
                                 .parameters = page_parameters({text_parameter("batch", "Only of this batch."),
                                                                text_parameter("org", "Only of this organisation and below.")})},
                                list_quarantine);
  builder.route<http::Response>({.method = "GET",
                                 .path = "/datasets/{id}/quarantine.xlsx",
                                 .operation = "export_quarantine",
                                 .summary = {"下载待修正的行，改好后重新导入", "The bad rows with their errors, to mend and import again"},
                                 .permission = "quality.read",
                                 .parameters = {text_parameter("batch", "Only of this batch.")}},
                                quarantine_xlsx);
}

}  // namespace banmo::api
