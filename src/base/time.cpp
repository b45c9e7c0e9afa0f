// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <atomic>
#include <chrono>
#include <cstdio>

namespace banmo {
namespace {

using std::chrono::year_month_day;

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

year_month_day ymd_of(Date date) { return year_month_day{std::chrono::sys_days{std::chrono::days{date.days}}}; }

// Reads exactly n digits at text[pos]; -1 if there are fewer.
int digits(std::string_view text, size_t pos, size_t n) {
  if (pos + n > text.size()) return -1;
  int value = 0;
  for (size_t i = pos; i < pos + n; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0); }

// Reads ".ffffff" (1..6 digits) at pos and moves pos behind it; nullopt if malformed.
std::optional<int64_t> fraction_micros(std::string_view text, size_t& pos) {
  if (pos >= text.size() || text[pos] != '.') return 0;
  ++pos;
  int64_t micros = 0;
  int n = 0;
  for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, ++n)
    if (n < 6) micros = micros * 10 + (text[pos] - '0');
  if (n == 0) return std::nullopt;
  for (; n < 6; ++n) micros *= 10;
  return micros;
}

// Reads "Z" or "+08:00" at pos, which must end the text; minutes east of UTC.
std::optional<int> offset_minutes(std::string_view text, size_t pos) {
  if (text.substr(pos) == "Z" || text.substr(pos) == "z") return 0;
  if (text.size() != pos + 6 || (text[pos] != '+' && text[pos] != '-') || text[pos + 3] != ':') return std::nullopt;
  const int hours = digits(text, pos + 1, 2), minutes = digits(text, pos + 4, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
  const int total = hours * 60 + minutes;
  return text[pos] == '-' ? -total : total;
}

class SystemClock final : public Clock {
 public:
  Instant now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  }
};

}  // namespace

std::optional<Date> Date::from_ymd(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || day < 1) return std::nullopt;
  const year_month_day ymd{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)}, std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return std::nullopt;
  return Date{static_cast<int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count())};
}

std::optional<Date> Date::parse_iso(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  return from_ymd(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
}

int Date::year() const { return static_cast<int>(ymd_of(*this).year()); }
int Date::month() const { return static_cast<int>(static_cast<unsigned>(ymd_of(*this).month())); }
int Date::day() const { return static_cast<int>(static_cast<unsigned>(ymd_of(*this).day())); }

std::string Date::to_iso() const {
  char buffer[24];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", year(), month(), day());
  return buffer;
}

std::optional<Instant> Instant::parse_iso(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto date = Date::parse_iso(text.substr(0, 10));
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!date || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  size_t pos = 19;
  const auto micros = fraction_micros(text, pos);
  if (!micros) return std::nullopt;
  const auto east = offset_minutes(text, pos);
  if (!east) return std::nullopt;
  const int64_t seconds = int64_t{date->days} * 86'400 + int64_t{hour} * 3600 + int64_t{minute} * 60 + second - int64_t{*east} * 60;
  return Instant{seconds * kMicrosPerSecond + *micros};
}

std::string Instant::to_iso() const {
  const int64_t in_day = micros - floor_div(micros, kMicrosPerDay) * kMicrosPerDay;
  const auto seconds = static_cast<int>(in_day / kMicrosPerSecond);
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%sT%02d:%02d:%02d.%06dZ", utc_date().to_iso().c_str(), seconds / 3600, seconds / 60 % 60, seconds % 60,
                static_cast<int>(in_day % kMicrosPerSecond));
  return buffer;
}

Date Instant::utc_date() const { return Date{static_cast<int32_t>(floor_div(micros, kMicrosPerDay))}; }
Date Instant::local_date(int utc_offset_minutes) const { return Instant{micros + int64_t{utc_offset_minutes} * 60 * kMicrosPerSecond}.utc_date(); }

Date SchoolYear::start() const { return *Date::from_ymd(first_year, 9, 1); }
Date SchoolYear::end() const { return *Date::from_ymd(first_year + 1, 8, 31); }
SchoolYear SchoolYear::of(Date date) { return SchoolYear{date.month() >= 9 ? date.year() : date.year() - 1}; }

const Clock& Clock::system() {
  static const SystemClock clock;
  return clock;
}

struct ManualClock::State {
  std::atomic<int64_t> micros;
};
ManualClock::ManualClock(Instant start) : state_(std::make_unique<State>()) { state_->micros = start.micros; }
ManualClock::~ManualClock() = default;
Instant ManualClock::now() const { return Instant{state_->micros.load()}; }
void ManualClock::set(Instant instant) { state_->micros = instant.micros; }
void ManualClock::advance_micros(int64_t micros) { state_->micros += micros; }

}  // namespace banmo
