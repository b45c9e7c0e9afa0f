// SPDX-License-Identifier: Apache-2.0
// Imports one after another on one thread. A job is in the ledger before it is answered; what a stop interrupted goes on at the next start.
// Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "records/engine.h"
#include "records/job_store.h"
#include "records/mappings.h"

namespace banmo::records {

class JobQueue {
 public:
  JobQueue(Engine& engine, JobStore& store, MappingStore& mappings);
  ~JobQueue();  // stops between two chunks
  // Takes up unfinished jobs and begins to work.
  Result<> start();
  Result<Job> submit(const Principal& principal, const ImportOptions& options);
  // Imports for good what a dry run of one's own has checked: the same file with the same headings.
  // Errors: conflict "records.not_checked" if the job is no finished dry run, or its file is no longer kept (24 hours).
  Result<Job> write_checked(const Principal& principal, JobId id);
  Result<Job> find(const Principal& principal, JobId id);
  Result<std::vector<Job>> list(const Principal& principal, int limit, std::string_view after);
  Result<Job> wait(const Principal& principal, JobId id);

 private:
  void work();
  void run(JobRow row);
  bool show(const JobRow& row);
  Result<Job> enqueue(const Principal& principal, JobRow row);
  void drop_old_files();
  Job present(const JobRow& stored) const;  // the live figures if it runs
  void finish(JobRow& row, const Result<>& outcome);

  Engine& engine_;
  JobStore& store_;
  MappingStore& mappings_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<JobRow> waiting_;
  std::deque<JobRow> parked_;  // failed for want of space; tried again
  std::map<JobId, Job> live_;  // queued and running
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace banmo::records
