// SPDX-License-Identifier: Apache-2.0
// What every driver must do, run on all three.
#include "sql/sql.h"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <limits>
#include <thread>

#include "sql/test_stores.h"

namespace banmo::sql::test {
namespace {

constexpr const char* kTypes =
    "CREATE TABLE cell (no BIGINT PRIMARY KEY, flag BOOLEAN, n BIGINT, d DOUBLE PRECISION, t TEXT, b BYTEA, day DATE, moment TIMESTAMP)";
constexpr const char* kInsert = "INSERT INTO cell (no, flag, n, d, t, b, day, moment) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr const char* kSelect = "SELECT no, flag, n, d, t, b, day, moment FROM cell ORDER BY no";
constexpr const char* kEndless = "WITH RECURSIVE up(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM up WHERE x < 1000000000) SELECT count(*) FROM up";

constexpr int64_t kRows = 100'000;

Blob every_byte() {
  Blob bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<uint8_t>(i));
  return bytes;
}

Date day(int year, int month, int number) { return *Date::from_ymd(year, month, number); }
Instant at(std::string_view text) { return *Instant::parse_iso(text); }

std::vector<Values> odd_rows() {
  using Number = std::numeric_limits<int64_t>;
  const Value null;
  return {
      {int64_t{1}, true, Number::max(), 1.5, std::string("班墨 𠮷 “引号” '\" \\ \t\n\r 🎓"), every_byte(), day(2026, 11, 21),
       at("2026-11-21T08:00:00.123456Z")},
      {int64_t{2}, false, Number::min(), -0.1, std::string(), Blob{}, day(1931, 2, 3), at("1931-02-03T23:59:59.999999Z")},
      {int64_t{3}, true, int64_t{0}, std::numeric_limits<double>::max(), std::string(100'000, 'x'), Blob(70'000, 0), day(1, 1, 1),
       at("1582-10-04T00:00:00Z")},
      {int64_t{4}, false, int64_t{-1}, std::numeric_limits<double>::denorm_min(), std::string("\\N"), Blob{0}, day(9999, 12, 31),
       at("1970-01-01T00:00:00Z")},
      {int64_t{5}, null, null, null, null, null, null, null},
      {int64_t{6}, true, int64_t{9'007'199'254'740'993}, 0.1 + 0.2, std::string("null"), Blob{'\\', 'x'}, day(1970, 1, 1),
       at("9999-12-31T23:59:59.999999Z")},
  };
}

Result<> insert_all(Connection& connection) {
  for (const Values& row : odd_rows()) {
    BANMO_TRY(const int64_t n, connection.execute(kInsert, row));
    CHECK(n == 1);
  }
  return {};
}

Result<> append_all(Connection& connection) {
  const auto rows = odd_rows();
  size_t i = 0;
  BANMO_TRY(const int64_t n, connection.append("cell", {"no", "flag", "n", "d", "t", "b", "day", "moment"}, [&](Values& row) -> Result<bool> {
    if (i < rows.size()) row = rows[i];
    return i++ < rows.size();
  }));
  CHECK(n == static_cast<int64_t>(rows.size()));
  return {};
}

void check_error(const Result<>& result, ErrorCode code, std::string_view id) {
  REQUIRE_FALSE(result.ok());
  INFO(result.error().to_string() << " cause: " << result.error().cause);
  CHECK(result.error().code == code);
  CHECK(result.error().id == id);
  CHECK_FALSE(result.error().message.zh.empty());
  CHECK_FALSE(result.error().message.en.empty());
}

}  // namespace

TEST_CASE("every type comes back as it was bound") {
  on_each_store([](Database& database) {
    must(run_script(database, kTypes));
    must(database.write(insert_all));
    const Rows rows = rows_of(database, kSelect);
    CHECK(rows.columns == std::vector<std::string>{"no", "flag", "n", "d", "t", "b", "day", "moment"});
    CHECK(rows.rows == odd_rows());
  });
}

TEST_CASE("every type comes back as it was appended, row by row") {
  on_each_store([](Database& database) {
    must(run_script(database, kTypes));
    must(database.write(append_all));
    std::vector<Values> seen;
    const auto lease = database.read();
    REQUIRE(lease.ok());
    must((*lease)->each(kSelect, {}, [&](const Values& row) -> Result<> {
      seen.push_back(row);
      return {};
    }));
    CHECK(seen == odd_rows());
  });
}

TEST_CASE("an instant fits a BIGINT column and a date a TEXT column, bound or appended") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE ledger (moment BIGINT, day TEXT)"));
    const Values values = {at("1960-01-01T00:00:00.000001Z"), day(2026, 11, 21)};
    must(run(database, "INSERT INTO ledger (moment, day) VALUES ($1, $2)", values));
    must(database.write([&](Connection& connection) -> Result<> {
      int n = 0;
      BANMO_TRY([[maybe_unused]] const int64_t added, connection.append("ledger", {"moment", "day"}, [&](Values& row) -> Result<bool> {
        row = values;
        return n++ == 0;
      }));
      return {};
    }));
    const Rows rows = rows_of(database, "SELECT moment, day FROM ledger");
    const Values expected = {std::get<Instant>(values[0]).micros, std::string("2026-11-21")};
    CHECK(rows.rows == std::vector<Values>{expected, expected});
  });
}

