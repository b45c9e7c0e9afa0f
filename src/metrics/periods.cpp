// SPDX-License-Identifier: Apache-2.0
// Periods as numbers: shift, print, read.
#include <charconv>
#include <cstdio>

#include "metrics/ask.h"

namespace banmo::metrics {
namespace {

constexpr int64_t kLastYear = 9999;

std::optional<int64_t> number(std::string_view text) {
  int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = code == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 && value <= kLastYear ? std::optional(value) : std::nullopt;
}

std::string two_parts(int64_t first, int64_t second, const char* format) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, format, static_cast<long long>(first), static_cast<long long>(second));
  return buffer;
}

}  // namespace

int64_t shifted(int64_t period, Grain grain, bool yoy, int n) {
  if (!yoy) return period + n;
  switch (grain) {
    case Grain::year:
    case Grain::school_year: return period + n;
    case Grain::month: return period + int64_t{12} * n;
    case Grain::term: return period + int64_t{2} * n;
    case Grain::day: {
      const Date date{static_cast<int32_t>(period)};
      const auto same_day = Date::from_ymd(date.year() + n, date.month(), date.day());
      if (same_day) return same_day->days;
      const auto end_of_february = Date::from_ymd(date.year() + n, 2, 28);         // of 29 February
      return end_of_february ? end_of_february->days : period + int64_t{365} * n;  // outside of the calendar, where there are no data
    }
  }
  return period;
}

std::string period_text(int64_t period, Grain grain) {
  switch (grain) {
    case Grain::year:
    case Grain::school_year: return std::to_string(period);
    case Grain::month: return two_parts(period / 12, period % 12 + 1, "%04lld-%02lld");
    case Grain::term: return two_parts(period / 2, period % 2 + 1, "%lld-%lld");
    case Grain::day: return Date{static_cast<int32_t>(period)}.to_iso();
  }
  return {};
}

std::optional<int64_t> period_of_text(std::string_view text, Grain grain) {
  if (grain == Grain::year || grain == Grain::school_year) return number(text);
  if (grain == Grain::day) {
    const auto date = Date::parse_iso(text);
    return date ? std::optional<int64_t>(date->days) : std::nullopt;
  }
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = number(text.substr(0, dash)), second = number(text.substr(dash + 1));
  const int64_t per_year = grain == Grain::month ? 12 : 2;
  if (!first || !second || *second < 1 || *second > per_year) return std::nullopt;
  return *first * per_year + *second - 1;
}

Grain grain_of(const Cube& cube, const Asked& asked) {
  if (cube.period_is_date()) return asked.grain.value_or(Grain::month);
  return Grain::school_year;  // a year field counts by itself, whichever year it names
}

}  // namespace banmo::metrics
