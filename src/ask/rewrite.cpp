// SPDX-License-Identifier: Apache-2.0
#include "ask/rewrite.h"

#include <algorithm>
#include <array>
#include <optional>

#include "ask/rewrite_text.h"
#include "ask/tokens.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

constexpr size_t kLongestPart = 10;  // of a name, in characters
constexpr size_t kLongestGap = 9;    // between pieces of a name
constexpr std::array<std::u32string_view, 6> kJoins = {U"以及", U"和", U"与", U"跟", U"及", U"、"};

bool is_metric(const Lexicon& lexicon, const std::u32string& name) {
  const auto* terms = lexicon.exactly(name);
  return terms != nullptr && std::any_of(terms->begin(), terms->end(), [&](uint32_t index) { return lexicon.term(index).kind == TermKind::metric; });
}

// The end of the name behind the joining word that also ends what stands before it: 率 of 优良和合格率. The longest name, then the longest beginning.
std::u32string shared_end(std::u32string_view before, std::u32string_view behind, const Lexicon& lexicon) {
  for (size_t m = std::min(behind.size(), 2 * kLongestPart); m >= 3; --m) {
    const std::u32string name(behind.substr(0, m));
    if (!is_metric(lexicon, name)) continue;
    for (size_t own = 2; own < m; ++own) {
      const std::u32string end = name.substr(own);
      for (size_t n = std::min(before.size(), kLongestPart); n >= 2; --n) {
        if (n < before.size() && before[before.size() - n - 1] == U'性') continue;  // 男性学生 is no 学生
        if (const std::u32string first(before.substr(before.size() - n)); is_metric(lexicon, first + end) && !is_metric(lexicon, first)) return end;
      }
    }
    return {};
  }
  return {};
}

// From the last joining word to the first: 优秀、优良和合格率.
void share_ends(Folded& text, const Lexicon& lexicon) {
  for (size_t at = text.text.size(); at-- > 2;) {
    const auto join = std::find_if(kJoins.begin(), kJoins.end(),
                                   [&](std::u32string_view word) { return std::u32string_view(text.text).substr(at).starts_with(word); });
    if (join == kJoins.end()) continue;
    const std::u32string_view whole = text.text;
    if (const std::u32string end = shared_end(whole.substr(0, at), whole.substr(at + join->size()), lexicon);
        !end.empty() && !(end == U"数" && text.is_comma(at)))
      insert(text, at, end);  // 城区学校，每百名学生终端数: no 学校数
  }
}

// 学位最紧张: 学位紧张 is a name, and it is the most of it that is asked for.
void join_superlatives(Folded& text, const Lexicon& lexicon) {
  for (size_t at = 1; at + 1 < text.text.size(); ++at) {
    if (text.text[at] != U'最') continue;
    const std::u32string_view whole = text.text;
    const auto found = [&]() -> std::optional<size_t> {
      for (size_t n = std::min(at, kLongestPart); n >= 1; --n)
        for (size_t m = std::min(whole.size() - at - 1, kLongestPart); m >= 1; --m)
          if (is_metric(lexicon, std::u32string(whole.substr(at - n, n)) + std::u32string(whole.substr(at + 1, m)))) return m;
      return std::nullopt;
    }();
    if (!found) continue;
    erase(text, at, 1);
    insert(text, at + *found, U"最高");
    at += *found + 1;
  }
}

// What may stand within a name: nothing but words of asking, particles, count words, numbers, times and places; `values` too where a pack says so.
bool is_clear(std::u32string_view gap, const Lexicon& lexicon, Date today, bool values) {
  Folded text;
  text.text = gap;
  text.at.resize(gap.size());
  const std::vector<Token> tokens = Tokenizer{lexicon, today}.read(text, false);
  // 应用类系统: a count word alone asks nothing.
  const bool counts_only = std::all_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.terms.empty() && token.word != nullptr && token.word->role == Role::measure;
  });
  return !counts_only && std::all_of(tokens.begin(), tokens.end(), [&](const Token& token) {
    if (gap[token.begin] == U'几' && !token.terms.empty()) return true;  // 几点
    if (!token.terms.empty())
      return std::all_of(token.terms.begin(), token.terms.end(), [&](uint32_t index) {
        const TermKind kind = lexicon.term(index).kind;
        return kind == TermKind::org || (values && (kind == TermKind::value || kind == TermKind::flag || kind == TermKind::words));
      });
    if (token.word == nullptr) return token.time || (token.number && !token.number->percent);
    const Role role = token.word->role;
    return role == Role::stop || token.word->text == U"各" || role == Role::quantity || role == Role::measure || role == Role::average ||
           role == Role::sum || role == Role::whole || role == Role::own || role == Role::compare_op || (values && role == Role::join) ||
           role == Role::ratio || token.word->text == U"也" || (role == Role::without && !token.word->text.starts_with(U"不"));
  });
}

