// SPDX-License-Identifier: Apache-2.0
#include <duckdb.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>

#include "base/log.h"
#include "sql/driver.h"
#include "sql/duckdb_connection.h"

namespace banmo::sql {
namespace {

// An open file: DuckDB's database object with its connections. After a write failed half-way DuckDB refuses everything, reads too, until the file is
// opened anew.
struct Instance {
  std::atomic<bool> invalidated = false;
  std::atomic<uint64_t> generation = 2;  // of the data; odd while a commit is under way
  duckdb_database handle = nullptr;
  Watchdog watchdog;
  std::unique_ptr<DuckdbConnection> writer;
  std::unique_ptr<Pool<DuckdbConnection>> readers;

  Instance() = default;
  Instance(const Instance&) = delete;
  ~Instance() {
    readers.reset();
    writer.reset();
    duckdb_close(&handle);
  }
};

struct Setting {
  const char* name;
  std::string value;
};

std::vector<Setting> settings_of(const DuckdbOptions& options) {
  std::vector<Setting> settings = {{"memory_limit", std::to_string(options.memory_limit_mb) + "MB"},
                                   {"preserve_insertion_order", "true"},
                                   {"immediate_transaction_mode", "true"},  // a snapshot is taken at BEGIN, see DuckdbConnection::Snapshot
                                   {"autoinstall_known_extensions", "false"},
                                   {"autoload_known_extensions", "false"}};
  if (options.n_threads > 0) settings.push_back({"threads", std::to_string(options.n_threads)});
  if (!options.temp_directory.empty()) settings.push_back({"temp_directory", options.temp_directory});
  return settings;
}

Result<> open_handle(Instance& instance, const DuckdbOptions& options) {
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) != DuckDBSuccess) return error_of(Fault::cannot_open, "duckdb_create_config", options.path);
  bool accepted = true;
  for (const Setting& setting : settings_of(options))
    accepted = accepted && duckdb_set_config(config, setting.name, setting.value.c_str()) == DuckDBSuccess;
  char* words = nullptr;
  const auto state = duckdb_open_ext(options.path.empty() ? nullptr : options.path.c_str(), &instance.handle, config, &words);
  duckdb_destroy_config(&config);
  const std::string cause = words != nullptr ? words : "";
  duckdb_free(words);
  if (state == DuckDBSuccess && accepted) return {};
  const Fault fault = duckdb_fault_of(cause);
  return error_of(fault == Fault::busy || fault == Fault::disk_full || fault == Fault::corrupt ? fault : Fault::cannot_open, cause, options.path);
}

class DuckdbDatabase final : public Database {
 public:
  explicit DuckdbDatabase(DuckdbOptions options) : options_(std::move(options)) {}

  Dialect dialect() const override { return Dialect::duckdb; }
  Result<Lease> read() override;
  Result<> write(const Change& change) override;
  Result<> checkpoint() override;
  Result<> copy_to(const std::string& path) override;
  bool writable() const override { return !fenced_ && !full_; }
  Result<std::shared_ptr<Instance>> instance();

 private:
  Result<std::shared_ptr<Instance>> open();
  Result<std::unique_lock<std::timed_mutex>> lock_writer();
  Error noted(Error error, bool may_fence);

  DuckdbOptions options_;
  std::atomic<bool> fenced_ = false;
  std::atomic<bool> full_ = false;
  std::timed_mutex write_mutex_;
  std::mutex mutex_;  // of what follows; taken after write_mutex_ if both are
  std::condition_variable closed_;
  int n_open_ = 0;
  std::shared_ptr<Instance> current_;
};

Result<std::shared_ptr<Instance>> DuckdbDatabase::open() {
  auto made = std::make_unique<Instance>();
  BANMO_DO(open_handle(*made, options_));
  Instance* const raw = made.get();
  BANMO_TRY(raw->writer, DuckdbConnection::open(raw->handle, DuckdbConnection::Role::writer, raw->invalidated, raw->generation, raw->watchdog));
  raw->readers = std::make_unique<Pool<DuckdbConnection>>(options_.n_readers, [raw] {
    return DuckdbConnection::open(raw->handle, DuckdbConnection::Role::reader, raw->invalidated, raw->generation, raw->watchdog);
  });
  ++n_open_;
  return std::shared_ptr<Instance>(made.release(), [this](Instance* last) {
    delete last;
    const std::lock_guard lock(mutex_);
    --n_open_;
    closed_.notify_all();
  });
}