TEST_CASE("decimals and wide sums come back as doubles, a UUID as text") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE money (no BIGINT, price DECIMAL(18,2), id UUID)"));
    const std::string id = "0192f3a4-5b6c-7d8e-9f01-23456789abcd";
    for (const double price : {12.25, -3.0, 1234567890123.45})
      must(run(database, "INSERT INTO money (no, price, id) VALUES ($1, $2, $3)", {int64_t{1}, price, id}));
    const Rows rows = rows_of(database, "SELECT price, id FROM money ORDER BY price");
    CHECK(rows[0] == Values{-3.0, id});
    CHECK(rows[1] == Values{12.25, id});
    CHECK(rows[2] == Values{1234567890123.45, id});
    CHECK(int_from(database, "SELECT sum(no) FROM money") == 3);
  });
}

TEST_CASE("a parameter may stand several times and in any order") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE pair (a BIGINT, b TEXT)"));
    must(run(database, "INSERT INTO pair (b, a) VALUES ($2, $1)", {int64_t{7}, std::string("x")}));
    const std::string_view statement = "SELECT a FROM pair WHERE b = $2 AND (a = $1 OR a + 1 = $1 + 1) AND b = $2";
    CHECK(int_from(database, statement, {int64_t{7}, std::string("x")}) == 7);
    CHECK(rows_of(database, statement, {int64_t{7}, std::string("y")}).empty());
  });
}

TEST_CASE("a wrong number of parameters is refused") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE pair (a BIGINT, b BIGINT)"));
    for (const Values& parameters : {Values{int64_t{1}}, Values{int64_t{1}, int64_t{2}, int64_t{3}}}) {
      check_error(run(database, "INSERT INTO pair VALUES ($1, $2)", parameters), ErrorCode::internal, "sql.parameter_count");
    }
    must(run(database, "INSERT INTO pair VALUES ($1, $2)", {int64_t{1}, int64_t{2}}));
  });
}

TEST_CASE("a bad statement is an internal error whose cause names the statement") {
  on_each_store([](Database& database) {
    const auto result = run(database, "SELECT no_such_column FROM no_such_table");
    check_error(result, ErrorCode::internal, "sql.statement");
    CHECK(result.error().message.en == "a database statement failed; see the log");
    CHECK(result.error().message.zh == "数据库语句执行失败；请查看日志");
    CHECK(result.error().cause.find("no_such_table") != std::string::npos);
    check_error(run_script(database, "SELECT 1; SELEKT 2"), ErrorCode::internal, "sql.statement");
  });
}

