// SPDX-License-Identifier: Apache-2.0
// Runs in the ledger. A run's rows (run_rows.h) are written first, in one transaction of the warehouse with what they were read from; then the ledger
// says that it is computed. Between the two a run is `running`; if the program ends there, its rows count for nothing and go. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "crypto/crypto.h"
#include "directory/notices.h"
#include "models/types.h"
#include "sql/sql.h"

namespace banmo::models {

// An order to forget somebody in a run, or (person 0) everybody (forgetting.cpp).
struct Forgetting {
  int64_t no = 0, run = 0, person = 0;
  std::string number, subject, ordered_by;
  bool is_deferred = false;
  std::string kept_sha256 = {};  // what the rows hash to once it is carried out; empty: nobody has begun
  bool agreed_before = true;     // whether they agreed with the ledger then
};

class RunStore {
 public:
  // `seal_key`: 32 bytes, for the reasons of recalls; none: they stand in clear.
  RunStore(sql::Stores stores, crypto::Profile profile, crypto::Bytes seal_key)
      : stores_(std::move(stores)), profile_(profile), seal_key_(std::move(seal_key)) {}

  Result<> begin(Run& run);           // gives the number
  Result<> computed(const Run& run);  // conflict "models.run_stopped" if it was given up meanwhile
  Result<> stop(const Run& run, Instant at);
  // From one state to another, with who did it. To published: `batches` are published, and `earlier` must still be. conflict "models.run_state" from
  // another state; "models.already_published", "models.run_stale".
  Result<> move(const Run& run, RunState to, const std::vector<std::string>& batches, const std::vector<std::string>& earlier = {});
  // What a published run is to be taken back for; declined by whoever decides, or done: then its batches may be published anew. `later`: batches none
  // of which may be published. conflict "models.recall_state", "models.recall_blocked".
  Result<> ask_recall(const Run& run);
  Result<> decline_recall(const Run& run);
  using Notices = std::vector<std::pair<directory::NoticeTo, directory::NewNotice>>;
  Result<> recall(const Run& run, const std::vector<std::string>& later, const Notices& notices);
  Result<> seal_reasons();  // that an earlier program wrote in clear
  // What it gave has reached the dataset of results, or (of one that was taken back) has left it.
  Result<> in_dataset(int64_t no, bool is_in);
  Result<> bring_again(const std::string& admission, int64_t year);  // what is published of that year: rows of one may have covered another's
  Result<std::optional<Run>> unscoped_find(const std::string& id) const;
  enum class Which { all, published, published_and_recalled };
  Result<std::vector<Run>> unscoped_list(const std::string& admission, int64_t year, int64_t before, size_t limit, Which which) const;
  Result<std::vector<Run>> unscoped_waiting() const;  // published, not yet in the dataset of results; taken back, and still there
  Result<std::vector<Run>> unscoped_with_rows(const std::string& admission, int64_t last_year) const;  // up to a year, applicants not expired
  Result<std::optional<Run>> unscoped_numbered(int64_t no) const;
  Result<std::vector<Run>> unscoped_running(Instant before) const;
  // Computed runs of the same admission, year and batch that nobody has checked, but for so many of the newest.
  Result<std::vector<Run>> unscoped_unchecked(const Run& like, size_t newest) const;
  struct Counted {
    std::vector<int64_t> runs;  // whose rows stand
    int64_t last = 0;           // the greatest number that is given: later rows belong to a run that begins
  };
  Result<Counted> unscoped_counted() const;
  // One that stands already is not given again.
  Result<> order_forgetting(const std::vector<Forgetting>& orders, Instant at);
  Result<std::vector<Forgetting>> unscoped_forgettings() const;
  Result<> defer(const Forgetting& order, const Run& run, Instant at);  // says once that it waits
  // Writes down kept_sha256 and agreed_before, before the rows are changed; what somebody else has written down holds. Nothing: it has been ended.
  Result<std::optional<Forgetting>> begin_forgetting(const Forgetting& order);
  Result<> forgotten(const Forgetting& order, const Run& run, Instant at);  // ends an order with what the run is now

  Result<std::optional<Run>> published_run(const std::string& admission, int64_t year, const std::string& batch) const;

 private:
  Result<> tell(sql::Connection& connection, const audit::Entry& entry) const;
  Result<sql::Value> sealed_reason(const std::string& run, const std::string& reason) const;
  void read_reason(const sql::Value& sealed, Run& run) const;
  Result<std::vector<Run>> read_runs(const std::string& statement, const sql::Values& parameters) const;

  sql::Stores stores_;
  const crypto::Profile profile_;
  const crypto::Bytes seal_key_;
};

}  // namespace banmo::models
