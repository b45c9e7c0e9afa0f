// SPDX-License-Identifier: Apache-2.0
#include "metrics/metrics.h"

#include <algorithm>
#include <set>

#include "metrics/engine.h"
#include "metrics/shown.h"

namespace banmo::metrics {
namespace {

using directory::Right;

void collect_cubes(const Engine& engine, std::string_view id, std::vector<const Cube*>& found, int depth) {
  const pack::Metric* metric = engine.catalogue->metric(id);
  if (metric == nullptr || depth > 8) return;
  if (metric->kind == pack::MetricKind::aggregate) {
    const auto cube = engine.cubes.find(metric->dataset);
    if (cube != engine.cubes.end() && std::find(found.begin(), found.end(), &cube->second) == found.end()) found.push_back(&cube->second);
  } else if (metric->kind == pack::MetricKind::ratio) {
    collect_cubes(engine, metric->numerator, found, depth + 1);
    collect_cubes(engine, metric->denominator, found, depth + 1);
  } else {
    for (const auto& operand : metric->operands) collect_cubes(engine, operand.metric, found, depth + 1);
  }
}

// A target has no organisation: it is the city's, and so is what is written to it.
Result<> require_city(const Engine& engine, const Principal& principal, Right right) {
  if (!principal.has(right)) return no_right(right);
  if (principal.internal || engine.directory.scope(principal, right, {.org_field = {}, .person_field = {}, .level = pack::Level::l1}).everything)
    return {};
  return fail(
      ErrorCode::denied, "metrics.city_only",
      {"规划指标属于全市，只有市级账号可以填报、上传依据和回复", "plan targets are the city's: only its officers report, attach evidence and reply"});
}

}  // namespace

bool in_audience(const Principal& principal, const pack::Dashboard& dashboard) {
  if (principal.internal || dashboard.roles.empty()) return true;
  return std::any_of(principal.grants.begin(), principal.grants.end(), [&](const directory::Grant& grant) {
    return std::find(dashboard.roles.begin(), dashboard.roles.end(), directory::name_of(grant.role)) != dashboard.roles.end();
  });
}

Error no_right(Right right) {
  const std::string name(directory::name_of(right));
  return fail(ErrorCode::denied, "directory.no_right", {"您的角色没有“" + name + "”权限", "your role lacks the right " + name});
}

Error no_such_dashboard() {
  return fail(ErrorCode::not_found, "metrics.no_such_dashboard",
              {"没有这个看板，或它不是给您的角色的", "no such dashboard, or it is not for your role"});
}

// A pack's goes before an own one of the same id, which was written before the pack came.
Result<DashboardPtr> find_dashboard(const Engine& engine, const Principal& principal, std::string_view id) {
  if (!principal.has(Right::metrics_read)) return no_right(Right::metrics_read);
  DashboardPtr found(engine.catalogue, engine.catalogue->dashboard(id));
  const auto own = engine.boards->all();
  if (const auto at = own->find(id); found == nullptr && at != own->end()) found = at->second->read.dashboard;
  if (found == nullptr || !in_audience(principal, *found)) return no_such_dashboard();
  return found;
}

LegPrinter Engine::printer(const Cube& cube) const {
  return LegPrinter(cube, stores.warehouse->dialect(), [this](const pack::Field& field) { return records.column(field); });
}

directory::Scope Engine::figures_scope(const Principal& principal, const Cube& cube) const {
  directory::Scope scope =
      directory.scope(principal, Right::metrics_read, {.org_field = cube.dataset->org_field, .person_field = {}, .level = pack::Level::l1});
  scope.persons.clear();  // figures are about organisations; a person's own rows are read as rows
  // A dataset without organisations belongs to the whole city: whoever sees any figures sees its.
  if (!cube.org && !scope.sees_nothing()) scope.everything = true;
  return scope;
}

bool Engine::sees_rows(const Principal& principal, const Cube& cube, const directory::Scope& figures, pack::Level level) const {
  const directory::Scope rows = rows_scope(*this, principal, cube, level);
  return gives_rows(rows, level) && covers(rows, figures, *directory.orgs());
}

std::vector<const Cube*> Engine::cubes_of(std::string_view metric) const {
  std::vector<const Cube*> found;
  collect_cubes(*this, metric, found, 0);
  return found;
}

struct Metrics::State {
  Engine engine;
  int listener = 0;
};

Result<std::unique_ptr<Metrics>> Metrics::create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue,
                                                 directory::Directory& directory, records::Records& records, const Clock& clock) {
  BANMO_TRY(auto cubes, build_cubes(*catalogue, records, stores.warehouse->dialect(), clock.now()));
  auto state =
      std::make_unique<State>(State{Engine{std::move(stores), std::move(catalogue), directory, records, clock, std::move(cubes), nullptr, nullptr}});
  Engine& engine = state->engine;
  BANMO_TRY(engine.rollups, RollUps::create(engine.stores.warehouse, engine.cubes, records, clock));
  std::set<std::string> counted;
  for (const auto& [dataset, cube] : engine.cubes) counted.insert(dataset);
  records.on_past([counted = std::move(counted)](sql::Connection& warehouse, const std::string& dataset) -> Result<int64_t> {
    if (!counted.contains(dataset)) return INT64_MAX;
    return RollUps::version(warehouse, dataset);
  });
  state->listener = records.listen([rollups = engine.rollups.get()](const records::DatasetChange& change) { rollups->changed(change); });
  engine.rollups->catch_up();
  BANMO_TRY(engine.boards, BoardShelf::create(engine.stores.ledger, *engine.catalogue));
  return std::unique_ptr<Metrics>(new Metrics(std::move(state)));  // owned by the unique_ptr: the constructor is private
}

