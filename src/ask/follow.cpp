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

// 那市北区排第几, 和全市比呢: of what was read so far the question before is a part.
bool Composer::follow() {
  if (!check_follow()) return false;
  const Tree fresh = out_.tree;
  Tree& tree = out_.tree;
  tree = *previous_;
  if (fresh.metrics != previous_->metrics) {
    tree.metrics = slots_.says(Role::more) ? previous_->metrics : fresh.metrics;
    if (slots_.says(Role::more))
      for (const std::string& id : fresh.metrics)
        if (std::find(tree.metrics.begin(), tree.metrics.end(), id) == tree.metrics.end()) tree.metrics.push_back(id);
    if (!tree.order.empty()) tree.order = followed_order(frame_, tree);
    if (fresh.having.empty() && !follow_thresholds()) return false;
    if (tree.intent == Intent::ratio) tree.intent = Intent::value;
  }
  drop_said();
  for (const Where& where : fresh.where)
    if (!follow_beside(where) && !follow_condition(where)) return false;
  if (is_followed_whole()) {
    tree.against_whole = true;
    std::erase_if(tree.by, [](const std::string& id) { return is_level(id); });
  } else if (slots_.says(Role::whole) && !slots_.says(Role::share) && !slots_.says(Role::rank_of))
    std::erase_if(tree.where, [&](const Where& one) { return is_level(one.dimension); });
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
    // 一年级呢, then 全部年级: by what was fixed to one of its values.
    const bool said_by = fresh.intent != Intent::contribution && (!slots_.dimensions.empty() || !slots_.levels.empty());
    std::erase_if(tree.where, [&](const Where& one) {
      return said_by && one.values.size() == 1 && grouped_by(one.dimension) &&
             std::find(fresh.where.begin(), fresh.where.end(), one) == fresh.where.end() &&
             std::find(fresh.by.begin(), fresh.by.end(), one.dimension) != fresh.by.end();
    });
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
  if (fresh.intent == Intent::contribution) follow_cause(fresh);
  follow_sum();
  if (!slots_.chart.empty()) tree.chart = slots_.chart;
  return follow_asked();
}

// Whether the fragment says anything that this room can do with the question before.
bool Composer::check_follow() {
  const bool names = !slots_.orgs.empty() || !slots_.values.empty() || !slots_.times.empty() || !slots_.metrics.empty() ||
                     !slots_.dimensions.empty() || !slots_.levels.empty() || !slots_.nouns.empty();
  const auto follows = [&](size_t at) {
    return std::any_of(slots_.tokens.begin(), slots_.tokens.end(),
                       [&](const Token& one) { return one.begin <= at && at < one.end && one.word != nullptr && one.word->role == Role::follow; });
  };
  for (const std::u32string_view others : {U"其他", U"其它", U"其余", U"别的", U"另外的"})
    if (const size_t at = text_.text.find(others); at != text_.text.npos && !follows(at))
      return refuse(Refusal::unsupported, "请说出是哪些，例如“市北区呢”“各区市呢”",
                    "say which others are meant, for example one by name, or all of them");
  if (slots_.says(Role::why) && slots_.says(Role::higher) && slots_.direction.empty())
    return refuse(Refusal::unsupported, "只能说明变化的原因，例如“为什么下降”；高低可以问排名或与全市平均相比",
                  "causes are told of a change: ask why it fell, or for its rank or the mean of the city");
  // 谢谢, 对吗: nothing is asked.
  const bool says = std::any_of(slots_.said.begin(), slots_.said.end(), [](Role role) {
    return role != Role::stop && role != Role::chat && role != Role::join && role != Role::filler && role != Role::opinion && role != Role::follow;
  });
  return names || says || !slots_.having.empty() || slots_.top || !slots_.own.empty() || refuse_talk();
}

// 优良率低于60%的区市, then 那合格率呢: the same threshold, as far as it is in the same unit.
bool Composer::follow_thresholds() {
  Tree& tree = out_.tree;
  for (Having& having : tree.having) {
    const std::string base = base_of(having.metric), suffix = having.metric.substr(base.size());
    if (std::find(tree.metrics.begin(), tree.metrics.end(), base) != tree.metrics.end()) continue;
    const MetricFrame *before = frame_.metric(base), *now = frame_.metric(tree.metrics.front());
    if (before == nullptr || now == nullptr || (!having.whole && before->metric->unit != now->metric->unit))
      return refuse(Refusal::unsupported, "“" + (now == nullptr ? base : now->metric->title.zh) + "”要与多少比没有说；请说出数",
                    "with which number this figure is to be compared was not said");
    having.metric = tree.metrics.front() + (suffix == "__growth" ? change_column(*now, true) : suffix);
  }
  return true;
}

