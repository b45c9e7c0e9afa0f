// SPDX-License-Identifier: Apache-2.0
// Inside the room: a dashboard with all its cards as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/metric_json.h"
#include "api/shapes.h"
#include "metrics/types.h"

namespace banmo::api {

inline constexpr const char* kCardKindNames[] = {"kpi",   "line",    "bar", "rank",    "heat",  "map",
                                                 "table", "stacked", "box", "scatter", "radar", "sankey"};

struct ChoiceShape {
  std::string value, title, title_en;
};
template <class V>
void describe(V& v, ChoiceShape& x) {
  v.field("value", x.value);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
}

struct FilterShape {
  static constexpr const char* kName = "DashboardFilter";
  std::string id, title, title_en;
  std::vector<ChoiceShape> values;
  std::optional<std::string> current;
};
template <class V>
void describe(V& v, FilterShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("values", x.values);
  v.field("current", x.current);
}

struct CardProblem {
  static constexpr const char* kName = "CardFault";
  std::string code;
  Two detail;
};
template <class V>
void describe(V& v, CardProblem& x) {
  v.field("code", x.code);
  v.field("detail", x.detail);
}

struct CardShape {
  static constexpr const char* kName = "Card";
  std::string id, kind, title, title_en;
  std::vector<std::string> metrics, by;
  std::optional<std::string> drill;
  bool main = false;
  ResultShape result;
  std::optional<CardProblem> error;
};
template <class V>
void describe(V& v, CardShape& x) {
  v.field("id", x.id);
  v.field("kind", x.kind, {.one_of = kCardKindNames});
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("metrics", x.metrics);
  v.field("by", x.by);
  v.field("drill", x.drill);
  v.field("main", x.main, {.doc = "Of a screen: stands in the middle."});
  v.field("result", x.result);
  v.field("error", x.error);
}

struct DashboardShape {
  static constexpr const char* kName = "Dashboard";
  std::string id, title, title_en;
  bool screen = false;
  std::vector<FilterShape> filters;
  std::vector<CardShape> cards;
  Instant as_of;
};
template <class V>
void describe(V& v, DashboardShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("screen", x.screen);
  v.field("filters", x.filters);
  v.field("cards", x.cards);
  v.field("as_of", x.as_of);
}

DashboardShape shape_of(const metrics::DashboardResult& found);

}  // namespace banmo::api
