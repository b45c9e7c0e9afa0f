// SPDX-License-Identifier: Apache-2.0
// Chinese characters one by one: code points of a text, simplified forms, how a character is read. ICU's tables, taken once; immutable, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace banmo::text {

// Of UTF-8; a byte that is none becomes U+FFFD.
std::u32string code_points_of(std::string_view text);
std::string utf8_of(std::u32string_view code_points);

class Han {
 public:
  static const Han& table();                              // made at the first use, about 0.1 s
  char32_t simplified(char32_t c) const;                  // itself if there is no simpler form
  std::string_view pinyin(char32_t c) const;              // the usual reading without its tone: "lü" is "lu"; empty if it is no hanzi
  std::string pinyin_of(std::u32string_view text) const;  // letters and digits stay; others fall out

 private:
  Han();
  std::unordered_map<char32_t, char32_t> simplified_;
  std::vector<std::string> pinyin_;  // of U+4E00 and on
};

}  // namespace banmo::text