const Engine& Metrics::engine() const { return state_->engine; }

Metrics::Metrics(std::unique_ptr<State> state) : state_(std::move(state)) {}
Metrics::~Metrics() { state_->engine.records.unlisten(state_->listener); }

std::vector<const pack::Metric*> Metrics::visible(const Principal& principal) const {
  const Engine& engine = state_->engine;
  std::vector<const pack::Metric*> found;
  for (const pack::Metric& metric : engine.catalogue->metrics()) {
    const auto cubes = engine.cubes_of(metric.id);
    if (!cubes.empty() &&
        std::none_of(cubes.begin(), cubes.end(), [&](const Cube* cube) { return engine.figures_scope(principal, *cube).sees_nothing(); }))
      found.push_back(&metric);
  }
  return found;
}

std::vector<std::pair<std::string, std::string>> Metrics::dimensions_of(const pack::Metric& metric) const {
  const auto cubes = state_->engine.cubes_of(metric.id);
  std::vector<std::pair<std::string, std::string>> found;
  if (cubes.empty()) return found;
  const Cube& first = *cubes.front();
  if (first.period) found.emplace_back(first.dataset->fields[*first.period].id, first.dataset->fields[*first.period].title.zh);
  if (std::all_of(cubes.begin(), cubes.end(), [](const Cube* cube) { return cube->org.has_value(); })) {
    found.emplace_back("city", "市");
    found.emplace_back("district", "区市");
    found.emplace_back("school", "学校");
    if (std::all_of(cubes.begin(), cubes.end(), [](const Cube* cube) { return cube->is_of_events() && cube->has_classes(); }))
      found.emplace_back("class", "班级");
  }
  for (const CubeDimension& dimension : first.dimensions)
    if (std::all_of(cubes.begin(), cubes.end(), [&](const Cube* cube) { return cube->dimension(dimension.id) != nullptr; }))
      found.emplace_back(dimension.id, dimension.title);
  return found;
}

Result<QueryResult> Metrics::query(const Principal& principal, const Query& query) {
  if (!principal.has(Right::metrics_read)) return no_right(Right::metrics_read);
  return Question(state_->engine, principal, query).answer();
}

Result<Explanation> Metrics::explain(const Principal& principal, const Query& query) {
  if (!principal.has(Right::metrics_read)) return no_right(Right::metrics_read);
  return metrics::explain(state_->engine, principal, query);
}

Result<DashboardResult> Metrics::dashboard(const Principal& principal, std::string_view id, const std::map<std::string, std::string>& filters) {
  BANMO_TRY(DashboardPtr dashboard, find_dashboard(state_->engine, principal, id));
  return read_dashboard(state_->engine, principal, std::move(dashboard), filters);
}

