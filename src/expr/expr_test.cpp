// SPDX-License-Identifier: Apache-2.0
#include "expr/expr.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace banmo::expr {
namespace {

const Environment kEnvironment{*Instant::parse_iso("2026-06-12T20:00:00Z"), 480};  // 04:00 of 13 June in Beijing

Context context() {
  Context made;
  made.fields = {{"n", Type::integer}, {"x", Type::decimal},  {"name", Type::text}, {"ok", Type::boolean},
                 {"born", Type::date}, {"at", Type::instant}, {"学校", Type::text}};
  made.parameters = {
      {"min_age", int64_t{6}}, {"cutoff", std::string("2026-08-31")}, {"open", std::string("2026-06-08")}, {"close", std::string("2026-06-12")}};
  return made;
}

sql::Values row() {
  return {int64_t{5},
          2.5,
          std::string("李明abc"),
          true,
          *Date::parse_iso("2020-09-01"),
          *Instant::parse_iso("2026-06-12T16:30:00Z"),
          std::string("实验小学")};
}

std::string shown(const sql::Value& value) {
  if (sql::is_null(value)) return "null";
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const auto* date = std::get_if<Date>(&value)) return date->to_iso();
  if (const auto* instant = std::get_if<Instant>(&value)) return instant->to_iso();
  if (const auto* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.15g", std::get<double>(value));
  return buffer;
}

std::string run(std::string_view text, const Context& in = context(), const sql::Values& values = row()) {
  const auto expression = Expression::compile(text, in);
  if (!expression.ok()) return expression.error().to_string();
  const auto value = expression->evaluate(values, kEnvironment);
  return value.ok() ? shown(*value) : value.error().to_string();
}

// The findings, one a line: "place id: English sentence".
std::string findings(std::string_view text, std::string_view where = {}, const Context& in = context()) {
  const auto expression = Expression::compile(text, in, where);
  if (expression.ok()) return "";
  std::string all;
  for (const Error& detail : expression.error().details) all += (all.empty() ? "" : "\n") + detail.where + " " + detail.id + ": " + detail.message.en;
  return all;
}

std::string printed(std::string_view text, sql::Dialect dialect, const Context& in = context()) {
  const auto expression = Expression::compile(text, in);
  if (!expression.ok()) return expression.error().to_string();
  const auto sql = expression->print({dialect, [&](size_t field) { return sql::quote_identifier(in.fields[field].name); }, kEnvironment});
  return sql.ok() ? *sql : sql.error().to_string();
}

}  // namespace

TEST_CASE("operators bind as in SQL") {
  CHECK(run("1 + 2 * 3") == "7");
  CHECK(run("(1 + 2) * 3") == "9");
  CHECK(run("10 - 4 - 3") == "3");
  CHECK(run("-2 * -3") == "6");
  CHECK(run("100 / 10 / 5") == "2");
  CHECK(run("true or false and false") == "true");
  CHECK(run("not false and false") == "false");
  CHECK(run("not n = 4") == "true");
  CHECK(run("n between 1 and 5 and ok") == "true");
  CHECK(run("'a' || 'b' = 'ab'") == "true");
  CHECK(run("n in (1, 2 + 3)") == "true");
  CHECK(run("N = 5").find("did you mean \"n\"") != std::string::npos);
  CHECK(run("CASE WHEN n > 4 THEN 'big' ELSE 'small' END") == "big");
  CHECK(run("case n when 4 then 'four' when 5 then 'five' end") == "five");
  CHECK(run("学校 like '%小学'") == "true");
}

