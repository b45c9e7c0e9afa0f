// SPDX-License-Identifier: Apache-2.0
// Which metrics are meant: those that are named; of several with one name those that have the dimensions asked for; else what the nouns count.
#include <algorithm>
#include <array>
#include <tuple>

#include "ask/composer.h"
#include "base/text_han.h"

namespace banmo::ask {

std::string Composer::said(size_t i) const {
  return text::utf8_of(std::u32string_view(text_.text).substr(token(i).begin, token(i).end - token(i).begin));
}

bool Composer::has(size_t i, TermKind kind) const {
  return std::any_of(token(i).terms.begin(), token(i).terms.end(), [&](uint32_t index) { return lexicon_.term(index).kind == kind; });
}

bool Composer::refuse(Refusal refusal, std::string zh, std::string en) {
  out_.refusal = refusal;
  out_.why = {std::move(zh), std::move(en)};
  return false;
}

std::vector<Composer::Candidate> Composer::candidates(size_t token_index, bool nouns, bool of_share) const {
  std::vector<Candidate> found;
  for (const uint32_t index : token(token_index).terms) {
    const Term& term = lexicon_.term(index);
    if (term.kind == TermKind::noun && (!nouns || (term.code == "share") != of_share)) continue;
    if (term.kind != TermKind::metric && term.kind != TermKind::noun) continue;
    const auto there = std::find_if(found.begin(), found.end(), [&](const Candidate& one) { return one.id == term.id; });
    if (there == found.end())
      found.push_back({term.id, term.penalty, true});
    else
      there->penalty = std::min(there->penalty, term.penalty);
  }
  if (has(token_index, TermKind::metric)) add_headed(token_index, found);
  for (size_t i = 0, n = found.size(); i < n; ++i)
    for (const std::string& sibling : lexicon_.siblings(found[i].id))
      if (std::none_of(found.begin(), found.end(), [&](const Candidate& one) { return one.id == sibling; })) found.push_back({sibling, 3, false});
  std::erase_if(found, [&](const Candidate& one) { return frame_.metric(one.id) == nullptr; });
  return found;
}

// 教学类系统，IPv6支持率谁高: what a name begins with may stand elsewhere in the question.
void Composer::add_headed(size_t token_index, std::vector<Candidate>& found) const {
  const std::u32string_view text = text_.text;
  const std::u32string_view name = text.substr(token(token_index).begin, token(token_index).end - token(token_index).begin);
  if (name.size() < 2 || name == U"学生数" || name == U"教师数") return;
  for (const uint32_t index : lexicon_.metrics_containing(name)) {
    const std::u32string& whole = lexicon_.name(index);
    if (!whole.ends_with(name) || whole.size() < name.size() + 2) continue;
    const std::u32string head = whole.substr(0, whole.size() - name.size());
    const size_t at = text.find(head);
    if (at == text.npos || std::any_of(slots_.values.begin(), slots_.values.end(), [&](size_t i) { return token(i).begin == at; })) continue;
    const auto there = std::find_if(found.begin(), found.end(), [&](const Candidate& one) { return one.id == lexicon_.term(index).id; });
    if (there == found.end())
      found.push_back({lexicon_.term(index).id, -1, true});
    else
      there->penalty = -1;
  }
}

// 同步课堂: of the pack whose metrics begin so.
bool Composer::is_topic_of(size_t i, const MetricFrame& metric) const {
  return std::any_of(token(i).terms.begin(), token(i).terms.end(), [&](uint32_t index) {
    const Term& term = lexicon_.term(index);
    return term.kind == TermKind::topic && term.id == metric.metric->pack;
  });
}

std::vector<std::string> Composer::ids_of(size_t token_index) const {
  std::vector<std::string> ids;
  for (const Candidate& one : candidates(token_index, true)) ids.push_back(one.id);
  return ids;
}

// How much of what was said this metric cannot take.
int Composer::n_unsupported(const std::string& id) const {
  const MetricFrame& metric = *frame_.metric(id);
  int n = 0;
  for (const size_t value : slots_.values) {
    const auto meaning = meaning_of(value, metric);
    bool redundant = false;
    n += meaning && std::all_of(meaning->begin(), meaning->end(), [&](const Where& one) { return fits_filter(metric, one, redundant); }) ? 0 : 1;
  }
  for (const size_t dimension : slots_.dimensions) {
    const std::string asked = dimension_of(dimension);
    n += asked == "school_year" || metric.period == asked || metric.dimension(asked) != nullptr ? 0 : 1;
  }
  if (!metric.has_org) n += static_cast<int>(slots_.orgs.size() + slots_.levels.size());
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    if (!is_marker(i)) continue;
    const Brief brief = brief_behind(i);
    const bool unknown = brief.begin < brief.end && !token(brief.begin).known();
    n += unknown && dimensions_short_for(brief.text, metric).size() != 1 ? 1 : 0;
  }
  for (const size_t topic : slots_.topics) n += is_topic_of(topic, metric) ? 0 : 1;
  return n;
}