// 无线还没全覆盖: what denies stands before the name then.
bool denies(std::u32string_view gap, const Lexicon& lexicon, Date today) {
  Folded text;
  text.text = gap;
  text.at.resize(gap.size());
  const std::vector<Token> tokens = Tokenizer{lexicon, today}.read(text, false);
  return std::any_of(tokens.begin(), tokens.end(), [](const Token& token) { return token.word != nullptr && token.word->role == Role::without; });
}

struct Span {
  size_t begin = 0, end = 0;
};

// Names of metrics that stand whole in the text, the longest at each place.
std::vector<Span> names_in(std::u32string_view text, const Lexicon& lexicon) {
  std::vector<Span> names;
  for (size_t at = 0; at < text.size(); ++at) {
    size_t longest = 0;
    lexicon.each_at(text, at, [&](size_t length, const std::vector<uint32_t>& terms) {
      if (std::any_of(terms.begin(), terms.end(), [&](uint32_t index) { return lexicon.term(index).kind == TermKind::metric; })) longest = length;
    });
    if (longest > 0) names.push_back({at, at + longest});
  }
  return names;
}

// 生均校舍面积 is not 生均…校舍: a name that stands whole is not taken for pieces of another, unless it lies within one of them.
bool cuts_name(const std::vector<Span>& names, const std::vector<Span>& pieces) {
  return std::any_of(names.begin(), names.end(), [&](const Span& name) {
    const bool touches = std::any_of(pieces.begin(), pieces.end(), [&](const Span& one) { return name.begin < one.end && one.begin < name.end; });
    return touches && std::none_of(pieces.begin(), pieces.end(), [&](const Span& one) { return one.begin <= name.begin && name.end <= one.end; });
  });
}

// 资源审核平均几个工作日, 每次作业平均用时几分钟: words within a name. They stand behind it then.
void take_out_inserted(Folded& text, const Lexicon& lexicon, Date today) {
  std::vector<Span> names = names_in(text.text, lexicon);
  for (size_t at = 0; at + 4 < text.text.size(); ++at) {
    size_t first = 0, gap = 0, second = 0;
    std::u32string title;
    const std::u32string_view whole = text.text;
    // 平均每节同步课堂有多少到课人次: of each of them, no name of its own.
    if (at > 0 && (whole[at - 1] == U'每' || (at > 1 && whole[at - 2] == U'每'))) continue;
    lexicon.each_apart(whole, at, kLongestGap, [&](size_t a, size_t g, size_t b, const std::vector<uint32_t>& terms) {
      if (a + b <= first + second || cuts_name(names, {{at, at + a}, {at + a + g, at + a + g + b}})) return;
      const auto named = std::find_if(terms.begin(), terms.end(), [&](uint32_t index) {
        const Term& term = lexicon.term(index);
        return term.kind == TermKind::metric ||
               (term.kind == TermKind::noun && term.code.empty() && names.empty());  // beside a metric no noun is looked for
      });
      if (named == terms.end() || !is_clear(whole.substr(at + a, g), lexicon, today, false)) return;
      first = a;
      gap = g;
      second = b;
      const bool noun = lexicon.term(*named).kind == TermKind::noun;
      title = noun ? fold(lexicon.term(*named).title).text : std::u32string(whole.substr(at, a)) + std::u32string(whole.substr(at + a + g, b));
    });
    if (first == 0) continue;
    const bool denied = denies(whole.substr(at + first, gap), lexicon, today);
    if (denied) {
      replace(text, at + first + gap, second, title);
      erase(text, at, first);
    } else {
      erase(text, at + first + gap, second);
      replace(text, at, first, title);
    }
    names = names_in(text.text, lexicon);
    at += title.size() + gap - 1;
  }
}

