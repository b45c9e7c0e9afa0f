// SPDX-License-Identifier: Apache-2.0
#include "ask/tree_shape.h"

namespace banmo::ask {
namespace {

constexpr json::ReadLimits kLimits{.max_bytes = size_t{64} << 10, .max_depth = 8, .max_values = 20'000};

}  // namespace

Tree tree_of(const TreeShape& shape) {
  Tree tree;
  for (size_t i = 0; i < std::size(kIntentNames); ++i)
    if (shape.intent == kIntentNames[i]) tree.intent = static_cast<Intent>(i);
  tree.metrics = shape.metrics;
  tree.by = shape.by;
  for (const auto& [dimension, values] : shape.where) tree.where.push_back({dimension, values});
  tree.time = {shape.time.grain, shape.time.from, shape.time.to, shape.time.last};
  tree.compare = shape.compare;
  tree.order = shape.order;
  tree.limit = shape.limit;
  for (const HavingShape& one : shape.having) tree.having.push_back({one.metric, one.op, one.value, one.to, one.whole});
  tree.member = shape.member;
  tree.against_whole = shape.against_whole;
  tree.count = shape.count;
  tree.streak = shape.streak;
  tree.direction = shape.direction;
  tree.chart = shape.chart;
  tree.targets = shape.targets;
  tree.lamp = shape.lamp;
  return tree;
}

TreeShape shape_of(const Tree& tree) {
  TreeShape shape;
  shape.intent = name_of(tree.intent);
  shape.metrics = tree.metrics;
  shape.by = tree.by;
  for (const Where& where : tree.where) shape.where[where.dimension] = where.values;
  shape.time = {tree.time.grain, tree.time.from, tree.time.to, tree.time.last};
  shape.compare = tree.compare;
  shape.order = tree.order;
  shape.limit = tree.limit;
  for (const Having& one : tree.having) shape.having.push_back({one.metric, one.op, one.value, one.to, one.whole});
  shape.member = tree.member;
  shape.against_whole = tree.against_whole;
  shape.count = tree.count;
  shape.streak = tree.streak;
  shape.direction = tree.direction;
  shape.chart = tree.chart;
  shape.targets = tree.targets;
  shape.lamp = tree.lamp;
  return shape;
}

std::string json_of(const Tree& tree) { return json::to_text(shape_of(tree)); }

Result<Tree> read_tree(std::string_view text) {
  BANMO_TRY(const json::Value value, json::read(text, kLimits));
  BANMO_TRY(const TreeShape shape, json::from_json<TreeShape>(value));
  return tree_of(shape);
}

}  // namespace banmo::ask
