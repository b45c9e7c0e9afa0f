// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite_connection.h"

#include <sqlite3.h>

#include <cerrno>

#include "sql/convert.h"

namespace banmo::sql {

static_assert(SQLITE_VERSION_NUMBER >= 3051003, "older versions lose rows when another thread checkpoints the WAL");

namespace {

SqliteColumn column_of(const char* declared) {
  if (declared == nullptr) return SqliteColumn::plain;
  std::string type;
  for (const char* c = declared; *c != 0; ++c) type += static_cast<char>(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
  if (type.starts_with("BOOL")) return SqliteColumn::boolean;
  if (type == "DATE") return SqliteColumn::date;
  if (type.starts_with("TIMESTAMP") || type == "DATETIME") return SqliteColumn::instant;
  if (type.starts_with("DECIMAL") || type.starts_with("NUMERIC")) return SqliteColumn::decimal;
  return SqliteColumn::plain;
}

void describe_columns(SqliteStatement& statement) {
  const int n = sqlite3_column_count(statement.handle);
  statement.names.clear();
  statement.columns.clear();
  for (int i = 0; i < n; ++i) {
    statement.names.emplace_back(sqlite3_column_name(statement.handle, i));
    statement.columns.push_back(column_of(sqlite3_column_decltype(statement.handle, i)));
  }
  statement.n_prepared_again = sqlite3_stmt_status(statement.handle, SQLITE_STMTSTATUS_REPREPARE, 0);
}

void describe_parameters(SqliteStatement& statement) {
  const int n = sqlite3_bind_parameter_count(statement.handle);
  for (int i = 1; i <= n; ++i) {
    const int number = parameter_number(sqlite3_bind_parameter_name(statement.handle, i));
    statement.numbers.push_back(number);
    statement.n_parameters = std::max(statement.n_parameters, static_cast<size_t>(number));
  }
}

int bind_one(sqlite3_stmt* handle, int at, const Value& value) {
  if (is_null(value)) return sqlite3_bind_null(handle, at);
  if (const auto* number = std::get_if<int64_t>(&value)) return sqlite3_bind_int64(handle, at, *number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (text->find('\0') != std::string::npos) return SQLITE_MISMATCH;  // SQLite's functions end a text there, and PostgreSQL takes none
    return sqlite3_bind_text64(handle, at, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* number = std::get_if<double>(&value)) return sqlite3_bind_double(handle, at, *number);
  if (const auto* flag = std::get_if<bool>(&value)) return sqlite3_bind_int64(handle, at, *flag ? 1 : 0);
  if (const auto* instant = std::get_if<Instant>(&value)) return sqlite3_bind_int64(handle, at, instant->micros);
  if (const auto* date = std::get_if<Date>(&value)) {
    const std::string iso = date->to_iso();
    return sqlite3_bind_text64(handle, at, iso.data(), iso.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  const auto& blob = std::get<Blob>(value);
  return blob.empty() ? sqlite3_bind_zeroblob(handle, at, 0) : sqlite3_bind_blob64(handle, at, blob.data(), blob.size(), SQLITE_STATIC);
}

// The values must outlive the run of the statement: texts and blobs are not copied.
int bind_all(SqliteStatement& statement, const Values& values) {
  for (size_t i = 0; i < statement.numbers.size(); ++i) {
    const int code = bind_one(statement.handle, static_cast<int>(i + 1), values[static_cast<size_t>(statement.numbers[i] - 1)]);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

std::string_view text_at(sqlite3_stmt* handle, int i) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle, i));
  return {text, static_cast<size_t>(sqlite3_column_bytes(handle, i))};
}

void read_int(Value& cell, int64_t number, SqliteColumn column) {
  if (column == SqliteColumn::instant) {
    cell = Instant{number};
  } else if (column == SqliteColumn::boolean && (number == 0 || number == 1)) {
    cell = number == 1;
  } else if (column == SqliteColumn::decimal) {
    cell = static_cast<double>(number);
  } else {
    cell = number;
  }
}

void read_text(Value& cell, std::string_view text, SqliteColumn column) {
  if (column == SqliteColumn::date) {
    if (const auto date = Date::parse_iso(text)) {
      cell = *date;
      return;
    }
  }
  set_text(cell, text);
}

void read_row(Values& row, const SqliteStatement& statement) {
  for (size_t i = 0; i < row.size(); ++i) {
    const int at = static_cast<int>(i);
    switch (sqlite3_column_type(statement.handle, at)) {
      case SQLITE_INTEGER: read_int(row[i], sqlite3_column_int64(statement.handle, at), statement.columns[i]); break;
      case SQLITE_FLOAT: row[i] = sqlite3_column_double(statement.handle, at); break;
      case SQLITE_TEXT: read_text(row[i], text_at(statement.handle, at), statement.columns[i]); break;
      case SQLITE_BLOB:
        set_blob(row[i], sqlite3_column_blob(statement.handle, at), static_cast<size_t>(sqlite3_column_bytes(statement.handle, at)));
        break;
      default: row[i] = std::monostate{};
    }
  }
}

Fault constraint_fault(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return Fault::unique_violation;
    case SQLITE_CONSTRAINT_FOREIGNKEY: return Fault::foreign_key_violation;
    case SQLITE_CONSTRAINT_NOTNULL: return Fault::not_null_violation;
    case SQLITE_CONSTRAINT_DATATYPE: return Fault::bad_value;
    default: return Fault::check_violation;
  }
}

Fault io_fault(int extended, int system_error) {
  if (extended == SQLITE_IOERR_SHMSIZE || system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG) return Fault::disk_full;
  return extended == SQLITE_IOERR_NOMEM ? Fault::out_of_memory : Fault::io;
}

Fault fault_of(int extended, int system_error) {
  switch (extended & 0xff) {
    case SQLITE_CONSTRAINT: return constraint_fault(extended);
    case SQLITE_IOERR: return io_fault(extended, system_error);
    case SQLITE_FULL: return Fault::disk_full;
    case SQLITE_INTERRUPT: return Fault::interrupted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Fault::busy;
    case SQLITE_NOMEM: return Fault::out_of_memory;
    case SQLITE_READONLY: return Fault::read_only;
    case SQLITE_AUTH: return Fault::transaction_in_change;
    case SQLITE_CANTOPEN: return Fault::cannot_open;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Fault::corrupt;
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE: return Fault::bad_value;
    default: return Fault::statement;
  }
}

bool only_reads_failed(int extended) {
  return extended == SQLITE_IOERR_READ || extended == SQLITE_IOERR_SHORT_READ || extended == SQLITE_IOERR_FSTAT;
}

}  // namespace

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, Role role) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | (role == Role::writer ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX, nullptr);
  auto connection = std::make_unique<SqliteConnection>(handle);
  if (code != SQLITE_OK) return error_of(Fault::cannot_open, handle != nullptr ? sqlite3_errmsg(handle) : "out of memory", path);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  sqlite3_progress_handler(handle, kStepsBetweenLooks, &SqliteConnection::look_at_deadline, connection.get());
  BANMO_DO(connection->script("PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=0; PRAGMA trusted_schema=OFF; PRAGMA synchronous=FULL"));
  if (role == Role::reader) {
    BANMO_DO(connection->script("PRAGMA query_only=ON; PRAGMA cache_size=-8192"));
    return connection;
  }
  BANMO_TRY(const Rows mode, connection->query("PRAGMA journal_mode=WAL", {}));
  if (mode.empty() || text_of(mode[0][0]) != "wal") return error_of(Fault::cannot_open, "the file system does not support WAL", path);
  BANMO_DO(connection->script("PRAGMA cache_size=-65536; PRAGMA journal_size_limit=67108864"));
  sqlite3_set_authorizer(handle, &SqliteConnection::authorize, connection.get());
  return connection;
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(handle); }

SqliteConnection::SqliteConnection(sqlite3* handle) : handle_(handle) {}

SqliteConnection::~SqliteConnection() {
  cache_.clear();
  not_cached_.reset();
  sqlite3_close_v2(handle_);
}

// A change may set savepoints, but BEGIN, COMMIT and ROLLBACK would end the transaction that it shares with others.
int SqliteConnection::authorize(void* self, int action, const char*, const char*, const char*, const char*) {
  return action == SQLITE_TRANSACTION && !static_cast<SqliteConnection*>(self)->controlling_ ? SQLITE_DENY : SQLITE_OK;
}

// Called by SQLite between the steps of a statement; not 0 interrupts it.
int SqliteConnection::look_at_deadline(void* self) { return !static_cast<SqliteConnection*>(self)->controlling_ && Deadline::over_here() ? 1 : 0; }

Error SqliteConnection::error_here(int code, std::string_view statement) {
  const int extended = sqlite3_extended_errcode(handle_);
  const Fault fault = fault_of((extended & 0xff) == (code & 0xff) ? extended : code, sqlite3_system_errno(handle_));
  if (fault == Fault::disk_full || (fault == Fault::io && !only_reads_failed(extended))) {
    if (fault_ != Fault::io) fault_ = fault;
  }
  return error_of(fault, cause_of(sqlite3_errmsg(handle_), statement));
}

Result<SqliteStatement*> SqliteConnection::prepared(std::string_view text) {
  if (auto* found = cache_.find(text)) return found->get();
  auto statement = std::make_unique<SqliteStatement>();
  const bool keep = worth_caching(text) || controlling_;
  const int code =
      sqlite3_prepare_v3(handle_, text.data(), static_cast<int>(text.size()), keep ? SQLITE_PREPARE_PERSISTENT : 0, &statement->handle, nullptr);
  if (code != SQLITE_OK) return error_here(code, text);
  if (statement->handle == nullptr) return error_of(Fault::statement, "an empty statement");
  describe_parameters(*statement);
  describe_columns(*statement);
  if (keep) return cache_.put(text, std::move(statement))->get();
  not_cached_ = std::move(statement);
  return not_cached_.get();
}

// Resets the statement however its run ends; one that is not kept is let go.
class SqliteConnection::Running {
 public:
  Running(SqliteConnection& connection, SqliteStatement* statement) : connection_(connection), statement_(statement) {}
  ~Running() {
    sqlite3_reset(statement_->handle);
    if (statement_ == connection_.not_cached_.get()) connection_.not_cached_.reset();
  }
  Running(const Running&) = delete;

