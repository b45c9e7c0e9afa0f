// SPDX-License-Identifier: Apache-2.0
#include "expr/print.h"

#include <array>
#include <charconv>
#include <cmath>

#include "expr/functions.h"

namespace banmo::expr {
namespace {

constexpr size_t kMaxPrinted = 1 << 20;
constexpr double kSafeInteger = 9.2e18;

std::string double_type(sql::Dialect dialect) {
  return dialect == sql::Dialect::sqlite ? "REAL" : dialect == sql::Dialect::postgres ? "DOUBLE PRECISION" : "DOUBLE";
}
std::string type_name(Type type, Rep rep, sql::Dialect dialect) {
  if (rep == Rep::real) return double_type(dialect);
  switch (type) {
    case Type::boolean: return "BOOLEAN";
    case Type::integer: return "BIGINT";
    case Type::decimal: return double_type(dialect);
    case Type::date: return "DATE";
    case Type::instant: return "TIMESTAMP";
    case Type::text:
    case Type::null: break;
  }
  return dialect == sql::Dialect::duckdb ? "VARCHAR" : "TEXT";
}

std::string in_brackets_if_negative(const std::string& number) { return number.starts_with('-') ? "(" + number + ")" : number; }

std::string print_blob(const sql::Blob& blob, sql::Dialect dialect) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text = dialect == sql::Dialect::sqlite ? "X'" : dialect == sql::Dialect::postgres ? "'\\x" : "'";
  for (const uint8_t byte : blob) {
    if (dialect == sql::Dialect::duckdb) text += "\\x";
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text + (dialect == sql::Dialect::sqlite ? "'" : dialect == sql::Dialect::postgres ? "'::bytea" : "'::BLOB");
}

std::string print_instant(Instant instant, sql::Dialect dialect) {
  if (dialect == sql::Dialect::sqlite) return in_brackets_if_negative(std::to_string(instant.micros));
  std::string iso = instant.to_iso();
  iso[10] = ' ';
  iso.pop_back();  // Z
  return "TIMESTAMP '" + iso + "'";
}

class Printer {
 public:
  explicit Printer(const PrintOptions& options) : options_(options), dialect_(options.dialect) {}

  std::string print(const Node& node);
  std::optional<Error> error;

 private:
  bool is(sql::Dialect dialect) const { return dialect_ == dialect; }
  std::string child(const Node& node, size_t i) { return print(*node.children[i]); }
  std::vector<std::string> children(const Node& node, size_t first = 0) {
    std::vector<std::string> all;
    for (size_t i = first; i < node.children.size(); ++i) all.push_back(child(node, i));
    return all;
  }
  static std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string all;
    for (const std::string& part : parts) all += (all.empty() ? "" : std::string(separator)) + part;
    return all;
  }
  std::string infix(const Node& node, std::string_view sign) { return "(" + child(node, 0) + " " + std::string(sign) + " " + child(node, 1) + ")"; }
  // A text that is ordered, not only tested for equality.
  std::string ordered(const Node& node) {
    return node.type == Type::text && is(sql::Dialect::postgres) ? "(" + print(node) + " COLLATE \"C\")" : print(node);
  }

  std::string node_text(const Node& node);
  std::string literal(const Node& node);
  std::string comparison(const Node& node, std::string_view sign, bool is_ordered);
  std::string divide(const Node& node);
  std::string like(const Node& node);
  std::string case_when(const Node& node);
  std::string extreme(const Node& node);
  std::string call(const Node& node);
  std::string aggregate(const Node& node);
  std::string to_whole(const Node& node);

