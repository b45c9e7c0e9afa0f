// SPDX-License-Identifier: Apache-2.0
// Statements, waits and changes under the deadline of their thread, and text that no store takes.
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <fstream>
#include <future>
#include <thread>

#include "base/deadline.h"
#include "sql/test_stores.h"

namespace banmo::sql::test {
namespace {

constexpr const char* kEndless = "WITH RECURSIVE up(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM up WHERE x < 1000000000) SELECT count(*) FROM up";

Deadline::Time soon() { return std::chrono::steady_clock::now() + std::chrono::milliseconds(200); }
Deadline::Time late() { return std::chrono::steady_clock::now() + std::chrono::hours(1); }

void check_interrupted(const Result<>& done) {
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().code == ErrorCode::timeout);
  CHECK(done.error().id == "sql.interrupted");
}

Result<> without_value(const Result<Rows>& rows) { return rows.ok() ? Result<>() : Result<>(rows.error()); }

}  // namespace

TEST_CASE("a question ends at the deadline of its thread, and its connection goes on") {
  on_each_store([](Database& database) {
    const auto lease = database.read();
    REQUIRE(lease.ok());
    {
      Deadline deadline(soon(), Deadline::AfterCommit::limited);
      const Deadline::Scope scope(&deadline);
      check_interrupted(without_value((*lease)->query(kEndless, {})));
      check_interrupted(without_value((*lease)->query("SELECT 1", {})));  // nothing more begins
      check_interrupted((*lease)->each("SELECT 1", {}, [](const Values&) -> Result<> { return {}; }));
      check_interrupted((*lease)->script("SELECT 1"));
    }
    const auto again = (*lease)->query("SELECT 1", {});
    REQUIRE(again.ok());
    CHECK(int_of((*again)[0][0]) == 1);
  });
}

TEST_CASE("rows that are streamed end at the deadline too") {
  on_each_store([](Database& database) {
    const auto lease = database.read();
    REQUIRE(lease.ok());
    Deadline deadline(soon(), Deadline::AfterCommit::limited);
    const Deadline::Scope scope(&deadline);
    check_interrupted((*lease)->each("WITH RECURSIVE up(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM up WHERE x < 1000000000) SELECT x FROM up", {},
                                     [](const Values&) -> Result<> { return {}; }));
  });
}

TEST_CASE("a change past its deadline leaves nothing, and the next one goes on") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT)"));
    {
      Deadline deadline(soon(), Deadline::AfterCommit::unlimited);
      const Deadline::Scope scope(&deadline);
      check_interrupted(database.write([](Connection& connection) -> Result<> {
        BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("INSERT INTO t VALUES (1)", {}));
        BANMO_TRY([[maybe_unused]] const Rows rows, connection.query(kEndless, {}));
        return {};
      }));
      std::atomic<bool> ran = false;
      check_interrupted(database.write([&](Connection&) -> Result<> {
        ran = true;
        return {};
      }));
      CHECK_FALSE(ran);
    }
    must(run(database, "INSERT INTO t VALUES (2)"));
    CHECK(int_from(database, "SELECT sum(no) FROM t") == 2);
  });
}

TEST_CASE("a change whose time is over before its commit is rolled back") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT)"));
    std::atomic<bool> stop = false;
    {
      Deadline deadline(late(), Deadline::AfterCommit::unlimited, &stop);
      const Deadline::Scope scope(&deadline);
      check_interrupted(database.write([&](Connection& connection) -> Result<> {
        BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("INSERT INTO t VALUES (1)", {}));
        stop = true;
        return {};
      }));
    }
    CHECK(int_from(database, "SELECT count(*) FROM t") == 0);
  });
}

TEST_CASE("after a change was kept its request is answered in full, while one that only reads keeps its limit") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT)"));
    for (const auto after : {Deadline::AfterCommit::unlimited, Deadline::AfterCommit::limited}) {
      std::atomic<bool> stop = false;
      Deadline deadline(late(), after, &stop);
      const Deadline::Scope scope(&deadline);
      must(run(database, "INSERT INTO t VALUES (1)"));
      stop = true;
      const auto lease = database.read();
      REQUIRE(lease.ok());
      CHECK((*lease)->query("SELECT 1", {}).ok() == (after == Deadline::AfterCommit::unlimited));
    }
  });
}

