// SPDX-License-Identifier: Apache-2.0
#include "ask/rewrite.h"

#include <algorithm>
#include <array>
#include <optional>

namespace banmo::ask {
namespace {

constexpr size_t kLongestPart = 10;  // of a name, in characters
constexpr std::array<std::u32string_view, 6> kJoins = {U"以及", U"和", U"与", U"跟", U"及", U"、"};

bool is_metric(const Lexicon& lexicon, const std::u32string& name) {
  const auto* terms = lexicon.exactly(name);
  return terms != nullptr && std::any_of(terms->begin(), terms->end(), [&](uint32_t index) { return lexicon.term(index).kind == TermKind::metric; });
}

// Puts `what` in at `place`; the new characters stand for the source's character before them.
void insert(Folded& text, size_t place, std::u32string_view what) {
  text.text.insert(place, what);
  text.at.insert(text.at.begin() + static_cast<std::ptrdiff_t>(place), what.size(), text.at[place == 0 ? 0 : place - 1]);
}

void erase(Folded& text, size_t place, size_t n) {
  text.text.erase(place, n);
  const auto begin = text.at.begin() + static_cast<std::ptrdiff_t>(place);
  text.at.erase(begin, begin + static_cast<std::ptrdiff_t>(n));
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
    if (const std::u32string end = shared_end(whole.substr(0, at), whole.substr(at + join->size()), lexicon); !end.empty()) insert(text, at, end);
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

// 资源审核平均几个工作日, 每次作业平均用时几分钟: a word of asking within a name. It stands behind the name then.
void take_out_inserted(Folded& text, const Lexicon& lexicon) {
  // The longest first.
  constexpr std::array<std::u32string_view, 31> kInserted = {
      U"配了多少台", U"摊到多少台", U"一共有多少", U"配了几台", U"摊到几台", U"有多少台", U"有多少间", U"有多少册", U"有多少所", U"总共有", U"有几台",
      U"有几间",     U"有几册",     U"有几本",     U"了多少个", U"配几台",   U"多少个",   U"了几个",   U"总共被",   U"一共",     U"总共",   U"几台",
      U"几个",       U"多少",       U"平均",       U"拥有",     U"配了",     U"分别",     U"几",       U"有",       U"配"};
  for (size_t at = 1; at + 1 < text.text.size(); ++at) {
    const std::u32string_view whole = text.text;
    for (const std::u32string_view word : kInserted) {
      if (!whole.substr(at).starts_with(word)) continue;
      const std::u32string_view before = whole.substr(0, at), behind = whole.substr(at + word.size());
      size_t end = 0;
      for (size_t n = std::min(before.size(), kLongestPart); n >= 2 && end == 0; --n)
        for (size_t m = std::min(behind.size(), kLongestPart); m >= 2 && end == 0; --m)
          if (const std::u32string name = std::u32string(before.substr(before.size() - n)) + std::u32string(behind.substr(0, m));
              is_metric(lexicon, name))
            end = m;
      if (end == 0) continue;
      erase(text, at, word.size());
      insert(text, at + end, word);
      at += end + word.size() - 1;
      break;
    }
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

}  // namespace

Folded put_together(Folded text, const Lexicon& lexicon) {
  none_first(text);
  share_ends(text, lexicon);
  join_superlatives(text, lexicon);
  take_out_inserted(text, lexicon);
  return text;
}

}  // namespace banmo::ask
