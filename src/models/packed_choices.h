// SPDX-License-Identifier: Apache-2.0
// What became of an applicant's choices in a batch, in a few bytes each: a run keeps one row for an applicant and batch instead of one for each
// choice. The bytes are the same on every store. Private to the room.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "sql/sql.h"

namespace banmo::models {

struct PackedChoice {
  int64_t order = 0;
  int64_t program = -1;  // within the batch; -1: the plan has none such
  int64_t outcome = 0;   // of Outcome
  int64_t tier = 0;
  std::optional<double> score;
  int64_t standing = 0, needed = 0;  // from 1; 0: none
  int64_t needed_tier = 0;
  std::optional<double> needed_score;
  int64_t decided = -1;
  int64_t quota = -1;
};

void pack_choice(sql::Blob& out, const PackedChoice& choice);
// Errors: internal "models.damaged_choices".
Result<std::vector<PackedChoice>> unpack_choices(const sql::Value& packed);

}  // namespace banmo::models
