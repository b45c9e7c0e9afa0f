// SPDX-License-Identifier: Apache-2.0
// The one thread that writes to a SQLite file. Changes of many threads share one transaction and one fsync (group commit); the same thread
// checkpoints the WAL, because a checkpoint from another thread would make commits wait. Private to sql/. write() and checkpoint() are thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "sql/sql.h"
#include "sql/sqlite_connection.h"

namespace banmo::sql {

class SqliteWriter {
 public:
  static Result<std::unique_ptr<SqliteWriter>> create(const std::string& path, size_t max_group);
  SqliteWriter(std::unique_ptr<SqliteConnection> connection, size_t max_group);
  ~SqliteWriter();  // finishes what waits, then truncates the WAL

  Result<> write(const Change& change);
  Result<> checkpoint();
  bool writable() const { return !fenced_ && !full_; }

 private:
  struct Ticket;
  enum class Outcome { done, transaction_lost };

  Result<> wait_for(Ticket& ticket);
  bool withdraw(Ticket& ticket);
  Result<> run_one(Ticket& ticket);
  void run();
  std::vector<Ticket*> take(size_t n_max, bool wait);
  void run_group(std::vector<Ticket*> group);
  void fill_group(std::vector<Ticket*>& group);
  Outcome apply(Ticket& ticket);
  void apply_alone(Ticket& ticket);
  void run_alone(std::span<Ticket* const> group);
  Result<> begin();
  Result<> commit();
  void roll_back();
  void note_fault();
  void checkpoint_if_large();
  Result<> truncate_wal();
  static int on_commit(void* self, sqlite3* handle, const char* database, int n_wal_pages);
  static void finish(Ticket& ticket);

  std::unique_ptr<SqliteConnection> connection_;
  const size_t max_group_;
  int n_wal_pages_ = 0;
  int checkpoint_at_pages_;
  std::atomic<bool> fenced_ = false;
  std::atomic<bool> full_ = false;

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Ticket*> waiting_;
  size_t n_last_group_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace banmo::sql
