// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "expr/cell.h"
#include "expr/check.h"
#include "expr/coerce.h"
#include "expr/expr.h"
#include "expr/parser.h"
#include "expr/print.h"

namespace banmo::expr {
namespace {

std::vector<Name> names_of(const std::vector<Field>& fields) {
  std::vector<Name> names;
  names.reserve(fields.size());
  for (const Field& field : fields) names.push_back({field.name, field.name, field.type});
  return names;
}

}  // namespace

std::string_view name_of(Type type) {
  switch (type) {
    case Type::boolean: return "boolean";
    case Type::integer: return "integer";
    case Type::decimal: return "decimal";
    case Type::text: return "text";
    case Type::date: return "date";
    case Type::instant: return "instant";
    case Type::null: return "null";
  }
  return "null";
}

bool is_true(const sql::Value& value) {
  const auto* boolean = std::get_if<bool>(&value);
  return boolean != nullptr && *boolean;
}

Result<Expression> Expression::compile(std::string_view text, const Context& context, std::string_view where) {
  Findings findings(text, where);
  NodePtr root = parse_expression(text, context.parameters, findings);
  if (!root) return findings.error();
  const std::vector<Name> names = names_of(context.fields);
  Checker checker(names, context.functions, findings);
  if (!checker.check(root, context.aggregates)) return findings.error();
  Expression made;
  std::set<size_t> fields;
  walk(*root, [&](const Node& node) {
    if (node.op == Op::field) fields.insert(node.field);
    made.aggregate_ = made.aggregate_ || node.op == Op::aggregate;
  });
  if (made.aggregate_) checker.check_grouping(*root, {}, {"，请放进 sum、avg、min、max 等", ": put it inside sum, avg, min, max or the like"});
  if (!findings.empty()) return findings.error();
  finish(root);
  made.type_ = root->type;
  made.text_ = text;
  made.fields_.assign(fields.begin(), fields.end());
  for (const Field& field : context.fields) made.field_types_.push_back(field.type);
  made.root_ = std::move(root);
  return made;
}

Result<sql::Value> Expression::evaluate(std::span<const sql::Value> row, const Environment& environment) const {
  Evaluation evaluation{row, environment, field_types_, {}, {}};
  const Cell cell = evaluate_node(*root_, evaluation);
  if (evaluation.error) return *std::move(evaluation.error);
  return value_of(cell);
}

Result<std::string> Expression::print(const PrintOptions& options) const { return print_node(*root_, options); }

}  // namespace banmo::expr
