// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "math/seating.h"

namespace banmo::math {

Assignment immediate_acceptance(const Market& market) {
  const size_t n = market.n_applicants();
  Assignment made{std::vector<int32_t>(n, kNone), std::vector<int32_t>(n, kNone)};
  std::vector<std::vector<Candidate>> settled(market.n_programs()), asking(market.n_programs());
  uint32_t n_rounds = 0;
  for (size_t a = 0; a < n; ++a) n_rounds = std::max(n_rounds, market.choice_begin[a + 1] - market.choice_begin[a]);
  for (uint32_t round = 0; round < n_rounds; ++round) {
    for (size_t a = 0; a < n; ++a) {
      const uint32_t choice = market.choice_begin[a] + round;
      if (made.choice[a] != kNone || choice >= market.choice_begin[a + 1] || market.standing[choice] == kNone) continue;
      asking[static_cast<size_t>(market.program[choice])].push_back({market.standing[choice], static_cast<int32_t>(a)});
    }
    for (size_t program = 0; program < asking.size(); ++program) {
      if (asking[program].empty()) continue;
      std::sort(asking[program].begin(), asking[program].end());
      std::vector<Candidate> all = settled[program];  // they keep their seats: they come before all who ask now
      all.insert(all.end(), asking[program].begin(), asking[program].end());
      const std::vector<int32_t> seats = seat(market, program, all);
      for (size_t i = 0; i < all.size(); ++i) {
        if (seats[i] == kNone) continue;
        const auto applicant = static_cast<size_t>(all[i].applicant);
        made.seats[applicant] = seats[i];
        if (i < settled[program].size()) continue;
        made.choice[applicant] = static_cast<int32_t>(market.choice_begin[applicant] + round);
      }
      std::erase_if(all, [&](const Candidate& one) { return made.choice[static_cast<size_t>(one.applicant)] == kNone; });
      settled[program] = std::move(all);
      asking[program].clear();
    }
  }
  return made;
}

}  // namespace banmo::math
