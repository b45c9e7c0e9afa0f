// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "math/seating.h"

namespace banmo::math {
namespace {

class Trade {
 public:
  explicit Trade(const Market& market)
      : market_(market),
        made_{std::vector<int32_t>(market.n_applicants(), kNone), std::vector<int32_t>(market.n_applicants(), kNone)},
        next_(market.choice_begin.begin(), market.choice_begin.end() - 1),
        in_line_(market.n_programs()),
        head_(market.n_programs(), 0),
        on_path_(market.n_applicants(), kNone) {
    for (size_t p = 0; p < market.n_programs(); ++p) left_.push_back(market.seats[market.seats_begin[p]].capacity);
    for (size_t a = 0; a < market.n_applicants(); ++a)
      for (uint32_t c = market.choice_begin[a]; c < market.choice_begin[a + 1]; ++c)
        if (may_have(a, c)) in_line_[static_cast<size_t>(market.program[c])].push_back({market.standing[c], static_cast<int32_t>(a)});
    for (auto& line : in_line_) std::sort(line.begin(), line.end());
  }

  // From each applicant along "the program I want most, the one who comes first there" until somebody is met again: that is a cycle. What is left of
  // the path stays and goes on.
  Assignment run() {
    for (size_t a = 0; a < market_.n_applicants(); ++a) {
      path_.assign(1, static_cast<int32_t>(a));
      if (made_.choice[a] != kNone) continue;
      on_path_[a] = 0;
      while (!path_.empty()) step();
    }
    return std::move(made_);
  }

 private:
  bool may_have(size_t applicant, uint32_t choice) const {
    const Seats& seats = market_.seats[market_.seats_begin[static_cast<size_t>(market_.program[choice])]];
    return market_.standing[choice] != kNone && (seats.admits & market_.categories_of(applicant)) != 0;
  }

  void step() {
    const auto applicant = static_cast<size_t>(path_.back());
    uint32_t& choice = next_[applicant];
    while (choice < market_.choice_begin[applicant + 1] && (!may_have(applicant, choice) || left_[static_cast<size_t>(market_.program[choice])] == 0))
      ++choice;
    if (choice == market_.choice_begin[applicant + 1]) {  // nothing is left: leaves every line
      done_without(applicant);
      return;
    }
    const int32_t first = first_in_line(static_cast<size_t>(market_.program[choice]));
    if (on_path_[static_cast<size_t>(first)] == kNone) {
      on_path_[static_cast<size_t>(first)] = static_cast<int32_t>(path_.size());
      path_.push_back(first);
    } else {
      settle(static_cast<size_t>(on_path_[static_cast<size_t>(first)]));
    }
  }

  // Who wants a program stands in its line, so that somebody is found.
  int32_t first_in_line(size_t program) {
    const std::vector<Candidate>& line = in_line_[program];
    while (is_gone(static_cast<size_t>(line[head_[program]].applicant))) ++head_[program];
    return line[head_[program]].applicant;
  }
  bool is_gone(size_t applicant) const { return made_.choice[applicant] != kNone || next_[applicant] == market_.choice_begin[applicant + 1]; }

  void done_without(size_t applicant) {
    on_path_[applicant] = kNone;
    path_.pop_back();
  }

  void settle(size_t begin) {
    bool is_any_full = false;
    for (size_t i = begin; i < path_.size(); ++i) {
      const auto applicant = static_cast<size_t>(path_[i]);
      const uint32_t choice = next_[applicant];
      const auto program = static_cast<size_t>(market_.program[choice]);
      made_.choice[applicant] = static_cast<int32_t>(choice);
      made_.seats[applicant] = static_cast<int32_t>(market_.seats_begin[program]);
      is_any_full |= --left_[program] == 0;
      on_path_[applicant] = kNone;
    }
    path_.resize(begin);
    if (is_any_full) cut_where_full();
  }

  // Who wanted a program that is full now points elsewhere: the path is good up to there.
  void cut_where_full() {
    size_t n_good = 0;
    while (n_good < path_.size() && left_[static_cast<size_t>(market_.program[next_[static_cast<size_t>(path_[n_good])]])] > 0) ++n_good;
    for (size_t i = n_good + 1; i < path_.size(); ++i) on_path_[static_cast<size_t>(path_[i])] = kNone;
    if (n_good < path_.size()) path_.resize(n_good + 1);
  }

  const Market& market_;
  Assignment made_;
  std::vector<uint32_t> next_;  // by applicant: the dearest choice that may still have a seat
  std::vector<std::vector<Candidate>> in_line_;
  std::vector<size_t> head_;
  std::vector<int32_t> left_, path_, on_path_;
};

}  // namespace

Assignment top_trading_cycles(const Market& market) { return Trade(market).run(); }

}  // namespace banmo::math