TEST_CASE("broken constraints say which kind, and never which value") {
  on_each_store([](Database& database) {
    must(run_script(database,
                    "CREATE TABLE org (no BIGINT PRIMARY KEY, code TEXT UNIQUE, name TEXT NOT NULL, n BIGINT CHECK (n > 0));"
                    "CREATE TABLE child (no BIGINT PRIMARY KEY, org BIGINT REFERENCES org (no))"));
    const std::string insert = "INSERT INTO org (no, code, name, n) VALUES ($1, $2, $3, $4)";
    const std::string secret = "秘密一中";
    must(run(database, insert, {int64_t{1}, secret, secret, int64_t{1}}));
    const auto same_key = run(database, insert, {int64_t{1}, std::string("b"), secret, int64_t{1}});
    check_error(same_key, ErrorCode::conflict, "sql.unique_violation");
    CHECK(same_key.error().message.en == "a record with the same key exists; update it or choose another key");
    const auto same_code = run(database, insert, {int64_t{2}, secret, secret, int64_t{1}});
    check_error(same_code, ErrorCode::conflict, "sql.unique_violation");
    CHECK(same_code.error().cause.find(secret) == std::string::npos);
    check_error(run(database, insert, {int64_t{3}, std::string("c"), Value{}, int64_t{1}}), ErrorCode::invalid, "sql.not_null_violation");
    check_error(run(database, insert, {int64_t{3}, std::string("c"), secret, int64_t{0}}), ErrorCode::invalid, "sql.check_violation");
    check_error(run(database, "INSERT INTO child VALUES ($1, $2)", {int64_t{1}, int64_t{99}}), ErrorCode::conflict, "sql.foreign_key_violation");
  });
}

TEST_CASE("a value that does not fit its column is invalid, and not told in the cause") {
  on_each_store([](Database& database) {
    if (database.dialect() == Dialect::sqlite) return;  // stores what it is given
    must(run_script(database, "CREATE TABLE small (n INTEGER)"));
    const auto text = run(database, "INSERT INTO small (n) VALUES (CAST(CAST($1 AS TEXT) AS INTEGER))", {std::string("张三")});
    check_error(text, ErrorCode::invalid, "sql.bad_value");
    CHECK(text.error().cause.find("张三") == std::string::npos);
    check_error(run(database, "INSERT INTO small (n) VALUES ($1)", {int64_t{1} << 40}), ErrorCode::invalid, "sql.bad_value");
  });
}

TEST_CASE("100,000 appended rows are all there; a failing source adds none") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE many (no BIGINT, label TEXT, spare TEXT)"));
    const auto append = [](int64_t fail_at) -> Change {
      return [fail_at](Connection& connection) -> Result<> {
        int64_t no = 0;
        BANMO_TRY(const int64_t n, connection.append("many", {"label", "no"}, [&](Values& row) -> Result<bool> {
          if (++no == fail_at) return fail(ErrorCode::invalid, "test.stop", {"停", "stop"});
          row[0] = "第" + std::to_string(no) + "行";
          row[1] = no;
          return no <= kRows;
        }));
        CHECK(n == kRows);
        return {};
      };
    };
    check_error(database.write(append(90'000)), ErrorCode::invalid, "test.stop");
    CHECK(int_from(database, "SELECT count(*) FROM many") == 0);
    must(database.write(append(-1)));
    CHECK(int_from(database, "SELECT count(*) FROM many WHERE spare IS NULL") == kRows);
    CHECK(int_from(database, "SELECT sum(no) FROM many") == kRows * (kRows + 1) / 2);
    CHECK(text_of(rows_of(database, "SELECT label FROM many WHERE no = 77777")[0][0]) == "第77777行");
  });
}

TEST_CASE("append refuses a column that the table does not have") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE many (no BIGINT)"));
    const auto result = database.write([](Connection& connection) -> Result<> {
      BANMO_TRY([[maybe_unused]] const int64_t n, connection.append("many", {"nope"}, [](Values&) -> Result<bool> { return false; }));
      return {};
    });
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code == ErrorCode::internal);
    CHECK(result.error().cause.find("nope") != std::string::npos);
  });
}

TEST_CASE("execute tells the number of rows changed") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT, n BIGINT); INSERT INTO t VALUES (1, 1), (2, 1), (3, 2)"));
    must(database.write([](Connection& connection) -> Result<> {
      BANMO_TRY(const int64_t n_updated, connection.execute("UPDATE t SET n = n + $1 WHERE n = $2", {int64_t{5}, int64_t{1}}));
      BANMO_TRY(const int64_t n_none, connection.execute("DELETE FROM t WHERE no > $1", {int64_t{10}}));
      BANMO_TRY(const int64_t n_ddl, connection.execute("CREATE TABLE u (no BIGINT)"));
      BANMO_TRY(const Rows returned, connection.query("INSERT INTO t (no, n) VALUES ($1, $2) RETURNING no, n", {int64_t{9}, int64_t{8}}));
      CHECK(n_updated == 2);
      CHECK(n_none == 0);
      CHECK(n_ddl == 0);
      CHECK(returned.rows == std::vector<Values>{{int64_t{9}, int64_t{8}}});
      return {};
    }));
  });
}

