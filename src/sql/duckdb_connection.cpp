// SPDX-License-Identifier: Apache-2.0
#include "sql/duckdb_connection.h"

#include <duckdb.h>

#include <cmath>

#include "sql/convert.h"

namespace banmo::sql {
namespace {

struct Freed {
  void operator()(char* text) const { duckdb_free(text); }
};

std::string parameter_name(duckdb_prepared_statement statement, idx_t at) {
  const std::unique_ptr<char, Freed> name(const_cast<char*>(duckdb_parameter_name(statement, at)));
  return name ? std::string(name.get()) : std::string();
}

void describe(DuckdbStatement& statement) {
  statement.kind = duckdb_prepared_statement_type(statement.handle);
  const idx_t n = duckdb_nparams(statement.handle);
  for (idx_t at = 1; at <= n; ++at) {
    const int number = parameter_number(parameter_name(statement.handle, at).c_str());
    statement.numbers.push_back(number);
    statement.types.push_back(duckdb_param_type(statement.handle, at));
    statement.n_parameters = std::max(statement.n_parameters, static_cast<size_t>(number));
  }
}

void describe_labels(DuckdbColumn& column, duckdb_logical_type type) {
  column.stored_as = duckdb_enum_internal_type(type);
  const uint32_t n = duckdb_enum_dictionary_size(type);
  for (uint32_t i = 0; i < n; ++i) column.labels.emplace_back(std::unique_ptr<char, Freed>(duckdb_enum_dictionary_value(type, i)).get());
}

DuckdbColumn column_of(duckdb_result& result, idx_t at) {
  DuckdbColumn column;
  column.type = duckdb_column_type(&result, at);
  if (column.type != DUCKDB_TYPE_DECIMAL && column.type != DUCKDB_TYPE_ENUM) return column;
  duckdb_logical_type type = duckdb_column_logical_type(&result, at);
  if (column.type == DUCKDB_TYPE_DECIMAL) {
    column.stored_as = duckdb_decimal_internal_type(type);
    column.divisor = std::pow(10.0, duckdb_decimal_scale(type));
  } else {
    describe_labels(column, type);
  }
  duckdb_destroy_logical_type(&type);
  return column;
}

class Chunk {
 public:
  explicit Chunk(duckdb_data_chunk handle) : handle_(handle) {}
  ~Chunk() {
    if (handle_ != nullptr) duckdb_destroy_data_chunk(&handle_);
  }
  Chunk(const Chunk&) = delete;
  duckdb_data_chunk get() const { return handle_; }
  duckdb_vector vector(idx_t column) const { return duckdb_data_chunk_get_vector(handle_, column); }
  size_t size() const { return duckdb_data_chunk_get_size(handle_); }

 private:
  duckdb_data_chunk handle_;
};

class Appender {
 public:
  ~Appender() {
    if (handle_ != nullptr) duckdb_appender_destroy(&handle_);
  }
  Appender() = default;
  Appender(const Appender&) = delete;
  duckdb_appender* out() { return &handle_; }
  duckdb_appender get() const { return handle_; }

 private:
  duckdb_appender handle_ = nullptr;
};

duckdb_data_chunk make_chunk(const std::vector<int>& types) {
  std::vector<duckdb_logical_type> logical;
  for (const int type : types) logical.push_back(duckdb_create_logical_type(static_cast<duckdb_type>(type)));
  duckdb_data_chunk chunk = duckdb_create_data_chunk(logical.data(), logical.size());
  for (auto& type : logical) duckdb_destroy_logical_type(&type);
  return chunk;
}

// The appender's words lack the kind of the error, which ours are read by.
std::string words_of(duckdb_appender appender) {
  duckdb_error_data data = duckdb_appender_error_data(appender);
  const duckdb_error_type type = duckdb_error_data_error_type(data);
  const char* const words = duckdb_error_data_message(data);
  std::string told = type == DUCKDB_ERROR_CONSTRAINT ? "Constraint Error: " : type == DUCKDB_ERROR_CONVERSION ? "Conversion Error: " : "";
  if (words != nullptr) told += words;
  duckdb_destroy_error_data(&data);
  return told;
}

}  // namespace

constexpr int kMostBegins = 3;

class DuckdbConnection::Outcome {
 public:
  ~Outcome() { duckdb_destroy_result(&result); }
  Outcome() = default;
  Outcome(const Outcome&) = delete;
  duckdb_result result{};
};

// A reader plans and runs a statement in one transaction, whose snapshot is taken at BEGIN (immediate_transaction_mode): otherwise a commit between
// the two would let a plan that rests on the old statistics run on the new rows. A change has its own transaction already. Must outlive the result.
class DuckdbConnection::Snapshot {
 public:
  explicit Snapshot(DuckdbConnection& connection) : connection_(connection) {}
  ~Snapshot() {
    if (open_) (void)connection_.control("ROLLBACK");  // nothing was changed
  }
  Snapshot(const Snapshot&) = delete;
  Result<> take() {
    if (connection_.role_ == Role::writer) return {};
    connection_.generation_before_ = connection_.generation_;
    auto begun = connection_.control("BEGIN TRANSACTION");
    // An interrupt may have met the last ROLLBACK, which then left its transaction open; and may meet this one.
    for (int n = 0; n < kMostBegins && !begun.ok(); ++n) {
      (void)connection_.control("ROLLBACK");
      begun = connection_.control("BEGIN TRANSACTION");
    }
    if (!begun.ok() && begun.error().cause.starts_with("TransactionContext Error")) begun = error_of(Fault::interrupted, "before it began");
    open_ = begun.ok();
    return begun;
  }