TEST_CASE("who waits behind a long change gives up at its deadline") {
  const Folder folder;
  const auto sqlite = must(open_sqlite({folder.file("ledger.db")}));
  DuckdbOptions options;
  options.path = folder.file("warehouse.duckdb");
  const auto duckdb = must(open_duckdb(options));
  for (Database* database : {sqlite.get(), duckdb.get()}) {
    std::promise<void> begun, go_on;
    std::thread holder([&] {
      must(database->write([&](Connection&) -> Result<> {
        begun.set_value();
        go_on.get_future().wait();
        return {};
      }));
    });
    begun.get_future().wait();
    {
      Deadline deadline(soon(), Deadline::AfterCommit::unlimited);
      const Deadline::Scope scope(&deadline);
      check_interrupted(database->write([](Connection&) -> Result<> { return {}; }));
    }
    go_on.set_value();
    holder.join();
  }
}

TEST_CASE("who waits for a connection gives up at its deadline") {
  on_each_store(
      [](Database& database) {
        const auto held = database.read();
        REQUIRE(held.ok());
        Deadline deadline(soon(), Deadline::AfterCommit::limited);
        const Deadline::Scope scope(&deadline);
        const auto waiting = database.read();
        REQUIRE_FALSE(waiting.ok());
        CHECK(waiting.error().id == "sql.interrupted");
      },
      1);
}

TEST_CASE("text with U+0000 is refused: none is cut there") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE t (name TEXT NOT NULL)"));
    must(run(database, "INSERT INTO t VALUES ('city')"));
    const std::string name("city\0zz", 7);
    const auto added = run(database, "INSERT INTO t VALUES ($1)", {name});
    REQUIRE_FALSE(added.ok());
    CHECK(added.error().id == "sql.bad_value");
    const auto lease = database.read();
    REQUIRE(lease.ok());
    const auto found = (*lease)->query("SELECT name FROM t WHERE name = $1", {name});
    REQUIRE_FALSE(found.ok());
    CHECK(found.error().id == "sql.bad_value");
    CHECK(int_from(database, "SELECT count(*) FROM t") == 1);
  });
}

TEST_CASE("PostgreSQL: appended text with U+0000 is refused, numbers beyond a double are infinite") {
  if (postgres_conninfo().empty()) return;
  const Schema schema;
  const auto database = must(open_postgres(schema.options()));
  must(run_script(*database, "CREATE TABLE t (name TEXT)"));
  const auto added = database->write([](Connection& connection) -> Result<> {
    bool more = true;
    BANMO_TRY([[maybe_unused]] const int64_t n, connection.append("t", {"name"}, [&](Values& row) -> Result<bool> {
      row[0] = std::string("a\0b", 3);
      return std::exchange(more, false);
    }));
    return {};
  });
  REQUIRE_FALSE(added.ok());
  CHECK(added.error().id == "sql.bad_value");
  const Rows rows = rows_of(*database, "SELECT 1e400::NUMERIC, -1e400::NUMERIC, 1e-400::NUMERIC, 12.5::NUMERIC");
  CHECK(std::get<double>(rows[0][0]) == HUGE_VAL);
  CHECK(std::get<double>(rows[0][1]) == -HUGE_VAL);
  CHECK(std::get<double>(rows[0][2]) == 0);
  CHECK(std::get<double>(rows[0][3]) == 12.5);
}

TEST_CASE("DuckDB's words about a file reach the log without the line they quote") {
  const Folder folder;
  {
    std::ofstream file(folder.file("people.csv"));
    file << "no,name\n1,Zhang San\n\"2,Li Si\n";
  }
  const auto database = must(open_duckdb({}));
  const auto lease = database->read();
  REQUIRE(lease.ok());
  const auto rows = (*lease)->query("SELECT * FROM read_csv(" + quote_literal(folder.file("people.csv")) +
                                        ", header = true, auto_detect = false, quote = '\"', columns = {'no': 'INTEGER', 'name': 'VARCHAR'})",
                                    {});
  REQUIRE_FALSE(rows.ok());
  CHECK(rows.error().cause.find("Li Si") == std::string::npos);
  CHECK(rows.error().cause.find('\n') == std::string::npos);
}

}  // namespace banmo::sql::test
