// SPDX-License-Identifier: Apache-2.0
// By which code a question is refused, and how what is unknown in it is named: requests to do something, opinions and suppositions; places that the
// directory does not know, by the form of their names; parts of a name that several metrics share. From the vocabulary and the words of asking alone.
#include <algorithm>
#include <array>
#include <set>

#include "ask/composer.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

constexpr size_t kMostOffered = 5;  // alternatives

// One character that belongs to grammar, never to the name of a thing.
bool is_particle(char32_t c) {
  constexpr std::u32string_view kParticles =
      U"的了呢吗吧啊呀嘛哦么之是有为在于对里中内给把将都还请查看说问我你您他她们想要能可从到来去得地着也这那其被由因会与和及或以并且";
  return kParticles.find(c) != kParticles.npos;
}

// What the name of a school or another institution ends with.
bool ends_as_school(std::u32string_view word) {
  constexpr std::u32string_view kEnds = U"校学园院";
  return word.size() >= 2 && kEnds.find(word.back()) != kEnds.npos;
}

// What is the name of a place by itself, written whole in one unknown word: 某某街道.
bool ends_as_place(std::u32string_view word) {
  constexpr std::array<std::u32string_view, 8> kEnds = {U"街道", U"镇", U"乡", U"村", U"区", U"县", U"学院", U"大学"};
  return std::any_of(kEnds.begin(), kEnds.end(), [&](std::u32string_view end) { return word.size() >= end.size() + 2 && word.ends_with(end); });
}

}  // namespace

bool Composer::ends_as_figure(std::u32string_view word) {
  constexpr std::u32string_view kEnds = U"率数量度额费比分值";
  return word.size() >= 2 && kEnds.find(word.back()) != kEnds.npos;
}

// One word of one character that grammar does not claim: 下 of 历下区, 率 of 就业率.
bool Composer::may_be_part(size_t i) const {
  if (i >= slots_.tokens.size()) return false;
  const Token& one = token(i);
  return one.end - one.begin == 1 && one.terms.empty() && !one.time && !one.number && one.word != nullptr &&
         (one.word->role == Role::stop || one.word->role == Role::measure || one.word->text == U"校") && !is_particle(text_.text[one.begin]);
}

// Nothing, not even a mark, stands between them in the source.
bool Composer::touches(size_t i) const { return i + 1 < slots_.tokens.size() && text_.at[token(i + 1).begin] == text_.at[token(i).end - 1] + 1; }

std::string Composer::said_of(size_t from, size_t to) const {
  return text::utf8_of(std::u32string_view(text_.text).substr(token(from).begin, token(to - 1).end - token(from).begin));
}

// The whole word that an unknown token is a part of: 就业率, of which 就 and 率 are known by themselves.
std::string Composer::unknown_word(size_t i) const {
  size_t from = i, to = i + 1;
  const auto length = [&] { return token(to - 1).end - token(from).begin; };
  const auto unknown = [&](size_t k) { return k < slots_.tokens.size() && !token(k).known(); };
  // 满意度: 满 without a number behind it compares nothing.
  const auto compares_nothing = [&](size_t k) {
    return token(k).end - token(k).begin == 1 && token(k).word != nullptr && token(k).terms.empty() &&
           (token(k).word->role == Role::compare_op || token(k).word->role == Role::higher);
  };
  if (from > 0 && touches(from - 1) && (compares_nothing(from - 1) || (length() == 1 && may_be_part(from - 1)))) --from;
  while (touches(to - 1) && length() < 8 && (unknown(to) || may_be_part(to))) {
    const bool figure = ends_as_figure(std::u32string_view(text_.text).substr(token(from).begin, token(to).end - token(from).begin));
    if (!unknown(to) && length() > 2 && !figure) break;
    ++to;
    if (figure) break;
  }
  // 参与率, 升学率: within the name of a figure any word of one character may be a part.
  const auto one = [&](size_t k) {
    constexpr std::u32string_view kBetween = U"的了是有在和、各每";
    return token(k).end - token(k).begin == 1 && token(k).terms.empty() && !token(k).number &&
           kBetween.find(text_.text[token(k).begin]) == kBetween.npos;
  };
  const auto figure_to = [&](size_t end) {
    return ends_as_figure(std::u32string_view(text_.text).substr(token(from).begin, token(end - 1).end - token(from).begin));
  };
  if (touches(to - 1) && touches(to) && one(to) && token(to + 1).end - token(to + 1).begin == 1 && !figure_to(to) && figure_to(to + 2)) to += 2;
  while (figure_to(to) && from > 0 && length() < 8 && touches(from - 1) && one(from - 1)) --from;
  return said_of(from, to);
}

