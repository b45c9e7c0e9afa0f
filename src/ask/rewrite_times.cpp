// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "ask/numbers.h"
#include "ask/rewrite_text.h"
#include "base/text.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

// 跟上年比, 与前一年相比, 相较于去年: said in one way.
void join_year_before(Folded& text) {
  struct Before {
    std::u32string_view said, read;
  };
  constexpr std::array<std::u32string_view, 12> kBegin = {U"相较于", U"相比于", U"对比", U"相比", U"相较", U"比起",
                                                          U"跟",     U"和",     U"与",   U"同",   U"比",   U"较"};
  constexpr std::array<Before, 20> kBefore = {
      Before{U"去年同期", U"比去年"},   Before{U"上年同期", U"比去年"},   Before{U"上一年度", U"比去年"},   Before{U"上一学年", U"比上学年"},
      Before{U"上个学年", U"比上学年"}, Before{U"上一学期", U"比上学期"}, Before{U"上个学期", U"比上学期"}, Before{U"上一个月", U"比上月"},
      Before{U"前一个月", U"比上月"},   Before{U"前一学年", U"比上学年"}, Before{U"前一学期", U"比上学期"}, Before{U"前一年", U"比去年"},
      Before{U"上一年", U"比去年"},     Before{U"头一年", U"比去年"},     Before{U"上年度", U"比去年"},     Before{U"上个月", U"比上月"},
      Before{U"上学年", U"比上学年"},   Before{U"上学期", U"比上学期"},   Before{U"去年", U"比去年"},       Before{U"上年", U"比去年"}};
  constexpr std::array<std::u32string_view, 9> kEnd = {U"相比较", U"比起来", U"比较", U"相比", U"对比", U"比照", U"来比", U"来看", U"比"};
  const auto longest = [](std::u32string_view rest, const auto& all) {
    return std::find_if(all.begin(), all.end(), [&](std::u32string_view one) { return rest.starts_with(one); });
  };
  for (size_t at = 0; at < text.text.size(); ++at) {
    const std::u32string_view rest = std::u32string_view(text.text).substr(at);
    const auto begin = longest(rest, kBegin);
    if (begin == kBegin.end()) continue;
    const auto before =
        std::find_if(kBefore.begin(), kBefore.end(), [&](const Before& one) { return rest.substr(begin->size()).starts_with(one.said); });
    if (before == kBefore.end()) continue;
    size_t length = begin->size() + before->said.size();
    const auto end = longest(rest.substr(length), kEnd);
    const bool joins = begin->size() == 1 && *begin != U"比" && *begin != U"较";  // 今年和去年: side by side, without 比 behind
    if ((joins && end == kEnd.end()) || (at > 0 && text.text[at - 1] == U'年')) continue;
    if (end != kEnd.end()) length += end->size();
    replace(text, at, length, before->read);
  }
}

// 去年跟前年比, 2025年比2024年: each with the year before it. Without a word of comparison they stand side by side.
void join_years(Folded& text) {
  constexpr std::u32string_view kBetween = U"跟和与同比较";
  constexpr std::array<std::u32string_view, 7> kEnd = {U"相比较", U"比起来", U"比较", U"相比", U"对比", U"来比", U"比"};
  struct Year {
    int64_t year = 0;  // of names before this one: 0 is this year's
    size_t length = 0;
  };
  const auto year_at = [&](size_t at) -> Year {
    const std::u32string_view rest = std::u32string_view(text.text).substr(std::min(at, text.text.size()));
    constexpr std::array<std::u32string_view, 3> kNames = {U"今年", U"去年", U"前年"};
    for (size_t i = 0; i < kNames.size(); ++i)
      if (rest.starts_with(kNames[i])) return {-static_cast<int64_t>(i), kNames[i].size()};
    if (rest.size() < 5 || rest.find_first_not_of(U"0123456789") != 4 || rest[4] != U'年') return {};
    return {text::parse_int(text::utf8_of(rest.substr(0, 4))).value_or(0), 5};
  };
  for (size_t at = 0; at < text.text.size(); ++at) {
    const Year one = year_at(at);
    if (one.length == 0) continue;
    const size_t join = at + one.length;
    const Year other = join < text.text.size() && kBetween.find(text.text[join]) != kBetween.npos ? year_at(join + 1) : Year{};
    if (other.length == 0 || other.year + 1 != one.year) continue;
    const size_t behind = join + 1 + other.length;
    const std::u32string_view rest = std::u32string_view(text.text).substr(behind);
    const auto end = std::find_if(kEnd.begin(), kEnd.end(), [&](std::u32string_view word) { return rest.starts_with(word); });
    const bool compares = text.text[join] == U'比' || text.text[join] == U'较';
    if (!compares && end == kEnd.end()) continue;
    replace(text, join, behind + (end == kEnd.end() ? 0 : end->size()) - join, U"同比");
  }
}

// 自2024年起, 打2024年起: what begins a time says no more than its end.
void drop_since(Folded& text) {
  constexpr std::array<std::u32string_view, 4> kSince = {U"打从", U"自从", U"自", U"打"};
  // 九月到现在
  constexpr std::array<std::u32string_view, 8> kNow = {U"一直到现在", U"到现在", U"到目前", U"到如今", U"到今天", U"到当前", U"到眼下", U"至今"};
  constexpr std::u32string_view kUnits = U"年月日号期度";
  for (const std::u32string_view now : kNow)
    if (const size_t at = text.text.find(now); at != text.text.npos && at > 0 && kUnits.find(text.text[at - 1]) != kUnits.npos)
      replace(text, at, now.size(), U"以来");
  for (size_t at = 0; at + 2 < text.text.size(); ++at) {
    const std::u32string_view rest = std::u32string_view(text.text).substr(at);
    const auto found = std::find_if(kSince.begin(), kSince.end(), [&](std::u32string_view one) { return rest.starts_with(one); });
    if (found != kSince.end() && number_at(text.text, at + found->size())) erase(text, at, found->size());
  }
}

// 比50%低: 低于50%.
void limits_by_than(Folded& text) {
  constexpr std::u32string_view kNumber = U"0123456789.%", kAbove = U"高多大", kBelow = U"低少小";
  for (size_t at = text.text.find(U'比'); at != text.text.npos; at = text.text.find(U'比', at + 1)) {
    const size_t end = text.text.find_first_not_of(kNumber, at + 1);
    if (end == text.text.npos || end == at + 1) continue;
    const bool above = kAbove.find(text.text[end]) != kAbove.npos;
    if (!above && kBelow.find(text.text[end]) == kBelow.npos) continue;
    erase(text, end, 1);
    replace(text, at, 1, above ? U"高于" : U"低于");
  }
}

}  // namespace

void reword_times(Folded& text) {
  drop_since(text);
  limits_by_than(text);
  join_years(text);
  join_year_before(text);
}

}  // namespace banmo::ask
