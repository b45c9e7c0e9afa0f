// SPDX-License-Identifier: Apache-2.0
#include "math/admission.h"

namespace banmo::math {

Assignment serial_dictatorship(const Market& market, std::span<const int32_t> order) {
  const size_t n = market.n_applicants();
  Assignment made{std::vector<int32_t>(n, kNone), std::vector<int32_t>(n, kNone)};
  std::vector<int32_t> left;
  for (size_t p = 0; p < market.n_programs(); ++p) left.push_back(market.seats[market.seats_begin[p]].capacity);
  for (const int32_t applicant : order) {
    const auto a = static_cast<size_t>(applicant);
    for (uint32_t c = market.choice_begin[a]; c < market.choice_begin[a + 1]; ++c) {
      const auto program = static_cast<size_t>(market.program[c]);
      const uint32_t group = market.seats_begin[program];
      if (market.standing[c] == kNone || left[program] == 0 || (market.seats[group].admits & market.categories_of(a)) == 0) continue;
      --left[program];
      made.choice[a] = static_cast<int32_t>(c);
      made.seats[a] = static_cast<int32_t>(group);
      break;
    }
  }
  return made;
}

}  // namespace banmo::math
