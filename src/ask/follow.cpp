// SPDX-License-Identifier: Apache-2.0
// What a follow-up changes of the question before it.
#include <algorithm>

#include "ask/composer.h"

namespace banmo::ask {
namespace {

// The order of the question before, by the column of a metric that is asked now.
std::string followed_order(const Frame& frame, const Tree& tree) {
  const std::string sign = tree.order.starts_with('-') ? "-" : "", column = tree.order.substr(sign.size());
  std::string metric = base_of(column), suffix = column.substr(metric.size());
  if (std::find(tree.metrics.begin(), tree.metrics.end(), metric) == tree.metrics.end()) metric = tree.metrics.front();
  if (suffix == "__growth") suffix = change_column(*frame.metric(metric), true);
  return sign + metric + suffix;
}

}  // namespace

// A fragment adds to what was asked before: it says so, or names no metric, or names nothing else.
bool Composer::is_fragment() const {
  if (previous_ == nullptr) return false;
  const bool says_so = slots_.says(Role::follow) || slots_.says(Role::swap) || slots_.says(Role::more) || slots_.says(Role::drop);
  const bool asks_anew = slots_.says(Role::quantity) || slots_.says(Role::which) || slots_.says(Role::which_all) || !slots_.grouped.empty();
  const bool bare = slots_.values.empty() && slots_.orgs.empty() && slots_.times.empty() && !slots_.says(Role::whole);
  return (says_so && !(asks_anew && !bare)) || (!asks_anew && bare && text_.text.ends_with(U"呢"));
}

void Composer::follow() {
  const Tree fresh = out_.tree;
  Tree& tree = out_.tree;
  tree = *previous_;
  if (fresh.metrics != previous_->metrics) {
    tree.metrics = slots_.says(Role::more) ? previous_->metrics : fresh.metrics;
    if (slots_.says(Role::more))
      for (const std::string& id : fresh.metrics)
        if (std::find(tree.metrics.begin(), tree.metrics.end(), id) == tree.metrics.end()) tree.metrics.push_back(id);
    if (!tree.order.empty()) tree.order = followed_order(frame_, tree);
    tree.having.clear();
    if (tree.intent == Intent::ratio) tree.intent = Intent::value;
  }
  drop_said();
  const auto forget = [&](const std::string& id) {
    if (std::find(tree.by.begin(), tree.by.end(), id) == tree.by.end()) return;
    std::erase(tree.by, id);
    tree.order.clear();
    tree.limit = 0;
    tree.member.clear();
    tree.having.clear();
    if (tree.intent == Intent::share || tree.intent == Intent::rank || tree.intent == Intent::threshold) tree.intent = Intent::value;
  };
  for (const Where& where : fresh.where) {
    const bool org = is_level(where.dimension);
    std::erase_if(tree.where, [&](const Where& one) { return one.dimension == where.dimension || (org && is_level(one.dimension)); });
    if (where.values.size() == 1 && where.dimension != metric().period) forget(where.dimension);
    if (!tree.member.empty() && !tree.by.empty() && tree.by.back() == where.dimension && where.values.size() == 1)
      tree.member = where.values.front();
    else
      tree.where.push_back(where);
  }
  if (slots_.says(Role::whole)) std::erase_if(tree.where, [&](const Where& one) { return is_level(one.dimension); });
  if (!slots_.times.empty()) {
    const bool fresh_values = std::any_of(fresh.where.begin(), fresh.where.end(), [&](const Where& one) { return one.dimension == metric().period; });
    tree.time = fresh.time;
    if (!fresh_values) std::erase_if(tree.where, [&](const Where& one) { return one.dimension == metric().period; });
    if (!period_series_) std::erase(tree.by, metric().period);
  }
  if (!fresh.by.empty() && !slots_.says(Role::drop)) {
    if (!slots_.says(Role::more) && !slots_.grouped.empty() && fresh.by.front() != metric().period)
      std::erase_if(tree.by, [&](const std::string& id) { return id != metric().period || slots_.says(Role::swap); });
    for (const std::string& id : fresh.by)
      if (!grouped_by(id) && tree.by.size() < 4) tree.by.push_back(id);
  }
  if (!fresh.compare.empty()) tree.compare = fresh.compare;
  if (!fresh.having.empty()) tree.having = fresh.having;
  if (!fresh.order.empty()) {
    tree.order = fresh.order;
    tree.limit = fresh.limit;
  }
  if (slots_.top) tree.limit = *slots_.top;
  if (fresh.intent == Intent::contribution || fresh.intent == Intent::streak || fresh.intent == Intent::share) {
    tree.intent = fresh.intent;
    tree.streak = fresh.streak;
    tree.direction = fresh.direction;
  }
  if (fresh.count) tree.count = true;
  if (!slots_.chart.empty()) tree.chart = slots_.chart;
}

// 不分性别, 去掉市南区: what is named goes out.
void Composer::drop_said() {
  if (!slots_.says(Role::drop)) return;
  Tree& tree = out_.tree;
  std::vector<std::string> named;
  for (const size_t i : slots_.dimensions) named.push_back(dimension_of(i));
  for (const size_t i : slots_.levels) named.emplace_back(token(i).word->argument);
  for (const size_t i : slots_.values)
    if (const auto meaning = meaning_of(i, metric()))
      for (const Where& where : *meaning) named.push_back(where.dimension);
  if (!slots_.orgs.empty()) named.insert(named.end(), {"district", "school"});
  std::erase_if(tree.by, [&](const std::string& id) { return std::find(named.begin(), named.end(), id) != named.end(); });
  std::erase_if(tree.where, [&](const Where& one) { return std::find(named.begin(), named.end(), one.dimension) != named.end(); });
  slots_.times.clear();
}

}  // namespace banmo::ask
