// SPDX-License-Identifier: Apache-2.0
#include "ask/fold.h"

#include <algorithm>
#include <unordered_map>

#include "ask/spellings.h"
#include "base/text.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

// Marks that end or frame, and say nothing here.
bool is_frame(char32_t c) {
  constexpr std::u32string_view kFrames = U"?!。;:\"'“”‘’「」『』《》〈〉()[]{}【】〔〕…·`*#_|\\^$&@";
  return kFrames.find(c) != std::u32string_view::npos;
}

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

// 1,234 is a number, not two of a list.
bool groups_thousands(const std::u32string& text, size_t at) {
  if (text[at] != U'、' || at == 0 || !is_digit(text[at - 1]) || at + 3 >= text.size()) return false;
  for (size_t i = 1; i <= 3; ++i)
    if (!is_digit(text[at + i])) return false;
  return at + 4 >= text.size() || !is_digit(text[at + 4]);
}

// 涨没涨 asks by saying a word twice: it is said once. 高不高 asks for the figure.
void drop_doubled_question(Folded& text) {
  constexpr std::u32string_view kDoubled = U"涨升降增减高低多大小快慢强达够超";  // 要不要, 好不好 ask for an opinion
  for (size_t i = 0; i + 2 < text.text.size(); ++i) {
    if (kDoubled.find(text.text[i]) == kDoubled.npos || text.text[i] != text.text[i + 2] || (text.text[i + 1] != U'没' && text.text[i + 1] != U'不'))
      continue;
    constexpr std::u32string_view kHowMuch = U"高低多大小快慢强";
    const size_t from = kHowMuch.find(text.text[i]) == kHowMuch.npos || text.text[i + 1] == U'没' ? i + 1 : i;
    text.text.erase(from, i + 3 - from);
    text.at.erase(text.at.begin() + static_cast<std::ptrdiff_t>(from), text.at.begin() + static_cast<std::ptrdiff_t>(i) + 3);
  }
}

// 千人以上（含一千）: that the bound itself counts is how 以上 is read.
std::u32string without_included_bounds(std::u32string text) {
  constexpr std::u32string_view kNumerals = U"0123456789０１２３４５６７８９.%％一二两三四五六七八九十百千万本数人所个级年岁";
  for (size_t at = text.find(U'含'); at != text.npos; at = text.find(U'含', at + 1)) {
    const bool open = at > 0 && (text[at - 1] == U'（' || text[at - 1] == U'(');
    const size_t end = text.find_first_not_of(kNumerals, at + 1);
    if (open && end != text.npos && end > at + 1 && (text[end] == U'）' || text[end] == U')')) text.replace(at - 1, end + 2 - at, end + 2 - at, U' ');
  }
  return text;
}

// 前3的学科: what is dropped keeps number and name apart, so that no 3学科 is read.
bool ends_with_head(std::u32string_view text) {
  constexpr std::u32string_view kNumerals = U"0123456789一二两三四五六七八九十";
  const size_t last = text.find_last_not_of(kNumerals);
  return last != text.npos && last + 1 < text.size() && (text[last] == U'前' || text[last] == U'后');
}

struct Spelling {
  std::u32string said, read;
};

// By the first character, the longest first.
using Spellings = std::unordered_map<char32_t, std::vector<Spelling>>;

Spellings read_spellings() {
  Spellings all;
  for (const std::string_view line : kSpellings)
    for (const std::string& word : text::split(line, ' ')) {
      const size_t middle = word.find('=');
      if (middle == std::string::npos) continue;
      Spelling one{text::code_points_of(word.substr(0, middle)), text::code_points_of(word.substr(middle + 1))};
      all[one.said.front()].push_back(std::move(one));
    }
  for (auto& [first, rules] : all)
    std::stable_sort(rules.begin(), rules.end(), [](const Spelling& a, const Spelling& b) { return a.said.size() > b.said.size(); });
  return all;
}

const Spelling* rule_at(std::u32string_view text) {
  static const Spellings all = read_spellings();
  const auto rules = all.find(text.front());
  if (rules == all.end()) return nullptr;
  const auto found = std::find_if(rules->second.begin(), rules->second.end(), [&](const Spelling& one) { return text.starts_with(one.said); });
  return found == rules->second.end() ? nullptr : &*found;
}

}  // namespace

bool is_blank(char32_t c) {
  return c <= 0x20 || c == 0xA0 || c == 0x7F || (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || c == 0x2060 || c == 0x3000 ||
         c == 0xFEFF;
}

char32_t plain(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
  if (c >= U'A' && c <= U'Z') return c + 32;
  switch (c) {
    case U',': return U'、';
    case U'，': return U'、';
    case U'—':
    case U'–':
    case U'－':
    case U'～': return U'-';
    case U'~': return U'-';
    case U'＞': return U'>';
    case U'＜': return U'<';
    default: return text::Han::table().simplified(c);
  }
}

Folded fold(std::string_view source) {
  Folded plain_text;
  const std::u32string all = without_included_bounds(text::code_points_of(source));
  for (size_t i = 0; i < all.size(); ++i) {
    const char32_t c = plain(all[i]);
    // 15:1 is no 151.
    const bool ratio = c == U':' && i > 0 && i + 1 < all.size() && is_digit(plain(all[i - 1])) && is_digit(plain(all[i + 1]));
    if (ratio) {
      plain_text.text += U'∶';
      plain_text.at.push_back(i);
      continue;
    }
    if (is_blank(c) || is_frame(c)) continue;
    plain_text.text += c;
    plain_text.at.push_back(i);
  }
  Folded out;
  out.n_source = all.size();
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i] == U'，' || all[i] == U',') out.commas.push_back(i);
  drop_doubled_question(plain_text);
  for (size_t i = 0; i < plain_text.text.size();) {
    const std::u32string_view rest = std::u32string_view(plain_text.text).substr(i);
    if (groups_thousands(plain_text.text, i)) {
      ++i;
    } else if (const Spelling* rule = rule_at(rest)) {
      const std::u32string_view read = rule->said == U"的" && ends_with_head(out.text) ? std::u32string_view(U"个") : rule->read;
      out.text += read;
      out.at.insert(out.at.end(), read.size(), plain_text.at[i]);
      i += rule->said.size();
    } else {
      out.text += rest.front();
      out.at.push_back(plain_text.at[i]);
      ++i;
    }
  }
  return out;
}

std::vector<std::u32string> folded_names(std::string_view title) {
  std::vector<std::u32string> names{fold(title).text};
  std::u32string bare;
  int depth = 0;
  for (const char32_t c : text::code_points_of(title)) {
    if (c == U'（' || c == U'(') ++depth;
    if (depth == 0) bare += c;
    if ((c == U'）' || c == U')') && depth > 0) --depth;
  }
  const std::u32string without = fold(text::utf8_of(bare)).text;
  if (!without.empty() && without != names.front()) names.push_back(without);
  return names;
}

std::vector<std::u32string> whole_names(std::string_view title, const std::vector<std::string>& synonyms) {
  std::vector<std::u32string> names{fold(title).text};
  for (const std::string& synonym : synonyms)
    if (synonym.find(kGap) == std::string::npos) names.push_back(fold(synonym).text);
  return names;
}

}  // namespace banmo::ask
