// SPDX-License-Identifier: Apache-2.0
// What is to be done with the figures: order, thresholds, change, shares, ranks, runs of years, causes.
#include <algorithm>
#include <array>

#include "ask/composer.h"

namespace banmo::ask {
namespace {

bool is_among(std::u32string_view word) {
  return word == U"里" || word == U"里头" || word == U"里面" || word == U"中" || word == U"当中" || word == U"其中";
}

// 除, 不含: not 没有, of which there is none.
bool leaves_out(const Token& token) {
  return token.word != nullptr && token.word->role == Role::without &&
         (token.word->text.starts_with(U"除") || token.word->text.starts_with(U"不") || token.word->text.ends_with(U"除") ||
          token.word->text == U"撇开") &&
         token.word->text != U"不支持" && token.word->text != U"不具备" && token.word->text != U"不";
}

}  // namespace

// "good" and "bad" by what the metric holds for better.
std::string sign_of(const std::string& order, const pack::Metric& metric) {
  const bool down_is_better = metric.better == "down";
  const bool descending = order == "desc" || (order == "good" && !down_is_better) || (order == "bad" && down_is_better);
  return descending ? "-" : "";
}

std::string change_column(const MetricFrame& metric, bool growth) { return growth && metric.grows() ? "__growth" : "__change"; }

// 学生超过1000人的小学, 哪个幼儿园班额最大: a kind of school stands where the places are named that are asked for.
bool Composer::asks_for_schools() const {
  const auto role_at = [&](size_t i) { return token(i).word == nullptr ? Role::stop : token(i).word->role; };
  bool limited = false;
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    const Role role = role_at(i);
    limited |= role == Role::most || role == Role::compare_op || role == Role::after_op || role == Role::head || role == Role::tail ||
               role == Role::higher || role == Role::without || role == Role::change;
    const bool kind = std::any_of(token(i).terms.begin(), token(i).terms.end(), [&](uint32_t index) {
      const Term& term = lexicon_.term(index);
      return term.kind == TermKind::value && frame_.has_list("school_kind", term.id);
    });
    if (!kind || spent_.contains(i) || slots_.grouped.contains(i)) continue;
    const bool among = i + 1 < slots_.tokens.size() && slots_.top && (token(i + 1).word != nullptr && is_among(token(i + 1).word->text));  // 中职里
    const bool asked = among || (i > 0 && (role_at(i - 1) == Role::which || role_at(i - 1) == Role::which_all));
    const bool last = i + 1 == slots_.tokens.size() || role_at(i + 1) == Role::which_all || role_at(i + 1) == Role::quantity ||
                      (role_at(i + 1) == Role::stop && token(i + 1).terms.empty()) || role_at(i + 1) == Role::which;
    if (asked || (limited && last)) return true;
  }
  return false;
}

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
  if (id.empty() && metric().has_org && asks_for_schools()) id = "school";
  if (id.empty() && metric().has_org)
    id = tree.where.empty() || std::none_of(tree.where.begin(), tree.where.end(), [](const Where& one) { return one.dimension == "district"; })
             ? "district"
             : "school";
  if (id.empty() && !metric().dimensions.empty()) id = metric().dimensions.front().id;
  if (!id.empty()) tree.by.insert(tree.by.begin(), id);
}

// 哪些学校班额大: of which of them it is the most. 市南和市北哪个高 and 分学科看哪些多 stand side by side.
void Composer::order_of_higher() {
  const bool asks = slots_.says(Role::which) || slots_.says(Role::which_all);
  const bool beside = slots_.says(Role::versus) || slots_.says(Role::difference) || slots_.says(Role::average) || slots_.says(Role::whole) ||
                      slots_.says(Role::yoy) || slots_.says(Role::prior) || !slots_.direction.empty();
  if (!slots_.order.empty() || !slots_.says(Role::higher) || !asks || beside || !slots_.having.empty() || slots_.says(Role::group)) return;
  if (slots_.grouped.size() != 1 || out_.tree.by.size() != 1) return;
  // 市南和市北哪个区更大: both are told.
  if (std::any_of(out_.tree.where.begin(), out_.tree.where.end(),
                  [&](const Where& one) { return one.dimension == out_.tree.by.front() && one.values.size() > 1; }))
    return;
  for (const Token& one : slots_.tokens) {
    if (one.word == nullptr || one.word->role != Role::higher) continue;
    const std::u32string_view word = one.word->text;
    if ((word == U"好" || word == U"强" || word == U"差" || word == U"弱") && by_noun_ && metric().metric->better.empty())
      continue;  // no figure says
    slots_.order = word == U"好" || word == U"强" ? "good" : word == U"差" || word == U"弱" ? "bad" : one.word->argument == ">" ? "desc" : "asc";
  }
  if (slots_.says(Role::which)) slots_.top = 1;
}