TEST_CASE("null follows three-valued logic") {
  const std::vector<std::array<std::string, 4>> table = {
      {"true", "true", "true", "true"},   {"true", "false", "false", "true"},   {"true", "null", "null", "true"},
      {"false", "true", "false", "true"}, {"false", "false", "false", "false"}, {"false", "null", "false", "null"},
      {"null", "true", "null", "true"},   {"null", "false", "false", "null"},   {"null", "null", "null", "null"},
  };
  for (const auto& [a, b, conjunction, disjunction] : table) {
    CAPTURE(a);
    CAPTURE(b);
    CHECK(run(std::string(a).append(" and ").append(b)) == conjunction);
    CHECK(run(std::string(a).append(" or ").append(b)) == disjunction);
  }
  CHECK(run("not null") == "null");
  const sql::Values empty(7);
  for (const std::string text :
       {"n = 1", "n <> 1", "n + 1", "name || 'x'", "length(name)", "n in (1, 2)", "n not in (1)", "name like '%'", "name not like '%'",
        "n between 1 and 2", "abs(n)", "age_on(born, '2026-01-01')", "case when ok then 1 end", "nullif(n, 1)", "coalesce(n, x)", "least(n, n)"})
    CHECK_MESSAGE(run(text, context(), empty) == "null", text);
  CHECK(run("n is null and x is null", context(), empty) == "true");
  CHECK(run("n is not null", context(), empty) == "false");
  CHECK(run("n in (5, null)") == "true");
  CHECK(run("n in (4, null)") == "null");
  CHECK(run("n not in (4, null)") == "null");
  CHECK(run("n between 5 and nullif(1, 1)") == "null");
  CHECK(run("least(null, 3, n)") == "3");
  CHECK(is_true(sql::Value{true}));
  CHECK_FALSE(is_true(sql::Value{false}));
  CHECK_FALSE(is_true(sql::Value{}));
}

TEST_CASE("a division by zero is null and integers divide as numbers") {
  CHECK(run("n / 0") == "null");
  CHECK(run("n / (x - 2.5)") == "null");
  CHECK(run("1 / 2") == "0.5");
  CHECK(run("7 / 2 * 2") == "7");
  CHECK(Expression::compile("n / 2", context())->type() == Type::decimal);
  CHECK(Expression::compile("n * 2 - 1", context())->type() == Type::integer);
}

TEST_CASE("integers are exact to 2^53 and a result beyond 64 bits is null") {
  CHECK(run("9007199254740992 - 1") == "9007199254740991");
  CHECK(run("900000000000000000 * 200 > 1") == "true");
  CHECK(run("999999999999999999 * 100") == "null");
  CHECK(run("n = 5 and n + 1 = 6 and -n = -5") == "true");
}

TEST_CASE("round goes half away from zero and forgives the noise of binary fractions") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"2.675, 2", "2.68"},
      {"1.005, 2", "1.01"},
      {"-2.675, 2", "-2.68"},
      {"2.5", "3"},
      {"-2.5", "-3"},
      {"0.5", "1"},
      {"-0.4", "0"},
      {"0.49999, 0", "0"},
      {"1000.15 - 1000, 1", "0.2"},
      {"2.674, 2", "2.67"},
      {"1234567.895, 2", "1234567.9"},
      {"5 / 3, 4", "1.6667"},
      {"99999999999.5", "100000000000"},
      {"123456789012.25, 1", "123456789012.3"},
      {"400000000000000.0", "400000000000000"},
      {"28.45 * 1, 1", "28.5"},
  };
  for (const auto& [argument, expected] : cases) CHECK_MESSAGE(run("round(" + argument + ")") == expected, argument);
  CHECK(run("round(n, 2)") == "5");
  CHECK(Expression::compile("round(x)", context())->type() == Type::integer);
  CHECK(Expression::compile("round(x, 1)", context())->type() == Type::decimal);
  CHECK(run("floor(-2.5)") == "-3");
  CHECK(run("ceil(-2.5)") == "-2");
}

TEST_CASE("text is compared and cut by code point") {
  CHECK(run("length(name)") == "5");
  CHECK(run("substr(name, 2, 2)") == "明a");
  CHECK(run("substr(name, 3)") == "abc");
  CHECK(run("substr(name, 9, 1)").empty());
  CHECK(run("upper(name)") == "李明ABC");
  CHECK(run("lower('ÀB')") == "Àb");
  CHECK(run("'|' || trim('  a b ') || '|'") == "|a b|");
  CHECK(run("'Z' < 'a'") == "true");
  CHECK(run("'中' > 'z'") == "true");
  CHECK(run("'a' < 'B'") == "false");
  CHECK(run("starts_with(name, '李')") == "true");
  CHECK(run("contains(name, '')") == "true");
  CHECK(run("'it''s'") == "it's");
}

