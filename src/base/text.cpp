// SPDX-License-Identifier: Apache-2.0
// Encodings and characters; numbers, dates and the like are in text_parse.cpp.
#include "base/text.h"

#include <unicode/uchar.h>
#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace banmo::text {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf16LeMark = "\xFF\xFE";
constexpr std::string_view kUtf16BeMark = "\xFE\xFF";
constexpr std::string_view kGb18030Mark = "\x84\x31\x95\x33";

uint8_t byte_at(std::string_view bytes, size_t pos) { return static_cast<uint8_t>(bytes[pos]); }
bool is_between(uint8_t byte, uint8_t low, uint8_t high) { return byte >= low && byte <= high; }

// How a character that begins at some byte fares.
struct Step {
  size_t n_bytes = 0;  // of a whole character; 0 if it is bad or cut
  bool cut = false;    // the bytes end within what could become a character
};

// The bounds of the second byte keep out overlong forms, surrogates and what lies beyond U+10FFFF (RFC 3629 §4).
Step utf8_step(std::string_view bytes, size_t pos) {
  const uint8_t lead = byte_at(bytes, pos);
  if (lead < 0x80) return {1};
  if (lead < 0xC2 || lead > 0xF4) return {};
  const size_t n_bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (size_t i = 1; i < n_bytes; ++i) {
    if (pos + i >= bytes.size()) return {0, true};
    const bool good = i == 1 ? is_between(byte_at(bytes, pos + 1), low, high) : is_between(byte_at(bytes, pos + i), 0x80, 0xBF);
    if (!good) return {};
  }
  return {n_bytes};
}

// GB 18030-2005: one byte, two bytes, or four.
Step gb18030_step(std::string_view bytes, size_t pos) {
  const uint8_t lead = byte_at(bytes, pos);
  if (lead < 0x80) return {1};
  if (!is_between(lead, 0x81, 0xFE)) return {};
  if (pos + 1 >= bytes.size()) return {0, true};
  const uint8_t second = byte_at(bytes, pos + 1);
  if (is_between(second, 0x40, 0xFE)) return second == 0x7F ? Step{} : Step{2};
  if (!is_between(second, 0x30, 0x39)) return {};
  if (pos + 2 >= bytes.size()) return {0, true};
  if (!is_between(byte_at(bytes, pos + 2), 0x81, 0xFE)) return {};
  if (pos + 3 >= bytes.size()) return {0, true};
  return is_between(byte_at(bytes, pos + 3), 0x30, 0x39) ? Step{4} : Step{};
}

// Moves over ASCII eight bytes at a time.
size_t skip_ascii(std::string_view bytes, size_t pos) {
  for (uint64_t word = 0; pos + 8 <= bytes.size(); pos += 8) {
    std::memcpy(&word, bytes.data() + pos, 8);
    if (word & 0x8080808080808080ULL) break;
  }
  while (pos < bytes.size() && byte_at(bytes, pos) < 0x80) ++pos;
  return pos;
}

// The first byte that `step` does not accept, or the size; a cut character at the end is accepted if may_be_cut.
template <class StepFunction>
size_t valid_prefix(std::string_view bytes, StepFunction step, bool may_be_cut) {
  size_t pos = skip_ascii(bytes, 0);
  while (pos < bytes.size()) {
    const Step found = step(bytes, pos);
    if (found.n_bytes == 0) return found.cut && may_be_cut ? bytes.size() : pos;
    pos += found.n_bytes;
    if (pos < bytes.size() && byte_at(bytes, pos) < 0x80) pos = skip_ascii(bytes, pos);
  }
  return pos;
}

// True if these bytes, valid as UTF-8, are more likely GB18030: each pair is a level-1 hanzi of GB2312 (lead B0..D7, trail A1..FE) and two of them
// stand together.
bool looks_like_hanzi_pairs(std::string_view bytes) {
  size_t n_together = 0, longest = 0;
  for (size_t pos = 0; pos < bytes.size();) {
    if (byte_at(bytes, pos) < 0x80) {
      n_together = 0;
      ++pos;
      continue;
    }
    if (pos + 1 == bytes.size()) break;
    if (!is_between(byte_at(bytes, pos), 0xB0, 0xD7) || byte_at(bytes, pos + 1) < 0xA1) return false;
    longest = std::max(longest, ++n_together);
    pos += 2;
  }
  return longest >= 2;
}

// One code point at pos of valid UTF-8; moves pos behind it.
char32_t next_code_point(std::string_view text, size_t& pos) {
  const uint8_t lead = byte_at(text, pos);
  const Step step = utf8_step(text, pos);
  if (step.n_bytes < 2) {  // ASCII, or a bad byte that stands for itself
    ++pos;
    return lead < 0x80 ? lead : 0xFFFD;
  }
  char32_t code = lead & (0x7F >> step.n_bytes);
  for (size_t i = 1; i < step.n_bytes; ++i) code = (code << 6) | (byte_at(text, pos + i) & 0x3F);
  pos += step.n_bytes;
  return code;
}

void append_code_point(std::string& out, char32_t code) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

