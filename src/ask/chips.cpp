// SPDX-License-Identifier: Apache-2.0
// What is done with the figures, as parts that a person reads: without them two queries with one metric and one group would look alike.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ask/parser.h"

namespace banmo::ask {
namespace {

std::string number_text(double value) {
  char buffer[32];
  (void)std::snprintf(buffer, sizeof buffer, "%.10g", value);
  return buffer;
}

// "在校生数", "在校生数的变化", by a column.
Message column_title(const Frame& frame, const std::string& column) {
  const std::string metric = base_of(column), suffix = column.substr(metric.size());
  const MetricFrame* of = frame.metric(metric);
  if (of == nullptr) return {column, column};
  const Message title{of->metric->title.zh, of->metric->title.en};
  if (suffix.empty()) return title;
  if (suffix == "__change") return {title.zh + "的变化", "change of " + title.en};
  if (suffix == "__growth") return {title.zh + "的增长率", "growth of " + title.en};
  if (suffix == "__share") return {title.zh + "的占比", "share of " + title.en};
  return {title.zh + "（对比期）", title.en + " (before)"};
}

std::string unit_of(const Frame& frame, const std::string& column) {
  const std::string metric = base_of(column), suffix = column.substr(metric.size());
  if (suffix == "__growth" || suffix == "__share") return "%";
  const MetricFrame* of = frame.metric(metric);
  if (of == nullptr) return {};
  return suffix == "__change" && of->metric->unit == "%" ? "个百分点" : of->metric->unit;
}

Message threshold_text(const Frame& frame, const Having& having) {
  const Message title = column_title(frame, having.metric);
  const std::string unit = unit_of(frame, having.metric);
  if (having.op == "between")
    return {title.zh + "在" + number_text(having.value) + unit + "至" + number_text(having.to) + unit,
            title.en + " from " + number_text(having.value) + " to " + number_text(having.to)};
  const char* zh = having.op == ">" ? "高于" : having.op == ">=" ? "不低于" : having.op == "<" ? "低于" : having.op == "<=" ? "不高于" : "为";
  if (having.op == "!=") zh = "不是";
  return {title.zh + zh + (having.whole ? "整体水平" : number_text(having.value) + unit),
          title.en + " " + having.op + " " + (having.whole ? "the whole's" : number_text(having.value))};
}

}  // namespace

std::vector<Chip> Parser::task_chips(const Tree& tree) const {
  std::vector<Chip> chips;
  const auto add = [&](const char* id, std::string zh, std::string en) { chips.push_back({"task", id, std::move(zh), std::move(en)}); };
  const MetricFrame& first = *frame_.metric(tree.metrics.front());
  std::string member;
  for (const std::string& one : tree.by.empty() ? std::vector<std::string>() : members_of(tree))
    member += (member.empty() ? "" : "、") + value_title(frame_, *tree_, first, tree.by.back(), one);
  if (!tree.compare.empty())
    add("compare", tree.compare == "prior" ? "与上一期比" : "与上年同期比",
        tree.compare == "prior" ? "beside the period before" : "beside a year before");
  if (tree.against_whole) add("whole", "与全市比", "beside the whole city");
  if (tree.intent == Intent::share)
    add("share", member.empty() ? "求占比" : "求“" + member + "”的占比", member.empty() ? "shares" : "share of " + member);
  if (tree.intent == Intent::ratio) add("ratio", "求两者之比", "one divided by the other");
  if (tree.intent == Intent::contribution)
    add("why", tree.direction.empty() ? "分解变化" : tree.direction == "up" ? "分解上升" : "分解下降", "parts of the change");
  if (tree.intent == Intent::streak) {
    const bool up = tree.direction == "up";
    add("streak", "连续" + (tree.streak > 0 ? std::to_string(tree.streak) + "期" : std::string()) + (up ? "上升" : "下降"),
        std::string(up ? "rising" : "falling") + (tree.streak > 0 ? " " + std::to_string(tree.streak) + " periods" : "") + " in a row");
  }
  for (const Having& having : tree.having) {
    Message text = threshold_text(frame_, having);
    add("threshold", std::move(text.zh), std::move(text.en));
  }
  if (!tree.order.empty()) {
    const bool descending = tree.order.starts_with('-');
    const Message title = column_title(frame_, descending ? tree.order.substr(1) : tree.order);
    const std::string most = tree.limit > 0 ? std::to_string(tree.limit) : "";
    const bool of_one = tree.intent == Intent::rank && !member.empty();
    add("order",
        (of_one ? "“" + member + "”的名次：" : std::string()) + title.zh + (descending ? "从高到低" : "从低到高") + (most.empty() ? "" : "前" + most),
        (of_one ? "place of " + member + ": " : std::string()) + title.en + (descending ? " descending" : " ascending") +
            (most.empty() ? "" : ", first " + most));
  }
  if (tree.count) add("count", "数个数", "how many");
  return chips;
}

}  // namespace banmo::ask
