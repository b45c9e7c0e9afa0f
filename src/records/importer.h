// SPDX-License-Identifier: Apache-2.0
// One import from file to table: chunk by chunk, each chunk one transaction of the warehouse together with its watermark, so that a stop at any
// moment loses and repeats nothing. Used by the job queue's thread only.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "records/check_sql.h"
#include "records/chunker.h"
#include "records/engine.h"
#include "records/job_store.h"
#include "records/quarantine.h"

namespace banmo::records {

class Importer {
 public:
  // `report` is called whenever the job's figures have moved; it answers false when the program stops.
  Importer(Engine& engine, JobStore& jobs, JobRow& row, std::function<bool()> report)
      : engine_(engine), jobs_(jobs), row_(row), report_(std::move(report)) {}
  // Runs to the end. Errors: those of the file; storage_full; unavailable "records.stopping" when report answers false. The rows of finished chunks
  // stay.
  Result<> run();

 private:
  struct Source;   // the open file and what reads it
  struct Outcome;  // of one chunk
  // Lines that failed in the database, ascending: those that broke checks, each with the words of its checks; and those that would change a row of
  // an organisation outside the importer's scope.
  struct Failures {
    std::vector<int64_t> lines;
    std::vector<uint64_t> words;
    std::vector<int64_t> foreign;
  };

  Result<std::string> readable_file(bool& numbered);
  Result<bool> begin_batch(const Entry& entry, const std::string& sha256);
  Result<> go_on(Source& source);
  Result<> run_chunks(Entry& entry, Source& source);
  Result<Outcome> run_chunk(Entry& entry, Source& source, Chunk& chunk);
  Result<> stage(sql::Connection& duckdb, const CheckPlan& plan, Failures& failures) const;
  BadLines bad_lines(const CheckPlan& plan, const Source& source, const Chunk& chunk, const Failures& failures) const;
  Result<> copy_stage(sql::Connection& duckdb, sql::Connection& postgres, const Schema& schema, const CheckPlan& plan) const;
  Result<> settle(sql::Connection& connection, const Schema& schema, const Source& source, const CheckPlan& plan, const std::string& good,
                  const Chunk& chunk, Failures& failures, Outcome& outcome) const;
  Result<> keep_dry_findings(const Schema& schema, const Source& source, const BadLines& bad);
  void add(const Outcome& outcome);

  Engine& engine_;
  JobStore& jobs_;
  JobRow& row_;
  std::function<bool()> report_;
  BatchRow batch_;
  int64_t n_chunks_ = 0;
  std::vector<int64_t> earlier_batches_;  // of the same file name
  OwnRows own_;
};

}  // namespace banmo::records
