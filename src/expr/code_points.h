// SPDX-License-Identifier: Apache-2.0
// Walks valid UTF-8 by code point without copying. Pure functions, private to the room.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace banmo::expr {

inline bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

inline size_t n_code_points(std::string_view text) {
  size_t n = 0;
  for (const char c : text) n += is_continuation(c) ? 0U : 1U;
  return n;
}

// Bytes of the code point that starts at `at` (at least 1, never beyond the end).
inline size_t code_point_size(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && is_continuation(text[end])) ++end;
  return end - at;
}

// Code points first .. first + n - 1, as far as there are any; `first` counts from 0.
inline std::string_view code_point_slice(std::string_view text, size_t first, size_t n) {
  size_t begin = 0;
  for (; first > 0 && begin < text.size(); --first) begin += code_point_size(text, begin);
  size_t end = begin;
  for (; n > 0 && end < text.size(); --n) end += code_point_size(text, end);
  return text.substr(begin, end - begin);
}

// The code point at `at` of valid UTF-8.
inline char32_t code_point_at(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t size = code_point_size(text, at);
  char32_t value = size == 1 ? lead : lead & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size; ++i) value = (value << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  return value;
}

// Code points with A-Z as a-z, for comparing names.
inline std::u32string code_points_folded(std::string_view text) {
  std::u32string all;
  for (size_t i = 0; i < text.size(); i += code_point_size(text, i)) {
    const char32_t c = code_point_at(text, i);
    all.push_back(c >= U'A' && c <= U'Z' ? c + 32 : c);
  }
  return all;
}

}  // namespace banmo::expr
