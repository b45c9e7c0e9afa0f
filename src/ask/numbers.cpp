// SPDX-License-Identifier: Apache-2.0
#include "ask/numbers.h"

#include <charconv>
#include <string>

#include "base/text.h"
#include "base/text_han.h"

namespace banmo::ask {
namespace {

constexpr std::u32string_view kNumerals = U"零〇一二两三四五六七八九十百千万亿";

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_numeral(char32_t c) { return kNumerals.find(c) != std::u32string_view::npos; }

double scale_of(char32_t c) { return c == U'百' ? 1e2 : c == U'千' ? 1e3 : c == U'万' ? 1e4 : c == U'亿' ? 1e8 : 1; }

// 12, 1.5, 3万
std::optional<Number> arabic(std::u32string_view text) {
  std::string digits;
  size_t n = 0;
  while (n < text.size() && (is_digit(text[n]) || (text[n] == U'.' && n > 0 && n + 1 < text.size() && is_digit(text[n + 1]))))
    digits += static_cast<char>(text[n++]);
  if (digits.empty() || digits.size() > 15) return std::nullopt;
  Number number;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number.value);
  if (code != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (n < text.size() && scale_of(text[n]) != 1 && text.substr(n, 2) != U"万兆") number.value *= scale_of(text[n++]);
  number.length = n;
  return number;
}

std::optional<Number> chinese(std::u32string_view text) {
  size_t n = 0;
  while (n < text.size() && n < 12 && is_numeral(text[n])) ++n;
  // 一千五 is 1,500.
  constexpr std::u32string_view kDigits = U"零一二三四五六七八九";
  if (n >= 3 && kDigits.find(text[n - 1]) != kDigits.npos && text[n - 1] != U'零' && scale_of(text[n - 2]) >= 100) {
    const auto head = text::parse_int(text::utf8_of(text.substr(0, n - 1)));
    if (head) return Number{static_cast<double>(*head) + static_cast<double>(kDigits.find(text[n - 1])) * scale_of(text[n - 2]) / 10, n, false};
  }
  for (; n > 0; --n) {
    const auto value = text::parse_int(text::utf8_of(text.substr(0, n)));
    if (value) return Number{static_cast<double>(*value), n, false};
  }
  return std::nullopt;
}

std::optional<Number> plain(std::u32string_view text) {
  if (text.empty()) return std::nullopt;
  return is_digit(text.front()) ? arabic(text) : chinese(text);
}

}  // namespace

std::optional<Number> number_at(std::u32string_view text, size_t at) {
  std::u32string_view rest = text.substr(at);
  constexpr std::u32string_view kOf = U"百分之";
  if (rest.starts_with(kOf)) {
    if (rest.substr(kOf.size()).starts_with(U"百")) return Number{100, kOf.size() + 1, true};
    const auto part = plain(rest.substr(kOf.size()));
    return part ? std::optional(Number{part->value, part->length + kOf.size(), true}) : std::nullopt;
  }
  if (rest.starts_with(U"一半") || rest.starts_with(U"半数")) return Number{50, 2, true};
  auto number = plain(rest);
  // 千人以上
  if (!number && rest.size() >= 3 && scale_of(rest[0]) > 1 && (rest[1] == U'人' || rest[1] == U'名') && (rest[2] == U'以' || rest[2] == U'之'))
    number = Number{scale_of(rest[0]), 1, false};
  if (!number) return std::nullopt;
  rest = rest.substr(number->length);
  if (rest.starts_with(U"%")) return Number{number->value, number->length + 1, true};
  if (rest.starts_with(U"成") && !rest.starts_with(U"成绩") && number->value <= 10) {
    if (rest.starts_with(U"成半")) return Number{number->value * 10 + 5, number->length + 2, true};
    return Number{number->value * 10, number->length + 1, true};
  }
  if (rest.starts_with(U"分之") && number->value > 0) {
    const auto part = plain(rest.substr(2));
    if (part) return Number{part->value / number->value * 100, number->length + 2 + part->length, true};
  }
  return number;
}

}  // namespace banmo::ask
