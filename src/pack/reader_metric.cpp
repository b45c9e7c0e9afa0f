// SPDX-License-Identifier: Apache-2.0
// Metrics, dimensions, dashboards and targets.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

constexpr std::array<std::string_view, 6> kAggregates{"count", "count_distinct", "sum", "avg", "min", "max"};
constexpr std::array<std::string_view, 2> kDirections{"up", "down"};
constexpr std::array<std::string_view, 12> kCardKinds{"kpi",   "line",    "bar", "rank",    "heat",  "map",
                                                      "table", "stacked", "box", "scatter", "radar", "sankey"};
constexpr std::array<std::string_view, 2> kComparisons{"prior", "yoy"};
constexpr std::array<std::string_view, 3> kTargetComparisons{">=", "<=", "="};

// "> 0.95"
void read_warn(DraftMetric& out, const yaml::Node& value, Findings& findings) {
  read_into(value, out.metric.warn, findings);
  std::string_view rest = out.metric.warn;
  const bool compares = rest.starts_with('<') || rest.starts_with('>');
  if (compares) rest.remove_prefix(1);
  if (compares && rest.starts_with('=')) rest.remove_prefix(1);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest.starts_with('-')) rest.remove_prefix(1);
  const bool number =
      !rest.empty() && rest.find_first_not_of("0123456789.") == std::string_view::npos && rest.find('.') == rest.rfind('.') && rest != ".";
  if (!compares || !number) {
    findings.add("bad_warn", {"预警须写作比较符和数，如 \"> 0.95\"", "warn must be a comparison and a number, such as \"> 0.95\""}, value.where());
  }
}

constexpr std::array<Key<DraftMetric>, 18> kMetricKeys{{
    {"id", [](DraftMetric& out, const yaml::Node& value, Findings& findings) { read_id(value, out.metric.id, findings); }, true},
    {"title", [](DraftMetric& out, const yaml::Node& value, Findings& findings) { read_into(value, out.metric.title.zh, findings); }, true},
    {"title_en", [](DraftMetric& out, const yaml::Node& value, Findings& findings) { read_into(value, out.metric.title.en, findings); }},
    {"agg",
     [](DraftMetric& out, const yaml::Node& value, Findings& findings) {
       if (const auto aggregate = read_word(value, "agg", kAggregates, findings)) out.metric.aggregate = static_cast<Aggregate>(*aggregate);
       out.aggregate = {value.scalar(), value.where()};
     }},
    {"of", member<&DraftMetric::of>},
    {"expr", member<&DraftMetric::expression>},
    {"where", member<&DraftMetric::filter>},
    {"stock", [](DraftMetric& out, const yaml::Node& value, Findings& findings) { read_into(value, out.metric.stock, findings); }},
    {"ratio", member<&DraftMetric::ratio>},
    {"derived", member<&DraftMetric::derived>},
    {"scale",
     [](DraftMetric& out, const yaml::Node& value, Findings& findings) {
       read_into(value, out.metric.scale, findings);
       out.has_scale = true;
     }},
    {"unit", [](DraftMetric& out, const yaml::Node& value, Findings& findings) { read_into(value, out.metric.unit, findings); }},
    {"decimals",
     [](DraftMetric& out, const yaml::Node& value, Findings& findings) {
       read_into(value, out.metric.decimals, findings);
       if (out.metric.decimals < 0 || out.metric.decimals > 6)
         findings.add("bad_scale", {"小数位数须在 0 到 6 之间", "decimals must be 0..6"}, value.where());
     }},
    {"better",
     [](DraftMetric& out, const yaml::Node& value, Findings& findings) {
       if (const auto direction = read_word(value, "better", kDirections, findings)) out.metric.better = kDirections[*direction];
     }},
    {"syn", [](DraftMetric& out, const yaml::Node& value, Findings& findings) { read_into(value, out.metric.synonyms, findings); }},
    {"min_cell",
     [](DraftMetric& out, const yaml::Node& value, Findings& findings) {
       read_into(value, out.metric.min_cell, findings);
       if (out.metric.min_cell < 0) findings.add("bad_min_cell", {"min_cell 不能为负", "min_cell must not be negative"}, value.where());
     }},
    {"warn", read_warn},
    {"definition", [](DraftMetric& out, const yaml::Node& value, Findings& findings) { read_into(value, out.metric.definition, findings); }, true},
}};