// A condition takes the place of what was said of its dimension: of the member of a rank or a share, of a group, of a condition.
bool Composer::follow_condition(const Where& where) {
  Tree& tree = out_.tree;
  const bool org = is_level(where.dimension), one_value = where.values.size() == 1;
  if (!tree.member.empty() && !tree.by.empty() && one_value) {
    if (tree.by.back() == where.dimension) {
      tree.member = where.values.front();
      return true;
    }
    if (org && is_level(tree.by.back()))
      return refuse(Refusal::unsupported, "它与上一个问题里的不是同一类机构；请重新问整句",
                    "this is not of the same kind as before: ask the whole question");
  }
  std::erase_if(tree.where, [&](const Where& one) { return one.dimension == where.dimension || (org && is_level(one.dimension)); });
  tree.where.push_back(where);
  if (!one_value || where.dimension == metric().period || !grouped_by(where.dimension)) return true;
  std::erase(tree.by, where.dimension);
  tree.order.clear();
  tree.limit = 0;
  tree.member.clear();
  tree.having.clear();
  if (tree.intent == Intent::share || tree.intent == Intent::rank || tree.intent == Intent::threshold) tree.intent = Intent::value;
  return true;
}

// 市南区优良率, then 和市北区比谁高: both side by side.
bool Composer::follow_beside(const Where& where) {
  Tree& tree = out_.tree;
  if (!slots_.says(Role::versus) || where.dimension == metric().period || !tree.member.empty() || slots_.says(Role::swap)) return false;
  const auto before = std::find_if(tree.where.begin(), tree.where.end(), [&](const Where& one) { return one.dimension == where.dimension; });
  if (before == tree.where.end()) return false;
  for (const std::string& value : where.values)
    if (std::find(before->values.begin(), before->values.end(), value) == before->values.end()) before->values.push_back(value);
  if (before->values.size() > 1 && !grouped_by(where.dimension) && tree.by.size() < 4) tree.by.push_back(where.dimension);
  return true;
}

// 和全市比呢, 与全市平均相比: beside what was asked about.
bool Composer::is_followed_whole() const {
  const bool beside = slots_.says(Role::versus) || slots_.says(Role::difference) || slots_.says(Role::average) || slots_.says(Role::join);
  return slots_.says(Role::whole) && beside && slots_.orgs.empty() && !slots_.says(Role::share) && !slots_.says(Role::rank_of) &&
         std::any_of(out_.tree.where.begin(), out_.tree.where.end(), [](const Where& one) { return is_level(one.dimension); });
}

// 合计: not one by one any more.
void Composer::follow_sum() {
  Tree& tree = out_.tree;
  if (!slots_.says(Role::sum) || !slots_.grouped.empty()) return;
  tree.by.clear();
  tree.order.clear();
  tree.limit = 0;
  tree.member.clear();
  tree.having.clear();
  tree.intent = Intent::value;
}

// By what the change of what was asked before is split.
void Composer::follow_cause(const Tree& fresh) {
  Tree& tree = out_.tree;
  tree.by = slots_.grouped.empty() ? previous_->by : fresh.by;
  std::erase_if(tree.by, [&](const std::string& id) {
    return std::any_of(tree.where.begin(), tree.where.end(), [&](const Where& one) { return one.dimension == id && one.values.size() == 1; });
  });
  add_why();
}

// 占比呢, 排第几: of what was asked before.
bool Composer::follow_asked() {
  Tree& tree = out_.tree;
  followed_ = true;
  if (slots_.says(Role::share) && tree.intent != Intent::share) {
    const bool of_city = says_of_city();
    std::stable_partition(tree.where.begin(), tree.where.end(), [&](const Where& one) { return is_level(one.dimension) != of_city; });
    add_share();
    if (tree.intent != Intent::share)
      return refuse(Refusal::unsupported, "没有看懂“" + metric().metric->title.zh + "”占什么的比例", "of what it is a share was not understood");
  }
  const bool placed = tree.intent == Intent::rank && !tree.member.empty();  // 市南区排第几, then 市北区排第几
  return placed || add_rank_of();
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