// 西海岸新区随迁子女占比在全市的排名: the place of one, no ranking of what lies in it.
void Composer::rank_among_all() {
  if (!slots_.says(Role::rank) || slots_.says(Role::rank_of) || slots_.says(Role::most) || slots_.orgs.size() != 1 || slots_.top || fragment_) return;
  const bool of_like = std::any_of(slots_.levels.begin(), slots_.levels.end(), [&](size_t level) {
    return std::any_of(out_.tree.where.begin(), out_.tree.where.end(),
                       [&](const Where& one) { return one.dimension == token(level).word->argument; });
  });
  if (!(slots_.says(Role::whole) && slots_.levels.empty()) && !of_like) return;
  slots_.said.insert(Role::rank_of);
  slots_.order.clear();
}

// 变化最大: the greatest rise is not the greatest fall.
bool Composer::check_moved_most() {
  if (slots_.direction != "any" || !slots_.says(Role::most) || slots_.says(Role::growth) || slots_.says(Role::when) || fragment_) return true;
  return refuse(Refusal::unsupported, "请说出是增加最多还是减少最多", "say whether the greatest rise or the greatest fall is meant");
}

// 使用次数最多的月份
bool Composer::ranks_periods() const {
  return !metric().period.empty() && slots_.says(Role::most) && std::any_of(slots_.dimensions.begin(), slots_.dimensions.end(), [&](size_t i) {
    const std::string id = dimension_of(i);
    return (id == metric().period || id == "school_year") && i > 0 && token(i - 1).word != nullptr && token(i - 1).word->role == Role::most;
  });
}

// The most and the least of it in one sentence.
bool Composer::both_ends() const {
  const auto says = [&](std::string_view one, std::string_view other) {
    return std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [&](const Token& token) {
      return token.word != nullptr && token.word->role == Role::most && (token.word->argument == one || token.word->argument == other);
    });
  };
  return says("desc", "good") && says("asc", "bad");
}

