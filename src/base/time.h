// SPDX-License-Identifier: Apache-2.0
// Instant (UTC microseconds), Date (proleptic Gregorian day), SchoolYear (September to August, named by its first year), and the Clock they come
// from. Local time exists only at the edges; parsing of dates as people write them is in base/text.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace banmo {

struct Date {
  int32_t days = 0;  // since 1970-01-01
  auto operator<=>(const Date&) const = default;

  static std::optional<Date> from_ymd(int year, int month, int day);  // nullopt if there is no such day; years 1..9999
  static std::optional<Date> parse_iso(std::string_view text);        // "2026-11-21" only
  int year() const;
  int month() const;  // 1..12
  int day() const;    // 1..31
  std::string to_iso() const;
};

struct Instant {
  int64_t micros = 0;  // since 1970-01-01T00:00:00Z
  auto operator<=>(const Instant&) const = default;

  static std::optional<Instant> parse_iso(std::string_view text);  // "2026-11-21T08:00:00[.ffffff](Z|+08:00)"; also a blank for the T
  std::string to_iso() const;                                      // always "2026-11-21T08:00:00.000000Z"
  Date utc_date() const;
  Date local_date(int utc_offset_minutes) const;
};

struct SchoolYear {
  int32_t first_year = 0;
  auto operator<=>(const SchoolYear&) const = default;
  Date start() const;  // 1 September of first_year
  Date end() const;    // 31 August of the next year
  static SchoolYear of(Date date);
};

// Where the time comes from; tests inject their own. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  static const Clock& system();
};

// A clock that stands where it is put. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start);
  ~ManualClock() override;
  Instant now() const override;
  void set(Instant instant);
  void advance_micros(int64_t micros);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banmo
