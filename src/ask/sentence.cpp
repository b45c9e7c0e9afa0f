// SPDX-License-Identifier: Apache-2.0
#include "ask/sentence.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace banmo::ask {
namespace {

using metrics::Cell;
using metrics::Column;
using metrics::ColumnKind;

constexpr size_t kMostNamed = 8;   // members that a sentence names
constexpr size_t kMostSlices = 8;  // of a pie

class Teller {
 public:
  explicit Teller(const Telling& telling) : t_(telling), table_(telling.figures.table), first_(*telling.frame.metric(telling.tree.metrics.front())) {}

  Message tell() const {
    std::string zh, en;
    switch (t_.tree.intent) {
      case Intent::contribution: zh = contribution(); break;
      case Intent::threshold: zh = threshold(); break;
      case Intent::streak: zh = streak(); break;
      case Intent::rank: zh = rank(); break;
      case Intent::share: zh = share(); break;
      case Intent::trend: zh = trend(); break;
      case Intent::compare: zh = table_.rows.size() == 1 && t_.tree.by.empty() ? single() : is_series() ? trend() : several(); break;
      default: zh = table_.rows.size() == 1 && t_.tree.by.empty() ? single() : several(); break;
    }
    en = english();
    return {subject() + zh + behind(), en};
  }

 private:
  const Column& column(size_t c) const { return table_.columns[c]; }
  size_t metric_column(const std::string& id) const { return column_of(table_, id); }
  // Without unit and title where the table has no such column.
  Column named(const std::string& id) const {
    const size_t c = metric_column(id);
    return c < table_.columns.size() ? table_.columns[c] : Column{};
  }
  std::string title() const { return first_.metric->title.zh; }
  std::optional<double> value(const std::vector<Cell>& row, const std::string& id) const {
    const size_t c = metric_column(id);
    return c < row.size() ? number_in(row[c]) : std::nullopt;
  }
  std::string figure(const std::vector<Cell>& row, const std::string& id) const {
    const auto number = value(row, id);
    return number ? figure_text(*number, named(id)) : "（不显示）";
  }

  // "2026—2027学年，市南区（女）"
  std::string subject() const {
    std::string where, filters;
    for (const Where& one : t_.tree.where) {
      if (one.dimension == first_.period) continue;
      std::string values;
      if (const AskedDimension* dimension = first_.dimension(one.dimension); dimension != nullptr && dimension->kind == DimensionKind::whole)
        values = dimension->title;  // 年级1、2
      for (size_t i = 0; i < one.values.size() && i < kMostNamed; ++i)
        values += (i == 0 ? "" : "、") + value_title(t_.frame, t_.orgs, first_, one.dimension, one.values[i]);
      if (one.values.size() > kMostNamed) values += "等";
      (is_level(one.dimension) ? where : filters) += (is_level(one.dimension) ? (where.empty() ? "" : "、") : (filters.empty() ? "" : "，")) + values;
    }
    if (where.empty() && first_.has_org) where = t_.viewer.everything ? "全市" : own();
    const std::string period = period_said();
    return (period.empty() ? "" : period + "，") + where + (filters.empty() ? "" : "（" + filters + "）");
  }
  std::string own() const {
    std::string out;
    for (size_t i = 0; i < t_.viewer.orgs.size() && i < 3; ++i)
      if (const directory::Org* org = t_.orgs.find(t_.viewer.orgs[i])) out += (out.empty() ? "" : "、") + org->title;
    return out;
  }
  std::string period_said() const {
    if (!t_.figures.period.empty()) return period_title(t_.figures.period, t_.figures.grain, first_.dating).zh;
    const auto& time = t_.tree.time;
    if (time.from.empty() && time.to.empty()) return {};
    const std::string from = period_title(time.from, time.grain, first_.dating).zh, to = period_title(time.to, time.grain, first_.dating).zh;
    return from == to ? from : from.empty() ? "截至" + to : to.empty() ? from + "以来" : from + "至" + to;
  }
  std::string behind() const { return t_.figures.table.n > 0 ? "（依据" + std::to_string(t_.figures.table.n) + "条记录）。" : "。"; }

