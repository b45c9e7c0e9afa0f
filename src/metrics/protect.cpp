// SPDX-License-Identifier: Apache-2.0
#include "metrics/protect.h"

#include <algorithm>
#include <set>

#include "metrics/suppress.h"

namespace banmo::metrics {
namespace {

using directory::OrgKind;
using directory::OrgNo;

// One dimension of the grid: asked by, restricted by a condition, or both.
struct GridDimension {
  AskedDimension dimension;
  std::optional<size_t> by;  // index into Asked::by
  const AskedCondition* condition = nullptr;
  bool restricted_period = false;
};

class Protection {
 public:
  Protection(const Cube& cube, const Asked& asked, const std::optional<std::vector<int64_t>>& periods, const directory::OrgTree& tree)
      : cube_(cube), asked_(asked), tree_(tree) {
    if (periods) periods_.insert(periods->begin(), periods->end());
    restricted_ = periods.has_value();
  }

  Result<> run(sql::Connection& connection, const LegPrinter& printer, const directory::Scope& scope, LegTable& table) {
    hide_small(table);
    BANMO_DO(run_grid(connection, printer, scope, OrgKind::district, table));
    if (needs_schools()) BANMO_DO(run_grid(connection, printer, scope, OrgKind::school, table));
    return {};
  }

 private:
  void hide_small(LegTable& table) const {
    for (auto& [key, row] : table) row.withheld |= row.n > 0 && row.n < cube_.min_cell;
  }

  // A question reaches below districts if it groups by school or names an organisation below a district.
  bool needs_schools() const {
    for (const AskedDimension& dimension : asked_.by)
      if (dimension.axis == Axis::org_level && dimension.level == OrgKind::school) return true;
    for (const AskedCondition& condition : asked_.where)
      for (const OrgNo no : condition.orgs)
        if (const directory::Org* org = tree_.find(no); org != nullptr && org->kind != OrgKind::city && org->kind != OrgKind::district) return true;
    return false;
  }

  std::vector<GridDimension> dimensions(OrgKind level) const {
    std::vector<GridDimension> found;
    const auto find = [&](const AskedDimension& wanted) -> GridDimension& {
      for (GridDimension& known : found)
        if (known.dimension.axis == wanted.axis && (wanted.axis != Axis::field || known.dimension.id == wanted.id)) return known;
      return found.emplace_back(GridDimension{wanted, {}, nullptr, false});
    };
    for (size_t i = 0; i < asked_.by.size(); ++i)
      if (GridDimension& at = find(asked_.by[i]); !at.by || asked_.by[i].level == OrgKind::school) at.by = i;
    for (const AskedCondition& condition : asked_.where) find(condition.dimension).condition = &condition;
    if (restricted_ && cube_.period) find(AskedDimension{"period", Axis::period, {}}).restricted_period = true;
    for (GridDimension& dimension : found)
      if (dimension.dimension.axis == Axis::org_level) dimension.dimension.level = level;
    return found;
  }

  Result<> run_grid(sql::Connection& connection, const LegPrinter& printer, const directory::Scope& scope, OrgKind level, LegTable& table) {
    const std::vector<GridDimension> dims = dimensions(level);
    if (dims.empty()) return {};
    std::vector<AskedDimension> by;
    for (const GridDimension& dimension : dims) by.push_back(dimension.dimension);
    sql::Values parameters;
    BANMO_TRY(const std::string where, printer.where(Asked{}, {}, scope, -1, "r.", parameters));
    BANMO_TRY(const Statement statement, printer.table(by, where, std::move(parameters), grain_of(cube_, asked_), ""));
    BANMO_TRY(const sql::Rows rows, connection.query(statement.text, statement.parameters));
    const auto population = [&](size_t row) { return sql::int_of(rows[row][dims.size()]); };
    bool any_small = false;
    for (size_t i = 0; i < rows.size(); ++i) any_small |= population(i) > 0 && population(i) < cube_.min_cell;
    if (!any_small) return {};
    Grid grid = grid_of(rows, dims, population);
    add_groups(grid, dims);
    mark(grid, rows, dims, level, withheld(grid, cube_.min_cell), table);
    return {};
  }

  template <class Population>
  static Grid grid_of(const sql::Rows& rows, const std::vector<GridDimension>& dims, const Population& population) {
    Grid grid;
    std::vector<std::map<sql::Value, int64_t>> numbers(dims.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      GridCell cell{{}, population(i)};
      for (size_t d = 0; d < dims.size(); ++d) {
        const sql::Value& value = rows[i][d];
        const auto* whole = std::get_if<int64_t>(&value);
        cell.at.push_back(whole != nullptr ? *whole : -1 - numbers[d].emplace(value, static_cast<int64_t>(numbers[d].size())).first->second);
      }
      grid.cells.push_back(std::move(cell));
    }
    return grid;
  }

