// SPDX-License-Identifier: Apache-2.0
// Dimensions, dashboards and targets: what is shown of metrics.
#include <algorithm>
#include <array>

#include "pack/builder.h"

namespace banmo::pack {

namespace {

constexpr std::array<std::string_view, 3> kOrgLevels{"school", "district", "city"};

bool is_org_level(std::string_view word) { return std::find(kOrgLevels.begin(), kOrgLevels.end(), word) != kOrgLevels.end(); }

void add_new(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (const std::string& word : from) {
    if (std::find(to.begin(), to.end(), word) == to.end()) to.push_back(word);
  }
}

}  // namespace

// Several packs may declare the same dimension: it is one, with all their synonyms and joins.
void CatalogueBuilder::resolve_dimensions() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftDimension& draft : pack.dimensions) {
      Dimension dimension = draft.dimension;
      for (const Text& word : draft.rollup) {
        if (!is_org_level(word.text)) {
          findings_.add("unknown_word", {"rollup 只能用 " + join(kOrgLevels), "rollup takes " + join(kOrgLevels)}, word.where);
        }
        dimension.rollup.push_back(word.text);
      }
      for (const auto& [dataset_name, field_name] : draft.join) {
        const Dataset* dataset = find_dataset(dataset_name);
        if (dataset != nullptr && dataset->field(field_name.text) == nullptr) {
          findings_.add("unknown_field",
                        {"数据集 " + in_quotes(dataset->id) + " 没有字段 " + in_quotes(field_name.text),
                         "the dataset " + in_quotes(dataset->id) + " has no field " + in_quotes(field_name.text)},
                        field_name.where);
        }
        dimension.join[dataset_name.text] = field_name.text;
      }
      const Field* field = nullptr;
      for (const Dataset& dataset : out_->datasets_) {
        if (field == nullptr || dataset.pack == pack.info.id) field = dataset.field(dimension.id) != nullptr ? dataset.field(dimension.id) : field;
      }
      if (field == nullptr && dimension.join.empty() && broken_.empty()) {
        findings_.add(
            "unknown_field",
            {"没有数据集含维度字段 " + in_quotes(dimension.id), "no dataset has the field " + in_quotes(dimension.id) + " of this dimension"},
            dimension.where);
        continue;
      }
      if (dimension.title.zh.empty()) dimension.title = field != nullptr ? field->title : Title{dimension.id, dimension.id};
      if (dimension.title.en.empty()) dimension.title.en = dimension.title.zh;
      if (!dimension.rollup.empty() && field != nullptr && field->type != FieldType::org) {
        findings_.add("rollup_type", {"只有机构字段能逐级汇总（rollup）", "only a field of type org has a rollup"}, dimension.where);
      }
      const auto [at, fresh] = out_->dimension_index_.emplace(dimension.id, out_->dimensions_.size());
      if (fresh) {
        out_->dimensions_.push_back(std::move(dimension));
        continue;
      }
      Dimension& known = out_->dimensions_[at->second];
      add_new(known.rollup, dimension.rollup);
      add_new(known.synonyms, dimension.synonyms);
      known.join.insert(dimension.join.begin(), dimension.join.end());
    }
  }
}

bool CatalogueBuilder::has_dimension(const Dataset& dataset, std::string_view dimension) const {
  if (is_org_level(dimension)) return !dataset.org_field.empty();
  if (dataset.field(dimension) != nullptr) return true;
  const Dimension* declared = out_->dimension(dimension);
  return declared != nullptr && declared->join.contains(dataset.id);
}

