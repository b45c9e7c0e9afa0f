// SPDX-License-Identifier: Apache-2.0
#include "metrics/suppress.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace banmo::metrics;

namespace {

constexpr int64_t kMin = 10;

Grid table(const std::vector<std::vector<int64_t>>& rows) {
  Grid grid;
  for (size_t r = 0; r < rows.size(); ++r)
    for (size_t c = 0; c < rows[r].size(); ++c) grid.cells.push_back({{static_cast<int64_t>(r), static_cast<int64_t>(c)}, rows[r][c]});
  return grid;
}

std::string shown(const Grid& grid, const std::vector<bool>& hidden) {
  std::string text;
  for (size_t i = 0; i < grid.cells.size(); ++i) text += (hidden[i] ? "x" : std::to_string(grid.cells[i].n)) + (i + 1 < grid.cells.size() ? " " : "");
  return text;
}

// An attacker who knows every line's total and every shown cell: the withheld cells whose value follows. Independent of the code under test: it asks
// for each withheld cell whether a change of it can be balanced within the lines, by the null space of the whole system.
size_t n_solved(const Grid& grid, const std::vector<bool>& hidden) {
  size_t n_lines = 0;
  const auto lines = lines_of(grid, n_lines);
  std::vector<size_t> unknown;
  for (size_t i = 0; i < hidden.size(); ++i)
    if (hidden[i]) unknown.push_back(i);
  std::vector<std::vector<double>> rows(n_lines, std::vector<double>(unknown.size(), 0));
  for (size_t u = 0; u < unknown.size(); ++u)
    for (const size_t line : lines[unknown[u]]) rows[line][u] = 1;
  std::vector<int> pivot_row(unknown.size(), -1);
  size_t rank = 0;
  for (size_t column = 0; column < unknown.size(); ++column) {
    size_t pivot = rank;
    while (pivot < rows.size() && std::abs(rows[pivot][column]) < 1e-9) ++pivot;
    if (pivot == rows.size()) continue;
    std::swap(rows[pivot], rows[rank]);
    for (size_t r = 0; r < rows.size(); ++r) {
      if (r == rank || std::abs(rows[r][column]) < 1e-9) continue;
      const double factor = rows[r][column] / rows[rank][column];
      for (size_t c = 0; c < unknown.size(); ++c) rows[r][c] -= factor * rows[rank][c];
    }
    pivot_row[column] = static_cast<int>(rank++);
  }
  size_t solved = 0;
  for (size_t column = 0; column < unknown.size(); ++column) {
    if (pivot_row[column] < 0) continue;
    size_t n_others = 0;
    for (size_t c = 0; c < unknown.size(); ++c) n_others += c != column && std::abs(rows[static_cast<size_t>(pivot_row[column])][c]) > 1e-9 ? 1 : 0;
    solved += n_others == 0 ? 1 : 0;
  }
  return solved;
}

}  // namespace

TEST_CASE("a table without small cells is shown whole") {
  const Grid grid = table({{12, 30}, {10, 0}});
  CHECK(shown(grid, withheld(grid, kMin)) == "12 30 10 0");
}

TEST_CASE("a small cell takes the smallest of its line with it, so that the total does not tell it") {
  Grid grid;
  for (int64_t i = 0; i < 4; ++i) grid.cells.push_back({{i}, std::vector<int64_t>{50, 7, 20, 90}[static_cast<size_t>(i)]});
  CHECK(shown(grid, withheld(grid, kMin)) == "50 x x 90");
}

TEST_CASE("two small cells that are large enough together need no third") {
  Grid grid;
  for (int64_t i = 0; i < 3; ++i) grid.cells.push_back({{i}, std::vector<int64_t>{6, 5, 40}[static_cast<size_t>(i)]});
  CHECK(shown(grid, withheld(grid, kMin)) == "x x 40");
}

TEST_CASE("in two dimensions rows and columns are both closed") {
  const Grid grid = table({{7, 30, 40}, {50, 20, 60}, {70, 80, 25}});
  const auto hidden = withheld(grid, kMin);
  CHECK(hidden[0]);
  CHECK(n_solved(grid, hidden) == 0);
}

TEST_CASE("schools close within their district, not across") {
  Grid grid;
  const int64_t n[] = {5, 40, 60, 70, 80};
  for (int64_t i = 0; i < 5; ++i) grid.cells.push_back({{i}, n[i]});
  grid.groups = {{{0, 1}, {1, 1}, {2, 1}, {3, 2}, {4, 2}}};
  CHECK(shown(grid, withheld(grid, kMin)) == "x x 60 70 80");
}

TEST_CASE("no withheld cell of a random table can be solved from what is shown") {
  std::mt19937_64 random(20261121);
  size_t n_tables = 0, n_hidden = 0;
  for (int round = 0; round < 400; ++round) {
    const size_t n_rows = 2 + random() % 6, n_columns = 2 + random() % 6;
    std::vector<std::vector<int64_t>> rows(n_rows, std::vector<int64_t>(n_columns));
    for (auto& row : rows)
      for (int64_t& n : row) n = random() % 4 == 0 ? static_cast<int64_t>(random() % 12) : static_cast<int64_t>(random() % 200);
    const Grid grid = table(rows);
    const auto hidden = withheld(grid, kMin);
    for (size_t i = 0; i < hidden.size(); ++i) {
      if (grid.cells[i].n > 0 && grid.cells[i].n < kMin) CHECK(hidden[i]);
      n_hidden += hidden[i] ? 1 : 0;
    }
    // A table in which nothing but withheld cells is left in a line of one populated cell cannot be helped: its total is itself too small to be
    // shown.
    bool lone = false;
    for (size_t r = 0; r < n_rows; ++r) lone |= std::count_if(rows[r].begin(), rows[r].end(), [](int64_t n) { return n > 0; }) < 2;
    for (size_t c = 0; c < n_columns; ++c) {
      size_t populated = 0;
      for (size_t r = 0; r < n_rows; ++r) populated += rows[r][c] > 0 ? 1 : 0;
      lone |= populated < 2;
    }
    if (lone) continue;
    ++n_tables;
    CHECK(n_solved(grid, hidden) == 0);
  }
  MESSAGE(n_tables << " tables, " << n_hidden << " cells withheld, none solvable");
  CHECK(n_tables > 200);
}