bool Composer::choose_one(size_t token_index, std::string& id) {
  std::vector<Candidate> all = candidates(token_index, true);
  const auto rank = [&](const Candidate& one) { return std::tuple(n_unsupported(one.id), viewer_.sees_metric(one.id) ? 0 : 1, one.penalty); };
  std::stable_sort(all.begin(), all.end(), [&](const Candidate& a, const Candidate& b) { return rank(a) < rank(b); });
  if (all.empty()) return refuse(Refusal::unknown_metric, "没有“" + said(token_index) + "”这个指标", "there is no such metric");
  id = all.front().id;
  if (!viewer_.sees_metric(id))
    return refuse(Refusal::forbidden_field, "您的角色看不到“" + frame_.metric(id)->metric->title.zh + "”的统计",
                  "your role does not see figures of this dataset");
  std::vector<Candidate> equal;
  for (const Candidate& one : all)
    if (one.direct && rank(one) == rank(all.front())) equal.push_back(one);
  if (equal.size() > 1 && all.front().direct) {
    for (const Candidate& one : equal) out_.alternatives.push_back({frame_.metric(one.id)->metric->title.zh, {}});
    return refuse(Refusal::ambiguous, "“" + said(token_index) + "”可以指几个指标，请选一个", "this may mean several metrics: choose one");
  }
  for (const Candidate& one : all)
    if (one.id != id && viewer_.sees_metric(one.id) && rank(one) > rank(all.front()) && out_.alternatives.size() < 3)
      out_.alternatives.push_back({frame_.metric(one.id)->metric->title.zh, {}});
  return true;
}

// 随迁子女在校生数: what is a metric's name and also a value of the metric right behind it filters that one.
void Composer::values_before_metrics() {
  for (size_t k = 0; k + 1 < slots_.metrics.size(); ++k) {
    const size_t i = slots_.metrics[k], next = slots_.metrics[k + 1];
    const bool is_value = has(i, TermKind::value) || has(i, TermKind::flag) || has(i, TermKind::words);
    if (next != i + 1 || !is_value) continue;
    const std::vector<Candidate> all = candidates(next, false);
    if (std::none_of(all.begin(), all.end(), [&](const Candidate& one) { return meaning_of(i, *frame_.metric(one.id)).has_value(); })) continue;
    slots_.values.push_back(i);
    slots_.metrics.erase(slots_.metrics.begin() + static_cast<std::ptrdiff_t>(k--));
  }
}

// 哪些区, 哪几所学校, somewhere before the token.
bool Composer::has_all_of_level(size_t before) const {
  for (size_t i = 0; i < before; ++i) {
    if (token(i).word == nullptr || token(i).word->role != Role::which_all) continue;
    size_t next = i + 1;
    while (next < before && token(next).word != nullptr && token(next).word->role == Role::measure) ++next;
    if (next < before && token(next).word != nullptr && token(next).word->role == Role::level) return true;
  }
  return false;
}

