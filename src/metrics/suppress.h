// SPDX-License-Identifier: Apache-2.0
// One pattern for a dataset that says which answers are withheld, so that no small population shows and none can be computed from any number of
// answers together. Pure: numbers in, numbers out. See docs/decisions/0007.
//
// Every populated cell of the finest grid gets a weight. An answer is the sum over a box of that grid (a set of values in each dimension) and is
// shown if at least `min_cell` people stand in the box and the weights in it sum to zero. Weights are a random combination of moves: a move is a
// change of the populated cells that no shown answer notices. For each box of fewer than `min_cell` people there is a move that changes it: so what
// is shown would be the same if that box held another number, and no arithmetic on shown answers, of whoever and how many, tells it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace banmo::metrics {

struct PopulationCell {
  std::vector<int32_t> at;  // a coordinate per dimension
  int64_t n = 0;            // people; 0: nobody who is known
};

struct Population {
  std::vector<PopulationCell> cells;  // the finest there are, all different
  std::optional<size_t> nested;       // the dimension whose coordinates stand in groups (schools in districts): a move stays in one if it can
  std::vector<int32_t> groups;        // the group of each coordinate of it
};

// weights[i] belongs to cells[i]. Deterministic. O(2^dimensions * cells), and more for small cells.
// Source: the null space of published tables as in Hundepool et al. 2012, Statistical Disclosure Control, ch. 4; moves as in Diaconis & Sturmfels
// 1998.
std::vector<int64_t> hiding_weights(const Population& population, int64_t min_cell);

}  // namespace banmo::metrics
