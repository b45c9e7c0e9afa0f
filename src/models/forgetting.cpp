// SPDX-License-Identifier: Apache-2.0
// What stays of applicants in runs: nobody's name after a person is erased, or after the time for which the pack keeps applicants (retain). Orders
// stand in the ledger and are carried out a run at a time, so that a stop between the two stores loses none (decision 0026).
#include <algorithm>

#include "base/log.h"
#include "crypto/crypto.h"
#include "models/admissions.h"
#include "models/kept_rows.h"
#include "models/run_rows.h"
#include "models/run_store.h"

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
  std::vector<RunStore::Forgetting> orders;
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
    std::vector<RunStore::Forgetting> orders;
    for (const Run& run : runs) orders.push_back({0, run.no, 0, "", run.id.to_string(), "system"});
    BANMO_DO(store_->order_forgetting(orders, clock_.now()));
  }
  return {};
}

Result<> Admissions::carry_out_forgettings() {
  const std::lock_guard lock(forgetting_);
  BANMO_TRY(const auto orders, store_->unscoped_forgettings());
  for (const RunStore::Forgetting& order : orders) {
    BANMO_TRY(auto found, store_->unscoped_numbered(order.run));
    if (!found) continue;
    Run run = std::move(*found);
    const pack::Admission* const admission = catalogue_->admission(run.admission);
    const bool deletes = order.person == 0 && admission != nullptr && are_deleted(*catalogue_, *admission);
    Verdict verdict;
    BANMO_DO(stores_.warehouse->write([&](sql::Connection& warehouse) -> Result<> {
      BANMO_DO(order.person != 0 ? forget_person(warehouse, run.no, {order.person})
               : deletes         ? delete_applicants(warehouse, run.no)
                                 : forget_everybody(warehouse, run.no));
      BANMO_TRY(verdict, look_again(warehouse, run));
      return {};
    }));
    run.kept_sha256 = verdict.rows_sha256;
    run.n_forgotten = verdict.n_forgotten;
    run.is_expired = run.is_expired || order.person == 0;
    for (RunException& one : run.exceptions)
      if (order.person == 0 || one.number == order.number) one.number = "-";
    BANMO_DO(store_->forgotten(order, run, clock_.now()));
  }
  return {};
}

}  // namespace banmo::models
