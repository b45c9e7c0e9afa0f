// SPDX-License-Identifier: Apache-2.0
// A question's way: metrics > legs (one dataset, one shift of periods) > tables by key > figures.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "metrics/engine.h"
#include "metrics/protect.h"
#include "metrics/shown.h"

namespace banmo::metrics {
namespace {

constexpr int kMostMetrics = 20;
constexpr int kMostDimensions = 4;
constexpr int kDeepest = 8;            // metrics of metrics
constexpr size_t kMostKeys = 200'000;  // rows of one leg
constexpr int kWaitFresh_ms = 1500;
constexpr int kMostReads = 20;

Error unknown_metric(const std::string& id, const pack::Catalogue& catalogue) {
  std::string near;
  for (const pack::Metric& metric : catalogue.metrics())
    if (near.empty() && (metric.id.find(id) != std::string::npos || id.find(metric.id) != std::string::npos)) near = metric.id;
  return fail(ErrorCode::not_found, "metrics.unknown_metric",
              {"没有指标“" + id + "”" + (near.empty() ? "" : "；是否指 " + near),
               "there is no metric \"" + id + "\"" + (near.empty() ? "" : "; did you mean " + near)},
              "$.metrics");
}

}  // namespace

Result<QueryResult> Question::answer() {
  BANMO_DO(prepare());
  as_of_ = engine_.clock.now();
  std::vector<LegId> ids;
  for (const auto& [id, table] : legs_) ids.push_back(id);
  for (const LegId& id : ids) BANMO_DO(run(id));
  return build();
}

Result<> Question::prepare() {
  if (query_.metrics.empty() || query_.metrics.size() > kMostMetrics || query_.by.size() > kMostDimensions)
    return fail(ErrorCode::invalid, "metrics.bad_query",
                {"一次查询 1 至 20 个指标、最多 4 个维度", "a query has 1 to 20 metrics and at most 4 dimensions"});
  tree_ = engine_.directory.orgs();
  std::set<const Cube*> cubes;
  for (const std::string& id : query_.metrics) {
    const std::vector<const Cube*> of_metric = engine_.cubes_of(id);
    if (of_metric.empty()) return unknown_metric(id, *engine_.catalogue);
    cubes.insert(of_metric.begin(), of_metric.end());
  }
  cubes_.assign(cubes.begin(), cubes.end());
  std::sort(cubes_.begin(), cubes_.end(), [](const Cube* a, const Cube* b) { return a->dataset->id < b->dataset->id; });
  for (const Cube* cube : cubes_)
    if (engine_.figures_scope(principal_, *cube).sees_nothing())
      return fail(ErrorCode::denied, "metrics.out_of_scope",
                  {"您的角色看不到“" + cube->dataset->title.zh + "”的统计", "your role does not see figures of " + cube->dataset->id});
  BANMO_TRY(asked_, resolve(query_, cubes_, *engine_.catalogue, *tree_));
  return plan_outputs();
}

Result<> Question::plan_outputs() {
  for (const std::string& id : query_.metrics) {
    const pack::Metric* metric = engine_.catalogue->metric(id);
    outputs_.push_back({metric, {}, ColumnKind::metric});
    if (!query_.compare.empty()) outputs_.push_back({metric, {1, query_.compare == "yoy"}, ColumnKind::compare});
  }
  for (const Output& output : outputs_) BANMO_DO(need(*output.metric, output.shift, 0));
  return {};
}

LegId Question::leg_of(const pack::Metric& metric, Shift shift) const {
  const Cube& cube = engine_.cubes.find(metric.dataset)->second;
  const auto distinct = cube.distinct.find(metric.id);
  return {&cube, metric.stock, shift.n, shift.yoy, distinct == cube.distinct.end() ? std::string() : distinct->second};
}

Result<> Question::need(const pack::Metric& metric, Shift shift, int depth) {
  if (depth > kDeepest)
    return fail(ErrorCode::invalid, "metrics.too_deep",
                {"指标“" + metric.id + "”引用层次过深", "the metric " + metric.id + " refers to others too deeply"});
  shifts_ |= shift.n != 0;
  if (metric.kind == pack::MetricKind::aggregate) {
    legs_.try_emplace(leg_of(metric, shift));
    return {};
  }
  std::vector<pack::Metric::Operand> parts = metric.operands;
  if (metric.kind == pack::MetricKind::ratio) parts = {{metric.numerator, 0}, {metric.denominator, 0}};
  for (const auto& part : parts) {
    const pack::Metric* below = engine_.catalogue->metric(part.metric);
    if (below == nullptr) return unknown_metric(part.metric, *engine_.catalogue);
    BANMO_DO(need(*below, {shift.n + part.periods_back, shift.yoy}, depth + 1));
  }
  return {};
}

Result<std::optional<std::vector<int64_t>>> Question::periods_for(sql::Connection& connection, const LegId& id, const directory::Scope& scope) {
  const Cube& cube = *id.cube;
  const Grain grain = grain_of(cube, asked_);
  std::optional<std::vector<int64_t>> periods = asked_.periods;
  const bool ranged = !asked_.from.empty() || !asked_.to.empty();
  const bool needs_one = !asked_.by_period && (id.stock || shifts_);
  if (cube.period && (ranged || asked_.last > 0 || needs_one)) {
    sql::Values parameters;
    const LegPrinter printer = engine_.printer(narrowest(cube, asked_, scope, *tree_));
    BANMO_TRY(const std::string where, printer.where(asked_, periods, scope, -1, "r.", parameters));
    const Statement statement = printer.periods(where, std::move(parameters), grain);
    BANMO_TRY(const sql::Rows rows, connection.query(statement.text, statement.parameters));
    const auto from = period_of_text(asked_.from, grain), to = period_of_text(asked_.to, grain);
    if ((!asked_.from.empty() && !from) || (!asked_.to.empty() && !to))
      return fail(ErrorCode::invalid, "metrics.bad_period",
                  {"time.from、time.to 的写法与时间粒度不符，例如 2025 或 2025-10-01",
                   "time.from and time.to do not fit the grain: write for example 2025 or 2025-10-01"},
                  "$.time");
    periods.emplace();
    for (size_t i = 0; i < rows.size(); ++i) {
      const int64_t period = sql::int_of(rows[i][0]);
      if ((!from || period >= *from) && (!to || period <= *to)) periods->push_back(period);
    }
    const size_t keep = needs_one ? 1 : asked_.last > 0 ? static_cast<size_t>(asked_.last) : periods->size();
    periods->resize(std::min(periods->size(), keep));
  }
  if (periods && id.periods_back != 0)
    for (int64_t& period : *periods) period = shifted(period, grain, id.yoy, -id.periods_back);
  return periods;
}

Result<> Question::run(const LegId& id) {
  const Cube& cube = *id.cube;
  engine_.rollups->wait_fresh(cube.dataset->id, kWaitFresh_ms);
  as_of_ = std::min(as_of_, engine_.rollups->as_of(cube.dataset->id));
  const directory::Scope scope = engine_.figures_scope(principal_, cube);
  BANMO_TRY(const sql::Lease lease, engine_.stores.warehouse->read());
  BANMO_TRY(const auto periods, periods_for(*lease, id, scope));
  const LegPrinter printer = engine_.printer(id.distinct.empty() ? narrowest(cube, asked_, scope, *tree_) : cube);
  sql::Values parameters;
  BANMO_TRY(std::string where, printer.where(asked_, periods, scope, -1, "r.", parameters));
  if (id.stock && cube.period_is_date()) where += " AND " + printer.last_of_period(grain_of(cube, asked_));
  const Grain grain = grain_of(cube, asked_);
  BANMO_TRY(const Statement statement, printer.table(asked_.by, where, parameters, grain, id.distinct));
  statements_.push_back(statement.text);
  BANMO_TRY(const Statement weights, cube.is_of_events() ? engine_.printer(cube).event_weights(asked_, scope)
                                                         : printer.weights(asked_.by, where, std::move(parameters), grain));
  BANMO_TRY(const Shown how, shown(engine_, principal_, cube, scope, used_fields(engine_, query_, asked_, cube)));
  BANMO_TRY(LegTable table, how == Shown::whole ? read_leg(*lease, statement) : read_protected(*lease, cube, statement, weights));
  shift_keys(id, table);
  legs_[id] = std::move(table);
  return {};
}

Result<LegTable> Question::read_leg(sql::Connection& connection, const Statement& statement) const {
  const size_t n_keys = asked_.by.size();
  LegTable table;
  auto read = connection.each(statement.text, statement.parameters, [&](const sql::Values& row) -> Result<> {
    if (table.size() >= kMostKeys)
      return fail(ErrorCode::too_large, "metrics.too_many_rows",
                  {"结果超过 20 万行；请减少维度或增加条件", "the result has more than 200,000 rows: ask by fewer dimensions, or narrow it"});
    LegRow made;
    for (size_t i = n_keys; i < row.size(); ++i)
      made.measures.push_back(sql::is_null(row[i]) ? std::numeric_limits<double>::quiet_NaN() : sql::double_of(row[i]));
    made.n = static_cast<int64_t>(std::isnan(made.measures.front()) ? 0 : made.measures.front());
    if (made.n == 0) return {};  // an aggregate over nothing is no row; nor is what was added and taken away again
    table.emplace(Key(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(n_keys)), std::move(made));
    return {};
  });
  if (!read.ok()) return std::move(read).error();
  return table;
}

// Figures and weights of one version: two statements, so again if the roll-up changed between them.
Result<LegTable> Question::read_protected(sql::Connection& connection, const Cube& cube, const Statement& statement, const Statement& weights) const {
  for (int i = 0; i < kMostReads; ++i) {
    BANMO_TRY(const int64_t before, RollUps::version(connection, cube.dataset->id));
    BANMO_TRY(LegTable table, read_leg(connection, statement));
    BANMO_DO(cube.is_of_events() ? protect_events(connection, weights, cube, asked_, table) : protect(connection, weights, cube, table));
    BANMO_TRY(const int64_t after, RollUps::version(connection, cube.dataset->id));
    if (before == after) return table;
  }
  return fail(ErrorCode::unavailable, "metrics.changing",
              {"数据正在快速变化，请稍后再试", "the data change too fast just now: try again in a moment"}, cube.dataset->id);
}

// A figure of last year stands beside this year's: under this year's key.
void Question::shift_keys(const LegId& id, LegTable& table) const {
  if (id.periods_back == 0 || !asked_.by_period) return;
  const Grain grain = grain_of(*id.cube, asked_);
  LegTable moved;
  for (auto& [key, row] : table) {
    Key to = key;
    for (size_t i = 0; i < asked_.by.size(); ++i)
      if (asked_.by[i].axis == Axis::period && !sql::is_null(to[i])) to[i] = shifted(sql::int_of(to[i]), grain, id.yoy, id.periods_back);
    moved.emplace(std::move(to), std::move(row));
  }
  table = std::move(moved);
}

Question::Figure Question::aggregate_figure(const pack::Metric& metric, Shift shift, const Key& key) const {
  const LegId id = leg_of(metric, shift);
  const LegTable& table = legs_.find(id)->second;
  const auto row = table.find(key);
  const bool counts = metric.aggregate == pack::Aggregate::count || metric.aggregate == pack::Aggregate::count_distinct;
  if (row == table.end()) return {counts ? std::optional<double>(0) : std::nullopt, false};
  double value = 0;
  if (!id.distinct.empty()) {
    value = row->second.measures[1];
  } else {
    const Parts& parts = id.cube->parts.find(metric.id)->second;
    value = row->second.measures[parts.value];
    if (parts.weight) value /= row->second.measures[*parts.weight];
  }
  return {std::isfinite(value) ? std::optional(value) : std::nullopt, row->second.withheld};
}

Result<Question::Figure> Question::derived_figure(const pack::Metric& metric, Shift shift, const Key& key) const {
  std::vector<sql::Value> row;
  Figure made;
  for (const auto& operand : metric.operands) {
    BANMO_TRY(const Figure part, figure(*engine_.catalogue->metric(operand.metric), {shift.n + operand.periods_back, shift.yoy}, key));
    made.withheld |= part.withheld;
    row.push_back(part.value ? sql::Value(*part.value) : sql::Value());
  }
  BANMO_TRY(const sql::Value value, metric.derivation->evaluate(row, {.now = engine_.clock.now()}));
  if (!sql::is_null(value)) made.value = sql::double_of(value);
  return made;
}

Result<Question::Figure> Question::figure(const pack::Metric& metric, Shift shift, const Key& key) const {
  if (metric.kind == pack::MetricKind::aggregate) return aggregate_figure(metric, shift, key);
  if (metric.kind == pack::MetricKind::derived) return derived_figure(metric, shift, key);
  BANMO_TRY(const Figure above, figure(*engine_.catalogue->metric(metric.numerator), shift, key));
  BANMO_TRY(const Figure below, figure(*engine_.catalogue->metric(metric.denominator), shift, key));
  Figure made{{}, above.withheld || below.withheld};
  if (above.value && below.value && *below.value != 0) made.value = *above.value / *below.value * metric.scale;
  return made;
}

std::vector<Key> Question::keys() const {
  std::set<Key, KeyLess> all;
  for (const auto& [id, table] : legs_) {
    if (id.periods_back != 0) continue;
    for (const auto& [key, row] : table) all.insert(key);
  }
  return {all.begin(), all.end()};
}

}  // namespace banmo::metrics