constexpr std::array<Key<DraftDimension>, 5> kDimensionKeys{{
    {"title", [](DraftDimension& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dimension.title.zh, findings); }},
    {"title_en", [](DraftDimension& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dimension.title.en, findings); }},
    {"rollup", member<&DraftDimension::rollup>},
    {"syn", [](DraftDimension& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dimension.synonyms, findings); }},
    {"join",
     [](DraftDimension& out, const yaml::Node& value, Findings& findings) {
       if (!require_map(value, "join", findings)) return;
       for (const auto& [dataset, field] : value.members()) {
         auto& join = out.join.emplace_back();
         read_into(dataset, join.first, findings);
         read_into(field, join.second, findings);
       }
     }},
}};

template <CardKind kind>
void read_card_metrics(DraftCard& out, const yaml::Node& value, Findings& findings) {
  if (!out.metrics.empty()) {
    findings.add("card_shape", {"一张卡片只能有一种图形", "a card has one kind only"}, value.where());
    return;
  }
  out.card.kind = kind;
  read_into(value, out.metrics, findings);
}

constexpr std::array<Key<DraftCard>, 20> kCardKeys{{
    {"kpi", read_card_metrics<CardKind::kpi>},
    {"line", read_card_metrics<CardKind::line>},
    {"bar", read_card_metrics<CardKind::bar>},
    {"rank", read_card_metrics<CardKind::rank>},
    {"heat", read_card_metrics<CardKind::heat>},
    {"map", read_card_metrics<CardKind::map>},
    {"table", read_card_metrics<CardKind::table>},
    {"stacked", read_card_metrics<CardKind::stacked>},
    {"box", read_card_metrics<CardKind::box>},
    {"scatter", read_card_metrics<CardKind::scatter>},
    {"radar", read_card_metrics<CardKind::radar>},
    {"sankey", read_card_metrics<CardKind::sankey>},
    {"id", [](DraftCard& out, const yaml::Node& value, Findings& findings) { read_id(value, out.card.id, findings); }},
    {"title", [](DraftCard& out, const yaml::Node& value, Findings& findings) { read_into(value, out.card.title.zh, findings); }},
    {"title_en", [](DraftCard& out, const yaml::Node& value, Findings& findings) { read_into(value, out.card.title.en, findings); }},
    {"by", member<&DraftCard::by>},
    {"compare",
     [](DraftCard& out, const yaml::Node& value, Findings& findings) {
       if (const auto word = read_word(value, "compare", kComparisons, findings)) out.card.compare = kComparisons[*word];
     }},
    {"top", [](DraftCard& out, const yaml::Node& value, Findings& findings) { read_into(value, out.card.top, findings); }},
    {"drill", member<&DraftCard::drill>},
    {"main", [](DraftCard& out, const yaml::Node& value, Findings& findings) { read_into(value, out.card.main, findings); }},
}};

constexpr std::array<Key<DraftDashboard>, 1> kAudienceKeys{{{"roles", member<&DraftDashboard::roles>, true}}};

constexpr std::array<Key<DraftDashboard>, 9> kDashboardKeys{{
    {"id", [](DraftDashboard& out, const yaml::Node& value, Findings& findings) { read_id(value, out.dashboard.id, findings); }, true},
    {"title", [](DraftDashboard& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dashboard.title.zh, findings); }, true},
    {"title_en", [](DraftDashboard& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dashboard.title.en, findings); }},
    {"audience", [](DraftDashboard& out, const yaml::Node& value,
                    Findings& findings) { read_map<DraftDashboard>(value, "audience", kAudienceKeys, out, findings); }},
    {"screen", [](DraftDashboard& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dashboard.screen, findings); }},
    {"org_page", member<&DraftDashboard::org_page>},
    {"filters", member<&DraftDashboard::filters>},
    {"defaults",
     [](DraftDashboard& out, const yaml::Node& value, Findings& findings) {
       if (!require_map(value, "defaults", findings)) return;
       for (const auto& [filter, word] : value.members()) {
         auto& entry = out.defaults.emplace_back();
         read_into(filter, entry.first, findings);
         read_into(word, entry.second, findings);
       }
     }},
    {"cards",
     [](DraftDashboard& out, const yaml::Node& value, Findings& findings) {
       if (!require_sequence(value, "cards", findings)) return;
       for (const yaml::Node& item : value.items()) {
         DraftCard& card = out.cards.emplace_back();
         card.card.where = item.where();
         read_map<DraftCard>(item, "card", kCardKeys, card, findings);
         if (!card.metrics.empty()) continue;
         findings.add("card_shape",
                      {"卡片须写明图形和指标，如 {kpi: [fit_n]}，图形：" + join(kCardKinds),
                       "a card names its kind and metrics, such as {kpi: [fit_n]}; kinds: " + join(kCardKinds)},
                      item.where());
       }
     },
     true},
}};