 private:
  SqliteConnection& connection_;
  SqliteStatement* statement_;
};

template <class OnRow>
Result<> SqliteConnection::step_all(SqliteStatement& statement, std::string_view text, std::vector<std::string>* columns, Values* reused,
                                    const OnRow& on_row) {
  int code = sqlite3_step(statement.handle);
  if (sqlite3_stmt_status(statement.handle, SQLITE_STMTSTATUS_REPREPARE, 0) != statement.n_prepared_again) describe_columns(statement);
  if (columns != nullptr) *columns = statement.names;
  if (reused != nullptr) reused->resize(statement.columns.size());
  for (; code == SQLITE_ROW; code = sqlite3_step(statement.handle)) BANMO_DO(on_row(statement));
  if (code != SQLITE_DONE) return error_here(code, text);
  return {};
}

template <class OnRow>
Result<> SqliteConnection::run(std::string_view text, const Values& parameters, std::vector<std::string>* columns, Values* reused,
                               const OnRow& on_row) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use, std::string(text.substr(0, 200)));
  if (!controlling_) BANMO_DO(check_deadline());
  BANMO_TRY(SqliteStatement* const statement, prepared(text));
  const Running running(*this, statement);
  if (parameters.size() != statement->n_parameters)
    return error_of(Fault::parameter_count, cause_of(std::to_string(parameters.size()) + " given", text));
  if (const int code = bind_all(*statement, parameters); code != SQLITE_OK) return error_here(code, text);
  return step_all(*statement, text, columns, reused, on_row);
}

