// SPDX-License-Identifier: Apache-2.0
// Installed scene packs.
#include "pack/pack.h"

#include <algorithm>

#include "api/builder.h"
#include "api/shapes.h"

namespace banmo::api {
namespace {

struct PackShape {
  static constexpr const char* kName = "Pack";
  std::string id, version, title, title_en, owner;
  std::vector<std::string> tags;
  int64_t n_datasets = 0, n_metrics = 0, n_dashboards = 0, n_targets = 0, n_tests = 0;
};
template <class V>
void describe(V& v, PackShape& x) {
  v.field("id", x.id);
  v.field("version", x.version);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("owner", x.owner);
  v.field("tags", x.tags);
  v.field("n_datasets", x.n_datasets);
  v.field("n_metrics", x.n_metrics);
  v.field("n_dashboards", x.n_dashboards);
  v.field("n_targets", x.n_targets);
  v.field("n_tests", x.n_tests, {.doc = "Tests of the pack; all passed, or it would not be installed."});
}

template <class Item>
int64_t n_of(const std::vector<Item>& items, const std::string& pack) {
  return std::count_if(items.begin(), items.end(), [&](const Item& item) { return item.pack == pack; });
}

PackShape shape_of(const pack::PackInfo& info, const pack::Catalogue& catalogue) {
  return {info.id,
          info.version,
          info.title.zh,
          info.title.en,
          info.owner,
          info.tags,
          n_of(catalogue.datasets(), info.id),
          n_of(catalogue.metrics(), info.id),
          n_of(catalogue.dashboards(), info.id),
          n_of(catalogue.targets(), info.id),
          static_cast<int64_t>(info.tests.size())};
}

// A plan's target that counts packs: how many there are, how many there shall be.
struct GoalShape {
  int year = 0;
  double target = 0;
};
template <class V>
void describe(V& v, GoalShape& x) {
  v.field("year", x.year);
  v.field("target", x.target);
}

struct PackCountShape {
  std::string target, item, unit, tag;
  int64_t n = 0;
  std::vector<GoalShape> goals;
};
template <class V>
void describe(V& v, PackCountShape& x) {
  v.field("target", x.target);
  v.field("item", x.item);
  v.field("unit", x.unit);
  v.field("tag", x.tag);
  v.field("n", x.n);
  v.field("goals", x.goals);
}

struct WaitingShape {
  std::string id, version;
};
template <class V>
void describe(V& v, WaitingShape& x) {
  v.field("id", x.id);
  v.field("version", x.version);
}

struct PacksShape {
  static constexpr const char* kName = "Packs";
  std::vector<PackShape> items;
  std::vector<PackCountShape> counts;
  std::vector<WaitingShape> waiting;
};
template <class V>
void describe(V& v, PacksShape& x) {
  v.field("items", x.items);
  v.field("counts", x.counts, {.doc = "Plan targets that count installed packs."});
  v.field("waiting", x.waiting, {.doc = "Installed, but not in effect before the server starts again."});
}

struct NamedShape {
  std::string id, title, title_en;
};
template <class V>
void describe(V& v, NamedShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
}

struct PackDetailShape {
  static constexpr const char* kName = "PackDetail";
  std::string id, purpose, basis;
  std::vector<std::string> needs;
  std::vector<NamedShape> datasets, metrics, dashboards, portraits, targets;
  std::vector<std::string> tests;
};
template <class V>
void describe(V& v, PackDetailShape& x) {
  v.field("id", x.id);
  v.field("purpose", x.purpose);
  v.field("basis", x.basis);
  v.field("needs", x.needs);
  v.field("datasets", x.datasets);
  v.field("metrics", x.metrics);
  v.field("dashboards", x.dashboards);
  v.field("portraits", x.portraits);
  v.field("targets", x.targets);
  v.field("tests", x.tests, {.doc = "Their names; all passed, or the pack would not be installed."});
}

struct FindingShape {
  std::string where, code;
  Two detail;
};
template <class V>
void describe(V& v, FindingShape& x) {
  v.field("where", x.where, {.doc = "file:line:column inside the pack"});
  v.field("code", x.code);
  v.field("detail", x.detail);
}

struct VerdictShape {
  static constexpr const char* kName = "PackVerdict";
  std::string id, version;
  std::optional<std::string> replaces;
  int64_t n_passed = 0;
  bool installed = false;
  std::string takes_effect = "restart";
  std::vector<FindingShape> findings;
};
template <class V>
void describe(V& v, VerdictShape& x) {
  v.field("id", x.id);
  v.field("version", x.version);
  v.field("replaces", x.replaces, {.doc = "The version that is installed now."});
  v.field("n_passed", x.n_passed);
  v.field("installed", x.installed);
  v.field("takes_effect", x.takes_effect, {.doc = "restart: when the server starts again."});
  v.field("findings", x.findings, {.doc = "Empty: the pack is good."});
}

std::vector<PackCountShape> counts_of(const pack::Catalogue& catalogue) {
  std::vector<PackCountShape> counts;
  for (const pack::Target& target : catalogue.targets()) {
    if (target.packs_tagged.empty()) continue;
    PackCountShape& to = counts.emplace_back(PackCountShape{target.id, target.item, target.unit, target.packs_tagged, 0, {}});
    to.n = std::count_if(catalogue.packs().begin(), catalogue.packs().end(), [&](const pack::PackInfo& pack) {
      return std::find(pack.tags.begin(), pack.tags.end(), target.packs_tagged) != pack.tags.end();
    });
    for (const auto& [year, wanted] : target.values) to.goals.push_back({year, wanted});
  }
  return counts;
}

Result<PacksShape> list_packs(const Call& call) {
  const pack::Catalogue& catalogue = *call.engines.catalogue;
  PacksShape shape;
  for (const pack::PackInfo& info : catalogue.packs()) shape.items.push_back(shape_of(info, catalogue));
  shape.counts = counts_of(catalogue);
  if (call.engines.packs == nullptr) return shape;
  BANMO_TRY(const auto waiting, call.engines.packs->waiting());
  for (const auto& [id, version] : waiting) shape.waiting.push_back({id, version});
  return shape;
}

template <class Item>
std::vector<NamedShape> named(const std::vector<Item>& items, const std::string& pack) {
  std::vector<NamedShape> found;
  for (const Item& item : items)
    if (item.pack == pack) found.push_back({item.id, item.title.zh, item.title.en});
  return found;
}

Result<PackDetailShape> get_pack(const Call& call) {
  const pack::Catalogue& catalogue = *call.engines.catalogue;
  const pack::PackInfo* info = catalogue.pack(call.path("id"));
  if (info == nullptr) return fail(ErrorCode::not_found, "pack.no_such_pack", {"没有安装这个场景包", "no such pack is installed"});
  PackDetailShape shape{info->id,
                        info->law.purpose,
                        info->law.basis,
                        info->needs,
                        named(catalogue.datasets(), info->id),
                        named(catalogue.metrics(), info->id),
                        named(catalogue.dashboards(), info->id),
                        named(catalogue.portraits(), info->id),
                        {},
                        {}};
  for (const pack::Target& target : catalogue.targets())
    if (target.pack == info->id) shape.targets.push_back({target.id, target.item, target.item});
  for (const pack::PackTest& test : info->tests) shape.tests.push_back(test.name);
  return shape;
}

Result<VerdictShape> take_pack(const Call& call) {
  if (call.engines.packs == nullptr)
    return fail(ErrorCode::unsupported, "pack.no_shop", {"此服务不能安装场景包，请用命令行", "this server installs no packs: use the command line"});
  BANMO_TRY(const PackVerdict verdict, call.engines.packs->take(call.principal.account_name, call.request.body_file, call.flag("install")));
  VerdictShape shape;
  shape.id = verdict.id;
  shape.version = verdict.version;
  if (!verdict.replaces.empty()) shape.replaces = verdict.replaces;
  shape.n_passed = verdict.n_passed;
  shape.installed = verdict.installed;
  for (const Error& finding : verdict.findings) shape.findings.push_back({finding.where, finding.id, Two::of(finding.message)});
  return shape;
}

}  // namespace

void add_pack_routes(Builder& builder) {
  builder.tag("packs");
  builder.route<PacksShape>({.method = "GET",
                             .path = "/packs",
                             .operation = "list_packs",
                             .summary = {"已安装的场景包", "Installed scene packs"},
                             .permission = "packs.read"},
                            list_packs);
  builder.route<PackDetailShape>({.method = "GET",
                                  .path = "/packs/{id}",
                                  .operation = "get_pack",
                                  .summary = {"一个场景包带来什么", "What a scene pack brings"},
                                  .permission = "packs.read"},
                                 get_pack);
  builder.upload<VerdictShape>({.method = "POST",
                                .path = "/packs",
                                .operation = "take_pack",
                                .summary = {"检查或安装场景包（zip 或 pack.yaml）", "Check or install a scene pack (a zip, or pack.yaml)"},
                                .permission = "packs.install",
                                .parameters = {flag_parameter("install", "Install it if it is good; otherwise it is only checked.")}},
                               take_pack);
}

}  // namespace banmo::api
