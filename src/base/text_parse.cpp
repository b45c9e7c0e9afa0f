// SPDX-License-Identifier: Apache-2.0
// Numbers, dates, school years and citizen ids as people write them.
#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/text.h"

namespace banmo::text {
namespace {

// What every parser starts from: half width, no blanks around.
std::string prepared(std::string_view text) { return to_half_width(trim(text)); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

// ---- Chinese numerals ----

constexpr int kZero = 0, kTen = 10, kTenThousand = 10'000, kHundredMillion = 100'000'000;

// All the ways to write one value, everyday and formal, simplified and traditional; each is one character.
struct Numeral {
  std::string_view characters;
  int value;  // 0..9, or a unit
};
constexpr std::array<Numeral, 15> kNumerals = {{{"〇○零0", 0},
                                                {"一壹", 1},
                                                {"二两贰貳兩", 2},
                                                {"三叁參", 3},
                                                {"四肆", 4},
                                                {"五伍", 5},
                                                {"六陆陸", 6},
                                                {"七柒", 7},
                                                {"八捌", 8},
                                                {"九玖", 9},
                                                {"十拾", kTen},
                                                {"百佰", 100},
                                                {"千仟", 1000},
                                                {"万萬", kTenThousand},
                                                {"亿億", kHundredMillion}}};

// The values of the numerals that make up the text; empty if anything else is in it.
std::vector<int> numerals(std::string_view text) {
  std::vector<int> values;
  while (!text.empty()) {
    const size_t n_bytes = text[0] == '0' ? 1 : 3;
    const std::string_view character = text.substr(0, n_bytes);
    if (character.size() < n_bytes || (n_bytes == 3 && static_cast<uint8_t>(text[0]) < 0xE0)) return {};
    const auto found = std::find_if(kNumerals.begin(), kNumerals.end(),
                                    [&](const Numeral& numeral) { return numeral.characters.find(character) != std::string_view::npos; });
    if (found == kNumerals.end()) return {};
    values.push_back(found->value);
    text.remove_prefix(character.size());
  }
  return values;
}

using Numerals = std::span<const int>;

// Whether a part of a number stands behind a bigger one.
enum class Position { first, behind };

// 0..9999 as digits with 千百十. nullopt for anything but the common order; a lone last digit behind 百 or above needs a 零 before it.
std::optional<int64_t> section(Numerals values, Position position) {
  int64_t sum = 0;
  int last_unit = kTenThousand;
  bool after_zero = position == Position::first;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == kZero) {
      if (i + 1 == values.size() || values[i + 1] == kZero || (position == Position::first && i == 0)) return std::nullopt;
      after_zero = true;
      continue;
    }
    const bool bare_ten = values[i] == kTen;
    if (values[i] > 9 && !bare_ten) return std::nullopt;
    const int64_t digit = bare_ten ? 1 : values[i];
    const bool has_unit = !bare_ten && i + 1 < values.size() && values[i + 1] > 9;
    const int unit = bare_ten ? kTen : has_unit ? values[++i] : 1;
    if (unit >= last_unit) return std::nullopt;
    if (unit == 1 && last_unit != kTen && !after_zero) return std::nullopt;
    sum += digit * unit;
    last_unit = unit;
    after_zero = false;
  }
  return last_unit == kTenThousand ? std::nullopt : std::optional<int64_t>(sum);
}

// Splits at the last `unit`; what stands before counts unit times.
std::optional<int64_t> scaled(Numerals values, int unit, Position position) {
  if (unit == 1) return section(values, position);
  const int smaller = unit == kHundredMillion ? kTenThousand : 1;
  const auto found = std::find(values.rbegin(), values.rend(), unit);
  if (found == values.rend()) return scaled(values, smaller, position);
  const auto n_before = static_cast<size_t>(values.rend() - found) - 1;
  const auto before = scaled(values.first(n_before), smaller, position);
  if (!before) return std::nullopt;
  const Numerals rest = values.subspan(n_before + 1);
  if (rest.empty()) return *before * unit;
  const auto behind = scaled(rest, smaller, Position::behind);
  return behind ? std::optional<int64_t>(*before * unit + *behind) : std::nullopt;
}

// 二〇二六 digit by digit, at most 18 digits.
std::optional<int64_t> positional(Numerals values) {
  if (values.empty() || values.size() > 18) return std::nullopt;
  int64_t value = 0;
  for (const int digit : values) {
    if (digit > 9) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

std::optional<int64_t> chinese_int(std::string_view text) {
  constexpr size_t kMaxBytes = 90;
  if (text.size() > kMaxBytes || all_digits(text)) return std::nullopt;
  const std::vector<int> values = numerals(text);
  if (values.empty()) return std::nullopt;
  if (const auto value = positional(values)) return value;
  return scaled(values, kHundredMillion, Position::first);
}

// ---- plain numbers ----

// Takes a sign off; true if it was a minus.
bool take_sign(std::string_view& text) {
  for (const std::string_view minus : {"-", "−"})
    if (text.starts_with(minus)) {
      text.remove_prefix(minus.size());
      return true;
    }
  if (text.starts_with('+')) text.remove_prefix(1);
  return false;
}

// Digits, or digits in groups of three (1,234,567); without the commas. nullopt if it is anything else.
std::optional<std::string> ungrouped(std::string_view text) {
  if (all_digits(text)) return std::string(text);
  const std::vector<std::string> groups = split(text, ',');
  std::string digits;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (!all_digits(groups[i]) || groups[i].size() > 3 || (i > 0 && groups[i].size() != 3)) return std::nullopt;
    digits += groups[i];
  }
  return digits.empty() ? std::nullopt : std::optional<std::string>(digits);
}

template <class T>
std::optional<T> from_digits(const std::string& digits) {
  T value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() ? std::optional<T>(value) : std::nullopt;
}

// ---- dates ----

constexpr int kFirstYear = 1000;
constexpr int kExcelEpochDays = -25569;  // 1899-12-30; serials from 61 (1 March 1900) on count from there
constexpr int kMinSerial = 20000, kMaxSerial = 80000;

// Reads a text from left to right.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  bool take(std::string_view mark) {
    if (!rest_.starts_with(mark)) return false;
    rest_.remove_prefix(mark.size());
    return true;
  }
  bool skip_blanks() {
    const size_t before = rest_.size();
    while (take(" ")) continue;
    return rest_.size() < before;
  }
  // min..max digits; -1 if there are fewer or more.
  int digits(size_t min, size_t max) {
    size_t n = 0;
    while (n < rest_.size() && is_digit(rest_[n])) ++n;
    if (n < min || n > max) return -1;
    int value = 0;
    for (size_t i = 0; i < n; ++i) value = value * 10 + (rest_[i] - '0');
    rest_.remove_prefix(n);
    return value;
  }
  // Digits or Chinese numerals up to the mark, which is taken too; -1 if the mark is missing or no number stands before it.
  int number_before(std::string_view mark, size_t min_digits, size_t max_digits) {
    const size_t stop = rest_.find(mark);
    if (stop == std::string_view::npos) return -1;
    const std::string_view part = trim(rest_.substr(0, stop));
    rest_.remove_prefix(stop + mark.size());
    if (all_digits(part)) return Cursor(part).digits(min_digits, max_digits);
    const std::vector<int> values = numerals(part);
    const bool is_year = min_digits == 4;
    if (values.empty() || (is_year && values.size() != 4)) return -1;
    const auto number = is_year ? positional(values) : section(values, Position::first);
    return number ? static_cast<int>(*number) : -1;
  }
  // The end, or a time of day (8:00, 08:00:00, 08:00:00.000) behind a blank or T; the blank may lack if glued.
  bool at_time_or_end(bool may_be_glued) {
    if (done()) return true;
    const bool separated = skip_blanks() || take("T");
    if (!separated && !may_be_glued) return false;
    const int hour = digits(1, 2);
    if (hour < 0 || hour > 23 || !take(":")) return false;
    const int minute = digits(2, 2);
    if (minute < 0 || minute > 59) return false;
    if (done()) return true;
    if (!take(":")) return false;
    const int second = digits(2, 2);
    if (second < 0 || second > 59) return false;
    return done() || (take(".") && digits(1, 9) >= 0 && done());
  }

