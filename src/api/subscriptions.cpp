// SPDX-License-Identifier: Apache-2.0
// One's own subscriptions to dashboards: the figures come as notices.
#include <charconv>

#include "api/builder.h"
#include "api/shapes.h"
#include "metrics/metrics.h"

namespace banmo::api {
namespace {

constexpr const char* kEveryNames[] = {"day", "week", "month"};

struct SubscriptionIn {
  static constexpr const char* kName = "SubscriptionIn";
  std::string dashboard, every;
  int hour = 8;
};
template <class V>
void describe(V& v, SubscriptionIn& x) {
  v.field("dashboard", x.dashboard, {.max_length = 60});
  v.field("every", x.every, {.doc = "week: on Mondays; month: on the first.", .one_of = kEveryNames});
  v.field("hour", x.hour, {.doc = "Of the city's clock.", .minimum = 0, .maximum = 23});
}

struct SubscriptionShape {
  static constexpr const char* kName = "Subscription";
  std::string id, dashboard, every;
  Two title;
  int hour = 8;
  Instant due_at;
  std::optional<Instant> told_at;
  bool visible = true;
};
template <class V>
void describe(V& v, SubscriptionShape& x) {
  v.field("id", x.id);
  v.field("dashboard", x.dashboard);
  v.field("title", x.title);
  v.field("every", x.every, {.one_of = kEveryNames});
  v.field("hour", x.hour);
  v.field("due_at", x.due_at);
  v.field("told_at", x.told_at);
  v.field("visible", x.visible, {.doc = "false: the dashboard is gone or no longer for the caller; nothing is told."});
}

SubscriptionShape shape_of(const metrics::Subscription& one) {
  return {std::to_string(one.no), one.dashboard, std::string(name_of(one.every)), Two::of(one.title), one.hour, one.due_at, one.told_at, one.visible};
}

Result<List<SubscriptionShape>> list_subscriptions(const Call& call) {
  BANMO_TRY(const auto mine, call.engines.metrics->subscriptions(call.principal));
  List<SubscriptionShape> list;
  for (const metrics::Subscription& one : mine) list.items.push_back(shape_of(one));
  return list;
}

Result<SubscriptionShape> subscribe(const Call& call, const SubscriptionIn& in) {
  const metrics::Every every = metrics::every_of(in.every).value_or(metrics::Every::month);  // checked by the description
  BANMO_TRY(const metrics::Subscription made, call.engines.metrics->subscribe(call.principal, in.dashboard, every, in.hour));
  return shape_of(made);
}

Result<Nothing> unsubscribe(const Call& call) {
  const std::string id = call.path("id");
  int64_t no = 0;
  const auto [end, failed] = std::from_chars(id.data(), id.data() + id.size(), no);
  if (failed != std::errc{} || end != id.data() + id.size()) no = 0;  // nobody's
  BANMO_DO(call.engines.metrics->unsubscribe(call.principal, no));
  return Nothing{};
}

}  // namespace

void add_subscription_routes(Builder& builder) {
  builder.tag("dashboards");
  builder.route<List<SubscriptionShape>>({.method = "GET",
                                          .path = "/subscriptions",
                                          .operation = "list_subscriptions",
                                          .summary = {"我订阅的看板", "Dashboards that I subscribed to"},
                                          .permission = "metrics.read"},
                                         list_subscriptions);
  builder.route<SubscriptionIn, SubscriptionShape>({.method = "POST",
                                                    .path = "/subscriptions",
                                                    .operation = "subscribe",
                                                    .summary = {"订阅看板的数字", "Subscribe to a dashboard's figures"},
                                                    .permission = "metrics.read",
                                                    .answer_status = 201},
                                                   subscribe);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/subscriptions/{id}",
                          .operation = "unsubscribe",
                          .summary = {"退订", "End a subscription"},
                          .permission = "metrics.read"},
                         unsubscribe);
}

}  // namespace banmo::api