 private:
  DuckdbConnection& connection_;
  bool open_ = false;
};

DuckdbStatement::~DuckdbStatement() { duckdb_destroy_prepare(&handle); }

Result<std::unique_ptr<DuckdbConnection>> DuckdbConnection::open(_duckdb_database* database, Role role, std::atomic<bool>& invalidated,
                                                                 const std::atomic<uint64_t>& generation, Watchdog& watchdog) {
  duckdb_connection handle = nullptr;
  if (duckdb_connect(database, &handle) != DuckDBSuccess) return error_of(Fault::cannot_open, "duckdb_connect");
  auto connection = std::make_unique<DuckdbConnection>(handle, role, invalidated, generation, watchdog);
  // Progress is only measured while its bar is on (it is not printed), which costs short queries a tenth of their time: so for changes only.
  if (role == Role::writer) {
    BANMO_DO(connection->control("SET enable_progress_bar=true"));
    BANMO_DO(connection->control("SET enable_progress_bar_print=false"));
    BANMO_DO(connection->control("SET progress_bar_time=0"));
  }
  return connection;
}

DuckdbConnection::DuckdbConnection(_duckdb_connection* handle, Role role, std::atomic<bool>& invalidated, const std::atomic<uint64_t>& generation,
                                   Watchdog& watchdog)
    : handle_(handle), role_(role), invalidated_(invalidated), generation_(generation), watchdog_(watchdog) {}

DuckdbConnection::~DuckdbConnection() {
  cache_.clear();
  not_cached_.reset();
  duckdb_disconnect(&handle_);
}

Error DuckdbConnection::error_here(const char* words, std::string_view statement) {
  const std::string_view given = words != nullptr ? std::string_view(words) : std::string_view();
  if (given.starts_with("FATAL") || given.find("has been invalidated") != std::string_view::npos) invalidated_ = true;
  return duckdb_error(words, statement);
}

Result<> DuckdbConnection::allow(int kind, std::string_view text) const {
  if (kind == DUCKDB_STATEMENT_TYPE_TRANSACTION) return error_of(Fault::transaction_in_change, std::string(text.substr(0, 200)));
  if (role_ == Role::writer) return {};
  switch (kind) {
    case DUCKDB_STATEMENT_TYPE_SELECT:
    case DUCKDB_STATEMENT_TYPE_EXPLAIN:
    case DUCKDB_STATEMENT_TYPE_PRAGMA:
    case DUCKDB_STATEMENT_TYPE_SET:
    case DUCKDB_STATEMENT_TYPE_VARIABLE_SET: return {};
    default: return error_of(Fault::read_only, std::string(text.substr(0, 200)));
  }
}

// A kept plan is used only if no commit has begun since before the snapshot it was planned on.
Result<DuckdbStatement*> DuckdbConnection::prepared(std::string_view text) {
  const uint64_t now = generation_;
  const bool settled = role_ == Role::reader && now % 2 == 0;
  if (now != cached_generation_) {
    cache_.clear();
    cached_generation_ = now;
  }
  if (settled) {
    if (auto* found = cache_.find(text)) return found->get();
  }
  auto statement = std::make_unique<DuckdbStatement>();
  if (duckdb_prepare(handle_, std::string(text).c_str(), &statement->handle) != DuckDBSuccess)
    return error_here(duckdb_prepare_error(statement->handle), text);
  describe(*statement);
  BANMO_DO(allow(statement->kind, text));
  if (settled && now == generation_before_ && worth_caching(text)) return cache_.put(text, std::move(statement))->get();
  not_cached_ = std::move(statement);
  return not_cached_.get();
}

Result<> DuckdbConnection::start(Outcome& outcome, std::string_view text, const Values& parameters, Mode mode) {
  BANMO_TRY(DuckdbStatement* const statement, prepared(text));
  if (parameters.size() != statement->n_parameters)
    return error_of(Fault::parameter_count, cause_of(std::to_string(parameters.size()) + " given", text));
  for (size_t i = 0; i < statement->numbers.size(); ++i) {
    const Value& value = parameters[static_cast<size_t>(statement->numbers[i] - 1)];
    if (!duckdb_bind(statement->handle, i + 1, statement->types[i], value))
      return error_of(Fault::bad_value, cause_of("$" + std::to_string(statement->numbers[i]), text));
  }
  const auto state = mode == Mode::whole ? duckdb_execute_prepared(statement->handle, &outcome.result)
                                         : duckdb_execute_prepared_streaming(statement->handle, &outcome.result);
  if (state == DuckDBSuccess) return {};
  Error error = error_here(duckdb_result_error(&outcome.result), text);
  cache_.erase(text);
  return error;
}

template <class OnCells>
Result<> DuckdbConnection::read(Outcome& outcome, std::string_view text, const OnCells& on_cells) {
  duckdb_result& result = outcome.result;
  std::vector<DuckdbColumn> columns;
  for (idx_t i = 0; i < duckdb_column_count(&result); ++i) {
    columns.push_back(column_of(result, i));
    if (!duckdb_can_read(columns.back().type)) return error_of(Fault::unsupported_type, cause_of(duckdb_column_name(&result, i), text));
  }
  for (;;) {
    const Chunk chunk(duckdb_fetch_chunk(result));
    if (chunk.get() == nullptr) break;
    const size_t n = chunk.size();
    for (size_t i = 0; i < columns.size(); ++i) duckdb_point_at(columns[i], chunk.vector(i));
    for (size_t row = 0; row < n; ++row) BANMO_DO(on_cells(columns, row));
  }
  if (const char* words = duckdb_result_error(&result); words != nullptr && *words != 0) return error_here(words, text);
  return {};
}

Result<Rows> DuckdbConnection::query(std::string_view statement, const Values& parameters) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use, std::string(statement.substr(0, 200)));
  BANMO_DO(check_deadline());
  Snapshot snapshot(*this);
  BANMO_DO(snapshot.take());
  Outcome outcome;
  const Watchdog::Watch watch(watchdog_, *this);
  BANMO_DO(start(outcome, statement, parameters, Mode::whole));
  Rows rows;
  for (idx_t i = 0; i < duckdb_column_count(&outcome.result); ++i) rows.columns.emplace_back(duckdb_column_name(&outcome.result, i));
  BANMO_DO(read(outcome, statement, [&rows](const std::vector<DuckdbColumn>& columns, size_t at) -> Result<> {
    Values& row = rows.rows.emplace_back(columns.size());
    for (size_t i = 0; i < columns.size(); ++i) duckdb_read_cell(row[i], columns[i], at);
    return {};
  }));
  return rows;
}