 private:
  std::string_view rest_;
};

std::optional<Date> checked_date(int year, int month, int day) {
  if (year < kFirstYear || month < 1 || day < 1) return std::nullopt;
  return Date::from_ymd(year, month, day);
}

// 2026年1月5日, 二〇二六年一月五日; also 号.
std::optional<Date> date_with_hanzi(std::string_view text) {
  Cursor cursor(text);
  const int year = cursor.number_before("年", 4, 4);
  const int month = cursor.number_before("月", 1, 2);
  const int day = cursor.number_before(text.find("日") == std::string_view::npos ? "号" : "日", 1, 2);
  return cursor.at_time_or_end(true) ? checked_date(year, month, day) : std::nullopt;
}

// 2026-1-5 with one kind of mark throughout.
std::optional<Date> date_with_mark(std::string_view text, std::string_view mark) {
  Cursor cursor(text);
  const int year = cursor.digits(4, 4);
  if (!cursor.take(mark)) return std::nullopt;
  const int month = cursor.digits(1, 2);
  if (!cursor.take(mark)) return std::nullopt;
  const int day = cursor.digits(1, 2);
  return cursor.at_time_or_end(false) ? checked_date(year, month, day) : std::nullopt;
}

// 20261121.
std::optional<Date> date_of_eight(std::string_view text) {
  Cursor cursor(text);
  const int number = cursor.digits(8, 8);
  return number >= 0 && cursor.at_time_or_end(false) ? checked_date(number / 10'000, number / 100 % 100, number % 100) : std::nullopt;
}

// 46347 or 46347.5 (with a time of day).
std::optional<Date> date_of_serial(std::string_view text) {
  const size_t point = text.find('.');
  if (point != std::string_view::npos && !all_digits(text.substr(point + 1))) return std::nullopt;
  const int serial = Cursor(text.substr(0, point)).digits(5, 5);
  const bool whole = all_digits(text.substr(0, point));
  return whole && serial >= kMinSerial && serial <= kMaxSerial ? std::optional<Date>(Date{kExcelEpochDays + serial}) : std::nullopt;
}

}  // namespace