void Composer::add_order() {
  Tree& tree = out_.tree;
  order_of_higher();
  if (slots_.order.empty() || slots_.says(Role::rank_of)) return;
  // 市南市北两区学校前十: the schools in both.
  const auto is_school = [&](size_t i) { return token(i).word->argument == "school" && !spent_.contains(i); };
  const bool grouped_district = std::any_of(slots_.grouped.begin(), slots_.grouped.end(),
                                            [&](size_t i) { return token(i).word != nullptr && token(i).word->argument == "district"; });
  if (tree.by == std::vector<std::string>{"district"} && slots_.orgs.size() > 1 && !grouped_district &&
      std::any_of(slots_.levels.begin(), slots_.levels.end(), is_school))
    tree.by = {"school"};
  const pack::Metric& first = *metric().metric;
  if (slots_.says(Role::when) || ranks_periods()) {
    tree.by = {metric().period};
    tree.time.last = 0;
  } else {
    if (period_series_ && grouped_by(metric().period)) std::erase(tree.by, metric().period);
    need_group();
  }
  if (tree.by.empty()) return;
  const bool moves = !slots_.direction.empty() && !slots_.says(Role::when);
  if (moves) {
    // 增长最快 is by how many per cent, 增加最多 by how many.
    const bool by_number = std::any_of(slots_.tokens.begin(), slots_.tokens.end(), [](const Token& one) {
      return one.word != nullptr && one.word->role == Role::most && (one.word->text == U"最多" || one.word->text == U"最少");
    });
    const std::string column = change_column(metric(), slots_.says(Role::growth) || (metric().counts && !by_number));
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
    tree.limit = both_ends() ? 0 : slots_.says(Role::which_all) ? 5 : 1;
  if (both_ends()) tree.order = "-" + first.id;
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

// What is denied, as a count of nought.
void Composer::add_denied() {
  Tree& tree = out_.tree;
  // 没有万兆接入的学校: the count of it is zero.
  for (const size_t i : slots_.negated) {
    const bool metric_there = std::find(slots_.metrics.begin(), slots_.metrics.end(), i) != slots_.metrics.end();
    const bool noun_there = std::find(slots_.nouns.begin(), slots_.nouns.end(), i) != slots_.nouns.end();
    if (!metric_there && !noun_there) continue;
    // 不含高职的在校生: leaving out is no counting of none.
    if (i == 0 || leaves_out(token(i - 1))) continue;
    // 没按时交作业的有多少人次: of no places.
    const std::vector<std::string> denied = ids_of(i);
    const bool of_places = std::any_of(denied.begin(), denied.end(), [&](const std::string& id) { return frame_.metric(id)->metric->unit == "所"; });
    if (slots_.levels.empty() && !slots_.says(Role::which) && !slots_.says(Role::which_all) && slots_.unit != "所" && !of_places) continue;
    for (const std::string& id : ids_of(i))
      if (std::find(tree.metrics.begin(), tree.metrics.end(), id) != tree.metrics.end()) {
        tree.having.push_back({id, "=", 0, 0, false});
        negation_used_ = true;
        note("只在有数据的机构里找", "looked for among those that have data");
      }
  }
  if (!none_.kinds.empty()) {
    tree.having.push_back({tree.metrics.front(), "=", 0, 0, false});
    negation_used_ = true;
    note("只在有数据的机构里找", "looked for among those that have data");
  }
}

void Composer::add_having() {
  Tree& tree = out_.tree;
  add_denied();
  const bool listed = slots_.says(Role::which_all) || slots_.says(Role::which) || slots_.says(Role::quantity) || ends_with_level();
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
    const bool counted = frame_.metric(having.metric)->metric->unit != "%";
    const bool of_growth = raw.percent && counted && raw.change && !slots_.direction.empty();
    unfit_threshold_ |=
        !raw.whole && ((raw.percent && counted && !of_growth) || (!raw.unit.empty() && raw.unit != frame_.metric(having.metric)->metric->unit));
    if (raw.change && !slots_.direction.empty()) {
      const MetricFrame& of = *frame_.metric(having.metric);
      if (slots_.says(Role::growth) && !of.grows())
        note("“" + of.metric->title.zh + "”是百分比，按变化的百分点比较", "this is in per cent: its change is compared in percentage points");
      having.metric += change_column(of, of_growth || slots_.says(Role::growth));
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
  const bool between_values = slots_.says(Role::versus) && std::any_of(tree.where.begin(), tree.where.end(), [&](const Where& one) {
                                return one.dimension != metric().period && one.values.size() > 1 && grouped_by(one.dimension);
                              });
  const bool moves = !slots_.direction.empty() && !between_values && !tree.against_whole;
  const bool between_periods = std::any_of(tree.where.begin(), tree.where.end(), [&](const Where& one) { return one.dimension == metric().period; });
  if (moves && tree.compare.empty() && period_series_ && !between_periods && slots_.direction != "any" && !tree.time.from.empty() &&
      !tree.time.to.empty() && tree.by.empty()) {
    // 2024到2026年提高了多少: the first beside the last.
    tree.where.push_back({metric().period, {tree.time.from, tree.time.to}});
    tree.time = {tree.time.grain, "", "", 0};
    return;
  }
  if (moves && tree.compare.empty() && !period_series_ && !between_periods && metric().dating != Dating::none) tree.compare = "yoy";
  // 有多少个区市优良率提高了, 提高了的区市有多少 count them; 各区市优良率提高了多少 does not.
  const auto role_at = [&](size_t i) { return i < slots_.tokens.size() && token(i).word != nullptr ? token(i).word->role : Role::stop; };
  const bool counted = std::any_of(slots_.levels.begin(), slots_.levels.end(), [&](size_t i) {
    const bool before = i > 0 && (role_at(i - 1) == Role::quantity || (i > 1 && role_at(i - 1) == Role::measure && role_at(i - 2) == Role::quantity));
    return before || role_at(i + 1) == Role::quantity || (role_at(i + 1) == Role::stop && role_at(i + 2) == Role::quantity);
  });
  const bool lists = slots_.says(Role::which_all) || ends_with_level() || ((counted || slots_.says(Role::which)) && !slots_.levels.empty());
  if ((slots_.direction == "up" || slots_.direction == "down") && lists && slots_.order.empty() && tree.having.empty() && !tree.compare.empty()) {
    tree.having.push_back({tree.metrics.front() + "__change", slots_.direction == "up" ? ">" : "<", 0, 0, false});
    need_group();
    tree.intent = Intent::threshold;
    tree.count = slots_.says(Role::quantity) && !slots_.says(Role::which_all);
  }
}

void Composer::add_streak() {
  Tree& tree = out_.tree;
  // 逐年提高的区市
  const bool each_year = std::any_of(slots_.times.begin(), slots_.times.end(), [&](size_t i) {
    return token(i).time->kind == TimeKind::each && token(i).time->unit != TimeUnit::month && token(i).time->unit != TimeUnit::term;
  });
  if (slots_.streak < 0 && each_year && (slots_.direction == "up" || slots_.direction == "down") && slots_.order.empty() &&
      (slots_.says(Role::which_all) || slots_.says(Role::which) || !slots_.levels.empty()) && !slots_.says(Role::group))
    slots_.streak = 0;
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
    if (token(i).time->kind == TimeKind::last && tree.streak == 0) tree.streak = std::max(token(i).time->n - 1, 1);  // 近三年: two steps
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
  tree.against_whole = false;
  // 主要是男生还是女生带动的: by what both are of.
  if (tree.by.size() == 1 && !is_level(tree.by.front()))
    std::erase_if(tree.where, [&](const Where& one) { return one.dimension == tree.by.front() && one.values.size() > 1; });
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

// 共享申请里涉及个人信息的: a kind of data that what is counted has.
bool Composer::is_counted_kind(size_t value) const {
  if (!has(value, TermKind::value)) return false;
  if (!slots_.metrics.empty()) return true;
  return std::any_of(slots_.nouns.begin(), slots_.nouns.end(), [&](size_t noun) {
    const std::vector<std::string> ids = ids_of(noun);
    return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return meaning_of(value, *frame_.metric(id)).has_value(); });
  });
}

// One by one of the periods, where a trend, a line or several of them are asked for.
void Composer::add_periods() {
  Tree& tree = out_.tree;
  const bool series = period_series_ && !slots_.says(Role::sum) && slots_.order.empty() && slots_.having.empty() && !slots_.says(Role::rank_of);
  // 从九月到现在用了多少次: how many in all.
  const bool total = slots_.says(Role::quantity) && metric().counts && !metric().metric->stock && tree.time.last == 0 && tree.time.grain == "month" &&
                     slots_.direction.empty() && !slots_.says(Role::trend) && !slots_.says(Role::group) &&
                     std::none_of(slots_.times.begin(), slots_.times.end(), [&](size_t i) { return token(i).time->kind == TimeKind::each; });
  if (total && series && tree.by.empty()) return;
  const bool moves = slots_.says(Role::yoy) || slots_.says(Role::prior) || slots_.says(Role::why);
  const bool line = slots_.chart == "line" && tree.by.empty() && slots_.order.empty() && !fragment_;
  if ((slots_.says(Role::trend) && !moves) || series || line || (slots_.says(Role::when) && slots_.order.empty()))
    if (!metric().period.empty() && !grouped_by(metric().period) && tree.by.size() < 4) tree.by.push_back(metric().period);
}

Parsed Composer::run() {
  Tree& tree = out_.tree;
  const bool person =
      std::any_of(slots_.fields.begin(), slots_.fields.end(), [&](size_t i) { return lexicon_.term(token(i).terms.front()).code == "person"; });
  // 个人信息 is also a kind of data that is counted.
  bool personal = person && slots_.metrics.empty();
  for (size_t k = 0; k < slots_.tokens.size(); ++k)
    personal |= token(k).word != nullptr && token(k).word->role == Role::personal && !is_counted_kind(k) &&
                !(token(k).word->text == U"密码" && slots_.says(Role::act));  // 重置密码 is for somebody to do
  // 导出学生名单
  constexpr std::array<std::u32string_view, 6> kLists = {U"学生名单", U"教师名单", U"人员名单", U"学生名字", U"学生叫什么", U"教师叫什么"};
  personal |= std::any_of(kLists.begin(), kLists.end(), [&](std::u32string_view one) { return text_.text.find(one) != std::u32string::npos; });
  if (personal || is_about_person()) {
    refuse_person();
    return std::move(out_);
  }
  if (!check_request() || !choose_metrics() || !check_able()) return std::move(out_);
  add_counted_part();
  take_rate_for_limit();
  for (const std::string& id : tree.metrics)
    if (!viewer_.sees_metric(id)) {
      refuse(Refusal::forbidden_field, "您的角色看不到“" + frame_.metric(id)->metric->title.zh + "”的统计",
             "your role does not see figures of this dataset");
      return std::move(out_);
    }
  // 9月至10月总时长: together.
  if (std::any_of(slots_.metrics.begin(), slots_.metrics.end(),
                  [&](size_t i) { return spent_.contains(i) && said(i).find("总") != std::string::npos; }) &&
      metric().counts)
    slots_.said.insert(Role::sum);
  if (!group_by_briefs() || !check_unknown()) return std::move(out_);
  fragment_ = fragment_ || is_fragment();
  if (!add_values() || !add_orgs() || !add_groups() || !add_times()) return std::move(out_);
  set_beside_whole();
  add_periods();
  if (!check_moved_most()) return std::move(out_);
  rank_among_all();
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
  if (fragment_ && !follow()) return std::move(out_);
  settle_intent(frame_, tree);
  return std::move(out_);
}

}  // namespace banmo::ask
