// SPDX-License-Identifier: Apache-2.0
#include "events/values.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/text.h"

namespace banmo::events {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
bool all(std::string_view text, bool (*fits)(char)) { return std::all_of(text.begin(), text.end(), fits); }

// The number in exactly n digits at the front, which are taken off; -1 if they are none.
int take_number(std::string_view& text, size_t n) {
  if (text.size() < n || !all(text.substr(0, n), is_digit)) return -1;
  int number = 0;
  for (size_t i = 0; i < n; ++i) number = number * 10 + (text[i] - '0');
  text.remove_prefix(n);
  return number;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// ".5" to microseconds; what is finer is cut. nullopt if a point stands without digits.
std::optional<int64_t> take_fraction(std::string_view& text) {
  if (!take(text, ".,")) return 0;
  size_t n = 0;
  int64_t micros = 0;
  while (n < text.size() && is_digit(text[n])) {
    if (n < 6) micros = micros * 10 + (text[n] - '0');
    ++n;
  }
  if (n == 0) return std::nullopt;
  for (size_t i = n; i < 6; ++i) micros *= 10;
  text.remove_prefix(n);
  return micros;
}

// Minutes east of UTC; nullopt if the rest is no offset, or is "-00:00", which says that the offset is not known.
std::optional<int> offset_of(std::string_view rest) {
  if (rest.empty() || rest == "Z" || rest == "z") return 0;
  const bool west = rest.front() == '-';
  if (!take(rest, "+-")) return std::nullopt;
  const int hours = take_number(rest, 2);
  int minutes = 0;
  if (!rest.empty()) {
    take(rest, ":");
    minutes = take_number(rest, 2);
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || !rest.empty()) return std::nullopt;
  if (west && hours == 0 && minutes == 0) return std::nullopt;
  return (west ? -1 : 1) * (hours * 60 + minutes);
}

// Takes numbers with their designators, in order; whether one at least was there. Only the last number may have a fraction.
bool take_parts(std::string_view& text, std::string_view designators, bool& had_fraction) {
  bool any = false;
  while (!text.empty() && is_digit(text.front())) {
    if (had_fraction) return false;
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(digits);
    if (!text.empty() && (text.front() == '.' || text.front() == ',')) {
      had_fraction = true;
      text.remove_prefix(1);
      const size_t more = std::min(text.find_first_not_of("0123456789"), text.size());
      if (more == 0) return false;
      text.remove_prefix(more);
    }
    const size_t at = text.empty() ? std::string_view::npos : designators.find(text.front());
    if (at == std::string_view::npos) return false;
    designators.remove_prefix(at + 1);
    text.remove_prefix(1);
    any = true;
  }
  return any;
}

}  // namespace

bool is_iri(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size() || !is_alpha(text.front())) return false;
  for (const char c : text.substr(0, colon))
    if (!is_alnum(c) && c != '+' && c != '-' && c != '.') return false;
  for (const char c : text.substr(colon + 1))
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || std::string_view("<>\"{}|\\^`").find(c) != std::string_view::npos) return false;
  return true;
}

bool is_mailto(std::string_view text) {
  constexpr std::string_view kScheme = "mailto:";
  if (!text.starts_with(kScheme)) return false;
  text.remove_prefix(kScheme.size());
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.find('@') != at) return false;
  const bool has_blank = std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == ',' || c == '<'; });
  const std::string_view host = text.substr(at + 1);
  return !has_blank && host.find('.') != std::string_view::npos && host.front() != '.' && host.back() != '.' &&
         host.find("..") == std::string_view::npos;
}

bool is_hex(std::string_view text, size_t n_digits) {
  return text.size() == n_digits && std::all_of(text.begin(), text.end(), [](char c) { return text::hex_digit(c) >= 0; });
}

bool is_uuid(std::string_view text) { return text.size() == 36 && Uuid::parse(text).has_value(); }

