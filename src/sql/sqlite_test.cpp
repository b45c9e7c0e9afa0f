// SPDX-License-Identifier: Apache-2.0
// What only the writer of SQLite does: group commit, the fence after a failed fsync, full disks, checkpoints.
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "sql/sql.h"
#include "sql/test_faults.h"
#include "sql/test_stores.h"

// The program's own fsync and fdatasync stand before the C library's: they count, and fail when told to.
namespace {
std::atomic<int> n_syncs = 0;
std::atomic<bool> syncs_fail = false;

int sync_file(long call, int file) {
  ++n_syncs;
  if (syncs_fail) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(call, file));
}
}  // namespace

extern "C" int fsync(int file) { return sync_file(SYS_fsync, file); }
extern "C" int fdatasync(int file) { return sync_file(SYS_fdatasync, file); }

namespace banmo::sql::test {

FailingSyncs::FailingSyncs() { syncs_fail = true; }
FailingSyncs::~FailingSyncs() { syncs_fail = false; }

namespace {

ssize_t write_to_full_disk(int, const void*, size_t, off64_t) {
  errno = ENOSPC;
  return -1;
}

// While it lives, SQLite's writes meet a full disk.
class FullDisk {
 public:
  FullDisk() { set(reinterpret_cast<sqlite3_syscall_ptr>(&write_to_full_disk)); }
  ~FullDisk() { set(nullptr); }
  FullDisk(const FullDisk&) = delete;

