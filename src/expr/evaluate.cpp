// SPDX-License-Identifier: Apache-2.0
// Runs the tree for one row. Nodes are typed and converted already, so nothing is decided here but null.
#include <array>
#include <cmath>

#include "expr/cell.h"
#include "expr/code_points.h"
#include "expr/findings.h"
#include "expr/functions.h"
#include "expr/node.h"

namespace banmo::expr {
namespace {

constexpr size_t kMaxArguments = 8;
constexpr double kBeyondInteger = 9223372036854775808.0;

Cell fail_with(Evaluation& evaluation, Error error) {
  if (!evaluation.error) evaluation.error = std::move(error);
  return {};
}

Cell bad_value(const Node& node, Evaluation& evaluation) {
  const Message wanted = type_name(node.type);
  return fail_with(evaluation, fail(ErrorCode::invalid, "expr.bad_value",
                                    {"字段“" + node.name + "”的值不是" + wanted.zh + "，请先转换",
                                     "the value of field \"" + node.name + "\" is no " + wanted.en + ": convert it first"}));
}

Cell cell_of(const sql::Value& value) {
  switch (value.index()) {
    case 1: return Cell::of_boolean(std::get<bool>(value));
    case 2: return Cell::of_whole(std::get<int64_t>(value));
    case 3: return Cell::of_real(std::get<double>(value));
    case 4: return Cell::of_text(std::get<std::string>(value));
    case 6: return Cell::of(Type::date, std::get<Date>(value).days);
    case 7: return Cell::of(Type::instant, std::get<Instant>(value).micros);
    default: return {};
  }
}

// The field's value as its declared type; numbers and 0/1 booleans may come in the other numeric form.
Cell field(const Node& node, Evaluation& evaluation) {
  if (node.field >= evaluation.row.size()) return bad_value(node, evaluation);
  const sql::Value& value = evaluation.row[node.field];
  const Cell cell = cell_of(value);
  if (cell.is_null()) return std::holds_alternative<sql::Blob>(value) ? bad_value(node, evaluation) : Cell{};
  const Type type = evaluation.field_types[node.field];
  if (cell.type == type) return type != Type::decimal || std::isfinite(cell.real) ? cell : bad_value(node, evaluation);
  if (type == Type::decimal && cell.type == Type::integer) return Cell::of_real(static_cast<double>(cell.whole));
  if (type == Type::boolean && cell.type == Type::integer && (cell.whole == 0 || cell.whole == 1)) return Cell::of_boolean(cell.whole == 1);
  if (type == Type::integer && cell.type == Type::decimal && std::fabs(cell.real) < kBeyondInteger && std::trunc(cell.real) == cell.real)
    return Cell::of_whole(static_cast<int64_t>(cell.real));
  return bad_value(node, evaluation);
}

// -1, 0, 1 for two cells of one type, neither null. Texts by byte, which for UTF-8 is by code point.
int compare(const Cell& a, const Cell& b) {
  if (a.type == Type::text) {
    const int order = a.text.compare(b.text);
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  if (a.type == Type::decimal) return a.real < b.real ? -1 : a.real > b.real ? 1 : 0;
  return a.whole < b.whole ? -1 : a.whole > b.whole ? 1 : 0;
}

bool holds(Op op, int order) {
  switch (op) {
    case Op::equal: return order == 0;
    case Op::not_equal: return order != 0;
    case Op::less: return order < 0;
    case Op::less_equal: return order <= 0;
    case Op::greater: return order > 0;
    default: return order >= 0;
  }
}

Cell comparison(const Node& node, Evaluation& evaluation) {
  const Cell a = evaluate_node(*node.children[0], evaluation);
  if (a.is_null()) return {};
  const Cell b = evaluate_node(*node.children[1], evaluation);
  return b.is_null() ? Cell{} : Cell::of_boolean(holds(node.op, compare(a, b)));
}

Cell arithmetic(const Node& node, Evaluation& evaluation) {
  const Cell a = evaluate_node(*node.children[0], evaluation);
  if (a.is_null()) return {};
  if (node.op == Op::negate) return Cell::of_real(-a.real);
  const Cell b = evaluate_node(*node.children[1], evaluation);
  if (b.is_null()) return {};
  switch (node.op) {
    case Op::add: return Cell::of_real(a.real + b.real);
    case Op::subtract: return Cell::of_real(a.real - b.real);
    case Op::multiply: return Cell::of_real(a.real * b.real);
    default: return b.real == 0 ? Cell{} : Cell::of_real(a.real / b.real);
  }
}

// and: false if one is false, else null if one is null. or: the same with true.
Cell junction(const Node& node, Evaluation& evaluation) {
  const int64_t deciding = node.op == Op::any_of ? 1 : 0;
  bool unknown = false;
  for (const NodePtr& child : node.children) {
    const Cell cell = evaluate_node(*child, evaluation);
    if (!cell.is_null() && cell.whole == deciding) return cell;
    unknown = unknown || cell.is_null();
  }
  return unknown ? Cell{} : Cell::of_boolean(deciding == 0);
}

Cell negated_if(bool negated, Cell cell) { return cell.is_null() || !negated ? cell : Cell::of_boolean(cell.whole == 0); }

Cell between(const Node& node, Evaluation& evaluation) {
  const Cell value = evaluate_node(*node.children[0], evaluation), low = evaluate_node(*node.children[1], evaluation),
             high = evaluate_node(*node.children[2], evaluation);
  if (value.is_null()) return {};
  if (!low.is_null() && compare(value, low) < 0) return Cell::of_boolean(false);
  if (!high.is_null() && compare(value, high) > 0) return Cell::of_boolean(false);
  return low.is_null() || high.is_null() ? Cell{} : Cell::of_boolean(true);
}

Cell in_list(const Node& node, Evaluation& evaluation) {
  const Cell value = evaluate_node(*node.children[0], evaluation);
  if (value.is_null()) return {};
  bool unknown = false;
  for (size_t i = 1; i < node.children.size(); ++i) {
    const Cell candidate = evaluate_node(*node.children[i], evaluation);
    if (!candidate.is_null() && compare(value, candidate) == 0) return Cell::of_boolean(true);
    unknown = unknown || candidate.is_null();
  }
  return unknown ? Cell{} : Cell::of_boolean(false);
}

// % is any number of code points, _ is one, a backslash takes the next sign as it is. O(text * pattern) at worst.
bool matches(std::string_view text, std::string_view pattern) {
  size_t t = 0, p = 0, retry_t = 0, retry_p = std::string_view::npos;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      retry_p = ++p;
      retry_t = t;
      continue;
    }
    const size_t literal = p < pattern.size() && pattern[p] == '\\' ? p + 1 : p;
    if (literal == p && p < pattern.size() && pattern[p] == '_') {
      t += code_point_size(text, t);
      ++p;
    } else if (literal < pattern.size() && pattern[literal] == text[t]) {
      ++t;
      p = literal + 1;
    } else if (retry_p != std::string_view::npos) {
      p = retry_p;
      retry_t += code_point_size(text, retry_t);
      t = retry_t;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

Cell case_when(const Node& node, Evaluation& evaluation) {
  const bool simple = node.op == Op::simple_case;
  const Cell operand = simple ? evaluate_node(*node.children[0], evaluation) : Cell{};
  const size_t last = node.children.size() - (node.has_else() ? 1 : 0);
  for (size_t i = simple ? 1 : 0; i < last; i += 2) {
    const Cell label = evaluate_node(*node.children[i], evaluation);
    const bool chosen = !label.is_null() && (simple ? !operand.is_null() && compare(operand, label) == 0 : label.whole == 1);
    if (chosen) return evaluate_node(*node.children[i + 1], evaluation);
  }
  return node.has_else() ? evaluate_node(*node.children.back(), evaluation) : Cell{};
}

Cell choice(const Node& node, Evaluation& evaluation) {
  Cell best;
  for (const NodePtr& child : node.children) {
    const Cell cell = evaluate_node(*child, evaluation);
    if (cell.is_null()) continue;
    if (node.op == Op::coalesce) return cell;
    const int order = best.is_null() ? 0 : compare(cell, best);
    if (best.is_null() || (node.op == Op::least ? order < 0 : order > 0)) best = cell;
  }
  return best;
}

Cell kernel(const Node& node, Evaluation& evaluation) {
  std::array<Cell, kMaxArguments> arguments;
  size_t n = 0;
  for (const NodePtr& child : node.children) {
    arguments[n] = evaluate_node(*child, evaluation);
    if (arguments[n].is_null()) return {};
    ++n;
  }
  return node.kernel->evaluate(std::span<const Cell>(arguments.data(), n), evaluation);
}

Cell custom(const Node& node, Evaluation& evaluation) {
  const Function& function = *node.custom;
  if (!function.evaluate)
    return fail_with(evaluation, fail(ErrorCode::unsupported, "expr.not_in_process",
                                      {"函数 " + function.name + " 只能在数据库中计算，此处不可用",
                                       "the function " + function.name + " runs in the database only and cannot be used here"}));
  sql::Values arguments;
  for (const NodePtr& child : node.children) arguments.push_back(value_of(evaluate_node(*child, evaluation)));
  const sql::Value result = function.evaluate(arguments);
  Cell cell = cell_of(result);
  if (cell.type == Type::text) cell.text = evaluation.keep(std::string(cell.text));
  if (function.result == Type::decimal && cell.type == Type::integer) cell = Cell::of_real(static_cast<double>(cell.whole));
  if (cell.is_null() || cell.type == function.result) return cell;
  return fail_with(evaluation, fail(ErrorCode::internal, "expr.bad_function",
                                    {"函数 " + function.name + " 返回了错误类型的值，请报告给开发者",
                                     "the function " + function.name + " gave a value of the wrong type: report this to the developers"}));
}

Cell to_whole(const Cell& cell) {
  return cell.is_null() || !(std::fabs(cell.real) < kBeyondInteger) ? Cell{} : Cell::of_whole(static_cast<int64_t>(cell.real));
}
Cell to_real(const Cell& cell) { return cell.type == Type::integer ? Cell::of_real(static_cast<double>(cell.whole)) : cell; }

Cell concat(const Node& node, Evaluation& evaluation) {
  const Cell a = evaluate_node(*node.children[0], evaluation), b = evaluate_node(*node.children[1], evaluation);
  if (a.is_null() || b.is_null()) return {};
  std::string joined(a.text);
  joined += b.text;
  return Cell::of_text(evaluation.keep(std::move(joined)));
}

Cell nullif(const Node& node, Evaluation& evaluation) {
  const Cell a = evaluate_node(*node.children[0], evaluation), b = evaluate_node(*node.children[1], evaluation);
  return !a.is_null() && !b.is_null() && compare(a, b) == 0 ? Cell{} : a;
}

}  // namespace

Cell evaluate_node(const Node& node, Evaluation& evaluation) {
  const auto child = [&] { return evaluate_node(*node.children[0], evaluation); };
  switch (node.op) {
    case Op::literal: return cell_of(node.literal);
    case Op::field: return field(node, evaluation);
    case Op::negate:
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide: return arithmetic(node, evaluation);
    case Op::concat: return concat(node, evaluation);
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: return comparison(node, evaluation);
    case Op::all_of:
    case Op::any_of: return junction(node, evaluation);
    case Op::negation: return negated_if(true, child());
    case Op::is_null: return Cell::of_boolean(child().is_null() != node.negated);
    case Op::between: return negated_if(node.negated, between(node, evaluation));
    case Op::in_list: return negated_if(node.negated, in_list(node, evaluation));
    case Op::like: {
      const Cell text = child();
      return text.is_null() ? Cell{} : Cell::of_boolean(matches(text.text, node.name) != node.negated);
    }
    case Op::searched_case:
    case Op::simple_case: return case_when(node, evaluation);
    case Op::coalesce:
    case Op::least:
    case Op::greatest: return choice(node, evaluation);
    case Op::nullif: return nullif(node, evaluation);
    case Op::kernel: return kernel(node, evaluation);
    case Op::custom: return custom(node, evaluation);
    case Op::to_real: return to_real(child());
    case Op::to_whole: return to_whole(child());
    case Op::aggregate: break;
  }
  return fail_with(evaluation, fail(ErrorCode::unsupported, "expr.not_in_process",
                                    {"聚合函数 " + node.name + " 不能对一行计算", "the aggregate " + node.name + " cannot be computed for one row"}));
}

sql::Value value_of(const Cell& cell) {
  switch (cell.type) {
    case Type::boolean: return cell.whole == 1;
    case Type::integer: return cell.whole;
    case Type::decimal: return cell.real + 0.0;  // never -0
    case Type::text: return std::string(cell.text);
    case Type::date: return Date{static_cast<int32_t>(cell.whole)};
    case Type::instant: return Instant{cell.whole};
    case Type::null: break;
  }
  return std::monostate{};
}

}  // namespace banmo::expr