  std::string label(const std::vector<Cell>& row) const {
    std::string out;
    for (size_t c = 0; c < row.size() && column(c).kind == ColumnKind::dimension; ++c) {
      std::string text = text_in(row[c]);
      if (text.empty()) text = "未归属";
      if (column(c).id == first_.period && !first_.period.empty())
        text = period_title(text, t_.tree.time.grain, first_.dating).zh;
      else if (row[c].index() == 1 || column(c).type == "text")
        text = value_title(t_.frame, t_.orgs, first_, column(c).id, text);
      if (const AskedDimension* dimension = first_.dimension(column(c).id); dimension != nullptr && dimension->kind == DimensionKind::whole)
        text = dimension->title + text;
      out += (out.empty() ? "" : "·") + text;
    }
    return out;
  }
  // 市南区60.5%, but 年级1：60.5%.
  std::string labelled(const std::vector<Cell>& row, const std::string& id) const {
    const std::string name = label(row);
    const bool number = !name.empty() && name.back() >= '0' && name.back() <= '9';
    return name + (number ? "：" : "") + figure(row, id);
  }
  std::string labels(size_t most) const {
    std::string out;
    for (size_t r = 0; r < table_.rows.size() && r < most; ++r) out += (r == 0 ? "" : "、") + label(table_.rows[r]);
    return out + (table_.rows.size() > most ? "等" : "");
  }

  std::string moved(const std::vector<Cell>& row, const std::string& id) const {
    const auto change = value(row, id + "__change");
    if (!change) return {};
    const std::string beside = t_.tree.compare == "prior" ? "比上一期" : "比上年同期";
    if (*change == 0) return "，" + beside + "持平";
    const Column of = named(id + "__change");
    std::string out = "，" + beside + (*change > 0 ? "增加" : "减少") + figure_text(std::abs(*change), of);
    if (const auto growth = value(row, id + "__growth")) out += "（" + figure_text(*growth, named(id + "__growth")) + "）";
    return out + "，上期" + figure(row, id + "__" + t_.tree.compare);
  }

  std::string single() const {
    std::string out;
    for (const std::string& id : t_.tree.metrics) {
      const auto& row = table_.rows.front();
      out += (out.empty() ? "" : "；") + t_.frame.metric(id)->metric->title.zh + figure(row, id) + moved(row, id);
    }
    if (t_.tree.intent == Intent::ratio) out += "；两者之比" + figure(table_.rows.front(), "ratio");
    return out;
  }

  std::string several() const {
    const std::string& id = t_.tree.metrics.front();
    std::string out = title() + "：";
    for (size_t r = 0; r < table_.rows.size() && r < kMostNamed; ++r) {
      out += (r == 0 ? "" : "，") + labelled(table_.rows[r], id);
      if (const auto change = value(table_.rows[r], id + "__change"))
        out += "（" + std::string(*change > 0 ? "+" : "") + figure_text(*change, named(id + "__change")) + "）";
    }
    if (table_.rows.size() > kMostNamed) out += "，共" + std::to_string(table_.rows.size()) + "项";
    if (table_.rows.size() == 2) out += difference(id);
    return out;
  }
  std::string difference(const std::string& id) const {
    const auto a = value(table_.rows[0], id), b = value(table_.rows[1], id);
    if (!a || !b) return {};
    Column of = named(id);
    if (of.unit == "%") of.unit = "个百分点";
    if (*a == *b) return "，两者相同";
    return "，" + label(table_.rows[0]) + (*a > *b ? "高" : "低") + figure_text(std::abs(*a - *b), of);
  }

  bool is_series() const { return t_.tree.against_whole && !first_.period.empty() && t_.tree.by == std::vector<std::string>{first_.period}; }
  std::string trend() const {
    const std::string& id = t_.tree.metrics.front();
    if (t_.tree.by.size() > 1 || table_.rows.size() < 2) return several();
    std::string out = title() + "：";
    const size_t begin = table_.rows.size() > kMostNamed ? table_.rows.size() - kMostNamed : 0;
    for (size_t r = begin; r < table_.rows.size(); ++r) {
      out += (r == begin ? "" : "，") + labelled(table_.rows[r], id);
      if (t_.tree.against_whole) out += "（全市" + figure(table_.rows[r], id + "__whole") + "）";
    }
    const auto from = value(table_.rows.front(), id), to = value(table_.rows.back(), id);
    if (!from || !to) return out;
    Column of = named(id);
    const bool percent = of.unit == "%";
    if (percent) of.unit = "个百分点";
    out += std::string("；期间") + (*to >= *from ? "上升" : "下降") + figure_text(std::abs(*to - *from), of);
    if (!percent && *from != 0)
      out += "（" + figure_text((*to - *from) / *from * 100, {.id = {}, .title = {}, .unit = "%", .type = {}, .decimals = 1}) + "）";
    return out;
  }