Result<Rows> SqliteConnection::query(std::string_view statement, const Values& parameters) {
  Rows rows;
  BANMO_DO(run(statement, parameters, &rows.columns, nullptr, [&rows](const SqliteStatement& at) -> Result<> {
    read_row(rows.rows.emplace_back(at.columns.size()), at);
    return {};
  }));
  return rows;
}

Result<> SqliteConnection::each(std::string_view statement, const Values& parameters, const std::function<Result<>(const Values& row)>& row) {
  return run(statement, parameters, nullptr, &reused_row_, [&](const SqliteStatement& at) -> Result<> {
    read_row(reused_row_, at);
    return row(reused_row_);
  });
}

Result<int64_t> SqliteConnection::execute(std::string_view statement, const Values& parameters) {
  const int64_t before = sqlite3_total_changes64(handle_);
  BANMO_DO(run(statement, parameters, nullptr, nullptr, [](const SqliteStatement&) -> Result<> { return {}; }));
  return sqlite3_total_changes64(handle_) == before ? 0 : sqlite3_changes64(handle_);
}

Result<> SqliteConnection::script(std::string_view statements) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use);
  BANMO_DO(check_deadline());
  const char* at = statements.data();
  const char* const end = at + statements.size();
  while (at < end) {
    SqliteStatement statement;
    const char* const start = at;
    const int code = sqlite3_prepare_v2(handle_, at, static_cast<int>(end - at), &statement.handle, &at);
    if (code != SQLITE_OK) return error_here(code, {start, static_cast<size_t>(end - start)});
    if (statement.handle == nullptr) continue;  // a comment or blanks
    const std::string_view text(start, static_cast<size_t>(at - start));
    BANMO_DO(step_all(statement, text, nullptr, nullptr, [](const SqliteStatement&) -> Result<> { return {}; }));
  }
  return {};
}