// The open file; opens it anew after DuckDB gave it up, as soon as the last lease of the old one has come back.
Result<std::shared_ptr<Instance>> DuckdbDatabase::instance() {
  std::unique_lock lock(mutex_);
  if (current_ && !current_->invalidated) return current_;
  if (current_) {
    if (options_.path.empty()) return error_of(Fault::fenced, "a database in memory was lost");
    auto old = std::move(current_);
    lock.unlock();
    old.reset();
    lock.lock();
  }
  if (!closed_.wait_for(lock, Pool<DuckdbConnection>::kWait, [&] { return n_open_ == 0 || current_; })) return error_of(Fault::no_free_connection);
  if (current_) return current_;
  BANMO_TRY(current_, open());
  return current_;
}

Result<Lease> DuckdbDatabase::read() {
  BANMO_TRY(const auto held, instance());
  BANMO_TRY(DuckdbConnection* const connection, held->readers->acquire());
  return Lease(connection, [held](Connection* lent) { held->readers->give_back(static_cast<DuckdbConnection*>(lent), true); });
}

// Changes go one at a time; who waits for a long one (an import) gives up when its own deadline is over.
Result<std::unique_lock<std::timed_mutex>> DuckdbDatabase::lock_writer() {
  std::unique_lock lock(write_mutex_, std::defer_lock);
  while (!lock.try_lock_for(Pool<DuckdbConnection>::kLook)) {
    if (Deadline::over_here()) return error_of(Fault::interrupted, "while waiting for other changes");
  }
  return lock;
}

Result<> DuckdbDatabase::write(const Change& change) {
  const WriteScope scope(this);
  if (!scope.entered()) return error_of(Fault::nested_write);
  BANMO_TRY(const std::unique_lock lock, lock_writer());
  BANMO_DO(check_deadline());
  if (fenced_) return error_of(Fault::fenced);
  BANMO_TRY(const auto held, instance());
  DuckdbConnection& writer = *held->writer;
  BANMO_DO(writer.control("BEGIN TRANSACTION"));
  auto done = run_change(change, writer);
  Deadline* const deadline = Deadline::here();
  if (done.ok() && deadline != nullptr && !deadline->begin_commit()) done = error_of(Fault::interrupted, "before the commit");
  const bool committing = done.ok();
  if (committing) {
    ++held->generation;
    done = writer.control("COMMIT");
    ++held->generation;
    if (deadline != nullptr) deadline->end_commit(done.ok());
  }
  if (done.ok()) {
    full_ = false;
    return done;
  }
  (void)writer.control("ROLLBACK");  // after a failed COMMIT there is nothing left to roll back
  return noted(std::move(done).error(), committing || held->invalidated);
}

// A change may fail to read a file of its own (an import), so only what fails at commit, or makes DuckDB give up, fences.
Error DuckdbDatabase::noted(Error error, bool may_fence) {
  if (error.id == "sql.disk_full") {
    if (!full_.exchange(true)) BANMO_LOG(error, "sql.disk_full", {"store", "duckdb"});
  } else if (error.id == "sql.io" && may_fence) {
    if (!fenced_.exchange(true)) BANMO_LOG(error, "sql.fenced", {"store", "duckdb"}, {"cause", error.cause});
    return error_of(Fault::fenced, error.cause);
  }
  return error;
}

Result<> DuckdbDatabase::checkpoint() {
  const WriteScope scope(this);
  if (!scope.entered()) return error_of(Fault::nested_write);
  BANMO_TRY(const std::unique_lock lock, lock_writer());
  if (fenced_) return error_of(Fault::fenced);
  BANMO_TRY(const auto held, instance());
  auto done = held->writer->control("CHECKPOINT");
  return done.ok() ? std::move(done) : noted(std::move(done).error(), true);
}

// Copies in one transaction: a snapshot, while others write. The file itself must not be opened a second time in this process (closing it would drop
// DuckDB's lock).
Result<> DuckdbDatabase::copy_to(const std::string& path) {
  if (std::filesystem::exists(path))
    return fail(ErrorCode::conflict, "sql.copy_exists", {"备份目标已存在；请换一个路径", "the target of the copy exists; choose another path"}, path);
  BANMO_TRY(const auto held, instance());
  BANMO_TRY(const auto connection,
            DuckdbConnection::open(held->handle, DuckdbConnection::Role::writer, held->invalidated, held->generation, held->watchdog));
  BANMO_TRY(const Rows name, connection->query("SELECT current_database()", {}));
  BANMO_DO(connection->control("ATTACH " + quote_literal(path) + " AS banmo_copy"));
  auto done = connection->control("COPY FROM DATABASE " + quote_identifier(text_of(name[0][0])) + " TO banmo_copy");
  if (done.ok()) done = connection->control("CHECKPOINT banmo_copy");
  const auto detached = connection->control("DETACH banmo_copy");
  if (done.ok() && !detached.ok()) return detached;
  return done;
}

}  // namespace

Result<std::unique_ptr<Database>> open_duckdb(DuckdbOptions options) {
  auto database = std::make_unique<DuckdbDatabase>(std::move(options));
  BANMO_TRY(const auto opened, database->instance());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace banmo::sql