// Where the pieces of a name stand, the first at `from` or behind; empty: they do not.
std::vector<Span> places_of(const Lexicon::Pieces& one, std::u32string_view text, size_t from, const Lexicon& lexicon, Date today) {
  for (size_t first = text.find(one.pieces.front(), from); first != text.npos; first = text.find(one.pieces.front(), first + 1)) {
    std::vector<Span> places{{first, first + one.pieces.front().size()}};
    for (size_t i = 1; i < one.pieces.size(); ++i) {
      const size_t end = places.back().end, at = text.find(one.pieces[i], end);
      if (at == text.npos || at - end > kLongestGap || (at > end && !is_clear(text.substr(end, at - end), lexicon, today, true))) break;
      places.push_back({at, at + one.pieces[i].size()});
    }
    const std::u32string_view behind = text.substr(places.back().end);
    const bool longer = behind.starts_with(U"率") || behind.starts_with(U"占比");  // 学生住校率
    if (places.size() == one.pieces.size() && !longer && !cuts_name(names_in(text, lexicon), places)) return places;
  }
  return {};
}

// 一个教师带几个学生: the pieces of a name, in their order. The metric's own name stands there then, and what was between behind it.
void join_pieces(Folded& text, const Lexicon& lexicon, Date today) {
  for (const Lexicon::Pieces& one : lexicon.in_pieces()) {
    const std::vector<Span> places = places_of(one, text.text, 0, lexicon, today);
    if (places.empty()) continue;
    const bool denied = denies(std::u32string_view(text.text).substr(places.front().end, places.back().begin - places.front().end), lexicon, today);
    const size_t kept = denied ? places.size() - 1 : 0;
    for (size_t i = places.size(); i-- > 0;)
      if (i == kept)
        replace(text, places[i].begin, places[i].end - places[i].begin, one.title);
      else
        erase(text, places[i].begin, places[i].end - places[i].begin);
  }
}

// 一个学校平均多少学生, 平均一节课: 平均每个学校.
void average_first(Folded& text) {
  constexpr std::u32string_view kAverage = U"平均", kCounts = U"个所名位间台节";
  if (const size_t at = text.text.find(U"平均每校"); at != text.text.npos) replace(text, at, 4, U"平均每所学校");
  if (const size_t at = text.text.find(U"平均每班"); at != text.text.npos) replace(text, at, 4, U"平均每个班");
  for (const std::u32string_view counted : {U"平均下来", U"平均起来", U"平均算下来", U"平均算来"})
    if (const size_t at = text.text.find(counted); at != text.text.npos) replace(text, at, counted.size(), U"平均");
  if (const size_t at = text.text.find(U"平均一");
      at != text.text.npos && at + 3 < text.text.size() && kCounts.find(text.text[at + 3]) != kCounts.npos)
    text.text[at + 2] = U'每';
  for (size_t at = 0; at + 4 < text.text.size(); ++at) {
    if (text.text[at] != U'一' || kCounts.find(text.text[at + 1]) == kCounts.npos) continue;
    const size_t average = text.text.find(kAverage, at + 2);
    if (average == text.text.npos || average > at + 6 || text.text.substr(average).starts_with(U"平均每")) continue;
    erase(text, average, kAverage.size());
    text.text[at] = U'每';
    const std::u32string first = std::u32string(kAverage) + text.text[at];
    replace(text, at, 1, first);
    return;
  }
}

// 一个寄宿生都没有, 一间教室也没有: the word that says none stands before its noun then.
void none_first(Folded& text) {
  constexpr std::array<std::u32string_view, 4> kNone = {U"都没有", U"也没有", U"都没", U"也没"};
  constexpr std::u32string_view kMeasures = U"个所间名位台册本张件节家";
  for (size_t at = 3; at < text.text.size(); ++at) {
    const std::u32string_view whole = text.text;
    const auto none = std::find_if(kNone.begin(), kNone.end(), [&](std::u32string_view word) { return whole.substr(at).starts_with(word); });
    if (none == kNone.end()) continue;
    const size_t one = whole.rfind(U'一', at);
    if (one == whole.npos || one + 2 >= at || at - one > kLongestPart + 2 || kMeasures.find(whole[one + 1]) == kMeasures.npos) continue;
    erase(text, at, none->size());
    erase(text, one, 2);
    insert(text, one, U"没有");
    return;
  }
}

