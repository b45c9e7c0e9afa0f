// SPDX-License-Identifier: Apache-2.0
// Text as people here write it: UTF-8 and GB18030, full-width forms, Chinese numerals, dates of many shapes. Pure functions; ICU is visible in
// text.cpp alone. What parses takes blanks around it and full-width forms; what it does not understand for certain is nullopt, never a guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace banmo::text {

bool is_utf8(std::string_view bytes);              // RFC 3629: no surrogates, nothing overlong
size_t valid_utf8_prefix(std::string_view bytes);  // the length of the longest head that is UTF-8 of whole characters
enum class Encoding { utf8, utf8_bom, gb18030, utf16le, utf16be };
// What the bytes are, from the byte-order mark and validity; nullopt if neither valid UTF-8 nor valid GB18030, or a NUL is in it. `bytes` may be the
// head of a file, cut anywhere. Few bytes can be both: two or more neighbouring common hanzi of GB2312 then win over accented Latin, unless other
// UTF-8 stands beside them.
std::optional<Encoding> detect_encoding(std::string_view bytes);
// To UTF-8 without a byte-order mark. Errors: invalid "text.bad_encoding" with the offset of the first bad byte. A long file may
// be converted in pieces cut behind '\n' (not UTF-16). from_utf8 writes a byte-order mark for utf8_bom, utf16le and utf16be.
Result<std::string> to_utf8(std::string_view bytes, Encoding from);
Result<std::string> from_utf8(std::string_view text, Encoding to);

std::string_view trim(std::string_view text);                           // blanks of Unicode, also U+3000 and U+FEFF
std::vector<std::string> split(std::string_view text, char separator);  // "" has no part, "a," has two
std::string to_half_width(std::string_view text);                       // １２３ＡＢ（） to 123AB()
std::string fold_heading(
    std::string_view text);  // for comparing headings: half width, lower case, without blanks, line breaks, brackets' content, '*', ':' and the like
size_t n_code_points(std::string_view text);
std::string lower_ascii(std::string_view text);  // A..Z alone: names of protocols, not words of people
int hex_digit(char c);                           // 0..15, -1 if it is none
// Insertions, deletions, replacements and swaps of neighbours that lead from a to b (optimal string alignment), for "did you mean". Over bytes, or
// over code points. O(|a| * |b|): cut what others wrote before.
size_t edit_distance(std::string_view a, std::string_view b);
size_t edit_distance(std::u32string_view a, std::u32string_view b);
// FNV-1a, 64 bits (Fowler, Noll, Vo): the same in every build; guards nothing.
uint64_t fnv_1a(std::string_view bytes, uint64_t seed = 0);

// 2026-11-21, 2026/1/5, 2026.1.5, 20261121, 2026年1月5日, 二〇二六年一月五日, 2026-11-21 08:00:00, full-width digits; an Excel serial 20000..80000 if
// allow_serial. Years 1000..9999. A time with an offset or Z is refused: the day it means depends on where one stands.
std::optional<Date> parse_date(std::string_view text, bool allow_serial = false);
// 1,234  １２３  三百二十一  二〇二六; no exponent. A sign may stand before digits. 三百二 is refused: 302 and 320 are both meant by it.
std::optional<int64_t> parse_int(std::string_view text);
std::optional<double> parse_decimal(std::string_view text);  // 1,234.5  １２．５  12.5%  is refused
// 是 否 有 无 √ × 1 0 true false y n
std::optional<bool> parse_bool(std::string_view text);
// 2025, 2025-2026, 2025学年, 2025—2026学年 to the first year
std::optional<int> parse_school_year(std::string_view text);
// GB 11643-1999: 17 digits and the check digit, a real birth date in it. X is upper case: an x would make one person two.
bool is_citizen_id(std::string_view text);
char citizen_id_check_digit(std::string_view first17);  // '0'..'9' or 'X' (ISO 7064 MOD 11-2); '?' if first17 is not 17 digits

}  // namespace banmo::text
