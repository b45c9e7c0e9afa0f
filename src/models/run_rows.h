// SPDX-License-Identifier: Apache-2.0
// What runs gave, in the warehouse: a row for each applicant, choice and group of seats, and the further fields of results as they were at the run.
// Rows count only while the ledger names their run (run_store.h). Private to the room.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/settle.h"
#include "models/types.h"
#include "records/records.h"
#include "sql/sql.h"

namespace banmo::models {

// One who is placed, as the dataset of results wants it; `also` by field, values as text.
struct PlacedRow {
  int64_t person = 0;
  std::string batch, program, quota;
  int64_t order = 0;
  std::vector<std::pair<std::string, std::string>> also;
};

// Somebody in a run.
struct Seen {
  const Run* run = nullptr;
  int64_t seq = 0;
};

class RunRows {
 public:
  explicit RunRows(std::shared_ptr<sql::Database> warehouse) : warehouse_(std::move(warehouse)) {}
  Result<> make_tables();

  static Result<> write(sql::Connection& warehouse, const Run& run, const Season& season, const std::vector<Settled>& settled);
  // The further fields of results, from the rows as they are now.
  static Result<> write_also(sql::Connection& warehouse, const records::Records& records, const pack::Admission& admission, const Run& run,
                             const expr::Environment& environment);
  Result<> erase(int64_t no);
  // What a stop left between the two stores: rows of runs up to the number `last` that are not among `counted`.
  Result<> erase_others(const std::vector<int64_t>& counted, int64_t last);
  // What a published batch leaves to a later one: numbers of persons who are gone, seats.
  static Result<std::vector<int64_t>> placed_persons(sql::Connection& warehouse, const Run& run, const std::string& batch);
  static Result<> add_seats(sql::Connection& warehouse, const pack::Admission& admission, const Run& run, const std::string& batch, Before& before);
  Result<std::vector<CutOffRow>> cut_offs(const Run& run) const;
  // `predicate` over r.org_no and r.person_no; number empty: all.
  Result<std::vector<ApplicantResult>> applicants(const Run& run, const std::string& predicate, const std::string& number, int64_t after,
                                                  size_t limit) const;
  // In several runs at once, each with its run.
  Result<std::vector<std::pair<const Run*, ApplicantResult>>> applicants(const std::vector<Run>& runs, const std::string& predicate,
                                                                         size_t limit) const;
  // Beside `seen`: the choices of each.
  Result<std::vector<std::vector<ChoiceResult>>> choices(const std::vector<Seen>& seen) const;
  Result<std::vector<PlacedRow>> placed(const Run& run) const;

 private:
  std::shared_ptr<sql::Database> warehouse_;
};

}  // namespace banmo::models
