// SPDX-License-Identifier: Apache-2.0
// Which cells of a table must be withheld so that no small population shows, and none can be computed from what is shown. Pure: numbers in, flags
// out.
//
// A grid has d dimensions; a cell has a coordinate in each and a population. A line is the set of cells that differ in one coordinate only (and, for
// a nested dimension such as schools, stand in the same group, the district); the total of every line is taken to be known. Withheld are
//   1. cells with 0 < n < k;
//   2. in each line with a withheld cell, further cells (smallest first) until at least two are withheld, of k people together;
//   3. cells from which the totals of the lines could be solved for a withheld cell all the same: a linear system over each connected set of withheld
//   cells is checked.
// Source: complementary suppression as in Hundepool et al. 2012, Statistical Disclosure Control, ch. 4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace banmo::metrics {

struct GridCell {
  std::vector<int64_t> at;  // a coordinate per dimension
  int64_t n = 0;            // population
};

struct Grid {
  std::vector<GridCell> cells;
  // Per dimension: the group of a coordinate for nested dimensions, e.g. school > district; empty: all one group.
  std::vector<std::vector<std::pair<int64_t, int64_t>>> groups;  // (coordinate, group), sorted
};

// hidden[i] belongs to grid.cells[i]. O(cells * dimensions * rounds); deterministic.
std::vector<bool> withheld(const Grid& grid, int64_t min_cell);

// For each cell the lines through it: ids that are equal for cells of one line. [cell][dimension]
std::vector<std::vector<size_t>> lines_of(const Grid& grid, size_t& n_lines);

}  // namespace banmo::metrics
