// SPDX-License-Identifier: Apache-2.0
#include "metrics/suppress.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace banmo::metrics {
namespace {

constexpr size_t kMostPartners = 8;      // of one dimension that are tried for a move
constexpr int kMostTries = 400;          // steps of the search for one move
constexpr uint64_t kLargest = 1U << 30;  // of a move's factor: large enough that two moves do not cancel, small enough that sums stay whole

uint64_t mixed(uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

// A cell of a coarser table is known by the sum of its coordinates' numbers: a coordinate is exchanged by one subtraction and one addition.
uint64_t number_of(size_t dimension, int32_t coordinate) {
  return mixed((static_cast<uint64_t>(dimension) << 32) ^ static_cast<uint32_t>(coordinate) ^ 0x62616e6d6fU);
}

using Table = std::unordered_map<uint64_t, int64_t>;  // people by cell

// A corner of a move: a finest cell and its factor.
struct Corner {
  size_t cell = 0;
  int64_t factor = 1;
};
using Corners = std::vector<Corner>;

class Hiding {
 public:
  Hiding(const Population& population, int64_t min_cell)
      : cells_(population.cells), population_(population), min_cell_(min_cell), weights_(population.cells.size(), 0) {
    n_dimensions_ = cells_.empty() ? 0 : cells_.front().at.size();
    lines_.resize(n_dimensions_);
    for (size_t d = 0; d < n_dimensions_; ++d) {
      std::unordered_set<int32_t> met;
      for (const PopulationCell& cell : cells_) met.insert(cell.at[d]);
      n_coordinates_.push_back(met.size());
    }
    for (size_t i = 0; i < cells_.size(); ++i) {
      const uint64_t key = key_of(i, all());
      finest_.emplace(key, i);
      for (size_t d = 0; d < n_dimensions_; ++d) lines_[d][key - number_of(d, cells_[i].at[d])].push_back(i);
    }
  }

  std::vector<int64_t> run() {
    int64_t n_people = 0;
    bool any_small = false;
    for (const PopulationCell& cell : cells_) {
      n_people += cell.n;
      any_small |= cell.n < min_cell_;
    }
    if (!any_small || n_people < min_cell_) return weights_;  // nothing to hide, or nothing that may be shown
    std::vector<uint32_t> masks;
    for (uint32_t mask = 1; mask <= all(); ++mask) masks.push_back(mask);
    std::stable_sort(masks.begin(), masks.end(), [](uint32_t a, uint32_t b) { return std::popcount(a) < std::popcount(b); });
    for (const uint32_t mask : masks) hide_table(mask);
    return weights_;
  }

 private:
  uint32_t all() const { return (1U << n_dimensions_) - 1; }

  uint64_t key_of(size_t cell, uint32_t mask) const {
    uint64_t key = 0;
    for (size_t d = 0; d < n_dimensions_; ++d)
      if ((mask >> d & 1) != 0) key += number_of(d, cells_[cell].at[d]);
    return key;
  }

  // One table: the dimensions of `mask`. Each of its small cells gets a move, with as many dimensions as can be: such a move shows in few answers.
  void hide_table(uint32_t mask) {
    Table people;
    for (size_t i = 0; i < cells_.size(); ++i) people[key_of(i, mask)] += cells_[i].n;
    std::vector<size_t> open;
    for (size_t i = 0; i < cells_.size(); ++i)
      if (people[key_of(i, mask)] < min_cell_) open.push_back(i);
    std::unordered_set<uint64_t> done;
    const auto still_open = [&](size_t cell) { return !done.contains(key_of(cell, mask)); };
    for (const uint32_t moved : parts_of(mask)) {
      for (const size_t cell : open)
        if (still_open(cell)) (void)try_move(cell, mask, moved, people, done);
      std::erase_if(open, [&](size_t cell) { return !still_open(cell); });
      if (open.empty()) return;
    }
    for (const size_t cell : open)
      if (still_open(cell)) move_anywhere(cell, mask, people, done);
  }

  // Non-empty parts of a set of dimensions: the largest first, and of one size those with the nested dimension first.
  std::vector<uint32_t> parts_of(uint32_t mask) const {
    std::vector<uint32_t> parts;
    for (uint32_t part = mask; part != 0; part = (part - 1) & mask) parts.push_back(part);
    const uint32_t nested = population_.nested ? 1U << *population_.nested : 0;
    std::stable_sort(parts.begin(), parts.end(), [&](uint32_t a, uint32_t b) {
      if (std::popcount(a) != std::popcount(b)) return std::popcount(a) > std::popcount(b);
      return (a & nested) > (b & nested);
    });
    return parts;
  }

  uint64_t exchanged(uint64_t key, size_t dimension, size_t from, size_t to) const {
    return key - number_of(dimension, cells_[from].at[dimension]) + number_of(dimension, cells_[to].at[dimension]);
  }

  // The cells beside `cell` along a dimension that are populated beside every corner too: neighbours of its group first, small ones first.
  std::vector<size_t> partners(size_t cell, size_t dimension, uint32_t mask, const Corners& corners, const Table& people) const {
    std::vector<size_t> found;
    const auto line = lines_[dimension].find(key_of(cell, all()) - number_of(dimension, cells_[cell].at[dimension]));
    for (const size_t other : line->second)
      if (other != cell && std::all_of(corners.begin(), corners.end(), [&](const Corner& corner) {
            return finest_.contains(exchanged(key_of(corner.cell, all()), dimension, cell, other));
          }))
        found.push_back(other);
    const bool nested = population_.nested == dimension;
    const auto rank = [&](size_t other) {
      const bool near = !nested || group_of(other) == group_of(cell);
      return std::pair(!near, people.at(key_of(other, mask)));
    };
    std::stable_sort(found.begin(), found.end(), [&](size_t a, size_t b) { return rank(a) < rank(b); });
    return found;
  }

  int32_t group_of(size_t cell) const {
    const auto at = static_cast<size_t>(cells_[cell].at[*population_.nested]);
    return at < population_.groups.size() ? population_.groups[at] : 0;
  }

  struct Search {
    size_t cell = 0;
    uint32_t mask = 0;
    const Table& people;
    int64_t n = 0;  // people in the table's cell
    int tries = 0;
    bool pairs = true;  // every dimension has one partner
  };

  // A small cell and its partners along a dimension hold min_cell people together, or they are all that the dimension has: a box that holds them
  // all, so that the move does not show in it, is none to hide, or is one of a table without that dimension, which has moves of its own.
  bool try_move(size_t cell, uint32_t mask, uint32_t moved, const Table& people, std::unordered_set<uint64_t>& done) {
    Search search{cell, mask, people, people.at(key_of(cell, mask)), 0, true};
    std::vector<size_t> dimensions;
    for (size_t d = 0; d < n_dimensions_; ++d)
      if ((moved >> d & 1) != 0) dimensions.push_back(d);
    Corners corners{{cell, 1}};
    if (!extend(search, dimensions, 0, corners)) return false;
    apply(corners);
    done.insert(key_of(cell, mask));
    if (search.pairs) mark_corners(search, dimensions, corners, done);
    return true;
  }

  bool extend(Search& search, const std::vector<size_t>& dimensions, size_t at, Corners& corners) {
    if (at == dimensions.size()) return true;
    if (++search.tries > kMostTries) return false;
    const size_t dimension = dimensions[at];
    const std::vector<size_t> found = partners(search.cell, dimension, search.mask, corners, search.people);
    const size_t n_before = corners.size();
    size_t n_tried = 0;
    for (const size_t partner : found) {
      if (n_coordinates_[dimension] != 2 && search.n + search.people.at(key_of(partner, search.mask)) < min_cell_) continue;
      if (++n_tried > kMostPartners) break;
      add(search, dimension, {partner}, corners);
      if (extend(search, dimensions, at + 1, corners)) return true;
      corners.resize(n_before);
    }
    return n_tried == 0 && extend_by_many(search, dimensions, at, found, corners);
  }

  // No partner is large enough alone: several, the largest of the neighbours first.
  bool extend_by_many(Search& search, const std::vector<size_t>& dimensions, size_t at, std::vector<size_t> found, Corners& corners) {
    const size_t dimension = dimensions[at];
    const bool nested = population_.nested == dimension;
    std::stable_sort(found.begin(), found.end(), [&](size_t a, size_t b) {
      const bool near_a = !nested || group_of(a) == group_of(search.cell), near_b = !nested || group_of(b) == group_of(search.cell);
      if (near_a != near_b) return near_a;
      return search.people.at(key_of(a, search.mask)) > search.people.at(key_of(b, search.mask));
    });
    int64_t n = search.n;
    std::vector<size_t> chosen;
    for (const size_t partner : found) {
      if (n >= min_cell_) break;
      n += search.people.at(key_of(partner, search.mask));
      chosen.push_back(partner);
    }
    if (n < min_cell_ && found.size() + 1 != n_coordinates_[dimension]) return false;
    const Corners before = corners;
    add(search, dimension, chosen, corners);
    search.pairs = false;
    if (extend(search, dimensions, at + 1, corners)) return true;
    corners = before;
    search.pairs = true;
    return false;
  }

  // Each corner again at each partner, with the opposite sign: over all partners together the factors sum to zero, over some of them they do not.
  void add(const Search& search, size_t dimension, const std::vector<size_t>& chosen, Corners& corners) const {
    const size_t n_before = corners.size();
    int64_t sum = 0;
    for (const size_t partner : chosen) {
      const int64_t share = chosen.size() == 1 ? 1 : 1 + static_cast<int64_t>(mixed(key_of(partner, all())) % 61);
      sum += share;
      for (size_t c = 0; c < n_before; ++c)
        corners.push_back({finest_.at(exchanged(key_of(corners[c].cell, all()), dimension, search.cell, partner)), -corners[c].factor * share});
    }
    for (size_t c = 0; c < n_before; ++c) corners[c].factor *= sum;
  }

  void apply(const Corners& corners) {
    uint64_t seed = corners.size();
    for (const Corner& corner : corners) seed = mixed(seed ^ key_of(corner.cell, all()));
    const auto factor = static_cast<int64_t>(1 + seed % kLargest);
    for (const Corner& corner : corners) weights_[corner.cell] += factor * corner.factor;
  }

  // A move of pairs hides its other corners as well, where they and their neighbours in the move are large enough together, or all that the dimension
  // has. Bit d of a corner's index says whether dimensions[d] was exchanged.
  void mark_corners(const Search& search, const std::vector<size_t>& dimensions, const Corners& corners, std::unordered_set<uint64_t>& done) const {
    for (size_t c = 1; c < corners.size(); ++c) {
      const uint64_t key = key_of(corners[c].cell, search.mask);
      const int64_t n = search.people.at(key);
      bool enough = n < min_cell_;
      for (size_t d = 0; d < dimensions.size() && enough; ++d)
        enough = n_coordinates_[dimensions[d]] == 2 || n + search.people.at(key_of(corners[c ^ (size_t{1} << d)].cell, search.mask)) >= min_cell_;
      if (enough) done.insert(key);
    }
  }

  // No move along the dimensions: people change places with those of the nearest cells, whatever these differ in.
  void move_anywhere(size_t cell, uint32_t mask, const Table& people, std::unordered_set<uint64_t>& done) {
    const uint64_t own = key_of(cell, mask);
    std::vector<std::pair<size_t, size_t>> by_distance;
    for (size_t other = 0; other < cells_.size(); ++other)
      if (key_of(other, mask) != own) by_distance.emplace_back(distance(cell, other), other);
    std::stable_sort(by_distance.begin(), by_distance.end());
    int64_t n = people.at(own), sum = 0;
    std::unordered_set<uint64_t> met;
    Corners corners{{cell, 0}};
    for (const auto& [apart, other] : by_distance) {
      if (n >= min_cell_) break;
      const uint64_t key = key_of(other, mask);
      if (!met.insert(key).second) continue;
      n += people.at(key);
      const int64_t share = 1 + static_cast<int64_t>(mixed(key_of(other, all())) % 61);
      corners.push_back({other, -share});
      sum += share;
    }
    corners.front().factor = sum;
    apply(corners);
    done.insert(own);
  }

  size_t distance(size_t a, size_t b) const {
    size_t apart = 0;
    for (size_t d = 0; d < n_dimensions_; ++d) apart += cells_[a].at[d] == cells_[b].at[d] ? 0 : 2;
    if (population_.nested && group_of(a) != group_of(b)) ++apart;
    return apart;
  }

  const std::vector<PopulationCell>& cells_;
  const Population& population_;
  int64_t min_cell_;
  size_t n_dimensions_ = 0;
  std::vector<size_t> n_coordinates_;  // populated ones of each dimension
  std::vector<int64_t> weights_;
  std::unordered_map<uint64_t, size_t> finest_;
  std::vector<std::unordered_map<uint64_t, std::vector<size_t>>> lines_;  // per dimension: cells that differ in it only
};

}  // namespace

std::vector<int64_t> hiding_weights(const Population& population, int64_t min_cell) { return Hiding(population, min_cell).run(); }

}  // namespace banmo::metrics