void read_values(DraftTarget& out, const yaml::Node& node, Findings& findings) {
  if (!require_map(node, "value", findings)) return;
  for (const auto& [key, value] : node.members()) {
    int year = 0;
    double number = 0;
    read_into(key, year, findings);
    read_into(value, number, findings);
    if (year < 2000 || year > 2100)
      findings.add("bad_year", {"目标值的年份须在 2000 到 2100 之间", "the year of a value must be 2000..2100"}, key.where());
    out.target.values.emplace(year, number);
  }
  if (out.target.values.empty()) findings.add("no_values", {"目标没有任何年度值", "the target has no yearly value"}, node.where());
}

constexpr std::array<Key<DraftTarget>, 11> kTargetKeys{{
    {"id", [](DraftTarget& out, const yaml::Node& value, Findings& findings) { read_id(value, out.target.id, findings); }, true},
    {"plan", [](DraftTarget& out, const yaml::Node& value, Findings& findings) { read_into(value, out.target.plan, findings); }, true},
    {"section", [](DraftTarget& out, const yaml::Node& value, Findings& findings) { read_into(value, out.target.section, findings); }, true},
    {"item", [](DraftTarget& out, const yaml::Node& value, Findings& findings) { read_into(value, out.target.item, findings); }, true},
    {"measure", [](DraftTarget& out, const yaml::Node& value, Findings& findings) { read_into(value, out.target.measure, findings); }, true},
    {"unit", [](DraftTarget& out, const yaml::Node& value, Findings& findings) { read_into(value, out.target.unit, findings); }, true},
    {"responsible", [](DraftTarget& out, const yaml::Node& value, Findings& findings) { read_into(value, out.target.responsible, findings); }, true},
    {"op",
     [](DraftTarget& out, const yaml::Node& value, Findings& findings) {
       if (const auto word = read_word(value, "op", kTargetComparisons, findings)) out.target.comparison = kTargetComparisons[*word];
     }},
    {"metric", member<&DraftTarget::metric>},
    {"packs_tagged", [](DraftTarget& out, const yaml::Node& value, Findings& findings) { read_into(value, out.target.packs_tagged, findings); }},
    {"value", read_values, true},
}};

}  // namespace

DraftMetric read_metric(const yaml::Node& node, const Source& source, Findings& findings) {
  DraftMetric out;
  out.metric.where = node.where();
  read_map<DraftMetric>(node, "metric", kMetricKeys, out, findings);
  out.expression = exact_text(out.expression, source);
  out.filter = exact_text(out.filter, source);
  out.derived = exact_text(out.derived, source);
  return out;
}

DraftDimension read_dimension(const yaml::Node& key, const yaml::Node& node, Findings& findings) {
  DraftDimension out;
  out.dimension.where = key.where();
  read_id(key, out.dimension.id, findings);
  if (!node.is_null()) read_map<DraftDimension>(node, "dimension", kDimensionKeys, out, findings);
  return out;
}

DraftDashboard read_dashboard(const yaml::Node& node, Findings& findings) {
  DraftDashboard out;
  out.dashboard.where = node.where();
  read_map<DraftDashboard>(node, "dashboard", kDashboardKeys, out, findings);
  return out;
}

DraftTarget read_target(const yaml::Node& node, Findings& findings) {
  DraftTarget out;
  out.target.where = node.where();
  read_map<DraftTarget>(node, "target", kTargetKeys, out, findings);
  return out;
}

}  // namespace banmo::pack
