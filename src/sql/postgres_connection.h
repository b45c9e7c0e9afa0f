// SPDX-License-Identifier: Apache-2.0
// One PostgreSQL connection with its prepared statements. Private to sql/. Not thread-safe, but for interrupt().
#pragma once

#include <memory>
#include <string>

#include "sql/driver.h"
#include "sql/postgres_values.h"
#include "sql/sql.h"

struct pg_conn;
struct pg_result;
struct pg_cancel;

namespace banmo::sql {

struct PostgresStatement {
  std::string name;                  // at the server; empty: not kept
  std::vector<unsigned> parameters;  // types expected
  std::vector<unsigned> columns;     // types given
  std::vector<std::string> names;
};

class PostgresConnection final : public Connection {
 public:
  static Result<std::unique_ptr<PostgresConnection>> open(const PostgresOptions& options);
  explicit PostgresConnection(pg_conn* handle);
  ~PostgresConnection() override;

  Dialect dialect() const override { return Dialect::postgres; }
  Result<Rows> query(std::string_view statement, const Values& parameters) override;
  Result<> each(std::string_view statement, const Values& parameters, const std::function<Result<>(const Values& row)>& row) override;
  Result<int64_t> execute(std::string_view statement, const Values& parameters) override;
  Result<> script(std::string_view statements) override;
  Result<int64_t> append(std::string_view table, const std::vector<std::string>& columns,
                         const std::function<Result<bool>(Values& row)>& next) override;
  void interrupt() override;

  // For the database.
  Result<> control(const char* statement);  // BEGIN, COMMIT, ROLLBACK …: no deadline interrupts it
  bool alive();                             // false once the server has closed the connection
  bool idle() const;                        // no transaction open
  bool in_good_transaction() const;
  // True if a statement since the last call failed in a way that running the whole change again may mend.
  bool take_retry() { return std::exchange(retry_, false); }

 private:
  struct Cleared {
    void operator()(pg_result* result) const;
  };
  using Answer = std::unique_ptr<pg_result, Cleared>;

  Result<PostgresStatement*> prepared(std::string_view text);
  Result<> describe(PostgresStatement& statement, std::string_view text);
  Result<> encode(PostgresParameters& encoded, const PostgresStatement& statement, const Values& parameters, std::string_view text) const;
  Result<Answer> run(std::string_view text, const Values& parameters);
  Result<Answer> run_once(std::string_view text, const Values& parameters);
  Result<> stream(const PostgresStatement& statement, std::string_view text, const std::function<Result<>(const Values& row)>& row);
  Result<> copy_rows(const std::vector<unsigned>& types, const std::function<Result<bool>(Values& row)>& next);
  Answer next_answer();
  Answer last_answer();
  void drain(bool stop_first);
  void forget_evicted();
  Error error_here(const pg_result* result, std::string_view statement);

  pg_conn* handle_;
  pg_cancel* cancel_;
  std::vector<std::string> evicted_;  // names of statements that the server still keeps
  StatementCache<std::shared_ptr<PostgresStatement>> cache_{kMaxStatements};
  PostgresStatement not_cached_;
  int64_t n_prepared_ = 0;
  bool in_use_ = false;
  bool retry_ = false;
  bool plan_outdated_ = false;

  static constexpr size_t kMaxStatements = 128;
};

}  // namespace banmo::sql