  const PrintOptions& options_;
  sql::Dialect dialect_;
};

std::string Printer::print(const Node& node) {
  if (error) return {};
  std::string text = node_text(node);
  if (text.size() > kMaxPrinted && !error)
    error = fail(ErrorCode::too_large, "expr.too_large",
                 {"表达式展开后过长，请减少 round、least、greatest 等函数的相互嵌套",
                  "the expression becomes too long as SQL: nest round, least, greatest and the like less deeply"});
  return text;
}

std::string Printer::node_text(const Node& node) {
  switch (node.op) {
    case Op::literal: return literal(node);
    case Op::field: return options_.column(node.field);
    case Op::negate: return "(-" + child(node, 0) + ")";
    case Op::add: return infix(node, "+");
    case Op::subtract: return infix(node, "-");
    case Op::multiply: return infix(node, "*");
    case Op::divide: return divide(node);
    case Op::concat: return infix(node, "||");
    case Op::equal: return comparison(node, "=", false);
    case Op::not_equal: return comparison(node, "<>", false);
    case Op::less: return comparison(node, "<", true);
    case Op::less_equal: return comparison(node, "<=", true);
    case Op::greater: return comparison(node, ">", true);
    case Op::greater_equal: return comparison(node, ">=", true);
    case Op::all_of: return "(" + joined(children(node), " AND ") + ")";
    case Op::any_of: return "(" + joined(children(node), " OR ") + ")";
    case Op::negation: return "(NOT " + child(node, 0) + ")";
    case Op::is_null: return "(" + child(node, 0) + (node.negated ? " IS NOT NULL)" : " IS NULL)");
    case Op::between:
      return "(" + ordered(*node.children[0]) + (node.negated ? " NOT BETWEEN " : " BETWEEN ") + child(node, 1) + " AND " + child(node, 2) + ")";
    case Op::in_list: return "(" + child(node, 0) + (node.negated ? " NOT IN (" : " IN (") + joined(children(node, 1), ", ") + "))";
    case Op::like: return like(node);
    case Op::searched_case:
    case Op::simple_case: return case_when(node);
    case Op::coalesce: return "COALESCE(" + joined(children(node), ", ") + ")";
    case Op::nullif: return "NULLIF(" + joined(children(node), ", ") + ")";
    case Op::least:
    case Op::greatest: return extreme(node);
    case Op::kernel:
    case Op::custom: return call(node);
    case Op::aggregate: return aggregate(node);
    case Op::to_real: return "CAST(" + child(node, 0) + " AS " + double_type(dialect_) + ")";
    case Op::to_whole: return to_whole(node);
  }
  return {};
}

std::string Printer::literal(const Node& node) {
  if (sql::is_null(node.literal))
    return is(sql::Dialect::sqlite) || node.type == Type::null ? "NULL" : "CAST(NULL AS " + type_name(node.type, node.rep, dialect_) + ")";
  const auto* real = std::get_if<double>(&node.literal);
  if (real == nullptr || node.rep == Rep::real) return print_literal(node.literal, dialect_);
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, *real, std::chars_format::fixed).ptr;
  return in_brackets_if_negative(std::string(buffer, end));
}

std::string Printer::comparison(const Node& node, std::string_view sign, bool is_ordered) {
  return "(" + (is_ordered ? ordered(*node.children[0]) : child(node, 0)) + " " + std::string(sign) + " " + child(node, 1) + ")";
}

std::string Printer::divide(const Node& node) {
  const Node& divisor = *node.children[1];
  const auto* constant = std::get_if<double>(&divisor.literal);
  if (divisor.is_literal() && constant != nullptr && *constant != 0) return infix(node, "/");
  return "(" + child(node, 0) + " / NULLIF(" + child(node, 1) + ", 0))";
}

std::string Printer::like(const Node& node) {
  const std::string sign = node.negated ? " NOT " : " ";
  if (!is(sql::Dialect::sqlite)) {
    const bool escapes = node.name.find('\\') != std::string::npos;
    return "(" + child(node, 0) + sign + "LIKE " + sql::quote_literal(node.name) + (escapes ? " ESCAPE '\\'" : "") + ")";
  }
  std::string glob;  // SQLite's LIKE ignores the case of A-Z, GLOB does not
  for (size_t i = 0; i < node.name.size(); ++i) {
    const char c = node.name[i];
    if (c == '%' || c == '_') {
      glob += c == '%' ? '*' : '?';
      continue;
    }
    const char plain = c == '\\' ? node.name[++i] : c;
    glob += plain == '*' || plain == '?' || plain == '[' ? "[" + std::string(1, plain) + "]" : std::string(1, plain);
  }
  return "(" + child(node, 0) + sign + "GLOB " + sql::quote_literal(glob) + ")";
}

std::string Printer::case_when(const Node& node) {
  std::string text = "(CASE";
  const size_t last = node.children.size() - (node.has_else() ? 1 : 0);
  if (node.op == Op::simple_case) text += " " + child(node, 0);
  // PostgreSQL forgets the operand's collation here, and two columns of different ones would be an error: labels bring their own.
  const bool simple = node.op == Op::simple_case;
  for (size_t i = simple ? 1 : 0; i < last; i += 2) {
    const Node& label = *node.children[i];
    text += " WHEN " + (simple && !label.is_literal() ? ordered(label) : print(label)) + " THEN " + child(node, i + 1);
  }
  if (node.has_else()) text += " ELSE " + print(*node.children.back());
  return text + " END)";
}

