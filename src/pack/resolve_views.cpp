// SPDX-License-Identifier: Apache-2.0
// Dimensions, dashboards and targets: what is shown of metrics.
#include <algorithm>
#include <array>

#include "pack/builder.h"

namespace banmo::pack {

namespace {

constexpr std::array<std::string_view, 4> kOrgLevels{"class", "school", "district", "city"};

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
  const size_t first = out_->dashboards_.size();
  for (const DraftPack& pack : drafts_) {
    for (const DraftDashboard& draft : pack.dashboards) {
      if (!register_id(out_->dashboard_index_, draft.dashboard.id, out_->dashboards_.size(), "dashboard", draft.dashboard.where)) continue;
      out_->dashboards_.push_back(draft.dashboard);
      out_->dashboards_.back().pack = pack.info.id;
      dashboard_drafts_.push_back(&draft);
    }
  }
  for (size_t i = first; i < out_->dashboards_.size(); ++i) {
    Dashboard& out = out_->dashboards_[i];
    const DraftDashboard& draft = *dashboard_drafts_[i - first];
    if (out.title.en.empty()) out.title.en = out.title.zh;
    out.roles = resolve_roles(draft.roles);
    resolve_org_page(out, draft);
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
    check_screen(out);
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
  check_card_figures(out);
  if (!draft.drill) return;
  out.drill = draft.drill.text;
  if (out_->dashboard(out.drill) == nullptr) unknown_name("unknown_dashboard", "看板", "dashboard", draft.drill, out_->dashboard_index_);
}

namespace {

std::string range_text(size_t min, size_t max) { return min == max ? std::to_string(min) : std::to_string(min) + ".." + std::to_string(max); }

bool is_additive(const Metric& metric) {
  return metric.kind == MetricKind::aggregate && (metric.aggregate == Aggregate::count || metric.aggregate == Aggregate::sum);
}

}  // namespace

// As many groups and figures as the kind can draw; parts that add up where it shows parts of a whole; one scale where figures share it.
void CatalogueBuilder::check_card_figures(const Card& card) {
  const CardShape shape = shape_of(card.kind);
  const std::string kind = in_quotes(name_of(card.kind));
  if (card.by.size() < shape.min_by || card.by.size() > shape.max_by || card.metrics.size() < shape.min_metrics ||
      card.metrics.size() > shape.max_metrics) {
    const std::string by = range_text(shape.min_by, shape.max_by), figures = range_text(shape.min_metrics, shape.max_metrics);
    findings_.add("card_shape",
                  {kind + " 卡片要 " + by + " 个分组（by）、" + figures + " 个指标",
                   "a " + kind + " card takes " + by + " groups (by) and " + figures + " metrics"},
                  card.where);
    return;
  }
  const bool adds = card.kind == CardKind::stacked || card.kind == CardKind::sankey;
  for (const std::string& id : card.metrics) {
    if (!adds || is_additive(*out_->metric(id))) continue;
    findings_.add("card_not_additive",
                  {kind + " 卡片的各部分要能相加，指标 " + in_quotes(id) + " 不是计数或求和",
                   "the parts of a " + kind + " card add up: the metric " + in_quotes(id) + " is no count or sum"},
                  card.where);
  }
  if (card.kind != CardKind::radar) return;
  for (const std::string& id : card.metrics) {
    if (out_->metric(id)->unit == out_->metric(card.metrics.front())->unit) continue;
    findings_.add("card_units",
                  {"雷达图的指标须同一单位，" + in_quotes(id) + " 的单位不同",
                   "the metrics of a radar share one unit: that of " + in_quotes(id) + " is another"},
                  card.where);
  }
}

// A screen answers one question: one card in the middle, five to eight around it.
void CatalogueBuilder::check_screen(const Dashboard& dashboard) {
  const auto n_main = std::count_if(dashboard.cards.begin(), dashboard.cards.end(), [](const Card& card) { return card.main; });
  if (!dashboard.screen || (n_main == 1 && dashboard.cards.size() >= 6 && dashboard.cards.size() <= 9)) return;
  findings_.add("screen_shape", {"大屏要 6 到 9 张卡片，其中一张 main: true", "a screen has 6..9 cards, one of them with main: true"},
                dashboard.where);
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
    check_card_outcome(id, by);
  }
}

// A field that a metric's own filter reads tells apart who counts in it. People's data with a minimum cell is not grouped by it: "how many below 60"
// beside "how many pass" would tell a small cell by a difference (metrics/cube.cpp has no such dimension).
void CatalogueBuilder::check_card_outcome(const std::string& metric, const Text& by) {
  for (const Metric* leaf : leaves(*out_->metric(metric))) {
    const Dataset* dataset = out_->dataset(leaf->dataset);
    if (dataset == nullptr || broken_.contains(dataset->id) || !is_outcome(*dataset, by.text)) continue;
    findings_.add("outcome_group",
                  {"指标 " + in_quotes(metric) + " 不能按 " + in_quotes(by.text) +
                       " 分组：同一数据集的指标用它筛选，而该数据集有最小人数（min_cell），两数相减会暴露少数人",
                   "the metric " + in_quotes(metric) + " cannot be grouped by " + in_quotes(by.text) +
                       ": a metric of the same dataset filters by it, and the dataset has a minimum cell that differences would get round"},
                  by.where);
    return;
  }
}

bool CatalogueBuilder::is_outcome(const Dataset& dataset, std::string_view dimension) const {
  const Dimension* declared = out_->dimension(dimension);
  std::string_view name = dimension;
  if (declared != nullptr)
    if (const auto joined = declared->join.find(dataset.id); joined != declared->join.end()) name = joined->second;
  const size_t field = dataset.field_index(name);
  if (field == dataset.fields.size() || name == dataset.org_field || name == dataset.period_field) return false;
  bool guarded = false, read = false;
  for (const Metric& metric : out_->metrics_) {
    for (const Metric* leaf : leaves(metric)) {
      if (leaf->dataset != dataset.id) continue;
      guarded |= metric.min_cell > 0;
      if (!leaf->filter) continue;
      for (const size_t one : leaf->filter->fields()) read |= one == field;
    }
  }
  return guarded && read;
}

void CatalogueBuilder::resolve_targets() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftTarget& draft : pack.targets) {
      if (!register_id(out_->target_index_, draft.target.id, out_->targets_.size(), "target", draft.target.where)) continue;
      Target target = draft.target;
      target.pack = pack.info.id;
      if (draft.metric && metric_position(draft.metric) < out_->metrics_.size()) target.metric = draft.metric.text;
      if (draft.metric && !target.packs_tagged.empty())
        findings_.add("two_measures", {"metric 与 packs_tagged 只能写一个", "write metric or packs_tagged, not both"}, target.where);
      out_->targets_.push_back(std::move(target));
    }
  }
}

}  // namespace banmo::pack