// Of unknown tokens the one that names a figure, else the first.
size_t Composer::figure_among(const std::vector<size_t>& unknown) const {
  const auto found = std::find_if(unknown.begin(), unknown.end(), [&](size_t i) { return ends_as_figure(text::code_points_of(unknown_word(i))); });
  return found == unknown.end() ? unknown.front() : *found;
}

// All that is unknown, each as a whole word; if one of them is the name of a figure, that one.
std::string Composer::unknown_words() const {
  std::vector<std::string> words;
  for (const size_t i : slots_.unknown) {
    std::string word = unknown_word(i);
    if (ends_as_figure(text::code_points_of(word))) return word;
    if (std::find(words.begin(), words.end(), word) == words.end() && (words.empty() || words.back().find(word) == std::string::npos))
      words.push_back(std::move(word));
  }
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : "、") + word;
  return all;
}

bool Composer::is_of_data() const {
  return !slots_.metrics.empty() || !slots_.nouns.empty() || !slots_.values.empty() || !slots_.orgs.empty() || !slots_.dimensions.empty();
}

// 帮我报名小学: for somebody to do, where nothing is asked for.
bool Composer::wants_done() const {
  constexpr std::array<std::u32string_view, 4> kFor = {U"帮我", U"替我", U"帮忙", U"帮孩子"};
  const std::u32string_view text = text_.text;
  return slots_.metrics.empty() && std::any_of(kFor.begin(), kFor.end(), [&](std::u32string_view one) { return text.find(one) != text.npos; });
}

bool Composer::refuse_talk() {
  return refuse(Refusal::not_a_data_question, "这里回答全市教育数据的问题，例如“各区市优良率”",
                "questions about the city's education data are answered here");
}