std::vector<DashboardPtr> Metrics::dashboards(const Principal& principal) const {
  std::vector<DashboardPtr> found;
  const Engine& engine = state_->engine;
  if (!principal.has(Right::metrics_read)) return found;
  for (const pack::Dashboard& dashboard : engine.catalogue->dashboards())
    if (in_audience(principal, dashboard)) found.emplace_back(engine.catalogue, &dashboard);
  for (const auto& [id, own] : *engine.boards->all())
    if (const DashboardPtr& dashboard = own->read.dashboard; dashboard != nullptr && in_audience(principal, *dashboard)) found.push_back(dashboard);
  return found;
}

Result<std::vector<directory::Person>> Metrics::family(const Principal& principal) { return read_family(state_->engine, principal); }

Result<PortraitResult> Metrics::portrait(const Principal& principal, std::string_view id, std::string_view person) {
  const pack::Portrait* portrait = state_->engine.catalogue->portrait(id);
  if (portrait == nullptr) return fail(ErrorCode::not_found, "metrics.no_such_portrait", {"没有这个画像", "no such portrait"});
  return read_portrait(state_->engine, principal, *portrait, person);
}

Result<std::vector<TargetState>> Metrics::plan(const Principal& principal) {
  if (!principal.has(Right::plan_read)) return no_right(Right::plan_read);
  return read_plan(state_->engine);
}

Result<TargetState> Metrics::report_target(const Principal& principal, std::string_view target, int year, double value, std::string_view evidence) {
  BANMO_DO(require_city(state_->engine, principal, Right::plan_report));
  const pack::Target* found = state_->engine.catalogue->target(target);
  if (found == nullptr) return fail(ErrorCode::not_found, "metrics.no_such_target", {"没有这个规划指标", "no such plan target"});
  BANMO_DO(write_report(state_->engine, principal, *found, year, value, evidence));
  BANMO_TRY(const auto states, read_plan(state_->engine));
  for (const TargetState& state : states)
    if (state.target == found) return state;
  return fail(ErrorCode::internal, "metrics.no_such_target", {"没有这个规划指标", "no such plan target"});
}

Result<const pack::Target*> Metrics::target_for(const Principal& principal, Right right, std::string_view id) const {
  if (right == Right::plan_read) {
    if (!principal.has(right)) return no_right(right);
  } else {
    BANMO_DO(require_city(state_->engine, principal, right));
  }
  const pack::Target* found = state_->engine.catalogue->target(id);
  if (found == nullptr) return fail(ErrorCode::not_found, "metrics.no_such_target", {"没有这个规划指标", "no such plan target"});
  return found;
}

Result<PlanFile> Metrics::attach_file(const Principal& principal, std::string_view target, int year, const std::string& name,
                                      const std::string& path) {
  BANMO_TRY(const pack::Target* found, target_for(principal, Right::plan_report, target));
  return write_file(state_->engine, principal, *found, year, name, path);
}

Result<std::pair<PlanFile, std::string>> Metrics::evidence_file(const Principal& principal, const std::string& id) {
  if (!principal.has(Right::plan_read)) return no_right(Right::plan_read);
  return read_file(state_->engine, id);
}

Result<PlanNote> Metrics::add_note(const Principal& principal, std::string_view target, int year, bool reply, const std::string& text) {
  BANMO_TRY(const pack::Target* found, target_for(principal, reply ? Right::plan_report : Right::plan_supervise, target));
  return write_note(state_->engine, principal, *found, year, reply, text);
}

Result<Papers> Metrics::papers(const Principal& principal, std::string_view target) {
  BANMO_TRY(const pack::Target* found, target_for(principal, Right::plan_read, target));
  return read_papers(state_->engine, *found);
}

Result<> Metrics::settle() {
  constexpr int kLongest_ms = 60'000;
  BANMO_DO(state_->engine.records.flush());
  for (const auto& [id, cube] : state_->engine.cubes)
    if (!state_->engine.rollups->wait_fresh(id, kLongest_ms))
      return fail(ErrorCode::timeout, "metrics.not_settled",
                  {"汇总尚未更新完成，请稍后再试", "the roll-ups are still being brought up to date: try again"}, id);
  return {};
}

}  // namespace banmo::metrics
