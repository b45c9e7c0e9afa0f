// SPDX-License-Identifier: Apache-2.0
#include "metrics/suppress.h"

#include <algorithm>
#include <bit>
#include <ranges>
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

// A cell is known by the sum of its coordinates' numbers: a coordinate is exchanged by one subtraction and one addition.
uint64_t number_of(size_t dimension, int32_t coordinate) {
  return mixed((static_cast<uint64_t>(dimension) << 32) ^ static_cast<uint32_t>(coordinate) ^ 0x62616e6d6fU);
}

// A corner of a move: a finest cell and its factor.
struct Corner {
  size_t cell = 0;
  int64_t factor = 1;
};
using Corners = std::vector<Corner>;

// The finest cells that differ in one dimension only, for each cell and dimension.
struct Lines {
  std::vector<uint32_t> line_of;             // by cell
  std::vector<std::vector<uint32_t>> cells;  // by line
};

// One table: the dimensions of `mask`, its boxes and who stands in them.
struct Table {
  uint32_t mask = 0;
  std::vector<uint32_t> box_of;           // by finest cell
  std::vector<int64_t> people;            // by box
  std::vector<bool> done;                 // by box: changed by a move
  std::vector<std::vector<bool>> sorted;  // by dimension and line: its cells stand by the people of their boxes
};

