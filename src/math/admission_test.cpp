// SPDX-License-Identifier: Apache-2.0
#include "math/admission.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>
#include <string>

using namespace banmo::math;

namespace {

// Each applicant's choices as (program, standing).
using Lists = std::vector<std::vector<std::pair<int32_t, int32_t>>>;

Market market_of(const Lists& lists, const std::vector<int32_t>& capacities) {
  Market market;
  market.choice_begin = market.seats_begin = {0};
  for (const auto& list : lists) {
    for (const auto& [program, standing] : list) {
      market.program.push_back(program);
      market.standing.push_back(standing);
    }
    market.choice_begin.push_back(static_cast<uint32_t>(market.program.size()));
  }
  for (const int32_t capacity : capacities) {
    market.seats.push_back({capacity});
    market.seats_begin.push_back(static_cast<uint32_t>(market.seats.size()));
  }
  return market;
}

// The program of each applicant.
std::vector<int32_t> programs(const Market& market, const Assignment& assignment) {
  std::vector<int32_t> made;
  for (const int32_t choice : assignment.choice) made.push_back(choice == kNone ? kNone : market.program[static_cast<size_t>(choice)]);
  return made;
}

struct Shape {
  int n_applicants = 6, n_programs = 3, n_choices = 3, n_groups = 1, most_seats = 2;
  bool common_order = false;
};

Market random_market(std::mt19937_64& random, const Shape& shape) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); };
  std::vector<std::vector<int32_t>> orders;  // by program: the standing of each applicant
  for (int p = 0; p < shape.n_programs; ++p) {
    std::vector<int32_t> order(static_cast<size_t>(shape.n_applicants));
    std::iota(order.begin(), order.end(), 0);
    if (!shape.common_order) std::shuffle(order.begin(), order.end(), random);
    orders.push_back(std::move(order));
  }
  Lists lists;
  for (int a = 0; a < shape.n_applicants; ++a) {
    std::vector<int32_t> all(static_cast<size_t>(shape.n_programs));
    std::iota(all.begin(), all.end(), 0);
    std::shuffle(all.begin(), all.end(), random);
    auto& list = lists.emplace_back();
    for (int c = 0; c < std::min(shape.n_choices, shape.n_programs); ++c) {
      const int32_t program = all[static_cast<size_t>(c)];
      list.emplace_back(program, below(8) == 0 ? kNone : orders[static_cast<size_t>(program)][static_cast<size_t>(a)]);
    }
  }
  Market market = market_of(lists, {});
  for (int p = 0; p < shape.n_programs; ++p) {
    const int n_groups = 1 + below(shape.n_groups);
    for (int g = 0; g < n_groups; ++g) {
      Seats seats{below(shape.most_seats + 1), n_groups == 1 ? ~uint64_t{0} : random() % 7 + 1, kNone};
      if (g + 1 < n_groups && below(2) == 0) seats.flows_to = g + 1 + below(n_groups - g - 1);
      market.seats.push_back(seats);
    }
    market.seats_begin.push_back(static_cast<uint32_t>(market.seats.size()));
  }
  if (shape.n_groups > 1)
    for (int a = 0; a < shape.n_applicants; ++a) market.categories.push_back(random() % 8);
  return market;
}

// Place of the assigned choice in an applicant's true list, by program; the list's length if there is none, or none that the applicant may have.
size_t rank_of(const Market& truth, const std::vector<int32_t>& assigned, size_t applicant) {
  for (uint32_t c = truth.choice_begin[applicant]; c < truth.choice_begin[applicant + 1]; ++c)
    if (truth.program[c] == assigned[applicant] && truth.standing[c] != kNone) return c - truth.choice_begin[applicant];
  return truth.choice_begin[applicant + 1] - truth.choice_begin[applicant];
}

