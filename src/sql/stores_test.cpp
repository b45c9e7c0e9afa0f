// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "sql/test_stores.h"

#ifdef __SANITIZE_THREAD__
// DuckDB comes without instrumentation: its own synchronisation is not seen, and what it does with memory looks like races.
extern "C" const char* __tsan_default_suppressions() { return "race:libduckdb.so\n"; }
#endif

namespace banmo::sql::test {
namespace {

std::string unique_name() {
  static std::atomic<int> n_made = 0;
  return "banmo_sql_" + std::to_string(getpid()) + "_" + std::to_string(++n_made);
}

}  // namespace

Folder::Folder() : path_((std::filesystem::temp_directory_path() / unique_name()).string()) { std::filesystem::create_directories(path_); }
Folder::~Folder() { std::filesystem::remove_all(path_); }

std::string postgres_conninfo() {
  const char* const conninfo = std::getenv("BANMO_TEST_PG");
  if (conninfo == nullptr) FAIL("set BANMO_TEST_PG to a libpq conninfo (tools/pg-test start prints one), or to \"skip\"");
  return std::string(conninfo) == "skip" ? std::string() : std::string(conninfo);
}

Schema::Schema() : name_(unique_name()) {}

Schema::~Schema() {
  const auto database = must(open_postgres({postgres_conninfo(), "", 1}));
  must(run_script(*database, "DROP SCHEMA IF EXISTS " + quote_identifier(name_) + " CASCADE"));
}

std::unique_ptr<Database> must(Result<std::unique_ptr<Database>> opened) {
  if (!opened.ok()) FAIL(opened.error().to_string() << " " << opened.error().cause);
  return std::move(opened).value();
}

void must(const Result<>& done) {
  if (!done.ok()) FAIL(done.error().to_string() << " " << done.error().cause);
}

void on_each_store(const std::function<void(Database& database)>& test, size_t n_readers) {
  const Folder folder;
  {
    INFO("SQLite");
    test(*must(open_sqlite({folder.file("ledger.db"), n_readers})));
  }
  {
    INFO("DuckDB");
    DuckdbOptions options;
    options.path = folder.file("warehouse.duckdb");
    options.n_readers = n_readers;
    test(*must(open_duckdb(options)));
  }
  if (!postgres_conninfo().empty()) {
    INFO("PostgreSQL");
    const Schema schema;
    test(*must(open_postgres(schema.options(n_readers))));
  }
}

Rows rows_of(Database& database, std::string_view statement, const Values& parameters) {
  auto lease = database.read();
  if (!lease.ok()) FAIL(lease.error().to_string());
  auto rows = (*lease)->query(statement, parameters);
  if (!rows.ok()) FAIL(rows.error().to_string() << " " << rows.error().cause);
  return std::move(rows).value();
}

int64_t int_from(Database& database, std::string_view statement, const Values& parameters) {
  const Rows rows = rows_of(database, statement, parameters);
  REQUIRE(rows.size() == 1);
  return int_of(rows[0][0]);
}

Result<> run(Database& database, std::string_view statement, const Values& parameters) {
  return database.write([&](Connection& connection) -> Result<> {
    BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(statement, parameters));
    return {};
  });
}

Result<> run_script(Database& database, std::string_view statements) {
  return database.write([&](Connection& connection) { return connection.script(statements); });
}

}  // namespace banmo::sql::test