// What is no question about figures, whichever figures it names: to be done, to be judged, to be supposed. Then 中位数 and 预测, which no figure here
// is.
bool Composer::check_request() {
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    const Word* word = token(i).word;
    if (word == nullptr || !token(i).terms.empty()) continue;
    // 把接入率改成95: a figure is to be written.
    const bool writes = word->role == Role::swap && i + 1 < slots_.tokens.size() && token(i + 1).number && !token(i + 1).numbered &&
                        token(i + 1).terms.empty() && word->text.ends_with(U"成") && previous_ == nullptr;
    // 安排了多少个学位: done by others, and how many is asked.
    // 审批通过率 is a figure of it.
    constexpr std::array<std::u32string_view, 5> kFigures = {U"通过率", U"率", U"数", U"时间", U"天数"};
    const auto behind = std::u32string_view(text_.text).substr(token(i).end);
    if (word->role == Role::act && std::any_of(kFigures.begin(), kFigures.end(), [&](std::u32string_view one) { return behind.starts_with(one); }))
      continue;
    const bool told =
        word->role == Role::act && i + 1 < slots_.tokens.size() && text_.text[token(i + 1).begin] == U'了' && slots_.says(Role::quantity);
    if (told) continue;
    if (word->role == Role::act || writes)
      return refuse(Refusal::not_a_data_question, "这里只回答数据问题，不能代办“" + said(i) + "”这样的事；可以问数值、排名、趋势和同比",
                    "questions about data are answered here, nothing is done or written for you: ask for values, ranks, trends and changes");
    if (word->role == Role::opinion && word->argument.empty())
      return refuse(Refusal::not_a_data_question, "这里只回答数据问题，不作评价和推荐；可以问数值、排名、趋势和同比",
                    "questions about data are answered here, no opinions are given: ask for values, ranks, trends and changes");
    // 帮我写一首教师节的诗: whatever it names, no figure is.
    if (word->role == Role::chat && slots_.metrics.empty() && !slots_.says(Role::quantity)) return refuse_talk();
    // 你觉得优良率怎么样
    const bool judged = text_.text.find(U"怎么样") != std::u32string::npos || text_.text.find(U"如何") != std::u32string::npos;
    if (word->role == Role::opinion && judged) return refuse_talk();
    // 你觉得公办好还是民办好: no figure is named, nor how many are asked for.
    if (word->role == Role::opinion && slots_.metrics.empty() && !slots_.says(Role::quantity) && !slots_.says(Role::most)) return refuse_talk();
    const bool would =
        word->role == Role::supposed || (word->role == Role::follow && (word->text == U"要是" || word->text == U"如果是" || word->text == U"那要是"));
    if (would && previous_ == nullptr && is_of_data())
      return refuse(Refusal::unsupported, "这里只回答已有数据的统计数字，不推算“" + said(i) + "”的情形",
                    "figures of the data there are can be asked, not what would be");
  }
  const bool asks = is_of_data() || slots_.says(Role::quantity) || slots_.says(Role::most) || slots_.says(Role::trend);
  return !asks || slots_.says(Role::chat) || check_able();
}

// From an unknown word or an unused number to what ends the name of a place or a school: 四方区, 第九十九中学, 青岛九中. Empty: it is none.
PlaceSpan Composer::place_at(size_t i) const {
  size_t from = i, to = i + 1;
  const auto unknown = [&](size_t k) { return k < slots_.tokens.size() && !token(k).known(); };
  const auto number = [&](size_t k) { return k < slots_.tokens.size() && token(k).number && !token(k).numbered && token(k).terms.empty(); };
  bool named = unknown(i);
  const auto span = [&](size_t a, size_t b) { return std::u32string_view(text_.text).substr(token(a).begin, token(b - 1).end - token(a).begin); };
  while (from > 0 && touches(from - 1) && (unknown(from - 1) || number(from - 1) || token(from - 1).word != nullptr)) {
    const bool ordinal = token(from - 1).word != nullptr && token(from - 1).word->text == U"第" && number(from);
    const bool letter = to - from == 1 && span(from, to).size() == 1 && unknown(from) && may_be_part(from - 1);
    if (!unknown(from - 1) && !number(from - 1) && !ordinal && !letter) break;
    named |= ordinal || unknown(from - 1);
    --from;
    if (letter) break;
  }
  if (named && ends_as_place(span(from, to)) && unknown(to - 1)) return {from, to};
  for (size_t n_parts = 0; touches(to - 1) && span(from, to).size() <= 16;) {
    const size_t next = to;
    if (unknown(next) || number(next)) {
      named |= unknown(next);
      ++to;
      continue;
    }
    const Word* word = token(next).word;
    const std::u32string_view text = span(next, next + 1);
    const bool level = word != nullptr && word->role == Role::level && !(spent_.contains(next) && by_noun_);
    const bool kind = (has(next, TermKind::value) || has(next, TermKind::words)) && !has(next, TermKind::metric);
    const bool numbered_school = number(next - 1) && text == U"中";
    // 历城区: 城区 is a kind of places, but not behind a character that nothing explains.
    if (named && kind && to - from == 1 && span(from, to).size() == 1 && (text.ends_with(U"区") || text.ends_with(U"镇"))) return {from, next + 1};
    if (named && ((level && (text == U"区" || text == U"市" || text == U"县")) || ((level || kind) && ends_as_school(text)) || numbered_school))
      return {from, next + 1};
    if (numbered_school && touches(next)) return {from, next + 1};
    if (!may_be_part(next) || ++n_parts > 2) break;
    ++to;
  }
  return {};
}