class Hiding {
 public:
  Hiding(const Population& population, int64_t min_cell)
      : cells_(population.cells), population_(population), min_cell_(min_cell), weights_(population.cells.size(), 0) {
    n_dimensions_ = cells_.empty() ? 0 : cells_.front().at.size();
    lines_.resize(n_dimensions_);
    keys_.resize(cells_.size());
    finest_.reserve(cells_.size());
    for (size_t i = 0; i < cells_.size(); ++i) {
      for (size_t d = 0; d < n_dimensions_; ++d) keys_[i] += number_of(d, cells_[i].at[d]);
      finest_.emplace(keys_[i], i);
    }
    for (size_t d = 0; d < n_dimensions_; ++d) {
      std::unordered_set<int32_t> met;
      std::unordered_map<uint64_t, uint32_t> known;
      for (size_t i = 0; i < cells_.size(); ++i) {
        met.insert(cells_[i].at[d]);
        const uint32_t line = known.emplace(keys_[i] - number_of(d, cells_[i].at[d]), static_cast<uint32_t>(known.size())).first->second;
        lines_[d].line_of.push_back(line);
        lines_[d].cells.resize(known.size());
        lines_[d].cells[line].push_back(static_cast<uint32_t>(i));
      }
      n_coordinates_.push_back(met.size());
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
    for (uint32_t mask = 1; mask < 1U << n_dimensions_; ++mask) masks.push_back(mask);
    std::stable_sort(masks.begin(), masks.end(), [](uint32_t a, uint32_t b) { return std::popcount(a) < std::popcount(b); });
    for (const uint32_t mask : masks) hide_table(mask);
    return weights_;
  }

 private:
  void open_table(uint32_t mask) {
    table_ = {};
    table_.mask = mask;
    std::unordered_map<uint64_t, uint32_t> known;
    known.reserve(cells_.size());
    for (size_t i = 0; i < cells_.size(); ++i) {
      uint64_t key = 0;
      for (size_t d = 0; d < n_dimensions_; ++d)
        if ((mask >> d & 1) != 0) key += number_of(d, cells_[i].at[d]);
      const uint32_t box = known.emplace(key, static_cast<uint32_t>(known.size())).first->second;
      table_.box_of.push_back(box);
      table_.people.resize(known.size());
      table_.people[box] += cells_[i].n;
    }
    table_.done.assign(known.size(), false);
    for (const Lines& lines : lines_) table_.sorted.emplace_back(lines.cells.size(), false);
  }

  int64_t people(size_t cell) const { return table_.people[table_.box_of[cell]]; }

  // Each of a table's small cells gets a move, with as many dimensions as can be: such a move shows in few answers.
  void hide_table(uint32_t mask) {
    open_table(mask);
    std::vector<size_t> open;
    for (size_t i = 0; i < cells_.size(); ++i)
      if (people(i) < min_cell_) open.push_back(i);
    const auto is_done = [&](size_t cell) { return table_.done[table_.box_of[cell]]; };
    for (const uint32_t moved : parts_of(mask)) {
      for (const size_t cell : open)
        if (!is_done(cell)) try_move(cell, moved);
      std::erase_if(open, is_done);
      if (open.empty()) return;
    }
    for (const size_t cell : open)
      if (!is_done(cell)) move_anywhere(cell);
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

  // The cell with a partner's coordinate in a dimension, if anybody stands there.
  std::optional<size_t> exchanged(size_t cell, size_t dimension, size_t partner) const {
    const uint64_t key = keys_[cell] - number_of(dimension, cells_[cell].at[dimension]) + number_of(dimension, cells_[partner].at[dimension]);
    const auto found = finest_.find(key);
    return found == finest_.end() ? std::nullopt : std::optional(found->second);
  }

  // A line's cells by the people of their boxes, few first.
  const std::vector<uint32_t>& line(size_t cell, size_t dimension) {
    const uint32_t at = lines_[dimension].line_of[cell];
    std::vector<uint32_t>& cells = lines_[dimension].cells[at];
    if (!table_.sorted[dimension][at]) {
      std::sort(cells.begin(), cells.end(), [&](uint32_t a, uint32_t b) { return std::pair(people(a), a) < std::pair(people(b), b); });
      table_.sorted[dimension][at] = true;
    }
    return cells;
  }

  // Shows `visit` the cells beside `cell` along a dimension until it returns true: neighbours of its group first.
  template <class Cells, class Visit>
  void walk(const Cells& cells, size_t cell, size_t dimension, const Visit& visit) const {
    const bool nested = population_.nested == dimension;
    for (const bool near : {true, false}) {
      if (!near && !nested) return;
      for (const size_t other : cells)
        if (other != cell && (!nested || (group_of(other) == group_of(cell)) == near) && visit(other)) return;
    }
  }

  // Whether somebody stands beside every corner, as the partner stands beside the cell (the first corner).
  bool fits(const Corners& corners, size_t dimension, size_t partner) const {
    return std::all_of(corners.begin() + 1, corners.end(),
                       [&](const Corner& corner) { return exchanged(corner.cell, dimension, partner).has_value(); });
  }

  int32_t group_of(size_t cell) const {
    const auto at = static_cast<size_t>(cells_[cell].at[*population_.nested]);
    return at < population_.groups.size() ? population_.groups[at] : 0;
  }

  struct Search {
    size_t cell = 0;
    std::vector<size_t> dimensions;
    int tries = 0;
    bool pairs = true;  // every dimension has one partner
  };

  // A small cell and its partners along a dimension hold min_cell people together, or they are all that the dimension has: a box that holds them
  // all, so that the move does not show in it, is none to hide, or is one of a table without that dimension, which has moves of its own.
  void try_move(size_t cell, uint32_t moved) {
    Search search;
    search.cell = cell;
    for (size_t d = 0; d < n_dimensions_; ++d) {
      if ((moved >> d & 1) == 0) continue;
      if (lines_[d].cells[lines_[d].line_of[cell]].size() == 1) return;
      search.dimensions.push_back(d);
    }
    Corners corners{{cell, 1}};
    if (!extend(search, 0, corners)) return;
    apply(corners);
    table_.done[table_.box_of[cell]] = true;
    if (search.pairs) mark_corners(search, corners);
  }

  bool extend(Search& search, size_t at, Corners& corners) {
    if (at == search.dimensions.size()) return true;
    if (++search.tries > kMostTries) return false;
    const size_t dimension = search.dimensions[at];
    const size_t n_before = corners.size();
    size_t n_tried = 0;
    bool extended = false;
    walk(line(search.cell, dimension), search.cell, dimension, [&](size_t partner) {
      if (n_coordinates_[dimension] != 2 && people(search.cell) + people(partner) < min_cell_) return false;
      if (!fits(corners, dimension, partner)) return false;
      if (++n_tried > kMostPartners) return true;
      add(dimension, {partner}, corners);
      extended = extend(search, at + 1, corners);
      if (!extended) corners.resize(n_before);
      return extended;
    });
    return extended || (n_tried == 0 && extend_by_many(search, at, corners));
  }

  // No partner is large enough alone: several, the largest of the neighbours first.
  bool extend_by_many(Search& search, size_t at, Corners& corners) {
    const size_t dimension = search.dimensions[at];
    int64_t n = people(search.cell);
    std::vector<size_t> chosen;
    walk(std::views::reverse(line(search.cell, dimension)), search.cell, dimension, [&](size_t partner) {
      if (fits(corners, dimension, partner)) {
        n += people(partner);
        chosen.push_back(partner);
      }
      return n >= min_cell_;
    });
    if (n < min_cell_ && chosen.size() + 1 != n_coordinates_[dimension]) return false;
    const Corners before = corners;
    add(dimension, chosen, corners);
    search.pairs = false;
    if (extend(search, at + 1, corners)) return true;
    corners = before;
    search.pairs = true;
    return false;
  }

  // A number of a cell that does not depend on anything else.
  int64_t share_of(size_t cell) const { return 1 + static_cast<int64_t>(mixed(keys_[cell]) % 61); }

  // Each corner again at each partner, with the opposite sign: over all partners together the factors sum to zero, over some of them they do not.
  void add(size_t dimension, const std::vector<size_t>& chosen, Corners& corners) const {
    const size_t n_before = corners.size();
    int64_t sum = 0;
    for (const size_t partner : chosen) {
      const int64_t share = chosen.size() == 1 ? 1 : share_of(partner);
      sum += share;
      for (size_t c = 0; c < n_before; ++c) corners.push_back({*exchanged(corners[c].cell, dimension, partner), -corners[c].factor * share});
    }
    for (size_t c = 0; c < n_before; ++c) corners[c].factor *= sum;
  }

  void apply(const Corners& corners) {
    uint64_t seed = corners.size();
    for (const Corner& corner : corners) seed = mixed(seed ^ keys_[corner.cell]);
    const auto factor = static_cast<int64_t>(1 + seed % kLargest);
    for (const Corner& corner : corners) weights_[corner.cell] += factor * corner.factor;
  }

  // A move of pairs hides its other corners as well, where they and their neighbours in the move are large enough together, or all that the dimension
  // has. Bit d of a corner's index says whether the search's dimension d was exchanged.
  void mark_corners(const Search& search, const Corners& corners) {
    for (size_t c = 1; c < corners.size(); ++c) {
      const int64_t n = people(corners[c].cell);
      bool enough = n < min_cell_;
      for (size_t d = 0; d < search.dimensions.size() && enough; ++d)
        enough = n_coordinates_[search.dimensions[d]] == 2 || n + people(corners[c ^ (size_t{1} << d)].cell) >= min_cell_;
      if (enough) table_.done[table_.box_of[corners[c].cell]] = true;
    }
  }

  // No move along the dimensions: people change places with those of the nearest cells, whatever these differ in.
  void move_anywhere(size_t cell) {
    std::vector<size_t> apart(cells_.size());
    for (size_t other = 0; other < cells_.size(); ++other) apart[other] = distance(cell, other);
    int64_t n = people(cell), sum = 0;
    std::unordered_set<uint32_t> met{table_.box_of[cell]};
    Corners corners{{cell, 0}};
    for (size_t near = 0; near <= 2 * n_dimensions_ + 1; ++near) {
      for (size_t other = 0; other < cells_.size() && n < min_cell_; ++other) {
        if (apart[other] != near || !met.insert(table_.box_of[other]).second) continue;
        n += people(other);
        corners.push_back({other, -share_of(other)});
        sum += share_of(other);
      }
    }
    corners.front().factor = sum;
    apply(corners);
    table_.done[table_.box_of[cell]] = true;
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
  std::vector<uint64_t> keys_;  // by cell
  std::unordered_map<uint64_t, size_t> finest_;
  std::vector<Lines> lines_;  // by dimension
  Table table_;               // at work
};

}  // namespace

std::vector<int64_t> hiding_weights(const Population& population, int64_t min_cell) { return Hiding(population, min_cell).run(); }

}  // namespace banmo::metrics