TEST_CASE("an interrupted statement ends with a timeout, and its connection goes on") {
  on_each_store([](Database& database) {
    const auto lease = database.read();
    REQUIRE(lease.ok());
    Connection& connection = **lease;
    std::atomic<bool> ended = false;
    std::thread stopper([&] {
      while (!ended) {
        connection.interrupt();
        std::this_thread::yield();
      }
    });
    const auto rows = connection.query(kEndless, {});
    ended = true;
    stopper.join();
    REQUIRE_FALSE(rows.ok());
    CAPTURE(rows.error().cause);
    CHECK(rows.error().code == ErrorCode::timeout);
    CHECK(rows.error().id == "sql.interrupted");
    CHECK(rows.error().message.en == "the query took too long and was stopped; narrow it and try again");
    const auto again = connection.query("SELECT 1", {});
    REQUIRE(again.ok());
    CHECK(int_of((*again)[0][0]) == 1);
  });
}

TEST_CASE("each ends with the error of its callback, and the connection goes on") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT)"));
    must(run(database, "INSERT INTO t WITH RECURSIVE up(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM up WHERE x < 5000) SELECT x FROM up"));
    const auto lease = database.read();
    REQUIRE(lease.ok());
    int n_seen = 0;
    const auto stopped = (*lease)->each("SELECT no FROM t ORDER BY no", {}, [&](const Values& row) -> Result<> {
      CHECK(int_of(row[0]) == ++n_seen);
      return n_seen < 3 ? Result<>{} : fail(ErrorCode::too_large, "test.enough", {"够了", "enough"});
    });
    check_error(stopped, ErrorCode::too_large, "test.enough");
    CHECK(n_seen == 3);
    const auto count = (*lease)->query("SELECT count(*) FROM t", {});
    REQUIRE(count.ok());
    CHECK(int_of((*count)[0][0]) == 5000);
  });
}

TEST_CASE("a row callback must not use the connection that calls it") {
  on_each_store([](Database& database) {
    const auto lease = database.read();
    REQUIRE(lease.ok());
    const auto result = (*lease)->each("SELECT 1", {}, [&](const Values&) -> Result<> {
      BANMO_TRY([[maybe_unused]] const Rows rows, (*lease)->query("SELECT 2", {}));
      return {};
    });
    check_error(result, ErrorCode::internal, "sql.connection_in_use");
  });
}

TEST_CASE("changes of many threads are as if they ran one after the other") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE counter (no BIGINT PRIMARY KEY, n BIGINT); INSERT INTO counter VALUES (1, 0)"));
    constexpr int kThreads = 8;
    constexpr int kEach = 25;
    std::atomic<int> n_failed = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < kEach; ++k) {
          const auto done = database.write([](Connection& connection) -> Result<> {
            BANMO_TRY(const Rows now, connection.query("SELECT n FROM counter WHERE no = 1", {}));
            BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("UPDATE counter SET n = $1 WHERE no = 1", {int_of(now[0][0]) + 1}));
            return {};
          });
          if (!done.ok()) ++n_failed;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(n_failed == 0);
    CHECK(int_from(database, "SELECT n FROM counter") == kThreads * kEach);
  });
}

TEST_CASE("a change that fails or throws is rolled back alone") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT PRIMARY KEY)"));
    std::vector<std::thread> threads;
    std::atomic<int> n_as_expected = 0;
    for (int64_t no = 0; no < 30; ++no) {
      threads.emplace_back([&, no] {
        const auto done = database.write([no](Connection& connection) -> Result<> {
          BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("INSERT INTO t VALUES ($1)", {no}));
          if (no % 3 == 1) return fail(ErrorCode::invalid, "test.refused", {"不行", "no"});
          if (no % 3 == 2) throw std::runtime_error("thrown");
          return {};
        });
        const std::string id = done.ok() ? "" : done.error().id;
        if (id == (no % 3 == 0 ? "" : no % 3 == 1 ? "test.refused" : "sql.change_threw")) ++n_as_expected;
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(n_as_expected == 30);
    CHECK(int_from(database, "SELECT count(*) FROM t") == 10);
    CHECK(int_from(database, "SELECT count(*) FROM t WHERE no % 3 <> 0") == 0);
  });
}