// The first word that has the form of a place that is not known here.
PlaceSpan Composer::unknown_place() const {
  for (const size_t i : slots_.unknown)
    if (const PlaceSpan place = place_at(i); place.end > 0) return place;
  return {};
}

bool Composer::refuse_place(const PlaceSpan& place) {
  const std::string name = said_of(place.begin, place.end);
  for (const auto& near : lexicon_.near(text::code_points_of(name), 8)) {
    const Term& term = lexicon_.term(near.term);
    if (term.kind == TermKind::org && covers(orgs_, viewer_, term.org) && out_.alternatives.size() < 3) out_.alternatives.push_back({term.title, {}});
  }
  return refuse(Refusal::unknown_entity, "这里没有“" + name + "”这个机构或地方；请核对名称",
                "there is no organisation or place \"" + name + "\" here: check its name");
}

// 平均办理工作日, IPv6: a part of the names of several metrics and of none by itself. What was said besides must be known.
bool Composer::refuse_shared_part() {
  constexpr size_t kLeast = 3, kMost = 12;
  const auto is_free = [&](size_t i) {
    const Token& one = token(i);
    const bool word = one.word != nullptr && (one.word->role == Role::stop || one.word->role == Role::filler || one.word->role == Role::average);
    return one.terms.empty() && !one.time && (word || one.word == nullptr);
  };
  std::vector<uint32_t> best;
  std::u32string_view part;
  for (size_t first = 0; first < slots_.tokens.size(); ++first) {
    bool unknown = false;
    for (size_t i = first; i < slots_.tokens.size() && is_free(i); ++i) {
      unknown |= !token(i).known();
      const auto span = std::u32string_view(text_.text).substr(token(first).begin, token(i).end - token(first).begin);
      if (span.size() > kMost) break;
      if (!(unknown || span.ends_with(U'率')) || span.size() < kLeast || span.size() <= part.size()) continue;
      std::vector<uint32_t> found = lexicon_.metrics_containing(span);
      keep_fitting(found);
      if (found.size() < 2) continue;
      best = std::move(found);
      part = span;
    }
  }
  if (best.empty()) return true;
  out_.alternatives.clear();
  for (size_t k = 0; k < best.size() && k < kMostOffered; ++k) out_.alternatives.push_back({lexicon_.term(best[k]).title, {}});
  return refuse(Refusal::ambiguous, "“" + text::utf8_of(part) + "”可以指几个指标，请选一个", "this may mean several metrics: choose one");
}

// 教学案例一共多少件: several metrics count in that unit what has such values.
bool Composer::refuse_shared_unit() {
  if (slots_.values.empty() || !slots_.unknown.empty()) return true;
  std::set<std::string> units;
  for (const Token& one : slots_.tokens)
    if (one.word != nullptr && one.word->role == Role::measure) units.insert(text::utf8_of(one.word->text));
  std::vector<const MetricFrame*> fit;
  for (const auto& [id, frame] : frame_.metrics())
    if (units.contains(frame.metric->unit) && frame.counts && frame.fixed.empty() && viewer_.sees_metric(id) && n_unsupported(id) == 0)
      fit.push_back(&frame);
  if (fit.size() < 2) return true;
  out_.alternatives.clear();
  for (size_t k = 0; k < fit.size() && k < kMostOffered; ++k) out_.alternatives.push_back({fit[k]->metric->title.zh, {}});
  return refuse(Refusal::ambiguous, "“" + said(slots_.values.front()) + "”可以是几个指标所数的，请选一个", "several metrics count this: choose one");
}

}  // namespace banmo::ask
