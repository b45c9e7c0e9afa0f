// SPDX-License-Identifier: Apache-2.0
#include "metrics/suppress.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "metrics/test_attacker.h"

using namespace banmo::metrics;
using banmo::metrics::test::Attacker;

namespace {

constexpr int64_t kMin = 10;

// A box: per dimension the set of its coordinates, as bits.
using Box = std::vector<uint32_t>;

struct Sum {
  int64_t n = 0, weight = 0;
  std::vector<size_t> cells;
};

Sum sum_of(const Population& population, const std::vector<int64_t>& weights, const Box& box) {
  Sum sum;
  for (size_t i = 0; i < population.cells.size(); ++i) {
    bool inside = true;
    for (size_t d = 0; d < box.size(); ++d) inside &= (box[d] >> population.cells[i].at[d] & 1) != 0;
    if (!inside) continue;
    sum.n += population.cells[i].n;
    sum.weight += weights[i];
    sum.cells.push_back(i);
  }
  return sum;
}

bool is_shown(const Sum& sum) { return sum.n >= kMin && sum.weight == 0; }

// Every box there is.
std::vector<Box> boxes(const std::vector<int>& sizes) {
  std::vector<Box> made{{}};
  for (const int size : sizes) {
    std::vector<Box> longer;
    for (const Box& box : made)
      for (uint32_t set = 1; set < (1U << size); ++set) {
        longer.push_back(box);
        longer.back().push_back(set);
      }
    made = std::move(longer);
  }
  return made;
}

Population table(const std::vector<std::vector<int64_t>>& rows) {
  Population population;
  for (size_t r = 0; r < rows.size(); ++r)
    for (size_t c = 0; c < rows[r].size(); ++c)
      if (rows[r][c] > 0) population.cells.push_back({{static_cast<int32_t>(r), static_cast<int32_t>(c)}, rows[r][c]});
  return population;
}

std::string shown(const Population& population) {
  const auto weights = hiding_weights(population, kMin);
  std::string text;
  for (size_t i = 0; i < weights.size(); ++i) {
    const int64_t n = population.cells[i].n;
    text += (i == 0 ? "" : " ") + (n < kMin || weights[i] != 0 ? std::string("x") : std::to_string(n));
  }
  return text;
}

Population random_population(std::mt19937_64& random, const std::vector<int>& sizes, int most) {
  Population population;
  population.nested = 0;
  for (int i = 0; i < sizes[0]; ++i) population.groups.push_back(i % 2);
  for (const Box& box : boxes(sizes)) {
    PopulationCell cell;
    bool single = true;
    for (const uint32_t set : box) {
      single &= (set & (set - 1)) == 0;
      cell.at.push_back(std::countr_zero(set));
    }
    cell.n = random() % 5 == 0 ? 0 : static_cast<int64_t>(random() % static_cast<uint64_t>(most));
    if (single && cell.n > 0) population.cells.push_back(std::move(cell));
  }
  return population;
}

}  // namespace

TEST_CASE("a table without small cells is shown whole") { CHECK(shown(table({{12, 30}, {10, 0}})) == "12 30 10"); }

TEST_CASE("a small cell takes one of its line with it, so that the total does not tell it") {
  Population population;
  for (int32_t i = 0; i < 4; ++i) population.cells.push_back({{i}, std::vector<int64_t>{50, 7, 20, 90}[static_cast<size_t>(i)]});
  CHECK(shown(population) == "50 x x 90");
}

TEST_CASE("small cells that are too few together take a further one") {
  Population population;
  for (int32_t i = 0; i < 4; ++i) population.cells.push_back({{i}, std::vector<int64_t>{3, 2, 40, 90}[static_cast<size_t>(i)]});
  CHECK(shown(population) == "x x x 90");
}

TEST_CASE("in two dimensions four cells hide one, and all totals stay") {
  const Population population = table({{7, 30, 40}, {50, 20, 60}, {70, 80, 25}});
  CHECK(shown(population) == "x x 40 x x 60 70 80 25");
  const auto weights = hiding_weights(population, kMin);
  for (const Box& total : {Box{1, 7}, Box{2, 7}, Box{4, 7}, Box{7, 1}, Box{7, 2}, Box{7, 4}, Box{7, 7}})
    CHECK(is_shown(sum_of(population, weights, total)));
}

TEST_CASE("schools hide each other within their district as long as it is large enough") {
  Population population;
  const int64_t n[] = {5, 40, 60, 70, 80};
  for (int32_t i = 0; i < 5; ++i) population.cells.push_back({{i}, n[i]});
  population.nested = 0;
  population.groups = {1, 1, 1, 2, 2};
  CHECK(shown(population) == "x x 60 70 80");
}

TEST_CASE("no withheld box of a random population can be solved from all the boxes that are shown") {
  std::mt19937_64 random(20261121);
  size_t n_populations = 0, n_shown = 0, n_withheld = 0, n_large = 0;
  for (int round = 0; round < 60; ++round) {
    const std::vector<int> sizes = round % 3 == 0   ? std::vector<int>{4, 3, 2, 2}
                                   : round % 3 == 1 ? std::vector<int>{5, 4}
                                                    : std::vector<int>{4, 3, 3};
    const Population population = random_population(random, sizes, 3 + static_cast<int>(random() % 40));
    if (population.cells.empty()) continue;
    const auto weights = hiding_weights(population, kMin);
    Attacker attacker(population.cells.size());
    std::vector<std::vector<size_t>> withheld;
    for (const Box& box : boxes(sizes)) {
      const Sum sum = sum_of(population, weights, box);
      if (sum.n == 0) continue;
      n_large += sum.n >= kMin ? 1 : 0;
      if (is_shown(sum)) {
        attacker.learn(sum.cells);
        ++n_shown;
      } else {
        withheld.push_back(sum.cells);
      }
    }
    for (const auto& cells : withheld) CHECK(!attacker.knows(cells));
    n_withheld += withheld.size();
    ++n_populations;
  }
  MESSAGE(n_populations << " populations: " << n_shown << " of " << n_large << " large boxes shown, " << n_withheld << " withheld, none solvable");
  CHECK(n_populations > 50);
  CHECK(n_withheld > 1000);
}
