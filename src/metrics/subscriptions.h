// SPDX-License-Identifier: Apache-2.0
// The words of subscriptions: figures of a dashboard, told to one account every day, week or month at an hour of the city's clock.
// Errors of Metrics::subscribe: not_found "metrics.no_such_dashboard", invalid "metrics.bad_hour", conflict "metrics.subscribed_already", too_many
// "metrics.too_many_subscriptions", denied "metrics.needs_session" (an API token has fewer rights than its owner, who would be told). Of unsubscribe:
// not_found "metrics.no_such_subscription".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace banmo::metrics {

enum class Every { day, week, month };
std::string_view name_of(Every every);  // "day", "week", "month"
std::optional<Every> every_of(std::string_view name);

struct Subscription {
  int64_t no = 0;
  std::string dashboard;
  Message title;  // the dashboard's; its id if the subscriber no longer sees it
  Every every = Every::week;
  int hour = 8;
  Instant due_at;                  // next
  std::optional<Instant> told_at;  // last
  bool visible = true;             // nothing is told of what the subscriber no longer sees
};

// The first moment after `now` at which the hour (0..23) begins: any day, a Monday, the first of a month.
Instant next_due(Instant now, Every every, int hour, int utc_offset_minutes);

}  // namespace banmo::metrics
