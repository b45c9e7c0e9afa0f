// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <queue>

#include "math/admission.h"
#include "math/seating.h"

namespace banmo::math {
namespace {

class Proposals {
 public:
  explicit Proposals(const Market& market) : market_(market), next_(market.n_applicants()), held_(market.n_programs()), fresh_(market.n_programs()) {
    for (size_t a = 0; a < next_.size(); ++a) next_[a] = market.choice_begin[a];
  }

  // In rounds: everybody without a seat asks the next of the list, then each program that was asked keeps the best.
  Assignment run() {
    std::vector<int32_t> without(next_.size());
    for (size_t a = 0; a < without.size(); ++a) without[a] = static_cast<int32_t>(a);
    while (!without.empty()) {
      for (const int32_t applicant : without) propose(static_cast<size_t>(applicant));
      without.clear();
      for (const int32_t program : asked_) choose(static_cast<size_t>(program), without);
      asked_.clear();
    }
    return seated();
  }

 private:
  void propose(size_t applicant) {
    uint32_t& choice = next_[applicant];
    while (choice < market_.choice_begin[applicant + 1] && market_.standing[choice] == kNone) ++choice;
    if (choice == market_.choice_begin[applicant + 1]) return;
    const auto program = static_cast<size_t>(market_.program[choice]);
    if (fresh_[program].empty()) asked_.push_back(market_.program[choice]);
    fresh_[program].push_back({market_.standing[choice], static_cast<int32_t>(applicant)});
    ++choice;
  }

  void choose(size_t program, std::vector<int32_t>& without) {
    const uint32_t first = market_.seats_begin[program], n_groups = market_.seats_begin[program + 1] - first;
    if (n_groups == 1) {
      keep_best(program, market_.seats[first], without);
    } else {
      keep_by_groups(program, without);
    }
    fresh_[program].clear();
  }

  // The worst of those held stands at the head of a heap.
  void keep_best(size_t program, const Seats& seats, std::vector<int32_t>& without) {
    std::vector<Candidate>& held = held_[program];
    for (const Candidate& candidate : fresh_[program]) {
      if ((seats.admits & market_.categories_of(static_cast<size_t>(candidate.applicant))) == 0 || seats.capacity <= 0) {
        without.push_back(candidate.applicant);
      } else if (held.size() < static_cast<size_t>(seats.capacity)) {
        held.push_back(candidate);
        std::push_heap(held.begin(), held.end());
      } else if (candidate < held.front()) {
        without.push_back(held.front().applicant);
        std::pop_heap(held.begin(), held.end());
        held.back() = candidate;
        std::push_heap(held.begin(), held.end());
      } else {
        without.push_back(candidate.applicant);
      }
    }
  }

  void keep_by_groups(size_t program, std::vector<int32_t>& without) {
    std::vector<Candidate>& held = held_[program];
    held.insert(held.end(), fresh_[program].begin(), fresh_[program].end());
    std::sort(held.begin(), held.end());
    const std::vector<int32_t> seats = seat(market_, program, held);
    size_t n_kept = 0;
    for (size_t i = 0; i < held.size(); ++i) {
      if (seats[i] == kNone) {
        without.push_back(held[i].applicant);
      } else {
        held[n_kept++] = held[i];
      }
    }
    held.resize(n_kept);
  }

  Assignment seated() {
    Assignment made{std::vector<int32_t>(next_.size(), kNone), std::vector<int32_t>(next_.size(), kNone)};
    for (size_t program = 0; program < held_.size(); ++program) {
      std::sort(held_[program].begin(), held_[program].end());
      const std::vector<int32_t> seats = seat(market_, program, held_[program]);
      for (size_t i = 0; i < seats.size(); ++i) {
        const auto applicant = static_cast<size_t>(held_[program][i].applicant);
        made.seats[applicant] = seats[i];
        made.choice[applicant] = static_cast<int32_t>(next_[applicant]) - 1;  // the one asked last
      }
    }
    return made;
  }

  const Market& market_;
  std::vector<uint32_t> next_;  // by applicant: the choice to ask next
  std::vector<std::vector<Candidate>> held_, fresh_;
  std::vector<int32_t> asked_;  // programs with fresh candidates
};

}  // namespace

Assignment deferred_acceptance(const Market& market) { return Proposals(market).run(); }

}  // namespace banmo::math
