// SPDX-License-Identifier: Apache-2.0
// The stores that the tests of this room run on: one of each driver, in a fresh folder or schema that is gone afterwards.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sql/sql.h"

namespace banmo::sql::test {

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// BANMO_TEST_PG; empty if it says "skip", a failure of the test if it is not set.
std::string postgres_conninfo();
// A schema of its own, dropped at the end.
class Schema {
 public:
  Schema();
  ~Schema();
  Schema(const Schema&) = delete;
  PostgresOptions options(size_t n_connections = 8) const { return {postgres_conninfo(), name_, n_connections}; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

std::unique_ptr<Database> must(Result<std::unique_ptr<Database>> opened);
void must(const Result<>& done);

// Runs `test` on each driver in turn, with `n_readers` connections.
void on_each_store(const std::function<void(Database& database)>& test, size_t n_readers = 8);

// query() on a leased connection that must succeed.
Rows rows_of(Database& database, std::string_view statement, const Values& parameters = {});
int64_t int_from(Database& database, std::string_view statement, const Values& parameters = {});
// One statement in a change of its own.
Result<> run(Database& database, std::string_view statement, const Values& parameters = {});
Result<> run_script(Database& database, std::string_view statements);

}  // namespace banmo::sql::test
