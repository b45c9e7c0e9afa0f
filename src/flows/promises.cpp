// SPDX-License-Identifier: Apache-2.0
// What was promised against what was used, over the states that cases have left.
#include <algorithm>
#include <map>

#include "base/city_time.h"
#include "flows/state.h"

namespace banmo::flows {
namespace {

constexpr int64_t kMinute_us = 60'000'000, kHour_us = 60 * kMinute_us, kDay_us = 24 * kHour_us;

constexpr int32_t kLongest_days = 36'525;  // longer than a century is told as one

// Days of the city: deadlines of days and working days end with them, so that a year of cases is a few thousand groups.
constexpr std::string_view kStays =
    "SELECT s.from_state, (s.at - s.spent + $2) / $3, (s.at + $2) / $3, CASE WHEN c.closed_at IS NULL THEN 0 ELSE 1 END, COUNT(*) FROM flow_step s "
    "JOIN flow_case c ON c.id = s.case_id WHERE c.flow = $1 AND s.from_state <> s.to_state AND ";
constexpr std::string_view kStaysBy =
    " GROUP BY s.from_state, (s.at - s.spent + $2) / $3, (s.at + $2) / $3, CASE WHEN c.closed_at IS NULL THEN 0 ELSE 1 END";
// One state whose deadline counts hours.
constexpr std::string_view kHours =
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN s.spent < $3 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CAST(s.spent AS DOUBLE PRECISION)), 0) FROM flow_step "
    "s JOIN flow_case c ON c.id = s.case_id WHERE c.flow = $1 AND s.from_state = $2 AND s.to_state <> $2 AND ";

}  // namespace

Result<> State::add_promises(FlowFigures& figures, const Running& running, const std::string& predicate) const {
  const pack::Flow& flow = *running.flow;
  const auto figures_of = [&](const std::string& state) {
    const auto found = std::find_if(figures.states.begin(), figures.states.end(), [&](const StateFigures& one) { return one.state == state; });
    return found == figures.states.end() ? nullptr : &*found;
  };
  double promised_days = 0, used_days = 0;
  BANMO_TRY(const auto lease, stores.ledger->read());
  BANMO_DO(lease->each(std::string(kStays) + predicate + std::string(kStaysBy), {flow.id, int64_t{kCityUtcOffset_minutes} * kMinute_us, kDay_us},
                       [&](const sql::Values& row) -> Result<> {
                         const pack::FlowDeadline* deadline = flow.deadline(sql::text_of(row[0]));
                         StateFigures* state = figures_of(sql::text_of(row[0]));
                         if (deadline == nullptr || state == nullptr || deadline->within.unit == pack::SpanUnit::hours) return {};
                         const Date to{static_cast<int32_t>(sql::int_of(row[2]))};
                         const Date from{std::max(static_cast<int32_t>(sql::int_of(row[1])), to.days - kLongest_days)};
                         const bool working = deadline->within.unit == pack::SpanUnit::working_days;
                         const int64_t n = sql::int_of(row[4]);
                         const int used = working ? running.calendar->n_working(from, to) : to.days - from.days;
                         // A day off behind the last working day is late already: the deadline ended at the midnight before it.
                         const bool is_within = end_of(to) <= running.calendar->after({end_of(from).micros - 1}, deadline->within);
                         state->n_promised += n;
                         state->n_within += is_within ? n : 0;
                         state->mean_used += static_cast<double>(n) * used;
                         if (!working || sql::int_of(row[3]) == 0) return {};
                         promised_days += static_cast<double>(n) * deadline->within.n;
                         used_days += static_cast<double>(n) * used;
                         return {};
                       }));
  for (const pack::FlowDeadline& deadline : flow.deadlines) {
    StateFigures* state = figures_of(deadline.state);
    if (state == nullptr || deadline.within.unit != pack::SpanUnit::hours) continue;
    BANMO_TRY(const sql::Rows rows, lease->query(std::string(kHours) + predicate, {flow.id, deadline.state, deadline.within.n * kHour_us}));
    state->n_promised = sql::int_of(rows[0][0]);
    state->n_within = sql::int_of(rows[0][1]);
    state->mean_used = sql::double_of(rows[0][2]) / static_cast<double>(kHour_us);
  }
  for (StateFigures& state : figures.states) {
    figures.n_promised += state.n_promised;
    figures.n_within += state.n_within;
    if (state.n_promised > 0) state.mean_used /= static_cast<double>(state.n_promised);
  }
  if (figures.n_closed == 0 || promised_days == 0) return {};
  figures.promised_days = promised_days / static_cast<double>(figures.n_closed);
  figures.used_days = used_days / static_cast<double>(figures.n_closed);
  return {};
}

}  // namespace banmo::flows
