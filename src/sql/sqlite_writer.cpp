// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite_writer.h"

#include <sqlite3.h>

#include <chrono>
#include <optional>

#include "base/log.h"
#include "base/worker_pool.h"

namespace banmo::sql {
namespace {

constexpr int kCheckpointPages = 4000;   // 16 MiB of WAL: written back without making anyone wait for readers
constexpr int kTruncatePages = 65'000;   // 256 MiB: a long reader kept the WAL growing; cut it
constexpr int kTruncateTimeoutMs = 200;  // how long a truncation waits for readers while writers wait for it
constexpr auto kLookAtDeadline = std::chrono::milliseconds(100);
constexpr auto kCheckpointWait = std::chrono::seconds(5);

}  // namespace

// What a thread waits for. Its own mutex, so that the threads of a group do not queue up behind each other when they wake.
struct SqliteWriter::Ticket {
  const Change* change = nullptr;  // none: a checkpoint
  Deadline* deadline = nullptr;    // of the waiting thread
  bool in_commit = false;          // the deadline was told
  std::optional<Result<>> result;
  std::mutex mutex;
  std::condition_variable finished;
  bool is_finished = false;
};

Result<std::unique_ptr<SqliteWriter>> SqliteWriter::create(const std::string& path, size_t max_group) {
  BANMO_TRY(auto connection, SqliteConnection::open(path, SqliteConnection::Role::writer));
  return std::make_unique<SqliteWriter>(std::move(connection), max_group);
}

SqliteWriter::SqliteWriter(std::unique_ptr<SqliteConnection> connection, size_t max_group)
    : connection_(std::move(connection)), max_group_(std::max<size_t>(max_group, 1)), checkpoint_at_pages_{kCheckpointPages} {
  sqlite3_wal_hook(connection_->handle(), &SqliteWriter::on_commit, this);
  thread_ = std::thread([this] { run(); });
}

SqliteWriter::~SqliteWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

Result<> SqliteWriter::write(const Change& change) {
  Ticket ticket;
  ticket.change = &change;
  ticket.deadline = Deadline::here();
  return wait_for(ticket);
}

Result<> SqliteWriter::checkpoint() {
  Ticket ticket;
  return wait_for(ticket);
}

Result<> SqliteWriter::wait_for(Ticket& ticket) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = waiting_.empty();
    waiting_.push_back(&ticket);
  }
  if (first) arrived_.notify_one();
  const WorkerPool::Blocked blocked;  // others may join the group
  std::unique_lock lock(ticket.mutex);
  while (!ticket.finished.wait_for(lock, kLookAtDeadline, [&] { return ticket.is_finished; })) {
    if (ticket.deadline == nullptr || !ticket.deadline->over()) continue;
    lock.unlock();
    if (withdraw(ticket)) return error_of(Fault::interrupted, "while waiting for other changes");
    lock.lock();
  }
  return std::move(*ticket.result);
}

// True if the ticket still waited: then the writer never sees it.
bool SqliteWriter::withdraw(Ticket& ticket) {
  const std::lock_guard lock(mutex_);
  return std::erase(waiting_, &ticket) > 0;
}

// Notifies under the ticket's lock: the waiting thread destroys the ticket as soon as it has the lock.
void SqliteWriter::finish(Ticket& ticket) {
  if (ticket.in_commit) ticket.deadline->end_commit(ticket.result->ok());
  const std::lock_guard lock(ticket.mutex);
  ticket.is_finished = true;
  ticket.finished.notify_one();
}

std::vector<SqliteWriter::Ticket*> SqliteWriter::take(size_t n_max, bool wait) {
  std::unique_lock lock(mutex_);
  if (wait) arrived_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
  const size_t n = std::min(n_max, waiting_.size());
  std::vector<Ticket*> taken(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(n));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(n));
  return taken;
}

void SqliteWriter::run() {
  for (;;) {
    auto group = take(max_group_, true);
    if (group.empty()) break;  // stopping, and nothing waits
    run_group(std::move(group));
    checkpoint_if_large();
  }
  if (!fenced_) {
    if (const auto done = truncate_wal(); !done.ok()) BANMO_LOG(warn, "sql.checkpoint_at_close_failed", {"cause", done.error().cause});
  }
}

void SqliteWriter::run_group(std::vector<Ticket*> group) {
  fill_group(group);
  const bool lost = std::any_of(group.begin(), group.end(), [](const Ticket* ticket) { return !ticket->result; });
  if (lost) {
    roll_back();
    run_alone(group);
  } else if (connection_->in_transaction() && !commit().ok()) {
    roll_back();
    for (Ticket* ticket : group) {
      if (ticket->change != nullptr && ticket->result->ok()) ticket->result.reset();
    }
    run_alone(group);
  }
  n_last_group_ = group.size();
  for (Ticket* ticket : group) {
    if (ticket->change == nullptr) ticket->result = truncate_wal();
    finish(*ticket);
  }
}

// Applies the changes of `group` in one open transaction, and those that arrive meanwhile. Afterwards a ticket without a result lost its transaction
// and must run again.
void SqliteWriter::fill_group(std::vector<Ticket*>& group) {
  std::optional<Error> refused;
  if (const auto begun = begin(); !begun.ok()) refused = begun.error();
  for (size_t i = 0; i < group.size(); ++i) {
    Ticket& ticket = *group[i];
    if (ticket.change == nullptr) {
      ticket.result = Result<>{};
    } else if (refused) {
      ticket.result = *refused;
    } else if (apply(ticket) == Outcome::transaction_lost) {
      for (size_t j = 0; j < i; ++j) {
        if (group[j]->result->ok()) group[j]->result.reset();
      }
      return;
    }
    if (i + 1 == group.size() && group.size() < max_group_) {
      for (Ticket* late : take(max_group_ - group.size(), false)) group.push_back(late);
    }
  }
}

