// SPDX-License-Identifier: Apache-2.0
// The rows of a run once more: whether they are those that were hashed, and whether they keep the rules; and what stays of them when an applicant, or
// everybody, is to be forgotten. In the caller's transaction of the warehouse. Private to the room.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/types.h"
#include "sql/sql.h"

namespace banmo::models {

// Whose rows change: a person's, or (0) everybody's; `deletes`: they go altogether.
struct Gone {
  int64_t person = 0;
  bool deletes = false;
};

// Hashes the stored rows as OutputHash does ("-" stands for the number of who is forgotten), and looks from the rows alone whether each group of
// seats holds what its row says, and whether a refused choice stands behind the last one of the open seats.
Result<Verdict> look_again(sql::Connection& warehouse, const Run& run);
// The same, and what the rows will hash to once those of `gone` name nobody.
struct Ahead {
  Verdict verdict;
  std::string sha256;
  int64_t n_applicants = 0;
};
Result<Ahead> look_ahead(sql::Connection& warehouse, const Run& run, const Gone& gone);

// In which runs a person stands, with the number there.
Result<std::vector<std::pair<int64_t, std::string>>> runs_of(sql::Connection& warehouse, directory::PersonNo person);

// Takes away who it was (person, organisation, number) and what only that person is known by (scores, tiers, further fields). Programs, standings and
// what became of each choice stay: the hash over them is made anew. Where it was done before nothing happens.
// Of rows that go altogether cut-offs stay, without those of one or two.
Result<> forget_rows(sql::Connection& warehouse, int64_t run, const Gone& gone);

}  // namespace banmo::models
