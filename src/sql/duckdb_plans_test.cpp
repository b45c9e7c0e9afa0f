// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "sql/sql.h"

using namespace banmo;
using namespace banmo::sql;

TEST_CASE("a statement that is run again sees rows beyond the values that stood when it was first planned") {
  DuckdbOptions options;
  options.memory_limit_mb = 256;
  options.n_readers = 1;
  auto database = open_duckdb(options);
  REQUIRE(database.ok());
  const auto write = [&](const char* statements) {
    REQUIRE((*database)->write([&](Connection& connection) { return connection.script(statements); }).ok());
  };
  const auto count = [&](const char* statement) {
    auto lease = (*database)->read();
    REQUIRE(lease.ok());
    const auto rows = (*lease)->query(statement);
    REQUIRE_MESSAGE(rows.ok(), (rows.ok() ? "" : rows.error().cause));
    return int_of((*rows)[0][0]);
  };
  write("CREATE TABLE t (a BIGINT, b BIGINT); INSERT INTO t SELECT i % 5, i % 60 FROM range(1000) r(i);");
  const char* above = "SELECT COUNT(*) FROM t WHERE a > 100";
  const char* below = "SELECT COUNT(*) FROM t WHERE a < 100";
  const char* nulls = "SELECT COUNT(*) FROM t WHERE a IS NULL";
  const char* groups = "SELECT COUNT(*) FROM (SELECT a, b, COUNT(*) FROM t GROUP BY a, b) q";
  CHECK(count(above) == 0);
  CHECK(count(below) == 1000);
  CHECK(count(nulls) == 0);
  CHECK(count(groups) == 60);
  write("INSERT INTO t SELECT i % 500, i % 600 FROM range(10000) r(i); INSERT INTO t VALUES (NULL, 7);");
  CHECK(count(above) == 7980);
  CHECK(count(below) == 3000);
  CHECK(count(nulls) == 1);
  CHECK(count(groups) > 2000);
}

TEST_CASE("a plan that is made while others commit is never run on rows that it does not know of") {
  auto database = open_duckdb({});
  REQUIRE(database.ok());
  const auto script = [](const char* text) -> Change { return [text](Connection& connection) { return connection.script(text); }; };
  REQUIRE((*database)->write(script("CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (0)")).ok());
  // Each change moves the one row up, in the value range that no earlier plan knew of: every snapshot has exactly one row, above what it was and not
  // above what it will be.
  std::atomic<bool> ended = false;
  std::atomic<int> n_wrong = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!ended) {
        const auto lease = (*database)->read();
        const auto rows = (*lease)->query(
            "SELECT (SELECT COUNT(*) FROM t WHERE a >= 0), (SELECT COUNT(*) FROM t WHERE a % 2 = 0 AND a < 1000000), (SELECT COUNT(*) FROM t WHERE a "
            "> 400)");
        if (!rows.ok() || int_of((*rows)[0][0]) != 1 || int_of((*rows)[0][1]) != 1 || int_of((*rows)[0][2]) > 1) ++n_wrong;
      }
    });
  }
  for (int k = 0; k < 200; ++k)
    CHECK((*database)->write(script("INSERT INTO t SELECT max(a) + 4 FROM t; DELETE FROM t WHERE a < (SELECT max(a) FROM t)")).ok());
  ended = true;
  for (auto& reader : readers) reader.join();
  CHECK(n_wrong == 0);
  const auto lease = (*database)->read();
  CHECK(int_of((*(*lease)->query("SELECT COUNT(*) FROM t WHERE a > 400"))[0][0]) == 1);
}
