// SPDX-License-Identifier: Apache-2.0
// What stands behind 哪, 各, 每, 按 in a word shorter than the dimension's name (科 of 学科, 批 of 录取批次, 类), and times behind 哪. What is
// grouped by is one dimension of the metric; what could be several, or none, is refused: never another one in its place.
#include <algorithm>

#include "ask/composer.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

constexpr size_t kLongestShort = 4;  // characters of a short name

bool contains(std::u32string_view all, char32_t one) { return all.find(one) != all.npos; }

// 类, 种: by the kinds that the metric knows.
bool is_kind_word(std::u32string_view word) { return word == U"类" || word == U"种" || word == U"类型" || word == U"类别" || word == U"种类"; }

// 科 of 学科, 级别 of 等保级别, 批 of 录取批次.
bool is_short_for(std::u32string_view brief, std::u32string_view name) {
  constexpr std::u32string_view kEnds = U"次份别型";  // that may be left off
  if (brief.empty() || brief.size() >= name.size()) return false;
  if (name.ends_with(brief)) return true;
  return contains(kEnds, name.back()) && name.substr(0, name.size() - 1).ends_with(brief);
}

// 哪个月, 每月: of a year that was named beside it, its months. nullopt: another time than a span of whole years.
std::optional<TimePhrase> in_months(const TimePhrase& phrase, Date today) {
  if (phrase.kind != TimeKind::span || phrase.unit == TimeUnit::day) return std::nullopt;
  TimePhrase months = phrase;
  months.unit = TimeUnit::month;
  months.relative = false;
  const bool school = phrase.unit == TimeUnit::school_year;
  const int64_t now = !phrase.relative                       ? 0
                      : phrase.unit == TimeUnit::term        ? term_of(today)
                      : phrase.unit == TimeUnit::month       ? int64_t{today.year()} * 12 + today.month() - 1
                      : phrase.unit == TimeUnit::school_year ? SchoolYear::of(today).first_year
                                                             : today.year();
  const auto first = [&](int64_t n) {
    if (phrase.unit == TimeUnit::month) return n;
    if (phrase.unit == TimeUnit::term) return n % 2 == 0 ? n / 2 * 12 + 8 : (n / 2 + 1) * 12 + 1;
    return n * 12 + (school ? 8 : 0);
  };
  const auto last = [&](int64_t n) {
    if (phrase.unit == TimeUnit::month) return n;
    if (phrase.unit == TimeUnit::term) return n % 2 == 0 ? (n / 2 + 1) * 12 : (n / 2 + 1) * 12 + 7;
    return n * 12 + (school ? 19 : 11);
  };
  if (phrase.from) months.from = first(*phrase.from + now);
  if (phrase.to) months.to = last(*phrase.to + now);
  return months;
}

}  // namespace

// The dimensions of the metric that a short word may name.
std::vector<std::string> Composer::dimensions_short_for(std::u32string_view brief, const MetricFrame& metric) const {
  std::vector<std::string> found;
  for (const AskedDimension& dimension : metric.dimensions) {
    bool named = is_short_for(brief, fold(dimension.title).text);
    if (const pack::Dimension* known = frame_.catalogue().dimension(dimension.id))
      for (const std::string& synonym : known->synonyms) named |= is_short_for(brief, fold(synonym).text) || fold(synonym).text == brief;
    if (named) found.push_back(dimension.id);
  }
  // 资源类型 of 资源使用次数各类型, not 学校类型.
  const std::u32string name = fold(metric.metric->title.zh).text.substr(0, 2);
  const auto own = [&](const std::string& id) { return fold(metric.dimension(id)->title).text.starts_with(name); };
  if (found.size() > 1 && std::count_if(found.begin(), found.end(), own) == 1) std::erase_if(found, [&](const std::string& id) { return !own(id); });
  return found;
}

// Of several that tell kinds, that of what stands behind the word: 资源类型 of 哪种资源.
std::vector<std::string> Composer::kinds_of(size_t behind) const {
  std::vector<std::string> kinds;
  for (const AskedDimension& dimension : metric().dimensions)
    if (dimension.title.ends_with("类型") || dimension.title.ends_with("类别") || dimension.title.ends_with("大类")) kinds.push_back(dimension.id);
  if (kinds.size() > 1 && behind < slots_.tokens.size()) {
    const std::u32string_view next = std::u32string_view(text_.text).substr(token(behind).begin, 2);
    std::erase_if(kinds, [&](const std::string& id) { return !fold(metric().dimension(id)->title).text.starts_with(next); });
  }
  return kinds;
}