TEST_CASE("a connection for reading refuses to write") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT)"));
    const auto lease = database.read();
    REQUIRE(lease.ok());
    for (const char* statement : {"INSERT INTO t VALUES (1)", "DELETE FROM t", "CREATE TABLE u (no BIGINT)", "DROP TABLE t"}) {
      const auto n = (*lease)->execute(statement, {});
      REQUIRE_FALSE(n.ok());
      CHECK(n.error().id == "sql.read_only");
      CHECK(n.error().message.en == "a connection for reading cannot write; change data through write()");
    }
    CHECK_FALSE((*lease)
                    ->append("t", {"no"},
                             [](Values& row) -> Result<bool> {
                               row[0] = int64_t{1};
                               return true;
                             })
                    .ok());
  });
}

TEST_CASE("a change sees its own rows before others do") {
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT)"));
    must(database.write([&](Connection& connection) -> Result<> {
      BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("INSERT INTO t VALUES (1)"));
      BANMO_TRY(const Rows own, connection.query("SELECT count(*) FROM t", {}));
      CHECK(int_of(own[0][0]) == 1);
      CHECK(int_from(database, "SELECT count(*) FROM t") == 0);
      return {};
    }));
    CHECK(int_from(database, "SELECT count(*) FROM t") == 1);
  });
}

TEST_CASE("write inside a change of the same database is refused, of another one allowed") {
  const Folder folder;
  const auto other = must(open_sqlite({folder.file("other.db")}));
  must(run_script(*other, "CREATE TABLE t (no BIGINT)"));
  on_each_store([&](Database& database) {
    must(run_script(database, "CREATE TABLE t (no BIGINT)"));
    const auto nested = database.write([&](Connection&) { return run(database, "INSERT INTO t VALUES (1)"); });
    check_error(nested, ErrorCode::internal, "sql.nested_write");
    CHECK(nested.error().message.en == "write() was called on the same database from inside a change; use the connection that was passed in");
    must(database.write([&](Connection&) { return run(*other, "INSERT INTO t VALUES (1)"); }));
    CHECK(int_from(database, "SELECT count(*) FROM t") == 0);
  });
  CHECK(int_from(*other, "SELECT count(*) FROM t") >= 2);
}

TEST_CASE("a change cannot end its own transaction") {
  on_each_store([](Database& database) {
    check_error(run(database, "COMMIT"), ErrorCode::internal, "sql.transaction_in_change");
    check_error(run_script(database, "ROLLBACK"), ErrorCode::internal, "sql.transaction_in_change");
    must(run_script(database, "CREATE TABLE t (no BIGINT)"));
  });
}

TEST_CASE("a kept statement sees a changed schema") {
  on_each_store(
      [](Database& database) {
        must(run_script(database, "CREATE TABLE t (no BIGINT); INSERT INTO t VALUES (1)"));
        CHECK(rows_of(database, "SELECT * FROM t").rows == std::vector<Values>{{int64_t{1}}});
        must(run_script(database, "ALTER TABLE t ADD COLUMN day DATE"));
        must(run(database, "UPDATE t SET day = $1", {day(2026, 1, 2)}));
        const Rows rows = rows_of(database, "SELECT * FROM t");
        CHECK(rows.columns == std::vector<std::string>{"no", "day"});
        CHECK(rows.rows == std::vector<Values>{{int64_t{1}, day(2026, 1, 2)}});
        must(run_script(database, "DROP TABLE t; CREATE TABLE t (no TEXT); INSERT INTO t VALUES ('a')"));
        CHECK(rows_of(database, "SELECT * FROM t").rows == std::vector<Values>{{std::string("a")}});
      },
      1);
}

TEST_CASE("more statements than the cache holds still work") {
  on_each_store(
      [](Database& database) {
        for (int round = 0; round < 2; ++round) {
          for (int i = 0; i < 300; ++i) CHECK(int_from(database, "SELECT " + std::to_string(i) + " + CAST($1 AS BIGINT)", {int64_t{1}}) == i + 1);
        }
      },
      1);
}

