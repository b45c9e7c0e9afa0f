// SPDX-License-Identifier: Apache-2.0
// Admissions: runs, what they gave, comparisons of mechanisms.
#include "models/admissions.h"

#include <algorithm>

#include "api/admission_json.h"
#include "api/builder.h"
#include "api/read_note.h"

namespace banmo::api {
namespace {

constexpr int kRunTimeout_ms = 300'000;  // of a city's year in one database; 100,000 applicants take seconds

// Who did what is for those who run and publish.
AdmissionRunShape shape_of(const Call& call, const models::Run& run) {
  AdmissionRunShape shape{run.id.to_string(), run.admission,     models::kRunStates[static_cast<size_t>(run.state)],
                          run.batch,          run.year,          run.account,
                          run.checked_by,     run.published_by,  run.begun_at,
                          run.computed_at,    run.checked_at,    run.published_at,
                          run.input_sha256,   run.output_sha256, run.in_dataset,
                          run.batches,        std::nullopt,      run.n_forgotten};
  if (!run.recall.asked_by.empty()) shape.recall = AdmissionRecallShape{run.recall};
  if (call.principal.has(directory::Right::admission_run) || call.principal.has(directory::Right::admission_publish)) return shape;
  shape.by = shape.checked_by = shape.published_by = {};
  shape.recall = std::nullopt;
  if (run.state != models::RunState::recalled) return shape;
  shape.batches.clear();  // figures and hashes of what was taken back are stale
  shape.input_sha256 = shape.output_sha256 = {};
  return shape;
}
Result<AdmissionRunShape> run_answer(const Call& call, Result<models::Run> done) {
  BANMO_TRY(const models::Run run, std::move(done));
  return shape_of(call, run);
}

AdmissionPlacedShape shape_of(const models::ApplicantResult& one) {
  return {one.number, one.batch, one.program, one.program_title, one.quota, one.order};
}

Result<AdmissionExplanationShape> explanation_shape(const Call& call, const models::Run& run, const models::Explanation& explanation) {
  const pack::Admission& admission = *call.engines.catalogue->admission(run.admission);
  BANMO_DO(note_read(call, admission.level, "admission.explain", admission.applicants.dataset, "run=" + run.id.to_string(), 1));
  AdmissionExplanationShape shape{shape_of(call, run), two_of(admission.title), shape_of(explanation.applicant), {}};
  for (const models::ChoiceResult& choice : explanation.choices) {
    const Two decided = Two::of(choice.decided_by);
    AdmissionChoiceShape& out = shape.choices.emplace_back();
    out.batch = choice.batch;
    out.program = choice.program;
    out.title = choice.program_title;
    out.quota = choice.quota;
    out.outcome = models::kOutcomes[static_cast<size_t>(choice.outcome)];
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

Result<List<AdmissionRunShape>> list_runs(const Call& call) {
  BANMO_TRY(const int64_t after, call.cursor());
  const auto limit = static_cast<size_t>(call.integer("limit", 50));
  BANMO_TRY(const auto runs, call.engines.admissions->runs(call.principal, call.path("admission"), 0, after == 0 ? INT64_MAX : after, limit));
  List<AdmissionRunShape> list;
  for (const models::Run& run : runs) list.items.push_back(shape_of(call, run));
  if (runs.size() == limit) list.next = std::to_string(runs.back().no);
  return list;
}

Result<AdmissionRunShape> create_run(const Call& call, const AdmissionRunIn& in) {
  return run_answer(call, call.engines.admissions->run(call.principal, call.path("admission"), in.year, in.batch));
}
Result<AdmissionRunShape> check_run(const Call& call) { return run_answer(call, call.engines.admissions->check(call.principal, call.path("run"))); }
Result<AdmissionRunShape> publish_run(const Call& call) {
  return run_answer(call, call.engines.admissions->publish(call.principal, call.path("run")));
}
Result<AdmissionRunShape> drop_run(const Call& call) { return run_answer(call, call.engines.admissions->drop(call.principal, call.path("run"))); }

Result<AdmissionRunShape> ask_recall(const Call& call, const AdmissionRecallIn& in) {
  return run_answer(call, call.engines.admissions->ask_recall(call.principal, call.path("run"), in.reason));
}
Result<AdmissionRunShape> confirm_recall(const Call& call) {
  return run_answer(call, call.engines.admissions->confirm_recall(call.principal, call.path("run")));
}
Result<AdmissionRunShape> decline_recall(const Call& call) {
  return run_answer(call, call.engines.admissions->decline_recall(call.principal, call.path("run")));
}
Result<List<AdmissionConsequenceShape>> run_consequences(const Call& call) {
  BANMO_TRY(const auto found, call.engines.admissions->consequences(call.principal, call.path("run")));
  List<AdmissionConsequenceShape> list;
  for (const models::Consequence& one : found) list.items.push_back({one, two_of(one.title)});
  return list;
}
Result<AdmissionVerdictShape> verify_run(const Call& call) {
  BANMO_TRY(const models::Verdict verdict, call.engines.admissions->verify(call.principal, call.path("run")));
  return AdmissionVerdictShape{verdict};
}

// Exceptions name applicants: for those who run; a leader publishes by figures.
Result<AdmissionCertificateShape> get_run(const Call& call) {
  BANMO_TRY(const models::Run run, call.engines.admissions->find(call.principal, call.path("run")));
  AdmissionCertificateShape shape{shape_of(call, run), true, 0, {}};
  for (const models::BatchFigures& one : run.batches) {
    shape.stable = shape.stable && one.stable;
    shape.n_exceptions += one.n_exceptions;
  }
  if (!call.principal.has(directory::Right::admission_run)) return shape;
  if (run.exceptions.empty()) return shape;
  const pack::Admission& admission = *call.engines.catalogue->admission(run.admission);
  BANMO_DO(
      note_read(call, admission.level, "admission.exceptions", admission.applicants.dataset, "run=" + run.id.to_string(), run.exceptions.size()));
  shape.exceptions = run.exceptions;
  return shape;
}

Result<List<AdmissionCutOffShape>> run_cut_offs(const Call& call) {
  BANMO_TRY(const models::Run run, call.engines.admissions->find(call.principal, call.path("run")));
  BANMO_TRY(const auto rows, call.engines.admissions->cut_offs(call.principal, call.path("run")));
  List<AdmissionCutOffShape> list;
  for (const models::CutOffRow& row : rows) {
    list.items.push_back(
        {row.batch, row.code, row.title, row.quota, row.seats, row.capacity, row.n_held, row.last, row.tier, row.score, row.is_hidden});
  }
  return list;
}

Result<List<AdmissionPlacedShape>> run_results(const Call& call) {
  BANMO_TRY(const int64_t after, call.cursor());
  const auto limit = static_cast<size_t>(call.integer("limit", 50));
  BANMO_TRY(const models::Run run, call.engines.admissions->find(call.principal, call.path("run")));
  BANMO_TRY(const auto rows, call.engines.admissions->results(call.principal, call.path("run"), after, limit));
  const pack::Admission& admission = *call.engines.catalogue->admission(run.admission);
  BANMO_DO(note_read(call, admission.level, "admission.results", admission.applicants.dataset, "run=" + run.id.to_string(), rows.size()));
  List<AdmissionPlacedShape> list;
  for (const models::ApplicantResult& row : rows) list.items.push_back(shape_of(row));
  if (rows.size() == limit) list.next = std::to_string(rows.back().seq);
  return list;
}

Result<AdmissionExplanationShape> explain_applicant(const Call& call) {
  BANMO_TRY(const models::Run run, call.engines.admissions->find(call.principal, call.path("run")));
  BANMO_TRY(const auto explanation, call.engines.admissions->explain(call.principal, call.path("run"), call.path("number")));
  return explanation_shape(call, run, explanation);
}

Result<List<AdmissionExplanationShape>> my_results(const Call& call) {
  BANMO_TRY(const auto mine, call.engines.admissions->mine(call.principal));
  List<AdmissionExplanationShape> list;
  for (const auto& [run, explanation] : mine) {
    BANMO_TRY(AdmissionExplanationShape shape, explanation_shape(call, run, explanation));
    list.items.push_back(std::move(shape));
  }
  return list;
}

Result<List<AdmissionComparisonShape>> compare(const Call& call, const AdmissionCompareIn& in) {
  std::vector<pack::Mechanism> mechanisms;
  for (const std::string& name : in.mechanisms)
    if (const auto mechanism = pack::mechanism_of(name)) mechanisms.push_back(*mechanism);
  BANMO_TRY(const auto compared, call.engines.admissions->compare(call.principal, call.path("admission"), in.year, in.batch, mechanisms));
  List<AdmissionComparisonShape> list;
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
  builder.route<List<AdmissionRunShape>>(
      {.method = "GET",
       .path = "/admissions/{admission}/runs",
       .operation = "list_admission_runs",
       .summary = {"投档记录，新的在前；不投档也不公布的人只见已公布的", "Runs, newest first; who neither runs nor publishes sees published ones"},
       .permission = "orgs.read",
       .parameters = page_parameters()},
      list_runs);
  builder.route<AdmissionCertificateShape>({.method = "GET",
                                            .path = "/admissions/runs/{run}",
                                            .operation = "get_admission_run",
                                            .summary = {"一次投档与稳定性证明", "A run and its certificate: stable, or what keeps it from being so"},
                                            .permission = "orgs.read"},
                                           get_run);
  builder.route<List<AdmissionCutOffShape>>({.method = "GET",
                                             .path = "/admissions/runs/{run}/cut-offs",
                                             .operation = "admission_cut_offs",
                                             .summary = {"各计划的录取线与名额", "Cut-offs and seats of each program"},
                                             .permission = "orgs.read"},
                                            run_cut_offs);
  builder.route<List<AdmissionPlacedShape>>(
      {.method = "GET",
       .path = "/admissions/runs/{run}/results",
       .operation = "admission_results",
       .summary = {"本人管辖范围内考生的去向，按考生号", "Where the applicants of one's scope are placed, by number"},
       .permission = "datasets.read",
       .parameters = page_parameters()},
      run_results);
  builder.route<AdmissionExplanationShape>({.method = "GET",
                                            .path = "/admissions/runs/{run}/applicants/{number}",
                                            .operation = "explain_admission",
                                            .summary = {"一名考生每个志愿的结果与理由", "What became of each choice of an applicant, and why"},
                                            .permission = "datasets.read"},
                                           explain_applicant);
  builder.route<List<AdmissionExplanationShape>>(
      {.method = "GET",
       .path = "/admissions/mine",
       .operation = "my_admissions",
       .summary = {"本人与被监护人已公布的录取结果和理由", "Published results of oneself and one's wards, with reasons"},
       .permission = "datasets.read"},
      my_results);
}

void add_run_routes(Builder& builder) {
  builder.route<AdmissionRunIn, AdmissionRunShape>({.method = "POST",
                                                    .path = "/admissions/{admission}/runs",
                                                    .operation = "run_admission",
                                                    .summary = {"投档：计算、验证、说明理由并存下", "Run: place, verify, explain and store"},
                                                    .permission = "admission.run",
                                                    .answer_status = 201,
                                                    .timeout_ms = kRunTimeout_ms},
                                                   create_run);
  builder.route<AdmissionRunShape>({.method = "POST",
                                    .path = "/admissions/runs/{run}/check",
                                    .operation = "check_admission_run",
                                    .summary = {"复核一次投档（另一个人）", "Check a run: somebody else than who ran it"},
                                    .permission = "admission.publish"},
                                   check_run);
  builder.route<AdmissionRunShape>({.method = "POST",
                                    .path = "/admissions/runs/{run}/publish",
                                    .operation = "publish_admission_run",
                                    .summary = {"公布复核过的投档（另一个人）", "Publish a run that was checked: somebody else than who ran it"},
                                    .permission = "admission.publish",
                                    .timeout_ms = kRunTimeout_ms},
                                   publish_run);
  builder.route<AdmissionRunShape>({.method = "POST",
                                    .path = "/admissions/runs/{run}/drop",
                                    .operation = "drop_admission_run",
                                    .summary = {"作废未公布的投档", "Drop a run that is not published"},
                                    .permission = "admission.run"},
                                   drop_run);
  builder.route<AdmissionCompareIn, List<AdmissionComparisonShape>>(
      {.method = "POST",
       .path = "/admissions/{admission}/comparisons",
       .operation = "compare_admission",
       .summary = {"在同一批考生上比较录取机制", "Compare mechanisms on the same applicants"},
       .permission = "admission.run",
       .timeout_ms = kRunTimeout_ms},
      compare);
}

void add_recall_routes(Builder& builder) {
  builder.route<List<AdmissionConsequenceShape>>(
      {.method = "GET",
       .path = "/admissions/runs/{run}/consequences",
       .operation = "list_admission_consequences",
       .summary = {"公布之后的后续：撤回前须先处理的", "What rests on a published run, and what keeps it from being taken back"},
       .permission = "admission.publish"},
      run_consequences);
  builder.route<AdmissionRecallIn, AdmissionRunShape>(
      {.method = "POST",
       .path = "/admissions/runs/{run}/recall",
       .operation = "ask_admission_recall",
       .summary = {"提出撤回已公布的结果并说明理由", "Ask to take back a published result, and say why"},
       .permission = "admission.publish"},
      ask_recall);
  builder.route<AdmissionRunShape>(
      {.method = "POST",
       .path = "/admissions/runs/{run}/recall/confirm",
       .operation = "confirm_admission_recall",
       .summary = {"另一个人确认撤回：结果不再显示，批次可以重新投档公布",
                   "Somebody else takes it back: nobody is shown it any more, and the batch may be run and published anew"},
       .permission = "admission.publish",
       .timeout_ms = kRunTimeout_ms},
      confirm_recall);
  builder.route<AdmissionRunShape>({.method = "POST",
                                    .path = "/admissions/runs/{run}/recall/decline",
                                    .operation = "decline_admission_recall",
                                    .summary = {"不撤回：结果照旧", "Do not take it back: the result stands"},
                                    .permission = "admission.publish"},
                                   decline_recall);
  builder.route<AdmissionVerdictShape>(
      {.method = "GET",
       .path = "/admissions/runs/{run}/verdict",
       .operation = "verify_admission_run",
       .summary = {"按存储的结果重算校验值并复查规则", "Hash the stored rows again, and look whether they keep the rules"},
       .permission = "orgs.read",
       .timeout_ms = kRunTimeout_ms},
      verify_run);
}

}  // namespace

void add_admission_routes(Builder& builder) {
  builder.tag("admissions");
  add_reading_routes(builder);
  add_run_routes(builder);
  add_recall_routes(builder);
}

}  // namespace banmo::api
