// SPDX-License-Identifier: Apache-2.0
// A question and the words of the vocabulary in one spelling: half width, lower case, simplified, everyday words as the packs write them ("人数" and
// "总数" are "数"), without punctuation. Both sides go through it, so what people vary is compared once. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace banmo::ask {

struct Folded {
  std::u32string text;
  std::vector<size_t> at;  // for each character, its place in the source's code points
  size_t n_source = 0;
  std::vector<size_t> commas;  // places in the source; a pause, where 、 lists

  bool is_comma(size_t place) const { return std::binary_search(commas.begin(), commas.end(), at[place]); }
};

Folded fold(std::string_view text);
// One character: half width, lower case, simplified; dashes as "-".
char32_t plain(char32_t c);
bool is_blank(char32_t c);
// Of a title: also without what stands in brackets, if that differs and is not empty.
std::vector<std::u32string> folded_names(std::string_view title);
// Between the pieces of a name in pieces: 每百名学生…终端.
inline constexpr std::string_view kGap = "…";
// A title and its synonyms, folded; without those in pieces.
std::vector<std::u32string> whole_names(std::string_view title, const std::vector<std::string>& synonyms);

}  // namespace banmo::ask
