// SPDX-License-Identifier: Apache-2.0
// What a run reads of the store, in the one order that makes the same input the same bytes: applicants by number, programs by code, choices by
// applicant and order. Private to the room.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pack/pack.h"
#include "records/records.h"
#include "sql/sql.h"

namespace banmo::models {

struct SeatGroup {
  int quota = -1;  // index into Admission::quotas; -1: open
  int32_t seats = 0;
};
struct Program {
  std::string code, title;
  std::vector<SeatGroup> groups;  // quotas in the pack's order, then the open seats
};

struct Wish {
  int32_t applicant = 0;
  int64_t order = 0;
  int32_t program = -1;  // -1: the plan has none such
  int32_t tier = 0;
  bool is_eligible = true, is_above_floor = true, has_score = true;
};

struct BatchInput {
  const pack::AdmissionBatch* rules = nullptr;
  int index = 0;  // in Admission::batches
  std::vector<Program> programs;
  std::vector<Wish> wishes;  // by applicant, then order
  std::vector<double> keys;  // [n_wish x n_keys] the score if there is one, then the ties that are values: the greater comes first
  size_t n_keys = 0;
  std::vector<int32_t> place;   // [n_applicant] of the last tie: lot drawn, or the number's own place
  std::set<std::string> later;  // codes of the programs of the batch that its empty seats go to
};

struct Season {
  const pack::Admission* admission = nullptr;
  int64_t year = 0;
  std::vector<std::string> numbers;  // ascending by bytes
  std::vector<int64_t> persons, orgs;
  std::vector<uint64_t> categories;  // bit i: Admission::quotas[i]; the last bit everybody has
  std::vector<BatchInput> batches;
};

// Reads batches [first, end) of a year, in the caller's transaction of the warehouse. Lots are not yet in it. Errors: invalid "models.no_applicants",
// "models.number_twice", "models.unknown_applicants", "models.no_plan", "models.unknown_quota".
Result<Season> read_season(sql::Connection& warehouse, const records::Records& records, const pack::Admission& admission, int64_t year, size_t first,
                           size_t end, const expr::Environment& environment);

// Reads without holding the warehouse's writer, who may go on with an import meanwhile: what was read is one state of the datasets if none of them
// has changed between the first and the last question. If one has, it is read again; where they change again and again the writer waits once. `read`
// overwrites what it gives. Errors: those of `read`.
Result<> read_beside_writer(sql::Database& warehouse, const pack::Admission& admission, const sql::Change& read);

// What earlier batches leave behind.
struct Before {
  std::vector<uint8_t> is_gone;                               // [n_applicant] placed in a batch whose placed leave
  std::map<std::pair<std::string, int>, int32_t> more_seats;  // (program's code, quota) that flow into this batch
};
// SHA-256 in hexadecimal of all that decides the outcome: rules, seats, applicants, choices, lots, what is left of batches before the first.
std::string hash_of(const Season& season, const Before& before);

// How the rules of an admission stand in SQL: "a" applicants, "p" the plan, "c" choices.
Result<std::string> print_rule(const expr::Expression& rule, const pack::Admission& admission, sql::Dialect dialect,
                               const expr::Environment& environment);

// The columns that every statement names, quoted.
struct SeasonNames {
  SeasonNames(const records::Records& records, const pack::Admission& admission);
  std::string applicants, applicant_period, person, org, number;
  std::string choices, choice_period, choice_person, choice_batch, choice_order, choice_program;
  std::string plans, plan_period, plan_batch, plan_program, plan_title, plan_seats;
  std::string quotas, quota_period, quota_batch, quota_program, quota, quota_seats;
};

}  // namespace banmo::models
