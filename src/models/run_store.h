// SPDX-License-Identifier: Apache-2.0
// Runs in the ledger. A run's rows (run_rows.h) are written first, in one transaction of the warehouse with what they were read from; then the ledger
// says that it is computed. Between the two a run is `running`; if the program ends there, its rows count for nothing and go. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "models/types.h"
#include "sql/sql.h"

namespace banmo::models {

class RunStore {
 public:
  RunStore(sql::Stores stores, crypto::Profile profile) : stores_(std::move(stores)), profile_(profile) {}

  Result<> begin(Run& run);           // gives the number
  Result<> computed(const Run& run);  // conflict "models.run_stopped" if it was given up meanwhile
  Result<> stop(const Run& run, Instant at);
  // From one state to another, with who did it. conflict "models.run_state" from another state; "models.already_published".
  Result<> move(const Run& run, RunState to, const std::vector<std::string>& batches);
  Result<> in_dataset(int64_t no);
  Result<std::optional<Run>> unscoped_find(const std::string& id) const;
  Result<std::vector<Run>> unscoped_list(const std::string& admission, int64_t year, int64_t before, size_t limit, bool published_only) const;
  Result<std::vector<Run>> unscoped_waiting() const;  // published, not yet in the dataset of results
  Result<std::vector<Run>> unscoped_running(Instant before) const;
  // Computed runs of the same admission, year and batch that nobody has checked, but for so many of the newest.
  Result<std::vector<Run>> unscoped_unchecked(const Run& like, size_t newest) const;
  struct Counted {
    std::vector<int64_t> runs;  // whose rows stand
    int64_t last = 0;           // the greatest number that is given: later rows belong to a run that begins
  };
  Result<Counted> unscoped_counted() const;
  Result<std::optional<Run>> published_run(const std::string& admission, int64_t year, const std::string& batch) const;

 private:
  Result<std::vector<Run>> read_runs(const std::string& statement, const sql::Values& parameters) const;

  sql::Stores stores_;
  const crypto::Profile profile_;
};

}  // namespace banmo::models