// The same market with one applicant's choices in another order, or fewer of them.
Market misreported(std::mt19937_64& random, const Market& truth, size_t liar) {
  Lists lists;
  for (size_t a = 0; a < truth.n_applicants(); ++a) {
    auto& list = lists.emplace_back();
    for (uint32_t c = truth.choice_begin[a]; c < truth.choice_begin[a + 1]; ++c) list.emplace_back(truth.program[c], truth.standing[c]);
    if (a != liar) continue;
    std::shuffle(list.begin(), list.end(), random);
    list.resize(random() % (list.size() + 1));
  }
  Market market = market_of(lists, {});
  market.seats = truth.seats;
  market.seats_begin = truth.seats_begin;
  market.categories = truth.categories;
  return market;
}

// Every assignment of a small market with one group a program, to compare with.
void each_assignment(const Market& market, size_t applicant, Assignment& made, const std::function<void(const Assignment&)>& visit) {
  if (applicant == market.n_applicants()) return visit(made);
  made.choice[applicant] = made.seats[applicant] = kNone;
  each_assignment(market, applicant + 1, made, visit);
  for (uint32_t c = market.choice_begin[applicant]; c < market.choice_begin[applicant + 1]; ++c) {
    made.choice[applicant] = static_cast<int32_t>(c);
    made.seats[applicant] = static_cast<int32_t>(market.seats_begin[static_cast<size_t>(market.program[c])]);
    each_assignment(market, applicant + 1, made, visit);
  }
  made.choice[applicant] = made.seats[applicant] = kNone;
}

}  // namespace

TEST_CASE("the market of Gale and Shapley's paper ends as in the paper") {
  // Their example 1 with rankings of three men and three women: everybody on the proposing side gets the first choice.
  const Market market = market_of({{{0, 2}, {1, 1}, {2, 0}}, {{1, 2}, {2, 1}, {0, 0}}, {{2, 2}, {0, 1}, {1, 0}}}, {1, 1, 1});
  REQUIRE(check(market).ok());
  CHECK(programs(market, deferred_acceptance(market)) == std::vector<int32_t>{0, 1, 2});
}

TEST_CASE("immediate acceptance punishes a bold first choice, deferred acceptance does not") {
  // Applicant 1 stands first at program 1, but asks program 0 first; applicant 2 asks program 1 first.
  const Market market = market_of({{{0, 0}}, {{0, 1}, {1, 0}}, {{1, 1}}}, {1, 1});
  CHECK(programs(market, immediate_acceptance(market)) == std::vector<int32_t>{0, kNone, 1});
  CHECK(programs(market, deferred_acceptance(market)) == std::vector<int32_t>{0, 1, kNone});
  const auto flaws = exceptions(market, immediate_acceptance(market), 10);
  REQUIRE(flaws.size() == 1);
  CHECK(flaws[0].flaw == Flaw::blocking_pair);
  CHECK(flaws[0].applicant == 1);
}

TEST_CASE("two who would both rather change places do so by trading cycles, and not by deferred acceptance") {
  // 0 stands first at program 1 and wants 0; 1 stands first at program 0 and wants 1; 2 stands between them at both.
  const Market market = market_of({{{0, 2}, {1, 0}}, {{1, 2}, {0, 0}}, {{0, 1}, {1, 1}}}, {1, 1});
  CHECK(programs(market, top_trading_cycles(market)) == std::vector<int32_t>{0, 1, kNone});
  CHECK(programs(market, deferred_acceptance(market)) == std::vector<int32_t>{1, 0, kNone});
}

TEST_CASE("reserved seats go to their own first, and empty ones flow on") {
  // Group 0: two seats for category 1; what stays empty goes to group 1, which has one seat for all.
  Market market = market_of({{{0, 0}}, {{0, 1}}, {{0, 2}}, {{0, 3}}}, {});
  market.seats = {{2, 1, 1}, {1}};
  market.seats_begin = {0, 2};
  market.categories = {2, 2, 2, 1};
  REQUIRE(check(market).ok());
  const Assignment made = deferred_acceptance(market);
  CHECK(made.seats == std::vector<int32_t>{1, 1, kNone, 0});
  const auto last = cut_offs(market, made);
  CHECK(last[1].capacity == 2);
  const Answer told = answer(market, last, 2, 2);
  CHECK_FALSE(told.is_taken);
  CHECK(told.needed == 1);
  CHECK(exceptions(market, made, 10).empty());
}

