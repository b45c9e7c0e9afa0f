// SPDX-License-Identifier: Apache-2.0
#include "math/seating.h"

namespace banmo::math {

std::vector<int32_t> seat(const Market& market, size_t program, std::span<const Candidate> candidates) {
  std::vector<int32_t> group(candidates.size(), kNone);
  const uint32_t first = market.seats_begin[program];
  std::vector<int32_t> left;
  for (uint32_t g = first; g < market.seats_begin[program + 1]; ++g) left.push_back(market.seats[g].capacity);
  for (size_t g = 0; g < left.size(); ++g) {
    const Seats& seats = market.seats[first + g];
    for (size_t i = 0; i < candidates.size() && left[g] > 0; ++i) {
      if (group[i] != kNone || (seats.admits & market.categories_of(static_cast<size_t>(candidates[i].applicant))) == 0) continue;
      group[i] = static_cast<int32_t>(first + g);
      --left[g];
    }
    if (seats.flows_to != kNone) left[static_cast<size_t>(seats.flows_to)] += left[g];
  }
  return group;
}

}  // namespace banmo::math
