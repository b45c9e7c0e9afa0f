// SPDX-License-Identifier: Apache-2.0
// The tree behind Expression and Select. Built by the parser, typed and completed with conversions by the checker, immutable afterwards. Private to
// the room.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "expr/expr.h"

namespace banmo::expr {

struct Kernel;  // functions.h

enum class Op : unsigned char {
  literal,
  field,
  negate,
  add,
  subtract,
  multiply,
  divide,
  concat,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  all_of,
  any_of,
  negation,
  is_null,
  between,
  in_list,
  like,
  searched_case,  // when, then, when, then, ... [else]
  simple_case,    // operand, when, then, ... [else]
  coalesce,
  nullif,
  least,
  greatest,
  kernel,
  custom,
  aggregate,
  to_real,  // an integer or a decimal column as an IEEE double
  to_whole  // a double without fraction as a 64-bit integer, null beyond its range
};

// How the value stands in SQL. Arithmetic is `real`; a decimal column may be DECIMAL or DOUBLE, which matters only where it meets a real.
enum class Rep : unsigned char { plain, real, raw_decimal };

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
  Op op = Op::literal;
  Type type = Type::null;
  Rep rep = Rep::plain;
  bool negated = false;   // is not null, not between, not in, not like
  bool distinct = false;  // count(distinct x)
  unsigned height = 1;    // of the tree from here down
  size_t offset = 0;      // bytes into the text, for findings
  size_t field = 0;
  double most = 1;   // numbers: no value is larger in magnitude,
  double least = 1;  // and none but zero is smaller. So nothing overflows or underflows, which databases answer differently.
  sql::Value literal;
  std::string name;  // of a field or function as written; the pattern of like
  const Kernel* kernel = nullptr;
  std::shared_ptr<const Function> custom;
  std::vector<NodePtr> children;

  bool is_literal() const { return op == Op::literal; }
  bool has_else() const { return children.size() % 2 == (op == Op::simple_case ? 0U : 1U); }
};

// True if both compute the same from the same fields.
bool same(const Node& a, const Node& b);
// Calls visit(node) for the node and everything below it.
template <class Visit>
void walk(const Node& node, const Visit& visit) {
  visit(node);
  for (const NodePtr& child : node.children) walk(*child, visit);
}

}  // namespace banmo::expr
