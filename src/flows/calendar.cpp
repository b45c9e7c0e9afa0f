// SPDX-License-Identifier: Apache-2.0
#include "flows/calendar.h"

#include "base/city_time.h"
#include "base/text.h"

namespace banmo::flows {
namespace {

constexpr int64_t kHour_us = 3'600'000'000, kDay_us = 24 * kHour_us;
constexpr int kDaysInWeek = 7, kFriday = 4;

// 1970-01-01 was a Thursday; Monday is 0.
int weekday(Date day) { return ((day.days + 3) % kDaysInWeek + kDaysInWeek) % kDaysInWeek; }

}  // namespace

Instant end_of(Date day) { return {(int64_t{day.days} + 1) * kDay_us - int64_t{kCityUtcOffset_minutes} * 60'000'000}; }

Result<WorkCalendar> WorkCalendar::of(const pack::Catalogue& catalogue, const pack::Flow& flow) {
  WorkCalendar calendar;
  const pack::Dataset* days = catalogue.dataset(flow.calendar);
  if (days == nullptr) return calendar;
  const size_t day_at = days->field_index(flow.day_field), working_at = days->field_index(flow.working_field);
  for (const auto& row : days->rows) {
    const auto day = text::parse_date(row[day_at], true);
    const auto working = text::parse_bool(row[working_at]);
    if (!day || !working)
      return fail(ErrorCode::internal, "flows.bad_calendar",
                  {"日历 " + days->id + " 有一行不是日期和是否：" + row[day_at],
                   "a row of the calendar " + days->id + " is no date and yes/no: " + row[day_at]});
    calendar.set(*day, *working);
  }
  return calendar;
}

void WorkCalendar::set(Date day, bool is_working) {
  days_[day.days] = is_working;
  years_.insert(day.year());
}

bool WorkCalendar::is_working(Date day) const {
  const auto told = days_.find(day.days);
  return told == days_.end() ? weekday(day) <= kFriday : told->second;
}

int WorkCalendar::n_working(Date from, Date to) const {
  int n = 0;
  for (Date day{from.days + 1}; day <= to; ++day.days) n += is_working(day) ? 1 : 0;
  return n;
}

Date WorkCalendar::step(Date day, int n, int direction, bool working) const {
  while (n > 0) {
    day.days += direction;
    if (!working || is_working(day)) --n;
  }
  return day;
}

Instant WorkCalendar::after(Instant from, pack::FlowSpan span) const {
  if (span.unit == pack::SpanUnit::hours) return {from.micros + span.n * kHour_us};
  return end_of(step(city_date(from), span.n, 1, span.unit == pack::SpanUnit::working_days));
}

Instant WorkCalendar::before(Instant end, pack::FlowSpan span) const {
  if (span.unit == pack::SpanUnit::hours) return {end.micros - span.n * kHour_us};
  if (span.n == 0) return end;
  const Date last = city_date({end.micros - 1});  // midnight belongs to the day that ends
  return end_of(step(last, span.n, -1, span.unit == pack::SpanUnit::working_days));
}

}  // namespace banmo::flows
