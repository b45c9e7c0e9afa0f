// SPDX-License-Identifier: Apache-2.0
// One search over what the caller may open: datasets, metrics, dashboards, plan targets, organisations. The portal adds its own menu.
#include <algorithm>

#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"
#include "metrics/metrics.h"
#include "pack/pack.h"

namespace banmo::api {
namespace {

using directory::Right;

constexpr const char* kHitKindNames[] = {"dataset", "metric", "dashboard", "target", "org"};

struct Hit {
  static constexpr const char* kName = "SearchHit";
  std::string kind;
  Two title, note;
  std::string link;
};
template <class V>
void describe(V& v, Hit& x) {
  v.field("kind", x.kind, {.one_of = kHitKindNames});
  v.field("title", x.title);
  v.field("note", x.note);
  v.field("link", x.link);
}

constexpr size_t kMostOfKind = 8;

// ASCII letters only: Chinese has no case.
std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

// 0: does not match; the larger, the nearer: the whole, the beginning, within, a synonym.
int nearness(const std::string& q, std::initializer_list<std::string_view> names, const std::vector<std::string>& synonyms = {}) {
  int best = 0;
  for (const std::string_view name : names) {
    const std::string text = folded(name);
    const size_t at = text.find(q);
    if (at != std::string::npos) best = std::max(best, text == q ? 4 : at == 0 ? 3 : 2);
  }
  for (const std::string& synonym : synonyms)
    if (folded(synonym).find(q) != std::string::npos) best = std::max(best, 1);
  return best;
}

// The best few of one kind, in the order of nearness and then as they stand in the catalogue.
class Best {
 public:
  void add(int near, Hit hit) {
    if (near > 0) found_.emplace_back(near, std::move(hit));
  }
  void take_into(std::vector<Hit>& out) {
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    if (found_.size() > kMostOfKind) found_.resize(kMostOfKind);
    for (auto& [near, hit] : found_) out.push_back(std::move(hit));
  }

 private:
  std::vector<std::pair<int, Hit>> found_;
};

Two two(const pack::Title& title) { return {title.zh, title.en}; }

void add_catalogue(const Call& call, const std::string& q, std::vector<Hit>& out) {
  const pack::Catalogue& catalogue = *call.engines.catalogue;
  if (call.principal.has(Right::datasets_read)) {
    Best best;
    for (const pack::Dataset& dataset : catalogue.datasets())
      best.add(nearness(q, {dataset.title.zh, dataset.title.en, dataset.id}),
               {"dataset", two(dataset.title), {level_name(dataset.level), level_name(dataset.level)}, "/datasets/" + dataset.id});
    best.take_into(out);
  }
  if (call.principal.has(Right::metrics_read)) {
    Best boards, metrics;
    const auto dashboards = call.engines.metrics->dashboards(call.principal);
    for (const metrics::DashboardPtr& dashboard : dashboards)
      if (dashboard->org_page.empty())
        boards.add(nearness(q, {dashboard->title.zh, dashboard->title.en, dashboard->id}),
                   {"dashboard", two(dashboard->title), {}, "/dashboards/" + dashboard->id});
    for (const pack::Metric* metric : call.engines.metrics->visible(call.principal)) {
      // A figure is read on the first dashboard of the caller that shows it.
      const auto shows = [&](const metrics::DashboardPtr& dashboard) {
        return dashboard->org_page.empty() && std::any_of(dashboard->cards.begin(), dashboard->cards.end(), [&](const pack::Card& card) {
                 return std::find(card.metrics.begin(), card.metrics.end(), metric->id) != card.metrics.end();
               });
      };
      const auto board = std::find_if(dashboards.begin(), dashboards.end(), shows);
      if (board == dashboards.end()) continue;
      metrics.add(nearness(q, {metric->title.zh, metric->title.en, metric->id}, metric->synonyms),
                  {"metric", two(metric->title), {(*board)->title.zh, (*board)->title.en}, "/dashboards/" + (*board)->id});
    }
    boards.take_into(out);
    metrics.take_into(out);
  }
  if (call.principal.has(Right::plan_read)) {
    Best best;
    for (const pack::Target& target : catalogue.targets())
      best.add(nearness(q, {target.item, target.measure}),
               {"target", {target.item, target.item}, {target.measure, target.measure}, "/plan?target=" + target.id});
    best.take_into(out);
  }
}

void add_orgs(const Call& call, const std::string& q, std::vector<Hit>& out) {
  if (!call.principal.has(Right::orgs_read)) return;
  const auto tree = call.engines.directory->orgs();
  const directory::Scope scope = call.engines.directory->scope(call.principal, Right::orgs_read, {.org_field = "no", .person_field = {}});
  Best best;
  for (const directory::Org& org : tree->all()) {
    // Classes and grades have the same names everywhere: they are found through their school.
    if (org.valid_to || org.kind == directory::OrgKind::class_ || org.kind == directory::OrgKind::grade) continue;
    const int near = nearness(q, {org.title, org.code});
    if (near == 0 || !scope.covers(*tree, org.no)) continue;
    const directory::Org* above = tree->find(org.parent);
    const std::string where = above == nullptr ? std::string() : above->title;
    best.add(near, {"org", {org.title, org.title}, {where, where}, "/orgs/" + org.id.to_string()});
  }
  best.take_into(out);
}

Result<List<Hit>> search(const Call& call) {
  const std::string q = folded(call.text("q"));
  List<Hit> list;
  if (q.empty()) return list;
  add_catalogue(call, q, list.items);
  add_orgs(call, q, list.items);
  return list;
}

}  // namespace

void add_search_routes(Builder& builder) {
  builder.tag("home");
  builder.route<List<Hit>>({.method = "GET",
                            .path = "/search",
                            .operation = "search",
                            .summary = {"查找数据集、指标、看板、规划目标和机构", "Find datasets, metrics, dashboards, targets and organisations"},
                            .permission = "signed_in",
                            .parameters = {text_parameter("q", "A part of a title, an id or a code.", 100)}},
                           search);
}

}  // namespace banmo::api
