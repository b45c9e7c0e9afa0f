// SPDX-License-Identifier: Apache-2.0
#include "metrics/suppress.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace banmo::metrics {
namespace {

constexpr size_t kLargestSystem = 300;  // withheld cells in one connected set that are solved exactly; larger sets have freedom enough and are left
constexpr double kZero = 1e-9;

class Withholding {
 public:
  Withholding(const Grid& grid, int64_t min_cell) : grid_(grid), min_cell_(min_cell), hidden_(grid.cells.size(), false) {
    size_t n_lines = 0;
    lines_ = lines_of(grid, n_lines);
    members_.resize(n_lines);
    for (size_t cell = 0; cell < lines_.size(); ++cell)
      for (const size_t line : lines_[cell]) members_[line].push_back(cell);
    for (auto& line : members_)
      std::sort(line.begin(), line.end(), [&](size_t a, size_t b) {
        return grid.cells[a].n != grid.cells[b].n ? grid.cells[a].n < grid.cells[b].n : grid.cells[a].at < grid.cells[b].at;
      });
  }

  std::vector<bool> run() {
    for (size_t i = 0; i < grid_.cells.size(); ++i) hidden_[i] = grid_.cells[i].n > 0 && grid_.cells[i].n < min_cell_;
    do complete_lines();
    while (break_systems());
    return hidden_;
  }

 private:
  // Step 2 for every line, until nothing changes.
  void complete_lines() {
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& line : members_) changed |= complete(line);
    }
  }

  bool complete(const std::vector<size_t>& line) {
    int64_t n_people = 0, n_hidden = 0;
    for (const size_t cell : line)
      if (hidden_[cell]) {
        ++n_hidden;
        n_people += grid_.cells[cell].n;
      }
    if (n_hidden == 0) return false;
    bool changed = false;
    for (const size_t cell : line) {
      if (n_hidden >= 2 && n_people >= min_cell_) break;
      if (hidden_[cell] || grid_.cells[cell].n == 0) continue;
      hidden_[cell] = changed = true;
      ++n_hidden;
      n_people += grid_.cells[cell].n;
    }
    return changed;
  }

  // Step 3. True if another cell was withheld.
  bool break_systems() {
    std::vector<bool> seen(hidden_.size(), false);
    bool changed = false;
    for (size_t cell = 0; cell < hidden_.size(); ++cell) {
      if (!hidden_[cell] || seen[cell]) continue;
      const std::vector<size_t> component = connected(cell, seen);
      if (component.size() > kLargestSystem) continue;
      for (const size_t solved : solvable(component)) changed |= hide_neighbour(solved);
    }
    return changed;
  }

  std::vector<size_t> connected(size_t start, std::vector<bool>& seen) const {
    std::vector<size_t> component{start};
    seen[start] = true;
    for (size_t i = 0; i < component.size(); ++i)
      for (const size_t line : lines_[component[i]])
        for (const size_t cell : members_[line])
          if (hidden_[cell] && !seen[cell]) {
            seen[cell] = true;
            component.push_back(cell);
          }
    return component;
  }

  // Cells of the component that the lines' totals determine: columns that are unit vectors in the reduced row echelon form of the incidence matrix.
  std::vector<size_t> solvable(const std::vector<size_t>& component) const {
    std::map<size_t, size_t> column_of;
    for (size_t i = 0; i < component.size(); ++i) column_of[component[i]] = i;
    std::map<size_t, std::vector<double>> rows_by_line;
    for (const size_t cell : component)
      for (const size_t line : lines_[cell]) {
        auto& row = rows_by_line[line];
        row.resize(component.size(), 0);
        row[column_of[cell]] = 1;
      }
    std::vector<std::vector<double>> rows;
    for (auto& [line, row] : rows_by_line) rows.push_back(std::move(row));
    const size_t rank = reduce(rows, component.size());
    std::vector<size_t> found;
    for (size_t r = 0; r < rank; ++r) {
      const auto n_nonzero = std::count_if(rows[r].begin(), rows[r].end(), [](double v) { return std::abs(v) > kZero; });
      if (n_nonzero != 1) continue;
      const size_t column =
          static_cast<size_t>(std::find_if(rows[r].begin(), rows[r].end(), [](double v) { return std::abs(v) > kZero; }) - rows[r].begin());
      found.push_back(component[column]);
    }
    return found;
  }

  static size_t reduce(std::vector<std::vector<double>>& rows, size_t n_columns) {
    size_t rank = 0;
    for (size_t column = 0; column < n_columns && rank < rows.size(); ++column) {
      size_t pivot = rank;
      for (size_t r = rank; r < rows.size(); ++r)
        if (std::abs(rows[r][column]) > std::abs(rows[pivot][column])) pivot = r;
      if (std::abs(rows[pivot][column]) <= kZero) continue;
      std::swap(rows[pivot], rows[rank]);
      const double scale = rows[rank][column];
      for (double& value : rows[rank]) value /= scale;
      for (size_t r = 0; r < rows.size(); ++r) {
        if (r == rank || std::abs(rows[r][column]) <= kZero) continue;
        const double factor = rows[r][column];
        for (size_t c = 0; c < n_columns; ++c) rows[r][c] -= factor * rows[rank][c];
      }
      ++rank;
    }
    return rank;
  }

  // Withholds the smallest shown cell that shares a line with `cell`.
  bool hide_neighbour(size_t cell) {
    size_t best = hidden_.size();
    for (const size_t line : lines_[cell])
      for (const size_t other : members_[line])
        if (!hidden_[other] && grid_.cells[other].n > 0 && (best == hidden_.size() || grid_.cells[other].n < grid_.cells[best].n)) best = other;
    if (best == hidden_.size()) return false;
    hidden_[best] = true;
    return true;
  }

  const Grid& grid_;
  int64_t min_cell_;
  std::vector<bool> hidden_;
  std::vector<std::vector<size_t>> lines_;    // [cell][dimension]
  std::vector<std::vector<size_t>> members_;  // [line], by population
};

int64_t group_of(const Grid& grid, size_t dimension, int64_t coordinate) {
  if (dimension >= grid.groups.size() || grid.groups[dimension].empty()) return 0;
  const auto& groups = grid.groups[dimension];
  const auto found = std::lower_bound(groups.begin(), groups.end(), std::pair(coordinate, INT64_MIN));
  return found != groups.end() && found->first == coordinate ? found->second : 0;
}

}  // namespace

std::vector<std::vector<size_t>> lines_of(const Grid& grid, size_t& n_lines) {
  std::map<std::vector<int64_t>, size_t> ids;
  std::vector<std::vector<size_t>> lines(grid.cells.size());
  for (size_t i = 0; i < grid.cells.size(); ++i) {
    const GridCell& cell = grid.cells[i];
    for (size_t d = 0; d < cell.at.size(); ++d) {
      std::vector<int64_t> key = cell.at;
      key[d] = group_of(grid, d, cell.at[d]);
      key.push_back(static_cast<int64_t>(d));
      lines[i].push_back(ids.emplace(std::move(key), ids.size()).first->second);
    }
  }
  n_lines = ids.size();
  return lines;
}

std::vector<bool> withheld(const Grid& grid, int64_t min_cell) { return Withholding(grid, min_cell).run(); }

}  // namespace banmo::metrics
