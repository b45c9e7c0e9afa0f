// SPDX-License-Identifier: Apache-2.0
// What is to be done with the figures: order, thresholds, change, shares, ranks, runs of years, causes.
#include <algorithm>

#include "ask/composer.h"

namespace banmo::ask {
namespace {

// "good" and "bad" by what the metric holds for better.
std::string sign_of(const std::string& order, const pack::Metric& metric) {
  const bool down_is_better = metric.better == "down";
  const bool descending = order == "desc" || (order == "good" && !down_is_better) || (order == "bad" && down_is_better);
  return descending ? "-" : "";
}

// 除, 不含: not 没有, of which there is none.
bool leaves_out(const Token& token) {
  return token.word != nullptr && token.word->role == Role::without &&
         (token.word->text.starts_with(U"除") || token.word->text.starts_with(U"不") || token.word->text.ends_with(U"除") ||
          token.word->text == U"撇开") &&
         token.word->text != U"不支持" && token.word->text != U"不具备";
}

}  // namespace

std::string change_column(const MetricFrame& metric, bool growth) { return growth && metric.grows() ? "__growth" : "__change"; }

// A group that was not marked as one: "优良率最高的学校", "市南区学校排名".
void Composer::need_group() {
  Tree& tree = out_.tree;
  const bool only_periods = std::all_of(tree.by.begin(), tree.by.end(), [&](const std::string& id) { return id == metric().period; });
  if (!only_periods) return;
  std::string id;
  for (const size_t level : slots_.levels)
    if (token(level).word->argument != "city" && !spent_.contains(level)) id = token(level).word->argument;
  if (id.empty() && metric().metric->unit == "所" && !tree.having.empty()) id = "school";
  if (id.empty() && slots_.unit == "所" && !slots_.having.empty()) id = "school";
  if (id.empty() && !slots_.orgs.empty() && slots_.says(Role::which_all)) id = "school";
  // 哪所小学学生最多, 最高的五所小学
  for (size_t i = 1; id.empty() && metric().has_org && i < slots_.tokens.size(); ++i) {
    const Word *before = token(i - 1).word, *counted = token(i).word;
    const bool asked = before != nullptr && (before->role == Role::which || before->role == Role::which_all);
    if (counted != nullptr && counted->role == Role::measure && counted->argument == "所" && (asked || token(i - 1).number)) id = "school";
  }
  if (id.empty() && metric().has_org)
    id = tree.where.empty() || std::none_of(tree.where.begin(), tree.where.end(), [](const Where& one) { return one.dimension == "district"; })
             ? "district"
             : "school";
  if (id.empty() && !metric().dimensions.empty()) id = metric().dimensions.front().id;
  if (!id.empty()) tree.by.insert(tree.by.begin(), id);
}

void Composer::add_order() {
  Tree& tree = out_.tree;
  if (slots_.order.empty() || slots_.says(Role::rank_of)) return;
  const pack::Metric& first = *metric().metric;
  if (slots_.says(Role::when)) {
    tree.by = {metric().period};
    tree.time.last = 0;
  } else {
    if (period_series_ && grouped_by(metric().period)) std::erase(tree.by, metric().period);
    need_group();
  }
  if (tree.by.empty()) return;
  const bool moves = !slots_.direction.empty() && !slots_.says(Role::when);
  if (moves) {
    const std::string column = change_column(metric(), metric().counts || slots_.says(Role::growth));
    const bool most = slots_.order == "desc" || slots_.order == "good" || slots_.order == "bad";
    const bool descending = most == (slots_.direction != "down");
    tree.order = (descending ? "-" : "") + first.id + column;
    if (tree.compare.empty()) tree.compare = slots_.says(Role::prior) ? "prior" : "yoy";
  } else {
    tree.order = sign_of(slots_.order, first) + first.id;
  }
  if (slots_.top)
    tree.limit = *slots_.top;
  else if (slots_.says(Role::most) && !slots_.says(Role::rank))
    tree.limit = slots_.says(Role::which_all) ? 5 : 1;
  tree.intent = Intent::rank;
}

// 优良率和合格率都高于90%: each of those that stand before the threshold.
void Composer::having_of_each() {
  Tree& tree = out_.tree;
  if (slots_.having.size() != 1 || tree.having.size() != 1 || slots_.having.front().metric == std::string::npos) return;
  const Having last = tree.having.front();
  if (base_of(last.metric) != last.metric) return;
  std::vector<Having> all;
  for (const size_t i : slots_.metrics) {
    if (i >= slots_.having.front().metric) break;
    for (const std::string& id : ids_of(i))
      if (id != last.metric && std::find(tree.metrics.begin(), tree.metrics.end(), id) != tree.metrics.end() && all.size() < 3) {
        all.push_back(last);
        all.back().metric = id;
      }
  }
  tree.having.insert(tree.having.begin(), all.begin(), all.end());
}

// 优良率低于50%的学校数: how many schools pass, not their number.
bool Composer::schools_that_pass() {
  Tree& tree = out_.tree;
  if (slots_.having.size() != 1 || slots_.having.front().metric == std::string::npos || !slots_.levels.empty() || tree.metrics.size() < 2)
    return false;
  const std::string last = tree.metrics.back();
  const MetricFrame& of = *frame_.metric(last);
  const bool behind = slots_.metrics.back() > slots_.having.front().metric;
  if (!behind || of.metric->unit != "所" || !of.fixed.empty() || last == tree.having.front().metric) return false;
  tree.metrics.pop_back();
  if (!grouped_by("school")) tree.by.push_back("school");
  return true;
}

void Composer::add_having() {
  Tree& tree = out_.tree;
  // 没有万兆接入的学校: the count of it is zero.
  for (const size_t i : slots_.negated) {
    const bool metric_there = std::find(slots_.metrics.begin(), slots_.metrics.end(), i) != slots_.metrics.end();
    const bool noun_there = std::find(slots_.nouns.begin(), slots_.nouns.end(), i) != slots_.nouns.end();
    if (!metric_there && !noun_there) continue;
    // 不含高职的在校生: leaving out is no counting of none.
    if (i == 0 || leaves_out(token(i - 1))) continue;
    for (const std::string& id : ids_of(i))
      if (std::find(tree.metrics.begin(), tree.metrics.end(), id) != tree.metrics.end()) {
        tree.having.push_back({id, "=", 0, 0, false});
        negation_used_ = true;
        note("只在有数据的机构里找", "looked for among those that have data");
      }
  }
  const bool listed = slots_.says(Role::which_all) || slots_.says(Role::which) || slots_.says(Role::quantity);
  if (const size_t owned = owned_noun(); owned != std::string::npos && listed && slots_.having.empty() && slots_.order.empty() && metric().counts) {
    const std::vector<std::string> ids = ids_of(owned);
    if (std::find(ids.begin(), ids.end(), tree.metrics.front()) != ids.end()) tree.having.push_back({tree.metrics.front(), ">", 0, 0, false});
  }
  for (const RawHaving& raw : slots_.having) {
    Having having{tree.metrics.front(), raw.op, raw.value, raw.to, raw.whole};
    if (raw.metric != std::string::npos)
      for (const std::string& id : ids_of(raw.metric))
        if (std::find(tree.metrics.begin(), tree.metrics.end(), id) != tree.metrics.end()) {
          having.metric = id;
          break;
        }
    if (raw.change && !slots_.direction.empty()) {
      const MetricFrame& of = *frame_.metric(having.metric);
      if (slots_.says(Role::growth) && !of.grows())
        note("“" + of.metric->title.zh + "”是百分比，按变化的百分点比较", "this is in per cent: its change is compared in percentage points");
      having.metric += change_column(of, slots_.says(Role::growth));
      if (tree.compare.empty()) tree.compare = slots_.says(Role::prior) ? "prior" : "yoy";
      if (slots_.direction == "down") {
        having.value = -having.value;
        having.op = having.op == ">" ? "<" : having.op == ">=" ? "<=" : having.op == "<" ? ">" : having.op == "<=" ? ">=" : having.op;
      }
    }
    tree.having.push_back(having);
  }
  having_of_each();
  const bool counted = schools_that_pass();
  if (tree.having.empty()) return;
  if (slots_.says(Role::when) && !metric().period.empty())
    tree.by = {metric().period};
  else
    need_group();
  tree.intent = Intent::threshold;
  tree.count = (counted || slots_.says(Role::quantity) || slots_.says(Role::share)) && !slots_.says(Role::which_all) && !slots_.says(Role::which);
}

// 同比, 环比, 比去年提高多少; 优良率下降了的区市 are those that moved so.
void Composer::add_change() {
  Tree& tree = out_.tree;
  if (slots_.says(Role::streak) || slots_.says(Role::why)) return;
  if (slots_.says(Role::prior))
    tree.compare = "prior";
  else if (slots_.says(Role::yoy))
    tree.compare = "yoy";
  const bool moves = !slots_.direction.empty();
  const bool between_periods = std::any_of(tree.where.begin(), tree.where.end(), [&](const Where& one) { return one.dimension == metric().period; });
  if (moves && tree.compare.empty() && period_series_ && !between_periods && slots_.direction != "any" && !tree.time.from.empty() &&
      !tree.time.to.empty() && tree.by.empty()) {
    // 2024到2026年提高了多少: the first beside the last.
    tree.where.push_back({metric().period, {tree.time.from, tree.time.to}});
    tree.time = {tree.time.grain, "", "", 0};
    return;
  }
  if (moves && tree.compare.empty() && !period_series_ && !between_periods && metric().dating != Dating::none) tree.compare = "yoy";
  const bool lists =
      slots_.says(Role::which_all) || ((slots_.says(Role::quantity) || slots_.says(Role::which)) && !slots_.levels.empty() && slots_.order.empty());
  if ((slots_.direction == "up" || slots_.direction == "down") && lists && slots_.order.empty() && tree.having.empty() && !tree.compare.empty()) {
    tree.having.push_back({tree.metrics.front() + "__change", slots_.direction == "up" ? ">" : "<", 0, 0, false});
    need_group();
    tree.intent = Intent::threshold;
    tree.count = slots_.says(Role::quantity) && !slots_.says(Role::which_all);
  }
}

// 民办学校占比, 市南区占全市多少, 各学段构成
void Composer::add_share() {
  Tree& tree = out_.tree;
  if (!slots_.says(Role::share) || !metric().counts || fragment_) return;
  if (!tree.by.empty() && tree.by != std::vector<std::string>{metric().period}) {
    tree.intent = Intent::share;
    return;
  }
  for (auto where = tree.where.rbegin(); where != tree.where.rend(); ++where) {
    if (where->dimension == metric().period) continue;
    if (where->values.size() > 1) {
      // 公办民办占比: all of them side by side.
      tree.by.push_back(where->dimension);
      if (others(metric(), *where).empty()) tree.where.erase(std::next(where).base());
      tree.intent = Intent::share;
      return;
    }
    tree.member = where->values.front();
    tree.by.push_back(where->dimension);
    tree.where.erase(std::next(where).base());
    tree.intent = Intent::share;
    return;
  }
}

// 市南区排第几: among its like, and the like must be visible.
bool Composer::add_rank_of() {
  Tree& tree = out_.tree;
  if (!slots_.says(Role::rank_of)) return true;
  std::string among;
  for (const char* level : {"school", "district"})
    for (const Where& where : tree.where)
      if (among.empty() && where.dimension == level && where.values.size() == 1) among = level;
  for (const Where& where : tree.where)
    if (among.empty() && where.values.size() == 1 && where.dimension != metric().period) among = where.dimension;
  if (among.empty()) return refuse(Refusal::unsupported, "请说出是哪一个的排名，例如“市南区排第几”", "say whose rank is asked");
  if (!viewer_.everything && is_level(among))
    return refuse(Refusal::forbidden_scope, "排名要看到同类机构的数据，它们不在您的数据范围内",
                  "a rank needs the figures of the others, which are outside of your scope");
  const auto where = std::find_if(tree.where.begin(), tree.where.end(), [&](const Where& one) { return one.dimension == among; });
  tree.member = where->values.front();
  tree.where.erase(where);
  std::erase(tree.by, among);
  if (period_series_) std::erase(tree.by, metric().period);
  tree.by.push_back(among);
  tree.order =
      (slots_.order.empty() ? (metric().metric->better == "down" ? "" : "-") : sign_of(slots_.order, *metric().metric)) + tree.metrics.front();
  tree.intent = Intent::rank;
  return true;
}

void Composer::add_streak() {
  Tree& tree = out_.tree;
  if (slots_.streak < 0 || slots_.direction.empty() || slots_.direction == "any" || metric().dating == Dating::none) return;
  const bool lists = slots_.says(Role::which_all) || slots_.says(Role::which) || !slots_.levels.empty() || slots_.says(Role::quantity);
  std::erase(tree.by, metric().period);
  if (tree.by.empty() && lists && tree.where.empty())
    need_group();
  else if (tree.by.empty() && lists && (slots_.says(Role::which_all) || !slots_.levels.empty()))
    need_group();
  std::erase_if(tree.where, [&](const Where& one) { return one.dimension == metric().period; });
  tree.by.push_back(metric().period);
  tree.compare.clear();
  tree.time = {tree.time.grain, "", "", 0};
  tree.streak = slots_.streak;
  for (const size_t i : slots_.times)
    if (token(i).time->kind == TimeKind::last && tree.streak == 0) tree.streak = token(i).time->n;
  tree.direction = slots_.direction;
  tree.count = slots_.says(Role::quantity) && !slots_.says(Role::which_all);
  tree.order.clear();
  tree.limit = 0;
  tree.intent = Intent::streak;
}

void Composer::add_why() {
  Tree& tree = out_.tree;
  if (!slots_.says(Role::why) || metric().dating == Dating::none) return;
  std::erase(tree.by, metric().period);
  if (tree.by.empty()) {
    const bool in_district = std::any_of(tree.where.begin(), tree.where.end(), [](const Where& one) { return one.dimension == "district"; });
    const bool in_school = std::any_of(tree.where.begin(), tree.where.end(), [](const Where& one) { return one.dimension == "school"; });
    if (metric().has_org && !in_school)
      tree.by = {in_district ? "school" : "district"};
    else if (!metric().dimensions.empty())
      tree.by = {metric().dimensions.front().id};
  }
  if (tree.by.empty()) return;
  tree.by.resize(1);
  tree.metrics.resize(1);
  tree.compare = slots_.says(Role::prior) ? "prior" : "yoy";
  tree.direction = slots_.direction == "any" ? "" : slots_.direction;
  tree.having.clear();
  tree.order.clear();
  tree.limit = 0;
  if (period_series_) tree.time = {tree.time.grain, "", "", 0};
  tree.intent = Intent::contribution;
}

void Composer::add_chart() {
  if (!slots_.chart.empty()) out_.tree.chart = slots_.chart;
}

void settle_intent(const Frame& frame, Tree& tree) {
  const MetricFrame& metric = *frame.metric(tree.metrics.front());
  const bool kept =
      tree.intent == Intent::contribution || tree.intent == Intent::streak || tree.intent == Intent::ratio || tree.intent == Intent::share;
  if (kept) return;
  const bool by_period = !metric.period.empty() && std::find(tree.by.begin(), tree.by.end(), metric.period) != tree.by.end();
  const bool side_by_side = std::any_of(tree.where.begin(), tree.where.end(), [&](const Where& one) {
    return one.values.size() > 1 && std::find(tree.by.begin(), tree.by.end(), one.dimension) != tree.by.end();
  });
  if (!tree.having.empty())
    tree.intent = Intent::threshold;
  else if (!tree.member.empty() || !tree.order.empty())
    tree.intent = Intent::rank;
  else if (side_by_side || tree.against_whole)
    tree.intent = Intent::compare;
  else if (by_period)
    tree.intent = Intent::trend;
  else if (!tree.compare.empty())
    tree.intent = Intent::compare;
  else
    tree.intent = tree.by.size() >= 2 ? Intent::cross : tree.by.empty() ? Intent::value : Intent::compare;
}

Parsed Composer::run() {
  Tree& tree = out_.tree;
  const bool person =
      std::any_of(slots_.fields.begin(), slots_.fields.end(), [&](size_t i) { return lexicon_.term(token(i).terms.front()).code == "person"; });
  // 个人信息 is also a kind of data that is counted.
  bool personal = person && slots_.metrics.empty();
  for (size_t k = 0; k < slots_.tokens.size(); ++k)
    personal |= token(k).word != nullptr && token(k).word->role == Role::personal && !(has(k, TermKind::value) && !slots_.metrics.empty());
  if (personal) {
    refuse(Refusal::forbidden_field, "这里只回答统计数字，不提供个人信息", "figures are answered here, never data about a person");
    return std::move(out_);
  }
  if (!choose_metrics()) return std::move(out_);
  for (const std::string& id : tree.metrics)
    if (!viewer_.sees_metric(id)) {
      refuse(Refusal::forbidden_field, "您的角色看不到“" + frame_.metric(id)->metric->title.zh + "”的统计",
             "your role does not see figures of this dataset");
      return std::move(out_);
    }
  if (!check_unknown()) return std::move(out_);
  fragment_ = fragment_ || is_fragment();
  if (!add_values() || !add_orgs() || !add_groups() || !add_times()) return std::move(out_);
  // 西海岸新区优良率比全市平均高吗: beside the whole; no list of those that are above it.
  const bool lists = slots_.says(Role::which) || slots_.says(Role::which_all) || slots_.says(Role::quantity) || !slots_.levels.empty() ||
                     !slots_.grouped.empty() || slots_.orgs.empty();
  if (!lists && slots_.having.size() == 1 && slots_.having.front().whole) {
    slots_.having.clear();
    slots_.said.insert({Role::whole, Role::versus});
  }
  const bool against =
      slots_.says(Role::whole) && !slots_.orgs.empty() && slots_.having.empty() && !slots_.says(Role::share) && !slots_.says(Role::rank_of);
  if (against && (slots_.says(Role::versus) || slots_.says(Role::difference) || slots_.says(Role::average) || slots_.says(Role::join))) {
    tree.against_whole = true;
    std::erase(tree.by, "district");
    std::erase(tree.by, "school");
  }
  const bool series = period_series_ && !slots_.says(Role::sum) && slots_.order.empty() && slots_.having.empty() && !slots_.says(Role::rank_of);
  const bool moves = slots_.says(Role::yoy) || slots_.says(Role::prior) || slots_.says(Role::why);
  if ((slots_.says(Role::trend) && !moves) || series || (slots_.says(Role::when) && slots_.order.empty()))
    if (!metric().period.empty() && !grouped_by(metric().period) && tree.by.size() < 4) tree.by.push_back(metric().period);
  add_having();
  add_order();
  add_change();
  if (!add_rank_of()) return std::move(out_);
  add_share();
  add_streak();
  add_why();
  add_chart();
  if (slots_.says(Role::trend) && metric().period.empty() && slots_.having.empty()) {
    refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”是现状登记，没有历年数据", "this metric has no time");
    return std::move(out_);
  }
  if (!check_used()) return std::move(out_);
  if (fragment_) follow();
  settle_intent(frame_, tree);
  return std::move(out_);
}

// What was said in part only would be answered as another question.
bool Composer::check_parts() {
  if (slots_.top && slots_.says(Role::whole) && !slots_.orgs.empty() && out_.tree.member.empty())
    return refuse(Refusal::unsupported, "不能先在全市排名、再数其中的机构；请分开问",
                  "a rank in the whole city and a count within it are two questions");
  for (const size_t i : slots_.negated) {
    // 没有民办学校的区市: those without any have no figure to be found by.
    const auto level = [&](size_t k) { return k < slots_.tokens.size() && token(k).word != nullptr && token(k).word->role == Role::level; };
    if (has(i, TermKind::value) && level(i + 1) && level(i + 2))
      return refuse(Refusal::unsupported, "不能列出“没有”某一类的机构；可以按该类别统计数量",
                    "places that have none of a kind cannot be listed: count that kind");
  }
  const bool beside = slots_.says(Role::versus) || slots_.says(Role::yoy) || slots_.says(Role::prior) || slots_.says(Role::difference) ||
                      slots_.says(Role::whole) || slots_.says(Role::average) || slots_.says(Role::which);
  if (slots_.says(Role::after_op) || (slots_.says(Role::higher) && !beside))
    return refuse(Refusal::unsupported, "没有看懂“以上”“以下”“高”“低”是与什么比；请说出数", "say with which number it is to be compared");
  bool most = false, least = false;
  for (const Token& one : slots_.tokens) {
    if (one.word == nullptr || one.word->role != Role::most) continue;
    most |= one.word->argument == "desc";
    least |= one.word->argument == "asc";
  }
  if (most && least) return refuse(Refusal::unsupported, "最高和最低请分开问", "ask for the most and for the least one after the other");
  const bool shares = out_.tree.intent == Intent::share || out_.tree.intent == Intent::ratio || !out_.tree.having.empty();
  if (slots_.says(Role::share) && metric().counts && !shares)
    return refuse(Refusal::unsupported, "没有看懂“" + metric().metric->title.zh + "”占什么的比例", "of what it is a share was not understood");
  return true;
}

// Words that change the meaning of the whole and that no step could use: an answer without them would be to another question.
bool Composer::check_used() {
  if (fragment_) return true;
  if (!check_parts()) return false;
  if (slots_.says(Role::without) && !negation_used_)
    return refuse(Refusal::unsupported, "没有看懂要排除什么", "what is to be left out was not understood");
  const bool groups = std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) {
    return one.word != nullptr && one.word->role == Role::group && (one.word->text.starts_with(U"各") || one.word->text.starts_with(U"按"));
  });
  if (groups && out_.tree.by.empty())
    return refuse(Refusal::unsupported, "没有看懂要按什么分；请说出维度的名称，例如“各区市”“按学段”",
                  "by what it is to be grouped was not understood: name a dimension");
  const bool beside_whole =
      out_.tree.against_whole || std::any_of(slots_.having.begin(), slots_.having.end(), [](const RawHaving& one) { return one.whole; });
  if ((slots_.says(Role::per) || slots_.says(Role::average)) && metric().counts && out_.tree.intent != Intent::ratio && !beside_whole)
    return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”是总数，没有这样的平均数；可以问生均、校均的指标",
                  "this is a total, of which there is no such mean");
  return true;
}

}  // namespace banmo::ask
