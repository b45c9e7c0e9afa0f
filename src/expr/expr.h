// SPDX-License-Identifier: Apache-2.0
// The one expression language: quality rules, flow guards, metric filters, computed fields. A typed subset of SQL that is parsed, checked against the
// fields it may name, and then evaluated for one row in process or printed for a database, with the same result everywhere. Text from a pack or a
// person never reaches a database unparsed.
//
//   Arithmetic  + - * / are IEEE 754 double everywhere (integers are exact up to 2^53; DECIMAL columns are cast to double); x / 0 is null; a result
//   beyond 1e300 is refused by check. round(x, n) half away from zero with a relative tolerance of 1e-9, so that 2.675 rounds as a person expects.
//   Null        three-valued logic as in SQL. A quality rule counts unknown as bad, a guard as false: the caller decides with is_true().
//   Text        compared by code point (COLLATE "C"); like with % and _ is case-sensitive; length counts code points.
//   Dates       a text literal beside a date or instant must be an ISO date or instant, checked at compile time. Instants are UTC; now() is one
//   moment per evaluation.
//
// Compiled expressions are immutable and may be shared between threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/sql.h"

namespace banmo::expr {

enum class Type { boolean, integer, decimal, text, date, instant, null };
std::string_view name_of(Type type);

struct Node;  // private to the room

// A name that an expression may use.
struct Field {
  std::string name;
  Type type = Type::text;
};

// A function that the kernel does not have: flows' seats_left, metrics' prior. Every argument is checked; `evaluate` gets evaluated arguments.
struct Function {
  std::string name;
  std::vector<Type> arguments;
  Type result = Type::null;
  std::function<sql::Value(std::span<const sql::Value>)> evaluate;                         // empty: cannot run in process
  std::function<std::string(sql::Dialect, std::span<const std::string> arguments)> print;  // empty: cannot be printed
};

struct Context {
  std::vector<Field> fields;
  std::map<std::string, sql::Value> parameters;  // {name} or '{name}' in the text; they become literals
  std::vector<Function> functions;
  bool aggregates = false;  // sum avg min max count(*) count(x) count(distinct x)
};

// What stands outside the row. `now` is used by now() and today() (local date at `utc_offset_minutes`).
struct Environment {
  Instant now;
  int utc_offset_minutes = 480;
};

struct PrintOptions {
  sql::Dialect dialect = sql::Dialect::duckdb;
  std::function<std::string(size_t field)> column;  // the quoted column or expression for Context::fields[field]
  Environment environment;                          // now() is printed as a literal, so that all stores see one moment
};

class Expression {
 public:
  // Parses and checks. `where` is "file:line:column" of the text's first character: findings name the place inside it. All findings come in
  // Error::details.
  static Result<Expression> compile(std::string_view text, const Context& context, std::string_view where = {});

  Type type() const { return type_; }
  bool is_aggregate() const { return aggregate_; }
  const std::vector<size_t>& fields() const { return fields_; }  // indexes into Context::fields that it reads, ascending
  const std::string& text() const { return text_; }

  // Evaluates for one row: row[i] is the value of Context::fields[i]. An aggregate or a function without `evaluate` gives an error.
  Result<sql::Value> evaluate(std::span<const sql::Value> row, const Environment& environment) const;
  // The same as SQL of one dialect.
  Result<std::string> print(const PrintOptions& options) const;

 private:
  std::shared_ptr<const Node> root_;
  std::string text_;
  std::vector<size_t> fields_;
  std::vector<Type> field_types_;
  Type type_ = Type::null;
  bool aggregate_ = false;
};

bool is_true(const sql::Value& value);  // null is not true

// A literal in SQL of one dialect, quoted by the one function that does so.
std::string print_literal(const sql::Value& value, sql::Dialect dialect);

// A SELECT written by a pack's author for a derived dataset or a `set` rule: parsed by the same parser, so nothing unknown passes, and known column
// by column. Subset: select items with aliases (expressions, aggregates), from/join/left join ... on ..., where, group by, having; one level, no
// subqueries; tables are dataset ids.
struct Table {
  std::string name;
  std::vector<Field> fields;
};
struct SelectColumn {
  std::string name;
  Type type = Type::null;
  std::vector<std::pair<std::string, std::string>> sources;  // (table, field) it is computed from
};
class Select {
 public:
  static Result<Select> compile(std::string_view text, std::span<const Table> tables, const Context& context, std::string_view where = {});
  const std::vector<SelectColumn>& columns() const { return columns_; }
  const std::vector<std::string>& tables() const { return tables_; }                          // dataset ids in FROM order, the driving one first
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }  // every (table, field) it reads, also in conditions
  // As SQL. `table` gives the quoted relation for a dataset id (the caller may pass a subquery that restricts it, in brackets).
  Result<std::string> print(const PrintOptions& options, const std::function<std::string(const std::string& table)>& table) const;

 private:
  std::shared_ptr<const struct SelectTree> tree_;
  std::vector<SelectColumn> columns_;
  std::vector<std::string> tables_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace banmo::expr
