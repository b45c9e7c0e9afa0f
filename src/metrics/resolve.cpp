// SPDX-License-Identifier: Apache-2.0
// Names of a query become axes: organisation levels, the period, fields that packs declare as dimensions.
#include <algorithm>

#include "metrics/ask.h"
#include "pack/pack.h"

namespace banmo::metrics {
namespace {

using directory::OrgKind;

std::optional<OrgKind> level_of(std::string_view id) {
  if (id == "city") return OrgKind::city;
  if (id == "district") return OrgKind::district;
  if (id == "school") return OrgKind::school;
  if (id == "class") return OrgKind::class_;
  return std::nullopt;
}

std::optional<Grain> grain_named(std::string_view name) {
  if (name == "day") return Grain::day;
  if (name == "month") return Grain::month;
  if (name == "term") return Grain::term;
  if (name == "school_year") return Grain::school_year;
  if (name == "year") return Grain::year;
  return std::nullopt;
}

// The period's own name in any of the datasets, or "period".
bool is_period(std::string_view id, const std::vector<const Cube*>& cubes) {
  if (id == "period") return true;
  return std::any_of(cubes.begin(), cubes.end(), [&](const Cube* cube) { return cube->period && cube->dataset->fields[*cube->period].id == id; });
}

bool is_org_field(std::string_view id, const std::vector<const Cube*>& cubes) {
  return std::any_of(cubes.begin(), cubes.end(), [&](const Cube* cube) { return cube->org && cube->dataset->fields[*cube->org].id == id; });
}

Error no_such_dimension(std::string_view id, const std::vector<const Cube*>& cubes) {
  std::string known = "city, district, school";
  for (const Cube* cube : cubes) {
    if (cube->period) known += ", " + cube->dataset->fields[*cube->period].id;
    for (const CubeDimension& dimension : cube->dimensions)
      if (known.find(dimension.id) == std::string::npos) known += ", " + dimension.id;
  }
  return fail(ErrorCode::invalid, "metrics.no_such_dimension",
              {"这些指标不能按“" + std::string(id) + "”查询；可用的维度：" + known,
               "these metrics cannot be asked by \"" + std::string(id) + "\"; dimensions there are: " + known},
              "$.by");
}

Result<AskedDimension> axis_of(std::string_view id, const std::vector<const Cube*>& cubes) {
  if (const auto level = level_of(id)) {
    for (const Cube* cube : cubes)
      if (!cube->org || (*level == OrgKind::class_ && !cube->has_classes())) return no_such_dimension(id, cubes);
    return AskedDimension{std::string(id), Axis::org_level, *level};
  }
  if (is_period(id, cubes)) return AskedDimension{std::string(id), Axis::period, {}};
  if (is_org_field(id, cubes)) return AskedDimension{std::string(id), Axis::org_level, OrgKind::school};
  for (const Cube* cube : cubes)
    if (cube->dimension(id) == nullptr) return no_such_dimension(id, cubes);
  return AskedDimension{std::string(id), Axis::field, {}};
}

// An organisation of a condition: its id, its code, or its title.
Result<directory::OrgNo> org_named(const std::string& text, const directory::OrgTree& tree) {
  if (const auto id = OrgId::parse(text))
    if (const directory::Org* org = tree.find(*id)) return org->no;
  BANMO_TRY(const directory::Org* org, tree.resolve(text));
  return org->no;
}

Result<std::vector<int64_t>> periods_of(const std::vector<std::string>& values, Grain grain) {
  std::vector<int64_t> periods;
  for (const std::string& value : values) {
    const auto period = period_of_text(value, grain);
    if (!period)
      return fail(ErrorCode::invalid, "metrics.bad_period",
                  {"“" + value + "”不是时期；写法如 2025（学年、年）、2025-10（月）、2025-1（学期）、2025-10-01（日）",
                   "\"" + value + "\" is no period: write 2025 (school year, year), 2025-10 (month), 2025-1 (term) or 2025-10-01 (day)"},
                  "$.where");
    periods.push_back(*period);
  }
  return periods;
}

}  // namespace

Result<Asked> resolve(const Query& query, const std::vector<const Cube*>& cubes, const pack::Catalogue&, const directory::OrgTree& tree) {
  Asked asked;
  if (!query.time.grain.empty()) {
    asked.grain = grain_named(query.time.grain);
    if (!asked.grain)
      return fail(ErrorCode::invalid, "metrics.bad_grain",
                  {"没有时间粒度“" + query.time.grain + "”；可用 day、month、term、school_year、year",
                   "there is no grain of time \"" + query.time.grain + "\": there are day, month, term, school_year, year"},
                  "$.time.grain");
  }
  asked.last = query.time.last;
  asked.from = query.time.from;
  asked.to = query.time.to;
  for (const std::string& id : query.by) {
    BANMO_TRY(AskedDimension dimension, axis_of(id, cubes));
    asked.by_period |= dimension.axis == Axis::period;
    asked.by.push_back(std::move(dimension));
  }
  for (const Condition& condition : query.where) {
    BANMO_TRY(AskedDimension dimension, axis_of(condition.dimension, cubes));
    if (dimension.axis == Axis::period) {
      BANMO_TRY(asked.periods, periods_of(condition.values, cubes.empty() ? Grain::school_year : grain_of(*cubes.front(), asked)));
      continue;
    }
    AskedCondition made{std::move(dimension), {}, {}};
    if (made.dimension.axis == Axis::org_level) {
      for (const std::string& value : condition.values) {
        BANMO_TRY(const directory::OrgNo org, org_named(value, tree));
        made.orgs.push_back(org);
      }
    } else {
      made.values = condition.values;
    }
    asked.where.push_back(std::move(made));
  }
  return asked;
}

}  // namespace banmo::metrics
