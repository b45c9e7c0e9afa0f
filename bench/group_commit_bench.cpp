// SPDX-License-Identifier: Apache-2.0
// How many acknowledged single-row writes per second 64 threads get from Database::write on SQLite (synchronous=FULL), beside two plain loops on the
// same file system in the same run: one thread that commits 64 rows at a time (the limit: no threads, no waiting) and one that commits every row.
// They take turns, because the time of an fsync wanders with what else the disk does. Then what a one-row read of 8 columns costs in CPU time of its
// thread, so that other load on the machine does not count.
//   group_commit_bench [folder]     default: a fresh folder in the current directory, which must be on a real disk
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "sql/sql.h"

namespace {

using banmo::Result;
using banmo::sql::Connection;
using banmo::sql::Database;
using Clock = std::chrono::steady_clock;

constexpr int kClients = 64;
constexpr int kTurns = 6;
constexpr double kTurnSeconds = 0.7;
constexpr double kTargetPerSecond = 20'000;
constexpr double kTargetReadMicros = 8;
constexpr const char* kCreate = "CREATE TABLE row (no INTEGER PRIMARY KEY, org BIGINT, name TEXT, score DOUBLE PRECISION)";
constexpr const char* kInsert = "INSERT INTO row (no, org, name, score) VALUES ($1, $2, $3, $4)";

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "group_commit_bench: %s\n", why.c_str());
  std::exit(1);
}

void must(const Result<>& done) {
  if (!done.ok()) give_up(done.error().to_string() + " " + done.error().cause);
}

// What one kind of writing did over all its turns.
struct Tally {
  int64_t n_rows = 0;
  double seconds = 0;
  double per_second() const { return static_cast<double>(n_rows) / seconds; }
};

// The threads start before the clock and the last ones end after it, so a turn counts what was acknowledged between its first and its last write.
void turn_of_ours(Database& database, std::atomic<int64_t>& next, Tally& tally) {
  std::atomic<int64_t> n_acknowledged = 0;
  const auto start = Clock::now();
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&] {
      while (since(start) < kTurnSeconds) {
        const banmo::sql::Values row = {++next, int64_t{7}, std::string("张三"), 93.5};
        must(database.write([&row](Connection& connection) -> Result<> {
          BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(kInsert, row));
          return {};
        }));
        ++n_acknowledged;
      }
    });
  }
  for (auto& client : clients) client.join();
  tally.seconds += since(start);
  tally.n_rows += n_acknowledged;
}

// SQLite by hand, one thread.
class Plain {
 public:
  explicit Plain(const std::string& path) {
    if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) give_up("cannot open " + path);
    exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000");
    exec(kCreate);
    sqlite3_prepare_v2(handle_, kInsert, -1, &insert_, nullptr);
  }
  ~Plain() {
    sqlite3_finalize(insert_);
    sqlite3_close(handle_);
  }
  Plain(const Plain&) = delete;

  void turn(int n_rows_per_commit, Tally& tally) {
    const auto start = Clock::now();
    while (since(start) < kTurnSeconds) {
      exec("BEGIN IMMEDIATE");
      for (int i = 0; i < n_rows_per_commit; ++i) insert(++no_);
      exec("COMMIT");
      tally.n_rows += n_rows_per_commit;
    }
    tally.seconds += since(start);
  }

 private:
  void exec(const char* statement) {
    if (sqlite3_exec(handle_, statement, nullptr, nullptr, nullptr) != SQLITE_OK) give_up(sqlite3_errmsg(handle_));
  }
  void insert(int64_t no) {
    sqlite3_bind_int64(insert_, 1, no);
    sqlite3_bind_int64(insert_, 2, 7);
    sqlite3_bind_text(insert_, 3, "张三", -1, SQLITE_STATIC);
    sqlite3_bind_double(insert_, 4, 93.5);
    if (sqlite3_step(insert_) != SQLITE_DONE) give_up(sqlite3_errmsg(handle_));
    sqlite3_reset(insert_);
  }

  sqlite3* handle_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  int64_t no_ = 0;
};

double thread_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double read_micros(Database& database) {
  must(database.write([](Connection& connection) {
    return connection.script(
        "CREATE TABLE person (no BIGINT PRIMARY KEY, id TEXT, name TEXT, sex TEXT, birth DATE, org BIGINT, score DOUBLE PRECISION, active BOOLEAN);"
        "WITH RECURSIVE up(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM up WHERE x < 100000) INSERT INTO person "
        "SELECT x, '0192f3a4-5b6c-7d8e-9f01-23456789abcd', '欧阳' || x, 'f', '2012-09-01', x % 500, x / 7.0, x % 2 FROM up");
  }));
  constexpr int kReads = 200'000;
  const double start = thread_cpu_seconds();
  for (int64_t i = 0; i < kReads; ++i) {
    const auto lease = database.read();
    if (!lease.ok()) give_up(lease.error().to_string());
    const auto rows = (*lease)->query("SELECT no, id, name, sex, birth, org, score, active FROM person WHERE no = $1", {1 + i * 7919 % 100'000});
    if (!rows.ok() || rows->size() != 1) give_up("a row is missing");
  }
  return (thread_cpu_seconds() - start) / kReads * 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "group_commit_bench.data";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  auto database = banmo::sql::open_sqlite({folder + "/ours.db"});
  if (!database.ok()) give_up(database.error().to_string());
  must((*database)->write([](Connection& connection) { return connection.script(kCreate); }));
  Plain plain_groups(folder + "/groups.db");
  Plain plain_single(folder + "/single.db");
  std::atomic<int64_t> next = 0;
  Tally ours;
  Tally groups;
  Tally single;
  for (int i = 0; i < kTurns; ++i) {
    turn_of_ours(**database, next, ours);
    plain_groups.turn(kClients, groups);
    plain_single.turn(1, single);
  }
  const double micros = read_micros(**database);
  const bool fast_writes = ours.per_second() >= kTargetPerSecond;
  const bool fast_reads = micros <= kTargetReadMicros;
  std::printf("acknowledged writes/s, %d clients, synchronous=FULL: %.0f (target %.0f: %s)\n", kClients, ours.per_second(), kTargetPerSecond,
              fast_writes ? "met" : "MISSED");
  std::printf("plain SQLite loop, %d rows a commit: %.0f, ours is %.2f of it\n", kClients, groups.per_second(),
              ours.per_second() / groups.per_second());
  std::printf("plain SQLite loop, one row a commit: %.0f (%.2f ms each), ours is %.1f times it\n", single.per_second(), 1e3 / single.per_second(),
              ours.per_second() / single.per_second());
  std::printf("one-row read of 8 columns through a lease: %.2f us CPU (target %.0f: %s)\n", micros, kTargetReadMicros, fast_reads ? "met" : "MISSED");
  std::filesystem::remove_all(folder);
  return fast_writes && fast_reads ? 0 : 1;
}