// 一、二年级: the first and the second of them.
void share_grades(Folded& text) {
  constexpr std::u32string_view kGrade = U"年级", kJoin = U"、和与及跟";
  for (size_t at = text.text.rfind(kGrade); at != text.text.npos && at > 0; at = text.text.rfind(kGrade, at - 1)) {
    size_t begin = at;
    while (begin > 0 && number_at(text.text, begin - 1) && at - begin < 2) --begin;
    if (begin == at || begin < 2 || kJoin.find(text.text[begin - 1]) == kJoin.npos || !number_at(text.text, begin - 2)) continue;
    insert(text, begin - 1, kGrade);
    at = begin - 1;
    if (at == 0) return;
  }
}

// 达到全市平均没有: asked, not denied. 哪些学校没有 denies.
void drop_final_not(Folded& text) {
  constexpr std::array<std::u32string_view, 4> kNot = {U"了没有", U"了没", U"没有", U"没"};
  if (text.text.find(U'哪') != text.text.npos || text.text.find(U"多少") != text.text.npos || text.text.find(U'几') != text.text.npos) return;
  const auto end =
      std::find_if(kNot.begin(), kNot.end(), [&](std::u32string_view one) { return text.text.ends_with(one) && text.text.size() > one.size() + 2; });
  if (end != kNot.end()) erase(text, text.text.size() - end->size(), end->size());
}

// 下午3点 is the hour 15: a number before the name of the dimension, as 三年级 is.
void count_hours(Folded& text, const Lexicon& lexicon) {
  struct Half {
    std::u32string_view said;
    int hours;
  };
  constexpr std::array<Half, 10> kHalves = {Half{U"上午", 0},  Half{U"早上", 0},  Half{U"早晨", 0},  Half{U"清晨", 0},  Half{U"中午", 0},
                                            Half{U"下午", 12}, Half{U"傍晚", 12}, Half{U"晚上", 12}, Half{U"夜里", 12}, Half{U"", 0}};
  constexpr std::u32string_view kBeforeDegree = U"高低多少大小好差快慢强弱升降了提增加减";
  constexpr std::u32string_view kHour = U"钟点";
  if (lexicon.exactly(kHour) == nullptr) return;
  for (size_t at = 0; at < text.text.size(); ++at)
    for (const Half& half : kHalves) {
      const std::u32string_view rest = std::u32string_view(text.text).substr(at);
      const auto number = rest.starts_with(half.said) ? number_at(text.text, at + half.said.size()) : std::nullopt;
      size_t end = number ? at + half.said.size() + number->length : text.text.size();
      // 更高一点, 两个点 tell no hour.
      const bool bare =
          half.said.empty() && (number ? number->value < 2 || (at > 0 && kBeforeDegree.find(text.text[at - 1]) != kBeforeDegree.npos) : true);
      if (bare || end >= text.text.size() || text.text[end] != U'点' || number->value < 0 || number->value > 24) continue;
      ++end;
      if (end < text.text.size() && text.text[end] == U'钟') ++end;
      const int hour = static_cast<int>(number->value) + (number->value < 12 ? half.hours : 0);
      const std::u32string said = text::code_points_of(std::to_string(hour)) + std::u32string(kHour);
      replace(text, at, end - at, said);
      at += said.size() - 1;
      break;
    }
}

// 每间教室配了多少台终端: the mean of each, where no figures are kept of single ones.
void mean_of_each(Folded& text, const Lexicon& lexicon) {
  constexpr std::u32string_view kMeasures = U"个名位间台张";
  const size_t at = text.text.find(U'每');
  if (at == text.text.npos || text.text.find(U"平均") != text.text.npos || at + 2 >= text.text.size()) return;
  const size_t asked = std::min(text.text.find(U"多少", at), text.text.find(U'几', at));
  if (kMeasures.find(text.text[at + 1]) == kMeasures.npos || asked == text.text.npos) return;
  bool noun = false, other = false;
  lexicon.each_at(text.text, at + 2, [&](size_t, const std::vector<uint32_t>& terms) {
    for (const uint32_t index : terms) {
      noun |= lexicon.term(index).kind == TermKind::noun;
      other |= lexicon.term(index).kind == TermKind::dimension || lexicon.term(index).kind == TermKind::value;
    }
  });
  const std::u32string_view rest = std::u32string_view(text.text).substr(at + 2);
  const bool level = rest.starts_with(U"区") || rest.starts_with(U"学校") || rest.starts_with(U"校") || rest.starts_with(U"学生");
  if (noun && !other && !level) insert(text, at, U"平均");
}

