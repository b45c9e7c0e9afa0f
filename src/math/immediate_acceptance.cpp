// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "math/seating.h"

namespace banmo::math {
namespace {

// What is left of each group's own seats, from round to round. A seat that flowed on and was settled is gone for its group.
class SeatsLeft {
 public:
  explicit SeatsLeft(const Market& market) : market_(market) {
    for (const Seats& seats : market.seats) left_.push_back(seats.capacity);
  }

  // The group (index into Market::seats) of each candidate, kNone without a seat; the groups are filled in their order.
  std::vector<int32_t> seat(size_t program, std::span<const Candidate> candidates) {
    std::vector<int32_t> group(candidates.size(), kNone);
    for (uint32_t g = market_.seats_begin[program]; g < market_.seats_begin[program + 1]; ++g) {
      for (size_t i = 0; i < candidates.size(); ++i) {
        if (group[i] != kNone || (market_.seats[g].admits & market_.categories_of(static_cast<size_t>(candidates[i].applicant))) == 0) continue;
        const int32_t source = source_of(program, g);
        if (source == kNone) break;
        --left_[static_cast<size_t>(source)];
        group[i] = static_cast<int32_t>(g);
      }
    }
    return group;
  }

 private:
  // The group's own seats first, then those that flow to it.
  int32_t source_of(size_t program, uint32_t group) const {
    for (uint32_t from = group + 1; from-- > market_.seats_begin[program];)
      if (left_[from] > 0 && flows(program, from, group)) return static_cast<int32_t>(from);
    return kNone;
  }
  bool flows(size_t program, uint32_t from, uint32_t to) const {
    while (from < to && market_.seats[from].flows_to != kNone)
      from = market_.seats_begin[program] + static_cast<uint32_t>(market_.seats[from].flows_to);
    return from == to;
  }

  const Market& market_;
  std::vector<int32_t> left_;
};

}  // namespace

Assignment immediate_acceptance(const Market& market) {
  const size_t n = market.n_applicants();
  Assignment made{std::vector<int32_t>(n, kNone), std::vector<int32_t>(n, kNone)};
  std::vector<std::vector<Candidate>> asking(market.n_programs());
  SeatsLeft left(market);
  uint32_t n_rounds = 0;
  for (size_t a = 0; a < n; ++a) n_rounds = std::max(n_rounds, market.choice_begin[a + 1] - market.choice_begin[a]);
  for (uint32_t round = 0; round < n_rounds; ++round) {
    for (size_t a = 0; a < n; ++a) {
      const uint32_t choice = market.choice_begin[a] + round;
      if (made.choice[a] != kNone || choice >= market.choice_begin[a + 1] || market.standing[choice] == kNone) continue;
      asking[static_cast<size_t>(market.program[choice])].push_back({market.standing[choice], static_cast<int32_t>(a)});
    }
    for (size_t program = 0; program < asking.size(); ++program) {
      std::sort(asking[program].begin(), asking[program].end());
      const std::vector<int32_t> seats = left.seat(program, asking[program]);
      for (size_t i = 0; i < seats.size(); ++i) {
        if (seats[i] == kNone) continue;
        const auto applicant = static_cast<size_t>(asking[program][i].applicant);
        made.seats[applicant] = seats[i];
        made.choice[applicant] = static_cast<int32_t>(market.choice_begin[applicant] + round);
      }
      asking[program].clear();
    }
  }
  return made;
}

}  // namespace banmo::math
