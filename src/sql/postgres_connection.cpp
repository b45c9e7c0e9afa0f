// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres_connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <charconv>

#include "sql/convert.h"

namespace banmo::sql {
namespace {

constexpr int kBinary = 1;
constexpr size_t kCopyBuffer = size_t{1} << 16;
constexpr int kLookMs = 50;                                  // at the deadline, while the server works
constexpr auto kTellAgain = std::chrono::milliseconds(500);  // it was told before it had begun

// What every session is set to. Reads are read-only by this default; write() begins its transactions READ WRITE.
constexpr const char* kSession =
    "SET TimeZone='UTC'; SET synchronous_commit=on; SET default_transaction_read_only=on; SET client_min_messages=warning; SET "
    "standard_conforming_strings=on; "
    "SET DateStyle='ISO, YMD'";

void read_row(Values& row, const PGresult* result, int at, const std::vector<unsigned>& types) {
  for (size_t i = 0; i < types.size(); ++i) {
    const int column = static_cast<int>(i);
    if (PQgetisnull(result, at, column) != 0) {
      row[i] = std::monostate{};
    } else {
      postgres_read_cell(row[i], types[i], PQgetvalue(result, at, column), PQgetlength(result, at, column));
    }
  }
}

int64_t n_changed(PGresult* result) {
  const std::string_view text = PQcmdTuples(result);
  int64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return PQresultStatus(result) == PGRES_COMMAND_OK || std::string_view(PQcmdStatus(result)).substr(0, 6) != "SELECT" ? n : 0;
}

std::string column_list(const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + quote_identifier(column);
  return list;
}

}  // namespace

void PostgresConnection::Cleared::operator()(pg_result* result) const { PQclear(result); }

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(const PostgresOptions& options) {
  const char* const keys[] = {"connect_timeout", "fallback_application_name", "dbname", "client_encoding", nullptr};
  const char* const values[] = {"10", "banmo", options.conninfo.c_str(), "UTF8", nullptr};
  auto connection = std::make_unique<PostgresConnection>(PQconnectdbParams(keys, values, 1));
  PGconn* const handle = connection->handle_;
  if (PQstatus(handle) != CONNECTION_OK) return error_of(Fault::cannot_open, handle != nullptr ? PQerrorMessage(handle) : "out of memory");
  connection->cancel_ = PQgetCancel(handle);
  PQsetNoticeProcessor(handle, [](void*, const char*) {}, nullptr);
  BANMO_DO(connection->script(kSession));
  if (!options.schema.empty()) BANMO_DO(connection->script("SET search_path TO " + quote_identifier(options.schema)));
  return connection;
}

PostgresConnection::PostgresConnection(pg_conn* handle) : handle_(handle), cancel_(nullptr) {}

PostgresConnection::~PostgresConnection() {
  PQfreeCancel(cancel_);
  PQfinish(handle_);
}

Error PostgresConnection::error_here(const pg_result* result, std::string_view statement) {
  const char* const state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const char* const words = result != nullptr ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
  if (state == nullptr)
    return error_of(PQstatus(handle_) == CONNECTION_BAD ? Fault::connection_lost : Fault::statement, cause_of(PQerrorMessage(handle_), statement));
  const std::string_view given = words != nullptr ? words : "";
  const Fault fault = postgres_fault_of(state);
  plan_outdated_ = given.starts_with("cached plan must not change result type");
  if (fault == Fault::serialization || plan_outdated_) retry_ = true;
  const std::string told = std::string(state) + " " + (fault == Fault::bad_value ? without_quoted(given) : std::string(given));
  return error_of(fault, cause_of(told, statement));
}

Result<> PostgresConnection::describe(PostgresStatement& statement, std::string_view text) {
  const Answer made(PQprepare(handle_, statement.name.c_str(), std::string(text).c_str(), 0, nullptr));
  if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) {
    statement.name.clear();  // nothing to forget there: DEALLOCATE would fail, and with it the transaction of that moment
    return error_here(made.get(), text);
  }
  const Answer described(PQdescribePrepared(handle_, statement.name.c_str()));
  if (PQresultStatus(described.get()) != PGRES_COMMAND_OK) return error_here(described.get(), text);
  for (int i = 0; i < PQnparams(described.get()); ++i) statement.parameters.push_back(PQparamtype(described.get(), i));
  for (int i = 0; i < PQnfields(described.get()); ++i) {
    statement.columns.push_back(PQftype(described.get(), i));
    statement.names.emplace_back(PQfname(described.get(), i));
    if (!postgres_can_read(statement.columns.back())) return error_of(Fault::unsupported_type, cause_of(statement.names.back(), text));
  }
  return {};
}

void PostgresConnection::forget_evicted() {
  if (PQtransactionStatus(handle_) == PQTRANS_INERROR) return;
  for (const std::string& name : std::exchange(evicted_, {})) Answer(PQexec(handle_, ("DEALLOCATE " + name).c_str()));
}