bool is_language_tag(std::string_view tag) {
  bool first = true, single_before = false;
  while (true) {
    const size_t dash = tag.find('-');
    const std::string_view part = tag.substr(0, dash);
    if (part.empty() || part.size() > 8 || !all(part, is_alnum)) return false;
    const bool is_private = part == "x" || part == "X" || part == "i" || part == "I";
    if (first && (!all(part, is_alpha) || (part.size() == 1 && !is_private))) return false;
    if (single_before && part.size() == 1) return false;
    single_before = part.size() == 1;
    first = false;
    if (dash == std::string_view::npos) return !single_before;
    tag.remove_prefix(dash + 1);
  }
}

bool is_media_type(std::string_view text) {
  text = text.substr(0, text.find(';'));
  while (text.ends_with(' ')) text.remove_suffix(1);
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || std::string_view("/!#$&-^_.+*").find(c) != std::string_view::npos; });
}

bool is_duration(std::string_view text) {
  if (!take(text, "P")) return false;
  bool had_fraction = false;
  if (text.ends_with('W')) return take_parts(text, "W", had_fraction) && text.empty();  // weeks stand alone
  const bool has_date = take_parts(text, "YMD", had_fraction);
  if (text.empty()) return has_date;
  if (!take(text, "T")) return false;
  return take_parts(text, "HMS", had_fraction) && text.empty();
}

std::optional<double> seconds_of(std::string_view duration) {
  if (!is_duration(duration)) return std::nullopt;
  double seconds = 0;
  bool in_time = false;
  for (duration.remove_prefix(1); !duration.empty(); duration.remove_prefix(1)) {
    if (duration.front() == 'T') {
      in_time = true;
      continue;
    }
    std::string number(duration.substr(0, duration.find_first_not_of("0123456789.,")));
    std::replace(number.begin(), number.end(), ',', '.');
    double amount = 0;
    std::from_chars(number.data(), number.data() + number.size(), amount);
    duration.remove_prefix(number.size());
    const char unit = duration.front();
    if (unit == 'Y' || (unit == 'M' && !in_time)) return std::nullopt;
    seconds += amount * (unit == 'W' ? 604'800 : unit == 'D' ? 86'400 : unit == 'H' ? 3600 : unit == 'M' ? 60 : 1);
  }
  return seconds;
}

bool is_sha2(std::string_view text) { return is_hex(text, 64) || is_hex(text, 56) || is_hex(text, 96) || is_hex(text, 128); }

std::optional<Instant> timestamp_of(std::string_view text) {
  const int year = take_number(text, 4);
  const bool dash = take(text, "-");
  const int month = take_number(text, 2);
  const bool dash_again = take(text, "-");
  const int day = take_number(text, 2);
  if (year < 1 || !dash || !dash_again || !take(text, "Tt ")) return std::nullopt;
  const auto date = Date::from_ymd(year, month, day);
  const int hour = take_number(text, 2);
  const bool colon = take(text, ":");
  const int minute = take_number(text, 2);
  int second = 0;
  if (take(text, ":")) second = take_number(text, 2);
  const auto fraction = take_fraction(text);
  const auto offset = offset_of(text);
  if (!date || !colon || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || !fraction || !offset) return std::nullopt;
  const int64_t seconds = int64_t{date->days} * 86'400 + hour * 3600 + minute * 60 + std::min(second, 59) - int64_t{*offset} * 60;
  return Instant{seconds * 1'000'000 + *fraction};
}

std::optional<Version> version_of(std::string_view text) {
  for (const auto& [start, version] : {std::pair{std::string_view("1.0"), Version::v1_0}, std::pair{std::string_view("2.0"), Version::v2_0}}) {
    if (!text.starts_with(start)) continue;
    std::string_view rest = text.substr(start.size());
    if (rest.empty()) return version;
    if (rest.size() >= 2 && rest.size() <= 4 && rest.front() == '.' && all(rest.substr(1), is_digit)) return version;
  }
  return std::nullopt;
}

}  // namespace banmo::events
