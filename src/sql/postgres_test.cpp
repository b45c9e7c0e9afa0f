// SPDX-License-Identifier: Apache-2.0
// What only PostgreSQL does: its own types, connections that break, collisions, limits of time.
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "sql/sql.h"
#include "sql/test_stores.h"

namespace banmo::sql::test {
namespace {

// Each test on its own schema; none at all if BANMO_TEST_PG says so.
void on_postgres(const std::function<void(Database& database)>& test, size_t n_connections = 4) {
  if (postgres_conninfo().empty()) return;
  const Schema schema;
  test(*must(open_postgres(schema.options(n_connections))));
}

// Ends every connection of this test's schema but the one that asks. `pid` must be another's.
void end_connection(int64_t pid) {
  const auto other = must(open_postgres({postgres_conninfo(), "", 1}));
  const auto lease = other->read();
  REQUIRE(lease.ok());
  REQUIRE((*lease)->query("SELECT pg_terminate_backend(CAST($1 AS INT), 5000)", {pid}).ok());
}

int64_t pid_of(Connection& connection) {
  const auto rows = connection.query("SELECT pg_backend_pid()");
  REQUIRE(rows.ok());
  return int_of((*rows)[0][0]);
}

}  // namespace

TEST_CASE("PostgreSQL's own types come back as the nearest of ours") {
  on_postgres([](Database& database) {
    const Rows rows =
        rows_of(database,
                "SELECT 1::int2, -2::int4, 0.5::float4, 'a'::\"char\", 'b'::name, 'c'::bpchar, '{\"a\": 1}'::jsonb, '[1]'::json, 42::oid, "
                "'infinity'::date, '-infinity'::timestamptz, '1969-12-31 23:59:58+00'::timestamptz, NULL");
    CHECK(rows[0] == Values{int64_t{1}, int64_t{-2}, 0.5, std::string("a"), std::string("b"), std::string("c"), std::string("{\"a\": 1}"),
                            std::string("[1]"), int64_t{42}, std::string("infinity"), std::string("-infinity"),
                            *Instant::parse_iso("1969-12-31T23:59:58Z"), Value{}});
    const Rows numbers =
        rows_of(database,
                "SELECT 0::numeric, 1::numeric, -0.0001::numeric, 12345678901234567890.5::numeric, 1e30::numeric, 1e-30::numeric, 10000::numeric, "
                "123.4500::numeric(10,4), 'NaN'::numeric, 'Infinity'::numeric");
    CHECK(Values(numbers[0].begin(), numbers[0].begin() + 8) == Values{0.0, 1.0, -0.0001, 12345678901234567890.5, 1e30, 1e-30, 10000.0, 123.45});
    CHECK(std::isnan(double_of(numbers[0][8])));
    CHECK(std::isinf(double_of(numbers[0][9])));
  });
}

TEST_CASE("an array column says to cast it") {
  on_postgres([](Database& database) {
    const auto lease = database.read();
    REQUIRE(lease.ok());
    const auto rows = (*lease)->query("SELECT ARRAY[1, 2] AS list");
    REQUIRE_FALSE(rows.ok());
    CHECK(rows.error().id == "sql.unsupported_type");
  });
}

TEST_CASE("parameters take the type that the statement expects") {
  on_postgres([](Database& database) {
    const Rows rows = rows_of(database,
                              "SELECT CAST($1 AS INT), CAST($2 AS SMALLINT), CAST($3 AS REAL), CAST($4 AS NUMERIC), CAST($5 AS TEXT), CAST($6 AS "
                              "DATE), CAST($7 AS BOOLEAN)",
                              {std::string("12"), 3.0, int64_t{2}, 1.25, int64_t{7}, std::string("2026-11-21"), int64_t{1}});
    CHECK(rows[0] == Values{int64_t{12}, int64_t{3}, 2.0, 1.25, std::string("7"), *Date::from_ymd(2026, 11, 21), true});
    const auto lease = database.read();
    REQUIRE(lease.ok());
    const auto refused = (*lease)->query("SELECT CAST($1 AS SMALLINT)", {int64_t{70'000}});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().id == "sql.bad_value");
  });
}

TEST_CASE("a connection that the server ended is replaced before it is lent again") {
  on_postgres(
      [](Database& database) {
        int64_t pid = 0;
        {
          const auto lease = database.read();
          REQUIRE(lease.ok());
          pid = pid_of(**lease);
        }
        end_connection(pid);
        const auto lease = database.read();
        REQUIRE(lease.ok());
        CHECK(pid_of(**lease) != pid);
      },
      1);
}

TEST_CASE("a statement on a connection that breaks is unavailable; a change runs again on a new one") {
  on_postgres([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT)"));
    {
      const auto lease = database.read();
      REQUIRE(lease.ok());
      end_connection(pid_of(**lease));
      const auto rows = (*lease)->query("SELECT 1");
      REQUIRE_FALSE(rows.ok());
      CHECK(rows.error().code == ErrorCode::unavailable);
      CHECK(rows.error().id == "sql.connection_lost");
      CHECK(rows.error().message.en == "the connection to the database broke and nothing was changed; try again shortly");
    }
    int n_runs = 0;
    must(database.write([&](Connection& connection) -> Result<> {
      if (++n_runs == 1) end_connection(pid_of(connection));
      BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("INSERT INTO t VALUES (1)"));
      return {};
    }));
    CHECK(n_runs == 2);
    CHECK(int_from(database, "SELECT count(*) FROM t") == 1);
  });
}

TEST_CASE("a connection that breaks at the commit leaves the outcome open, and is not tried again") {
  on_postgres([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT)"));
    int n_runs = 0;
    const auto done = database.write([&](Connection& connection) -> Result<> {
      ++n_runs;
      BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("INSERT INTO t VALUES (1)"));
      end_connection(pid_of(connection));
      return {};
    });
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().id == "sql.commit_unknown");
    CHECK(n_runs == 1);
    CHECK(int_from(database, "SELECT count(*) FROM t") == 0);
  });
}

