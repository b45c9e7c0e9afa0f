// SPDX-License-Identifier: Apache-2.0
#include "base/text_han.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <memory>

namespace banmo::text {
namespace {

constexpr char32_t kFirst = 0x4E00, kLast = 0x9FA5;  // the first block of unified ideographs (Unicode 1.1): what people type
constexpr char32_t kBad = 0xFFFD;

icu::UnicodeString every_ideograph(bool lines) {
  icu::UnicodeString all;
  for (char32_t c = kFirst; c <= kLast; ++c) {
    all.append(static_cast<UChar32>(c));
    if (lines) all.append(u'\n');
  }
  return all;
}

// `all` after the rule, unchanged if ICU has no such rule here.
icu::UnicodeString changed_by(const char* rule, icu::UnicodeString all) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> rules(icu::Transliterator::createInstance(icu::UnicodeString::fromUTF8(rule), UTRANS_FORWARD, status));
  if (U_SUCCESS(status) && rules != nullptr) rules->transliterate(all);
  return all;
}

size_t n_more(unsigned char lead) { return lead < 0x80 ? 0 : lead < 0xC2 ? 4 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF5 ? 3 : 4; }

}  // namespace

std::u32string code_points_of(std::string_view text) {
  std::u32string all;
  all.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t more = n_more(lead);
    bool good = more < 4 && i + more < text.size();
    char32_t c = more == 0 ? lead : lead & (0x3FU >> more);
    for (size_t k = 1; good && k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      good = (next & 0xC0U) == 0x80;
      c = c << 6U | (next & 0x3FU);
    }
    all += good ? c : kBad;
    i += good ? more + 1 : 1;
  }
  return all;
}

std::string utf8_of(std::u32string_view code_points) {
  std::string out;
  for (const char32_t c : code_points) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += {static_cast<char>(0xC0 | c >> 6U), static_cast<char>(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
      out += {static_cast<char>(0xE0 | c >> 12U), static_cast<char>(0x80 | (c >> 6U & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      out += {static_cast<char>(0xF0 | c >> 18U), static_cast<char>(0x80 | (c >> 12U & 0x3F)), static_cast<char>(0x80 | (c >> 6U & 0x3F)),
              static_cast<char>(0x80 | (c & 0x3F))};
    }
  }
  return out;
}

const Han& Han::table() {
  static const Han table;
  return table;
}

Han::Han() {
  const icu::UnicodeString plain = every_ideograph(false), simple = changed_by("Traditional-Simplified", plain);
  if (simple.length() == plain.length())
    for (int32_t i = 0; i < plain.length(); ++i)
      if (simple[i] != plain[i]) simplified_.emplace(plain[i], simple[i]);
  std::string read, one;
  changed_by("Han-Latin; Latin-ASCII; Lower", every_ideograph(true)).toUTF8String(read);
  for (const char c : read) {
    if (c == '\n') {
      pinyin_.push_back(one);
      one.clear();
    } else if (c >= 'a' && c <= 'z') {
      one += c;
    }
  }
}

char32_t Han::simplified(char32_t c) const {
  const auto found = simplified_.find(c);
  return found == simplified_.end() ? c : found->second;
}

std::string_view Han::pinyin(char32_t c) const {
  return c >= kFirst && c - kFirst < pinyin_.size() ? std::string_view(pinyin_[c - kFirst]) : std::string_view();
}

std::string Han::pinyin_of(std::u32string_view text) const {
  std::string out;
  for (const char32_t c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      out += static_cast<char>(c);
    else
      out += pinyin(c);
  }
  return out;
}

}  // namespace banmo::text
