// SPDX-License-Identifier: Apache-2.0
#include "expr/check.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "expr/coerce.h"
#include "expr/functions.h"

namespace banmo::expr {
namespace {

constexpr double kMaxInteger = 9223372036854775808.0;
constexpr double kMaxDecimal = 1e18, kMinDecimal = 1e-18;  // what a decimal field may hold, zero aside
constexpr double kMaxRows = 1e12;
constexpr double kMost = 1e300, kLeast = 1e-300;
constexpr double kHalfUlp = 0x1p-53;
constexpr double kRoundHeadroom = 1e16;  // round() multiplies by at most 10^9 * 2^20
constexpr std::array<std::string_view, 5> kAggregates = {"count", "sum", "avg", "min", "max"};
constexpr std::array<std::pair<std::string_view, Op>, 4> kForms = {
    {{"coalesce", Op::coalesce}, {"nullif", Op::nullif}, {"least", Op::least}, {"greatest", Op::greatest}}};
constexpr size_t kMaxFormArguments = 8;

bool is_number(Type type) { return type == Type::integer || type == Type::decimal; }

std::string lower_ascii(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

Operands operands_of(Node& node) {
  Operands all;
  for (NodePtr& child : node.children) all.push_back(&child);
  return all;
}

}  // namespace

bool same(const Node& a, const Node& b) {
  if (a.op != b.op || a.type != b.type || a.negated != b.negated || a.distinct != b.distinct || a.children.size() != b.children.size()) return false;
  if (a.op == Op::field && a.field != b.field) return false;
  if (a.op != Op::field && a.name != b.name) return false;
  if (a.literal != b.literal) return false;
  return std::equal(a.children.begin(), a.children.end(), b.children.begin(), [](const NodePtr& x, const NodePtr& y) { return same(*x, *y); });
}

bool Checker::refuse(size_t offset, std::string id, Message message) {
  findings_.add(offset, std::move(id), std::move(message));
  return false;
}

bool Checker::refuse_type(const Node& node, const std::string& zh_wanted, const std::string& en_wanted) {
  const Message is = type_name(node.type);
  return refuse(node.offset, "expr.wrong_type", {"此处需要" + zh_wanted + "，实际是" + is.zh, "this must be " + en_wanted + ", but it is " + is.en});
}

bool Checker::check(NodePtr& node, bool aggregates) {
  aggregates_ = aggregates;
  return visit(node);
}

bool Checker::check_condition(NodePtr& node, bool aggregates) {
  if (!check(node, aggregates)) return false;
  if (node->type == Type::null) type_null(*node, Type::boolean);
  return node->type == Type::boolean || refuse_type(*node, "真假条件", "a condition");
}

bool Checker::visit(NodePtr& node) { return visit_children(*node) && type_of(node) && bound(*node); }

bool Checker::visit_children(Node& node) {
  const bool is_aggregate = node.op == Op::kernel && std::find(kAggregates.begin(), kAggregates.end(), lower_ascii(node.name)) != kAggregates.end();
  if (is_aggregate && inside_aggregate_) return refuse(node.offset, "expr.nested_aggregate", {"聚合函数不能嵌套", "aggregates cannot be nested"});
  const bool before = inside_aggregate_;
  inside_aggregate_ = before || is_aggregate;
  bool good = true;
  for (NodePtr& child : node.children) good = visit(child) && good;
  inside_aggregate_ = before;
  return good;
}

bool Checker::type_of(NodePtr& node) {
  switch (node->op) {
    case Op::literal: return true;
    case Op::field: return field(*node);
    case Op::negate: return negate(node);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide: return arithmetic(node);
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::between:
    case Op::in_list: return comparison(node);
    case Op::all_of:
    case Op::any_of:
    case Op::negation: return logic(*node);
    case Op::is_null: node->type = Type::boolean; return true;
    case Op::concat:
    case Op::like: return texts(*node);
    case Op::searched_case:
    case Op::simple_case: return case_when(*node);
    case Op::kernel: return call(node);
    case Op::coalesce:
    case Op::nullif:
    case Op::least:
    case Op::greatest:
    case Op::custom:
    case Op::aggregate:
    case Op::to_real:
    case Op::to_whole: return true;  // made by the checker
  }
  return false;
}

bool Checker::field(Node& node) {
  std::vector<size_t> found;
  for (size_t i = 0; i < names_.size(); ++i)
    if (names_[i].full == node.name || names_[i].brief == node.name) found.push_back(i);
  if (found.size() > 1)
    return refuse(node.offset, "expr.ambiguous_name",
                  {"“" + node.name + "”在多个表中都有，请写成 " + names_[found[0]].full,
                   "\"" + node.name + "\" is in several tables: write " + names_[found[0]].full});
  if (found.empty()) {
    std::vector<std::string_view> known;
    known.reserve(names_.size());
    for (const Name& name : names_) known.push_back(node.name.find('.') == std::string::npos ? name.brief : name.full);
    const Message hint = suggestion(node.name, known);
    return refuse(node.offset, "expr.unknown_name",
                  {"没有名为“" + node.name + "”的字段" + hint.zh, "there is no field \"" + node.name + "\"" + hint.en});
  }
  node.field = found[0];
  node.type = names_[found[0]].type;
  node.rep = node.type == Type::decimal ? Rep::raw_decimal : Rep::plain;
  return true;
}

bool Checker::negate(NodePtr& node) {
  NodePtr& child = node->children[0];
  if (child->type == Type::null) type_null(*child, Type::integer);
  if (!is_number(child->type)) return refuse_type(*child, "数", "a number");
  auto* whole = std::get_if<int64_t>(&child->literal);
  auto* real = std::get_if<double>(&child->literal);
  if (child->is_literal() && (whole != nullptr || real != nullptr)) {
    if (whole != nullptr) *whole = -*whole;
    if (real != nullptr) *real = -*real;
    child->offset = node->offset;
    NodePtr literal = std::move(child);
    node = std::move(literal);
    return true;
  }
  return arithmetic(node);
}

bool Checker::arithmetic(NodePtr& node) {
  bool integers = node->op != Op::divide;
  for (NodePtr& child : node->children) {
    if (child->type == Type::null) type_null(*child, Type::integer);
    if (!is_number(child->type)) {
      if (child->type == Type::text && node->op == Op::add) return refuse_type(*child, "数（连接文本用 ||）", "a number (texts are joined with ||)");
      if (child->type == Type::date)
        return refuse_type(*child, "数（日期加减用 add_days、days_between）", "a number (for dates use add_days and days_between)");
      return refuse_type(*child, "数", "a number");
    }
    integers = integers && child->type == Type::integer;
    make_real(child);
  }
  node->type = integers ? Type::integer : Type::decimal;
  node->rep = Rep::real;
  return true;
}

bool Checker::comparison(NodePtr& node) {
  const bool ordered = node->op != Op::equal && node->op != Op::not_equal && node->op != Op::in_list;
  for (const NodePtr& child : node->children) {
    if (node->op == Op::in_list || !child->is_literal() || child->type != Type::null || !child->name.empty()) continue;
    return refuse(child->offset, "expr.compared_with_null",
                  {"与 null 比较永远得不到真，请写 is null 或 is not null", "a comparison with null is never true: write is null or is not null"});
  }
  if (!align_for_comparison(operands_of(*node), findings_)) return false;
  const NodePtr& last = node->children.back();
  if (ordered && last->type == Type::boolean) return refuse_type(*last, "可排序的值", "something that has an order");
  node->type = Type::boolean;
  const auto* value = std::get_if<bool>(&last->literal);
  if (node->children.size() != 2 || ordered || node->op == Op::in_list || !last->is_literal() || value == nullptr) return true;
  const bool as_it_is = *value == (node->op == Op::equal);  // x = true is x, x = false is not x
  NodePtr operand = std::move(node->children[0]);
  node = as_it_is ? std::move(operand) : wrap(Op::negation, std::move(operand));
  return true;
}

bool Checker::logic(Node& node) {
  node.type = Type::boolean;
  bool good = true;
  for (NodePtr& child : node.children) {
    if (child->type == Type::null) type_null(*child, Type::boolean);
    if (child->type != Type::boolean) good = refuse_type(*child, "真假条件", "a condition");
  }
  return good;
}

bool Checker::texts(Node& node) {
  node.type = node.op == Op::like ? Type::boolean : Type::text;
  bool good = true;
  for (NodePtr& child : node.children) {
    if (child->type == Type::null) type_null(*child, Type::text);
    if (child->type != Type::text) good = refuse_type(*child, "文本", "a text");
  }
  return good;
}

bool Checker::case_when(Node& node) {
  const size_t first = node.op == Op::simple_case ? 1 : 0, last = node.children.size() - (node.has_else() ? 1 : 0);
  Operands labels, results;
  if (node.op == Op::simple_case) labels.push_back(node.children.data());
  for (size_t i = first; i < last; i += 2) {
    labels.push_back(&node.children[i]);
    results.push_back(&node.children[i + 1]);
  }
  if (node.has_else()) results.push_back(&node.children.back());
  bool good = true;
  if (node.op == Op::simple_case) {
    good = align_for_comparison(labels, findings_);
    if (good && (*labels[0])->type == Type::null)
      for (NodePtr* label : labels) type_null(**label, Type::text);
  } else {
    for (NodePtr* label : labels) {
      if ((*label)->type == Type::null) type_null(**label, Type::boolean);
      if ((*label)->type != Type::boolean) good = refuse_type(**label, "真假条件", "a condition");
    }
  }
  return align_branches(results, node.type, node.rep, findings_) && good;
}

bool Checker::branches(Node& node) {
  if (node.op == Op::nullif) {
    if (!count_arguments(node, 2, 2)) return false;
  } else if (!count_arguments(node, 2, kMaxFormArguments)) {
    return false;
  }
  if (!align_branches(operands_of(node), node.type, node.rep, findings_)) return false;
  if ((node.op == Op::least || node.op == Op::greatest) && node.type == Type::boolean)
    return refuse_type(*node.children[0], "可排序的值", "something that has an order");
  return true;
}

bool Checker::count_arguments(const Node& node, size_t least, size_t most) {
  const size_t n = node.children.size();
  if (n >= least && n <= most) return true;
  const std::string wanted = least == most ? std::to_string(least) : std::to_string(least) + "-" + std::to_string(most);
  return refuse(node.offset, "expr.wrong_arguments",
                {node.name + " 需要 " + wanted + " 个参数，实际有 " + std::to_string(n) + " 个",
                 node.name + " takes " + wanted + " argument(s), not " + std::to_string(n)});
}

bool Checker::call(NodePtr& node) {
  const std::string name = lower_ascii(node->name);
  const auto custom = std::find_if(functions_.begin(), functions_.end(), [&](const Function& f) { return f.name == node->name; });
  const bool is_aggregate = std::find(kAggregates.begin(), kAggregates.end(), name) != kAggregates.end();
  if (node->distinct && name != "count")
    return refuse(node->offset, "expr.unexpected", {"distinct 只能用于 count(distinct …)", "distinct goes only with count(distinct ...)"});
  if (custom != functions_.end()) {
    node->op = Op::custom;
    node->custom = std::make_shared<const Function>(*custom);
    return custom_call(*node);
  }
  node->name = name;
  if (is_aggregate) return aggregate(*node);
  for (const auto& [form, op] : kForms) {
    if (form != name) continue;
    node->op = op;
    return branches(*node);
  }
  node->kernel = find_kernel(name);
  if (node->kernel != nullptr) return kernel_call(node);
  std::vector<std::string_view> known(kAggregates.begin(), kAggregates.end());
  for (const auto& [form, op] : kForms) known.push_back(form);
  for (const Kernel& kernel : kernels()) known.push_back(kernel.name);
  for (const Function& function : functions_) known.push_back(function.name);
  const Message hint = suggestion(name, known);
  return refuse(node->offset, "expr.unknown_function", {"没有名为“" + name + "”的函数" + hint.zh, "there is no function \"" + name + "\"" + hint.en});
}

bool Checker::kernel_call(NodePtr& node) {
  const Kernel& kernel = *node->kernel;
  if (!count_arguments(*node, kernel.n_required, kernel.wants.size())) return false;
  bool good = true;
  for (size_t i = 0; i < node->children.size(); ++i) good = kernel_argument(*node, node->children[i], i) && good;
  if (!good) return false;
  if (&kernel == &date_of_kernel()) {  // the argument has become a date
    NodePtr date = std::move(node->children[0]);
    node = std::move(date);
    return true;
  }
  node->type = kernel.result;
  node->rep = !kernel.wants.empty() && kernel.wants[0] == Want::number ? Rep::real : Rep::plain;
  if (kernel.gives == Gives::as_argument) node->type = node->children[0]->type;
  if (kernel.gives != Gives::rounded) return true;
  if (node->children.size() == 1 || std::get<int64_t>(node->children[1]->literal) == 0) node->type = Type::integer;
  if (node->children[0]->type == Type::integer) {  // nothing to round
    const Type type = node->type;
    NodePtr whole = std::move(node->children[0]);
    node = std::move(whole);
    node->type = type;
    node->rep = Rep::real;
  }
  return true;
}

bool Checker::kernel_argument(const Node& call, NodePtr& argument, size_t index) {
  const Want want = call.kernel->wants[index];
  constexpr std::array<Type, 5> kTypes = {Type::integer, Type::integer, Type::text, Type::date, Type::null};
  if (argument->type == Type::null && want != Want::constant) type_null(*argument, kTypes[static_cast<size_t>(want)]);
  switch (want) {
    case Want::number:
      if (!is_number(argument->type)) return refuse_type(*argument, "数", "a number");
      make_real(argument);
      return true;
    case Want::whole:
      if (argument->type == Type::decimal) return refuse_type(*argument, "整数（可用 round 或 floor 取整）", "an integer (round or floor make one)");
      if (argument->type != Type::integer) return refuse_type(*argument, "整数", "an integer");
      make_whole(argument);
      return true;
    case Want::text: return argument->type == Type::text || refuse_type(*argument, "文本", "a text");
    case Want::date:
      if (argument->type == Type::text && argument->is_literal() && !make_dated(argument, findings_)) return false;
      make_date(argument);
      return argument->type == Type::date || refuse_type(*argument, "日期", "a date");
    case Want::constant: break;
  }
  const auto* value = std::get_if<int64_t>(&argument->literal);
  const int64_t least = call.kernel->gives == Gives::rounded ? 0 : index == 1 ? 1 : 0;
  const int64_t most = call.kernel->gives == Gives::rounded ? kMaxRoundDigits : kMaxConstant;
  if (argument->is_literal() && value != nullptr && *value >= least && *value <= most) return true;
  const std::string range = std::to_string(least) + ".." + std::to_string(most);
  return refuse(argument->offset, "expr.wrong_constant",
                {"此处须直接写一个 " + range + " 的整数", "write an integer " + range + " here, not an expression"});
}

bool Checker::custom_call(Node& node) {
  const Function& function = *node.custom;
  if (!count_arguments(node, function.arguments.size(), function.arguments.size())) return false;
  bool good = true;
  for (size_t i = 0; i < node.children.size(); ++i) {
    NodePtr& argument = node.children[i];
    const Type wanted = function.arguments[i];
    if (argument->type == Type::null) type_null(*argument, wanted);
    const bool dated = wanted == Type::date || wanted == Type::instant;
    if (dated && argument->type == Type::text && argument->is_literal() && !make_dated(argument, findings_)) good = false;
    if (wanted == Type::date) make_date(argument);
    if (wanted == Type::decimal && argument->type == Type::integer) {
      make_real(argument);
      argument->type = Type::decimal;
    }
    finish(argument);
    if (wanted == Type::null || argument->type == wanted) continue;
    const Message name = type_name(wanted);
    good = refuse_type(*argument, name.zh, name.en);
  }
  node.type = function.result;
  node.rep = node.type == Type::decimal ? Rep::raw_decimal : Rep::plain;
  return good;
}

bool Checker::aggregate(Node& node) {
  if (!aggregates_) {
    const bool has_other = node.name == "min" || node.name == "max";
    return refuse(
        node.offset, "expr.aggregate_not_allowed",
        {"此处只看一行，不能用聚合函数 " + node.name + (has_other ? "；求几个值中的最小、最大用 least、greatest" : ""),
         "this looks at one row: the aggregate " + node.name + " is not allowed" + (has_other ? "; least and greatest choose among values" : "")});
  }
  node.op = Op::aggregate;
  if (!count_arguments(node, node.name == "count" ? 0 : 1, 1)) return false;
  if (node.name == "count") {
    if (!node.children.empty() && node.children[0]->type == Type::null) type_null(*node.children[0], Type::integer);
    node.type = Type::integer;
    return true;
  }
  NodePtr& child = node.children[0];
  const bool ranks = node.name == "min" || node.name == "max";
  if (child->type == Type::null) type_null(*child, Type::integer);
  if (child->type == Type::boolean)
    return refuse_type(*child, "数（写 case when … then 1 else 0 end）", "a number (write case when ... then 1 else 0 end)");
  if (!ranks && !is_number(child->type)) return refuse_type(*child, "数", "a number");
  if (child->type == Type::decimal && (!ranks || child->is_literal())) make_real(child);
  node.type = node.name == "avg" ? Type::decimal : child->type;
  node.rep = ranks ? child->rep : Rep::real;
  return true;
}

// Magnitudes that the node can have. Beyond 1e300 or, zero aside, below 1e-300 databases answer differently (infinity, error, zero), so check
// refuses.
bool Checker::bound(Node& node) {
  if (!is_number(node.type)) return true;
  const auto child = [&](size_t i) -> const Node& { return *node.children[i]; };
  double most = 0, least = kMost;
  for (const NodePtr& operand : node.children) {
    if (!is_number(operand->type)) continue;
    most = std::max(most, operand->most);
    least = std::min(least, operand->least);
  }
  switch (node.op) {
    case Op::literal: {
      const auto* whole = std::get_if<int64_t>(&node.literal);
      const auto* real = std::get_if<double>(&node.literal);
      most = whole != nullptr ? std::fabs(static_cast<double>(*whole)) : real != nullptr ? std::fabs(*real) : 0;
      least = most == 0 ? 1 : most;
      break;
    }
    case Op::field:
    case Op::custom:
      most = node.type == Type::integer ? kMaxInteger : kMaxDecimal;
      least = node.type == Type::integer ? 1 : kMinDecimal;
      break;
    case Op::add:
    case Op::subtract:
      most = child(0).most + child(1).most;
      least *= kHalfUlp;
      break;
    case Op::multiply:
      most = child(0).most * child(1).most;
      least = child(0).least * child(1).least;
      break;
    case Op::divide:
      most = child(0).most / child(1).least;
      least = child(1).most == 0 ? 1 : child(0).least / child(1).most;
      break;
    case Op::kernel:
      if (node.rep != Rep::real) most = node.kernel->name == "length" ? kMaxDecimal : 1e7;
      if (node.rep == Rep::real && node.kernel->gives != Gives::as_argument) most += 1;
      if (node.kernel->gives == Gives::rounded) least = node.type == Type::integer ? 1 : 1e-9;
      if (node.kernel->gives == Gives::rounded && most * kRoundHeadroom > kMost) most = 2 * kMost;
      break;
    case Op::aggregate:
      most = node.name == "count" ? kMaxRows : node.name == "sum" ? most * kMaxRows : most;
      least *= node.name == "avg" ? kHalfUlp / kMaxRows : node.name == "sum" ? kHalfUlp : 1;
      break;
    default: break;
  }
  node.most = most;
  node.least = node.type == Type::integer ? 1 : least;
  if (most <= kMost && node.least >= kLeast) return true;
  return refuse(node.offset, "expr.number_range",
                {"运算结果可能超出 1e300 或小于 1e-300，请减少连乘或连除",
                 "the result may exceed 1e300 or fall below 1e-300: use fewer multiplications or divisions"});
}

void Checker::check_grouping(const Node& node, const std::vector<NodePtr>& group, const Message& hint) {
  if (node.op == Op::aggregate) return;
  if (std::any_of(group.begin(), group.end(), [&](const NodePtr& key) { return same(*key, node); })) return;
  if (node.op == Op::field) {
    refuse(node.offset, "expr.not_grouped",
           {"“" + node.name + "”在聚合函数之外" + hint.zh, "\"" + node.name + "\" stands outside an aggregate" + hint.en});
    return;
  }
  for (const NodePtr& child : node.children) check_grouping(*child, group, hint);
}

}  // namespace banmo::expr
