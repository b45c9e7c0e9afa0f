// SPDX-License-Identifier: Apache-2.0
#include "expr/coerce.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "expr/functions.h"

namespace banmo::expr {
namespace {

constexpr double kMaxRawLiteral = 1e15;  // decimals that databases and doubles write alike
constexpr size_t kMaxRawDigits = 15;

bool is_number(Type type) { return type == Type::integer || type == Type::decimal; }
bool has(const Operands& operands, Type type) {
  return std::any_of(operands.begin(), operands.end(), [&](const NodePtr* node) { return (*node)->type == type; });
}

double double_of_literal(const Node& node) {
  if (const auto* whole = std::get_if<int64_t>(&node.literal)) return static_cast<double>(*whole);
  const auto* real = std::get_if<double>(&node.literal);
  return real == nullptr ? 0 : *real;
}

// True for a literal that may stand beside a DECIMAL column and beside a DOUBLE column with the same result.
bool is_raw_literal(const Node& node) {
  if (!node.is_literal() || !is_number(node.type) || sql::is_null(node.literal)) return node.is_literal() && sql::is_null(node.literal);
  const double value = std::fabs(double_of_literal(node));
  if (value >= kMaxRawLiteral) return false;
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
  return end - buffer <= static_cast<std::ptrdiff_t>(kMaxRawDigits) + 1;
}

bool mismatch(const Node& a, const Node& b, Findings& findings) {
  const Message left = type_name(a.type), right = type_name(b.type);
  Message hint;
  const Node& text = a.type == Type::text ? a : b;
  const Node& other = a.type == Type::text ? b : a;
  if (text.type == Type::text && is_number(other.type)) {
    if (text.is_literal())
      hint = {"，数不要加引号", ": write numbers without quotes"};
    else if (other.is_literal())
      hint = {"，文本（含代码）要加单引号", ": put the text (codes too) in single quotes"};
  }
  if (other.type == Type::date || other.type == Type::instant)
    hint = {"，日期只能与日期字段或 '2026-11-21' 这样的常量放在一起", ": a date goes with date fields or literals such as '2026-11-21'"};
  if (a.type == Type::boolean || b.type == Type::boolean)
    hint = {"，是否字段请与 true、false 或 1、0 比较", ": compare a boolean with true, false, 1 or 0"};
  findings.add(b.offset, "expr.type_mismatch",
               {"类型不一致：" + left.zh + "与" + right.zh + hint.zh, "types differ: " + left.en + " and " + right.en + hint.en});
  return false;
}

// exempt = 1 means exempt = true.
void make_booleans(const Operands& operands) {
  if (!has(operands, Type::boolean)) return;
  for (NodePtr* node : operands) {
    const auto* whole = std::get_if<int64_t>(&(*node)->literal);
    if (!(*node)->is_literal() || whole == nullptr || (*whole != 0 && *whole != 1)) continue;
    const bool value = *whole == 1;
    (*node)->literal = value;
    (*node)->type = Type::boolean;
  }
}

bool make_dates(const Operands& operands, bool instants_to_dates, Findings& findings) {
  if (!has(operands, Type::date) && !has(operands, Type::instant)) return true;
  for (NodePtr* node : operands)
    if ((*node)->type == Type::text && (*node)->is_literal() && !make_dated(*node, findings)) return false;
  if (!instants_to_dates || !has(operands, Type::date)) return true;
  for (NodePtr* node : operands)
    if ((*node)->type == Type::instant) make_date(*node);
  return true;
}

// The one type of the operands (integer and decimal make decimal), nulls aside.
bool one_type(const Operands& operands, Type& type, Findings& findings) {
  const Node* first = nullptr;
  type = Type::null;
  for (const NodePtr* operand : operands) {
    const Node& node = **operand;
    if (node.type == Type::null) continue;
    if (first == nullptr) {
      first = &node;
      type = node.type;
    } else if (is_number(node.type) && is_number(type)) {
      type = node.type == type ? type : Type::decimal;
    } else if (node.type != type) {
      return mismatch(*first, node, findings);
    }
  }
  for (NodePtr* operand : operands)
    if ((*operand)->type == Type::null) type_null(**operand, type);
  return true;
}

bool all_plain_integers(const Operands& operands) {
  return std::all_of(operands.begin(), operands.end(),
                     [](const NodePtr* node) { return (*node)->type == Type::integer && (*node)->rep == Rep::plain; });
}

}  // namespace

NodePtr wrap(Op op, NodePtr child) {
  auto node = std::make_unique<Node>();
  node->op = op;
  node->type = child->type;
  node->offset = child->offset;
  node->height = child->height + 1;
  node->most = child->most;
  node->least = child->least;
  node->children.push_back(std::move(child));
  return node;
}

void make_real(NodePtr& node) {
  if (node->rep == Rep::real) return;
  if (node->is_literal()) {
    if (!sql::is_null(node->literal)) node->literal = double_of_literal(*node);
  } else {
    node = wrap(Op::to_real, std::move(node));
  }
  node->rep = Rep::real;
}

void make_whole(NodePtr& node) {
  if (node->type != Type::integer || node->rep != Rep::real) return;
  if (node->is_literal()) {
    if (!sql::is_null(node->literal)) node->literal = static_cast<int64_t>(double_of_literal(*node));
  } else {
    node = wrap(Op::to_whole, std::move(node));
  }
  node->rep = Rep::plain;
}

void make_date(NodePtr& node) {
  if (node->type != Type::instant) return;
  node = wrap(Op::kernel, std::move(node));
  node->kernel = &date_of_kernel();
  node->name = node->kernel->name;
  node->type = Type::date;
}

void type_null(Node& node, Type type) {
  node.op = Op::literal;
  node.literal = std::monostate{};
  node.type = type;
  node.rep = Rep::plain;
  node.children.clear();
}

void finish(NodePtr& node) {
  if (node->type == Type::integer) make_whole(node);
  if (node->type == Type::decimal && node->op != Op::field) make_real(node);
}

bool make_dated(NodePtr& node, Findings& findings) {
  const std::string& text = std::get<std::string>(node->literal);
  if (const auto date = Date::parse_iso(text)) {
    node->literal = *date;
    node->type = Type::date;
    return true;
  }
  if (const auto instant = Instant::parse_iso(text)) {
    node->literal = *instant;
    node->type = Type::instant;
    return true;
  }
  findings.add(node->offset, "expr.bad_date",
               {"“" + text + "”不是有效的日期或时刻：日期写成 '2026-11-21'，时刻写成 '2026-11-21T08:00:00+08:00'",
                "\"" + text + "\" is no valid date or instant: write a date as '2026-11-21', an instant as '2026-11-21T08:00:00+08:00'"});
  return false;
}

bool align_for_comparison(const Operands& operands, Findings& findings) {
  Type type = Type::null;
  make_booleans(operands);
  if (!make_dates(operands, true, findings) || !one_type(operands, type, findings)) return false;
  if (!is_number(type) || all_plain_integers(operands)) return true;
  const bool raw = type == Type::decimal && std::all_of(operands.begin(), operands.end(), [](const NodePtr* node) {
                     return ((*node)->rep == Rep::raw_decimal && !(*node)->is_literal()) || is_raw_literal(**node);
                   });
  for (NodePtr* node : operands) {
    if (!raw) {
      make_real(*node);
    } else if ((*node)->is_literal() && !sql::is_null((*node)->literal)) {
      (*node)->literal = double_of_literal(**node);
      (*node)->rep = Rep::raw_decimal;
    }
    (*node)->type = raw ? Type::decimal : (*node)->type;
  }
  return true;
}

bool align_branches(const Operands& operands, Type& type, Rep& rep, Findings& findings) {
  if (!make_dates(operands, false, findings) || !one_type(operands, type, findings)) return false;
  rep = Rep::plain;
  if (!is_number(type) || all_plain_integers(operands)) return true;
  rep = Rep::real;
  for (NodePtr* node : operands) make_real(*node);
  return true;
}

}  // namespace banmo::expr