bool Composer::refuse_group(const std::string& word) {
  std::string can = metric().has_org ? "区市、学校" : "";
  for (const AskedDimension& dimension : metric().dimensions) can += (can.empty() ? "" : "、") + dimension.title;
  return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”不能按“" + word + "”分；可用的维度：" + can,
                "this metric cannot be asked by that dimension");
}

// The words right behind `marker` that may be a short name: unknown ones and counting words (门课, 一类), without the number before them.
Brief Composer::brief_behind(size_t marker) const {
  const auto counts = [&](size_t i) {
    return i < slots_.tokens.size() && token(i).terms.empty() && token(i).word != nullptr && token(i).word->role == Role::measure;
  };
  const auto unknown = [&](size_t i) { return i < slots_.tokens.size() && !token(i).known(); };
  Brief brief;
  brief.kind = token(marker).word->argument == "kind";
  size_t i = marker + 1;
  while (i < slots_.tokens.size() && token(i).terms.empty() &&
         ((token(i).number && !token(i).numbered) || (token(i).word != nullptr && (token(i).word->text == U"一" || token(i).word->text == U"个"))))
    ++i;
  const bool counted = counts(i);
  if (counted) brief.kind |= is_kind_word(token(i).word->text);
  brief.begin = brief.end = counted ? i + 1 : i;
  if (unknown(brief.begin))
    brief.end = brief.begin + 1;
  else if (counted && token(i).word->argument.empty() && (brief.begin >= slots_.tokens.size() || !has(brief.begin, TermKind::dimension)))
    brief = {i, i + 1, {}, brief.kind};  // where only a counting word stands, it is the name: 哪一批
  if (brief.begin < brief.end)
    brief.text = std::u32string_view(text_.text).substr(token(brief.begin).begin, token(brief.end - 1).end - token(brief.begin).begin);
  return brief;
}

bool Composer::is_school_kind(size_t i) const {
  return i < slots_.tokens.size() && std::any_of(
                                         token(i).terms.begin(), token(i).terms.end(),
                                         [&](uint32_t index) {
                                           const Term& term = lexicon_.term(index);
                                           return term.kind == TermKind::value && frame_.has_list("school_kind", term.id);
                                         });
}

// 各小学, 每所中职学校: by school, of that kind. 各小学和初中 may be by the kinds and is left to other steps.
bool Composer::group_by_schools(size_t marker) {
  const std::u32string_view word = token(marker).word->text;
  if (token(marker).word->role != Role::group || !(word.starts_with(U"各") || word.starts_with(U"每")) || !metric().has_org) return false;
  const size_t kind = word.ends_with(U"所") || word.ends_with(U"个") || marker + 1 >= slots_.tokens.size() || token(marker + 1).word == nullptr ||
                              token(marker + 1).word->role != Role::measure
                          ? marker + 1
                          : marker + 2;
  const bool joined =
      kind + 1 < slots_.tokens.size() && (is_school_kind(kind + 1) || (token(kind + 1).word != nullptr && token(kind + 1).word->role == Role::join));
  if (!is_school_kind(kind) || joined || !meaning_of(kind, metric())) return false;
  if (!grouped_by("school")) out_.tree.by.push_back("school");
  return true;
}

// 哪个专业申报数最多: the name of a metric that begins with what is asked for; that it is no district that is meant, its dimensions tell.
bool Composer::check_noun_behind(size_t marker, size_t noun) {
  const Role role = token(marker).word->role;
  const bool metric_behind = noun == marker + 1 && noun < slots_.tokens.size() && (has(noun, TermKind::metric) || has(noun, TermKind::noun));
  if ((role != Role::which && role != Role::which_all) || !metric_behind || !slots_.levels.empty() || !slots_.grouped.empty()) return true;
  const std::u32string_view begin = std::u32string_view(text_.text).substr(token(noun).begin, 2);
  const bool of_dimension = std::any_of(metric().dimensions.begin(), metric().dimensions.end(),
                                        [&](const AskedDimension& one) { return fold(one.title).text.starts_with(begin); });
  return !of_dimension || begin == U"学校" || refuse_group(text::utf8_of(begin));
}