// Metrics by name, in the order in which they were said.
std::vector<size_t> Composer::metric_mentions() {
  std::vector<size_t> found;
  for (const size_t i : slots_.metrics)
    if (!spent_.contains(i)) found.push_back(i);
  return found;
}

// 没有学生的学校
bool Composer::is_before_level(size_t i) const {
  return token(i).word->role != Role::level && i + 1 < slots_.tokens.size() && token(i + 1).word != nullptr && token(i + 1).word->role == Role::level;
}

// 千人以上的学校, 人数最多的学校: how many learn there.
bool Composer::by_people() {
  const bool places = !slots_.levels.empty() || std::any_of(slots_.values.begin(), slots_.values.end(), [&](size_t i) { return is_school_kind(i); });
  const bool named = std::any_of(slots_.nouns.begin(), slots_.nouns.end(), [&](size_t i) { return token(i).word == nullptr || token(i).word->role != Role::level; });
  if (!slots_.metrics.empty() || named || previous_ != nullptr || slots_.says(Role::per) || slots_.says(Role::average)) return false;
  const bool limited = slots_.having.size() == 1 && slots_.having.front().unit == "人" && !slots_.having.front().change && places;
  const bool ranked = slots_.says(Role::most) && places && text_.text.find(U"数最") != std::u32string::npos && slots_.unknown.empty();  // 人数最多的小学
  // 男女比例: what only people are.
  const auto none_of_places = [&](auto has_it) {
    return std::none_of(frame_.metrics().begin(), frame_.metrics().end(), [&](const auto& one) { return fold(one.second.metric->title.zh).text == U"学校数" && has_it(one.second); });
  };
  const bool of_people =
      slots_.says(Role::share) && slots_.values.size() + slots_.dimensions.size() > 0 && slots_.unknown.empty() && slots_.nouns.empty() &&
      std::all_of(slots_.values.begin(), slots_.values.end(),
                  [&](size_t i) { return none_of_places([&](const MetricFrame& one) { return meaning_of(i, one).has_value(); }); }) &&
      std::all_of(slots_.dimensions.begin(), slots_.dimensions.end(),
                  [&](size_t i) { return none_of_places([&](const MetricFrame& one) { return one.dimension(dimension_of(i)) != nullptr; }); });
  if (!limited && !ranked && !of_people) return false;
  const auto* terms = lexicon_.exactly(U"学生数");
  const Term* best = nullptr;
  for (const uint32_t index : terms == nullptr ? std::vector<uint32_t>() : *terms) {
    const Term& term = lexicon_.term(index);
    if (term.kind != TermKind::metric || frame_.metric(term.id) == nullptr || !viewer_.sees_metric(term.id)) continue;
    const auto rank = [&](const Term& one) { return std::tuple(n_unsupported(one.id), one.penalty); };
    if (best == nullptr || rank(term) < rank(*best)) best = &term;
  }
  if (best == nullptr) return false;
  out_.tree.metrics = {best->id};
  if (limited) slots_.having.front().metric = std::string::npos;
  by_noun_ = true;
  spent_.insert(slots_.nouns.begin(), slots_.nouns.end());
  for (const size_t level : slots_.levels) spent_.erase(level);
  note("按“" + best->title + "”统计", "counted as " + frame_.metric(best->id)->metric->title.en);
  return true;
}