Result<int64_t> SqliteConnection::append(std::string_view table, const std::vector<std::string>& columns,
                                         const std::function<Result<bool>(Values& row)>& next) {
  std::string text = "INSERT INTO " + quote_identifier(table) + " (";
  std::string places;
  for (size_t i = 0; i < columns.size(); ++i) {
    text += (i == 0 ? "" : ", ") + quote_identifier(columns[i]);
    places += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
  }
  text += ") VALUES (" + places + ")";
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use);
  BANMO_DO(check_deadline());
  BANMO_TRY(SqliteStatement* const statement, prepared(text));
  const Running running(*this, statement);
  Values row(columns.size());
  for (int64_t n = 0;; ++n) {
    BANMO_TRY(const bool more, next(row));
    if (!more) return n;
    if (row.size() != columns.size()) return error_of(Fault::parameter_count, "append: the row was resized");
    int code = bind_all(*statement, row);
    if (code == SQLITE_OK) code = sqlite3_step(statement->handle);
    if (code != SQLITE_DONE) return error_here(code, text);
    sqlite3_reset(statement->handle);
  }
}

void SqliteConnection::interrupt() { sqlite3_interrupt(handle_); }

bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Result<> SqliteConnection::control(std::string_view statement) {
  const InUse controlling(controlling_);
  return run(statement, {}, nullptr, nullptr, [](const SqliteStatement&) -> Result<> { return {}; });
}

void SqliteConnection::end_open_transaction() {
  if (in_transaction() && !control("ROLLBACK").ok()) sqlite3_interrupt(handle_);
}

std::optional<Fault> SqliteConnection::take_fault() { return std::exchange(fault_, std::nullopt); }

}  // namespace banmo::sql