Result<> DuckdbConnection::each(std::string_view statement, const Values& parameters, const std::function<Result<>(const Values& row)>& row) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use, std::string(statement.substr(0, 200)));
  BANMO_DO(check_deadline());
  Snapshot snapshot(*this);
  BANMO_DO(snapshot.take());
  Outcome outcome;
  const Watchdog::Watch watch(watchdog_, *this);
  BANMO_DO(start(outcome, statement, parameters, Mode::streamed));
  Values values;
  return read(outcome, statement, [&](const std::vector<DuckdbColumn>& columns, size_t at) -> Result<> {
    values.resize(columns.size());
    for (size_t i = 0; i < columns.size(); ++i) duckdb_read_cell(values[i], columns[i], at);
    return row(values);
  });
}

Result<int64_t> DuckdbConnection::execute(std::string_view statement, const Values& parameters) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use, std::string(statement.substr(0, 200)));
  BANMO_DO(check_deadline());
  Snapshot snapshot(*this);
  BANMO_DO(snapshot.take());
  Outcome outcome;
  const Watchdog::Watch watch(watchdog_, *this);
  BANMO_DO(start(outcome, statement, parameters, Mode::whole));
  return static_cast<int64_t>(duckdb_rows_changed(&outcome.result));
}

Result<> DuckdbConnection::script(std::string_view statements) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use);
  BANMO_DO(check_deadline());
  const Watchdog::Watch watch(watchdog_, *this);
  struct Extracted {
    duckdb_extracted_statements handle = nullptr;
    ~Extracted() { duckdb_destroy_extracted(&handle); }
  } extracted;
  const idx_t n = duckdb_extract_statements(handle_, std::string(statements).c_str(), &extracted.handle);
  if (const char* words = duckdb_extract_statements_error(extracted.handle); words != nullptr) return error_here(words, statements);
  for (idx_t i = 0; i < n; ++i) {
    DuckdbStatement statement;
    if (duckdb_prepare_extracted_statement(handle_, extracted.handle, i, &statement.handle) != DuckDBSuccess)
      return error_here(duckdb_prepare_error(statement.handle), statements);
    BANMO_DO(allow(duckdb_prepared_statement_type(statement.handle), statements));
    Outcome outcome;
    if (duckdb_execute_prepared(statement.handle, &outcome.result) != DuckDBSuccess)
      return error_here(duckdb_result_error(&outcome.result), statements);
  }
  return {};
}

