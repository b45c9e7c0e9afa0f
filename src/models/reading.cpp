// SPDX-License-Identifier: Apache-2.0
// Who may see what of runs: those who run and publish all of them, others what is published, in their scope, and of what was taken back no more than
// that it was.
#include <algorithm>
#include <set>

#include "models/admissions.h"
#include "models/run_rows.h"
#include "models/run_store.h"

namespace banmo::models {
namespace {

constexpr size_t kMaxMine = 100;  // of published runs, the newest

Error no_such_run() { return fail(ErrorCode::not_found, "models.no_such_run", {"没有这次投档", "there is no such run"}); }
Error was_recalled() {
  return fail(ErrorCode::conflict, "models.recalled",
              {"结果已撤回，等待重新公布", "this result was taken back: wait until it is published anew, and do not rely on what was shown before"});
}

bool is_officer(const Principal& principal) {
  return principal.has(directory::Right::admission_run) || principal.has(directory::Right::admission_publish);
}

// A run that was taken back is told of until all its batches are published anew.
void leave_out_replaced(const pack::Admission& admission, std::vector<Run>& runs) {
  std::set<std::pair<int64_t, std::string>> published;  // by year
  for (const Run& run : runs)
    if (run.state == RunState::published)
      for (const std::string& batch : batches_of(admission, run)) published.emplace(run.year, batch);
  std::erase_if(runs, [&](const Run& run) {
    if (run.state != RunState::recalled) return false;
    const auto batches = batches_of(admission, run);
    return std::all_of(batches.begin(), batches.end(), [&](const std::string& batch) { return published.contains({run.year, batch}); });
  });
}

ApplicantResult number_alone(const ApplicantResult& one) {
  ApplicantResult out;
  out.number = one.number;
  return out;
}

}  // namespace

std::vector<std::string> batches_of(const pack::Admission& admission, const Run& run) {
  if (!run.batch.empty()) return {run.batch};
  std::vector<std::string> all;
  for (const pack::AdmissionBatch& batch : admission.batches) all.push_back(batch.id);
  return all;
}

Result<std::vector<Run>> Admissions::runs(const Principal& principal, const std::string& admission, int64_t year, int64_t before,
                                          size_t limit) const {
  BANMO_TRY(const pack::Admission* known, find_admission(*catalogue_, admission));
  return store_->unscoped_list(known->id, year, before, limit, is_officer(principal) ? RunStore::Which::all : RunStore::Which::published);
}

Result<Run> Admissions::find(const Principal& principal, const std::string& id) const {
  BANMO_TRY(auto run, store_->unscoped_find(id));
  if (!run || catalogue_->admission(run->admission) == nullptr) return no_such_run();
  if (is_officer(principal) || run->state == RunState::published) return std::move(*run);
  return run->state == RunState::recalled ? was_recalled() : no_such_run();
}

Result<std::vector<CutOffRow>> Admissions::cut_offs(const Principal& principal, const std::string& id) const {
  BANMO_TRY(const Run run, find(principal, id));
  BANMO_TRY(auto rows, rows_->cut_offs(run));
  if (is_officer(principal)) return rows;
  for (CutOffRow& row : rows) {
    if (row.n_held == 0 || row.n_held >= kMinHolders) continue;
    row.is_hidden = true;
    row.last = row.tier = 0;
    row.score = std::nullopt;
  }
  return rows;
}

directory::Scope Admissions::scope(const Principal& principal, const pack::Admission& admission) const {
  const pack::Dataset& applicants = *catalogue_->dataset(admission.applicants.dataset);
  auto scope = directory_.scope(principal, directory::Right::datasets_read, {applicants.org_field, applicants.person_field, admission.level});
  return scope.aggregates_only ? directory::Scope{} : scope;
}

Result<std::vector<ApplicantResult>> Admissions::results(const Principal& principal, const std::string& id, int64_t after, size_t limit) const {
  BANMO_TRY(const Run run, find(principal, id));
  const directory::Scope seen = scope(principal, *catalogue_->admission(run.admission));
  if (seen.sees_nothing()) return std::vector<ApplicantResult>{};
  return rows_->applicants(run, seen.predicate("r.org_no", "r.person_no"), "", after, limit);
}

Explanation Admissions::explanation(const pack::Admission& admission, ApplicantResult applicant, std::vector<ChoiceResult> choices,
                                    pack::Level level) {
  Explanation out{std::move(applicant), std::move(choices)};
  if (level >= admission.level) return out;
  for (ChoiceResult& choice : out.choices) choice.score = choice.needed_score = std::nullopt;
  return out;
}

Result<Explanation> Admissions::explain(const Principal& principal, const std::string& id, const std::string& number) const {
  BANMO_TRY(const Run run, find(principal, id));
  const pack::Admission& admission = *catalogue_->admission(run.admission);
  const directory::Scope seen = scope(principal, admission);
  std::vector<ApplicantResult> found;
  if (!seen.sees_nothing() && !number.empty()) {
    BANMO_TRY(found, rows_->applicants(run, seen.predicate("r.org_no", "r.person_no"), number, 0, 1));
  }
  if (found.empty()) return fail(ErrorCode::not_found, "models.no_such_applicant", {"这次投档中没有这名考生", "this run has no such applicant"});
  BANMO_TRY(auto choices, rows_->choices({{&run, found.front().seq}}));
  return explanation(admission, std::move(found.front()), std::move(choices.front()), seen.max_level);
}

Result<std::vector<std::pair<Run, Explanation>>> Admissions::mine(const Principal& principal) const {
  std::vector<std::pair<Run, Explanation>> out;
  for (const pack::Admission& admission : catalogue_->admissions()) {
    directory::Scope seen = scope(principal, admission);
    seen.everything = false;
    seen.orgs.clear();
    seen.persons = principal.wards;
    if (principal.person.value != 0) seen.persons.push_back(principal.person);
    if (seen.sees_nothing()) continue;
    BANMO_TRY(auto runs, store_->unscoped_list(admission.id, 0, INT64_MAX, kMaxMine, RunStore::Which::published_and_recalled));
    leave_out_replaced(admission, runs);
    BANMO_TRY(auto found, rows_->applicants(runs, seen.predicate("", "r.person_no"), kMaxMine));
    std::vector<Seen> people;
    for (const auto& [run, applicant] : found) people.push_back({run, applicant.seq});
    BANMO_TRY(auto choices, rows_->choices(people));
    for (size_t i = 0; i < found.size(); ++i) {
      auto& [run, applicant] = found[i];
      if (run->state == RunState::published)
        out.emplace_back(*run, explanation(admission, std::move(applicant), std::move(choices[i]), seen.max_level));
      else if (!choices[i].empty())  // who had chosen nothing was told nothing that could be taken back
        out.emplace_back(*run, Explanation{number_alone(applicant), {}});
    }
  }
  return out;
}

}  // namespace banmo::models
