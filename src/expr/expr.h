// SPDX-License-Identifier: Apache-2.0
// The one expression language: quality rules, flow guards, metric filters, computed fields. A typed subset of SQL that is parsed, checked against the
// fields it may name, and then evaluated for one row in process or printed for a database, with the same result everywhere. Text from a pack or a
// person never reaches a database unparsed.
//
// - Arithmetic: + - * / are IEEE 754 double everywhere (integers are exact up to 2^53; DECIMAL columns are cast to double); x / 0 is null. Integer +
//   - * integer is an integer; one that leaves the expression beyond 64 bits is null. A decimal field holds 0 or 1e-18..1e18 in magnitude; check
//   proves from this that nothing exceeds 1e300 or falls below 1e-300 and refuses what might. sum and avg of decimals may differ between databases in
//   the last bit (they add in another order); those of integers do not.
// - round(x, n): n is a literal 0..9; half away from zero after taking away noise below 5e-7 of the last digit, so that 2.675 rounds as a person
//   expects. Exact while |x| * 10^n < 5e14.
// - Null: three-valued logic as in SQL. A quality rule counts unknown as bad, a guard as false: the caller decides with is_true(). Functions
//   give null for a null argument; least and greatest pass over nulls.
// - Boolean: may be compared with 1 and 0 (exempt = 1).
// - Text: compared by code point (COLLATE "C"); like takes a literal, % and _, is case-sensitive, and a backslash takes % _ \ as they are; length and
//   substr count code points; lower and upper change A-Z only; trim takes U+0020 only.
// - Dates: a text literal beside a date or instant must be an ISO date or instant, checked at compile time. Instants are UTC; now() is one moment per
//   evaluation. An instant beside a date, or given to a function of dates, is its local date: now() between '2026-06-08' and '2026-06-12' includes
//   all of the 12th. workdays(from, to): Monday to Friday after `from` up to and including `to`. age_on: full years, negative before birth. add_days,
//   sy_start and sy_end are null outside the years 1..9999.
// - Functions: abs round floor ceil; length lower upper trim substr starts_with contains ||; coalesce nullif least greatest; year month day date_of
//   age_on sy_start sy_end school_year days_between add_days workdays now today; aggregates count sum avg min max.
// - Columns: boolean BOOLEAN; integer any integer type; decimal DOUBLE or DECIMAL; text; date DATE (SQLite: ISO text); instant TIMESTAMP in
//   UTC (SQLite: microseconds).
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

#include "base/city_time.h"
#include "base/result.h"
#include "sql/sql.h"

namespace banmo::expr {

enum class Type { boolean, integer, decimal, text, date, instant, null };
std::string_view name_of(Type type);

struct Node;  // private to the room

// A name that an expression may use.
struct Field {
  std::string name;  // may have dots and a leading $: "$user.org"
  Type type = Type::text;
};

// A function that the kernel does not have (flows' seats_left, metrics' prior) or that replaces the kernel's (workdays with a calendar). Every
// argument is checked (Type::null: anything goes; an integer may stand for a decimal, an instant for a date); `evaluate` gets evaluated arguments,
// nulls too, and must return `result`'s type or null.
struct Function {
  std::string name;
  std::vector<Type> arguments;
  Type result = Type::text;
  std::function<sql::Value(std::span<const sql::Value>)> evaluate;                         // empty: cannot run in process
  std::function<std::string(sql::Dialect, std::span<const std::string> arguments)> print;  // empty: cannot be printed
};

struct Context {
  std::vector<Field> fields;
  std::map<std::string, sql::Value> parameters;  // {name} or '{name}' in the text; they become literals of their own type
  std::vector<Function> functions;
  bool aggregates = false;  // sum avg min max count(*) count(x) count(distinct x)
};

// What stands outside the row. `now` is used by now() and today() (local date at `utc_offset_minutes`).
struct Environment {
  Instant now;
  int utc_offset_minutes = kCityUtcOffset_minutes;
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