Result<int64_t> DuckdbConnection::append(std::string_view table, const std::vector<std::string>& columns,
                                         const std::function<Result<bool>(Values& row)>& next) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use);
  if (role_ == Role::reader) return error_of(Fault::read_only, "append");
  BANMO_DO(check_deadline());
  Appender appender;
  const std::string name(table);
  if (duckdb_appender_create(handle_, nullptr, name.c_str(), appender.out()) != DuckDBSuccess)
    return error_here(words_of(appender.get()).c_str(), "append to " + name);
  for (const std::string& column : columns) {
    if (duckdb_appender_add_column(appender.get(), column.c_str()) != DuckDBSuccess) return error_of(Fault::no_such_column, name + "." + column);
  }
  std::vector<int> types;
  for (idx_t i = 0; i < columns.size(); ++i) {
    duckdb_logical_type type = duckdb_appender_column_type(appender.get(), i);
    types.push_back(duckdb_written_as(duckdb_get_type_id(type)));
    duckdb_destroy_logical_type(&type);
  }
  return append_all(appender.get(), std::move(types), next);
}

Result<int64_t> DuckdbConnection::append_all(_duckdb_appender* appender, std::vector<int> types,
                                             const std::function<Result<bool>(Values& row)>& next) {
  const Chunk chunk(make_chunk(types));
  const idx_t capacity = duckdb_vector_size();
  Values row(types.size());
  int64_t n_rows = 0;
  for (bool more = true; more;) {
    BANMO_DO(check_deadline());
    duckdb_data_chunk_reset(chunk.get());
    idx_t n = 0;
    for (; n < capacity; ++n) {
      BANMO_TRY(const bool got, next(row));
      more = got;
      if (!more) break;
      if (row.size() != types.size()) return error_of(Fault::parameter_count, "append: the row was resized");
      for (size_t i = 0; i < types.size(); ++i) {
        if (!duckdb_write_cell(chunk.vector(i), types[i], n, row[i])) return error_of(Fault::bad_value, "append: column " + std::to_string(i + 1));
      }
    }
    duckdb_data_chunk_set_size(chunk.get(), n);
    if (n > 0 && duckdb_append_data_chunk(appender, chunk.get()) != DuckDBSuccess) return error_here(words_of(appender).c_str(), "append");
    n_rows += static_cast<int64_t>(n);
  }
  if (duckdb_appender_close(appender) != DuckDBSuccess) return error_here(words_of(appender).c_str(), "append");
  return n_rows;
}

void DuckdbConnection::interrupt() { duckdb_interrupt(handle_); }

double DuckdbConnection::progress() const {
  const double percentage = duckdb_query_progress(handle_).percentage;
  return percentage < 0 ? -1 : percentage / 100;
}

Result<> DuckdbConnection::control(std::string_view statement) {
  Outcome outcome;
  if (duckdb_query(handle_, std::string(statement).c_str(), &outcome.result) != DuckDBSuccess)
    return error_here(duckdb_result_error(&outcome.result), statement);
  return {};
}

}  // namespace banmo::sql
