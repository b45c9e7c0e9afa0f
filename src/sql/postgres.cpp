// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <thread>

#include "base/log.h"
#include "sql/driver.h"
#include "sql/postgres_connection.h"

namespace banmo::sql {
namespace {

constexpr int kMaxTries = 40;
constexpr int kTriesBeforeQueue = 3;  // then changes that collide go one after the other
constexpr auto kPause = std::chrono::milliseconds(1);

// Serializable, because changes are written as if they ran one at a time: that is what the one writer thread of SQLite gives them.
constexpr const char* kBegin = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";
constexpr const char* kQueue = "SELECT pg_advisory_lock(hashtext('banmo.write'), hashtext(current_schema()))";
constexpr const char* kLeaveQueue = "SELECT pg_advisory_unlock(hashtext('banmo.write'), hashtext(current_schema()))";

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(PostgresOptions options)
      : options_(std::move(options)), pool_(options_.n_connections, [this] { return PostgresConnection::open(options_); }) {}

  Dialect dialect() const override { return Dialect::postgres; }
  Result<Lease> read() override;
  Result<> write(const Change& change) override;
  Result<> checkpoint() override { return {}; }  // the server does it
  Result<> copy_to(const std::string& path) override;
  bool writable() const override { return !full_; }
  Result<> create_schema();

 private:
  enum class Try { done, again };
  Result<Lease> lease();
  Result<> write_on_lease(const Change& change, bool queue, Try& outcome);
  Result<> write_once(PostgresConnection& connection, const Change& change, bool queue, Try& outcome);
  Result<> in_transaction(PostgresConnection& connection, const Change& change, Try& outcome);

  PostgresOptions options_;
  Pool<PostgresConnection> pool_;
  std::atomic<bool> full_ = false;
};

Result<Lease> PostgresDatabase::lease() {
  for (;;) {
    BANMO_TRY(PostgresConnection* const connection, pool_.acquire());
    if (!connection->alive()) {
      pool_.give_back(connection, false);
      continue;
    }
    return Lease(connection, [this](Connection* lent) {
      auto* const back = static_cast<PostgresConnection*>(lent);
      if (!back->idle()) (void)back->control("ROLLBACK");
      (void)back->take_retry();
      pool_.give_back(back, back->idle());
    });
  }
}

Result<Lease> PostgresDatabase::read() { return lease(); }

Result<> PostgresDatabase::in_transaction(PostgresConnection& connection, const Change& change, Try& outcome) {
  BANMO_DO(connection.control(kBegin));
  auto done = run_change(change, connection);
  if (done.ok() && !connection.in_good_transaction()) {
    done = connection.idle() ? error_of(Fault::transaction_in_change)
                             : error_of(Fault::statement, "a statement failed inside the change, which did not return its error");
  }
  Deadline* const deadline = Deadline::here();
  if (done.ok() && deadline != nullptr && !deadline->begin_commit()) done = error_of(Fault::interrupted, "before the commit");
  if (done.ok()) {
    done = connection.control("COMMIT");
    if (deadline != nullptr) deadline->end_commit(done.ok() || !connection.alive());
    if (!done.ok() && !connection.alive()) return error_of(Fault::commit_unknown, done.error().cause);
  } else if (!connection.idle()) {
    (void)connection.control("ROLLBACK");
  }
  if (!done.ok() && (connection.take_retry() || !connection.alive())) outcome = Try::again;
  return done;
}

Result<> PostgresDatabase::write_once(PostgresConnection& connection, const Change& change, bool queue, Try& outcome) {
  if (queue) BANMO_DO(connection.script(kQueue));
  auto done = in_transaction(connection, change, outcome);
  if (queue && connection.alive()) (void)connection.control(kLeaveQueue);
  return done;
}

// The connection goes back before the pause between two tries: others may go on with it.
Result<> PostgresDatabase::write_on_lease(const Change& change, bool queue, Try& outcome) {
  BANMO_TRY(const Lease held, lease());
  return write_once(static_cast<PostgresConnection&>(*held), change, queue, outcome);
}

Result<> PostgresDatabase::write(const Change& change) {
  const WriteScope scope(this);
  if (!scope.entered()) return error_of(Fault::nested_write);
  for (int n = 0;; ++n) {
    BANMO_DO(check_deadline());
    Try outcome = Try::done;
    auto done = write_on_lease(change, n >= kTriesBeforeQueue, outcome);
    if (done.ok()) {
      full_ = false;
      return done;
    }
    if (done.error().id == "sql.disk_full" && !full_.exchange(true)) BANMO_LOG(error, "sql.disk_full", {"store", "postgres"});
    if (outcome == Try::done) return done;
    if (n + 1 == kMaxTries) return error_of(Fault::serialization, done.error().cause);
    std::this_thread::sleep_for(kPause * std::min(n, 10));
  }
}

Result<> PostgresDatabase::copy_to(const std::string& path) {
  return fail(ErrorCode::unsupported, "sql.copy_unsupported",
              {"PostgreSQL 请用自己的备份工具（pg_dump 或 pg_basebackup）", "back PostgreSQL up with its own tools (pg_dump or pg_basebackup)"},
              path);
}

// Two processes may do this at the same time: the one that comes second finds the schema there.
Result<> PostgresDatabase::create_schema() {
  BANMO_TRY(const Lease held, lease());
  const auto exists = [&]() -> Result<bool> {
    BANMO_TRY(const Rows rows, held->query("SELECT 1 FROM pg_namespace WHERE nspname = $1", {options_.schema}));
    return !rows.empty();
  };
  BANMO_TRY(const bool there, exists());
  if (options_.schema.empty() || there) return {};
  auto made = held->script("BEGIN READ WRITE; CREATE SCHEMA " + quote_identifier(options_.schema) + "; COMMIT");
  if (made.ok()) return made;
  (void)held->script("ROLLBACK");
  BANMO_TRY(const bool now, exists());
  return now ? Result<>{} : made;
}

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(PostgresOptions options) {
  auto database = std::make_unique<PostgresDatabase>(std::move(options));
  BANMO_DO(database->create_schema());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace banmo::sql
