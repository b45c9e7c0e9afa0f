// SPDX-License-Identifier: Apache-2.0
// One interface to SQLite, PostgreSQL and DuckDB. Statements use $1..$n for parameters on all three, each of them at least once; nothing is ever
// pasted into a statement. Errors that callers act on: conflict "sql.unique_violation" "sql.foreign_key_violation"; invalid "sql.not_null_violation"
// "sql.check_violation" "sql.bad_value"; timeout "sql.interrupted"; storage_full "sql.disk_full"; unavailable "sql.fenced" "sql.busy"
// "sql.connection_lost" "sql.commit_unknown". All of them: faults.cpp. Statements, waits and changes that are not yet in their commit end with
// "sql.interrupted" when the Deadline of their thread (base/deadline.h) is over. A Database is thread-safe; a Connection belongs to the thread that
// leased it. No library header is visible here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace banmo::sql {

enum class Dialect { sqlite, postgres, duckdb };

using Blob = std::vector<uint8_t>;
// SQLite keeps bool as 0/1, Date as ISO text, Instant as integer microseconds, and gives Date, Instant and bool back for columns declared DATE,
// TIMESTAMP, BOOLEAN. DECIMAL/NUMERIC and HUGEINT columns are given back as double (cast them where 53 bits do not suffice); UUID columns as text.
using Value = std::variant<std::monostate, bool, int64_t, double, std::string, Blob, Date, Instant>;
using Values = std::vector<Value>;

inline bool is_null(const Value& value) { return value.index() == 0; }

// A whole small result. For large ones use Connection::each.
struct Rows {
  std::vector<std::string> columns;
  std::vector<Values> rows;
  bool empty() const { return rows.empty(); }
  size_t size() const { return rows.size(); }
  const Values& operator[](size_t i) const { return rows[i]; }
};

// Reads of one cell; the column's type is known to the caller, a null gives the fallback.
int64_t int_of(const Value& value, int64_t if_null = 0);
double double_of(const Value& value, double if_null = 0);
std::string text_of(const Value& value, std::string if_null = {});  // numbers, dates and instants are printed

class Connection {
 public:
  virtual ~Connection() = default;
  virtual Dialect dialect() const = 0;
  virtual Result<Rows> query(std::string_view statement, const Values& parameters = {}) = 0;
  // Streams: calls `row` for each row; an error from it ends the query. The Values are reused: copy what is kept. `row` must not use this connection.
  virtual Result<> each(std::string_view statement, const Values& parameters, const std::function<Result<>(const Values& row)>& row) = 0;
  // Runs one statement; number of rows changed.
  virtual Result<int64_t> execute(std::string_view statement, const Values& parameters = {}) = 0;
  // Runs several statements without parameters, separated by semicolons (migrations, generated DDL).
  virtual Result<> script(std::string_view statements) = 0;
  // Adds rows by the fastest way there is (DuckDB appender, COPY, one prepared insert). `next` fills the row (already sized to n columns) and says
  // whether there was one.
  virtual Result<int64_t> append(std::string_view table, const std::vector<std::string>& columns,
                                 const std::function<Result<bool>(Values& row)>& next) = 0;
  // Ends a statement that runs on another thread, with ErrorCode::timeout there. Thread-safe.
  virtual void interrupt() = 0;
  // Progress 0..1 of the statement that runs, negative if the driver cannot tell (only DuckDB can, and only of a change). Thread-safe.
  virtual double progress() const { return -1; }
};

// A connection lent to one thread; goes back to the pool when it dies.
class Lease {
 public:
  Lease(Connection* connection, std::function<void(Connection*)> give_back) : connection_(connection), give_back_(std::move(give_back)) {}
  Lease(Lease&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)), give_back_(std::move(other.give_back_)) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (connection_ != nullptr) give_back_(connection_);
  }
  Connection& operator*() const { return *connection_; }
  Connection* operator->() const { return connection_; }

 private:
  Connection* connection_;
  std::function<void(Connection*)> give_back_;
};

using Change = std::function<Result<>(Connection&)>;

class Database {
 public:
  virtual ~Database() = default;
  virtual Dialect dialect() const = 0;
  // A connection for reading. Waits for a free one up to the pool's time limit (ErrorCode::unavailable then). SQLite refuses writes on it.
  virtual Result<Lease> read() = 0;
  // Runs `change` in a transaction and returns after it is durable; an error from it rolls back this change only and is returned.
  // SQLite: changes of many threads share one commit and one fsync (one writer thread, a savepoint each). DuckDB: one at a time. PostgreSQL: a pooled
  // connection each, tried again on serialisation failure. On PostgreSQL, and on SQLite when a group is lost (full disk), `change` runs more than
  // once: it must not touch anything but its connection and what it overwrites.
  virtual Result<> write(const Change& change) = 0;
  // Makes the files on disk complete and small (WAL checkpoint). Called by backup and at shutdown.
  virtual Result<> checkpoint() = 0;
  // A consistent copy of the embedded file at `path` while others write; PostgreSQL answers unsupported (use its own tools).
  virtual Result<> copy_to(const std::string& path) = 0;
  // False after a failed fsync (fenced: writes refused until restart) or while the disk is full; reads go on. The next write that succeeds ends the
  // latter, so try: do not ask first.
  virtual bool writable() const = 0;
};

struct SqliteOptions {
  std::string path;  // a file; ":memory:" is not supported (readers would see another database)
  size_t n_readers = 8;
  size_t max_group = 512;  // changes in one commit
};
struct PostgresOptions {
  std::string conninfo;  // libpq: "host=/run/postgresql dbname=banmo"
  std::string schema;    // created if missing, set as search_path; empty: the default
  size_t n_connections = 8;
};
struct DuckdbOptions {
  std::string path;      // a file; empty: in memory
  size_t n_threads = 0;  // 0: as many as there are cores
  size_t memory_limit_mb = 1024;
  std::string temp_directory;  // spills; empty: beside the file
  size_t n_readers = 8;
};

Result<std::unique_ptr<Database>> open_sqlite(SqliteOptions options);
Result<std::unique_ptr<Database>> open_postgres(PostgresOptions options);
Result<std::unique_ptr<Database>> open_duckdb(DuckdbOptions options);

// The only two functions that quote. Identifier: "a""b". Literal: 'it''s' (for DDL, where parameters are not allowed).
std::string quote_identifier(std::string_view name);
std::string quote_literal(std::string_view text);

// The ledger and the warehouse together: what engines are constructed with. They may be one Database (PostgreSQL), held twice.
struct Stores {
  std::shared_ptr<Database> ledger;
  std::shared_ptr<Database> warehouse;
};

}  // namespace banmo::sql
