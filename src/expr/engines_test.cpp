// SPDX-License-Identifier: Apache-2.0
#include "expr/engines_test.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace banmo::expr::testing {
namespace {

std::string column_type(const Field& field, sql::Dialect dialect) {
  switch (field.type) {
    case Type::boolean: return "BOOLEAN";
    case Type::integer: return field.name.starts_with("b") ? "INTEGER" : "BIGINT";
    case Type::date: return "DATE";
    case Type::instant: return "TIMESTAMP";
    case Type::decimal:
      if (dialect == sql::Dialect::sqlite || field.name.starts_with("x")) return "DOUBLE PRECISION";
      return "DECIMAL(18,4)";
    default: return dialect == sql::Dialect::postgres ? "TEXT COLLATE \"und-x-icu\"" : "TEXT";
  }
}

std::string table_statement(const std::string& table, const std::vector<Field>& fields, sql::Dialect dialect) {
  std::string text = "CREATE TABLE " + sql::quote_identifier(table) + " (no BIGINT PRIMARY KEY";
  for (const Field& field : fields) text += ", " + sql::quote_identifier(field.name) + " " + column_type(field, dialect);
  return text + ")";
}

}  // namespace

Engines::Engines() {
  static int n_made = 0;
  const std::string name = "banmo_expr_" + std::to_string(::getpid()) + "_" + std::to_string(++n_made);
  folder_ = std::filesystem::temp_directory_path() / name;
  std::filesystem::create_directories(folder_);
  add("sqlite", sql::open_sqlite({.path = (folder_ / "t.sqlite").string()}));
  add("duckdb", sql::open_duckdb({.path = "", .n_threads = 1, .temp_directory = folder_.string()}));
  const char* conninfo = std::getenv("BANMO_TEST_PG");
  REQUIRE_MESSAGE(conninfo != nullptr, "set BANMO_TEST_PG to a libpq conninfo (tools/pg-test start prints one), or to skip");
  if (std::string(conninfo) == "skip") return;
  schema_ = name;
  add("postgres", sql::open_postgres({.conninfo = conninfo, .schema = schema_, .n_connections = 2}));
}

Engines::~Engines() {
  for (Engine& engine : all) {
    if (engine.name != "postgres") continue;
    const auto dropped =
        engine.database->write([&](sql::Connection& connection) { return connection.script("DROP SCHEMA " + schema_ + " CASCADE"); });
    CHECK(dropped.ok());
  }
  all.clear();
  std::filesystem::remove_all(folder_);
}

void Engines::make_table(const std::string& table, const std::vector<Field>& fields, const std::vector<sql::Values>& rows) {
  std::vector<std::string> columns = {"no"};
  for (const Field& field : fields) columns.push_back(field.name);
  for (Engine& engine : all) {
    const auto done = engine.database->write([&](sql::Connection& connection) -> Result<> {
      BANMO_DO(connection.script(table_statement(table, fields, engine.database->dialect())));
      size_t next = 0;
      BANMO_DO(connection.append(table, columns, [&](sql::Values& row) -> Result<bool> {
        if (next == rows.size()) return false;
        row[0] = static_cast<int64_t>(next);
        std::copy(rows[next].begin(), rows[next].end(), row.begin() + 1);
        ++next;
        return true;
      }));
      return {};
    });
    REQUIRE_MESSAGE(done.ok(), engine.name << ": " << (done.ok() ? "" : done.error().to_string() + done.error().cause));
  }
}

void Engines::add(std::string name, Result<std::unique_ptr<sql::Database>> opened) {
  REQUIRE_MESSAGE(opened.ok(), name << ": " << (opened.ok() ? "" : opened.error().to_string() + opened.error().cause));
  all.push_back({std::move(name), *std::move(opened)});
}

std::string canonical(const sql::Value& value, Type type) {
  if (sql::is_null(value)) return "null";
  switch (type) {
    case Type::boolean: return (std::holds_alternative<bool>(value) ? std::get<bool>(value) : sql::int_of(value) != 0) ? "true" : "false";
    case Type::decimal: {
      const double real = sql::double_of(value) + 0.0;
      char buffer[60];
      std::snprintf(buffer, sizeof buffer, "%.17g/%016llx", real, static_cast<unsigned long long>(std::bit_cast<uint64_t>(real)));
      return buffer;
    }
    case Type::date: return std::holds_alternative<Date>(value) ? std::get<Date>(value).to_iso() : sql::text_of(value);
    case Type::instant: return std::to_string(std::holds_alternative<Instant>(value) ? std::get<Instant>(value).micros : sql::int_of(value));
    case Type::integer:
      if (!std::holds_alternative<int64_t>(value)) return "not an integer: " + sql::text_of(value);
      return std::to_string(std::get<int64_t>(value));
    default: return "'" + sql::text_of(value) + "'";
  }
}

}  // namespace banmo::expr::testing