std::optional<Date> parse_date(std::string_view text, bool allow_serial) {
  if (const auto date = Date::parse_iso(text); date && date->year() >= kFirstYear) return date;
  const std::string half = prepared(text);
  if (half.find("年") != std::string::npos) return date_with_hanzi(half);
  for (const std::string_view mark : {"-", "/", "."})
    if (const auto date = date_with_mark(half, mark)) return date;
  if (const auto date = date_of_eight(half)) return date;
  return allow_serial ? date_of_serial(half) : std::nullopt;
}

std::optional<int64_t> parse_int(std::string_view text) {
  const std::string half = prepared(text);
  std::string_view rest = half;
  const bool is_negative = take_sign(rest);
  if (const auto digits = ungrouped(rest)) return from_digits<int64_t>((is_negative ? "-" : "") + *digits);
  return rest.size() == half.size() ? chinese_int(rest) : std::nullopt;
}

std::optional<double> parse_decimal(std::string_view text) {
  const std::string half = prepared(text);
  std::string_view rest = half;
  const bool is_negative = take_sign(rest);
  const size_t point = rest.find('.');
  if (point == std::string_view::npos && !ungrouped(rest)) {
    const auto whole = parse_int(text);
    return whole ? std::optional<double>(static_cast<double>(*whole)) : std::nullopt;
  }
  const auto whole = point == 0 ? std::optional<std::string>("0") : ungrouped(rest.substr(0, point));
  if (!whole || (point != std::string_view::npos && !all_digits(rest.substr(point + 1)))) return std::nullopt;
  const std::string fraction = point == std::string_view::npos ? std::string() : std::string(rest.substr(point));
  return from_digits<double>((is_negative ? "-" : "") + *whole + fraction);
}

std::optional<bool> parse_bool(std::string_view text) {
  std::string half = prepared(text);
  for (char& c : half)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const std::string_view yes : {"是", "有", "√", "✓", "✔", "1", "true", "y", "yes"})
    if (half == yes) return true;
  for (const std::string_view no : {"否", "无", "×", "✗", "✘", "0", "false", "n", "no"})
    if (half == no) return false;
  return std::nullopt;
}

std::optional<int> parse_school_year(std::string_view text) {
  constexpr int kMinYear = 1900, kMaxYear = 2199;
  const std::string half = prepared(text);
  Cursor cursor(half);
  const int first = cursor.digits(4, 4);
  if (first < kMinYear || first > kMaxYear) return std::nullopt;
  cursor.skip_blanks();
  for (const std::string_view mark : {"--", "-", "/", "~", "——", "—", "–", "－", "至", "～"})
    if (cursor.take(mark)) {
      cursor.skip_blanks();
      if (cursor.digits(4, 4) != first + 1) return std::nullopt;
      break;
    }
  cursor.skip_blanks();
  if (!cursor.take("学年度")) cursor.take("学年");
  return cursor.done() ? std::optional<int>(first) : std::nullopt;
}

char citizen_id_check_digit(std::string_view first17) {
  constexpr std::array<int, 17> kWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr std::string_view kDigits = "10X98765432";
  if (first17.size() != kWeights.size() || !all_digits(first17)) return '?';
  size_t sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) sum += static_cast<size_t>((first17[i] - '0') * kWeights[i]);
  return kDigits[sum % 11];
}

bool is_citizen_id(std::string_view text) {
  if (text.size() != 18 || text[0] == '0' || citizen_id_check_digit(text.substr(0, 17)) != text[17]) return false;
  return date_of_eight(text.substr(6, 8)).has_value() && text.substr(6, 4) >= "1800";
}

}  // namespace banmo::text