bool Composer::group_by_brief(size_t marker) {
  const Word& word = *token(marker).word;
  const bool which = word.role == Role::which || word.role == Role::which_all;
  if (group_by_schools(marker)) return true;
  Brief brief = brief_behind(marker);
  // 哪几类 is a word by itself; 各类 is read by add_kinds.
  if (which && is_kind_word(word.text.substr(word.text.size() - 1))) brief = {marker, marker + 1, word.text.substr(word.text.size() - 1), true};
  if (brief.text.empty()) {
    // 哪个类别, 各状态: the name of a dimension that this metric has under a longer one.
    if (brief.begin >= slots_.tokens.size() || !has(brief.begin, TermKind::dimension) || has(brief.begin, TermKind::metric))
      return check_noun_behind(marker, brief.begin);
    const std::string id = dimension_of(brief.begin);
    if (id == "school_year" || id == metric().period || metric().dimension(id) != nullptr) return true;
    const std::u32string_view name =
        std::u32string_view(text_.text).substr(token(brief.begin).begin, token(brief.begin).end - token(brief.begin).begin);
    const std::vector<std::string> ids = dimensions_short_for(name, metric());
    if (ids.size() != 1) return true;  // add_groups says which there are
    std::erase(slots_.dimensions, brief.begin);
    if (!grouped_by(ids.front())) out_.tree.by.push_back(ids.front());
    return true;
  }
  return group_by_text(marker, brief);
}

bool Composer::group_by_text(size_t marker, const Brief& brief) {
  const Word& word = *token(marker).word;
  const bool which = word.role == Role::which || word.role == Role::which_all;
  if (brief.text.size() > kLongestShort) return true;
  constexpr std::u32string_view kDays = U"天日周";
  if (brief.text.size() == 1 && contains(kDays, brief.text.front()))
    return refuse(Refusal::unsupported, "“" + metric().metric->title.zh + "”没有按天、按周的统计；请改问更长的时间",
                  "there are no figures of this by day or by week: ask for a longer time");
  std::vector<std::string> ids = is_kind_word(brief.text) ? kinds_of(brief.end) : dimensions_short_for(brief.text, metric());
  // 每种版权: the beginning of a dimension's name; 哪种资源: by the kinds of it.
  if (ids.empty() && brief.kind && brief.text.size() >= 2)
    for (const AskedDimension& dimension : metric().dimensions)
      if (const std::u32string title = fold(dimension.title).text; title.starts_with(brief.text) && title.size() <= brief.text.size() + 2)
        ids.push_back(dimension.id);
  const bool unknown = std::any_of(slots_.unknown.begin(), slots_.unknown.end(), [&](size_t i) { return i >= brief.begin && i < brief.end; });
  // 内部数据和公开数据，哪种更高: of those that are named.
  if (ids.size() != 1 && which && is_kind_word(brief.text) && slots_.values.size() > 1) {
    slots_.said.insert(Role::versus);
    return true;
  }
  // 职称结构，各档各占多少: of what is named.
  constexpr std::u32string_view kKinds = U"档级类种项等层";
  if (ids.size() != 1 && brief.text.size() == 1 && contains(kKinds, brief.text.front()) && !slots_.dimensions.empty() && !which) {
    std::erase_if(slots_.unknown, [&](size_t i) { return i >= brief.begin && i < brief.end; });
    return true;
  }
  if (ids.size() != 1) {
    const bool by = word.text == U"按" || word.text == U"分" || word.text == U"按照";
    const std::string said = unknown ? unknown_word(brief.begin) : said_of(brief.begin, brief.end);
    if (ids.size() > 1 || (which && (unknown || is_kind_word(brief.text))) || (by && unknown)) return refuse_group(said);
    return true;
  }
  std::erase_if(slots_.unknown, [&](size_t i) { return i >= brief.begin && i < brief.end; });
  for (size_t i = brief.begin; i < brief.end; ++i) slots_.grouped.insert(i);
  if (!grouped_by(ids.front())) out_.tree.by.push_back(ids.front());
  return true;
}

// 哪, 各, 按: of a place that is asked for by itself (哪里) nothing stands behind.
bool Composer::is_marker(size_t i) const {
  if (token(i).word == nullptr || !token(i).terms.empty()) return false;
  const Role role = token(i).word->role;
  const std::u32string_view word = token(i).word->text;
  // 每种版权; 各类系统 is read by add_kinds.
  const bool kind = role == Role::group && token(i).word->argument == "kind" && i + 1 < slots_.tokens.size() && !token(i + 1).known();
  const bool marks = role == Role::which || role == Role::which_all || (role == Role::group && token(i).word->argument.empty()) || kind;
  return marks && word != U"哪里" && word != U"哪儿" && word != U"谁" && word != U"什么地方" && word != U"哪个地方" && word != U"以";
}