TEST_CASE("a copy is a whole database; PostgreSQL says to use its own tools") {
  const Folder folder;
  on_each_store([&](Database& database) {
    must(run_script(database, kTypes));
    must(run_script(database, "CREATE UNIQUE INDEX cell_n ON cell (n)"));
    must(database.write(insert_all));
    const std::string path = folder.file("copy" + std::to_string(static_cast<int>(database.dialect())));
    const auto copied = database.copy_to(path);
    if (database.dialect() == Dialect::postgres) {
      check_error(copied, ErrorCode::unsupported, "sql.copy_unsupported");
      return;
    }
    must(copied);
    check_error(database.copy_to(path), ErrorCode::conflict, "sql.copy_exists");
    DuckdbOptions options;
    options.path = path;
    const auto copy = database.dialect() == Dialect::sqlite ? must(open_sqlite({path})) : must(open_duckdb(options));
    CHECK(rows_of(*copy, kSelect).rows == odd_rows());
    check_error(run(*copy, "INSERT INTO cell (no, n) VALUES (50, 0)"), ErrorCode::conflict, "sql.unique_violation");
  });
}

TEST_CASE("a checkpoint leaves everything in place while a reader is in the middle of a result") {
  on_each_store([](Database& database) {
    must(run_script(database, kTypes));
    must(database.write(insert_all));
    must(database.checkpoint());
    CHECK(rows_of(database, kSelect).rows == odd_rows());
  });
}

TEST_CASE("opening says which path could not be opened") {
  const auto sqlite = open_sqlite({"/no/such/folder/ledger.db"});
  REQUIRE_FALSE(sqlite.ok());
  CHECK(sqlite.error().id == "sql.cannot_open");
  CHECK(sqlite.error().where == "/no/such/folder/ledger.db");
  DuckdbOptions options;
  options.path = "/no/such/folder/warehouse.duckdb";
  const auto duckdb = open_duckdb(options);
  REQUIRE_FALSE(duckdb.ok());
  CHECK(duckdb.error().id == "sql.cannot_open");
  CHECK(duckdb.error().where == options.path);
  CHECK_FALSE(open_sqlite({":memory:"}).ok());
  const auto postgres = open_postgres({"host=127.0.0.1 port=1 dbname=none", "", 1});
  REQUIRE_FALSE(postgres.ok());
  CHECK(postgres.error().id == "sql.cannot_open");
}

TEST_CASE("helpers read cells of any type") {
  CHECK(int_of(Value{}, 5) == 5);
  CHECK(int_of(Value{true}) == 1);
  CHECK(int_of(Value{2.9}) == 2);
  CHECK(int_of(Value{std::string("-12")}) == -12);
  CHECK(double_of(Value{int64_t{3}}) == 3.0);
  CHECK(double_of(Value{}, 1.5) == 1.5);
  CHECK(text_of(Value{}, "none") == "none");
  CHECK(text_of(Value{int64_t{-7}}) == "-7");
  CHECK(text_of(Value{0.1}) == "0.1");
  CHECK(text_of(Value{true}) == "true");
  CHECK(text_of(Value{day(1931, 2, 3)}) == "1931-02-03");
  CHECK(text_of(Value{at("1931-02-03T00:00:00Z")}) == "1931-02-03T00:00:00.000000Z");
  CHECK(text_of(Value{Blob{0, 255}}) == "00ff");
}

TEST_CASE("quoting doubles the marks") {
  CHECK(quote_identifier("a\"b") == "\"a\"\"b\"");
  CHECK(quote_literal("it's") == "'it''s'");
  on_each_store([](Database& database) {
    must(run_script(database, "CREATE TABLE " + quote_identifier("o\"dd 表") + " (" + quote_identifier("se lect") + " TEXT DEFAULT " +
                                  quote_literal("it's; -- '") + ", n BIGINT)"));
    must(run_script(database, "INSERT INTO " + quote_identifier("o\"dd 表") + " (n) VALUES (1)"));
    CHECK(text_of(rows_of(database, "SELECT " + quote_identifier("se lect") + " FROM " + quote_identifier("o\"dd 表"))[0][0]) == "it's; -- '");
  });
}

}  // namespace banmo::sql::test
