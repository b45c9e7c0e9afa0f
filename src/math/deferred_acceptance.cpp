// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

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

// Programs with one group of seats, standings without wide gaps: an applicant after the other asks down the list, and whoever is put out asks on. A
// program is a line of places by standing; the worst of those held only ever moves towards the better, so no heap is needed.
class Lines {
 public:
  // False where the lines would be much longer than the choices, or a program has several groups.
  static bool fits(const Market& market) {
    if (market.seats.size() != market.n_programs()) return false;
    std::vector<int32_t> longest(market.n_programs(), kNone);
    for (size_t c = 0; c < market.program.size(); ++c) {
      int32_t& last = longest[static_cast<size_t>(market.program[c])];
      last = std::max(last, market.standing[c]);
    }
    size_t n_places = 0;
    for (const int32_t last : longest) n_places += static_cast<size_t>(last) + 1;
    return n_places <= 2 * market.program.size() + market.n_programs();
  }

  explicit Lines(const Market& market) : market_(market), programs_(market.n_programs()), next_(market.n_applicants()) {
    std::vector<uint32_t> length(programs_.size(), 0);
    for (size_t c = 0; c < market.program.size(); ++c) {
      uint32_t& n = length[static_cast<size_t>(market.program[c])];
      n = std::max(n, static_cast<uint32_t>(market.standing[c] + 1));
    }
    uint32_t begin = 0;
    for (size_t p = 0; p < programs_.size(); ++p) {
      const Seats& seats = market.seats[p];
      programs_[p] = {begin, seats.capacity > 0 ? static_cast<int32_t>(length[p]) : 0, seats.capacity, seats.admits};
      begin += length[p];
    }
    holder_.assign(begin, kNone);
    for (size_t a = 0; a < next_.size(); ++a) next_[a] = market.choice_begin[a];
  }

  Assignment run() {
    for (size_t a = 0; a < next_.size(); ++a)
      for (int32_t asking = static_cast<int32_t>(a); asking != kNone;) asking = ask(static_cast<size_t>(asking));
    Assignment made{std::vector<int32_t>(next_.size(), kNone), std::vector<int32_t>(next_.size(), kNone)};
    for (size_t p = 0; p < programs_.size(); ++p)
      for (uint32_t i = programs_[p].begin; i < (p + 1 < programs_.size() ? programs_[p + 1].begin : holder_.size()); ++i) {
        if (holder_[i] == kNone) continue;
        const auto applicant = static_cast<size_t>(holder_[i]);
        made.choice[applicant] = static_cast<int32_t>(next_[applicant]) - 1;  // the one asked last
        made.seats[applicant] = static_cast<int32_t>(p);
      }
    return made;
  }

 private:
  struct Program {
    uint32_t begin = 0;  // of its line
    int32_t bound = 0;   // who stands here or behind is refused: the end of the line, or the worst held when it is full
    int32_t n_left = 0;  // seats
    uint64_t admits = 0;
  };

  // Asks on until a seat is given; who lost theirs for it, kNone if nobody did.
  int32_t ask(size_t applicant) {
    const uint64_t categories = market_.categories_of(applicant);
    const uint32_t end = market_.choice_begin[applicant + 1];
    uint32_t& choice = next_[applicant];
    while (choice < end) {
      const int32_t standing = market_.standing[choice];
      Program& program = programs_[static_cast<size_t>(market_.program[choice])];
      ++choice;
      if (standing != kNone && standing < program.bound && (program.admits & categories) != 0)
        return take(program, standing, static_cast<int32_t>(applicant));
    }
    return kNone;
  }

  int32_t take(Program& program, int32_t standing, int32_t applicant) {
    int32_t* const line = holder_.data() + program.begin;
    int32_t put_out = kNone;
    if (program.n_left == 0)
      put_out = std::exchange(line[program.bound], kNone);
    else if (--program.n_left > 0) {
      line[standing] = applicant;
      return kNone;
    }
    line[standing] = applicant;
    while (line[--program.bound] == kNone) {
    }
    return put_out;
  }

  const Market& market_;
  std::vector<Program> programs_;
  std::vector<uint32_t> next_;   // by applicant: the choice to ask next
  std::vector<int32_t> holder_;  // by place in a line: the applicant who holds a seat there
};

}  // namespace

Assignment deferred_acceptance(const Market& market) { return Lines::fits(market) ? Lines(market).run() : Proposals(market).run(); }

}  // namespace banmo::math
