// SPDX-License-Identifier: Apache-2.0
// One SQLite connection with its prepared statements. Private to sql/. Not thread-safe, but for interrupt().
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sql/driver.h"
#include "sql/sql.h"

struct sqlite3;
struct sqlite3_stmt;

namespace banmo::sql {

// How a column's declared type changes what SQLite stores.
enum class SqliteColumn : uint8_t { plain, boolean, date, instant, decimal };

struct SqliteStatement {
  sqlite3_stmt* handle = nullptr;
  std::vector<int> numbers;  // of each parameter: $3 is 3
  size_t n_parameters = 0;   // the highest number
  std::vector<std::string> names;
  std::vector<SqliteColumn> columns;
  int n_prepared_again = 0;  // SQLite prepares again after a change of the schema; columns may differ then

  SqliteStatement() = default;
  SqliteStatement(const SqliteStatement&) = delete;
  ~SqliteStatement();
};

class SqliteConnection final : public Connection {
 public:
  enum class Role { reader, writer };
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Role role);
  explicit SqliteConnection(sqlite3* handle);
  ~SqliteConnection() override;

  Dialect dialect() const override { return Dialect::sqlite; }
  Result<Rows> query(std::string_view statement, const Values& parameters) override;
  Result<> each(std::string_view statement, const Values& parameters, const std::function<Result<>(const Values& row)>& row) override;
  Result<int64_t> execute(std::string_view statement, const Values& parameters) override;
  Result<> script(std::string_view statements) override;
  Result<int64_t> append(std::string_view table, const std::vector<std::string>& columns,
                         const std::function<Result<bool>(Values& row)>& next) override;
  void interrupt() override;

  // For the writer and the pool.
  sqlite3* handle() const { return handle_; }
  bool in_transaction() const;
  Result<> control(std::string_view statement);  // BEGIN, COMMIT, SAVEPOINT …: a change itself may not run these
  void end_open_transaction();                   // a reader that goes back to the pool holds no snapshot
  // The worst fault since the last call: disk_full, io (something was not written), or nothing.
  std::optional<Fault> take_fault();
  Error note_error(int code) { return error_here(code, {}); }  // after a call on handle() failed

  static constexpr int kBusyTimeoutMs = 10'000;

 private:
  class Running;
  Result<SqliteStatement*> prepared(std::string_view text);
  template <class OnRow>
  Result<> run(std::string_view text, const Values& parameters, std::vector<std::string>* columns, Values* reused, const OnRow& on_row);
  template <class OnRow>
  Result<> step_all(SqliteStatement& statement, std::string_view text, std::vector<std::string>* columns, Values* reused, const OnRow& on_row);
  Error error_here(int code, std::string_view statement);
  static int look_at_deadline(void* self);
  static int authorize(void* self, int action, const char* a, const char* b, const char* c, const char* d);

  sqlite3* handle_;
  StatementCache<std::unique_ptr<SqliteStatement>> cache_{kMaxStatements};
  std::unique_ptr<SqliteStatement> not_cached_;
  Values reused_row_;
  bool in_use_ = false;
  bool controlling_ = false;
  std::optional<Fault> fault_;

  static constexpr size_t kMaxStatements = 128;
  static constexpr int kStepsBetweenLooks = 10'000;  // of SQLite's machine: well under a millisecond
};

}  // namespace banmo::sql