bool Composer::choose_metrics() {
  values_before_metrics();
  if (by_people()) return true;
  if (none_ = none_of(); !none_.kinds.empty() && slots_.metrics.empty()) {
    slots_.negated.clear();
    if (none_.counted == std::string::npos) {
      slots_.unit = "所";
      return by_unit() || no_metric();
    }
    std::string id;
    if (!choose_one(none_.counted, id)) return false;
    out_.tree.metrics = {id};
    spent_.insert(none_.counted);
    return true;
  }
  none_ = {};
  if (!choose_ratio() || !choose_share_metric()) return false;
  if (!out_.tree.metrics.empty()) return true;
  std::vector<size_t> mentions = metric_mentions();
  const std::vector<size_t> counted = nouns_counted_beside(mentions);
  mentions.insert(mentions.end(), counted.begin(), counted.end());
  std::sort(mentions.begin(), mentions.end());
  // 没有万兆接入的学校: of what is not there, there are none.
  for (const size_t i : slots_.nouns)
    if (slots_.negated.contains(i) && mentions.empty() && (token(i).word == nullptr || is_before_level(i)) && !candidates(i, true).empty())
      negated_nouns_ = true;
  if (negated_nouns_)
    for (const size_t i : slots_.nouns)
      if (slots_.negated.contains(i) && !candidates(i, true).empty()) mentions.push_back(i);
  if (mentions.empty())
    if (const size_t noun = counted_noun(); noun != std::string::npos) {
      mentions = joined_nouns(noun);
      const std::vector<size_t> counted_too = nouns_counted_beside(mentions);
      mentions.insert(mentions.end(), counted_too.begin(), counted_too.end());
      std::sort(mentions.begin(), mentions.end());
      by_noun_ = true;
    }
  for (const size_t i : mentions) {
    std::string id;
    if (!choose_one(i, id)) return false;
    if (std::find(out_.tree.metrics.begin(), out_.tree.metrics.end(), id) == out_.tree.metrics.end()) out_.tree.metrics.push_back(id);
    spent_.insert(i);
  }
  if (out_.tree.metrics.empty() && (by_unit() || by_part() || by_kinds())) return out_.refusal == Refusal::none;
  widen_to_all();
  if (!out_.tree.metrics.empty()) return out_.refusal == Refusal::none;
  if (previous_ != nullptr) {
    out_.tree.metrics = previous_->metrics;
    fragment_ = true;
    return true;
  }
  return no_metric();
}

// What a noun counts; 有在校生的学校数 counts schools, too.
std::vector<std::string> Composer::with_their_number(size_t noun) const {
  std::vector<std::string> ids;
  for (const Candidate& one : candidates(noun, true))
    if (one.direct) ids.push_back(one.id);  // 到课 shares a name with 授课 and is no lesson
  const std::u32string end = text_.text.substr(token(noun).begin, token(noun).end - token(noun).begin) + U"数";
  for (const auto& [id, frame] : frame_.metrics())
    if (frame.counts && fold(frame.metric->title.zh).text.ends_with(end)) ids.push_back(id);
  return ids;
}

