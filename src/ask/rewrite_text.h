// SPDX-License-Identifier: Apache-2.0
// How folded text is changed before it is read: what is put in stands for the source's character before it. Inside the room.
#pragma once

#include <string_view>

#include "ask/fold.h"

namespace banmo::ask {

// Puts `what` in at `place`; the new characters stand for the source's character before them.
inline void insert(Folded& text, size_t place, std::u32string_view what) {
  text.text.insert(place, what);
  text.at.insert(text.at.begin() + static_cast<std::ptrdiff_t>(place), what.size(), text.at[place == 0 ? 0 : place - 1]);
}

inline void erase(Folded& text, size_t place, size_t n) {
  text.text.erase(place, n);
  const auto begin = text.at.begin() + static_cast<std::ptrdiff_t>(place);
  text.at.erase(begin, begin + static_cast<std::ptrdiff_t>(n));
}

// The characters begin .. begin + length replaced by others, which stand for the first of them.
inline void replace(Folded& text, size_t begin, size_t length, std::u32string_view what) {
  const size_t at = text.at[begin];
  erase(text, begin, length);
  text.text.insert(begin, what);
  text.at.insert(text.at.begin() + static_cast<std::ptrdiff_t>(begin), what.size(), at);
}

// Years and limits in one wording: 跟上年比, 去年跟前年比, 自2024年起, 比50%低.
void reword_times(Folded& text);

}  // namespace banmo::ask