// SQLite's min(a, b) is null if one is null; the others pass over nulls, and so do we.
std::string Printer::extreme(const Node& node) {
  const bool least = node.op == Op::least;
  std::vector<std::string> parts = children(node);
  if (!is(sql::Dialect::sqlite)) {
    parts[0] = ordered(*node.children[0]);
    return (least ? "LEAST(" : "GREATEST(") + joined(parts, ", ") + ")";
  }
  std::vector<std::string> filled;
  for (size_t i = 0; i < parts.size(); ++i) {
    std::vector<std::string> turned;
    turned.reserve(parts.size());
    for (size_t j = 0; j < parts.size(); ++j) turned.push_back(parts[(i + j) % parts.size()]);
    filled.push_back("COALESCE(" + joined(turned, ", ") + ")");
    if (filled.back().size() > kMaxPrinted) break;
  }
  return (least ? "min(" : "max(") + joined(filled, ", ") + ")";
}

std::string Printer::call(const Node& node) {
  const std::vector<std::string> arguments = children(node);
  if (error) return {};
  if (node.op == Op::kernel) {
    const Kernel& kernel = *node.kernel;
    return kernel.print != nullptr ? kernel.print(options_, arguments) : fill(kernel.templates[static_cast<size_t>(dialect_)], arguments);
  }
  if (node.custom->print) return node.custom->print(dialect_, arguments);
  error = fail(
      ErrorCode::unsupported, "expr.not_in_database",
      {"函数 " + node.name + " 不能在数据库中计算，此处不可用", "the function " + node.name + " does not run in a database and cannot be used here"});
  return {};
}

std::string Printer::aggregate(const Node& node) {
  if (node.children.empty()) return "count(*)";
  const Node& operand = *node.children[0];
  if (node.name == "count") return std::string("count(") + (node.distinct ? "DISTINCT " : "") + print(operand) + ")";
  if (node.name == "min" || node.name == "max") return node.name + "(" + ordered(operand) + ")";
  if (operand.rep == Rep::real) return node.name + "(" + print(operand) + ")";
  // Integers: an exact sum, then a double. SQLite's integer sum ends in an error beyond 64 bits.
  const std::string sum =
      is(sql::Dialect::sqlite) ? "sum(CAST(" + print(operand) + " AS REAL))" : "CAST(sum(" + print(operand) + ") AS " + double_type(dialect_) + ")";
  return node.name == "sum" ? sum : "(" + sum + " / NULLIF(count(" + print(operand) + "), 0))";
}

std::string Printer::to_whole(const Node& node) {
  const std::string operand = child(node, 0);
  std::string cast = "CAST(" + operand + " AS " + (is(sql::Dialect::sqlite) ? "INTEGER" : "BIGINT") + ")";
  if (node.children[0]->most < kSafeInteger) return cast;
  return "(CASE WHEN abs(" + operand + ") < " + print_real(9223372036854775808.0, dialect_) + " THEN " + cast + " END)";
}

}  // namespace

std::string print_real(double value, sql::Dialect dialect) {
  char buffer[64];
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  const bool has_exponent = text.find('e') != std::string::npos;
  switch (dialect) {
    case sql::Dialect::sqlite: text += has_exponent || text.find('.') != std::string::npos ? "" : ".0"; break;
    case sql::Dialect::postgres: return (text.starts_with('-') ? "(" + text + ")" : text) + "::DOUBLE PRECISION";
    case sql::Dialect::duckdb: text += has_exponent ? "" : "e0"; break;
  }
  return in_brackets_if_negative(text);
}

std::string print_literal(const sql::Value& value, sql::Dialect dialect) {
  const bool sqlite = dialect == sql::Dialect::sqlite;
  switch (value.index()) {
    case 1: return std::get<bool>(value) ? (sqlite ? "1" : "TRUE") : (sqlite ? "0" : "FALSE");
    case 2: {
      const int64_t whole = std::get<int64_t>(value);
      return whole == INT64_MIN ? "(-9223372036854775807 - 1)" : in_brackets_if_negative(std::to_string(whole));
    }
    case 3: return print_real(std::get<double>(value), dialect);
    case 4: return sql::quote_literal(std::get<std::string>(value));
    case 5: return print_blob(std::get<sql::Blob>(value), dialect);
    case 6: return (sqlite ? "'" : "DATE '") + std::get<Date>(value).to_iso() + "'";
    case 7: return print_instant(std::get<Instant>(value), dialect);
    default: return "NULL";
  }
}

Result<std::string> print_node(const Node& node, const PrintOptions& options) {
  Printer printer(options);
  std::string text = printer.print(node);
  if (printer.error) return *std::move(printer.error);
  return text;
}

}  // namespace banmo::expr