Result<PostgresStatement*> PostgresConnection::prepared(std::string_view text) {
  if (auto* found = cache_.find(text)) return found->get();
  if (!evicted_.empty()) forget_evicted();
  if (!worth_caching(text)) {
    not_cached_ = {};
    BANMO_DO(describe(not_cached_, text));
    return &not_cached_;
  }
  // The server keeps the statement until it is told to forget it, however our copy of it ends.
  std::shared_ptr<PostgresStatement> statement(new PostgresStatement, [this](PostgresStatement* last) {
    if (!last->name.empty()) evicted_.push_back(last->name);
    delete last;
  });
  statement->name = "banmo_" + std::to_string(++n_prepared_);
  BANMO_DO(describe(*statement, text));
  return cache_.put(text, std::move(statement))->get();
}

Result<> PostgresConnection::encode(PostgresParameters& encoded, const PostgresStatement& statement, const Values& parameters,
                                    std::string_view text) const {
  if (parameters.size() != statement.parameters.size())
    return error_of(Fault::parameter_count, cause_of(std::to_string(parameters.size()) + " given", text));
  if (!encoded.encode(parameters, statement.parameters)) return error_of(Fault::bad_value, cause_of("$" + std::to_string(encoded.bad()), text));
  return {};
}

// The next answer to what was sent, empty after the last. When the deadline of this thread is over, the server is told to stop: what it was doing
// then answers with an error, or had ended already.
PostgresConnection::Answer PostgresConnection::next_answer() {
  const Deadline* const deadline = Deadline::here();
  for (auto told = std::chrono::steady_clock::time_point(); deadline != nullptr && PQisBusy(handle_) != 0;) {
    (void)PQflush(handle_);
    pollfd socket{PQsocket(handle_), POLLIN, 0};
    if (poll(&socket, 1, kLookMs) > 0 && PQconsumeInput(handle_) == 0) break;
    const auto now = std::chrono::steady_clock::now();
    if (!deadline->over() || now - told < kTellAgain) continue;
    interrupt();
    told = now;
  }
  return Answer(PQgetResult(handle_));
}

PostgresConnection::Answer PostgresConnection::last_answer() {
  Answer last;
  while (Answer next = next_answer()) {
    last = std::move(next);
    if (PQresultStatus(last.get()) == PGRES_COPY_IN) break;
  }
  return last;
}

Result<PostgresConnection::Answer> PostgresConnection::run_once(std::string_view text, const Values& parameters) {
  BANMO_TRY(const PostgresStatement* const statement, prepared(text));
  PostgresParameters encoded;
  BANMO_DO(encode(encoded, *statement, parameters, text));
  const int sent = PQsendQueryPrepared(handle_, statement->name.c_str(), static_cast<int>(parameters.size()), encoded.values(), encoded.lengths(),
                                       encoded.formats(), kBinary);
  if (sent == 0) return error_here(nullptr, text);
  Answer answer = last_answer();
  const auto status = PQresultStatus(answer.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return error_here(answer.get(), text);
  return answer;
}

// After the schema changed, a kept plan is made anew; inside a transaction it is too late for that, and the change runs again.
Result<PostgresConnection::Answer> PostgresConnection::run(std::string_view text, const Values& parameters) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use, std::string(text.substr(0, 200)));
  BANMO_DO(check_deadline());
  auto answer = run_once(text, parameters);
  if (answer.ok() || !std::exchange(plan_outdated_, false)) return answer;
  cache_.erase(text);
  return PQtransactionStatus(handle_) == PQTRANS_IDLE ? run_once(text, parameters) : std::move(answer);
}

Result<Rows> PostgresConnection::query(std::string_view statement, const Values& parameters) {
  BANMO_TRY(const Answer answer, run(statement, parameters));
  Rows rows;
  std::vector<unsigned> types;
  for (int i = 0; i < PQnfields(answer.get()); ++i) {
    rows.columns.emplace_back(PQfname(answer.get(), i));
    types.push_back(PQftype(answer.get(), i));
  }
  const int n = PQntuples(answer.get());
  rows.rows.reserve(static_cast<size_t>(n));
  for (int at = 0; at < n; ++at) read_row(rows.rows.emplace_back(types.size()), answer.get(), at, types);
  return rows;
}

Result<int64_t> PostgresConnection::execute(std::string_view statement, const Values& parameters) {
  BANMO_TRY(const Answer answer, run(statement, parameters));
  return n_changed(answer.get());
}

Result<> PostgresConnection::each(std::string_view statement, const Values& parameters, const std::function<Result<>(const Values& row)>& row) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use, std::string(statement.substr(0, 200)));
  BANMO_DO(check_deadline());
  BANMO_TRY(const PostgresStatement* const ready, prepared(statement));
  PostgresParameters encoded;
  BANMO_DO(encode(encoded, *ready, parameters, statement));
  const bool in_transaction = PQtransactionStatus(handle_) == PQTRANS_INTRANS;
  const int sent = PQsendQueryPrepared(handle_, ready->name.c_str(), static_cast<int>(parameters.size()), encoded.values(), encoded.lengths(),
                                       encoded.formats(), kBinary);
  if (sent == 0) return error_here(nullptr, statement);
  PQsetSingleRowMode(handle_);
  struct Drained {
    PostgresConnection* self;
    bool stop_first;
    ~Drained() { self->drain(stop_first); }
  } const drained{this, !in_transaction};
  auto done = stream(*ready, statement, row);
  if (std::exchange(plan_outdated_, false)) cache_.erase(statement);
  return done;
}

