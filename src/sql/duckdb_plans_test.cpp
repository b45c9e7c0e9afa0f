// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "sql/sql.h"

using namespace banmo;
using namespace banmo::sql;

TEST_CASE("a statement that is run again sees rows beyond the values that stood when it was first planned") {
  auto database = open_duckdb({.path = "", .memory_limit_mb = 256, .n_readers = 1});
  REQUIRE(database.ok());
  const auto write = [&](const char* statements) { REQUIRE((*database)->write([&](Connection& connection) { return connection.script(statements); }).ok()); };
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
