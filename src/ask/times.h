// SPDX-License-Identifier: Apache-2.0
// Time as people say it. A phrase is read without knowing the metric; what it means there (school year, calendar year, nothing) is decided against
// the way in which the metric's data are dated. Pure: the day is an argument.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "metrics/types.h"

namespace banmo::ask {

// `year` is whichever year the metric counts by; calendar_year was said as one.
enum class TimeUnit { year, school_year, calendar_year, term, month, day };
enum class TimeKind {
  latest,  // 目前: the newest period there is
  span,    // from .. to, either open
  last,    // the last n periods
  each     // 历年: all of them, one by one
};

struct TimePhrase {
  TimeKind kind = TimeKind::latest;
  TimeUnit unit = TimeUnit::year;
  bool relative = false;            // from and to count from the present period
  std::optional<int64_t> from, to;  // years; terms as year * 2 + 0/1; months as year * 12 + month - 1; days since 1970
  int n = 0;                        // of last
  bool until = false;               // 截至: up to a day, for figures that are reported rarely the period in which it lies
  size_t length = 0;                // characters taken
  bool operator==(const TimePhrase&) const = default;
};

// The longest phrase that begins at `at` of a folded text.
std::optional<TimePhrase> time_at(std::u32string_view text, size_t at, Date today);

// How a metric's data are dated.
enum class Dating { none, school_year, calendar_year, date };

struct TimeMeaning {
  metrics::TimeRange range;
  bool series = false;  // several periods, to be told one by one
  bool latest = false;  // no period was named
  std::string said;     // Chinese, for the chip: "2025—2026学年"
  std::string said_en;
};
// Error texts are for people: unsupported "ask.time_unsupported".
Result<TimeMeaning> meaning_of(const TimePhrase& phrase, Dating dating, Date today);
// "2025" as a person reads it.
Message period_title(std::string_view period, std::string_view grain, Dating dating);
int64_t term_of(Date day);  // of the school calendar: the first term from September to January

}  // namespace banmo::ask