  std::string rank() const {
    const std::string column_id = t_.tree.order.starts_with('-') ? t_.tree.order.substr(1) : t_.tree.order;
    const bool descending = t_.tree.order.starts_with('-');
    const std::string& id = t_.tree.metrics.front();
    if (!t_.tree.member.empty() && !t_.tree.by.empty()) {
      const std::string who = value_title(t_.frame, t_.orgs, first_, t_.tree.by.back(), t_.tree.member);
      if (!t_.figures.place) return who + "的" + title() + "没有可比的数据";
      const size_t dimension = column_of(table_, t_.tree.by.back());
      std::string own;
      for (const auto& row : table_.rows)
        if (dimension < row.size() && key_in(row[dimension]) == t_.tree.member) own = figure(row, id);
      return who + "的" + title() + own + "，" + (descending ? "从高到低" : "从低到高") + "在" + std::to_string(t_.figures.n_members) + "个中排第" +
             std::to_string(*t_.figures.place);
    }
    if (table_.rows.empty()) return title() + "没有可排名的数据";
    const std::string what = column_id == id ? title() : named(column_id).title;
    std::string out = what + (descending ? "最高的是" : "最低的是");
    for (size_t r = 0; r < table_.rows.size() && r < kMostNamed; ++r)
      out += (r == 0 ? "" : "，其次") + label(table_.rows[r]) + "（" + figure(table_.rows[r], column_id) + "）";
    if (t_.tree.limit == 0 && table_.rows.size() > 1)
      out += std::string("；") + (descending ? "最低的是" : "最高的是") + label(table_.rows.back()) + "（" + figure(table_.rows.back(), column_id) +
             "）";
    return out;
  }

  std::string threshold() const {
    std::string conditions;
    for (const Having& having : t_.tree.having) {
      const size_t c = metric_column(having.metric);
      if (c >= table_.columns.size()) continue;
      std::string limit = having.whole ? (t_.viewer.everything ? "" : own()) + "整体水平" +
                                             (t_.figures.whole ? figure_text(*t_.figures.whole, column(c)) : std::string())
                                       : figure_text(having.value, column(c));
      if (having.op == "between") limit += "至" + figure_text(having.to, column(c));
      const std::string op = having.op == ">"         ? "高于"
                             : having.op == ">="      ? "不低于"
                             : having.op == "<"       ? "低于"
                             : having.op == "<="      ? "不高于"
                             : having.op == "between" ? "在"
                             : having.op == "!="      ? "不是"
                                                      : "为";
      conditions += (conditions.empty() ? "" : "且") + column(c).title + op + limit;
    }
    std::string out = conditions + "的有" + std::to_string(t_.figures.n_passed) + "个（共" + std::to_string(t_.figures.n_members) + "个）";
    if (!table_.rows.empty()) out += "：" + labels(kMostNamed);
    return out;
  }

  std::string streak() const {
    const std::string how = t_.tree.direction == "up" ? "上升" : "下降";
    const std::string n = t_.tree.streak > 0 ? std::to_string(t_.tree.streak) + "期" : "";
    if (t_.tree.by.size() == 1) return title() + (table_.rows.empty() ? "没有连续" : "连续") + n + how;
    std::string out =
        title() + "连续" + n + how + "的有" + std::to_string(t_.figures.n_passed) + "个（共" + std::to_string(t_.figures.n_members) + "个）";
    if (!table_.rows.empty()) out += "：" + labels(kMostNamed);
    return out;
  }

  // 三级及以上的占多少: what they come to together. Empty: one is asked for, or one of them is not shown.
  std::string share_of_several() const {
    const std::vector<std::string> members = members_of(t_.tree);
    const std::string& id = t_.tree.metrics.front();
    const size_t dimension = column_of(table_, t_.tree.by.back()), value = column_of(table_, id), part = column_of(table_, id + "__share");
    if (members.size() < 2 || std::max({dimension, value, part}) >= table_.columns.size()) return {};
    double n = 0, share = 0;
    std::string who;
    for (const auto& row : table_.rows) {
      if (std::find(members.begin(), members.end(), key_in(row[dimension])) == members.end()) continue;
      const auto own = number_in(row[value]), own_share = number_in(row[part]);
      if (!own || !own_share) return {};
      n += *own;
      share += *own_share;
      who += (who.empty() ? "" : "、") + label(row);
    }
    if (who.empty()) return {};
    return who + "的" + title() + "合计" + figure_text(n, named(id)) + "，占" + figure_text(share, named(id + "__share"));
  }