bool is_high_surrogate(char32_t unit) { return (unit & 0xFC00) == 0xD800; }
bool is_low_surrogate(char32_t unit) { return (unit & 0xFC00) == 0xDC00; }
char32_t join_surrogates(char32_t high, char32_t low) { return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00); }

Error bad_encoding(std::string_view name, size_t offset) {
  const std::string at = std::to_string(offset), encoding(name);
  return fail(ErrorCode::invalid, "text.bad_encoding",
              {"第 " + at + " 字节处不是有效的 " + encoding + "，请以 UTF-8 或 GB18030 另存后重试",
               "byte " + at + " is not valid " + encoding + ": save the file as UTF-8 or GB18030 and try again"},
              "byte " + at);
}

Result<std::string> from_utf16(std::string_view bytes, bool is_big_endian) {
  const auto unit_at = [&](size_t pos) -> char32_t {
    const char32_t first = byte_at(bytes, pos), second = byte_at(bytes, pos + 1);
    return is_big_endian ? (first << 8 | second) : (second << 8 | first);
  };
  const std::string_view name = is_big_endian ? "UTF-16BE" : "UTF-16LE";
  std::string out;
  out.reserve(bytes.size());
  size_t pos = bytes.starts_with(is_big_endian ? kUtf16BeMark : kUtf16LeMark) ? 2 : 0;
  for (; pos + 1 < bytes.size(); pos += 2) {
    char32_t code = unit_at(pos);
    if (is_low_surrogate(code)) return bad_encoding(name, pos);
    if (is_high_surrogate(code)) {
      if (pos + 3 >= bytes.size() || !is_low_surrogate(unit_at(pos + 2))) return bad_encoding(name, pos);
      code = join_surrogates(code, unit_at(pos + 2));
      pos += 2;
    }
    append_code_point(out, code);
  }
  if (pos < bytes.size()) return bad_encoding(name, pos);
  return out;
}

std::string to_utf16(std::string_view text, bool is_big_endian) {
  std::string out(is_big_endian ? kUtf16BeMark : kUtf16LeMark);
  out.reserve(text.size() * 2 + 2);
  const auto put = [&](char32_t unit) {
    const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
    out += is_big_endian ? high : low;
    out += is_big_endian ? low : high;
  };
  for (size_t pos = 0; pos < text.size();) {
    const char32_t code = next_code_point(text, pos);
    if (code < 0x10000) {
      put(code);
    } else {
      put(0xD800 + ((code - 0x10000) >> 10));
      put(0xDC00 + (code & 0x3FF));
    }
  }
  return out;
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

Converter open_gb18030() {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open("gb18030", &status));
  if (U_FAILURE(status)) return nullptr;
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  return U_FAILURE(status) ? nullptr : std::move(converter);
}

Error no_converter() {
  return fail(ErrorCode::internal, "text.no_converter",
              {"系统缺少 GB18030 转换表，请安装 ICU 数据", "the GB18030 table is missing: install ICU's data"});
}

constexpr size_t kChunkUnits = 8192;

Result<std::string> from_gb18030(std::string_view bytes) {
  if (const size_t n_valid = valid_prefix(bytes, gb18030_step, false); n_valid < bytes.size()) return bad_encoding("GB18030", n_valid);
  const Converter converter = open_gb18030();
  if (!converter) return no_converter();
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 2);
  std::array<UChar, kChunkUnits> units;
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  char32_t high = 0;  // a surrogate that waits for its other half
  UErrorCode status = U_BUFFER_OVERFLOW_ERROR;
  while (status == U_BUFFER_OVERFLOW_ERROR) {
    status = U_ZERO_ERROR;
    UChar* target = units.data();
    ucnv_toUnicode(converter.get(), &target, units.data() + units.size(), &source, end, nullptr, true, &status);
    for (const UChar* unit = units.data(); unit < target; ++unit) {
      if (is_high_surrogate(*unit))
        high = *unit;
      else
        append_code_point(out, is_low_surrogate(*unit) ? join_surrogates(high, *unit) : *unit);
    }
  }
  if (U_FAILURE(status)) {
    char invalid[8];
    int8_t n_invalid = sizeof invalid;
    UErrorCode ignored = U_ZERO_ERROR;
    ucnv_getInvalidChars(converter.get(), invalid, &n_invalid, &ignored);
    return bad_encoding("GB18030", static_cast<size_t>(source - bytes.data()) - static_cast<size_t>(n_invalid));
  }
  if (out.starts_with(kUtf8Mark)) out.erase(0, kUtf8Mark.size());
  return out;
}

Result<std::string> to_gb18030(std::string_view text) {
  const Converter converter = open_gb18030();
  if (!converter) return no_converter();
  std::u16string units;
  units.reserve(text.size());
  for (size_t pos = 0; pos < text.size();) {
    const char32_t code = next_code_point(text, pos);
    if (code >= 0x10000) units += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10));
    units += static_cast<char16_t>(code < 0x10000 ? code : 0xDC00 + (code & 0x3FF));
  }
  std::string out(units.size() * 4 + 4, '\0');
  char* target = out.data();
  const UChar* source = units.data();
  UErrorCode status = U_ZERO_ERROR;
  ucnv_fromUnicode(converter.get(), &target, out.data() + out.size(), &source, units.data() + units.size(), nullptr, true, &status);
  if (U_FAILURE(status)) return bad_encoding("Unicode", 0);
  out.resize(static_cast<size_t>(target - out.data()));
  return out;
}