// 平均每所学校有多少学生, 生均…, 学生和教师之比, 本科教师占专任教师的比例: two counts that a metric of the packs divides.
bool Composer::choose_ratio() {
  std::vector<size_t> counts = slots_.metrics;
  counts.insert(counts.end(), slots_.nouns.begin(), slots_.nouns.end());
  std::sort(counts.begin(), counts.end());
  const bool per = slots_.says(Role::per) || (slots_.says(Role::ratio) && counts.size() >= 2);
  if (slots_.says(Role::per_student)) {
    const auto* students = lexicon_.exactly(U"学生");
    std::vector<std::string> below;
    for (const uint32_t index : students == nullptr ? std::vector<uint32_t>() : *students)
      if (lexicon_.term(index).kind == TermKind::noun)
        for (const std::string& id : lexicon_.siblings(lexicon_.term(index).id)) below.push_back(id);
    // 民办学校生均教学用房: the places are not what is divided.
    std::erase_if(counts, [&](size_t i) { return token(i).word != nullptr && token(i).word->role == Role::level; });
    for (const size_t i : counts)
      if (const std::string ratio = frame_.ratio_of(ids_of(i), below); !ratio.empty()) {
        out_.tree.metrics = {ratio};
        spent_.insert(counts.begin(), counts.end());
        return true;
      }
    return counts.empty() ? true
                          : refuse(Refusal::unknown_metric, "没有生均“" + said(counts.front()) + "”这个指标", "there is no such figure per student");
  }
  // 平均每个班超过45人: of students.
  const bool of_people = slots_.unit == "人" || (slots_.having.size() == 1 && slots_.having.front().unit == "人") || text_.text.find(U"数最") != std::u32string::npos;
  const auto behind_per = std::find_if(counts.begin(), counts.end(), [&](size_t i) {
    size_t before = i;
    while (before > 0 && token(before - 1).word != nullptr && token(before - 1).word->role == Role::measure) --before;
    return before > 0 && token(before - 1).word != nullptr && token(before - 1).word->role == Role::per;
  });
  const bool alone = std::all_of(counts.begin(), counts.end(), [&](size_t i) {
    return (behind_per != counts.end() && i == *behind_per) || (token(i).word != nullptr && token(i).word->role == Role::level);
  });
  if (per && of_people && alone && behind_per != counts.end()) {
    const size_t below = *behind_per;
    std::vector<std::string> students;
    const auto* terms = lexicon_.exactly(U"学生数");
    for (const uint32_t index : terms == nullptr ? std::vector<uint32_t>() : *terms)
      if (lexicon_.term(index).kind == TermKind::metric)
        for (const std::string& id : lexicon_.siblings(lexicon_.term(index).id)) students.push_back(id);
    if (const std::string ratio = frame_.ratio_of(students, with_their_number(below)); !ratio.empty()) {
      out_.tree.metrics = {ratio};
      spent_.insert(below);
      for (RawHaving& having : slots_.having) having.metric = std::string::npos;
      return true;
    }
  }
  if (!per || counts.size() < 2) return true;
  // 每百名学生摊到几台: a ratio that is named is none of two others.
  const auto is_total = [&](size_t i) {
    const std::vector<std::string> ids = ids_of(i);
    return !has(i, TermKind::metric) || std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return frame_.metric(id)->counts; });
  };
  if (!std::all_of(counts.begin(), counts.end(), is_total)) return true;
  const auto n_things = std::count_if(counts.begin(), counts.end(), [&](size_t i) { return token(i).word == nullptr; });
  if (n_things > 2)
    return refuse(Refusal::unsupported, "没有看懂用什么除以什么；请只说两个数，例如“平均每所学校有多少册图书”",
                  "what is to be divided by what was not understood: name two figures");
  const size_t first = counts[0], second = counts[1];
  const bool first_is_below = slots_.says(Role::per) || slots_.says(Role::group);
  const std::vector<std::string> one = with_their_number(first), two = with_their_number(second);
  std::string ratio = first_is_below ? frame_.ratio_of(two, one) : frame_.ratio_of(one, two);
  if (ratio.empty()) ratio = first_is_below ? std::string() : frame_.ratio_of(two, one);
  if (!ratio.empty()) {
    out_.tree.metrics = {ratio};
  } else {
    std::string above, below;
    if (!choose_one(first_is_below ? second : first, above) || !choose_one(first_is_below ? first : second, below)) return false;
    out_.tree.metrics = {above, below};
    out_.tree.intent = Intent::ratio;
  }
  spent_.insert({first, second});
  return true;
}