// Runs the change under the deadline of the thread that waits for it. From here on it is in its commit: the group is kept or lost as a whole.
Result<> SqliteWriter::run_one(Ticket& ticket) {
  const Deadline::Scope scope(ticket.deadline);
  BANMO_DO(check_deadline());
  BANMO_DO(run_change(*ticket.change, *connection_));
  if (ticket.deadline == nullptr) return {};
  ticket.in_commit = ticket.deadline->begin_commit() || ticket.in_commit;
  return ticket.in_commit ? Result<>() : Result<>(error_of(Fault::interrupted, "before the commit"));
}

SqliteWriter::Outcome SqliteWriter::apply(Ticket& ticket) {
  auto done = connection_->control("SAVEPOINT banmo_change");
  if (done.ok()) done = run_one(ticket);
  if (done.ok()) done = connection_->control("RELEASE banmo_change");
  if (!done.ok() && connection_->in_transaction()) {
    const bool undone = connection_->control("ROLLBACK TO banmo_change").ok() && connection_->control("RELEASE banmo_change").ok();
    if (!undone) roll_back();
  }
  note_fault();
  ticket.result = std::move(done);
  return connection_->in_transaction() ? Outcome::done : Outcome::transaction_lost;
}

// After a failure that ended the transaction for all (full disk, a deferred constraint at commit), each change gets a transaction of its own, so only
// the guilty one fails.
void SqliteWriter::run_alone(std::span<Ticket* const> group) {
  for (Ticket* ticket : group) {
    if (ticket->result) continue;
    if (ticket->change == nullptr) {
      ticket->result = Result<>{};
    } else {
      apply_alone(*ticket);
    }
  }
}

void SqliteWriter::apply_alone(Ticket& ticket) {
  auto done = begin();
  if (done.ok()) done = run_one(ticket);
  note_fault();
  if (done.ok() && !connection_->in_transaction()) done = error_of(Fault::statement, "the transaction ended inside the change");
  if (done.ok()) done = commit();
  if (!done.ok()) roll_back();
  ticket.result = std::move(done);
}

Result<> SqliteWriter::begin() {
  if (fenced_) return error_of(Fault::fenced);
  return connection_->control("BEGIN IMMEDIATE");
}

Result<> SqliteWriter::commit() {
  if (fenced_) return error_of(Fault::fenced);
  auto done = connection_->control("COMMIT");
  note_fault();
  // After a failed fsync nobody knows what is on the disk; a second fsync would lie. Only a restart, which reads the file again, is safe.
  if (!done.ok() && fenced_) return error_of(Fault::fenced, done.error().cause);
  return done;
}

void SqliteWriter::roll_back() {
  if (connection_->in_transaction()) (void)connection_->control("ROLLBACK");
}

void SqliteWriter::note_fault() {
  const auto fault = connection_->take_fault();
  if (fault == Fault::disk_full) {
    if (!full_.exchange(true)) BANMO_LOG(error, "sql.disk_full", {"store", "sqlite"});
  } else if (fault == Fault::io) {
    if (!fenced_.exchange(true)) BANMO_LOG(error, "sql.fenced", {"store", "sqlite"});
  }
}

int SqliteWriter::on_commit(void* self, sqlite3*, const char*, int n_wal_pages) {
  auto* const writer = static_cast<SqliteWriter*>(self);
  writer->n_wal_pages_ = n_wal_pages;
  writer->full_ = false;  // something was written: there is space again
  return SQLITE_OK;
}

void SqliteWriter::checkpoint_if_large() {
  if (n_wal_pages_ < kCheckpointPages) checkpoint_at_pages_ = kCheckpointPages;  // the WAL was begun anew
  if (fenced_ || n_wal_pages_ < checkpoint_at_pages_) return;
  const bool large = n_wal_pages_ >= kTruncatePages;
  sqlite3* const handle = connection_->handle();
  if (large) sqlite3_busy_timeout(handle, kTruncateTimeoutMs);
  const int code = sqlite3_wal_checkpoint_v2(handle, nullptr, large ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (large) sqlite3_busy_timeout(handle, SqliteConnection::kBusyTimeoutMs);
  if (code != SQLITE_OK && code != SQLITE_BUSY) {
    connection_->note_error(code);
    note_fault();
  }
  checkpoint_at_pages_ = n_wal_pages_ + kCheckpointPages;  // if readers hold old pages, do not try again at every commit
}

Result<> SqliteWriter::truncate_wal() {
  if (fenced_) return error_of(Fault::fenced);
  const auto deadline = std::chrono::steady_clock::now() + kCheckpointWait;
  sqlite3* const handle = connection_->handle();
  int code = SQLITE_BUSY;
  sqlite3_busy_timeout(handle, kTruncateTimeoutMs);
  while (code == SQLITE_BUSY && std::chrono::steady_clock::now() < deadline) {
    code = sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  }
  sqlite3_busy_timeout(handle, SqliteConnection::kBusyTimeoutMs);
  if (code == SQLITE_OK) {
    n_wal_pages_ = 0;
    return {};
  }
  Error error = connection_->note_error(code);
  note_fault();
  return error;
}

}  // namespace banmo::sql