TEST_CASE("deferred acceptance is stable and no stable assignment is better for anybody, over all assignments of small markets") {
  std::mt19937_64 random(20260701);
  for (int round = 0; round < 200; ++round) {
    const Market market = random_market(random, {.n_applicants = 5});
    REQUIRE(check(market).ok());
    const Assignment ours = deferred_acceptance(market);
    REQUIRE(exceptions(market, ours, 10).empty());
    Assignment other = ours;
    each_assignment(market, 0, other, [&](const Assignment& any) {
      if (!exceptions(market, any, 1).empty()) return;
      for (size_t a = 0; a < ours.choice.size(); ++a) {
        const bool worse = any.choice[a] != kNone && (ours.choice[a] == kNone || any.choice[a] < ours.choice[a]);
        REQUIRE_FALSE(worse);
      }
    });
  }
}

TEST_CASE("with groups of seats deferred acceptance leaves no exception and keeps every quota") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    const Market market = random_market(random, {.n_applicants = 12, .n_programs = 4, .n_choices = 4, .n_groups = 3, .most_seats = 3});
    REQUIRE(check(market).ok());
    const Assignment made = deferred_acceptance(market);
    REQUIRE(exceptions(market, made, 10).empty());
    for (const CutOff& group : cut_offs(market, made)) REQUIRE(group.n_held <= group.capacity);
  }
}

TEST_CASE("nobody gains by another list under deferred acceptance, with groups of seats too, nor under trading cycles") {
  std::mt19937_64 random(11);
  int n_gains_immediate = 0;
  for (int round = 0; round < 4000; ++round) {
    const int n_groups = round % 2 == 0 ? 1 : 3;
    const Market truth = random_market(random, {.n_applicants = 7, .n_programs = 4, .n_choices = 4, .n_groups = n_groups});
    const size_t liar = random() % truth.n_applicants();
    const Market lied = misreported(random, truth, liar);
    const auto gains = [&](Assignment (*mechanism)(const Market&)) {
      return rank_of(truth, programs(lied, mechanism(lied)), liar) < rank_of(truth, programs(truth, mechanism(truth)), liar);
    };
    REQUIRE_FALSE(gains(deferred_acceptance));
    if (n_groups == 1) REQUIRE_FALSE(gains(top_trading_cycles));
    n_gains_immediate += gains(immediate_acceptance) ? 1 : 0;
  }
  CHECK(n_gains_immediate > 0);  // the test can tell
}

TEST_CASE("with one order for all programs deferred acceptance, serial dictatorship and trading cycles agree") {
  std::mt19937_64 random(13);
  for (int round = 0; round < 500; ++round) {
    const Market market = random_market(random, {.n_applicants = 40, .n_programs = 6, .n_choices = 4, .most_seats = 8, .common_order = true});
    std::vector<int32_t> order(market.n_applicants());
    std::iota(order.begin(), order.end(), 0);
    const Assignment serial = serial_dictatorship(market, order);
    CHECK(serial.choice == deferred_acceptance(market).choice);
    CHECK(serial.choice == top_trading_cycles(market).choice);
  }
}

TEST_CASE("no two applicants would both gain by changing places after trading cycles") {
  std::mt19937_64 random(17);
  for (int round = 0; round < 300; ++round) {
    const Market market = random_market(random, {.n_applicants = 30, .n_programs = 8, .n_choices = 6, .most_seats = 4});
    const Assignment made = top_trading_cycles(market);
    const auto at = programs(market, made);
    for (size_t a = 0; a < at.size(); ++a)
      for (size_t b = a + 1; b < at.size(); ++b) {
        auto changed = at;
        std::swap(changed[a], changed[b]);
        const bool both = rank_of(market, changed, a) < rank_of(market, at, a) && rank_of(market, changed, b) < rank_of(market, at, b);
        REQUIRE_FALSE(both);
      }
    for (const CutOff& group : cut_offs(market, made)) REQUIRE(group.n_held <= group.capacity);
  }
}