// 女生占比, 大班额占多少, 本科及以上教师占专任教师的比例: a count whose share is a metric.
bool Composer::choose_share_metric() {
  if (!slots_.says(Role::share) || !out_.tree.metrics.empty()) return true;
  std::vector<size_t> counts = slots_.metrics;
  counts.insert(counts.end(), slots_.nouns.begin(), slots_.nouns.end());
  std::sort(counts.begin(), counts.end());
  // 各区随迁子女占在校生: the part and the whole are both named. 各区在校生占比 is each one's part of all.
  const bool levels = std::all_of(slots_.grouped.begin(), slots_.grouped.end(), [&](size_t i) { return token(i).word != nullptr && token(i).word->role == Role::level; });
  if (!slots_.grouped.empty() && !(levels && counts.size() == 2)) return true;
  std::erase_if(counts, [&](size_t i) { return slots_.negated.contains(i) && (has(i, TermKind::flag) || has(i, TermKind::value) || has(i, TermKind::words)); });
  // 没有接入数字基座的系统占比: what is denied is a part of the noun.
  const auto denied = std::find_if(counts.begin(), counts.end(), [&](size_t i) { return slots_.negated.contains(i) && has(i, TermKind::noun); });
  if (denied != counts.end() && slots_.levels.empty()) {
    unfit_value_ = *denied;
    return refuse(Refusal::unsupported, "没有看懂要排除什么", "what is to be left out was not understood");
  }
  if (counts.empty() || counts.size() > 2) return true;
  // 寄宿生里女生占比: 女生占比 is of all students.
  const auto is_whole = [&](size_t part, const std::string& id) {
    if (counts.size() < 2) return true;
    const std::vector<std::string> whole = ids_of(counts[0] == part ? counts[1] : counts[0]);
    const std::string& below = frame_.metric(id)->metric->denominator;
    return below.empty() || std::any_of(whole.begin(), whole.end(), [&](const std::string& one) {
      return one == below || (frame_.metric(one)->metric->unit == frame_.metric(below)->metric->unit && frame_.metric(one)->fixed.empty());
    });
  };
  for (const size_t i : counts)
    for (const Candidate& one : candidates(i, true, true))
      if (!has(i, TermKind::metric) && one.direct && viewer_.sees_metric(one.id) && n_unsupported(one.id) == 0 && is_whole(i, one.id)) {
        out_.tree.metrics = {one.id};
        spent_.insert(counts.begin(), counts.end());
        return true;
      }
  std::string ratio = frame_.ratio_of(ids_of(counts[0]), counts.size() == 2 ? ids_of(counts[1]) : std::vector<std::string>());
  if (ratio.empty() && counts.size() == 2) ratio = frame_.ratio_of(ids_of(counts[1]), ids_of(counts[0]));  // 学校开人工智能课的比例
  if (ratio.empty() || !viewer_.sees_metric(ratio)) return true;
  // With values or places to take shares of, the count itself is meant: 民办学校占比.
  if (counts.size() == 1 && !slots_.values.empty() && n_unsupported(ratio) > 0) return true;
  out_.tree.metrics = {ratio};
  spent_.insert(counts.begin(), counts.end());
  return true;
}

// 一等奖有多少件: the one metric of that unit which has the values.
bool Composer::by_count_word() {
  if (slots_.values.empty() || !slots_.unknown.empty() || !slots_.nouns.empty() || !slots_.says(Role::quantity)) return false;
  const MetricFrame* only = nullptr;
  for (size_t i = 0; i + 1 < slots_.tokens.size(); ++i) {
    const Word *asks = token(i).word, *unit = token(i + 1).word;
    if (asks == nullptr || asks->role != Role::quantity || unit == nullptr || unit->role != Role::measure) continue;
    for (const auto& [id, frame] : frame_.metrics()) {
      const bool fits = frame.metric->unit == text::utf8_of(unit->text) && frame.counts && frame.fixed.empty() && viewer_.sees_metric(id) && n_unsupported(id) == 0;
      if (fits && only != nullptr) return false;
      if (fits) only = &frame;
    }
  }
  if (only == nullptr) return false;
  out_.tree.metrics = {only->metric->id};
  by_noun_ = true;
  note("按“" + only->metric->title.zh + "”统计", "counted as " + only->metric->title.en);
  return true;
}

// 学校类型构成: what is of these kinds, by the beginning of the dimension's name.
bool Composer::by_kinds() {
  if (!slots_.unknown.empty() || !slots_.nouns.empty()) return false;
  for (const size_t i : slots_.dimensions) {
    const std::u32string_view name = std::u32string_view(text_.text).substr(token(i).begin, token(i).end - token(i).begin);
    const auto* terms = name.size() < 4 ? nullptr : lexicon_.exactly(name.substr(0, 2));
    const MetricFrame* best = nullptr;
    for (const uint32_t index : terms == nullptr ? std::vector<uint32_t>() : *terms) {
      const Term& term = lexicon_.term(index);
      const MetricFrame* one = term.kind == TermKind::noun && term.code.empty() ? frame_.metric(term.id) : nullptr;
      if (one == nullptr || !one->fixed.empty() || !viewer_.sees_metric(term.id) || n_unsupported(term.id) > 0) continue;
      if (best == nullptr || one->metric->title.zh.size() < best->metric->title.zh.size()) best = one;
    }
    if (best == nullptr) continue;
    out_.tree.metrics = {best->metric->id};
    note("按“" + best->metric->title.zh + "”统计", "counted as " + best->metric->title.en);
    return true;
  }
  return false;
}

