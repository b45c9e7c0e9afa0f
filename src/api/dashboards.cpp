// SPDX-License-Identifier: Apache-2.0
// Dashboards: all cards of one in one request.
#include "api/builder.h"
#include "api/metric_json.h"
#include "api/shapes.h"
#include "metrics/metrics.h"

namespace banmo::api {
namespace {

constexpr const char* kCardKindNames[] = {"kpi", "line", "bar", "rank", "heat", "map", "table", "stacked", "box", "scatter", "radar", "sankey"};

struct DashboardRef {
  static constexpr const char* kName = "DashboardRef";
  std::string id, pack, title, title_en;
  bool screen = false;
};
template <class V>
void describe(V& v, DashboardRef& x) {
  v.field("id", x.id);
  v.field("pack", x.pack);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("screen", x.screen, {.doc = "Made for a wall: one question, drawn at 1920x1080."});
}

struct ChoiceShape {
  std::string value, title, title_en;
};
template <class V>
void describe(V& v, ChoiceShape& x) {
  v.field("value", x.value);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
}

struct FilterShape {
  static constexpr const char* kName = "DashboardFilter";
  std::string id, title, title_en;
  std::vector<ChoiceShape> values;
  std::optional<std::string> current;
};
template <class V>
void describe(V& v, FilterShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("values", x.values);
  v.field("current", x.current);
}

struct CardProblem {
  static constexpr const char* kName = "CardFault";
  std::string code;
  Two detail;
};
template <class V>
void describe(V& v, CardProblem& x) {
  v.field("code", x.code);
  v.field("detail", x.detail);
}

struct CardShape {
  static constexpr const char* kName = "Card";
  std::string id, kind, title, title_en;
  std::vector<std::string> metrics, by;
  std::optional<std::string> drill;
  bool main = false;
  ResultShape result;
  std::optional<CardProblem> error;
};
template <class V>
void describe(V& v, CardShape& x) {
  v.field("id", x.id);
  v.field("kind", x.kind, {.one_of = kCardKindNames});
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("metrics", x.metrics);
  v.field("by", x.by);
  v.field("drill", x.drill);
  v.field("main", x.main, {.doc = "Of a screen: stands in the middle."});
  v.field("result", x.result);
  v.field("error", x.error);
}

struct DashboardShape {
  static constexpr const char* kName = "Dashboard";
  std::string id, title, title_en;
  bool screen = false;
  std::vector<FilterShape> filters;
  std::vector<CardShape> cards;
  Instant as_of;
};
template <class V>
void describe(V& v, DashboardShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("screen", x.screen);
  v.field("filters", x.filters);
  v.field("cards", x.cards);
  v.field("as_of", x.as_of);
}

FilterShape shape_of(const metrics::FilterChoice& filter) {
  FilterShape shape{filter.id, filter.title, filter.title_en, {}, {}};
  for (const auto& [value, title] : filter.values) shape.values.push_back({value, title.zh, title.en});
  if (!filter.current.empty()) shape.current = filter.current;
  return shape;
}

CardShape shape_of(const metrics::CardResult& result) {
  const pack::Card& card = *result.card;
  CardShape shape{card.id,
                  std::string(pack::name_of(card.kind)),
                  card.title.zh,
                  card.title.en,
                  card.metrics,
                  card.by,
                  {},
                  card.main,
                  api::shape_of(result.result),
                  {}};
  if (!card.drill.empty()) shape.drill = card.drill;
  if (result.error) shape.error = CardProblem{result.error->id, Two::of(result.error->message)};
  return shape;
}

Result<List<DashboardRef>> list_dashboards(const Call& call) {
  List<DashboardRef> list;
  for (const pack::Dashboard* dashboard : call.engines.metrics->dashboards(call.principal))
    if (dashboard->org_page.empty())
      list.items.push_back({dashboard->id, dashboard->pack, dashboard->title.zh, dashboard->title.en, dashboard->screen});
  return list;
}

Result<DashboardShape> get_dashboard(const Call& call) {
  std::map<std::string, std::string> filters;
  for (const auto& [name, value] : call.request.query) {
    if (name != "filter") continue;
    const size_t colon = value.find(':');
    if (colon == std::string::npos)
      return fail(ErrorCode::invalid, "http.bad_filter", {"筛选写法应为 filter=维度:值", "a filter is written filter=dimension:value"}, "filter");
    filters[value.substr(0, colon)] = value.substr(colon + 1);
  }
  BANMO_TRY(const metrics::DashboardResult found, call.engines.metrics->dashboard(call.principal, call.path("id"), filters));
  DashboardShape shape{found.dashboard->id, found.dashboard->title.zh, found.dashboard->title.en, found.dashboard->screen, {}, {}, found.as_of};
  for (const auto& filter : found.filters) shape.filters.push_back(shape_of(filter));
  for (const auto& card : found.cards) shape.cards.push_back(shape_of(card));
  return shape;
}

}  // namespace

void add_dashboard_routes(Builder& builder) {
  builder.tag("dashboards");
  builder.route<List<DashboardRef>>({.method = "GET",
                                     .path = "/dashboards",
                                     .operation = "list_dashboards",
                                     .summary = {"我的看板", "Dashboards for me"},
                                     .permission = "metrics.read"},
                                    list_dashboards);
  builder.route<DashboardShape>({.method = "GET",
                                 .path = "/dashboards/{id}",
                                 .operation = "get_dashboard",
                                 .summary = {"一个看板的全部卡片", "All cards of a dashboard"},
                                 .permission = "metrics.read",
                                 .parameters = {repeated_parameter(
                                     "filter", "dimension:value; the dashboard's filters, and city, district, school for drill-down. May repeat.")}},
                                get_dashboard);
}

}  // namespace banmo::api
