// SPDX-License-Identifier: Apache-2.0
// SQL over one cube: every word of it is a quoted identifier of the catalogue, a number, or a bound parameter.
#include "metrics/ask.h"

namespace banmo::metrics {
namespace {

using directory::OrgKind;
using pack::FieldType;

std::string_view level_column(OrgKind level) {
  switch (level) {
    case OrgKind::city: return "o.city_no";
    case OrgKind::district: return "o.district_no";
    case OrgKind::class_: return "CASE WHEN o.kind = 'class' THEN o.no END";
    default: return "COALESCE(o.school_no, o.no)";
  }
}

Result<sql::Value> typed(const pack::Field& field, const std::string& text) {
  if (field.type == FieldType::boolean) return sql::Value(text == "true" || text == "1");
  if (field.type != FieldType::integer && field.type != FieldType::year) return sql::Value(text);
  char* end = nullptr;
  const long long number = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0')
    return fail(ErrorCode::invalid, "metrics.bad_condition",
                {"“" + field.title.zh + "”的条件须是整数", "a condition on " + field.id + " must be a whole number"}, "$.where." + field.id);
  return sql::Value(static_cast<int64_t>(number));
}

}  // namespace

std::optional<size_t> LegPrinter::field_of(const AskedDimension& dimension) const {
  if (dimension.axis == Axis::period) return cube_.period;
  const CubeDimension* found = cube_.dimension(dimension.id);
  return found == nullptr ? std::nullopt : std::optional(found->field);
}

std::string LegPrinter::period_expression(Grain grain, std::string_view prefix) const {
  const std::string column = std::string(prefix) + column_(cube_.dataset->fields[*cube_.period]);
  if (!cube_.period_is_date()) return "CAST(" + column + " AS BIGINT)";
  const std::string year = "CAST(EXTRACT(YEAR FROM " + column + ") AS BIGINT)", month = "CAST(EXTRACT(MONTH FROM " + column + ") AS BIGINT)";
  const std::string school_year = "(" + year + " - CASE WHEN " + month + " < 9 THEN 1 ELSE 0 END)";
  switch (grain) {
    case Grain::year: return year;
    case Grain::month: return "(" + year + " * 12 + " + month + " - 1)";
    case Grain::school_year: return school_year;
    case Grain::term: return "(" + school_year + " * 2 + CASE WHEN " + month + " BETWEEN 2 AND 8 THEN 1 ELSE 0 END)";
    case Grain::day: return "CAST(" + column + " - DATE '1970-01-01' AS BIGINT)";
  }
  return column;
}

std::string LegPrinter::last_of_period(Grain grain) const {
  const std::string date = column_(cube_.dataset->fields[*cube_.period]);
  const std::string org = cube_.org ? column_(cube_.dataset->fields[*cube_.org]) : std::string();
  std::string from = cube_.table;
  if (cube_.is_of_events()) {  // days whose rows all went are none
    const std::string keys = (org.empty() ? std::string() : "e." + org + ", ") + "e." + date;
    from = "(SELECT " + keys + " FROM " + from + " AS e GROUP BY " + keys + " HAVING SUM(e.m0) > 0)";
  }
  const std::string latest = "MAX(s." + date + ") FROM " + from + " AS s GROUP BY " + period_expression(grain, "s.");
  if (org.empty()) return "r." + date + " IN (SELECT " + latest + ")";
  return "(r." + org + ", r." + date + ") IN (SELECT s." + org + ", " + latest + ", s." + org + ")";
}

Result<std::string> LegPrinter::values_condition(size_t field, const std::vector<std::string>& values, std::string_view prefix,
                                                 sql::Values& parameters) const {
  std::string list;
  for (const std::string& value : values) {
    BANMO_TRY(sql::Value bound, typed(cube_.dataset->fields[field], value));
    parameters.push_back(std::move(bound));
    list += (list.empty() ? "$" : ", $") + std::to_string(parameters.size());
  }
  return std::string(prefix) + column_(cube_.dataset->fields[field]) + " IN (" + (list.empty() ? "NULL" : list) + ")";
}

Result<std::string> LegPrinter::where(const Asked& asked, const std::optional<std::vector<int64_t>>& periods, const directory::Scope& scope,
                                      int without, std::string_view prefix, sql::Values& parameters) const {
  const std::string org = cube_.org ? std::string(prefix) + column_(cube_.dataset->fields[*cube_.org]) : std::string();
  std::string text = scope.predicate(org, "");
  for (size_t i = 0; i < asked.where.size(); ++i) {
    const AskedCondition& condition = asked.where[i];
    if (static_cast<int>(i) == without) continue;
    if (condition.dimension.axis == Axis::org_level) {
      directory::Scope under;  // the same printing as for a scope: rows at or below these organisations
      under.orgs = condition.orgs;
      text += " AND " + under.predicate(org, "");
    } else {
      BANMO_TRY(const std::string part, values_condition(*field_of(condition.dimension), condition.values, prefix, parameters));
      text += " AND " + part;
    }
  }
  if (periods && cube_.period) {
    std::string list;
    for (const int64_t period : *periods) list += (list.empty() ? "" : ", ") + std::to_string(period);
    text += " AND " + period_expression(grain_of(cube_, asked), prefix) + " IN (" + (list.empty() ? "NULL" : list) + ")";
  }
  return text;
}

Result<std::string> LegPrinter::dimension_expression(const AskedDimension& dimension, Grain grain) const {
  if (dimension.axis == Axis::org_level) return std::string(level_column(dimension.level));
  if (dimension.axis == Axis::period && cube_.period) return period_expression(grain, "r.");
  const auto field = field_of(dimension);
  if (!field)
    return fail(ErrorCode::invalid, "metrics.no_such_dimension",
                {"数据集“" + cube_.dataset->title.zh + "”没有维度“" + dimension.id + "”",
                 "the dataset " + cube_.dataset->id + " has no dimension " + dimension.id},
                "$.by");
  return "r." + column_(cube_.dataset->fields[*field]);
}

Result<Statement> LegPrinter::grouped(const std::vector<AskedDimension>& by, const std::string& measures, const std::string& from,
                                      const std::string& where, sql::Values parameters, Grain grain) const {
  Statement statement{"SELECT ", std::move(parameters)};
  std::string group;
  bool levels = false;
  for (size_t i = 0; i < by.size(); ++i) {
    BANMO_TRY(const std::string expression, dimension_expression(by[i], grain));
    levels |= by[i].axis == Axis::org_level;
    statement.text += expression + " AS d" + std::to_string(i) + ", ";
    group += (group.empty() ? "" : ", ") + std::to_string(i + 1);
  }
  statement.text += measures + " FROM " + from + " AS r";
  if (levels) statement.text += " JOIN dim_org AS o ON o.no = r." + column_(cube_.dataset->fields[*cube_.org]);
  statement.text += " WHERE " + where;
  if (!group.empty()) statement.text += " GROUP BY " + group;
  return statement;
}

Result<Statement> LegPrinter::table(const std::vector<AskedDimension>& by, const std::string& where, sql::Values parameters, Grain grain,
                                    const std::string& distinct) const {
  if (!distinct.empty()) return grouped(by, "CAST(COUNT(*) AS BIGINT), " + distinct, cube_.base_table, where, std::move(parameters), grain);
  std::string measures;
  for (size_t i = 0; i < cube_.measures.size(); ++i) {
    const Measure& measure = cube_.measures[i];
    const char* function = measure.combine == Combine::sum ? "SUM" : measure.combine == Combine::min ? "MIN" : "MAX";
    const char* type = measure.whole ? "BIGINT" : dialect_ == sql::Dialect::duckdb ? "DOUBLE" : "DOUBLE PRECISION";
    measures += std::string(i == 0 ? "" : ", ") + "CAST(" + function + "(r.m" + std::to_string(i) + ") AS " + type + ")";
  }
  return grouped(by, measures, cube_.table, where, std::move(parameters), grain);
}

Result<Statement> LegPrinter::event_weights(const Asked& asked, const directory::Scope& scope) const {
  Asked orgs;
  for (const AskedDimension& dimension : asked.by)
    if (dimension.axis == Axis::org_level) orgs.by.push_back(dimension);
  for (const AskedCondition& condition : asked.where)
    if (condition.dimension.axis == Axis::org_level) orgs.where.push_back(condition);
  sql::Values parameters;
  BANMO_TRY(const std::string condition, where(orgs, {}, scope, -1, "r.", parameters));
  return grouped(orgs.by, "CAST(COALESCE(SUM(r.n), 0) AS BIGINT), CAST(COALESCE(SUM(r.w), 0) AS BIGINT)", cube_.weights_table, condition,
                 std::move(parameters), Grain::school_year);
}

Result<Statement> LegPrinter::weights(const std::vector<AskedDimension>& by, const std::string& where, sql::Values parameters, Grain grain) const {
  return grouped(by, "CAST(COALESCE(SUM(r.w), 0) AS BIGINT)", cube_.weights_table, where, std::move(parameters), grain);
}

Statement LegPrinter::periods(const std::string& where, sql::Values parameters, Grain grain) const {
  return {"SELECT " + period_expression(grain, "r.") + " AS p FROM " + cube_.table + " AS r WHERE " + where +
              " GROUP BY 1 HAVING SUM(r.m0) > 0 ORDER BY p DESC",  // events that came and went stand as +1 and -1
          std::move(parameters)};
}

}  // namespace banmo::metrics