// 民办小学有多少所: the count word tells which metric, if one with that unit is plainer than all others.
bool Composer::by_unit() {
  const bool of_values = slots_.unit.empty() && slots_.nouns.empty() && !slots_.values.empty() && text_.text.find(U'数') != std::u32string::npos;
  // 全市有多少小学
  const bool of_schools = slots_.unit.empty() && slots_.nouns.empty() && slots_.says(Role::quantity) && slots_.unknown.empty() &&
                          std::any_of(slots_.values.begin(), slots_.values.end(), [&](size_t i) { return is_school_kind(i); });
  if (of_values || of_schools) slots_.unit = "所";
  if (slots_.unit.empty()) return by_count_word();
  const MetricFrame* best = nullptr;
  for (const auto& [id, frame] : frame_.metrics()) {
    if (frame.metric->unit != slots_.unit || !frame.counts || !frame.fixed.empty() || !viewer_.sees_metric(id) || n_unsupported(id) > 0) continue;
    if (best == nullptr || frame.metric->title.zh.size() < best->metric->title.zh.size()) best = &frame;
  }
  // People are of many kinds, places to learn of one.
  if (best == nullptr || slots_.unit == "人" || (slots_.values.empty() && slots_.unit != "所")) return false;
  out_.tree.metrics = {best->metric->id};
  by_noun_ = true;
  note("按“" + best->metric->title.zh + "”统计", "counted as " + best->metric->title.en);
  return true;
}

// Of metrics that share a part of their names: those that have the values and dimensions that were said, and of these the ones that count all.
void Composer::keep_fitting(std::vector<uint32_t>& terms) const {
  const auto id = [&](uint32_t term) -> const std::string& { return lexicon_.term(term).id; };
  std::erase_if(terms, [&](uint32_t term) { return frame_.metric(id(term)) == nullptr || !viewer_.sees_metric(id(term)); });
  if (slots_.values.empty() && slots_.dimensions.empty()) return;
  const auto fits = [&](uint32_t term) { return n_unsupported(id(term)) == 0; };
  if (std::none_of(terms.begin(), terms.end(), fits)) return;
  std::erase_if(terms, [&](uint32_t term) { return !fits(term); });
  const auto counts_all = [&](uint32_t term) { return frame_.metric(id(term))->fixed.empty(); };
  if (std::any_of(terms.begin(), terms.end(), counts_all)) std::erase_if(terms, [&](uint32_t term) { return !counts_all(term); });
}

