// SPDX-License-Identifier: Apache-2.0
// Who is admitted where: mechanisms over one market of applicants with ordered choices and programs with seats and an order of who comes first. Pure
// and deterministic: the same market gives the same assignment on every machine. Ties are broken before (score, tie-break, lottery number); here
// every order is strict.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/result.h"

namespace banmo::math {

constexpr int32_t kNone = -1;

// Some of a program's seats. A program fills its groups of seats in their order: each takes the best of those left whom it admits; what stays empty
// is added to the group that it flows to.
struct Seats {
  int32_t capacity = 0;
  uint64_t admits = std::numeric_limits<uint64_t>::max();  // categories, one of which an applicant needs
  int32_t flows_to = kNone;                                // a later group of the same program, counted within the program
};

struct Market {
  std::vector<uint32_t> choice_begin;  // [n_applicant + 1] an applicant's choices are choice_begin[a] up to choice_begin[a + 1]
  std::vector<int32_t> program;        // [n_choice] 0..n_program-1, the dearest first, each once
  std::vector<int32_t> standing;       // [n_choice] place in the program's order: 0 comes first, no two alike; kNone: not eligible there
  std::vector<uint64_t> categories;    // [n_applicant] bits that Seats::admits knows; empty: everybody has all
  std::vector<uint32_t> seats_begin;   // [n_program + 1] a program's groups are seats_begin[p] up to seats_begin[p + 1]
  std::vector<Seats> seats;

  size_t n_applicants() const { return choice_begin.empty() ? 0 : choice_begin.size() - 1; }
  size_t n_programs() const { return seats_begin.empty() ? 0 : seats_begin.size() - 1; }
  uint64_t categories_of(size_t applicant) const { return categories.empty() ? std::numeric_limits<uint64_t>::max() : categories[applicant]; }
};

// Errors: invalid "math.market" (shapes, a program twice in a list, two of one standing, seats that flow to themselves or backwards; at most 64
// groups of a program). O(n_choice log n_choice). The functions below take markets that passed.
Result<> check(const Market& market);

struct Assignment {
  std::vector<int32_t> choice;  // [n_applicant] index into Market::program, kNone: not admitted
  std::vector<int32_t> seats;   // [n_applicant] index into Market::seats, kNone
};

// Applicants propose in the order of their choices, programs hold the best so far. The result is stable, no stable one is better for any applicant,
// and no applicant gains by another order of choices. O(n_choice log capacity) for programs with one group. Source: Gale & Shapley 1962; groups of
// seats: Kominers & Sönmez 2016, with what stays empty flowing on as in Aygün & Turhan 2020.
Assignment deferred_acceptance(const Market& market);

// One order for all programs ("parallel choice" by one score): each takes, in that order, the dearest program that still has a seat. One group of
// seats a program; standings are read as eligible or not.   order [n_applicant] each once
Assignment serial_dictatorship(const Market& market, std::span<const int32_t> order);

// First choices are settled for good, then second ones, and so on. Neither stable nor safe to answer truthfully; here to be compared with. Seats
// that stay empty flow on after each round's own seats are filled.   Source: Abdulkadiroğlu & Sönmez 2003, "Boston mechanism".
Assignment immediate_acceptance(const Market& market);

// Applicants exchange their first places. Efficient and truthful, not stable. One group of seats a program.   Source: Abdulkadiroğlu & Sönmez 2003.
Assignment top_trading_cycles(const Market& market);

// Who holds the last seat of a group.
struct CutOff {
  int32_t capacity = 0;  // with what flowed to it
  int32_t n_held = 0;
  int32_t last = kNone;  // the worst standing that holds a seat; kNone: nobody
  bool is_full() const { return n_held >= capacity; }
};
std::vector<CutOff> cut_offs(const Market& market, const Assignment& assignment);  // [n_seats]

// Whether a program with these cut-offs would take this applicant, too, and what it would have needed: the worst standing that was enough in a group
// that admits the applicant (capacity of nothing: kNone, no standing is enough).
struct Answer {
  bool is_taken = false;
  int32_t needed = kNone;
};
Answer answer(const Market& market, std::span<const CutOff> cut_offs, size_t applicant, size_t choice);

// What is wrong with an assignment, worked out without the mechanisms: an applicant and a program that would both rather have each other, a seat held
// by somebody who is not eligible or not admitted, more held than there are.
enum class Flaw { blocking_pair, not_eligible, over_capacity };
struct Exception {
  Flaw flaw = Flaw::blocking_pair;
  int32_t applicant = kNone;
  int32_t choice = kNone;
};
// Empty: stable. At most `n_most` are listed. O(n_choice * groups).
std::vector<Exception> exceptions(const Market& market, const Assignment& assignment, size_t n_most);

}  // namespace banmo::math
