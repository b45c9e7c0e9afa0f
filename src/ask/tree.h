// SPDX-License-Identifier: Apache-2.0
// What was understood: a checked query over metrics and dimensions of the catalogue, with what is to be done with its rows. The same tree comes from
// words, from an edited chip, and from a previous answer; it is checked each time and never holds SQL.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/types.h"

namespace banmo::ask {

enum class Intent { value, trend, compare, rank, share, threshold, cross, contribution, streak, ratio, target };
inline constexpr const char* kIntentNames[] = {"value", "trend",        "compare", "rank",  "share", "threshold",
                                               "cross", "contribution", "streak",  "ratio", "target"};
inline constexpr const char* kOpNames[] = {">", ">=", "<", "<=", "=", "!=", "between"};
inline constexpr const char* kCompareNames[] = {"", "prior", "yoy"};
inline constexpr const char* kDirectionNames[] = {"", "up", "down"};
inline constexpr const char* kLampNames[] = {"", "reached", "missed", "red", "yellow", "unknown"};
inline constexpr const char* kChartNames[] = {"kpi", "line", "bar", "rank", "heat", "map", "table", "stacked", "pie"};

struct Having {
  std::string metric, op;
  double value = 0;
  double to = 0;       // of between, inclusive
  bool whole = false;  // beside the figure of the whole, not the value
  bool operator==(const Having&) const = default;
};

struct Where {
  std::string dimension;            // a dimension; city, district, school with organisations by id
  std::vector<std::string> values;  // any of these
  bool operator==(const Where&) const = default;
};

struct Tree {
  Intent intent = Intent::value;
  std::vector<std::string> metrics;
  std::vector<std::string> by;
  std::vector<Where> where;
  metrics::TimeRange time;
  std::string compare;               // "", "prior", "yoy"
  std::string order;                 // a column of the answer: "fit_n", "-fit_n", "-fit_n__change", "-fit_n__growth"
  int limit = 0;                     // 0: all
  std::vector<Having> having;        // all of them must hold
  std::string member;                // rank, share: the one of the last dimension that was asked for; of a share also several, with | between
  bool against_whole = false;        // compare: beside the whole
  bool count = false;                // threshold, streak: how many, not which
  int streak = 0;                    // periods in a row; 0: all there are
  std::string direction;             // contribution, streak: "up", "down"
  std::string chart;                 // asked for; empty: by the shape
  std::vector<std::string> targets;  // target: these of the plans, in the years of `time`; empty: all. There are no metrics then
  std::string lamp;                  // target: those in this state only, one of kLampNames
};

// Whether it is a query at all, not what is left of a refusal.
inline bool asks_something(const Tree& tree) { return !tree.metrics.empty() || tree.intent == Intent::target; }
std::string_view name_of(Intent intent);
std::vector<std::string> members_of(const Tree& tree);
inline bool is_level(std::string_view dimension) { return dimension == "city" || dimension == "district" || dimension == "school"; }
// The metric of a column: "fit_n" of "fit_n__change".
inline std::string base_of(std::string_view column) { return std::string(column.substr(0, column.find("__"))); }
// One line that tells two trees apart: the tests' gold, the audit's plan. Empty parts are left out.
std::string text_of(const Tree& tree);

// A part of what was understood, as a person reads it and may change it.
struct Chip {
  std::string kind;  // "metric", "dimension", "filter", "period", "scope", "target", "task"
  std::string id;    // the metric, the dimension
  std::string text, text_en;
};

}  // namespace banmo::ask
