// SPDX-License-Identifier: Apache-2.0
// Dashboards: all cards of one in one request.
#include "api/builder.h"
#include "api/dashboard_json.h"
#include "metrics/metrics.h"

namespace banmo::api {
namespace {

struct DashboardRef {
  static constexpr const char* kName = "DashboardRef";
  std::string id, pack, title, title_en;
  bool screen = false;
};
template <class V>
void describe(V& v, DashboardRef& x) {
  v.field("id", x.id);
  v.field("pack", x.pack, {.doc = "Empty: the city's own."});
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("screen", x.screen, {.doc = "Made for a wall: one question, drawn at 1920x1080."});
}

Result<List<DashboardRef>> list_dashboards(const Call& call) {
  List<DashboardRef> list;
  for (const metrics::DashboardPtr& dashboard : call.engines.metrics->dashboards(call.principal))
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
  return shape_of(found);
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
