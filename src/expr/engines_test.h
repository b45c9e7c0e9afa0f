// SPDX-License-Identifier: Apache-2.0
// For tests: SQLite, DuckDB and PostgreSQL side by side, and one spelling for what they answer.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "expr/expr.h"

namespace banmo::expr::testing {

struct Engine {
  std::string name;
  std::unique_ptr<sql::Database> database;
};

// A folder and a schema of its own, both gone at the end. PostgreSQL as BANMO_TEST_PG says; "skip" leaves it out.
class Engines {
 public:
  Engines();
  ~Engines();
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  // Makes a table of the fields (and `no`, which counts the rows from 0) on every engine. Decimals are DOUBLE if the
  // name begins with x, else DECIMAL(18,4); integers INTEGER if it begins with b, else BIGINT. Texts have a collation in PostgreSQL that is not by
  // code point.
  void make_table(const std::string& table, const std::vector<Field>& fields, const std::vector<sql::Values>& rows);

  std::vector<Engine> all;

 private:
  void add(std::string name, Result<std::unique_ptr<sql::Database>> opened);

  std::filesystem::path folder_;
  std::string schema_;
};

// One text for a value of a type, whatever form the driver gave it; doubles with their bits.
std::string canonical(const sql::Value& value, Type type);

}  // namespace banmo::expr::testing
