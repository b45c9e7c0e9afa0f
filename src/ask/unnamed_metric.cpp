// SPDX-License-Identifier: Apache-2.0
// Metrics that nobody names: by the people, the count word, the kinds or the part of a name that was said.
#include <algorithm>
#include <array>
#include <tuple>

#include "ask/composer.h"
#include "base/text_han.h"

namespace banmo::ask {

// 千人以上的学校, 人数最多的学校: how many learn there.
bool Composer::by_people() {
  const bool places = !slots_.levels.empty() || std::any_of(slots_.values.begin(), slots_.values.end(), [&](size_t i) { return is_school_kind(i); });
  const bool named =
      std::any_of(slots_.nouns.begin(), slots_.nouns.end(), [&](size_t i) { return token(i).word == nullptr || token(i).word->role != Role::level; });
  if (!slots_.metrics.empty() || named || previous_ != nullptr || slots_.says(Role::per) || slots_.says(Role::average)) return false;
  const bool limited = slots_.having.size() == 1 && slots_.having.front().unit == "人" && !slots_.having.front().change && places;
  const bool ranked =
      slots_.says(Role::most) && places && text_.text.find(U"数最") != std::u32string::npos && slots_.unknown.empty();  // 人数最多的小学
  // 男女比例: what only people are.
  const auto none_of_places = [&](auto has_it) {
    return std::none_of(frame_.metrics().begin(), frame_.metrics().end(),
                        [&](const auto& one) { return fold(one.second.metric->title.zh).text == U"学校数" && has_it(one.second); });
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

// 一等奖有多少件: the one metric of that unit which has the values.
bool Composer::by_count_word() {
  if (slots_.values.empty() || !slots_.unknown.empty() || !slots_.nouns.empty() || !slots_.says(Role::quantity)) return false;
  const MetricFrame* only = nullptr;
  for (size_t i = 0; i + 1 < slots_.tokens.size(); ++i) {
    const Word *asks = token(i).word, *unit = token(i + 1).word;
    if (asks == nullptr || asks->role != Role::quantity || unit == nullptr || unit->role != Role::measure) continue;
    for (const auto& [id, frame] : frame_.metrics()) {
      const bool fits =
          frame.metric->unit == text::utf8_of(unit->text) && frame.counts && frame.fixed.empty() && viewer_.sees_metric(id) && n_unsupported(id) == 0;
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
    bool unknown = false;
    std::u32string_view span;
    size_t behind = first;
    for (size_t i = first; i < slots_.tokens.size() && is_free(i); ++i) {
      unknown |= !token(i).known();
      const std::u32string_view part = text.substr(begin, token(i).end - begin);
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

}  // namespace banmo::ask
