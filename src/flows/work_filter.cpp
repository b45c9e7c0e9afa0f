// SPDX-License-Identifier: Apache-2.0
#include "flows/work_filter.h"

#include <algorithm>

#include "base/city_time.h"
#include "flows/state.h"

namespace banmo::flows {
namespace {

constexpr int64_t kDay_us = 86'400'000'000, kFar_us = 12'000 * kDay_us;  // beyond the longest deadline, 4,000 working days
constexpr size_t kLongestNumber = 40;

// The first instant after `from` at which `holds`, which once true stays so, is true; the far end if none is.
template <class Holds>
Instant first_true(Instant from, Holds holds) {
  int64_t before = from.micros, at = from.micros + kFar_us;
  while (at - before > 1) {
    const int64_t middle = before + (at - before) / 2;
    (holds(Instant{middle}) ? at : before) = middle;
  }
  return {at};
}

// With a deadline at `due` in that state.
Lamp lamp_at(const Running& running, const pack::FlowDeadline* deadline, Instant due, Instant now) {
  const auto reached = [&](const std::optional<pack::FlowSpan>& span) { return span && now >= running.calendar->before(due, *span); };
  if (now >= due) return Lamp::red;
  if (deadline == nullptr) return Lamp::green;
  if (reached(deadline->red)) return Lamp::red;
  return reached(deadline->yellow) ? Lamp::yellow : Lamp::green;
}

}  // namespace

Lamp lamp_of(const Running& running, const Record& record, Instant now) {
  if (!record.due_at || record.closed_at) return Lamp::none;
  return lamp_at(running, running.flow->deadline(record.state), *record.due_at, now);
}

WorkFilter::WorkFilter(const Book& book, const CaseQuery& query, Instant now) : book_(book), query_(query), now_(now) {}

bool WorkFilter::is_plain() const {
  return query_.lamp == LampFilter::any && query_.waits_longer_wd == 0 && !query_.opened_from && !query_.opened_until;
}

// The first deadline whose lamp is below the colour: the later the deadline, the greener.
Instant WorkFilter::first_not(const Running& running, const pack::FlowDeadline* deadline, Lamp lamp) const {
  return first_true(now_, [&](Instant due) { return lamp_at(running, deadline, due, now_) < lamp; });
}

// The last entry into a state since which so many working days are over.
Instant WorkFilter::entered_by(const Running* running) const {
  if (query_.waits_longer_wd == 0) return {INT64_MAX};
  const pack::FlowSpan span{query_.waits_longer_wd, pack::SpanUnit::working_days};
  const WorkCalendar weekdays;
  const WorkCalendar& calendar = running == nullptr ? weekdays : *running->calendar;
  const Instant first = first_true({now_.micros - kFar_us}, [&](Instant entered) { return now_ < calendar.after(entered, span); });
  return {first.micros - 1};
}

Store::Limits WorkFilter::limits_of(const Store::Lane& lane) const {
  Store::Limits out;
  const RunningPtr running = book_.find(lane.flow);
  const Instant late_before{now_.micros + 1};
  const pack::FlowDeadline* deadline = running == nullptr ? nullptr : running->flow->deadline(lane.state);
  if (query_.lamp == LampFilter::late) out.due_before = late_before;
  if (query_.lamp == LampFilter::red) out.due_before = running == nullptr ? late_before : first_not(*running, deadline, Lamp::red);
  if (query_.lamp == LampFilter::yellow) {
    out.due_from = running == nullptr ? late_before : first_not(*running, deadline, Lamp::red);
    out.due_before = running == nullptr ? late_before : first_not(*running, deadline, Lamp::yellow);
  }
  out.entered_by = entered_by(running.get());
  if (query_.waits_longer_wd > 0 && deadline != nullptr) {  // a deadline follows its entry, so that the lane is read up to that one alone
    const Instant due = running->calendar->after(out.entered_by, deadline->within);
    out.due_before = std::min(out.due_before, Instant{due.micros + 1});
  }
  if (query_.opened_from) out.opened_from = end_of(Date{query_.opened_from->days - 1});
  if (query_.opened_until) out.opened_before = end_of(*query_.opened_until);
  return out;
}

bool WorkFilter::fits(const Running* running, const Record& record) const {
  if (!query_.flow.empty() && record.flow != query_.flow) return false;
  const Store::Limits limits = limits_of({record.flow, record.state});
  const Lamp lamp = running == nullptr ? Lamp::none : lamp_of(*running, record, now_);
  const bool is_late = record.due_at && *record.due_at <= now_ && !record.closed_at;
  if (query_.lamp == LampFilter::late && !is_late) return false;
  if (query_.lamp == LampFilter::red && lamp != Lamp::red) return false;
  if (query_.lamp == LampFilter::yellow && lamp != Lamp::yellow) return false;
  if (query_.waits_longer_wd > 0 && (record.closed_at || record.entered_at > limits.entered_by)) return false;
  return record.opened_at >= limits.opened_from && record.opened_at < limits.opened_before;
}

// Numbers are letters, digits and hyphens, and have a digit.
std::string WorkFilter::number() const {
  const std::string& text = query_.text;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const bool fits = text.size() <= kLongestNumber && std::any_of(text.begin(), text.end(), is_digit) &&
                    std::all_of(text.begin(), text.end(), [&](char c) { return is_digit(c) || is_letter(c) || c == '-'; });
  if (!fits) return {};
  std::string out = text;
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

}  // namespace banmo::flows