  void add_groups(Grid& grid, const std::vector<GridDimension>& dims) const {
    grid.groups.resize(dims.size());
    for (size_t d = 0; d < dims.size(); ++d) {
      if (dims[d].dimension.axis != Axis::org_level || dims[d].dimension.level != OrgKind::school) continue;
      std::set<std::pair<int64_t, int64_t>> groups;
      for (const GridCell& cell : grid.cells) groups.emplace(cell.at[d], district_of(cell.at[d]));
      grid.groups[d].assign(groups.begin(), groups.end());
    }
  }

  int64_t district_of(int64_t org) const {
    const directory::Org* district = tree_.nearest(OrgNo{org}, OrgKind::district);
    return district == nullptr ? 0 : district->no.value;
  }

  // Whether a grid row satisfies the question's conditions.
  bool inside(const sql::Values& row, const std::vector<GridDimension>& dims) const {
    for (size_t d = 0; d < dims.size(); ++d) {
      const GridDimension& dimension = dims[d];
      if (dimension.restricted_period && !periods_.contains(sql::int_of(row[d]))) return false;
      if (dimension.condition == nullptr) continue;
      if (dimension.dimension.axis == Axis::org_level) {
        const OrgNo org{sql::int_of(row[d])};
        const auto& orgs = dimension.condition->orgs;
        // In a grid by district, a district that a named school stands in counts: the school is a part of that cell.
        if (std::none_of(orgs.begin(), orgs.end(), [&](OrgNo named) { return tree_.is_within(org, named) || tree_.is_within(named, org); }))
          return false;
      } else {
        const std::string text = sql::text_of(row[d]);
        const auto& values = dimension.condition->values;
        if (std::find(values.begin(), values.end(), text) == values.end()) return false;
      }
    }
    return true;
  }

  // The key of the answer's row that a grid row is part of. With a grid by district, an answer by school has many rows a grid row: `district_keys_`
  // finds them.
  Key key_of(const sql::Values& row, const std::vector<GridDimension>& dims) const {
    Key key(asked_.by.size());
    for (size_t d = 0; d < dims.size(); ++d)
      for (size_t b = 0; b < asked_.by.size(); ++b) {
        const AskedDimension& by = asked_.by[b];
        if (by.axis != dims[d].dimension.axis || (by.axis == Axis::field && by.id != dims[d].dimension.id)) continue;
        key[b] = by.axis == Axis::org_level ? sql::Value(level_of(sql::int_of(row[d]), by.level)) : row[d];
      }
    return key;
  }

  int64_t level_of(int64_t org, OrgKind level) const {
    if (level == OrgKind::school) return org;
    const directory::Org* above = tree_.nearest(OrgNo{org}, level);
    return above == nullptr ? org : above->no.value;
  }

  // A box (one answer row) may hold withheld cells only if it holds all withheld cells of each line it touches.
  void mark(const Grid& grid, const sql::Rows& rows, const std::vector<GridDimension>& dims, OrgKind level, const std::vector<bool>& hidden,
            LegTable& table) const {
    size_t n_lines = 0;
    const auto lines = lines_of(grid, n_lines);
    constexpr int64_t kOutside = -1;
    std::map<Key, int64_t, KeyLess> boxes;
    std::vector<int64_t> box_of(grid.cells.size(), kOutside);
    std::vector<std::set<int64_t>> boxes_on(n_lines);
    for (size_t i = 0; i < grid.cells.size(); ++i) {
      if (!hidden[i]) continue;
      if (inside(rows[i], dims)) box_of[i] = boxes.emplace(key_of(rows[i], dims), static_cast<int64_t>(boxes.size())).first->second;
      for (const size_t line : lines[i]) boxes_on[line].insert(box_of[i]);
    }
    std::set<int64_t> cut;
    for (const auto& on_line : boxes_on)
      if (on_line.size() > 1) cut.insert(on_line.begin(), on_line.end());
    for (const auto& [key, box] : boxes)
      if (cut.contains(box)) hide(key, level, table);
  }

  void hide(const Key& key, OrgKind level, LegTable& table) const {
    if (const auto found = table.find(key); found != table.end()) found->second.withheld = true;
    if (level != OrgKind::district) return;
    // A withheld district shows none of its schools either, or they would add up to it.
    for (auto& [row_key, row] : table) {
      bool below = true, by_school = false;
      for (size_t b = 0; b < asked_.by.size() && below; ++b) {
        const bool school = asked_.by[b].axis == Axis::org_level && asked_.by[b].level == OrgKind::school;
        by_school |= school;
        below = school ? district_of(sql::int_of(row_key[b])) == sql::int_of(key[b]) : row_key[b] == key[b];
      }
      if (below && by_school) row.withheld = true;
    }
  }

  const Cube& cube_;
  const Asked& asked_;
  const directory::OrgTree& tree_;
  std::set<int64_t> periods_;
  bool restricted_ = false;
};

}  // namespace

Result<> protect(sql::Connection& connection, const LegPrinter& printer, const Cube& cube, const Asked& asked,
                 const std::optional<std::vector<int64_t>>& periods, const directory::Scope& scope, const directory::OrgTree& tree, LegTable& table) {
  return Protection(cube, asked, periods, tree).run(connection, printer, scope, table);
}

}  // namespace banmo::metrics
