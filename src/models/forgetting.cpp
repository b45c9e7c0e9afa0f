// SPDX-License-Identifier: Apache-2.0
// What stays of applicants in runs: nobody's name after a person is erased, or after the time for which the pack keeps applicants (retain). Orders
// stand in the ledger and are carried out a run at a time, so that a stop between the two stores loses none (decision 0026).
#include <algorithm>
#include <set>

#include "base/log.h"
#include "crypto/crypto.h"
#include "models/admissions.h"
#include "models/kept_rows.h"
#include "models/run_rows.h"
#include "models/run_store.h"
#include "models/season.h"

namespace banmo::models {
namespace {

// How long rows of a run are kept: as long as the shorter of the two datasets that they come from. 0: no limit.
int years_kept(const pack::Catalogue& catalogue, const pack::Admission& admission) {
  int years = 0;
  for (const std::string& dataset : {admission.applicants.dataset, admission.choices.dataset})
    if (const int limit = catalogue.dataset(dataset)->retain_years; limit > 0 && (years == 0 || limit < years)) years = limit;
  return years;
}

bool are_deleted(const pack::Catalogue& catalogue, const pack::Admission& admission) {
  const auto deletes = [&](const std::string& dataset) { return catalogue.dataset(dataset)->retain_then == "delete"; };
  return deletes(admission.applicants.dataset) || deletes(admission.choices.dataset);
}

bool has_rows(const Run& run) {
  return run.state == RunState::computed || run.state == RunState::checked || run.state == RunState::published || run.state == RunState::recalled;
}

}  // namespace

Result<Verdict> Admissions::verify(const Principal& principal, const std::string& id) const {
  if (!principal.has(directory::Right::admission_run)) BANMO_DO(require(principal, directory::Right::admission_publish));
  BANMO_TRY(const Run run, find(principal, id));
  if (!has_rows(run))
    return fail(ErrorCode::conflict, "models.no_rows",
                {"这次投档已作废或中止，没有保存结果", "the run was dropped or stopped: nothing of it is kept"});
  BANMO_TRY(const auto lease, stores_.warehouse->read());
  return look_again(*lease, run);
}

Result<int64_t> Admissions::forget(const Principal& principal, PersonId id) {
  BANMO_DO(require(principal, directory::Right::people_manage));
  const auto reach = directory_.scope(principal, directory::Right::people_manage, {"org_no", "no", pack::Level::l3});
  BANMO_TRY(const directory::Person person, directory_.person(reach, id));
  if (catalogue_->admissions().empty()) return int64_t{0};
  std::vector<Forgetting> orders;
  {
    BANMO_TRY(const auto lease, stores_.warehouse->read());
    BANMO_TRY(const auto runs, runs_of(*lease, person.no));
    for (const auto& [run, number] : runs)
      orders.push_back({0, run, person.no.value, number, crypto::to_hex(crypto::sha256(person.id.to_string())), principal.account_name});
  }
  BANMO_DO(store_->order_forgetting(orders, clock_.now()));
  // The order stands; what cannot be done now is done later.
  if (const auto done = carry_out_forgettings(); !done.ok()) log(LogLevel::error, "admission.not_tended", {{"why", done.error().to_string()}});
  return static_cast<int64_t>(orders.size());
}

// From the first of January after the years that follow the admission's own.
Result<> Admissions::expire() {
  const int64_t this_year = clock_.now().utc_date().year();
  for (const pack::Admission& admission : catalogue_->admissions()) {
    const int years = years_kept(*catalogue_, admission);
    if (years == 0) continue;
    BANMO_TRY(const auto runs, store_->unscoped_with_rows(admission.id, this_year - years - 1));
    std::vector<Forgetting> orders;
    for (const Run& run : runs) orders.push_back({0, run.no, 0, "", run.id.to_string(), "system"});
    BANMO_DO(store_->order_forgetting(orders, clock_.now()));
  }
  return {};
}

// Whether a batch that is still to come would give a second seat to somebody who is forgotten now: they stand among the applicants, hold a seat of
// this run whose holders leave, and nobody could tell any more that they do.
Result<bool> Admissions::is_in_season(const Run& run, int64_t person) const {
  const pack::Admission* const admission = catalogue_->admission(run.admission);
  const pack::AdmissionBatch* const own = admission == nullptr || run.state == RunState::recalled ? nullptr : admission->batch(run.batch);
  if (own == nullptr || !own->placed_leave) return false;
  bool has_later = false;
  for (const pack::AdmissionBatch& batch : admission->batches) {
    if (&batch <= own || has_later) continue;
    BANMO_TRY(const auto published, store_->published_run(admission->id, run.year, batch.id));
    has_later = !published;
  }
  if (!has_later) return false;
  const SeasonNames names(records_, *admission);
  BANMO_DO(records_.flush());
  BANMO_TRY(const auto lease, stores_.warehouse->read());
  BANMO_TRY(const auto found,
            lease->query("SELECT COUNT(*) FROM admission_choices c JOIN admission_applicant r ON r.run_no = c.run_no AND r.seq = c.seq"
                         " WHERE c.run_no = $1 AND c.held >= 0 AND r.person_no = $2 AND EXISTS (SELECT 1 FROM " +
                             names.applicants + " a WHERE a." + names.person + " = $2 AND a." + names.applicant_period + " = $3)",
                         {run.no, person, run.year}));
  return sql::int_of(found[0][0]) > 0;
}

// One after the other; what cannot be done keeps back the other orders of its run alone. The first error is told at the end.
Result<> Admissions::carry_out_forgettings() {
  const std::lock_guard lock(forgetting_);
  BANMO_TRY(const auto orders, store_->unscoped_forgettings());
  Result<> first;
  std::set<int64_t> failed;
  for (const Forgetting& order : orders) {
    if (failed.contains(order.run)) continue;
    const auto done = carry_out(order);
    if (done.ok()) continue;
    failed.insert(order.run);
    if (first.ok()) first = done;
  }
  return first;
}

Result<> Admissions::carry_out(Forgetting order) {
  BANMO_TRY(auto found, store_->unscoped_numbered(order.run));
  if (!found) return {};
  Run run = std::move(*found);
  const pack::Admission* const admission = catalogue_->admission(run.admission);
  const Gone gone{order.person, order.person == 0 && admission != nullptr && are_deleted(*catalogue_, *admission)};
  if (order.person != 0 && has_rows(run)) {
    BANMO_TRY(const bool waits, is_in_season(run, order.person));
    if (waits) return store_->defer(order, run, clock_.now());
    if (order.is_deferred) BANMO_DO(order_of_later_runs(order));
  }
  // What the rows will be stands in the ledger before they are changed: rows that are so already were changed by us, any others by somebody else.
  Ahead before;
  if (order.kept_sha256.empty()) {
    BANMO_DO(stores_.warehouse->write([&](sql::Connection& warehouse) -> Result<> {
      BANMO_TRY(before, look_ahead(warehouse, run, gone));
      return {};
    }));
    order.kept_sha256 = before.sha256;
    order.agreed_before = before.verdict.agrees();
    BANMO_TRY(const auto begun, store_->begin_forgetting(order));
    if (!begun) return {};  // another server was first
    order = *begun;
  }
  Verdict verdict;
  BANMO_DO(stores_.warehouse->write([&](sql::Connection& warehouse) -> Result<> {
    BANMO_TRY(before, look_ahead(warehouse, run, gone));
    BANMO_DO(forget_rows(warehouse, run.no, gone));
    BANMO_TRY(verdict, look_again(warehouse, run));
    return {};
  }));
  const bool was_done = before.verdict.rows_sha256 == order.kept_sha256 && before.verdict.n_unsound == 0;
  order.agreed_before = order.agreed_before && (was_done || before.verdict.agrees());
  if (order.agreed_before) run.kept_sha256 = verdict.rows_sha256;  // else the rows never agree again
  run.n_forgotten = gone.deletes ? std::max(run.n_forgotten, before.n_applicants) : verdict.n_forgotten;
  run.is_expired = run.is_expired || order.person == 0;
  for (RunException& one : run.exceptions)
    if (order.person == 0 || one.number == order.number) one.number = "-";
  return store_->forgotten(order, run, clock_.now());
}

// A season in which somebody was to be forgotten went on meanwhile.
Result<> Admissions::order_of_later_runs(const Forgetting& order) {
  std::vector<Forgetting> orders;
  {
    BANMO_TRY(const auto lease, stores_.warehouse->read());
    BANMO_TRY(const auto runs, runs_of(*lease, {order.person}));
    for (const auto& [run, number] : runs) orders.push_back({0, run, order.person, number, order.subject, order.ordered_by});
  }
  return store_->order_forgetting(orders, clock_.now());
}

}  // namespace banmo::models
