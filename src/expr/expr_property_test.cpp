// SPDX-License-Identifier: Apache-2.0
// Thousands of random typed expressions over rows full of nulls and extremes: evaluation in process, SQLite, DuckDB and PostgreSQL must agree to the
// last bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "expr/engines_test.h"
#include "expr/expr.h"
#include "expr/random_test.h"

namespace banmo::expr {
namespace {

using namespace testing;

constexpr size_t kExpressions = 3'200;
constexpr size_t kBatch = 120;
constexpr size_t kSelects = 250;
constexpr unsigned kSeed = 20'260'831;

PrintOptions options_for(sql::Dialect dialect) {
  return {dialect, [](size_t field) { return sql::quote_identifier(kFields[field].name); }, kEnvironment};
}

std::string statement_of(const std::vector<Expression>& batch, sql::Dialect dialect) {
  std::string text = "SELECT no";
  for (const Expression& expression : batch) text += ", " + *expression.print(options_for(dialect));
  return text + " FROM t ORDER BY no";
}

// The first expression of the batch that the engine refuses, for the message.
std::string culprit(sql::Connection& connection, const std::vector<Expression>& batch) {
  for (const Expression& expression : batch) {
    const auto rows = connection.query(statement_of({expression}, connection.dialect()));
    if (!rows.ok())
      return expression.text() + "\n" + *expression.print(options_for(connection.dialect())) + "\n" + rows.error().to_string() + " " +
             rows.error().cause;
  }
  return "none alone";
}

struct Counts {
  size_t n_compared = 0;
  size_t n_null = 0;
  size_t n_different = 0;
};

void compare_batch(Engine& engine, const std::vector<Expression>& batch, const std::vector<sql::Values>& rows, Counts& counts) {
  auto lease = engine.database->read();
  REQUIRE(lease.ok());
  const auto result = (*lease)->query(statement_of(batch, engine.database->dialect()));
  REQUIRE_MESSAGE(result.ok(), engine.name << ": " << culprit(**lease, batch));
  REQUIRE(result->size() == rows.size());
  for (size_t e = 0; e < batch.size(); ++e) {
    for (size_t r = 0; r < rows.size(); ++r) {
      const auto here = batch[e].evaluate(rows[r], kEnvironment);
      if (!here.ok()) FAIL(batch[e].text());
      const std::string expected = canonical(*here, batch[e].type()), got = canonical((*result)[r][e + 1], batch[e].type());
      ++counts.n_compared;
      counts.n_null += expected == "null" ? 1 : 0;
      if (expected == got) continue;
      std::string values;
      for (const size_t field : batch[e].fields()) values += " " + kFields[field].name + "=" + canonical(rows[r][field], kFields[field].type);
      CHECK_MESSAGE(false, engine.name << ": " << batch[e].text() << "\n  in process " << expected << ", there " << got << ", for" << values << "\n  "
                                       << *batch[e].print(options_for(engine.database->dialect())));
      ++counts.n_different;
      break;
    }
  }
}

std::vector<Expression> random_expressions(Random& random, size_t n) {
  Context context;
  context.fields = kFields;
  Generator generator(random);
  std::vector<Expression> made;
  while (made.size() < n) {
    const std::string text = generator.any(1 + static_cast<int>(random() % 4));
    auto expression = Expression::compile(text, context);
    if (expression.ok() && expression->print(options_for(sql::Dialect::sqlite)).ok()) {
      made.push_back(*std::move(expression));
      continue;
    }
    if (expression.ok()) continue;
    for (const Error& finding : expression.error().details) CHECK_MESSAGE(finding.id == "expr.number_range", text << "\n" << finding.to_string());
  }
  return made;
}

// The rows of a result in an order of our own, for engines give groups in any.
std::vector<std::string> sorted_rows(const sql::Rows& result, const Select& select) {
  std::vector<std::string> lines;
  for (const sql::Values& row : result.rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) line += canonical(row[i], select.columns()[i].type) + " | ";
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> run_select(Engine& engine, const Select& select, const std::string& text) {
  const auto statement =
      select.print({engine.database->dialect(), {}, kEnvironment}, [](const std::string& table) { return sql::quote_identifier(table); });
  REQUIRE(statement.ok());
  auto lease = engine.database->read();
  REQUIRE(lease.ok());
  const auto result = (*lease)->query(*statement);
  REQUIRE_MESSAGE(result.ok(), engine.name << ": " << text << "\n" << *statement << "\n" << (result.ok() ? "" : result.error().cause));
  return sorted_rows(*result, select);
}

std::string random_select(Generator& generator, Random& random) {
  const std::vector<std::string> keys = {"t.s", "t.f", "t.b", "year(t.p)", "t.m", "lower(t.t)", "round(t.x)"};
  const std::string& key = keys[random() % keys.size()];
  std::string text = "select " + key + " as k, " + generator.aggregate() + " as one, " + generator.aggregate() + " two from t";
  if (random() % 2 == 0) text += " where " + generator.boolean(2);
  text += " group by " + key;
  if (random() % 3 == 0) text += " having count(*) > 1";
  return text;
}

unsigned seed() {
  const char* const wanted = std::getenv("BANMO_EXPR_SEED");
  return wanted == nullptr ? kSeed : static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
}

}  // namespace

TEST_CASE("random expressions mean the same in process, in SQLite, DuckDB and PostgreSQL") {
  Random random(seed());
  std::vector<sql::Values> rows(1, sql::Values(kFields.size()));
  while (rows.size() < 40) rows.push_back(random_row(random));
  Engines engines;
  engines.make_table("t", kFields, rows);
  Counts counts;
  const std::vector<Expression> expressions = random_expressions(random, kExpressions);
  for (size_t first = 0; first < expressions.size(); first += kBatch) {
    const std::vector<Expression> batch(expressions.begin() + static_cast<std::ptrdiff_t>(first),
                                        expressions.begin() + static_cast<std::ptrdiff_t>(std::min(first + kBatch, expressions.size())));
    for (Engine& engine : engines.all) compare_batch(engine, batch, rows, counts);
  }
  CHECK(counts.n_different == 0);
  CHECK(counts.n_null * 2 < counts.n_compared);
  MESSAGE(expressions.size() << " expressions x " << rows.size() << " rows x " << engines.all.size()
                             << " databases and in process: " << counts.n_compared << " comparisons, " << counts.n_null * 100 / counts.n_compared
                             << "% null, " << counts.n_different << " differ");
}

TEST_CASE("random groupings mean the same in SQLite, DuckDB and PostgreSQL") {
  Random random(seed());
  std::vector<sql::Values> rows;
  while (rows.size() < 60) rows.push_back(random_row(random));
  Engines engines;
  engines.make_table("t", kFields, rows);
  Generator generator(random);
  const std::vector<Table> tables = {{"t", kFields}};
  size_t n_selects = 0, n_rows = 0;
  while (n_selects < kSelects) {
    const std::string text = random_select(generator, random);
    const auto select = Select::compile(text, tables, {});
    REQUIRE_MESSAGE(select.ok(), text << (select.ok() ? "" : select.error().to_string()));
    const auto expected = run_select(engines.all[0], *select, text);
    for (size_t e = 1; e < engines.all.size(); ++e)
      CHECK_MESSAGE(run_select(engines.all[e], *select, text) == expected, engines.all[e].name << ": " << text);
    ++n_selects;
    n_rows += expected.size();
  }
  CHECK(n_rows > n_selects);
  MESSAGE(n_selects << " random selects, " << n_rows << " groups, alike on " << engines.all.size() << " databases");
}

}  // namespace banmo::expr
