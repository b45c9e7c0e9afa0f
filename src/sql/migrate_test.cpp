// SPDX-License-Identifier: Apache-2.0
#include "sql/migrate.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "sql/sql.h"
#include "sql/test_stores.h"

namespace banmo::sql::test {
namespace {

constexpr Migration kOrg{1, "create_org", "CREATE TABLE org (no BIGINT PRIMARY KEY, name TEXT NOT NULL); INSERT INTO org VALUES (1, '；;')"};
constexpr Migration kPerson{2, "create_person", "CREATE TABLE person (no BIGINT PRIMARY KEY, photo BYTEA, score DOUBLE PRECISION);\n-- done\n"};
constexpr Migration kBroken{2, "create_person", "CREATE TABLE person (no BIGINT PRIMARY KEY); INSERT INTO person VALUES (1); SELEKT"};

bool needed(Database& database, const std::vector<Migration>& migrations) {
  const auto result = migration_needed(database, "core", migrations);
  if (!result.ok()) FAIL(result.error().to_string());
  return *result;
}

}  // namespace

TEST_CASE("migrations are applied once, in order, and recorded") {
  on_each_store([](Database& database) {
    const std::vector<Migration> all = {kOrg, kPerson};
    CHECK(needed(database, all));
    must(migrate(database, "core", std::span(all).first(1)));
    CHECK(needed(database, all));
    must(migrate(database, "core", all));
    CHECK_FALSE(needed(database, all));
    must(migrate(database, "core", all));
    CHECK(int_from(database, "SELECT count(*) FROM org") == 1);
    const Rows rows = rows_of(database, "SELECT room, number, name, applied_at > 0, length(text_hash) FROM schema_version ORDER BY number");
    REQUIRE(rows.size() == 2);
    CHECK(text_of(rows[0][0]) == "core");
    CHECK(text_of(rows[1][2]) == "create_person");
    CHECK(int_of(rows[1][3]) == 1);
    CHECK(int_of(rows[1][4]) == 16);
  });
}

TEST_CASE("rooms count on their own") {
  on_each_store([](Database& database) {
    must(migrate(database, "core", std::vector{kOrg}));
    must(migrate(database, "other", std::vector{Migration{1, "create_person", kPerson.statements}}));
    CHECK_FALSE(needed(database, {kOrg}));
  });
}

TEST_CASE("a migration that fails in the middle leaves nothing, names its file, and the mended one goes on from there") {
  on_each_store([](Database& database) {
    const auto failed = migrate(database, "core", std::vector{kOrg, kBroken});
    REQUIRE_FALSE(failed.ok());
    CHECK(failed.error().where == "core/sql/0002_create_person.sql");
    CHECK(needed(database, {kOrg, kPerson}));
    must(migrate(database, "core", std::vector{kOrg, kPerson}));
    CHECK(int_from(database, "SELECT count(*) FROM person") == 0);
  });
}

TEST_CASE("a changed text of an applied migration is refused") {
  on_each_store([](Database& database) {
    must(migrate(database, "core", std::vector{kOrg}));
    const std::vector<Migration> changed = {{1, "create_org", "CREATE TABLE org (no BIGINT)"}};
    const auto refused = migrate(database, "core", changed);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::conflict);
    CHECK(refused.error().id == "sql.migration_changed");
    CHECK(refused.error().where == "core/sql/0001_create_org.sql");
    CHECK(refused.error().message.en == "the text of an applied migration has changed; restore it and add a new migration instead");
    CHECK_FALSE(migration_needed(database, "core", changed).ok());
  });
}

TEST_CASE("a database that is newer than the program is refused") {
  on_each_store([](Database& database) {
    must(migrate(database, "core", std::vector{kOrg, kPerson}));
    const auto refused = migrate(database, "core", std::vector{kOrg});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::conflict);
    CHECK(refused.error().id == "sql.database_newer");
    CHECK(refused.error().message.en == "the database is newer than this program; upgrade the program or restore an older backup");
  });
}

TEST_CASE("numbers that do not increase are refused") {
  on_each_store([](Database& database) {
    const auto refused = migrate(database, "core", std::vector{kPerson, kOrg});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().id == "sql.migration_order");
  });
}

TEST_CASE("several servers that start at once apply each migration once") {
  on_each_store([](Database& database) {
    const std::vector<Migration> all = {kOrg, kPerson};
    std::atomic<int> n_failed = 0;
    std::vector<std::thread> servers;
    for (int i = 0; i < 6; ++i) servers.emplace_back([&] { n_failed += migrate(database, "core", all).ok() ? 0 : 1; });
    for (auto& server : servers) server.join();
    CHECK(n_failed == 0);
    CHECK(int_from(database, "SELECT count(*) FROM schema_version") == 2);
  });
}

}  // namespace banmo::sql::test