  std::string share() const {
    const std::string id = t_.tree.metrics.front() + "__share";
    if (members_of(t_.tree).size() == 1 && t_.tree.by.size() == 1) {
      const size_t dimension = column_of(table_, t_.tree.by.back());
      for (const auto& row : table_.rows)
        if (dimension < row.size() && key_in(row[dimension]) == t_.tree.member)
          return label(row) + "的" + title() + figure(row, t_.tree.metrics.front()) + "，占" + figure(row, id);
      return value_title(t_.frame, t_.orgs, first_, t_.tree.by.back(), t_.tree.member) + "的" + title() + "为0";
    }
    if (const auto all = t_.tree.by.size() == 1 ? share_of_several() : std::string(); !all.empty()) return all;
    std::string out = title() + (t_.tree.member.empty() ? "的构成：" : "占比：");
    for (size_t r = 0; r < table_.rows.size() && r < kMostNamed; ++r)
      out += (r == 0 ? "" : "，") + label(table_.rows[r]) + "占" + figure(table_.rows[r], id);
    return out;
  }

  std::string contribution() const {
    Column of = named(t_.tree.metrics.front());
    if (of.unit == "%") of.unit = "个百分点";
    const double change = t_.figures.change.value_or(0);
    std::string out = title() + (t_.figures.change_of_visible ? "（可见部分）" : "");
    out += change == 0 ? std::string("持平") : (change > 0 ? "上升" : "下降") + figure_text(std::abs(change), of);
    if (t_.tree.direction == "down" && change > 0) out += "，并没有下降";
    if (t_.tree.direction == "up" && change < 0) out += "，并没有上升";
    const std::string part = t_.tree.metrics.front() + "__contribution";
    std::string most;
    for (size_t r = 0, n = 0; r < table_.rows.size() && n < 3; ++r) {
      if (value(table_.rows[r], part).value_or(0) == 0) continue;
      most += (most.empty() ? "" : "、") + label(table_.rows[r]) + "（" + figure(table_.rows[r], part) + "）";
      ++n;
    }
    if (!most.empty()) out += "；影响最大的是" + most;
    if (std::abs(t_.figures.gone) > 1e-6) out += "；上期有、本期没有数据的合计" + figure_text(t_.figures.gone, of);
    return out;
  }

  std::string english() const {
    std::string out = first_.metric->title.en;
    if (table_.rows.size() == 1 && t_.tree.by.empty()) {
      const auto number = value(table_.rows.front(), t_.tree.metrics.front());
      if (number) out += ": " + figure_text(*number, named(t_.tree.metrics.front()));
    } else {
      out += ": " + std::to_string(table_.rows.size()) + " rows";
    }
    if (!t_.figures.period.empty()) out += " (" + period_title(t_.figures.period, t_.figures.grain, first_.dating).en + ")";
    if (t_.figures.place) out += "; place " + std::to_string(*t_.figures.place) + " of " + std::to_string(t_.figures.n_members);
    return out + "; n = " + std::to_string(t_.figures.table.n) + ".";
  }

  const Telling& t_;
  const metrics::QueryResult& table_;
  const MetricFrame& first_;
};

}  // namespace

std::string figure_text(double value, const Column& column) {
  char buffer[64];
  (void)std::snprintf(buffer, sizeof buffer, "%.*f", std::clamp(column.decimals, 0, 6), value == 0 ? 0.0 : value);
  return buffer + column.unit;
}

Message sentence_of(const Telling& telling) { return Teller(telling).tell(); }

std::string chart_of(const Tree& tree, const Frame& frame, const metrics::QueryResult& table) {
  if (!tree.chart.empty()) return tree.chart;
  const MetricFrame& first = *frame.metric(tree.metrics.front());
  const bool by_period = std::find(tree.by.begin(), tree.by.end(), first.period) != tree.by.end() && !first.period.empty();
  switch (tree.intent) {
    case Intent::rank: return tree.member.empty() ? "rank" : "bar";
    case Intent::share: return tree.by.size() == 1 && table.rows.size() <= kMostSlices ? "pie" : "stacked";
    case Intent::threshold:
    case Intent::streak: return "table";
    case Intent::contribution: return "bar";
    default: break;
  }
  if (tree.by.empty() && table.rows.size() <= 1) return "kpi";
  if (by_period) return tree.by.size() <= 2 ? "line" : "table";
  if (tree.by.size() == 2) return "heat";
  return tree.by.size() <= 1 ? "bar" : "table";
}

}  // namespace banmo::ask
