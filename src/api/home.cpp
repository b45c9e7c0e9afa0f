// SPDX-License-Identifier: Apache-2.0
// Home: what needs the caller today, the few figures that are theirs, shortcuts. Made from rights and data; no role is named here.
#include "api/builder.h"
#include "api/shapes.h"
#include "metrics/metrics.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

using directory::Right;

struct Todo {
  std::string kind;
  Two title;
  int64_t n = 0;
  std::string link;
};
template <class V>
void describe(V& v, Todo& x) {
  v.field("kind", x.kind);
  v.field("title", x.title);
  v.field("n", x.n);
  v.field("link", x.link);
}

struct Figure {
  std::string metric, title;
  std::optional<std::string> unit;
  std::optional<double> value;
  bool suppressed = false;
  int decimals = 0;
};
template <class V>
void describe(V& v, Figure& x) {
  v.field("metric", x.metric);
  v.field("title", x.title);
  v.field("unit", x.unit);
  v.field("value", x.value);
  v.field("suppressed", x.suppressed);
  v.field("decimals", x.decimals);
}

struct Shortcut {
  Two title;
  std::string link;
};
template <class V>
void describe(V& v, Shortcut& x) {
  v.field("title", x.title);
  v.field("link", x.link);
}

struct HomeShape {
  static constexpr const char* kName = "Home";
  std::vector<Todo> todo;
  std::vector<Figure> figures;
  std::vector<Shortcut> shortcuts;
};
template <class V>
void describe(V& v, HomeShape& x) {
  v.field("todo", x.todo);
  v.field("figures", x.figures);
  v.field("shortcuts", x.shortcuts);
}

constexpr size_t kMostFigures = 6;

// Datasets with rows in quarantine, worst first.
Result<std::vector<Todo>> quarantine_todo(const Call& call) {
  std::vector<Todo> todo;
  if (!call.principal.has(Right::quality_read)) return todo;
  for (const pack::Dataset& dataset : call.engines.catalogue->datasets()) {
    if (dataset.kind != pack::DatasetKind::entry) continue;
    BANMO_TRY(const auto scores, call.engines.records->rule_scores(call.principal, dataset.id));
    int64_t n_bad = 0;
    for (const records::RuleScore& score : scores)
      if (score.severity == "error") n_bad += score.n_bad;
    if (n_bad > 0)
      todo.push_back({"quarantine",
                      {dataset.title.zh + "有待修正的数据", dataset.title.en + ": rows to be mended"},
                      n_bad,
                      "/datasets/" + dataset.id + "/quarantine"});
  }
  std::sort(todo.begin(), todo.end(), [](const Todo& a, const Todo& b) { return a.n > b.n; });
  return todo;
}

Result<std::vector<Todo>> plan_todo(const Call& call) {
  if (!call.principal.has(Right::plan_report)) return std::vector<Todo>{};
  BANMO_TRY(const auto states, call.engines.metrics->plan(call.principal));
  const int year = call.engines.clock->now().utc_date().year();
  int64_t n_missing = 0;
  for (const metrics::TargetState& state : states)
    for (const metrics::TargetYear& target : state.years)
      if (target.year == year && !target.actual) ++n_missing;
  if (n_missing == 0) return std::vector<Todo>{};
  return std::vector<Todo>{{"plan", {"本年度规划指标尚未填报", "Plan targets of this year without a figure"}, n_missing, "/plan"}};
}

// The first figures of the caller's dashboards: those that its authors put first.
std::vector<Figure> figures(const Call& call) {
  std::vector<Figure> found;
  for (const pack::Dashboard* dashboard : call.engines.metrics->dashboards(call.principal)) {
    if (dashboard->cards.empty() || dashboard->cards.front().kind != pack::CardKind::kpi) continue;
    metrics::Query query;
    query.metrics = dashboard->cards.front().metrics;
    query.metrics.resize(std::min<size_t>(query.metrics.size(), 2));
    query.time.last = 1;
    const auto result = call.engines.metrics->query(call.principal, query);
    if (!result.ok() || result->rows.empty()) continue;
    for (size_t i = 0; i < result->columns.size() && found.size() < kMostFigures; ++i) {
      const metrics::Column& column = result->columns[i];
      if (column.kind != metrics::ColumnKind::metric) continue;
      Figure figure{column.id, column.title, {}, {}, false, column.decimals};
      if (!column.unit.empty()) figure.unit = column.unit;
      const metrics::Cell& cell = result->rows.front()[i];
      if (const auto* whole = std::get_if<int64_t>(&cell)) figure.value = static_cast<double>(*whole);
      if (const auto* number = std::get_if<double>(&cell)) figure.value = *number;
      for (const auto& [row, at] : result->suppressed) figure.suppressed |= row == 0 && at == static_cast<int>(i);
      found.push_back(std::move(figure));
    }
  }
  return found;
}

std::vector<Shortcut> shortcuts(const Call& call) {
  static const std::vector<std::pair<Right, Shortcut>> kAll = {
      {Right::metrics_read, {{"数据看板", "Dashboards"}, "/dashboards"}}, {Right::datasets_import, {{"导入数据", "Import data"}, "/import"}},
      {Right::quality_read, {{"数据质量", "Data quality"}, "/quality"}},  {Right::plan_read, {{"规划监测", "Plan"}, "/plan"}},
      {Right::datasets_read, {{"数据目录", "Datasets"}, "/datasets"}},    {Right::accounts_manage, {{"账号管理", "Accounts"}, "/accounts"}},
      {Right::audit_read, {{"审计日志", "Audit log"}, "/audit"}},
  };
  std::vector<Shortcut> mine;
  for (const auto& [right, shortcut] : kAll)
    if (call.principal.has(right)) mine.push_back(shortcut);
  return mine;
}

Result<HomeShape> get_home(const Call& call) {
  HomeShape home;
  BANMO_TRY(home.todo, quarantine_todo(call));
  BANMO_TRY(const auto plan, plan_todo(call));
  home.todo.insert(home.todo.end(), plan.begin(), plan.end());
  if (call.principal.has(Right::metrics_read)) home.figures = figures(call);
  home.shortcuts = shortcuts(call);
  return home;
}

}  // namespace

void add_home_routes(Builder& builder) {
  builder.tag("home");
  builder.route<HomeShape>({.method = "GET",
                            .path = "/home",
                            .operation = "get_home",
                            .summary = {"首页：待办、数字、快捷入口", "Home: to do, figures, shortcuts"},
                            .permission = "signed_in"},
                           get_home);
}

}  // namespace banmo::api
