// SPDX-License-Identifier: Apache-2.0
// Home and the pages of organisations: figures and dashboards by name, for roles and kinds that exist.
#include <algorithm>
#include <array>

#include "pack/builder.h"

namespace banmo::pack {

namespace {

constexpr size_t kMostFigures = 4;  // of one pack for one role: a home has few
constexpr std::array<std::string_view, 3> kOrgKinds{"city", "district", "school"};

}  // namespace

void CatalogueBuilder::resolve_home() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftHome& draft : pack.home) {
      HomePart part = draft.part;
      part.pack = pack.info.id;
      resolve_home_part(part, draft);
      out_->home_.push_back(std::move(part));
    }
  }
}

void CatalogueBuilder::resolve_home_part(HomePart& out, const DraftHome& draft) {
  out.roles = resolve_roles(draft.roles);
  for (const Text& metric : draft.figures)
    if (metric_position(metric) < out_->metrics_.size()) out.figures.push_back(metric.text);
  if (out.figures.size() > kMostFigures)
    findings_.add("too_many_figures",
                  {"首页每包每角色最多 " + std::to_string(kMostFigures) + " 个数字，请留最要紧的",
                   "a pack puts at most " + std::to_string(kMostFigures) + " figures on the home of a role: keep the most telling"},
                  draft.part.where);
  for (const Text& id : draft.dashboards) {
    if (out_->dashboard(id.text) == nullptr) unknown_name("unknown_dashboard", "看板", "dashboard", id, out_->dashboard_index_);
    out.dashboards.push_back(id.text);
  }
  for (const Text& id : draft.datasets)
    if (find_dataset(id) != nullptr) out.datasets.push_back(id.text);
}

void CatalogueBuilder::resolve_org_page(Dashboard& out, const DraftDashboard& draft) {
  for (const Text& kind : draft.org_page) {
    if (std::find(kOrgKinds.begin(), kOrgKinds.end(), kind.text) == kOrgKinds.end())
      findings_.add("unknown_word", {"org_page 只能用 " + join(kOrgKinds), "org_page takes " + join(kOrgKinds)}, kind.where);
    out.org_page.push_back(kind.text);
  }
}

}  // namespace banmo::pack
