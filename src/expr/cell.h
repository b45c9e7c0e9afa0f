// SPDX-License-Identifier: Apache-2.0
// A value during evaluation: small, without allocation; a text is a view into the row, the tree, or Evaluation::made. Private to the room.
#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "expr/expr.h"

namespace banmo::expr {

struct Cell {
  Type type = Type::null;
  union {
    int64_t whole = 0;  // boolean 0/1, integer, date (days), instant (microseconds)
    double real;        // decimal, and integers that arithmetic made
  };
  std::string_view text;

  static Cell of_boolean(bool value) { return of(Type::boolean, value ? 1 : 0); }
  static Cell of_whole(int64_t value) { return of(Type::integer, value); }
  static Cell of_real(double value) {
    Cell cell;
    cell.type = Type::decimal;
    cell.real = value;
    return cell;
  }
  static Cell of_text(std::string_view value) {
    Cell cell;
    cell.type = Type::text;
    cell.text = value;
    return cell;
  }
  static Cell of(Type type, int64_t whole) {
    Cell cell;
    cell.type = type;
    cell.whole = whole;
    return cell;
  }
  bool is_null() const { return type == Type::null; }
};

// One evaluation of one expression for one row.
struct Evaluation {
  std::span<const sql::Value> row;
  const Environment& environment;
  std::span<const Type> field_types;
  std::forward_list<std::string> made;  // texts that functions made
  std::optional<Error> error;           // the first; the result is void then

  std::string_view keep(std::string text) { return made.emplace_front(std::move(text)); }
};

struct Node;
Cell evaluate_node(const Node& node, Evaluation& evaluation);
sql::Value value_of(const Cell& cell);

}  // namespace banmo::expr
