// SPDX-License-Identifier: Apache-2.0
// Home: what needs the caller today, the few figures that are theirs, shortcuts. What stands there for a role is said by the packs (home) and by the
// table of rights; no role is named here.
#include <algorithm>
#include <array>
#include <iterator>

#include "api/builder.h"
#include "api/shapes.h"
#include "audit/audit.h"
#include "directory/directory.h"
#include "flows/flows.h"
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
  static constexpr const char* kName = "HomeFigure";
  std::string metric, title, title_en;
  std::optional<std::string> unit;
  std::optional<double> value;
  bool suppressed = false;
  int decimals = 0;
  int64_t n = 0;
  std::optional<std::string> period;
  Two source;
  Instant data_at;
};
template <class V>
void describe(V& v, Figure& x) {
  v.field("metric", x.metric);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("unit", x.unit);
  v.field("value", x.value);
  v.field("suppressed", x.suppressed);
  v.field("decimals", x.decimals);
  v.field("n", x.n, {.doc = "Rows behind the figure."});
  v.field("period", x.period, {.doc = "The last period that has data, as the dataset writes it."});
  v.field("source", x.source, {.doc = "Title of the dataset."});
  v.field("data_at", x.data_at);
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
using Todos = std::vector<Todo>;

// Datasets with rows in quarantine, worst first.
Result<Todos> quarantine_todo(const Call& call) {
  Todos todo;
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

int64_t n_targets_of_this_year(const Call& call, const std::vector<metrics::TargetState>& states, bool (*counts)(const metrics::TargetYear&)) {
  const int year = call.engines.clock->now().utc_date().year();
  int64_t n = 0;
  for (const metrics::TargetState& state : states)
    for (const metrics::TargetYear& target : state.years) n += target.year == year && counts(target) ? 1 : 0;
  return n;
}

Result<Todos> plan_missing_todo(const Call& call) {
  BANMO_TRY(const auto states, call.engines.metrics->plan(call.principal));
  const int64_t n = n_targets_of_this_year(call, states, [](const metrics::TargetYear& target) { return !target.actual; });
  return n == 0 ? Todos{} : Todos{{"plan", {"本年度规划指标尚未填报", "Plan targets of this year without a figure"}, n, "/plan"}};
}

Result<Todos> plan_behind_todo(const Call& call) {
  BANMO_TRY(const auto states, call.engines.metrics->plan(call.principal));
  const int64_t n = n_targets_of_this_year(call, states, [](const metrics::TargetYear& target) { return target.lamp == metrics::Lamp::red; });
  return n == 0 ? Todos{} : Todos{{"plan", {"本年度规划指标落后", "Plan targets of this year that lag behind"}, n, "/plan"}};
}

// Imports of the caller that failed and were not seen to.
Result<Todos> failed_imports_todo(const Call& call) {
  BANMO_TRY(const auto jobs, call.engines.records->jobs(call.principal, 50, ""));
  int64_t n = 0;
  std::string last;
  for (const records::Job& job : jobs) {
    if (job.by != call.principal.account_name || job.state != records::JobState::failed) continue;
    if (++n == 1) last = job.id.to_string();
  }
  return n == 0 ? Todos{} : Todos{{"import", {"我的导入任务没有完成", "My imports that did not finish"}, n, "/jobs/" + last}};
}

// Cases at the caller's desk, counted up to a page.
Result<Todos> waiting_cases_todo(const Call& call) {
  flows::CaseQuery query;
  query.limit = 99;
  BANMO_TRY(const auto page, call.engines.flows->cases(call.principal, query));
  const auto n = static_cast<int64_t>(page.items.size());
  return n == 0 ? Todos{} : Todos{{"cases", {"等您办理的办件", "Cases that wait for you"}, n, "/work"}};
}

Result<Todos> accounts_without_role_todo(const Call& call) {
  BANMO_TRY(const auto figures, call.engines.directory->account_figures());
  return figures.n_without_role == 0
             ? Todos{}
             : Todos{{"accounts", {"账号等待授予角色", "Accounts that wait for a role"}, figures.n_without_role, "/accounts"}};
}

Result<Todos> accounts_never_used_todo(const Call& call) {
  BANMO_TRY(const auto figures, call.engines.directory->account_figures());
  return figures.n_never_used == 0
             ? Todos{}
             : Todos{{"accounts", {"启用的账号从未登录", "Enabled accounts that were never used"}, figures.n_never_used, "/accounts"}};
}

// Wrong passwords of the last day, counted up to a page of the log.
Result<Todos> refused_sign_ins_todo(const Call& call) {
  constexpr int64_t kDayMicros = int64_t{86'400} * 1'000'000;
  BANMO_TRY(const auto refused, audit::list(*call.engines.stores.ledger, {{}, "session.refused", 0, 1000}));
  const int64_t since = call.engines.clock->now().micros - kDayMicros;
  const int64_t n = std::count_if(refused.begin(), refused.end(), [&](const audit::Stored& stored) { return stored.entry.at.micros >= since; });
  return n == 0 ? Todos{} : Todos{{"audit", {"近一日被拒绝的登录", "Sign-ins refused in the last day"}, n, "/audit?action=session.refused"}};
}

// What may need the caller, by right: `unless` is a right whose holder has another line for it.
struct TodoSource {
  Right right;
  std::optional<Right> unless;
  Result<Todos> (*read)(const Call&);
};
constexpr std::array<TodoSource, 8> kTodoSources{{
    {Right::cases_handle, {}, waiting_cases_todo},
    {Right::quality_read, {}, quarantine_todo},
    {Right::plan_report, {}, plan_missing_todo},
    {Right::plan_read, Right::plan_report, plan_behind_todo},
    {Right::datasets_import, {}, failed_imports_todo},
    {Right::security_manage, {}, accounts_without_role_todo},
    {Right::accounts_manage, {}, accounts_never_used_todo},
    {Right::audit_read, {}, refused_sign_ins_todo},
}};

Result<Todos> todos(const Call& call) {
  Todos all;
  directory::NoticeQuery unread;
  unread.unread_only = true;
  unread.limit = 1;
  BANMO_TRY(const auto notices, call.engines.directory->notices(call.principal, unread));
  if (notices.n_unread > 0) all.push_back({"notices", {"未读通知", "Notices not read yet"}, notices.n_unread, "/notices"});
  for (const TodoSource& source : kTodoSources) {
    if (!call.principal.has(source.right) || (source.unless && call.principal.has(*source.unless))) continue;
    BANMO_TRY(auto some, source.read(call));
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

// What the packs put on the home of one of the roles that the caller acts under.
std::vector<const pack::HomePart*> parts_for(const Call& call) {
  std::vector<const pack::HomePart*> mine;
  for (const pack::HomePart& part : call.engines.catalogue->home()) {
    const bool meant = std::any_of(call.principal.grants.begin(), call.principal.grants.end(), [&](const directory::Grant& grant) {
      return std::find(part.roles.begin(), part.roles.end(), directory::name_of(grant.role)) != part.roles.end();
    });
    if (meant) mine.push_back(&part);
  }
  return mine;
}

// The dataset that a metric is counted in: the first one for ratios and derived metrics.
const pack::Dataset* dataset_of(const pack::Catalogue& catalogue, const pack::Metric& metric) {
  const pack::Metric* at = &metric;
  for (int depth = 0; at != nullptr && depth < 8; ++depth) {
    if (at->kind == pack::MetricKind::aggregate) return catalogue.dataset(at->dataset);
    at = catalogue.metric(at->kind == pack::MetricKind::ratio ? at->numerator : at->operands.empty() ? std::string() : at->operands.front().metric);
  }
  return nullptr;
}

std::optional<std::string> text_of(const metrics::Cell& cell) {
  if (const auto* whole = std::get_if<int64_t>(&cell)) return std::to_string(*whole);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* code = std::get_if<metrics::CodeCell>(&cell)) return code->title;
  return std::nullopt;
}

// A metric over all that the caller may see, in the last period with data.
std::optional<Figure> figure_of(const Call& call, const std::string& id) {
  const pack::Catalogue& catalogue = *call.engines.catalogue;
  const pack::Metric* metric = catalogue.metric(id);
  const pack::Dataset* dataset = metric == nullptr ? nullptr : dataset_of(catalogue, *metric);
  if (dataset == nullptr) return std::nullopt;
  metrics::Query query;
  query.metrics = {id};
  query.time.last = 1;
  if (!dataset->period_field.empty()) query.by = {dataset->period_field};
  const auto result = call.engines.metrics->query(call.principal, query);
  if (!result.ok() || result->rows.empty()) return std::nullopt;
  const size_t row = result->rows.size() - 1, at = query.by.size();
  const metrics::Column& column = result->columns[at];
  Figure figure{
      id, metric->title.zh, metric->title.en, {}, {}, false, column.decimals, result->n, {}, {dataset->title.zh, dataset->title.en}, result->as_of};
  if (!column.unit.empty()) figure.unit = column.unit;
  const metrics::Cell& cell = result->rows[row][at];
  if (const auto* whole = std::get_if<int64_t>(&cell)) figure.value = static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&cell)) figure.value = *number;
  for (const auto& [r, c] : result->suppressed) figure.suppressed |= r == static_cast<int>(row) && c == static_cast<int>(at);
  if (at > 0) figure.period = text_of(result->rows[row][0]);
  if (const auto updated = call.engines.records->updated_at(dataset->id)) figure.data_at = *updated;
  return figure;
}

std::vector<Figure> figures(const Call& call, const std::vector<const pack::HomePart*>& parts) {
  std::vector<Figure> found;
  if (!call.principal.has(Right::metrics_read)) return found;
  for (const pack::HomePart* part : parts) {
    for (const std::string& id : part->figures) {
      const bool there = std::any_of(found.begin(), found.end(), [&](const Figure& figure) { return figure.metric == id; });
      if (there || found.size() == kMostFigures) continue;
      if (auto figure = figure_of(call, id)) found.push_back(*std::move(figure));
    }
  }
  return found;
}

void add_new(std::vector<Shortcut>& list, Shortcut shortcut) {
  const bool there = std::any_of(list.begin(), list.end(), [&](const Shortcut& other) { return other.link == shortcut.link; });
  if (!there) list.push_back(std::move(shortcut));
}

std::vector<Shortcut> shortcuts(const Call& call, const std::vector<const pack::HomePart*>& parts) {
  static const std::vector<std::pair<Right, Shortcut>> kAll = {
      {Right::datasets_import, {{"导入数据", "Import data"}, "/import"}},
      {Right::quality_read, {{"数据质量", "Data quality"}, "/quality"}},
      {Right::plan_read, {{"规划监测", "Plan"}, "/plan"}},
      {Right::orgs_manage, {{"组织机构", "Organisations"}, "/orgs"}},
      {Right::packs_install, {{"场景包", "Scene packs"}, "/packs"}},
      {Right::accounts_read, {{"账号与角色", "Accounts and roles"}, "/accounts"}},
      {Right::audit_read, {{"审计日志", "Audit log"}, "/audit"}},
  };
  std::vector<Shortcut> mine;
  for (const pack::HomePart* part : parts) {
    const auto boards = call.engines.metrics->dashboards(call.principal);
    for (const std::string& id : part->dashboards)
      for (const metrics::DashboardPtr& board : boards)
        if (board->id == id) add_new(mine, {{board->title.zh, board->title.en}, "/dashboards/" + id});
    for (const std::string& id : part->datasets)
      if (const pack::Dataset* dataset = call.engines.catalogue->dataset(id); dataset != nullptr && call.principal.has(Right::datasets_read))
        add_new(mine, {{dataset->title.zh, dataset->title.en}, "/datasets/" + id});
  }
  for (const auto& [right, shortcut] : kAll)
    if (call.principal.has(right)) add_new(mine, shortcut);
  return mine;
}

Result<HomeShape> get_home(const Call& call) {
  HomeShape home;
  const auto parts = parts_for(call);
  BANMO_TRY(home.todo, todos(call));
  home.figures = figures(call, parts);
  home.shortcuts = shortcuts(call, parts);
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