TEST_CASE("two changes that each read what the other writes do not both win on old data") {
  on_postgres([](Database& database) {
    must(run_script(database, "CREATE TABLE duty (no BIGINT PRIMARY KEY, present BOOLEAN); INSERT INTO duty VALUES (1, true), (2, true)"));
    std::atomic<int> n_ready = 0;
    const auto leave = [&](int64_t no) {
      return database.write([&, no, first = true](Connection& connection) mutable -> Result<> {
        BANMO_TRY(const Rows present, connection.query("SELECT count(*) FROM duty WHERE present"));
        if (std::exchange(first, false)) {
          ++n_ready;
          while (n_ready < 2) std::this_thread::yield();
        }
        if (int_of(present[0][0]) < 2) return fail(ErrorCode::conflict, "test.last", {"最后一人", "the last one stays"});
        BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("UPDATE duty SET present = false WHERE no = $1", {no}));
        return {};
      });
    };
    Result<> one;
    Result<> two;
    std::thread other([&] { two = leave(2); });
    one = leave(1);
    other.join();
    CHECK(one.ok() != two.ok());
    CHECK(int_from(database, "SELECT count(*) FROM duty WHERE present") == 1);
  });
}

TEST_CASE("a change that goes on after a failed statement is refused, not half committed") {
  on_postgres([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT PRIMARY KEY)"));
    const auto done = database.write([](Connection& connection) -> Result<> {
      BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("INSERT INTO t VALUES (1)"));
      CHECK_FALSE(connection.execute("INSERT INTO t VALUES (1)").ok());
      return {};
    });
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().cause == "a statement failed inside the change, which did not return its error");
    CHECK(int_from(database, "SELECT count(*) FROM t") == 0);
  });
}

TEST_CASE("a statement that could not be prepared does not spoil the next transaction") {
  on_postgres(
      [](Database& database) {
        const auto failed = database.write([](Connection& connection) -> Result<> {
          BANMO_DO(connection.execute("INSERT INTO nowhere (id) VALUES ($1)", {int64_t{1}}));
          return {};
        });
        REQUIRE_FALSE(failed.ok());
        const auto later = database.write([](Connection& connection) -> Result<> {
          BANMO_DO(connection.query("SELECT CAST($1 AS BIGINT) + 1", {int64_t{1}}));
          return {};
        });
        CHECK(later.ok());
      },
      1);
}

TEST_CASE("the server's own time limit is a timeout") {
  on_postgres([](Database& database) {
    const auto lease = database.read();
    REQUIRE(lease.ok());
    must((*lease)->script("SET statement_timeout = 1"));
    const auto rows = (*lease)->query("SELECT pg_sleep(10)");
    REQUIRE_FALSE(rows.ok());
    CHECK(rows.error().code == ErrorCode::timeout);
    CHECK(rows.error().id == "sql.interrupted");
  });
}

TEST_CASE("each holds one row of a large result at a time, also when it fails in the middle") {
  on_postgres([](Database& database) {
    const auto lease = database.read();
    REQUIRE(lease.ok());
    int64_t n = 0;
    const auto done = (*lease)->each("SELECT 100 / (50000 - x) FROM generate_series(1, 100000) AS s(x)", {}, [&](const Values&) -> Result<> {
      ++n;
      return {};
    });
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().id == "sql.bad_value");
    CHECK(n == 49'999);
  });
}

}  // namespace banmo::sql::test
