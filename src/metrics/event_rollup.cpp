// SPDX-License-Identifier: Apache-2.0
#include "metrics/event_rollup.h"

#include <algorithm>

#include "metrics/ask.h"
#include "metrics/protect.h"
#include "records/records.h"

namespace banmo::metrics {
namespace {

constexpr std::string_view kVersion = "SELECT version FROM bm_state WHERE dataset = $1";
constexpr int64_t kFoldAfter = 20'000;  // rows appended, and an eighth of what there is

Result<int64_t> rows_of(sql::Connection& connection, const std::string& table) {
  BANMO_TRY(const sql::Rows rows, connection.query("SELECT COUNT(*) FROM " + table));
  return sql::int_of(rows[0][0]);
}

// Sees the roll-up's organisation whole: an organisation inside a school is narrower than a roll-up by schools.
bool is_above_classes(const directory::OrgTree& tree, const std::vector<directory::OrgNo>& orgs) {
  return std::all_of(orgs.begin(), orgs.end(), [&](directory::OrgNo no) {
    const directory::Org* org = tree.find(no);
    return org != nullptr && org->kind != directory::OrgKind::class_ && org->kind != directory::OrgKind::grade;
  });
}

bool has_dimension(const Cube& part, const AskedDimension& dimension) {
  return dimension.axis != Axis::field || part.dimension(dimension.id) != nullptr;
}

bool fits(const Cube& cube, const Cube& part, const Asked& asked, const directory::Scope& scope, const directory::OrgTree& tree) {
  bool by_org = !scope.everything, by_class = !is_above_classes(tree, scope.orgs);
  for (const AskedDimension& dimension : asked.by) {
    if (!has_dimension(part, dimension)) return false;
    by_org |= dimension.axis == Axis::org_level;
    by_class |= dimension.axis == Axis::org_level && dimension.level == directory::OrgKind::class_;
  }
  for (const AskedCondition& condition : asked.where) {
    if (!has_dimension(part, condition.dimension)) return false;
    by_org |= condition.dimension.axis == Axis::org_level;
    by_class |= !is_above_classes(tree, condition.orgs);
  }
  return part.org == cube.org || (part.org ? !by_class : !by_org);
}

}  // namespace

const Cube& narrowest(const Cube& cube, const Asked& asked, const directory::Scope& scope, const directory::OrgTree& tree) {
  for (const Cube& part : cube.parts_kept)
    if (fits(cube, part, asked, scope, tree)) return part;
  return cube;
}

EventRollUps::EventRollUps(const Cube& cube, const records::Records& records, std::map<std::string, int64_t>& n_appended)
    : cube_(cube), records_(records), n_appended_(n_appended), past_(sql::quote_identifier("ds_" + cube.dataset->id + "__past")) {
  for (const Cube& part : cube.parts_kept) parts_.push_back(&part);
  if (parts_.empty()) parts_.push_back(&cube);
  if (cube.org) org_ = records.column(cube.dataset->fields[*cube.org]);
  if (const pack::Field* person = cube.dataset->field(cube.dataset->person_field)) person_ = records.column(*person);
}

Result<int64_t> EventRollUps::version_of_rows(sql::Connection& connection) const {
  BANMO_TRY(const sql::Rows rows, connection.query(kVersion, {cube_.dataset->id}));
  return rows.empty() ? int64_t{0} : sql::int_of(rows[0][0]);
}

bool EventRollUps::can_subtract() const {
  return std::all_of(cube_.measures.begin(), cube_.measures.end(), [](const Measure& measure) { return measure.combine == Combine::sum; });
}

Result<> EventRollUps::make_table(sql::Connection& connection, const std::string& table, const std::string& select) const {
  return connection.script("DROP TABLE IF EXISTS " + table + "; CREATE TABLE " + table + " AS " + select + ";");
}

// Who stands where in which school year; 0 is whoever is not known, so that an organisation of unknown people alone has a place in the pattern.
std::string EventRollUps::people_select(sql::Dialect dialect, const std::string& where) const {
  std::string year = "CAST(0 AS BIGINT)";
  if (cube_.period) {
    const LegPrinter printer(cube_, dialect, [&](const pack::Field& field) { return records_.column(field); });
    year = "COALESCE(" + printer.period_expression(Grain::school_year, "r.") + ", 0)";
  }
  return "SELECT DISTINCT r." + org_ + ", " + year + " AS " + std::string(kPeopleYear) + ", COALESCE(r." + person_ + ", 0) AS " + person_ + " FROM " +
         cube_.base_table + " AS r WHERE r." + org_ + " IS NOT NULL" + where;
}

Result<> EventRollUps::make(sql::Connection& connection) {
  for (const Cube* part : parts_) {
    BANMO_DO(make_table(connection, part->table, rollup_select(*part, records_, cube_.base_table, "")));
    n_appended_[part->table] = 0;
  }
  if (cube_.weights_table.empty()) return {};
  const std::string org = org_.empty() ? "" : "p." + org_ + ", ";
  if (!cube_.people_table.empty()) BANMO_DO(make_table(connection, cube_.people_table, people_select(connection.dialect(), "")));
  BANMO_DO(make_table(connection, cube_.weights_table,
                      "SELECT " + org + "CAST(0 AS BIGINT) AS n, CAST(0 AS BIGINT) AS w FROM " + cube_.base_table + " AS p WHERE FALSE"));
  return write_weights(connection);
}

Result<> EventRollUps::add(sql::Connection& connection, int64_t after, int64_t until) {
  if (until <= after) return {};
  const std::string from = std::to_string(after), to = std::to_string(until);
  const std::string since = "r._version > " + from + " AND r._version <= " + to;
  const std::string gone = "r._next_version > " + from + " AND r._next_version <= " + to + " AND r._version <= " + from;
  BANMO_TRY(const sql::Rows went, connection.query("SELECT COUNT(*) FROM " + past_ + " AS r WHERE " + gone));
  const bool some_went = sql::int_of(went[0][0]) > 0;
  if (some_went && !can_subtract()) return make(connection);
  for (const Cube* part : parts_) {
    if (!n_appended_.contains(part->table)) {  // after a start: what was appended before is not known
      BANMO_TRY(n_appended_[part->table], rows_of(connection, part->table));
    }
    BANMO_TRY(const int64_t n_came, connection.execute("INSERT INTO " + part->table + " " + rollup_select(*part, records_, cube_.base_table, since)));
    n_appended_[part->table] += n_came;
    if (some_went) {
      BANMO_TRY(const int64_t n_went, connection.execute("INSERT INTO " + part->table + " " + rollup_select(*part, records_, past_, gone, "-")));
      n_appended_[part->table] += n_went;
    }
    BANMO_DO(fold(connection, *part));
  }
  return cube_.people_table.empty() ? Result<>() : add_people(connection, since, gone, some_went);
}

// Sums what was appended into one row a key, in the order of the key: a class's or a month's rows then stand together.
Result<> EventRollUps::fold(sql::Connection& connection, const Cube& part) {
  int64_t& n_appended = n_appended_[part.table];
  if (n_appended < kFoldAfter) return {};
  BANMO_TRY(const int64_t n_rows, rows_of(connection, part.table));
  if (n_appended < n_rows / 8) return {};
  const std::string keys = key_list(part, records_, "r.");
  std::string select = "SELECT " + keys;
  for (size_t i = 0; i < part.measures.size(); ++i) {
    const Measure& measure = part.measures[i];
    const char* function = measure.combine == Combine::sum ? "SUM" : measure.combine == Combine::min ? "MIN" : "MAX";
    const char* type = measure.whole ? "BIGINT" : "DOUBLE PRECISION";
    const std::string name = "m" + std::to_string(i);
    select += (keys.empty() && i == 0 ? "" : ", ") + std::string("CAST(") + function + "(r." + name + ") AS " + type + ") AS " + name;
  }
  select += " FROM " + part.table + " AS r";
  if (!keys.empty()) select += " GROUP BY " + keys;
  select += " HAVING SUM(r.m0) <> 0";
  if (!keys.empty()) select += " ORDER BY " + key_list(part, records_, "r.");
  const std::string folded = sql::quote_identifier("ru_folded");
  BANMO_DO(make_table(connection, folded, select));
  BANMO_DO(connection.script("DROP TABLE " + part.table + "; ALTER TABLE " + folded + " RENAME TO " + part.table + ";"));
  n_appended = 0;
  return {};
}

// Where events went, those of the organisation are counted again.
Result<> EventRollUps::add_people(sql::Connection& connection, const std::string& since, const std::string& gone, bool went) {
  const std::string &people = cube_.people_table, year(kPeopleYear);
  const auto select = [&](const std::string& where) { return people_select(connection.dialect(), " AND " + where); };
  int64_t n_changed = 0;
  if (went) {
    const std::string touched = "(SELECT r." + org_ + " FROM " + past_ + " AS r WHERE " + gone + ")";
    BANMO_DO(connection.execute("DELETE FROM " + people + " WHERE " + org_ + " IN " + touched));
    BANMO_TRY(n_changed, connection.execute("INSERT INTO " + people + " " + select("r." + org_ + " IN " + touched)));
    ++n_changed;
  }
  std::string same = "TRUE";
  for (const std::string& column : {org_, year, person_}) same += " AND p." + column + " = n." + column;
  BANMO_TRY(const int64_t n_new, connection.execute("INSERT INTO " + people + " SELECT n.* FROM (" + select(since) + ") AS n LEFT JOIN " + people +
                                                    " AS p ON " + same + " WHERE p." + person_ + " IS NULL"));
  return n_changed + n_new == 0 ? Result<>() : write_weights(connection);
}

Result<> EventRollUps::write_weights(sql::Connection& connection) {
  return cube_.people_table.empty() ? Result<>() : write_event_weights(connection, cube_, org_, person_);
}

}  // namespace banmo::metrics
