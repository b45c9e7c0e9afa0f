// SPDX-License-Identifier: Apache-2.0
#include "ask/log_text.h"

#include "ask/fold.h"
#include "base/id.h"
#include "base/text.h"
#include "base/text_han.h"
#include "base/time.h"

namespace banmo::ask {
namespace {

constexpr size_t kLongestNumber = 6, kUuid = 36;

// '0' to '9', or nothing.
char digit_of(char32_t c) {
  constexpr std::u32string_view kNumerals = U"〇一二三四五六七八九";
  if (c >= U'0' && c <= U'9') return static_cast<char>(c);
  const size_t at = kNumerals.find(c == U'零' ? U'〇' : c);
  return at == std::u32string_view::npos ? '\0' : static_cast<char>('0' + at);
}

bool is_dash(char32_t c) { return c == U'-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212; }

// An organisation's id has letters and the marks of a version: a person's number does not look like it.
bool is_id(std::u32string_view text) {
  if (text.size() < kUuid) return false;
  std::string ascii;
  bool letters = false;
  for (const char32_t c : text.substr(0, kUuid)) {
    if (c > 0x7E) return false;
    letters |= c >= U'a' && c <= U'f';
    ascii += static_cast<char>(c);
  }
  return letters && std::string_view("45678").find(ascii[14]) != std::string_view::npos && Uuid::parse(ascii).has_value();
}

// Digits with what stands between them.
struct Run {
  std::string digits, shape;   // shape: dashes between them kept
  std::u32string said, after;  // after: blanks and dashes that may yet prove to stand between two digits

  void take(char32_t c, char digit) {
    for (const char32_t between : after)
      if (is_dash(plain(between))) shape += '-';
    digits += digit;
    shape += digit;
    said += after + c;
    after.clear();
  }
  bool is_dated() const {
    const auto year = [&](size_t at) {
      return shape.compare(at, 2, "19") == 0 || shape.compare(at, 2, "20") == 0 || shape.compare(at, 2, "21") == 0;
    };
    if (shape.size() == 9 && shape[4] == '-' && digits.size() == 8) return year(0) && year(5);
    return Date::parse_iso(shape).has_value();
  }
  std::u32string kept() const { return (digits.size() > kLongestNumber && !is_dated() ? std::u32string(U"***") : said) + after; }
};

}  // namespace

std::string for_the_log(std::string_view text, size_t most_bytes) {
  const std::u32string all = text::code_points_of(text.substr(0, text::valid_utf8_prefix(text)));
  std::u32string out;
  Run run;
  const auto flush = [&] {
    out += run.kept();
    run = {};
  };
  for (size_t i = 0; i < all.size(); ++i) {
    if (run.said.empty() && is_id(std::u32string_view(all).substr(i))) {
      out += all.substr(i, kUuid);
      i += kUuid - 1;
      continue;
    }
    const char32_t c = all[i];
    if (const char digit = digit_of(plain(c)); digit != '\0') {
      run.take(c, digit);
    } else if (!run.said.empty() && (is_blank(c) || is_dash(plain(c)))) {
      run.after += c;
    } else {
      flush();
      out += c;
    }
  }
  flush();
  std::erase_if(out, [](char32_t c) { return c < 0x20; });
  const std::string kept = text::utf8_of(out);
  const std::string_view head = std::string_view(kept).substr(0, most_bytes);
  return std::string(head.substr(0, text::valid_utf8_prefix(head)));
}

}  // namespace banmo::ask