// 覆盖率: the end of one metric's name, or of several. 各双师等级的申请数: of several the one that has the dimension. The longest part that says one.
bool Composer::by_part() {
  constexpr std::array<std::u32string_view, 3> kEnds = {U"率", U"占比", U"数"};
  constexpr size_t kLeast = 3, kMost = 12;
  const auto is_free = [&](size_t i) {
    const Token& one = token(i);
    return one.terms.empty() && !one.time && !one.number && (one.word == nullptr || one.word->role == Role::stop || one.word->role == Role::filler);
  };
  const std::u32string_view text = text_.text;
  for (size_t first = 0; first < slots_.tokens.size(); ++first) {
    const size_t begin = token(first).begin;
    size_t end = begin;
    bool unknown = false;
    std::u32string_view span;
    size_t behind = first;
    for (size_t i = first; i < slots_.tokens.size() && is_free(i); ++i) {
      unknown |= !token(i).known();
      end = token(i).end;
      const std::u32string_view part = text.substr(begin, end - begin);
      if (!unknown || part.size() < kLeast || part.size() > kMost) continue;
      if (std::none_of(kEnds.begin(), kEnds.end(), [&](std::u32string_view one) { return part.ends_with(one); })) continue;
      span = part;
      behind = i + 1;
    }
    if (span.empty()) continue;
    std::vector<uint32_t> found = lexicon_.metrics_containing(span);
    keep_fitting(found);
    if (found.empty()) continue;
    if (found.size() == 1) {
      out_.tree.metrics = {lexicon_.term(found.front()).id};
      std::erase_if(slots_.unknown, [&](size_t i) { return i >= first && i < behind; });
      note("按“" + lexicon_.term(found.front()).title + "”理解", "read as " + lexicon_.term(found.front()).title);
      return true;
    }
    for (size_t k = 0; k < found.size() && k < 5; ++k) out_.alternatives.push_back({lexicon_.term(found[k]).title, {}});
    (void)refuse(Refusal::ambiguous, "“" + text::utf8_of(span) + "”可以指几个指标，请选一个", "this may mean several metrics: choose one");
    return true;
  }
  return false;
}

bool Composer::no_metric() {
  const bool ends_as_one = text_.text.find(U'率') != std::u32string::npos || std::any_of(slots_.unknown.begin(), slots_.unknown.end(), [&](size_t i) {
                             constexpr std::u32string_view kFigureEnds = U"率数量比额度值分费";
                             const size_t end = token(i).end;
                             return kFigureEnds.find(text_.text[end - 1]) != kFigureEnds.npos ||
                                    (end < text_.text.size() && kFigureEnds.find(text_.text[end]) != kFigureEnds.npos);
                           });
  const bool of_data = !slots_.values.empty() || !slots_.orgs.empty() || !slots_.nouns.empty() || !slots_.dimensions.empty() ||
                       !slots_.levels.empty() || slots_.says(Role::per_student) || slots_.says(Role::own) || !slots_.fields.empty() || ends_as_one;
  const bool asks = slots_.says(Role::quantity) || slots_.says(Role::share) || slots_.says(Role::most) || slots_.says(Role::yoy) ||
                    slots_.says(Role::rank) || slots_.says(Role::average) || slots_.says(Role::trend) || !slots_.having.empty() ||
                    slots_.says(Role::change) || slots_.says(Role::whole) || slots_.says(Role::rank_of) || slots_.says(Role::growth);
  if (slots_.says(Role::opinion) || (!asks && wants_done()) || (slots_.says(Role::chat) && !(of_data && asks)) || (!of_data && !asks))
    return refuse_talk();
  if (names_person()) return refuse_person();
  if (!refuse_shared_part() || !refuse_shared_unit()) return false;
  if (const PlaceSpan place = unknown_place(); place.end > 0) return refuse_place(place);
  const std::string unknown = unknown_words();
  for (const size_t i : slots_.unknown) {
    const auto span = std::u32string_view(text_.text).substr(token(i).begin, token(i).end - token(i).begin);
    for (const uint32_t near : lexicon_.metrics_containing(span))
      if (viewer_.sees_metric(lexicon_.term(near).id) && out_.alternatives.size() < 5) out_.alternatives.push_back({lexicon_.term(near).title, {}});
  }
  if (!slots_.fields.empty() && unknown.empty())
    return refuse(Refusal::unsupported, "“" + said(slots_.fields.front()) + "”是登记的字段，没有按它统计的指标",
                  "this is a field that no metric counts by");
  for (const size_t i : slots_.nouns)
    for (const Candidate& one : candidates(i, true))
      if (viewer_.sees_metric(one.id) && out_.alternatives.size() < 5) out_.alternatives.push_back({frame_.metric(one.id)->metric->title.zh, {}});
  if (unknown.empty()) return refuse(Refusal::unknown_metric, "没有听出要问哪个指标", "which metric is meant was not understood");
  return refuse(Refusal::unknown_metric, "没有“" + unknown + "”这样的指标", "there is no such metric");
}

}  // namespace banmo::ask