// 哪个学校好: no number of pupils says which.
bool Composer::check_quality() {
  if (!by_noun_ || !metric().metric->better.empty() || !slots_.having.empty() || previous_ != nullptr) return true;
  for (size_t i = 0; i < slots_.tokens.size(); ++i) {
    const Token& one = token(i);
    const bool asks_how_far = i + 1 < slots_.tokens.size() && token(i + 1).word != nullptr && token(i + 1).word->role == Role::quantity;  // 差多少个
    if (one.word == nullptr || asks_how_far) continue;
    const std::u32string_view word = one.word->text;
    const bool quality = (one.word->role == Role::higher && (word == U"好" || word == U"强" || word == U"差" || word == U"弱")) ||
                         (one.word->role == Role::most && one.word->argument == "good");
    if (quality) return refuse_talk();
  }
  return true;
}

// A dimension behind a word of asking, by a part of its name.
bool Composer::group_by_briefs() {
  if (!check_quality()) return false;
  for (size_t i = 0; i < slots_.tokens.size(); ++i)
    if (is_marker(i) && !group_by_brief(i)) return false;
  return true;
}

// What was said of time, as phrases: 哪个月 is one of each month, 去年同期 by itself the time a year ago, 现在比2024年 two of them.
bool Composer::time_phrases(std::vector<TimePhrase>& phrases) {
  bool latest = false;
  for (const size_t i : slots_.times)
    if (token(i).time->kind == TimeKind::latest)
      latest = true;
    else if (std::none_of(phrases.begin(), phrases.end(), [&](const TimePhrase& one) {  // 每个月, 按月: once
               return one.kind == TimeKind::each && token(i).time->kind == TimeKind::each && one.unit == token(i).time->unit;
             }))
      phrases.push_back(*token(i).time);
  for (const Token& one : slots_.tokens) {
    if (one.word == nullptr || one.word->role != Role::when || !one.terms.empty()) continue;
    const bool month = one.word->argument == "month";
    TimePhrase each;
    each.kind = TimeKind::each;
    each.unit = month ? TimeUnit::month : one.word->argument == "term" ? TimeUnit::term : TimeUnit::year;
    if (month || each.unit == TimeUnit::term || (metric().dating == Dating::date && phrases.empty())) phrases.push_back(each);
  }
  if (is_year_ago() && phrases.empty()) {
    TimePhrase ago;
    ago.kind = TimeKind::span;
    ago.relative = true;
    ago.unit = metric().dating == Dating::date ? TimeUnit::month : TimeUnit::year;
    ago.from = ago.to = metric().dating == Dating::date ? -12 : -1;
    phrases.push_back(ago);
    slots_.said.erase(Role::yoy);
  }
  if (latest && phrases.size() == 1 && phrases.front().kind == TimeKind::span && slots_.says(Role::versus) && slots_.orgs.size() < 2) {
    TimePhrase now;
    now.kind = TimeKind::span;
    now.relative = true;
    now.from = now.to = 0;
    if (metric().dating == Dating::date) now.unit = TimeUnit::month;
    phrases.push_back(now);
  }
  return whole_in_parts(phrases);
}

// 去年同期 without anything to compare: that time's own figure is asked for.
bool Composer::is_year_ago() const {
  if (previous_ != nullptr || metric().dating == Dating::none || !slots_.direction.empty()) return false;
  for (const Role role : {Role::difference, Role::versus, Role::higher, Role::prior, Role::join, Role::growth, Role::why, Role::most, Role::rank,
                          Role::streak, Role::trend})
    if (slots_.says(role)) return false;
  size_t n = 0;
  bool only_named = true;
  for (const Token& one : slots_.tokens)
    if (one.word != nullptr && one.word->role == Role::yoy) {
      ++n;
      only_named &= one.word->text == U"去年同期" || one.word->text == U"上年同期";
    }
  return n == 1 && only_named;
}

// 2026年每个月: the months of the year, not the year.
bool Composer::whole_in_parts(std::vector<TimePhrase>& phrases) {
  if (metric().dating != Dating::date || phrases.size() < 2) return true;
  const auto part = std::find_if(phrases.begin(), phrases.end(), [](const TimePhrase& one) {
    return one.kind == TimeKind::each && (one.unit == TimeUnit::month || one.unit == TimeUnit::term);
  });
  if (part == phrases.end()) return true;
  const auto other = part == phrases.begin() ? std::next(part) : phrases.begin();
  if (phrases.size() == 2 && part->unit == other->unit && other->kind != TimeKind::each) {
    phrases.erase(part);
    return true;
  }
  const auto months = phrases.size() == 2 && part->unit == TimeUnit::month ? in_months(*other, today_) : std::nullopt;
  if (!months)
    return refuse(Refusal::unsupported, "没有看懂要哪一段时间的每一期；请说出起止的年月，例如“2026年9月到11月”",
                  "of which time each part is asked was not understood: name its first and its last month");
  phrases = {*months};
  return true;
}

}  // namespace banmo::ask
