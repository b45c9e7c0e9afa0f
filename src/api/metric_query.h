// SPDX-License-Identifier: Apache-2.0
// Inside the room: a question for figures as a body says it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/shapes.h"
#include "json/describe.h"
#include "metrics/types.h"

namespace banmo::api {

inline constexpr const char* kGrainNames[] = {"day", "month", "term", "school_year", "year"};
inline constexpr const char* kCompareNames[] = {"prior", "yoy"};

// What a dimension must be: one value, or any of a list.
struct ConditionValue {
  static json::Value schema() {
    return json::Object{{"anyOf", json::Array{scalar_schema(), json::Object{{"type", "array"}, {"items", scalar_schema()}}}}};
  }
  json::Value value;
};
using Conditions = std::map<std::string, ConditionValue>;

struct TimeShape {
  std::optional<std::string> grain, from, to;
  std::optional<int> last;
};
template <class V>
void describe(V& v, TimeShape& x) {
  v.field("grain", x.grain, {.one_of = kGrainNames});
  v.field("from", x.from, {.max_length = 32});
  v.field("to", x.to, {.max_length = 32});
  v.field("last", x.last, {.minimum = 1, .maximum = 1000});
}

struct QueryShape {
  static constexpr const char* kName = "MetricQuery";
  std::vector<std::string> metrics;
  std::optional<std::vector<std::string>> by;
  std::optional<Conditions> where;
  std::optional<TimeShape> time;
  std::optional<std::string> order;
  std::optional<int> limit;
  std::optional<std::string> compare;
  std::optional<bool> share;
};
template <class V>
void describe(V& v, QueryShape& x) {
  v.field("metrics", x.metrics, {.min_length = 1, .max_length = 20});
  v.field("by", x.by, {.max_length = 4});
  v.field("where", x.where, {.doc = "dimension: value, or list of values any of which may hold"});
  v.field("time", x.time);
  v.field("order", x.order, {.max_length = 100});
  v.field("limit", x.limit, {.minimum = 1, .maximum = 10'000});
  v.field("compare", x.compare, {.one_of = kCompareNames});
  v.field("share", x.share);
}

// Errors: invalid "metrics.bad_condition".
Result<metrics::Query> query_of(const QueryShape& shape);

}  // namespace banmo::api