TEST_CASE("an assignment that breaks a rule is told") {
  const Market market = market_of({{{0, 0}}, {{0, 1}}, {{0, kNone}}}, {1});
  const auto flaw_of = [&](std::vector<int32_t> choice, std::vector<int32_t> seats) {
    const auto found = exceptions(market, {std::move(choice), std::move(seats)}, 1);
    return found.empty() ? "none" : found[0].flaw == Flaw::blocking_pair ? "blocking" : found[0].flaw == Flaw::not_eligible ? "not eligible" : "over";
  };
  CHECK(flaw_of({0, kNone, kNone}, {0, kNone, kNone}) == std::string("none"));
  CHECK(flaw_of({kNone, 1, kNone}, {kNone, 0, kNone}) == std::string("blocking"));
  CHECK(flaw_of({0, 1, kNone}, {0, 0, kNone}) == std::string("over"));
  CHECK(flaw_of({kNone, kNone, kNone}, {kNone, kNone, kNone}) == std::string("blocking"));
  CHECK(flaw_of({0, kNone, 2}, {0, kNone, 0}) == std::string("over"));
}

TEST_CASE("a market with a mistake is refused with what to do") {
  const auto told = [](const Market& market) {
    const auto checked = check(market);
    return checked.ok() ? std::string("fine") : checked.error().message.en;
  };
  CHECK(told(market_of({{{0, 0}}}, {1})) == "fine");
  CHECK(told(market_of({{{1, 0}}}, {1})) == "a choice names a program that does not exist");
  CHECK(told(market_of({{{0, 0}, {0, 1}}}, {1})) == "an applicant chose a program twice");
  CHECK(told(market_of({{{0, 3}}, {{0, 3}}}, {1})) == "two applicants have one standing at a program: break the tie first");
  CHECK(told(market_of({{{0, -5}}}, {1})) == "a standing is negative");
  CHECK(told(market_of({{{0, 0}}}, {-1})) == "a number of seats is negative");
  Market flows = market_of({{{0, 0}}}, {1});
  flows.seats[0].flows_to = 0;
  CHECK(told(flows) == "empty seats flow to a later group of the same program");
  Market torn = market_of({{{0, 0}}}, {1});
  torn.standing.clear();
  CHECK(told(torn) == "the arrays do not fit together");
}

TEST_CASE("a program with one group and one with an empty group beside it, and lines with wide gaps, take the same applicants") {
  std::mt19937_64 random(29);
  for (int round = 0; round < 1000; ++round) {
    const Market market = random_market(random, {.n_applicants = 25, .n_programs = 5, .n_choices = 4, .most_seats = 4});
    const auto wanted = deferred_acceptance(market).choice;
    Market grouped = market, gapped = market;  // both go the way of groups and heaps
    grouped.seats.push_back({0});
    ++grouped.seats_begin.back();
    CHECK(deferred_acceptance(grouped).choice == wanted);
    for (int32_t& standing : gapped.standing)
      if (standing != kNone) standing *= 1000;
    CHECK(deferred_acceptance(gapped).choice == wanted);
  }
}

TEST_CASE("immediate acceptance with groups keeps every quota, also when seats flowed on in an earlier round") {
  // One reserved seat that flows to one open seat. Two without the category take both in the first round; the third finds its own seat gone.
  Market market = market_of({{{0, 0}}, {{0, 1}}, {{1, 0}, {0, 2}}}, {});
  market.seats = {{1, 1, 1}, {1}, {0}};
  market.seats_begin = {0, 2, 3};
  market.categories = {2, 2, 1};
  REQUIRE(check(market).ok());
  CHECK(immediate_acceptance(market).seats == std::vector<int32_t>{1, 1, kNone});
  std::mt19937_64 random(31);
  for (int round = 0; round < 2000; ++round) {
    const Market any = random_market(random, {.n_applicants = 12, .n_programs = 4, .n_choices = 4, .n_groups = 3, .most_seats = 3});
    for (const Exception& flaw : exceptions(any, immediate_acceptance(any), 100)) REQUIRE(flaw.flaw == Flaw::blocking_pair);
  }
}