 private:
  static void set(sqlite3_syscall_ptr call) {
    sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
    for (const char* name : {"write", "pwrite", "pwrite64"}) vfs->xSetSystemCall(vfs, name, call);
  }
};

Result<> insert(Database& database, int64_t no) { return run(database, "INSERT INTO t VALUES ($1, $2)", {no, Blob(100, 7)}); }

std::vector<Result<>> on_threads(int n_threads, const std::function<Result<>(int)>& insert_one) {
  std::vector<Result<>> results(static_cast<size_t>(n_threads), Result<>{});
  std::vector<std::thread> threads;
  for (int i = 0; i < n_threads; ++i) threads.emplace_back([&, i] { results[static_cast<size_t>(i)] = insert_one(i); });
  for (auto& thread : threads) thread.join();
  return results;
}

}  // namespace

TEST_CASE("many changes share one fsync") {
  const Folder folder;
  const auto database = must(open_sqlite({folder.file("a.db")}));
  must(run_script(*database, "CREATE TABLE t (no BIGINT PRIMARY KEY, b BYTEA)"));
  constexpr int kThreads = 32;
  constexpr int kEach = 30;
  n_syncs = 0;
  const auto results = on_threads(kThreads, [&](int i) -> Result<> {
    for (int k = 0; k < kEach; ++k) BANMO_DO(insert(*database, i * kEach + k));
    return {};
  });
  for (const auto& result : results) must(result);
  CHECK(int_from(*database, "SELECT count(*) FROM t") == kThreads * kEach);
  CHECK(n_syncs > 0);
  CHECK(n_syncs < kThreads * kEach / 3);
}

TEST_CASE("every single change is on the disk before it is acknowledged") {
  const Folder folder;
  const auto database = must(open_sqlite({folder.file("a.db")}));
  must(run_script(*database, "CREATE TABLE t (no BIGINT PRIMARY KEY, b BYTEA)"));
  for (int64_t no = 0; no < 10; ++no) {
    const int before = n_syncs;
    must(insert(*database, no));
    CHECK(n_syncs > before);
  }
}

TEST_CASE("after a failed fsync writes are refused until the file is opened again; reads go on") {
  const Folder folder;
  {
    const auto database = must(open_sqlite({folder.file("a.db")}));
    must(run_script(*database, "CREATE TABLE t (no BIGINT PRIMARY KEY, b BYTEA)"));
    must(insert(*database, 1));
    {
      const FailingSyncs failing;
      const auto results = on_threads(4, [&](int i) { return insert(*database, 10 + i); });
      for (const auto& result : results) {
        REQUIRE_FALSE(result.ok());
        CHECK(result.error().code == ErrorCode::unavailable);
        CHECK(result.error().id == "sql.fenced");
        CHECK(result.error().message.en ==
              "writing to the disk failed, so writes are refused to protect the data; check the disk, then restart the service");
      }
    }
    CHECK_FALSE(database->writable());
    CHECK(insert(*database, 2).error().id == "sql.fenced");
    CHECK(database->checkpoint().error().id == "sql.fenced");
    CHECK(int_from(*database, "SELECT count(*) FROM t WHERE no = 1") == 1);
  }
  const auto database = must(open_sqlite({folder.file("a.db")}));
  CHECK(database->writable());
  must(insert(*database, 2));
  CHECK(int_from(*database, "SELECT count(*) FROM t WHERE no IN (1, 2)") == 2);
}

TEST_CASE("a full disk refuses writes, leaves reads, and ends by itself") {
  const Folder folder;
  const auto database = must(open_sqlite({folder.file("a.db")}));
  must(run_script(*database, "CREATE TABLE t (no BIGINT PRIMARY KEY, b BYTEA)"));
  must(insert(*database, 1));
  {
    const FullDisk full;
    const auto results = on_threads(4, [&](int i) { return insert(*database, 10 + i); });
    for (const auto& result : results) {
      REQUIRE_FALSE(result.ok());
      CHECK(result.error().code == ErrorCode::storage_full);
      CHECK(result.error().id == "sql.disk_full");
      CHECK(result.error().message.en == "the disk is full, reading goes on; free some space and writing resumes by itself");
      CHECK(result.error().message.zh == "磁盘已满，暂时只能读取；请清出空间，写入会自动恢复");
    }
    CHECK(database->checkpoint().error().id == "sql.disk_full");
    CHECK_FALSE(database->writable());
    CHECK(int_from(*database, "SELECT count(*) FROM t") == 1);
  }
  must(insert(*database, 2));
  CHECK(database->writable());
  CHECK(int_from(*database, "SELECT count(*) FROM t") == 2);
}

TEST_CASE("a change that does not fit fails alone, and what it wrote is gone") {
  const Folder folder;
  const auto database = must(open_sqlite({folder.file("a.db")}));
  must(run_script(*database, "CREATE TABLE t (no BIGINT PRIMARY KEY, b BYTEA); PRAGMA max_page_count = 40"));
  const auto results = on_threads(12, [&](int i) {
    return i % 4 == 3 ? run(*database, "INSERT INTO t VALUES ($1, $2)", {int64_t{i}, Blob(1'000'000, 1)}) : insert(*database, i);
  });
  for (size_t i = 0; i < results.size(); ++i) {
    if (i % 4 != 3) {
      must(results[i]);
    } else {
      REQUIRE_FALSE(results[i].ok());
      CHECK(results[i].error().id == "sql.disk_full");
    }
  }
  CHECK(int_from(*database, "SELECT count(*) FROM t") == 9);
  must(run_script(*database, "PRAGMA max_page_count = 100000"));
  must(run(*database, "INSERT INTO t VALUES (100, $1)", {Blob(1'000'000, 1)}));
  CHECK(database->writable());
}

TEST_CASE("a constraint that is only checked at commit fails its own change alone") {
  const Folder folder;
  const auto database = must(open_sqlite({folder.file("a.db")}));
  must(run_script(*database, "CREATE TABLE t (no BIGINT PRIMARY KEY, b BIGINT REFERENCES t (no) DEFERRABLE INITIALLY DEFERRED)"));
  const auto results = on_threads(
      12, [&](int i) { return run(*database, "INSERT INTO t VALUES ($1, $2)", {int64_t{i}, i % 3 == 0 ? Value{int64_t{1000 + i}} : Value{}}); });
  for (size_t i = 0; i < results.size(); ++i) {
    if (i % 3 != 0) {
      must(results[i]);
    } else {
      REQUIRE_FALSE(results[i].ok());
      CHECK(results[i].error().id == "sql.foreign_key_violation");
    }
  }
  CHECK(int_from(*database, "SELECT count(*) FROM t") == 8);
}

TEST_CASE("the WAL is written back while changes go on, and emptied by a checkpoint") {
  const Folder folder;
  const auto database = must(open_sqlite({folder.file("a.db")}));
  must(run_script(*database, "CREATE TABLE t (no BIGINT PRIMARY KEY, b BYTEA)"));
  for (int64_t no = 0; no < 60; ++no) must(run(*database, "INSERT INTO t VALUES ($1, $2)", {no, Blob(1'000'000, 3)}));
  const std::string wal = folder.file("a.db-wal");
  CHECK(std::filesystem::file_size(wal) < 32'000'000);
  must(database->checkpoint());
  CHECK(std::filesystem::file_size(wal) == 0);
  CHECK(int_from(*database, "SELECT count(*) FROM t") == 60);
}

TEST_CASE("a checkpoint that a reader holds up says so, and works afterwards") {
  const Folder folder;
  const auto database = must(open_sqlite({folder.file("a.db")}));
  must(run_script(*database, "CREATE TABLE t (no BIGINT PRIMARY KEY, b BYTEA); INSERT INTO t (no) VALUES (1), (2)"));
  {
    const auto lease = database->read();
    REQUIRE(lease.ok());
    bool first = true;
    must((*lease)->each("SELECT no FROM t", {}, [&](const Values&) -> Result<> {
      if (!std::exchange(first, false)) return {};
      must(insert(*database, 3));
      const auto held_up = database->checkpoint();
      REQUIRE_FALSE(held_up.ok());
      CHECK(held_up.error().id == "sql.busy");
      must(insert(*database, 4));
      return {};
    }));
  }
  must(database->checkpoint());
  CHECK(int_from(*database, "SELECT count(*) FROM t") == 4);
}

TEST_CASE("columns declared DATE, TIMESTAMP and BOOLEAN keep what is not of their type") {
  const Folder folder;
  const auto database = must(open_sqlite({folder.file("a.db")}));
  must(run_script(*database,
                  "CREATE TABLE t (day DATE, flag BOOLEAN, moment TIMESTAMP, price DECIMAL(9,2)); INSERT INTO t VALUES ('someday', 7, 'then', 3)"));
  CHECK(rows_of(*database, "SELECT day, flag, moment, price FROM t").rows ==
        std::vector<Values>{{std::string("someday"), int64_t{7}, std::string("then"), 3.0}});
}

}  // namespace banmo::sql::test
