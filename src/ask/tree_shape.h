// SPDX-License-Identifier: Apache-2.0
// A tree as JSON, described once: how it goes out and comes back over HTTP, is kept in the ledger, and is asked of a model.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ask/tree.h"
#include "base/result.h"
#include "json/describe.h"

namespace banmo::ask {

struct HavingShape {
  std::string metric, op;
  double value = 0, to = 0;
  bool whole = false;
};
template <class V>
void describe(V& v, HavingShape& x) {
  v.field("metric", x.metric, {.max_length = 120});
  v.field("op", x.op, {.one_of = kOpNames});
  v.field("value", x.value, {.has_default = true});
  v.field("to", x.to, {.doc = "Of between.", .has_default = true});
  v.field("whole", x.whole, {.doc = "Beside the figure of the whole.", .has_default = true});
}

struct TimeShape {
  std::string grain, from, to;
  int last = 0;
};
template <class V>
void describe(V& v, TimeShape& x) {
  v.field("grain", x.grain, {.max_length = 20, .has_default = true});
  v.field("from", x.from, {.max_length = 32, .has_default = true});
  v.field("to", x.to, {.max_length = 32, .has_default = true});
  v.field("last", x.last, {.minimum = 0, .maximum = 1000, .has_default = true});
}

struct TreeShape {
  static constexpr const char* kName = "AskQuery";
  std::string intent = "value";
  std::vector<std::string> metrics, by;
  std::map<std::string, std::vector<std::string>> where;
  TimeShape time;
  std::string compare, order, member, direction, chart;
  int limit = 0, streak = 0;
  std::vector<HavingShape> having;
  bool against_whole = false, count = false;
  std::vector<std::string> targets;
  std::string lamp;
};
template <class V>
void describe(V& v, TreeShape& x) {
  v.field("intent", x.intent, {.one_of = kIntentNames, .has_default = true});
  v.field("metrics", x.metrics, {.doc = "None where plan targets are asked for.", .max_length = 10});
  v.field("by", x.by, {.max_length = 4, .has_default = true});
  v.field("where", x.where, {.doc = "dimension: any of these values; organisations by id", .has_default = true});
  v.field("time", x.time, {.has_default = true});
  v.field("compare", x.compare, {.one_of = kCompareNames, .has_default = true});
  v.field("order", x.order, {.max_length = 120, .has_default = true});
  v.field("limit", x.limit, {.minimum = 0, .maximum = 1000, .has_default = true});
  v.field("having", x.having, {.max_length = 4, .has_default = true});
  v.field("member", x.member, {.doc = "Whose rank or share is asked.", .max_length = 100, .has_default = true});
  v.field("against_whole", x.against_whole, {.has_default = true});
  v.field("count", x.count, {.doc = "How many pass, not which.", .has_default = true});
  v.field("streak", x.streak, {.minimum = 0, .maximum = 50, .has_default = true});
  v.field("direction", x.direction, {.one_of = kDirectionNames, .has_default = true});
  v.field("chart", x.chart, {.max_length = 20, .has_default = true});
  v.field("targets", x.targets, {.doc = "Of intent target: these of the plans; none: all.", .max_length = 500, .has_default = true});
  v.field("lamp", x.lamp, {.doc = "Of intent target: those in this state.", .one_of = kLampNames, .has_default = true});
}

Tree tree_of(const TreeShape& shape);
TreeShape shape_of(const Tree& tree);
std::string json_of(const Tree& tree);
// What json_of wrote, or somebody else: invalid "json.invalid" or as json::read. Its names are still to be checked (Parser::check).
Result<Tree> read_tree(std::string_view text);

}  // namespace banmo::ask
