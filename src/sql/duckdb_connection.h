// SPDX-License-Identifier: Apache-2.0
// One DuckDB connection with its prepared statements. Private to sql/. Not thread-safe, but for interrupt() and progress().
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "sql/driver.h"
#include "sql/duckdb_values.h"
#include "sql/sql.h"
#include "sql/watchdog.h"

struct _duckdb_connection;
struct _duckdb_database;
struct _duckdb_appender;

namespace banmo::sql {

struct DuckdbStatement {
  _duckdb_prepared_statement* handle = nullptr;
  int kind = 0;              // duckdb_statement_type
  std::vector<int> numbers;  // of each parameter: $3 is 3
  std::vector<int> types;    // that each parameter is expected to have, as far as DuckDB knows
  size_t n_parameters = 0;   // the highest number

  DuckdbStatement() = default;
  DuckdbStatement(const DuckdbStatement&) = delete;
  ~DuckdbStatement();
};

class DuckdbConnection final : public Connection {
 public:
  enum class Role { reader, writer };
  // `generation` grows by one before and by one after every commit (odd: one is under way). A prepared plan rests on the statistics of its time
  // (value ranges, group counts), so it is not used on later data.
  static Result<std::unique_ptr<DuckdbConnection>> open(_duckdb_database* database, Role role, std::atomic<bool>& invalidated,
                                                        const std::atomic<uint64_t>& generation, Watchdog& watchdog);
  DuckdbConnection(_duckdb_connection* handle, Role role, std::atomic<bool>& invalidated, const std::atomic<uint64_t>& generation,
                   Watchdog& watchdog);
  ~DuckdbConnection() override;

  Dialect dialect() const override { return Dialect::duckdb; }
  Result<Rows> query(std::string_view statement, const Values& parameters) override;
  Result<> each(std::string_view statement, const Values& parameters, const std::function<Result<>(const Values& row)>& row) override;
  Result<int64_t> execute(std::string_view statement, const Values& parameters) override;
  Result<> script(std::string_view statements) override;
  Result<int64_t> append(std::string_view table, const std::vector<std::string>& columns,
                         const std::function<Result<bool>(Values& row)>& next) override;
  void interrupt() override;
  double progress() const override;

  Result<> control(std::string_view statement);  // BEGIN, COMMIT, CHECKPOINT, ATTACH …: a change itself may not run these

 private:
  enum class Mode { whole, streamed };
  class Outcome;  // a duckdb_result
  class Snapshot;
  Result<DuckdbStatement*> prepared(std::string_view text);
  Result<> start(Outcome& outcome, std::string_view text, const Values& parameters, Mode mode);
  template <class OnCells>
  Result<> read(Outcome& outcome, std::string_view text, const OnCells& on_cells);
  Result<> allow(int kind, std::string_view text) const;
  Result<int64_t> append_all(_duckdb_appender* appender, std::vector<int> types, const std::function<Result<bool>(Values& row)>& next);
  Error error_here(const char* words, std::string_view statement);

  _duckdb_connection* handle_;
  Role role_;
  std::atomic<bool>& invalidated_;  // set after an error that DuckDB itself answers by refusing everything until the file is opened again
  const std::atomic<uint64_t>& generation_;
  Watchdog& watchdog_;
  uint64_t generation_before_ = 0;  // the snapshot of the statement that runs
  uint64_t cached_generation_ = 0;
  StatementCache<std::unique_ptr<DuckdbStatement>> cache_{
      kMaxStatements};  // of readers only: a writer's plans are out of date after its own statements
  std::unique_ptr<DuckdbStatement> not_cached_;
  bool in_use_ = false;

  static constexpr size_t kMaxStatements = 64;
};

}  // namespace banmo::sql
