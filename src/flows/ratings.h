// SPDX-License-Identifier: Apache-2.0
// What applicants say of a service when their case has ended, and what it cost them: fields typed by hand against those that were filled in for them.
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "directory/types.h"
#include "flows/store.h"
#include "flows/types.h"

namespace banmo::flows {

struct State;
struct Running;

struct Rating {
  int stars = 0;  // 1..5
  std::string words;
  Instant at;
};
struct RatingOf {
  std::optional<Rating> rating;  // as far as the reader may see it
  bool can_rate = false;
};

// Counts fields of one change of a case; part of the change.
void note_effort(Change& change, int64_t n_typed, int64_t n_filled);
// Fields of a new case that stand without having been typed; defaults do not count.
int64_t n_filled_in(const Running& running, const sql::Values& blank, const sql::Values& row, const json::Object& typed);

class Ratings {
 public:
  explicit Ratings(State& state) : state_(state) {}

  Result<RatingOf> find(const directory::Principal& principal, std::string_view id) const;
  // By who opened the case, once, when it has ended.   stars  1..5   words  up to 1,000 bytes, may be empty
  // Errors: invalid "flows.bad_rating"; denied "flows.not_your_rating"; conflict "flows.not_ended", "flows.rated_already".
  Result<Rating> rate(const directory::Principal& principal, std::string_view id, int stars, const std::string& words);
  // Adds to the figures of a flow what its applicants said and typed.   predicate  over c.org_no and c.person_no
  Result<> add_to(FlowFigures& figures, const std::string& flow, const std::string& predicate) const;

 private:
  State& state_;
};

}  // namespace banmo::flows