TEST_CASE("like is case-sensitive, counts code points, and takes a backslash as escape") {
  CHECK(run("name like '李_abc'") == "true");
  CHECK(run("name like '%明%c'") == "true");
  CHECK(run("name like '%ABC'") == "false");
  CHECK(run("'50%' like '50\\%'") == "true");
  CHECK(run("'50x' like '50\\%'") == "false");
  CHECK(run("'a_b' like 'a\\_b'") == "true");
  CHECK(run("'axb' like 'a\\_b'") == "false");
  CHECK(run("'a\\b' like 'a\\\\b'") == "true");
  CHECK(run("'aaab' like '%a%ab'") == "true");
  CHECK(run("'' like '%'") == "true");
  CHECK(run("'' like '_'") == "false");
  CHECK(printed("name like '[a]*%\\_?_'", sql::Dialect::sqlite) == "(\"name\" GLOB '[[]a][*]*_[?]?')");
  CHECK(printed("name not like 'a\\%%'", sql::Dialect::postgres) == "(\"name\" NOT LIKE 'a\\%%' ESCAPE '\\')");
  CHECK(findings("name like 'a\\b'") ==
        "1:11 expr.bad_pattern: like takes a literal text such as 'ab%': % is any number of characters, _ is one, \\% is a percent sign");
}

TEST_CASE("dates: text literals become dates, instants become local dates beside them") {
  CHECK(run("born < '2021-01-01'") == "true");
  CHECK(run("date '2026-02-28' = '2026-02-28'") == "true");
  CHECK(run("at = '2026-06-13'") == "true");  // 00:30 in Beijing
  CHECK(run("at >= '2026-06-12T16:30:00Z'") == "true");
  CHECK(run("at > instant '2026-06-13T00:30:00+08:00'") == "false");
  CHECK(run("now() between '{open}' and '{close}'") == "false");
  CHECK(run("now() between '{open}' and '2026-06-13'") == "true");
  CHECK(run("today()") == "2026-06-13");
  CHECK(run("date_of(at)") == "2026-06-13");
  CHECK(run("age_on(born, '{cutoff}') >= {min_age}") == "false");
  CHECK(run("age_on(born, '2026-09-01')") == "6");
  CHECK(run("age_on('2020-02-29', '2023-02-28')") == "2");
  CHECK(run("age_on('2020-02-29', '2023-03-01')") == "3");
  CHECK(run("age_on('2020-02-29', '2020-02-28')") == "-1");
  CHECK(run("sy_start(2025)") == "2025-09-01");
  CHECK(run("sy_end(n + 2020)") == "2026-08-31");
  CHECK(run("sy_start(n * 10000)") == "null");
  CHECK(run("school_year('2026-08-31')") == "2025");
  CHECK(run("school_year('2026-09-01')") == "2026");
  CHECK(run("add_days('2024-02-28', 2)") == "2024-03-01");
  CHECK(run("add_days('9999-12-31', 1)") == "null");
  CHECK(run("days_between('2024-02-28', '2024-03-01')") == "2");
  CHECK(run("year(born) * 10000 + month(born) * 100 + day(born)") == "20200901");
}

TEST_CASE("workdays counts Monday to Friday after the first day, up to the last") {
  CHECK(run("workdays('2026-11-20', '2026-11-23')") == "1");  // Friday to Monday
  CHECK(run("workdays('2026-11-21', '2026-11-22')") == "0");
  CHECK(run("workdays('2026-11-16', '2026-11-20')") == "4");
  CHECK(run("workdays('2026-11-16', '2026-11-16')") == "0");
  CHECK(run("workdays('2026-11-23', '2026-11-20')") == "-1");
  CHECK(run("workdays('2026-01-01', '2026-12-31')") == "260");
  CHECK(run("workdays(at, '2026-06-15')") == "1");  // from Saturday, local time
}

