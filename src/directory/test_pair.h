// SPDX-License-Identifier: Apache-2.0
// What the test worlds of the rooms above this one stand on: a pair of stores with the lower rooms' tables, in a folder or schema of its own
// that is gone afterwards.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/migrations.h"
#include "directory/directory.h"
#include "directory/migrations.h"
#include "pack/pack.h"
#include "sql/migrate.h"
#include "sql/sql.h"

namespace banmo::test {

enum class Pair { sqlite_duckdb, postgres };

// The value of what has to succeed; if not, the test ends with the whole error.
template <class R>
auto must(R result) {
  const std::string text = result.ok() ? std::string() : result.error().to_string() + " | " + result.error().cause;
  REQUIRE_MESSAGE(result.ok(), text);
  if constexpr (!std::is_same_v<typename R::value_type, Unit>) return std::move(result).value();
}

// BANMO_TEST_PG; empty if it says "skip", a failure of the test if it is not set.
inline std::string postgres_conninfo() {
  const char* const conninfo = std::getenv("BANMO_TEST_PG");
  if (conninfo == nullptr) FAIL("set BANMO_TEST_PG to a libpq conninfo (tools/pg-test start prints one), or to \"skip\"");
  return std::string(conninfo) == "skip" ? std::string() : std::string(conninfo);
}

// Base of a world: outlives its engines.
struct TestStores {
  // An empty folder means one of its own.
  TestStores(Pair which, const std::string& room, std::string where) : pair(which), folder(std::move(where)) {
    static std::atomic<int> n_made = 0;
    const std::string name = "banmo_" + room + "_" + std::to_string(::getpid()) + "_" + std::to_string(++n_made);
    owns_folder = folder.empty();
    if (owns_folder) folder = (std::filesystem::temp_directory_path() / name).string();
    std::filesystem::create_directories(folder);
    if (pair == Pair::postgres) {
      schema = name;
      stores.ledger = must(sql::open_postgres({postgres_conninfo(), schema, 6}));
      stores.warehouse = stores.ledger;
    } else {
      stores.ledger = must(sql::open_sqlite({folder + "/ledger.db"}));
      sql::DuckdbOptions duckdb;
      duckdb.path = folder + "/warehouse.duckdb";
      duckdb.memory_limit_mb = 500;
      stores.warehouse = must(sql::open_duckdb(duckdb));
    }
    must(sql::migrate(*stores.ledger, "audit", audit_migrations()));
    must(sql::migrate(*stores.ledger, "directory", directory_migrations()));
  }
  TestStores(const TestStores&) = delete;
  ~TestStores() {
    stores = {};
    if (pair == Pair::postgres) {
      const auto database = must(sql::open_postgres({postgres_conninfo(), "", 1}));
      must(database->write(
          [&](sql::Connection& connection) { return connection.script("DROP SCHEMA IF EXISTS " + sql::quote_identifier(schema) + " CASCADE;"); }));
    }
    if (owns_folder) std::filesystem::remove_all(folder);
  }

  Pair pair;
  std::string folder, schema;
  bool owns_folder = false;
  sql::Stores stores;
};

// Loads packs from folders, and tells every finding if they are not good.
inline std::shared_ptr<const pack::Catalogue> load_packs(const std::vector<std::string>& folders) {
  auto loaded = pack::Catalogue::load(folders);
  if (!loaded.ok()) {
    for (const auto& detail : loaded.error().details) MESSAGE(detail.to_string());
  }
  return must(std::move(loaded));
}

// The same for one pack's text.
inline std::shared_ptr<const pack::Catalogue> load_pack(const std::string& folder, const char* text) {
  std::filesystem::create_directories(folder + "/pack");
  std::ofstream(folder + "/pack/pack.yaml", std::ios::binary) << text;
  return load_packs({folder + "/pack"});
}

// A directory whose passwords cost nearly nothing.
inline std::unique_ptr<directory::Directory> open_directory(const sql::Stores& stores, const Clock& clock) {
  directory::Options options;
  options.password_cost = {1, 8192};
  return must(directory::Directory::create(stores, clock, options));
}

inline directory::OrgNo add_org(directory::Directory& directory, directory::OrgKind kind, directory::OrgNo parent, const std::string& code,
                                const std::string& title) {
  return must(
             directory.create_org(directory::Principal::system(),
                                  {.parent = parent, .kind = kind, .code = code, .title = title, .valid_from = Date::from_ymd(2020, 1, 1), .id = {}}))
      .no;
}

// Runs a test in a fresh world on each pair.
template <class World>
void on_each_pair_of(const std::function<void(World& world)>& test) {
  {
    INFO("SQLite and DuckDB");
    World world(Pair::sqlite_duckdb);
    test(world);
  }
  if (postgres_conninfo().empty()) return;
  INFO("PostgreSQL");
  World world(Pair::postgres);
  test(world);
}

}  // namespace banmo::test
