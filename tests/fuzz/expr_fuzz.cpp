// SPDX-License-Identifier: Apache-2.0
// Any bytes are compiled or refused with places; what compiles prints for every database and evaluates to its own type without overflow.
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "expr/expr.h"
#include "sql/sql.h"

namespace {

using namespace banmo;

void require(bool good) {
  if (!good) std::abort();
}

const std::vector<expr::Field> kFields = {{"a", expr::Type::integer}, {"x", expr::Type::decimal}, {"s", expr::Type::text},
                                          {"f", expr::Type::boolean}, {"p", expr::Type::date},    {"i", expr::Type::instant}};
const std::vector<sql::Values> kRows = {
    sql::Values(6),
    {int64_t{7}, 2.5, std::string("李明 a_b%"), true, Date{20'000}, Instant{1'780'000'000'000'000}},
    {INT64_MIN, -1e18, std::string(), false, *Date::from_ymd(1, 1, 1), Instant{-1}},
    {INT64_MAX, 1e-18, std::string("😀"), false, *Date::from_ymd(9999, 12, 31), Instant{253'402'300'799'999'999}},
};

void check_error(const Error& error) {
  require(error.code == ErrorCode::invalid && !error.details.empty());
  for (const Error& detail : error.details) require(!detail.where.empty() && !detail.message.zh.empty() && text::is_utf8(detail.to_string()));
  require(text::is_utf8(error.to_string()));
}

void check_value(const sql::Value& value, expr::Type type) {
  if (sql::is_null(value)) return;
  switch (type) {
    case expr::Type::boolean: return require(std::holds_alternative<bool>(value));
    case expr::Type::integer: return require(std::holds_alternative<int64_t>(value));
    case expr::Type::decimal: return require(std::isfinite(std::get<double>(value)));
    case expr::Type::text: return require(text::is_utf8(std::get<std::string>(value)));
    case expr::Type::date: return require(std::holds_alternative<Date>(value));
    case expr::Type::instant: return require(std::holds_alternative<Instant>(value));
    case expr::Type::null: return require(false);
  }
}

void check_printed(const Result<std::string>& printed) {
  if (printed.ok()) return require(text::is_utf8(*printed) && !printed->empty());
  require(printed.error().code == ErrorCode::too_large);
}

void check_expression(const expr::Expression& expression) {
  for (const auto dialect : {sql::Dialect::sqlite, sql::Dialect::postgres, sql::Dialect::duckdb})
    check_printed(expression.print({dialect, [](size_t field) { return sql::quote_identifier(kFields[field].name); }, {}}));
  for (const sql::Values& row : kRows) {
    const auto value = expression.evaluate(row, {});
    if (value.ok())
      check_value(*value, expression.type());
    else
      require(expression.is_aggregate());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  expr::Context context;
  context.fields = kFields;
  context.parameters = {{"n", int64_t{6}}, {"day", std::string("2026-08-31")}};
  context.aggregates = size % 2 == 0;
  const auto expression = expr::Expression::compile(input, context, "pack.yaml:3:7");
  expression.ok() ? check_expression(*expression) : check_error(expression.error());
  const std::vector<expr::Table> tables = {{"t", kFields}, {"u", kFields}};
  const auto select = expr::Select::compile(input, tables, context);
  if (!select.ok())
    check_error(select.error());
  else
    check_printed(select->print({}, [](const std::string& table) { return sql::quote_identifier(table); }));
  return 0;
}