Result<> PostgresConnection::stream(const PostgresStatement& statement, std::string_view text,
                                    const std::function<Result<>(const Values& row)>& row) {
  const std::vector<unsigned> types = statement.columns;
  Values values(types.size());
  for (;;) {
    const Answer answer = next_answer();
    if (!answer) return {};
    const auto status = PQresultStatus(answer.get());
    if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return error_here(answer.get(), text);
    BANMO_DO(check_deadline());  // rows may come faster than they are taken, so that next_answer never waits
    for (int at = 0; at < PQntuples(answer.get()); ++at) {
      read_row(values, answer.get(), at, types);
      BANMO_DO(row(values));
    }
  }
}

// Takes what is left of an answer. Outside a transaction the server is told to stop first; inside, that would spoil the transaction (which is lost
// anyway when the deadline is over).
void PostgresConnection::drain(bool stop_first) {
  if (PQtransactionStatus(handle_) != PQTRANS_ACTIVE) return;
  if (stop_first || Deadline::over_here()) interrupt();
  while (const Answer rest{PQgetResult(handle_)}) {
  }
}

Result<> PostgresConnection::script(std::string_view statements) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use);
  BANMO_DO(check_deadline());
  if (PQsendQuery(handle_, std::string(statements).c_str()) == 0) return error_here(nullptr, statements);
  const Answer answer = last_answer();
  const auto status = PQresultStatus(answer.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) return error_here(answer.get(), statements);
  return {};
}

Result<> PostgresConnection::control(const char* statement) {
  const Answer answer(PQexec(handle_, statement));
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK && PQresultStatus(answer.get()) != PGRES_TUPLES_OK) return error_here(answer.get(), statement);
  return {};
}

Result<int64_t> PostgresConnection::append(std::string_view table, const std::vector<std::string>& columns,
                                           const std::function<Result<bool>(Values& row)>& next) {
  const InUse use(in_use_);
  if (!use.entered()) return error_of(Fault::connection_in_use);
  BANMO_DO(check_deadline());
  const std::string list = column_list(columns);
  BANMO_TRY(const PostgresStatement* const like, prepared("SELECT " + list + " FROM " + quote_identifier(table)));
  const std::vector<unsigned> types = like->columns;
  const std::string text = "COPY " + quote_identifier(table) + " (" + list + ") FROM STDIN";
  const Answer begun(PQexec(handle_, text.c_str()));
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return error_here(begun.get(), text);
  const auto copied = copy_rows(types, next);
  if (PQputCopyEnd(handle_, copied.ok() ? nullptr : "given up") != 1) return error_here(nullptr, text);
  const Answer ended = next_answer();
  while (const Answer rest{PQgetResult(handle_)}) {
  }
  if (!copied.ok()) return copied.error();
  if (PQresultStatus(ended.get()) != PGRES_COMMAND_OK) return error_here(ended.get(), text);
  return n_changed(ended.get());
}

Result<> PostgresConnection::copy_rows(const std::vector<unsigned>& types, const std::function<Result<bool>(Values& row)>& next) {
  Values row(types.size());
  std::string lines;
  for (;;) {
    BANMO_TRY(const bool more, next(row));
    if (more && row.size() != types.size()) return error_of(Fault::parameter_count, "append: the row was resized");
    for (size_t i = 0; more && i < types.size(); ++i) {
      if (i > 0) lines += '\t';
      if (!postgres_copy_cell(lines, types[i], row[i])) return error_of(Fault::bad_value, "append: column " + std::to_string(i + 1));
    }
    if (more) lines += '\n';
    if (lines.size() >= kCopyBuffer || !more) {
      BANMO_DO(check_deadline());
      if (PQputCopyData(handle_, lines.data(), static_cast<int>(lines.size())) != 1) return error_here(nullptr, "COPY");
      lines.clear();
    }
    if (!more) return {};
  }
}

void PostgresConnection::interrupt() {
  char words[256];
  (void)PQcancel(cancel_, words, sizeof words);
}

// A server that ends a connection sends a last message and then the end of the stream: read both. Costs one system call when there is nothing.
bool PostgresConnection::alive() {
  constexpr int kMaxReads = 16;
  for (int i = 0; i < kMaxReads && PQstatus(handle_) == CONNECTION_OK; ++i) {
    pollfd socket{PQsocket(handle_), POLLIN, 0};
    if (poll(&socket, 1, 0) == 0) return true;
    if (PQconsumeInput(handle_) == 0) return false;
  }
  return false;
}

bool PostgresConnection::idle() const { return PQtransactionStatus(handle_) == PQTRANS_IDLE; }

bool PostgresConnection::in_good_transaction() const { return PQtransactionStatus(handle_) == PQTRANS_INTRANS; }

}  // namespace banmo::sql