TEST_CASE("boolean fields may be compared with 1 and 0") {
  CHECK(run("ok = 1") == "true");
  CHECK(run("ok <> 1 or ok in (0)") == "false");
  CHECK(printed("ok = 0", sql::Dialect::postgres) == "(NOT \"ok\")");
  CHECK(run("ok = 1", context(), {int64_t{5}, 2.5, std::string(), int64_t{1}}) == "true");
}

TEST_CASE("findings name file, line and column, in both languages, all at once") {
  const auto expression = Expression::compile("nmae = 'x'\n  and lenght(name) > 'a'\n  and name > 3", context(), "packs/a.yaml:12:9");
  REQUIRE_FALSE(expression.ok());
  const Error& error = expression.error();
  CHECK(error.id == "expr.invalid");
  CHECK(error.where == "packs/a.yaml:12:9");
  REQUIRE(error.details.size() == 3);
  CHECK(error.details[0].to_string() ==
        "packs/a.yaml:12:9: there is no field \"nmae\"; did you mean \"name\"? (没有名为“nmae”的字段，是否想写“name”？) [expr.unknown_name]");
  CHECK(error.details[1].where == "packs/a.yaml:13:7");
  CHECK(error.details[1].message.zh == "没有名为“lenght”的函数，是否想写“length”？");
  CHECK(error.details[2].to_string() ==
        "packs/a.yaml:14:14: types differ: text and integer: put the text (codes too) in single quotes "
        "(类型不一致：文本与整数，文本（含代码）要加单引号) [expr.type_mismatch]");
}

TEST_CASE("each kind of mistake has its own sentence") {
  CHECK(findings("n = ") == "1:5 expr.unexpected_end: the expression ends too early: complete it");
  CHECK(findings("n = 1 2") == "1:7 expr.unexpected: unexpected \"2\": is an operator, comma or bracket missing before it?");
  CHECK(findings("n = 1 -- x") == "1:7 expr.comment: comments are not allowed here: write them after # in the YAML");
  CHECK(findings("学校 = 'a") == "1:6 expr.open_text: this text lacks its closing ': write '' for a quote inside");
  CHECK(findings("学校 ＝ 'a'") == "1:4 expr.wide_symbol: \"＝\" is a full-width sign: use the ASCII one");
  CHECK(findings("name = \"a\"") == "1:8 expr.unexpected: text stands in single quotes '…', names in none");
  CHECK(findings("n == 1") == "1:3 expr.unexpected: equality is written with one =");
  CHECK(findings("1 < n < 3") == "1:7 expr.chained: comparisons cannot be chained: join two with and, or use between");
  CHECK(findings("n = null") == "1:5 expr.compared_with_null: a comparison with null is never true: write is null or is not null");
  CHECK(findings("n > {min_ag}") == "1:5 expr.unknown_parameter: there is no parameter {min_ag}; did you mean \"min_age\"?");
  CHECK(findings("born > '2026-02-30'").starts_with("1:8 expr.bad_date: \"2026-02-30\" is no valid date or instant"));
  CHECK(findings("name + 1") == "1:1 expr.wrong_type: this must be a number (texts are joined with ||), but it is text");
  CHECK(findings("born + 1") == "1:1 expr.wrong_type: this must be a number (for dates use add_days and days_between), but it is date");
  CHECK(findings("max(n) > 3") ==
        "1:1 expr.aggregate_not_allowed: this looks at one row: the aggregate max is not allowed; least and greatest choose among values");
  CHECK(findings("abs(n, 1)") == "1:1 expr.wrong_arguments: abs takes 1 argument(s), not 2");
  CHECK(findings("round(x, n)") == "1:10 expr.wrong_constant: write an integer 0..9 here, not an expression");
  CHECK(findings("sy_start(x)") == "1:10 expr.wrong_type: this must be an integer (round or floor make one), but it is decimal");
  CHECK(findings("n and ok") == "1:1 expr.wrong_type: this must be a condition, but it is integer");
  CHECK(findings("case when ok then 1 else 'a' end") == "1:26 expr.type_mismatch: types differ: integer and text: write numbers without quotes");
  CHECK(findings("12a") == "1:1 expr.bad_number: this is no number: write 12 or 12.5");
  CHECK(findings("1234567890123456789") == "1:1 expr.bad_number: too many digits: at most 18 for an integer, 17 for a decimal");
  CHECK(findings("name = 'a\xff'") == "1:10 expr.not_utf8: not valid UTF-8 here: save the file as UTF-8");
  CHECK(findings("") == "1:1 expr.unexpected_end: the expression ends too early: complete it");
}

