// SPDX-License-Identifier: Apache-2.0
// Working days with public holidays and the days that are worked instead, and the ends of deadlines. Days are the city's. Immutable.
#pragma once

#include <set>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"
#include "pack/pack.h"

namespace banmo::flows {

Instant end_of(Date day);  // the city's midnight after it

class WorkCalendar {
 public:
  WorkCalendar() = default;  // Monday to Friday
  // Errors: internal "flows.bad_calendar" for a cell that is no date or no yes/no.
  static Result<WorkCalendar> of(const pack::Catalogue& catalogue, const pack::Flow& flow);
  void set(Date day, bool is_working);
  bool is_working(Date day) const;
  int n_working(Date from, Date to) const;                      // working days after the one up to and with the other
  bool knows(int year) const { return years_.contains(year); }  // whether the holidays of a year are told
  // The end of the n-th day (working day) after the day of `from`: its midnight; hours count by the clock.
  Instant after(Instant from, pack::FlowSpan span) const;
  Instant before(Instant end, pack::FlowSpan span) const;

 private:
  Date step(Date day, int n, int direction, bool working) const;
  std::unordered_map<int32_t, bool> days_;
  std::set<int> years_;
};

}  // namespace banmo::flows