void CatalogueBuilder::resolve_dashboards() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftDashboard& draft : pack.dashboards) {
      if (!register_id(out_->dashboard_index_, draft.dashboard.id, out_->dashboards_.size(), "dashboard", draft.dashboard.where)) continue;
      out_->dashboards_.push_back(draft.dashboard);
      out_->dashboards_.back().pack = pack.info.id;
      dashboard_drafts_.push_back(&draft);
    }
  }
  for (size_t i = 0; i < out_->dashboards_.size(); ++i) {
    Dashboard& out = out_->dashboards_[i];
    const DraftDashboard& draft = *dashboard_drafts_[i];
    if (out.title.en.empty()) out.title.en = out.title.zh;
    const auto roles = known_roles();
    for (const Text& role : draft.roles) {
      if (std::find(roles.begin(), roles.end(), role.text) == roles.end()) {
        const Message hint = suggestion(role.text, roles);
        findings_.add("unknown_role", {"没有角色 " + in_quotes(role.text) + hint.zh, "there is no role " + in_quotes(role.text) + hint.en},
                      role.where);
      }
      out.roles.push_back(role.text);
    }
    for (const Text& filter : draft.filters) {
      if (out_->dimension(filter.text) == nullptr && !is_org_level(filter.text))
        unknown_name("unknown_dimension", "维度", "dimension", filter, out_->dimension_index_);
      out.filters.push_back(filter.text);
    }
    for (const auto& [filter, word] : draft.defaults) {
      if (std::find(out.filters.begin(), out.filters.end(), filter.text) == out.filters.end()) {
        findings_.add("unknown_filter", {in_quotes(filter.text) + " 不在 filters 中", in_quotes(filter.text) + " is not one of the filters"},
                      filter.where);
      }
      out.defaults[filter.text] = word;
    }
    std::set<std::string> ids;
    for (const DraftCard& card_draft : draft.cards) {
      Card card = card_draft.card;
      resolve_card(card, card_draft);
      if (card.id.empty()) card.id = out.id + "." + std::to_string(out.cards.size() + 1);
      if (!ids.insert(card.id).second)
        findings_.add("duplicate_id", {"卡片 " + in_quotes(card.id) + " 重复", "the card " + in_quotes(card.id) + " stands twice"}, card.where);
      out.cards.push_back(std::move(card));
    }
  }
}

void CatalogueBuilder::resolve_card(Card& out, const DraftCard& draft) {
  for (const Text& metric : draft.metrics) {
    if (metric_position(metric) < out_->metrics_.size()) out.metrics.push_back(metric.text);
  }
  if (out.title.zh.empty() && !out.metrics.empty()) out.title = out_->metric(out.metrics[0])->title;
  if (out.title.en.empty()) out.title.en = out.title.zh;
  for (const Text& by : draft.by) {
    check_card_by(out, by);
    out.by.push_back(by.text);
  }
  const size_t n_by = out.by.size();
  const bool fits = out.kind == CardKind::kpi     ? n_by == 0
                    : out.kind == CardKind::heat  ? n_by == 2
                    : out.kind == CardKind::table ? n_by >= 1
                                                  : n_by == 1 || (n_by == 2 && out.kind != CardKind::map);
  if (!fits) {
    findings_.add("card_shape",
                  {"by 的个数与图形不符：kpi 不分组，heat 分两组，map 一组，其余一到两组",
                   "the number of groups in by does not fit: kpi none, heat two, map one, others one or two"},
                  out.where);
  }
  if (!draft.drill) return;
  out.drill = draft.drill.text;
  if (out_->dashboard(out.drill) == nullptr) unknown_name("unknown_dashboard", "看板", "dashboard", draft.drill, out_->dashboard_index_);
}

// Every dataset behind the card's metrics must have what they are grouped by.
void CatalogueBuilder::check_card_by(const Card& card, const Text& by) {
  if (out_->dimension(by.text) == nullptr && !is_org_level(by.text)) {
    unknown_name("unknown_dimension", "维度", "dimension", by, out_->dimension_index_);
    return;
  }
  for (const std::string& id : card.metrics) {
    for (const Metric* leaf : leaves(*out_->metric(id))) {
      const Dataset* dataset = out_->dataset(leaf->dataset);
      if (dataset == nullptr || broken_.contains(dataset->id) || has_dimension(*dataset, by.text)) continue;
      findings_.add("no_such_group",
                    {"指标 " + in_quotes(id) + " 不能按 " + in_quotes(by.text) + " 分组：数据集 " + in_quotes(dataset->id) + " 没有它",
                     "the metric " + in_quotes(id) + " cannot be grouped by " + in_quotes(by.text) + ": the dataset " + in_quotes(dataset->id) +
                         " has no such field"},
                    by.where);
    }
  }
}

void CatalogueBuilder::resolve_targets() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftTarget& draft : pack.targets) {
      if (!register_id(out_->target_index_, draft.target.id, out_->targets_.size(), "target", draft.target.where)) continue;
      Target target = draft.target;
      target.pack = pack.info.id;
      if (draft.metric && metric_position(draft.metric) < out_->metrics_.size()) target.metric = draft.metric.text;
      out_->targets_.push_back(std::move(target));
    }
  }
}

}  // namespace banmo::pack
