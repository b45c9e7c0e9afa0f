// SPDX-License-Identifier: Apache-2.0
// Runs in the ledger, and what they gave in the warehouse. A run's rows are written first, in one transaction of the warehouse with what they were
// read from; then the ledger says that it is computed. Between the two a run is `running`; if the program ends there, its rows count for nothing and
// go. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "models/settle.h"
#include "models/types.h"
#include "sql/sql.h"

namespace banmo::models {

class RunStore {
 public:
  RunStore(sql::Stores stores, crypto::Profile profile) : stores_(std::move(stores)), profile_(profile) {}
  Result<> make_tables();

  // --- ledger
  Result<> begin(Run& run);           // gives the number
  Result<> computed(const Run& run);  // conflict "models.run_stopped" if it was given up meanwhile
  Result<> stop(const Run& run);
  // From one state to another, with who did it. conflict "models.run_state" from another state; "models.already_published".
  Result<> move(const Run& run, RunState to, const std::vector<std::string>& batches);
  Result<> in_dataset(int64_t no);
  Result<std::optional<Run>> unscoped_find(const std::string& id) const;
  Result<std::vector<Run>> unscoped_list(const std::string& admission, int64_t year, int64_t before, size_t limit, bool published_only) const;
  Result<std::vector<Run>> unscoped_waiting() const;  // published, not yet in the dataset of results
  Result<std::vector<Run>> unscoped_running(Instant before) const;
  Result<std::vector<int64_t>> unscoped_counted() const;  // runs whose rows stand
  Result<std::optional<Run>> published_run(const std::string& admission, int64_t year, const std::string& batch) const;

  // --- warehouse
  static Result<> write_rows(sql::Connection& warehouse, const Run& run, const Season& season, const std::vector<Settled>& settled);
  Result<> erase_rows(int64_t no);
  Result<> erase_others(const std::vector<int64_t>& counted);
  // What a published batch leaves to a later one: numbers of persons who are gone, seats.
  static Result<std::vector<int64_t>> placed_persons(sql::Connection& warehouse, const Run& run, const std::string& batch);
  static Result<> add_seats(sql::Connection& warehouse, const pack::Admission& admission, const Run& run, const std::string& batch, Before& before);
  Result<std::vector<CutOffRow>> cut_offs(const Run& run) const;
  // `predicate` over r.org_no and r.person_no; number empty: all.
  Result<std::vector<ApplicantResult>> applicants(const Run& run, const std::string& predicate, const std::string& number, int64_t after,
                                                  size_t limit) const;
  Result<std::vector<ChoiceResult>> choices(const Run& run, int64_t seq) const;

  // The number under which a run's rows have a batch; -1: it has none of it.
  static int64_t batch_in(const Run& run, const std::string& batch);

 private:
  Result<std::vector<Run>> read_runs(const std::string& statement, const sql::Values& parameters) const;

  sql::Stores stores_;
  const crypto::Profile profile_;
};

}  // namespace banmo::models
