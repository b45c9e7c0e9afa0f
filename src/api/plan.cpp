// SPDX-License-Identifier: Apache-2.0
// Plan targets: measure, responsible unit, yearly values, lamps, reports with evidence.
#include <set>

#include "api/builder.h"
#include "api/shapes.h"
#include "metrics/metrics.h"

namespace banmo::api {
namespace {

struct YearShape {
  int year = 0;
  double target = 0;
  std::optional<double> actual;
  std::string lamp;
  std::optional<std::string> source, evidence, by;
  std::optional<Instant> at;
};
template <class V>
void describe(V& v, YearShape& x) {
  v.field("year", x.year);
  v.field("target", x.target);
  v.field("actual", x.actual);
  v.field("lamp", x.lamp);
  v.field("source", x.source);
  v.field("evidence", x.evidence);
  v.field("by", x.by);
  v.field("at", x.at);
}

struct TargetShape {
  static constexpr const char* kName = "Target";
  std::string id, plan, section, item, unit, measure, op;
  std::optional<std::string> metric;
  std::string source, responsible;
  std::vector<YearShape> years;
};
template <class V>
void describe(V& v, TargetShape& x) {
  v.field("id", x.id);
  v.field("plan", x.plan);
  v.field("section", x.section);
  v.field("item", x.item);
  v.field("unit", x.unit);
  v.field("measure", x.measure);
  v.field("op", x.op);
  v.field("metric", x.metric);
  v.field("source", x.source);
  v.field("responsible", x.responsible);
  v.field("years", x.years);
}

struct PlanShape {
  static constexpr const char* kName = "Plan";
  std::vector<TargetShape> items;
  std::vector<std::string> units;
};
template <class V>
void describe(V& v, PlanShape& x) {
  v.field("items", x.items);
  v.field("units", x.units);
}

struct Report {
  static constexpr const char* kName = "TargetReport";
  int year = 0;
  double value = 0;
  std::string evidence;
};
template <class V>
void describe(V& v, Report& x) {
  v.field("year", x.year, {.minimum = 2000, .maximum = 2100});
  v.field("value", x.value, {.minimum = -1e15, .maximum = 1e15});
  v.field("evidence", x.evidence, {.title = "依据", .min_length = 1, .max_length = 2000});
}

const char* name_of(metrics::Lamp lamp) {
  switch (lamp) {
    case metrics::Lamp::grey: return "grey";
    case metrics::Lamp::green: return "green";
    case metrics::Lamp::yellow: return "yellow";
    case metrics::Lamp::red: return "red";
  }
  return "grey";
}

YearShape shape_of(const metrics::TargetYear& year) {
  YearShape shape{year.year, year.target, year.actual, name_of(year.lamp), {}, {}, {}, year.at};
  if (year.actual) shape.source = year.computed ? "computed" : "reported";
  if (!year.evidence.empty()) shape.evidence = year.evidence;
  if (!year.by.empty()) shape.by = year.by;
  return shape;
}

TargetShape shape_of(const metrics::TargetState& state) {
  const pack::Target& target = *state.target;
  TargetShape shape{target.id,          target.plan, target.section,
                    target.item,        target.unit, target.measure,
                    target.comparison,  {},          target.metric.empty() ? "reported" : "computed",
                    target.responsible, {}};
  if (!target.metric.empty()) shape.metric = target.metric;
  for (const metrics::TargetYear& year : state.years) shape.years.push_back(shape_of(year));
  return shape;
}

Result<PlanShape> get_plan(const Call& call) {
  BANMO_TRY(const auto states, call.engines.metrics->plan(call.principal));
  PlanShape plan;
  std::set<std::string> units;
  for (const metrics::TargetState& state : states) {
    plan.items.push_back(shape_of(state));
    units.insert(state.target->responsible);
  }
  plan.units.assign(units.begin(), units.end());
  return plan;
}

}  // namespace

void add_plan_routes(Builder& builder) {
  builder.tag("plan");
  builder.route<PlanShape>(
      {.method = "GET", .path = "/plan", .operation = "get_plan", .summary = {"规划指标", "Plan targets"}, .permission = "plan.read"}, get_plan);
  builder.route<Report, TargetShape>(
      {.method = "POST",
       .path = "/plan/targets/{id}/reports",
       .operation = "report_target",
       .summary = {"填报指标进展与依据", "Report a figure with evidence"},
       .permission = "plan.report"},
      [](const Call& call, const Report& report) -> Result<TargetShape> {
        BANMO_TRY(const metrics::TargetState state,
                  call.engines.metrics->report_target(call.principal, call.path("id"), report.year, report.value, report.evidence));
        return shape_of(state);
      });
}

}  // namespace banmo::api