TEST_CASE("refuses what is too long, too deep or too large a number") {
  const std::string deep(200, '(');
  CHECK(findings(deep + "1" + std::string(200, ')')).find("expr.too_large") != std::string::npos);
  std::string chain = "n";
  for (int i = 0; i < 150; ++i) chain += " + n";
  CHECK(findings(chain).find("expr.too_large") != std::string::npos);
  CHECK(findings(std::string(70'000, ' ')).find("64 KiB") != std::string::npos);
  std::string product = "x";
  for (int i = 0; i < 20; ++i) product += " * x";
  CHECK(findings(product).find("expr.number_range") != std::string::npos);
  CHECK(findings("round(x * x * x, 2)").empty());
}

TEST_CASE("evaluation reports a value of the wrong type instead of guessing") {
  const auto expression = *Expression::compile("n > 3", context());
  const auto value = expression.evaluate(sql::Values{std::string("5")}, kEnvironment);
  REQUIRE_FALSE(value.ok());
  CHECK(value.error().message.en == "the value of field \"n\" is no integer: convert it first");
  CHECK(run("x > 0", context(), {int64_t{1}, std::numeric_limits<double>::quiet_NaN()}).find("expr.bad_value") != std::string::npos);
  CHECK(run("x > 0", context(), {int64_t{1}, int64_t{3}}) == "true");
}

TEST_CASE("registered functions come before the kernel's and may lack one way of running") {
  Context in = context();
  in.functions = {{"seats_left",
                   {Type::text, Type::integer},
                   Type::integer,
                   [](std::span<const sql::Value> a) { return sql::Value{std::get<int64_t>(a[1]) - 2}; },
                   {}},
                  {"workdays", {Type::date, Type::date}, Type::integer, [](std::span<const sql::Value>) { return sql::Value{int64_t{42}}; }, {}},
                  {"prior", {Type::decimal, Type::integer, Type::null}, Type::decimal, {}, [](sql::Dialect, std::span<const std::string> a) {
                     return "lag(" + a[0] + ")";
                   }}};
  CHECK(run("seats_left(name, n) > 0", in) == "true");
  CHECK(run("workdays(at, '2026-01-01')", in) == "42");
  CHECK(printed("x - prior(n, 1, name)", sql::Dialect::duckdb, in) == "(CAST(\"x\" AS DOUBLE) - CAST(lag(CAST(\"n\" AS DOUBLE)) AS DOUBLE))");
  CHECK(run("prior(x, 1, name)", in).find("runs in the database only") != std::string::npos);
  CHECK(printed("seats_left(name, n)", sql::Dialect::duckdb, in).find("does not run in a database") != std::string::npos);
  in.functions.push_back({"wrong", {}, Type::text, [](std::span<const sql::Value>) { return sql::Value{int64_t{1}}; }, {}});
  CHECK(run("wrong() || 'x'", in).find("expr.bad_function") != std::string::npos);
  CHECK(findings("seats_left(name)", {}, in) == "1:1 expr.wrong_arguments: seats_left takes 2 argument(s), not 1");
  CHECK(findings("seats_left(n, n)", {}, in) == "1:12 expr.wrong_type: this must be text, but it is integer");
}

TEST_CASE("rules print as plain SQL without casts where none is needed") {
  using enum sql::Dialect;
  CHECK(printed("n between 1 and 12 and n <> 3", duckdb) == "((\"n\" BETWEEN 1 AND 12) AND (\"n\" <> 3))");
  CHECK(printed("x is null or x between 8 and 60.5", duckdb) == "((\"x\" IS NULL) OR (\"x\" BETWEEN 8 AND 60.5))");
  CHECK(printed("x >= x", postgres) == "(\"x\" >= \"x\")");
  CHECK(printed("n > x", postgres) == "(CAST(\"n\" AS DOUBLE PRECISION) > CAST(\"x\" AS DOUBLE PRECISION))");
  CHECK(printed("n / 2 > 1", duckdb) == "((CAST(\"n\" AS DOUBLE) / 2e0) > 1e0)");
  CHECK(printed("n / n", sqlite) == "(CAST(\"n\" AS REAL) / NULLIF(CAST(\"n\" AS REAL), 0))");
  CHECK(printed("name < 'b' and name = 'a'", postgres) == "(((\"name\" COLLATE \"C\") < 'b') AND (\"name\" = 'a'))");
  CHECK(printed("born >= '2020-01-01'", duckdb) == "(\"born\" >= DATE '2020-01-01')");
  CHECK(printed("born >= '2020-01-01'", sqlite) == "(\"born\" >= '2020-01-01')");
  CHECK(printed("at < now()", duckdb) == "(\"at\" < TIMESTAMP '2026-06-12 20:00:00.000000')");
  CHECK(printed("at < now()", sqlite) == "(\"at\" < 1781294400000000)");
  CHECK(printed("name = 'x'' or 1=1'", sqlite) == "(\"name\" = 'x'' or 1=1')");
  CHECK(printed("n + 1", duckdb) ==
        "(CASE WHEN abs((CAST(\"n\" AS DOUBLE) + 1e0)) < 9223372036854775808e0 THEN CAST((CAST(\"n\" AS DOUBLE) + 1e0) AS BIGINT) END)");
}

TEST_CASE("aggregates stand alone or not at all") {
  Context in = context();
  in.aggregates = true;
  CHECK(findings("sum(x) / nullif(count(*), 0)", {}, in).empty());
  CHECK(findings("sum(x) + n", {}, in) == "1:10 expr.not_grouped: \"n\" stands outside an aggregate: put it inside sum, avg, min, max or the like");
  CHECK(findings("sum(max(n))", {}, in) == "1:5 expr.nested_aggregate: aggregates cannot be nested");
  CHECK(findings("sum(ok)", {}, in) == "1:5 expr.wrong_type: this must be a number (write case when ... then 1 else 0 end), but it is boolean");
  CHECK(printed("sum(case when ok then 1 else 0 end)", sql::Dialect::duckdb, in) ==
        "CAST(CAST(sum((CASE WHEN \"ok\" THEN 1 ELSE 0 END)) AS DOUBLE) AS BIGINT)");
  CHECK(printed("count(distinct name)", sql::Dialect::postgres, in) == "count(DISTINCT \"name\")");
  const auto expression = *Expression::compile("max(n)", in);
  CHECK(expression.is_aggregate());
  CHECK(expression.evaluate(row(), kEnvironment).error().id == "expr.not_in_process");
  CHECK(Expression::compile("max(n)", in)->fields() == std::vector<size_t>{0});
}

TEST_CASE("a literal is quoted by its dialect") {
  CHECK(print_literal(std::string("it's"), sql::Dialect::postgres) == "'it''s'");
  CHECK(print_literal(std::numeric_limits<int64_t>::min(), sql::Dialect::sqlite) == "(-9223372036854775807 - 1)");
  CHECK(print_literal(true, sql::Dialect::sqlite) == "1");
  CHECK(print_literal(-0.5, sql::Dialect::postgres) == "(-0.5)::DOUBLE PRECISION");
  CHECK(print_literal(sql::Blob{0xAB, 1}, sql::Dialect::postgres) == "'\\xAB01'::bytea");
  CHECK(print_literal({}, sql::Dialect::duckdb) == "NULL");
}

}  // namespace banmo::expr
