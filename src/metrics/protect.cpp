// SPDX-License-Identifier: Apache-2.0
#include "metrics/protect.h"

#include <algorithm>
#include <set>

#include "metrics/suppress.h"

namespace banmo::metrics {
namespace {

std::string list_of(const std::vector<std::string>& columns, std::string_view prefix) {
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + std::string(prefix) + column;
  return list;
}

// The roll-up's cells with the district of their organisation at the end.
Result<sql::Rows> read_cells(sql::Connection& connection, const Cube& cube, const std::vector<std::string>& key_columns, const std::string& org) {
  std::string statement = "SELECT " + list_of(key_columns, "r.") + ", r.m0, ";
  statement += org.empty() ? "CAST(0 AS BIGINT)" : "o.district_no";
  statement += " FROM " + cube.table + " AS r";
  if (!org.empty()) statement += " LEFT JOIN dim_org AS o ON o.no = r." + org;
  return connection.query(statement + " WHERE r.m0 > 0");
}

// Values become numbers in their own order, so that every store and every process draws the same pattern.
Population population_of(const sql::Rows& rows, size_t n_keys, std::optional<size_t> nested) {
  Population population;
  std::vector<std::vector<sql::Value>> values(n_keys);
  for (size_t d = 0; d < n_keys; ++d) {
    std::set<sql::Value> all;
    for (const sql::Values& row : rows.rows) all.insert(row[d]);
    values[d].assign(all.begin(), all.end());
  }
  population.nested = nested;
  if (nested) population.groups.assign(values[*nested].size(), 0);
  for (const sql::Values& row : rows.rows) {
    PopulationCell& cell = population.cells.emplace_back();
    cell.n = sql::int_of(row[n_keys]);
    for (size_t d = 0; d < n_keys; ++d)
      cell.at.push_back(static_cast<int32_t>(std::lower_bound(values[d].begin(), values[d].end(), row[d]) - values[d].begin()));
    if (nested) population.groups[static_cast<size_t>(cell.at[*nested])] = static_cast<int32_t>(sql::int_of(row[n_keys + 1]));
  }
  return population;
}

}  // namespace

Result<> write_weights(sql::Connection& connection, const Cube& cube, const std::vector<std::string>& key_columns) {
  const auto fields = cube.kept_fields();
  BANMO_DO(connection.execute("DELETE FROM " + cube.weights_table));
  if (fields.empty()) return {};  // one figure, which hides behind no other
  const auto org = std::find(fields.begin(), fields.end(), cube.org.value_or(cube.dataset->fields.size()));
  const std::optional<size_t> nested = org == fields.end() ? std::nullopt : std::optional(static_cast<size_t>(org - fields.begin()));
  BANMO_TRY(sql::Rows rows, read_cells(connection, cube, key_columns, nested ? key_columns[*nested] : std::string()));
  std::sort(rows.rows.begin(), rows.rows.end());
  const std::vector<int64_t> weights = hiding_weights(population_of(rows, fields.size(), nested), cube.min_cell);
  std::vector<std::string> columns;
  for (const size_t field : fields) columns.push_back(cube.dataset->fields[field].id);
  columns.emplace_back("w");
  size_t at = 0;
  BANMO_DO(connection.append("rw_" + cube.dataset->id, columns, [&](sql::Values& row) -> Result<bool> {
    while (at < rows.size() && weights[at] == 0) ++at;
    if (at == rows.size()) return false;
    for (size_t d = 0; d < fields.size(); ++d) row[d] = rows[at][d];
    row[fields.size()] = weights[at++];
    return true;
  }));
  return {};
}

Result<> write_event_weights(sql::Connection& connection, const Cube& cube, const std::string& org_column, const std::string& person_column) {
  BANMO_DO(connection.execute("DELETE FROM " + cube.weights_table));
  const std::string of_year = "SELECT " + org_column + ", COUNT(NULLIF(" + person_column + ", 0)) AS n FROM " + cube.people_table + " GROUP BY " +
                              org_column + ", " + std::string(kPeopleYear);
  BANMO_TRY(sql::Rows rows, connection.query("SELECT p." + org_column + ", MIN(p.n), o.district_no FROM (" + of_year +
                                             ") AS p LEFT JOIN dim_org AS o ON o.no = p." + org_column + " GROUP BY 1, 3"));
  std::sort(rows.rows.begin(), rows.rows.end());
  const std::vector<int64_t> weights = hiding_weights(population_of(rows, 1, 0), cube.min_cell);
  size_t at = 0;
  BANMO_DO(connection.append("rw_" + cube.dataset->id, {cube.dataset->fields[*cube.org].id, "n", "w"}, [&](sql::Values& row) -> Result<bool> {
    if (at == rows.size()) return false;
    row = {rows[at][0], rows[at][1], weights[at]};
    ++at;
    return true;
  }));
  return {};
}

Result<> protect_events(sql::Connection& connection, const Statement& weights, const Cube& cube, const Asked& asked, LegTable& table) {
  BANMO_TRY(const sql::Rows rows, connection.query(weights.text, weights.parameters));
  std::set<Key> shown;
  for (const sql::Values& row : rows.rows) {
    const int64_t n_people = sql::int_of(row[row.size() - 2]), weight = sql::int_of(row.back());
    if (n_people >= cube.min_cell && weight == 0) shown.insert(Key(row.begin(), row.end() - 2));
  }
  for (auto& [key, row] : table) {
    Key orgs;
    for (size_t i = 0; i < asked.by.size(); ++i)
      if (asked.by[i].axis == Axis::org_level) orgs.push_back(key[i]);
    row.withheld |= !shown.contains(orgs);
  }
  return {};
}

Result<> protect(sql::Connection& connection, const Statement& weights, const Cube& cube, LegTable& table) {
  for (auto& [key, row] : table) row.withheld |= row.n > 0 && row.n < cube.min_cell;
  BANMO_TRY(const sql::Rows rows, connection.query(weights.text, weights.parameters));
  for (const sql::Values& row : rows.rows) {
    if (sql::int_of(row.back()) == 0) continue;
    if (const auto found = table.find(Key(row.begin(), row.end() - 1)); found != table.end()) found->second.withheld = true;
  }
  return {};
}

}  // namespace banmo::metrics