// 一个学生能摊上几册图书: of each of them.
void share_by_one(Folded& text) {
  constexpr std::u32string_view kOne = U"一个学生";
  constexpr std::array<std::u32string_view, 12> kHas = {U"能摊上", U"能分到", U"能摊到", U"能占", U"能有", U"摊上",
                                                        U"摊到",   U"分到",   U"合",     U"占",   U"摊",   U"有"};
  const size_t at = text.text.find(kOne);
  if (at == text.text.npos) return;
  const size_t behind = at + kOne.size();
  const std::u32string_view rest = std::u32string_view(text.text).substr(behind);
  const auto has = std::find_if(kHas.begin(), kHas.end(), [&](std::u32string_view word) { return rest.starts_with(word); });
  const size_t length = has == kHas.end() ? 0 : has->size();
  if (!rest.substr(length).starts_with(U"几") && !rest.substr(length).starts_with(U"多少") && !rest.substr(length).starts_with(U"多大")) return;
  replace(text, at, kOne.size() + length, U"生均");
}

constexpr std::u32string_view kCounted = U"个名位人所家台间件节次册本套项条份张座栋部门";  // words that count things

// The question of how many that the text ends with, particles behind it aside: 有多少个. Empty: none.
std::u32string_view final_quantity(std::u32string_view text) {
  constexpr std::u32string_view kParticles = U"呀啊呢吗嘛呗哦了";
  const size_t last = text.find_last_not_of(kParticles);
  if (last == text.npos) return {};
  const size_t end = last + 1;
  size_t begin = end;
  if (kCounted.find(text[begin - 1]) != kCounted.npos) --begin;
  if (begin >= 2 && text.substr(begin - 2, 2) == U"多少")
    begin -= 2;
  else if (begin >= 1 && begin < end && text[begin - 1] == U'几')
    --begin;
  else
    return {};
  if (begin >= 1 && (text[begin - 1] == U'有' || text[begin - 1] == U'是')) --begin;
  return text.substr(begin, end - begin);
}

// 男生多少女生多少: the same question of each, asked once of all of them.
void ask_once(Folded& text) {
  constexpr size_t kLongest = 14;
  const std::u32string ask(final_quantity(text.text));
  if (ask.empty()) return;
  const size_t last = text.text.rfind(ask);
  std::vector<size_t> places;
  for (size_t at = text.text.find(ask); at < last; at = text.text.find(ask, at + ask.size())) places.push_back(at);
  if (places.empty() || places.front() < 2 || text.text[last - 1] == U'各') return;
  for (size_t i = 0; i < places.size(); ++i) {
    const size_t from = places[i] + ask.size(), to = i + 1 < places.size() ? places[i + 1] : last;
    const std::u32string_view part = std::u32string_view(text.text).substr(from, to - from);
    if (part.empty()) return;
    const bool joined = part.starts_with(U'、');
    if (kCounted.find(part.front()) != kCounted.npos) return;  // 多少人 is another question than 多少
    if (part.size() < (joined ? 3U : 2U) || part.size() > kLongest || part.find_first_of(U"占比差高低多少几排每各如那") != part.npos) return;
  }
  insert(text, last, U"各");
  for (size_t i = places.size(); i-- > 0;) {
    const bool joined = text.text[places[i] + ask.size()] == U'、';
    erase(text, places[i], ask.size());
    if (!joined) insert(text, places[i], U"、");
  }
}

}  // namespace

Folded put_together(Folded text, const Lexicon& lexicon, Date today) {
  if (text.text.starts_with(U"规模最")) replace(text, 0, 2, U"学生数");
  share_grades(text);
  count_hours(text, lexicon);
  reword_times(text);
  drop_final_not(text);
  ask_once(text);
  share_by_one(text);
  mean_of_each(text, lexicon);
  none_first(text);
  share_ends(text, lexicon);
  join_superlatives(text, lexicon);
  join_pieces(text, lexicon, today);
  average_first(text);
  take_out_inserted(text, lexicon, today);
  return text;
}

}  // namespace banmo::ask
