// SPDX-License-Identifier: Apache-2.0
// Admissions: runs, what they gave, comparisons of mechanisms.
#include "models/admissions.h"

#include <algorithm>

#include "api/builder.h"
#include "api/read_note.h"
#include "api/shapes.h"

namespace banmo::api {
namespace {

constexpr const char* kRunStateNames[] = {"running", "stopped", "computed", "checked", "published", "dropped"};
constexpr const char* kOutcomeNames[] = {"placed",   "not_reached", "full",     "passed_over",  "not_eligible", "below_floor",
                                         "no_score", "no_program",  "repeated", "beyond_limit", "gone"};
constexpr const char* kMechanismNames[] = {"deferred_acceptance", "parallel_choice", "immediate_acceptance", "top_trading_cycles", "lottery"};
constexpr const char* kComparedNames[] = {"deferred_acceptance", "parallel_choice", "immediate_acceptance", "top_trading_cycles"};
constexpr int kRunTimeout_ms = 300'000;  // of a city's year in one database; 100,000 applicants take seconds

Two two_of(const pack::Title& title) { return {title.zh, title.en}; }

struct BatchShape {
  static constexpr const char* kName = "AdmissionBatch";
  std::string id, mechanism;
  Two title;
  int max_choices = 0;
  bool has_lottery = false;
};
template <class V>
void describe(V& v, BatchShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("mechanism", x.mechanism, {.one_of = kMechanismNames});
  v.field("max_choices", x.max_choices);
  v.field("has_lottery", x.has_lottery);
}

struct AdmissionShape {
  static constexpr const char* kName = "Admission";
  std::string id, pack, applicants, choices, plans;
  std::optional<std::string> results;
  Two title;
  std::vector<BatchShape> batches;
};
template <class V>
void describe(V& v, AdmissionShape& x) {
  v.field("id", x.id);
  v.field("pack", x.pack);
  v.field("title", x.title);
  v.field("applicants", x.applicants);
  v.field("choices", x.choices);
  v.field("plans", x.plans);
  v.field("results", x.results);
  v.field("batches", x.batches);
}

struct FiguresShape {
  static constexpr const char* kName = "AdmissionBatchFigures";
  models::BatchFigures figures;
};
template <class V>
void describe(V& v, FiguresShape& x) {
  models::BatchFigures& f = x.figures;
  v.field("batch", f.batch);
  v.field("mechanism", f.mechanism, {.one_of = kMechanismNames});
  v.field("n_applicants", f.n_applicants);
  v.field("n_choices", f.n_choices);
  v.field("n_seats", f.n_seats);
  v.field("n_placed", f.n_placed);
  v.field("n_first", f.n_first);
  v.field("n_exceptions", f.n_exceptions);
  v.field("stable", f.stable);
}

struct RunShape {
  static constexpr const char* kName = "AdmissionRun";
  std::string id, admission, state, batch;
  int64_t year = 0;
  std::string by, checked_by, published_by;
  Instant begun_at;
  std::optional<Instant> computed_at, checked_at, published_at;
  std::string input_sha256, output_sha256;
  std::vector<FiguresShape> batches;
};
template <class V>
void describe(V& v, RunShape& x) {
  v.field("id", x.id);
  v.field("admission", x.admission);
  v.field("year", x.year);
  v.field("batch", x.batch);
  v.field("state", x.state, {.one_of = kRunStateNames});
  v.field("by", x.by);
  v.field("begun_at", x.begun_at);
  v.field("computed_at", x.computed_at);
  v.field("checked_by", x.checked_by);
  v.field("checked_at", x.checked_at);
  v.field("published_by", x.published_by);
  v.field("published_at", x.published_at);
  v.field("input_sha256", x.input_sha256);
  v.field("output_sha256", x.output_sha256);
  v.field("batches", x.batches);
}

struct ExceptionShape {
  static constexpr const char* kName = "AdmissionException";
  models::RunException one;
};
template <class V>
void describe(V& v, ExceptionShape& x) {
  v.field("batch", x.one.batch);
  v.field("flaw", x.one.flaw);
  v.field("number", x.one.number);
  v.field("program", x.one.program);
}

// A run's certificate: stable, or what keeps it from being so (the first hundred).
struct CertificateShape {
  static constexpr const char* kName = "AdmissionCertificate";
  RunShape run;
  bool stable = false;
  int64_t n_exceptions = 0;
  std::vector<ExceptionShape> exceptions;
};
template <class V>
void describe(V& v, CertificateShape& x) {
  v.field("run", x.run);
  v.field("stable", x.stable);
  v.field("n_exceptions", x.n_exceptions);
  v.field("exceptions", x.exceptions);
}

struct CutOffShape {
  static constexpr const char* kName = "AdmissionCutOff";
  std::string batch, program, title, quota;
  int64_t seats = 0, capacity = 0, n_placed = 0, standing = 0;
  int tier = 0;
  std::optional<double> score;
};
template <class V>
void describe(V& v, CutOffShape& x) {
  v.field("batch", x.batch);
  v.field("program", x.program);
  v.field("title", x.title);
  v.field("quota", x.quota);
  v.field("seats", x.seats);
  v.field("capacity", x.capacity);
  v.field("n_placed", x.n_placed);
  v.field("standing", x.standing);
  v.field("tier", x.tier);
  v.field("score", x.score);
}

struct PlacedShape {
  static constexpr const char* kName = "AdmissionResult";
  std::string number, batch, program, title, quota;
  int64_t order = 0;
};
template <class V>
void describe(V& v, PlacedShape& x) {
  v.field("number", x.number);
  v.field("batch", x.batch);
  v.field("program", x.program);
  v.field("title", x.title);
  v.field("quota", x.quota);
  v.field("order", x.order);
}

struct ChoiceShape {
  static constexpr const char* kName = "AdmissionChoice";
  std::string batch, program, title, quota, outcome;
  int64_t order = 0, standing = 0, needed = 0;
  int tier = 0, needed_tier = 0;
  std::optional<double> score, needed_score;
  std::optional<Two> decided_by;
  Two because;
};
template <class V>
void describe(V& v, ChoiceShape& x) {
  v.field("batch", x.batch);
  v.field("order", x.order);
  v.field("program", x.program);
  v.field("title", x.title);
  v.field("quota", x.quota);
  v.field("outcome", x.outcome, {.one_of = kOutcomeNames});
  v.field("tier", x.tier);
  v.field("score", x.score);
  v.field("standing", x.standing);
  v.field("needed", x.needed);
  v.field("needed_tier", x.needed_tier);
  v.field("needed_score", x.needed_score);
  v.field("decided_by", x.decided_by);
  v.field("because", x.because);
}

struct ExplanationShape {
  static constexpr const char* kName = "AdmissionExplanation";
  RunShape run;
  Two admission_title;
  PlacedShape result;
  std::vector<ChoiceShape> choices;
};
template <class V>
void describe(V& v, ExplanationShape& x) {
  v.field("run", x.run);
  v.field("admission_title", x.admission_title);
  v.field("result", x.result);
  v.field("choices", x.choices);
}

struct ComparisonShape {
  static constexpr const char* kName = "AdmissionComparison";
  models::Comparison one;
};
template <class V>
void describe(V& v, ComparisonShape& x) {
  models::Comparison& c = x.one;
  v.field("mechanism", c.mechanism, {.one_of = kMechanismNames});
  v.field("is_own", c.is_own);
  v.field("n_applicants", c.n_applicants);
  v.field("n_placed", c.n_placed);
  v.field("n_first", c.n_first);
  v.field("mean_order", c.mean_order);
  v.field("n_better", c.n_better);
  v.field("n_worse", c.n_worse);
  v.field("n_exceptions", c.n_exceptions);
  v.field("output_sha256", c.output_sha256);
}

struct RunIn {
  static constexpr const char* kName = "AdmissionRunIn";
  int64_t year = 0;
  std::string batch;
};
template <class V>
void describe(V& v, RunIn& x) {
  v.field("year", x.year, {.minimum = 1900, .maximum = 9999});
  v.field("batch", x.batch, {.max_length = 48, .has_default = true});
}

struct CompareIn {
  static constexpr const char* kName = "AdmissionCompareIn";
  int64_t year = 0;
  std::string batch;
  std::vector<std::string> mechanisms;
};
template <class V>
void describe(V& v, CompareIn& x) {
  v.field("year", x.year, {.minimum = 1900, .maximum = 9999});
  v.field("batch", x.batch, {.max_length = 48});
  v.field("mechanisms", x.mechanisms, {.min_length = 1, .max_length = 4, .one_of = kComparedNames});
}

// Who did what is for those who run and publish.
RunShape shape_of(const Call& call, const models::Run& run) {
  RunShape shape{run.id.to_string(), run.admission,     kRunStateNames[static_cast<size_t>(run.state)],
                 run.batch,          run.year,          run.account,
                 run.checked_by,     run.published_by,  run.begun_at,
                 run.computed_at,    run.checked_at,    run.published_at,
                 run.input_sha256,   run.output_sha256, {}};
  for (const models::BatchFigures& one : run.batches) shape.batches.push_back({one});
  if (!call.principal.has(directory::Right::admission_run) && !call.principal.has(directory::Right::admission_publish))
    shape.by = shape.checked_by = shape.published_by = {};
  return shape;
}
Result<RunShape> run_answer(const Call& call, Result<models::Run> done) {
  BANMO_TRY(const models::Run run, std::move(done));
  return shape_of(call, run);
}

PlacedShape shape_of(const models::ApplicantResult& one) { return {one.number, one.batch, one.program, one.program_title, one.quota, one.order}; }

std::string text_of(double score) {
  std::string text = std::to_string(score);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// Why, in a sentence that names what would have been needed.
Two because(const models::ChoiceResult& choice, const Two& decided) {
  const std::string standing = std::to_string(choice.standing), needed = std::to_string(choice.needed);
  switch (choice.outcome) {
    case models::Outcome::placed: return {"录取", "placed here"};
    case models::Outcome::not_reached: return {"前面的志愿已录取，此志愿不再投档", "a choice before this one was given"};
    case models::Outcome::passed_over:
      return {"排位第 " + standing + "，本来够格，但名额已给了先填或交换得到的考生",
              "standing " + standing + " would have been enough, but the seat went to somebody who asked earlier or traded"};
    case models::Outcome::not_eligible: return {"不符合该批次的报考条件", "the conditions of the batch are not met"};
    case models::Outcome::below_floor: return {"未达到最低分数线", "below the floor"};
    case models::Outcome::no_score: return {"没有成绩", "there is no score"};
    case models::Outcome::no_program: return {"该批次的计划中没有这个专业", "the plan of the batch has no such program"};
    case models::Outcome::repeated: return {"与前面的志愿重复", "the same as a choice before"};
    case models::Outcome::beyond_limit: return {"超出该批次可填的志愿数", "beyond the number of choices that the batch takes"};
    case models::Outcome::gone: return {"已在前面的批次录取", "placed in an earlier batch"};
    case models::Outcome::full: break;
  }
  if (choice.needed == 0) return {"没有面向该考生的名额", "there is no seat for such applicants"};
  if (choice.decided == models::kByScore && choice.score && choice.needed_score)
    return {"排位第 " + standing + "，须在第 " + needed + " 以内；最后一名 " + text_of(*choice.needed_score) + " 分，本人 " + text_of(*choice.score) +
                " 分",
            "standing " + standing + ", " + needed + " was needed; the last one placed has " + text_of(*choice.needed_score) + ", this applicant " +
                text_of(*choice.score)};
  return {"排位第 " + standing + "，须在第 " + needed + " 以内；与最后一名相比，差在“" + decided.zh + "”",
          "standing " + standing + ", " + needed + " was needed; what decided was: " + decided.en};
}

Result<ExplanationShape> explanation_shape(const Call& call, const models::Run& run, const models::Explanation& explanation) {
  const pack::Admission& admission = *call.engines.catalogue->admission(run.admission);
  BANMO_DO(note_read(call, admission.level, "admission.explain", admission.applicants.dataset, "run=" + run.id.to_string(), 1));
  ExplanationShape shape{shape_of(call, run), two_of(admission.title), shape_of(explanation.applicant), {}};
  for (const models::ChoiceResult& choice : explanation.choices) {
    const Two decided = Two::of(choice.decided_by);
    ChoiceShape& out = shape.choices.emplace_back();
    out.batch = choice.batch;
    out.program = choice.program;
    out.title = choice.program_title;
    out.quota = choice.quota;
    out.outcome = kOutcomeNames[static_cast<size_t>(choice.outcome)];
    out.order = choice.order;
    out.standing = choice.standing;
    out.needed = choice.needed;
    out.tier = choice.tier;
    out.needed_tier = choice.needed_tier;
    out.score = choice.score;
    out.needed_score = choice.needed_score;
    if (!decided.zh.empty()) out.decided_by = decided;
    out.because = because(choice, decided);
  }
  return shape;
}

Result<List<AdmissionShape>> list_admissions(const Call& call) {
  List<AdmissionShape> list;
  for (const pack::Admission& admission : call.engines.admissions->all()) {
    AdmissionShape& shape = list.items.emplace_back();
    shape.id = admission.id;
    shape.pack = admission.pack;
    shape.title = two_of(admission.title);
    shape.applicants = admission.applicants.dataset;
    shape.choices = admission.choices.dataset;
    shape.plans = admission.plans.dataset;
    if (!admission.results.dataset.empty()) shape.results = admission.results.dataset;
    for (const pack::AdmissionBatch& batch : admission.batches)
      shape.batches.push_back({batch.id, std::string(pack::name_of(batch.mechanism)), two_of(batch.title), batch.max_choices, batch.has_lottery()});
  }
  return list;
}

Result<List<RunShape>> list_runs(const Call& call) {
  BANMO_TRY(const int64_t after, call.cursor());
  const auto limit = static_cast<size_t>(call.integer("limit", 50));
  BANMO_TRY(const auto runs, call.engines.admissions->runs(call.principal, call.path("admission"), 0, after == 0 ? INT64_MAX : after, limit));
  List<RunShape> list;
  for (const models::Run& run : runs) list.items.push_back(shape_of(call, run));
  if (runs.size() == limit) list.next = std::to_string(runs.back().no);
  return list;
}

Result<RunShape> create_run(const Call& call, const RunIn& in) {
  return run_answer(call, call.engines.admissions->run(call.principal, call.path("admission"), in.year, in.batch));
}
Result<RunShape> check_run(const Call& call) { return run_answer(call, call.engines.admissions->check(call.principal, call.path("run"))); }
Result<RunShape> publish_run(const Call& call) { return run_answer(call, call.engines.admissions->publish(call.principal, call.path("run"))); }
Result<RunShape> drop_run(const Call& call) { return run_answer(call, call.engines.admissions->drop(call.principal, call.path("run"))); }

// Exceptions name applicants: for those who run; a leader publishes by figures.
Result<CertificateShape> get_run(const Call& call) {
  BANMO_TRY(const models::Run run, call.engines.admissions->find(call.principal, call.path("run")));
  CertificateShape shape{shape_of(call, run), true, 0, {}};
  for (const models::BatchFigures& one : run.batches) {
    shape.stable = shape.stable && one.stable;
    shape.n_exceptions += one.n_exceptions;
  }
  if (!call.principal.has(directory::Right::admission_run)) return shape;
  if (run.exceptions.empty()) return shape;
  const pack::Admission& admission = *call.engines.catalogue->admission(run.admission);
  BANMO_DO(
      note_read(call, admission.level, "admission.exceptions", admission.applicants.dataset, "run=" + run.id.to_string(), run.exceptions.size()));
  for (const models::RunException& one : run.exceptions) shape.exceptions.push_back({one});
  return shape;
}

Result<List<CutOffShape>> run_cut_offs(const Call& call) {
  BANMO_TRY(const models::Run run, call.engines.admissions->find(call.principal, call.path("run")));
  BANMO_TRY(const auto rows, call.engines.admissions->cut_offs(call.principal, call.path("run")));
  List<CutOffShape> list;
  for (const models::CutOffRow& row : rows) {
    list.items.push_back({row.batch, row.code, row.title, row.quota, row.seats, row.capacity, row.n_held, row.last, row.tier, row.score});
  }
  return list;
}

Result<List<PlacedShape>> run_results(const Call& call) {
  BANMO_TRY(const int64_t after, call.cursor());
  const auto limit = static_cast<size_t>(call.integer("limit", 50));
  BANMO_TRY(const models::Run run, call.engines.admissions->find(call.principal, call.path("run")));
  BANMO_TRY(const auto rows, call.engines.admissions->results(call.principal, call.path("run"), after, limit));
  const pack::Admission& admission = *call.engines.catalogue->admission(run.admission);
  BANMO_DO(note_read(call, admission.level, "admission.results", admission.applicants.dataset, "run=" + run.id.to_string(), rows.size()));
  List<PlacedShape> list;
  for (const models::ApplicantResult& row : rows) list.items.push_back(shape_of(row));
  if (rows.size() == limit) list.next = std::to_string(rows.back().seq);
  return list;
}

Result<ExplanationShape> explain_applicant(const Call& call) {
  BANMO_TRY(const models::Run run, call.engines.admissions->find(call.principal, call.path("run")));
  BANMO_TRY(const auto explanation, call.engines.admissions->explain(call.principal, call.path("run"), call.path("number")));
  return explanation_shape(call, run, explanation);
}

Result<List<ExplanationShape>> my_results(const Call& call) {
  BANMO_TRY(const auto mine, call.engines.admissions->mine(call.principal));
  List<ExplanationShape> list;
  for (const auto& [run, explanation] : mine) {
    BANMO_TRY(ExplanationShape shape, explanation_shape(call, run, explanation));
    list.items.push_back(std::move(shape));
  }
  return list;
}

Result<List<ComparisonShape>> compare(const Call& call, const CompareIn& in) {
  std::vector<pack::Mechanism> mechanisms;
  for (const std::string& name : in.mechanisms)
    if (const auto mechanism = pack::mechanism_of(name)) mechanisms.push_back(*mechanism);
  BANMO_TRY(const auto compared, call.engines.admissions->compare(call.principal, call.path("admission"), in.year, in.batch, mechanisms));
  List<ComparisonShape> list;
  for (const models::Comparison& one : compared) list.items.push_back({one});
  return list;
}

void add_reading_routes(Builder& builder) {
  builder.route<List<AdmissionShape>>({.method = "GET",
                                       .path = "/admissions",
                                       .operation = "list_admissions",
                                       .summary = {"招生录取：批次与规则", "Admissions with their batches"},
                                       .permission = "orgs.read"},
                                      list_admissions);
  builder.route<List<RunShape>>(
      {.method = "GET",
       .path = "/admissions/{admission}/runs",
       .operation = "list_admission_runs",
       .summary = {"投档记录，新的在前；不投档也不公布的人只见已公布的", "Runs, newest first; who neither runs nor publishes sees published ones"},
       .permission = "orgs.read",
       .parameters = page_parameters()},
      list_runs);
  builder.route<CertificateShape>({.method = "GET",
                                   .path = "/admissions/runs/{run}",
                                   .operation = "get_admission_run",
                                   .summary = {"一次投档与稳定性证明", "A run and its certificate: stable, or what keeps it from being so"},
                                   .permission = "orgs.read"},
                                  get_run);
  builder.route<List<CutOffShape>>({.method = "GET",
                                    .path = "/admissions/runs/{run}/cut-offs",
                                    .operation = "admission_cut_offs",
                                    .summary = {"各计划的录取线与名额", "Cut-offs and seats of each program"},
                                    .permission = "orgs.read"},
                                   run_cut_offs);
  builder.route<List<PlacedShape>>({.method = "GET",
                                    .path = "/admissions/runs/{run}/results",
                                    .operation = "admission_results",
                                    .summary = {"本人管辖范围内考生的去向，按考生号", "Where the applicants of one's scope are placed, by number"},
                                    .permission = "datasets.read",
                                    .parameters = page_parameters()},
                                   run_results);
  builder.route<ExplanationShape>({.method = "GET",
                                   .path = "/admissions/runs/{run}/applicants/{number}",
                                   .operation = "explain_admission",
                                   .summary = {"一名考生每个志愿的结果与理由", "What became of each choice of an applicant, and why"},
                                   .permission = "datasets.read"},
                                  explain_applicant);
  builder.route<List<ExplanationShape>>(
      {.method = "GET",
       .path = "/admissions/mine",
       .operation = "my_admissions",
       .summary = {"本人与被监护人已公布的录取结果和理由", "Published results of oneself and one's wards, with reasons"},
       .permission = "datasets.read"},
      my_results);
}

void add_run_routes(Builder& builder) {
  builder.route<RunIn, RunShape>({.method = "POST",
                                  .path = "/admissions/{admission}/runs",
                                  .operation = "run_admission",
                                  .summary = {"投档：计算、验证、说明理由并存下", "Run: place, verify, explain and store"},
                                  .permission = "admission.run",
                                  .answer_status = 201,
                                  .timeout_ms = kRunTimeout_ms},
                                 create_run);
  builder.route<RunShape>({.method = "POST",
                           .path = "/admissions/runs/{run}/check",
                           .operation = "check_admission_run",
                           .summary = {"复核一次投档（另一个人）", "Check a run: somebody else than who ran it"},
                           .permission = "admission.publish"},
                          check_run);
  builder.route<RunShape>({.method = "POST",
                           .path = "/admissions/runs/{run}/publish",
                           .operation = "publish_admission_run",
                           .summary = {"公布复核过的投档（另一个人）", "Publish a run that was checked: somebody else than who ran it"},
                           .permission = "admission.publish",
                           .timeout_ms = kRunTimeout_ms},
                          publish_run);
  builder.route<RunShape>({.method = "POST",
                           .path = "/admissions/runs/{run}/drop",
                           .operation = "drop_admission_run",
                           .summary = {"作废未公布的投档", "Drop a run that is not published"},
                           .permission = "admission.run"},
                          drop_run);
  builder.route<CompareIn, List<ComparisonShape>>({.method = "POST",
                                                   .path = "/admissions/{admission}/comparisons",
                                                   .operation = "compare_admission",
                                                   .summary = {"在同一批考生上比较录取机制", "Compare mechanisms on the same applicants"},
                                                   .permission = "admission.run",
                                                   .timeout_ms = kRunTimeout_ms},
                                                  compare);
}

}  // namespace

void add_admission_routes(Builder& builder) {
  builder.tag("admissions");
  add_reading_routes(builder);
  add_run_routes(builder);
}

}  // namespace banmo::api
