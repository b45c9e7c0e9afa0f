// SPDX-License-Identifier: Apache-2.0
#include "audit/read_log.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <thread>

#include "audit/audit.h"
#include "audit/migrations.h"
#include "base/id.h"

namespace banmo::audit {
namespace {

constexpr Instant kNoon{1'795'000'000'000'000};

struct Folder {
  std::string path = "/tmp/banmo-reads-" + Uuid::next().to_string();
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::unique_ptr<sql::Database> open_ledger(const std::string& folder) {
  auto opened = sql::open_sqlite({folder + "/ledger.sqlite"});
  REQUIRE(opened.ok());
  REQUIRE(sql::migrate(**opened, "audit", audit_migrations()).ok());
  return std::move(opened).value();
}

std::unique_ptr<ReadLog> open_log(sql::Database& ledger, const std::string& folder, int flush_ms = 20, size_t n_bytes = size_t{1} << 16) {
  auto log = ReadLog::create(ledger, {.folder = folder, .profile = crypto::Profile::intl, .flush_ms = flush_ms, .n_bytes = n_bytes});
  REQUIRE_MESSAGE(log.ok(), log.error().to_string());
  return std::move(log).value();
}

Read read_of(const std::string& what, const std::string& actor = "principal", int64_t n_rows = 1) {
  return {kNoon, actor, "rows.read", "fitness_raw", what, n_rows};
}

std::vector<Stored> stored(sql::Database& ledger) {
  auto entries = list(ledger, {.actor = {}, .action = "rows.read", .before_seq = 0, .limit = 1000});
  REQUIRE(entries.ok());
  return std::move(entries).value();
}

std::set<std::string> whats_in(sql::Database& ledger) {
  std::set<std::string> seen;
  for (const Stored& entry : stored(ledger))
    for (const json::Value& read : *entry.entry.detail.find("reads")->as_array()) seen.insert(*read.find("what")->as_string());
  return seen;
}

// A ledger that takes no writes until it is told to.
class Refusing final : public sql::Database {
 public:
  explicit Refusing(sql::Database& inner) : inner_(inner) {}
  std::atomic<bool> refuses{true};
  sql::Dialect dialect() const override { return inner_.dialect(); }
  Result<sql::Lease> read() override { return inner_.read(); }
  Result<> write(const sql::Change& change) override {
    if (refuses) return fail(ErrorCode::storage_full, "sql.disk_full", {"磁盘已满", "the disk is full"});
    return inner_.write(change);
  }
  Result<> checkpoint() override { return inner_.checkpoint(); }
  Result<> copy_to(const std::string& path) override { return inner_.copy_to(path); }
  bool writable() const override { return !refuses; }

 private:
  sql::Database& inner_;
};

}  // namespace

TEST_CASE("reads of one actor and kind are one entry, and the chain is intact") {
  const Folder folder;
  const auto ledger = open_ledger(folder.path);
  const auto log = open_log(*ledger, folder.path, 60'000);
  for (const char* key : {"a", "b", "a"}) REQUIRE(log->note(read_of(key)).ok());
  REQUIRE(log->note(read_of("c", "teacher", 7)).ok());
  CHECK(log->n_waiting() == 4);
  REQUIRE(log->flush().ok());
  CHECK(log->n_waiting() == 0);
  const auto entries = stored(*ledger);
  REQUIRE(entries.size() == 2);
  const Entry& teacher = entries[0].entry;
  CHECK(teacher.actor == "teacher");
  CHECK(teacher.object == "c");
  CHECK(json::write(teacher.detail) == R"({"n_reads":1,"n_rows":7,"reads":[{"what":"c","n_rows":7}]})");
  const Entry& principal = entries[1].entry;
  CHECK(principal.object_kind == "fitness_raw");
  CHECK(json::write(principal.detail) == R"({"n_reads":3,"n_rows":3,"reads":[{"what":"a","n_rows":2,"n_times":2},{"what":"b","n_rows":1}]})");
  CHECK(verify(*ledger)->intact());
}

TEST_CASE("several servers on one PostgreSQL write their reads into its chains") {
  const char* pg = std::getenv("BANMO_TEST_PG");
  if (pg == nullptr) FAIL("BANMO_TEST_PG is not set: a libpq conninfo, or skip");
  if (std::string(pg) == "skip") return;
  const Folder folder;
  const std::string schema = "reads_" + Uuid::next().to_string().substr(24);
  auto opened = sql::open_postgres({pg, schema, 8});
  REQUIRE_MESSAGE(opened.ok(), opened.error().to_string());
  sql::Database& ledger = **opened;
  REQUIRE(sql::migrate(ledger, "audit", audit_migrations()).ok());
  {
    const auto first = open_log(ledger, folder.path, 2), second = open_log(ledger, folder.path, 2);
    for (int i = 0; i < 200; ++i) {
      REQUIRE(first->note(read_of("a" + std::to_string(i))).ok());
      REQUIRE(second->note(read_of("b" + std::to_string(i), "teacher")).ok());
    }
    REQUIRE(first->flush().ok());
    REQUIRE(second->flush().ok());
  }
  CHECK(whats_in(ledger).size() == 400);
  CHECK(verify(ledger)->intact());
  REQUIRE(ledger.write([&](sql::Connection& c) { return c.script("DROP SCHEMA " + sql::quote_identifier(schema) + " CASCADE"); }).ok());
}

TEST_CASE("a read is in the chain soon after it without anybody asking") {
  const Folder folder;
  const auto ledger = open_ledger(folder.path);
  const auto log = open_log(*ledger, folder.path, 5);
  REQUIRE(log->note(read_of("a")).ok());
  while (log->n_waiting() > 0) std::this_thread::yield();
  CHECK(stored(*ledger).size() == 1);
}

TEST_CASE("closing writes what is left") {
  const Folder folder;
  const auto ledger = open_ledger(folder.path);
  auto log = open_log(*ledger, folder.path, 60'000);
  REQUIRE(log->note(read_of("a")).ok());
  log.reset();
  CHECK(stored(*ledger).size() == 1);
}

TEST_CASE("after kill -9 the next start writes every read that was noted") {
  const Folder folder;
  {
    const auto ledger = open_ledger(folder.path);
  }
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto ledger = open_ledger(folder.path);
    const auto log = open_log(*ledger, folder.path, 60'000);
    for (int i = 0; i < 100; ++i)
      if (!log->note(read_of("key " + std::to_string(i))).ok()) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  const auto ledger = open_ledger(folder.path);
  CHECK(stored(*ledger).empty());
  {
    const auto log = open_log(*ledger, folder.path);
  }
  const auto entries = stored(*ledger);
  REQUIRE(entries.size() == 1);
  CHECK(json::write(entries[0].entry.detail).find(R"("n_reads":100)") != std::string::npos);
  {
    const auto log = open_log(*ledger, folder.path);
  }
  CHECK(stored(*ledger).size() == 1);
}

TEST_CASE("while the ledger takes nothing reads are noted until the file is full, then refused, and none of them is lost") {
  const Folder folder;
  const auto inner = open_ledger(folder.path);
  Refusing ledger(*inner);
  const auto log = open_log(ledger, folder.path, 5);
  int64_t n = 0;
  Result<> noted;
  while (n < 100'000 && (noted = log->note(read_of("key " + std::to_string(n)))).ok()) ++n;
  REQUIRE(n < 100'000);
  CHECK(n > 100);
  CHECK(noted.error().code == ErrorCode::unavailable);
  CHECK(noted.error().id == "audit.reads_not_written");
  CHECK(noted.error().message.zh.find("审计日志") != std::string::npos);
  const auto refused = log->flush();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().id == "sql.disk_full");
  ledger.refuses = false;
  REQUIRE(log->flush().ok());
  REQUIRE(log->note(read_of("after")).ok());
  REQUIRE(log->flush().ok());
  CHECK(whats_in(ledger).size() == static_cast<size_t>(n) + 1);
}

TEST_CASE("two processes on one folder have a file each") {
  const Folder folder;
  const auto ledger = open_ledger(folder.path);
  const auto first = open_log(*ledger, folder.path);
  const auto second = open_log(*ledger, folder.path);
  CHECK(std::filesystem::exists(folder.path + "/audit-reads-1.spool"));
  REQUIRE(first->note(read_of("a")).ok());
  REQUIRE(second->note(read_of("b")).ok());
  REQUIRE(first->flush().ok());
  REQUIRE(second->flush().ok());
  CHECK(stored(*ledger).size() == 2);
}

TEST_CASE("what ended processes left in any file of the folder is written by the next one") {
  const Folder folder;
  {
    const auto made = open_ledger(folder.path);
  }
  const auto leave = [&](const std::string& what) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    const auto own = open_ledger(folder.path);
    const auto log = open_log(*own, folder.path, 60'000);
    if (!log->note(read_of(what)).ok()) ::_exit(1);
    ::raise(SIGSTOP);
    ::_exit(2);
  };
  std::vector<pid_t> children;
  for (const char* what : {"first", "second"}) {
    children.push_back(leave(what));
    int status = 0;
    REQUIRE(::waitpid(children.back(), &status, WUNTRACED) == children.back());
    REQUIRE(WIFSTOPPED(status));
  }
  for (const pid_t child : children) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  REQUIRE(std::filesystem::exists(folder.path + "/audit-reads-1.spool"));
  const auto ledger = open_ledger(folder.path);
  const auto log = open_log(*ledger, folder.path);
  CHECK(whats_in(*ledger) == std::set<std::string>{"first", "second"});
  const auto another = open_log(*ledger, folder.path);
  CHECK(whats_in(*ledger).size() == 2);
}

}  // namespace banmo::audit
