// SPDX-License-Identifier: Apache-2.0
// Jobs and batches in the ledger. All SQL over records_job and records_batch stands in job_store.cpp. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "directory/scope.h"
#include "records/types.h"
#include "sql/sql.h"

namespace banmo::records {

// A job with what only the importer needs.
struct JobRow {
  int64_t no = 0;
  Job job;
  std::string file;  // path of the upload
  int64_t batch_no = 0;
  int64_t account_no = 0;
  directory::Scope scope;      // what the importer may write
  directory::Scope people;     // whom the rows may be about: by organisation alone
  std::string mapping = "{}";  // folded heading > field id, as JSON
};

struct BatchRow {
  Batch batch;
  bool dry_run = false;
  int64_t version = 0;  // of the dataset when it was done
  std::string pack_fingerprint;
};

class JobStore {
 public:
  explicit JobStore(sql::Database& ledger) : ledger_(ledger) {}
  Result<> insert_job(JobRow& row);  // gives the number
  Result<> update_job(const JobRow& row);
  Result<std::optional<JobRow>> find_job(JobId id);
  Result<std::vector<JobRow>> unfinished_jobs();  // queued, running, or failed for want of space; oldest first
  // Finished dry runs whose uploads are kept, ended before an instant.
  Result<std::vector<JobRow>> kept_dry_runs(Instant before);
  Result<> forget_file(int64_t no);                                                         // the upload is gone, or belongs to another job
  Result<std::vector<JobRow>> jobs(int64_t account_no, int limit, std::string_view after);  // newest first; account 0: all

  Result<> insert_batch(BatchRow& row);
  Result<> update_batch(const BatchRow& row);
  Result<std::vector<BatchRow>> batches_of_file(std::string_view dataset, std::string_view sha256);  // not dry; newest first
  // Numbers of the account's newest 1,000, not dry: of one file name, and of all.
  Result<std::vector<int64_t>> batches_of_name(std::string_view dataset, std::string_view file_name, std::string_view account);
  Result<std::vector<int64_t>> batches_of_account(std::string_view dataset, std::string_view account);
  Result<std::vector<BatchRow>> batches(std::string_view dataset, std::string_view account, int limit, int64_t before_no);  // account empty: all
  Result<std::optional<BatchRow>> find_batch(std::string_view id);
  // By number, remembered once done; nullptr if there is none.
  Result<std::shared_ptr<const BatchRow>> batch(int64_t no);

 private:
  sql::Database& ledger_;
  std::mutex mutex_;
  std::map<int64_t, std::shared_ptr<const BatchRow>> known_;
};

// Takes the next number of a counter, inside the caller's transaction; transactions that do so commit in the order of their numbers.
Result<int64_t> take_number(sql::Connection& connection, const std::string& name);

}  // namespace banmo::records
