// SPDX-License-Identifier: Apache-2.0
// Installed scene packs.
#include "pack/pack.h"

#include "api/builder.h"

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

Result<List<PackShape>> list_packs(const Call& call) {
  const pack::Catalogue& catalogue = *call.engines.catalogue;
  List<PackShape> list;
  for (const pack::PackInfo& info : catalogue.packs())
    list.items.push_back({info.id, info.version, info.title.zh, info.title.en, info.owner, info.tags, n_of(catalogue.datasets(), info.id),
                          n_of(catalogue.metrics(), info.id), n_of(catalogue.dashboards(), info.id), n_of(catalogue.targets(), info.id),
                          static_cast<int64_t>(info.tests.size())});
  return list;
}

}  // namespace

void add_pack_routes(Builder& builder) {
  builder.tag("packs");
  builder.route<List<PackShape>>({.method = "GET",
                                  .path = "/packs",
                                  .operation = "list_packs",
                                  .summary = {"已安装的场景包", "Installed scene packs"},
                                  .permission = "packs.read"},
                                 list_packs);
}

}  // namespace banmo::api
