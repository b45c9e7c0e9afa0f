// SPDX-License-Identifier: Apache-2.0
// What only DuckDB does: its wider types, progress, and coming back after a write that failed half-way.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "sql/sql.h"
#include "sql/test_faults.h"
#include "sql/test_stores.h"

namespace banmo::sql::test {
namespace {

std::unique_ptr<Database> open_at(const std::string& path, size_t memory_limit_mb = 1024) {
  DuckdbOptions options;
  options.path = path;
  options.memory_limit_mb = memory_limit_mb;
  return must(open_duckdb(options));
}

Result<> fill(Database& database, int64_t n_rows) {
  return run(database, "INSERT INTO t SELECT x, md5(CAST(x AS VARCHAR)) || md5(CAST(x + 1 AS VARCHAR)) FROM range($1) s(x)", {n_rows});
}

}  // namespace

TEST_CASE("DuckDB's own types come back as the nearest of ours") {
  const auto database = must(open_duckdb({}));
  const Rows rows =
      rows_of(*database,
              "SELECT 1::TINYINT, -2::SMALLINT, 3::UTINYINT, 4::USMALLINT, 5::UINTEGER, 6::UBIGINT, 18446744073709551615::UBIGINT, "
              "170141183460469231731687303715884105727::HUGEINT, 0.5::FLOAT, -1.25::DECIMAL(4,2), 12345.678::DECIMAL(9,3), 0.1::DECIMAL(18,1), "
              "12345678901234567890.5::DECIMAL(30,1), 'b'::ENUM('a', 'b'), NULL");
  CHECK(rows[0] == Values{int64_t{1}, int64_t{-2}, int64_t{3}, int64_t{4}, int64_t{5}, int64_t{6}, 18446744073709551615.0,
                          170141183460469231731687303715884105727.0, 0.5, -1.25, 12345.678, 0.1, 12345678901234567890.5, std::string("b"), Value{}});
  const Instant moment = *Instant::parse_iso("1969-12-31T23:59:58.000000Z");
  const Rows moments = rows_of(*database,
                               "SELECT TIMESTAMP_S '1969-12-31 23:59:58', TIMESTAMP_MS '1969-12-31 23:59:58', TIMESTAMP_NS '1969-12-31 23:59:58', "
                               "TIMESTAMPTZ '1969-12-31 23:59:58+00', DATE '1969-12-31', UUID '80000000-0000-0000-0000-00000000000f'");
  CHECK(moments[0] == Values{moment, moment, moment, moment, Date{-1}, std::string("80000000-0000-0000-0000-00000000000f")});
}

TEST_CASE("a column of a type that we have no value for says to cast it") {
  const auto database = must(open_duckdb({}));
  const auto lease = database->read();
  REQUIRE(lease.ok());
  const auto rows = (*lease)->query("SELECT [1, 2] AS list", {});
  REQUIRE_FALSE(rows.ok());
  CHECK(rows.error().id == "sql.unsupported_type");
  CHECK(rows.error().message.en == "the result has a column of an unsupported type; CAST it in the statement");
}

TEST_CASE("append fits values to columns of any type, and names the column that does not fit") {
  const auto database = must(open_duckdb({}));
  must(run_script(*database,
                  "CREATE TYPE colour AS ENUM ('red', 'blue'); CREATE TABLE t (price DECIMAL(9,2), wide HUGEINT, id UUID, c colour, small SMALLINT, "
                  "f FLOAT, at_tz TIMESTAMPTZ)"));
  const auto append = [&](const Values& values) {
    return database->write([&](Connection& connection) -> Result<> {
      bool first = true;
      BANMO_TRY([[maybe_unused]] const int64_t n,
                connection.append("t", {"price", "wide", "id", "c", "small", "f", "at_tz"}, [&](Values& row) -> Result<bool> {
                  row = values;
                  return std::exchange(first, false);
                }));
      return {};
    });
  };
  const std::string id = "0192f3a4-5b6c-7d8e-9f01-23456789abcd";
  const Instant moment = *Instant::parse_iso("2026-11-21T08:00:00Z");
  must(append({12.25, int64_t{7}, id, std::string("blue"), int64_t{-3}, 0.5, moment}));
  CHECK(rows_of(*database, "SELECT * FROM t").rows == std::vector<Values>{{12.25, 7.0, id, std::string("blue"), int64_t{-3}, 0.5, moment}});
  const auto too_big = append({1.0, int64_t{7}, id, std::string("blue"), int64_t{70'000}, 0.5, moment});
  REQUIRE_FALSE(too_big.ok());
  CHECK(too_big.error().id == "sql.bad_value");
  CHECK(too_big.error().cause == "append: column 5");
  CHECK(append({1.0, int64_t{7}, id, std::string("green"), int64_t{7}, 0.5, moment}).error().id == "sql.bad_value");
}

TEST_CASE("an append that breaks the key adds nothing") {
  const auto database = must(open_duckdb({}));
  must(run_script(*database, "CREATE TABLE t (no BIGINT PRIMARY KEY); INSERT INTO t VALUES (5)"));
  const auto result = database->write([](Connection& connection) -> Result<> {
    int64_t no = 0;
    BANMO_TRY([[maybe_unused]] const int64_t n, connection.append("t", {"no"}, [&](Values& row) -> Result<bool> {
      row[0] = no;
      return no++ < 10;
    }));
    return {};
  });
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().id == "sql.unique_violation");
  CHECK(int_from(*database, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("progress of a change is seen from another thread") {
  const auto database = must(open_duckdb({}));
  must(run_script(*database, "CREATE TABLE t (n BIGINT); INSERT INTO t SELECT x FROM range(2000000) s(x); CREATE TABLE u (n BIGINT)"));
  std::atomic<Connection*> writer = nullptr;
  std::atomic<bool> ended = false;
  double highest = -1;
  std::thread watcher([&] {
    while (!ended) {
      Connection* const connection = writer;
      if (connection != nullptr) highest = std::max(highest, connection->progress());
      if (highest > 0) connection->interrupt();
      std::this_thread::yield();
    }
  });
  const auto done = database->write([&](Connection& connection) -> Result<> {
    writer = &connection;
    BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("INSERT INTO u SELECT length(md5(repeat(CAST(n AS VARCHAR), 1000))) FROM t"));
    return {};
  });
  ended = true;
  watcher.join();
  CHECK(highest > 0);
  CHECK(highest <= 1);
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().id == "sql.interrupted");
  CHECK(int_from(*database, "SELECT count(*) FROM u") == 0);
}

TEST_CASE("a full disk refuses writes, leaves reads, and ends by itself in the warehouse too") {
  const Folder folder;
  const auto database = open_at(folder.file("a.duckdb"));
  must(run_script(*database, "CREATE TABLE t (no BIGINT, label TEXT)"));
  must(fill(*database, 1000));
  must(database->checkpoint());
  for (int round = 0; round < 3; ++round) {
    {
      const SmallFiles small(std::filesystem::file_size(folder.file("a.duckdb")) + 300'000);
      const auto refused = fill(*database, round == 0 ? 400'000 : 40'000);
      REQUIRE_FALSE(refused.ok());
      INFO(refused.error().cause);
      CHECK(refused.error().code == ErrorCode::storage_full);
      CHECK(refused.error().id == "sql.disk_full");
      CHECK_FALSE(database->writable());
      CHECK(int_from(*database, "SELECT count(*) FROM t") == 1000 * (round + 1));
    }
    must(fill(*database, 1000));
    CHECK(database->writable());
    CHECK(int_from(*database, "SELECT count(*) FROM t") == 1000 * (round + 2));
  }
}

TEST_CASE("after a failed fsync the warehouse refuses writes and goes on reading") {
  const Folder folder;
  {
    const auto database = open_at(folder.file("a.duckdb"));
    must(run_script(*database, "CREATE TABLE t (no BIGINT, label TEXT)"));
    must(fill(*database, 1000));
    {
      const FailingSyncs failing;
      const auto refused = fill(*database, 10);
      REQUIRE_FALSE(refused.ok());
      INFO(refused.error().cause);
      CHECK(refused.error().id == "sql.fenced");
    }
    CHECK(fill(*database, 10).error().id == "sql.fenced");
    CHECK_FALSE(database->writable());
    CHECK(int_from(*database, "SELECT count(*) FROM t") >= 1000);
  }
  const auto database = open_at(folder.file("a.duckdb"));
  CHECK(int_from(*database, "SELECT count(*) FROM t") >= 1000);
  must(fill(*database, 10));
}

TEST_CASE("a query beyond the memory limit says so") {
  const Folder folder;
  const auto database = open_at(folder.file("a.duckdb"), 20);
  const auto lease = database->read();
  REQUIRE(lease.ok());
  const auto rows = (*lease)->query("SELECT list(md5(CAST(x AS VARCHAR))) IS NULL FROM range(3000000) s(x)", {});
  REQUIRE_FALSE(rows.ok());
  CHECK(rows.error().id == "sql.out_of_memory");
}

TEST_CASE("extensions are not fetched from the network") {
  const auto database = must(open_duckdb({}));
  const Rows rows =
      rows_of(*database,
              "SELECT name, value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions') ORDER BY name");
  CHECK(rows.rows == std::vector<Values>{{std::string("autoinstall_known_extensions"), std::string("false")},
                                         {std::string("autoload_known_extensions"), std::string("false")}});
}

}  // namespace banmo::sql::test
