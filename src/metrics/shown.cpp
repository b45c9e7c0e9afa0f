// SPDX-License-Identifier: Apache-2.0
#include "metrics/shown.h"

#include <algorithm>

#include "metrics/engine.h"

namespace banmo::metrics {
namespace {

using pack::Level;

constexpr int kDeepest = 8;  // metrics of metrics

void add_measured(const Engine& engine, std::string_view id, const Cube& cube, std::set<size_t>& fields, int depth) {
  const pack::Metric* metric = engine.catalogue->metric(id);
  if (metric == nullptr || depth > kDeepest) return;
  if (metric->kind == pack::MetricKind::aggregate) {
    if (metric->dataset != cube.dataset->id) return;
    for (const auto* part : {&metric->expression, &metric->filter})
      if (*part)
        for (const size_t field : (*part)->fields()) fields.insert(field);
    return;
  }
  if (metric->kind == pack::MetricKind::ratio) {
    add_measured(engine, metric->numerator, cube, fields, depth + 1);
    add_measured(engine, metric->denominator, cube, fields, depth + 1);
  }
  for (const auto& operand : metric->operands) add_measured(engine, operand.metric, cube, fields, depth + 1);
}

void add_key(const AskedDimension& dimension, const Cube& cube, std::set<size_t>& fields) {
  if (dimension.axis == Axis::org_level) {
    if (cube.org) fields.insert(*cube.org);
  } else if (dimension.axis == Axis::period) {
    if (cube.period) fields.insert(*cube.period);
  } else if (const CubeDimension* found = cube.dimension(dimension.id)) {
    fields.insert(found->field);
  }
}

// The most sensitive of some fields; nullptr for none.
const pack::Field* highest(const pack::Dataset& dataset, const std::set<size_t>& fields) {
  const pack::Field* found = nullptr;
  for (const size_t field : fields)
    if (found == nullptr || dataset.fields[field].level > found->level) found = &dataset.fields[field];
  return found;
}

Level level_of(const pack::Dataset& dataset, const pack::Field* field) {
  return field == nullptr ? dataset.level : std::max(dataset.level, Level{field->level});
}

bool is_raised(const pack::Field& field) { return field.level > field.level.declared(); }

Error above_level(const pack::Field& field) {
  const std::string level = "L" + std::to_string(static_cast<int>(Level{field.level}));
  return fail(
      ErrorCode::denied, "metrics.field_above_level",
      {"字段“" + field.title.zh + "”现为 " + level + "，高于您的角色可见的级别，不能用它统计；请去掉用到它的维度、条件或指标",
       "the field " + field.id + " is " + level + " now, above what your role may see: ask without the dimension, condition or metric that uses it"});
}

}  // namespace

UsedFields used_fields(const Engine& engine, const Query& query, const Asked& asked, const Cube& cube) {
  UsedFields used;
  for (const AskedDimension& dimension : asked.by) add_key(dimension, cube, used.keys);
  for (const AskedCondition& condition : asked.where) add_key(condition.dimension, cube, used.keys);
  const bool narrows_period = asked.periods || asked.last > 0 || !asked.from.empty() || !asked.to.empty();
  if (narrows_period && cube.period) used.keys.insert(*cube.period);
  for (const std::string& metric : query.metrics) add_measured(engine, metric, cube, used.measured, 0);
  return used;
}

directory::Scope rows_scope(const Engine& engine, const Principal& principal, const Cube& cube, Level level) {
  const pack::Dataset& dataset = *cube.dataset;
  return engine.directory.scope(principal, directory::Right::datasets_read,
                                {.org_field = dataset.org_field, .person_field = dataset.person_field, .level = level});
}

bool gives_rows(const directory::Scope& rows, Level level) { return !rows.sees_nothing() && !rows.aggregates_only && rows.max_level >= level; }

bool covers(const directory::Scope& outer, const directory::Scope& inner, const directory::OrgTree& tree) {
  if (outer.everything) return true;
  if (inner.everything) return false;
  return std::all_of(inner.orgs.begin(), inner.orgs.end(), [&](directory::OrgNo org) { return outer.covers(tree, org); });
}

Result<Shown> shown(const Engine& engine, const Principal& principal, const Cube& cube, const directory::Scope& figures, const UsedFields& used) {
  const pack::Dataset& dataset = *cube.dataset;
  const pack::Field *key = highest(dataset, used.keys), *measured = highest(dataset, used.measured);
  const Level of_keys = level_of(dataset, key), of_all = std::max(of_keys, level_of(dataset, measured));
  if (engine.sees_rows(principal, cube, figures, of_all)) return Shown::whole;
  const bool sees_others = gives_rows(rows_scope(engine, principal, cube, dataset.level), dataset.level);
  if (of_keys > dataset.level && sees_others && !engine.sees_rows(principal, cube, figures, of_keys)) return above_level(*key);
  if (cube.min_cell > 0) return Shown::guarded;
  for (const auto* fields : {&used.keys, &used.measured}) {
    for (const size_t at : *fields) {
      const pack::Field& field = dataset.fields[at];
      const Level level = level_of(dataset, &field);
      // A leader sees no rows, but figures up to a level.
      const bool reaches = sees_others ? engine.sees_rows(principal, cube, figures, level) : figures.max_level >= level;
      if (is_raised(field) && !reaches) return above_level(field);
    }
  }
  return Shown::whole;
}

}  // namespace banmo::metrics