bool is_blank(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200B) ||
         code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000 || code == 0xFEFF;
}

char32_t half_width(char32_t code) {
  if (code == 0x3000) return ' ';
  return code >= 0xFF01 && code <= 0xFF5E ? code - 0xFEE0 : code;
}

enum class Brackets { drop_content, keep_content };

std::string folded(std::string_view text, Brackets brackets) {
  constexpr std::u32string_view kOpen = U"([{【〔", kClose = U")]}】〕";
  std::string out;
  int depth = 0;
  for (size_t pos = 0; pos < text.size();) {
    const char32_t code = half_width(next_code_point(text, pos));
    if (kOpen.find(code) != kOpen.npos) {
      ++depth;
    } else if (kClose.find(code) != kClose.npos) {
      depth = std::max(0, depth - 1);
    } else if (!is_blank(code) && !u_ispunct(static_cast<UChar32>(code)) && !u_iscntrl(static_cast<UChar32>(code)) &&
               (depth == 0 || brackets == Brackets::keep_content)) {
      append_code_point(out, static_cast<char32_t>(u_tolower(static_cast<UChar32>(code))));
    }
  }
  return out;
}

}  // namespace

size_t valid_utf8_prefix(std::string_view bytes) { return valid_prefix(bytes, utf8_step, false); }
bool is_utf8(std::string_view bytes) { return valid_utf8_prefix(bytes) == bytes.size(); }

std::optional<Encoding> detect_encoding(std::string_view bytes) {
  if (bytes.starts_with(kUtf8Mark)) return Encoding::utf8_bom;
  if (bytes.starts_with(kUtf16LeMark)) return Encoding::utf16le;
  if (bytes.starts_with(kUtf16BeMark)) return Encoding::utf16be;
  if (bytes.starts_with(kGb18030Mark)) return Encoding::gb18030;
  if (bytes.find('\0') != std::string_view::npos) return std::nullopt;
  if (valid_prefix(bytes, utf8_step, true) == bytes.size()) return looks_like_hanzi_pairs(bytes) ? Encoding::gb18030 : Encoding::utf8;
  if (valid_prefix(bytes, gb18030_step, true) == bytes.size()) return Encoding::gb18030;
  return std::nullopt;
}

Result<std::string> to_utf8(std::string_view bytes, Encoding from) {
  switch (from) {
    case Encoding::gb18030: return from_gb18030(bytes);
    case Encoding::utf16le: return from_utf16(bytes, false);
    case Encoding::utf16be: return from_utf16(bytes, true);
    case Encoding::utf8:
    case Encoding::utf8_bom: break;
  }
  if (const size_t n_valid = valid_utf8_prefix(bytes); n_valid < bytes.size()) return bad_encoding("UTF-8", n_valid);
  return std::string(bytes.substr(bytes.starts_with(kUtf8Mark) ? kUtf8Mark.size() : 0));
}

Result<std::string> from_utf8(std::string_view text, Encoding to) {
  if (const size_t n_valid = valid_utf8_prefix(text); n_valid < text.size()) return bad_encoding("UTF-8", n_valid);
  switch (to) {
    case Encoding::gb18030: return to_gb18030(text);
    case Encoding::utf16le: return to_utf16(text, false);
    case Encoding::utf16be: return to_utf16(text, true);
    case Encoding::utf8_bom: return std::string(kUtf8Mark) + std::string(text);
    case Encoding::utf8: break;
  }
  return std::string(text);
}

std::string_view trim(std::string_view text) {
  size_t start = 0, end = text.size();
  for (size_t next = 0; start < end; start = next) {
    next = start;
    if (!is_blank(next_code_point(text, next))) break;
  }
  while (end > start) {
    size_t last = end - 1;
    while (last > start && (byte_at(text, last) & 0xC0) == 0x80) --last;
    size_t next = last;
    if (!is_blank(next_code_point(text.substr(0, end), next)) || next != end) break;
    end = last;
  }
  return text.substr(start, end - start);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (size_t start = 0;;) {
    const size_t stop = text.find(separator, start);
    parts.emplace_back(text.substr(start, stop - start));
    if (stop == std::string_view::npos) return parts;
    start = stop + 1;
  }
}

std::string to_half_width(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t pos = 0; pos < text.size();) {
    const size_t start = pos;
    const char32_t code = next_code_point(text, pos), half = half_width(code);
    if (half == code)
      out += text.substr(start, pos - start);
    else
      append_code_point(out, half);
  }
  return out;
}

std::string fold_heading(std::string_view text) {
  const std::string out = folded(text, Brackets::drop_content);
  return out.empty() ? folded(text, Brackets::keep_content) : out;
}

size_t n_code_points(std::string_view text) {
  size_t n = 0;
  for (const char c : text) n += (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  return n;
}

}  // namespace banmo::text
