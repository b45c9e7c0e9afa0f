// SPDX-License-Identifier: Apache-2.0
// kill -9 in the middle of writes: every row that was acknowledged is there when the file is opened again. The writing program is this one, started
// again with --no-skip for the one test case that never ends. BANMO_CRASH_ROUNDS sets the rounds for each store (default 8).
#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "sql/sql.h"
#include "sql/test_stores.h"

namespace banmo::sql::test {
namespace {

constexpr int kWriters = 4;
constexpr int kDefaultRounds = 8;
constexpr unsigned kMaxSeconds = 120;  // the writing program ends by itself if nobody kills it
constexpr int kMaxAcknowledged = 400;  // before the kill; with the large rows, more than the WAL holds before it is written back

std::unique_ptr<Database> open_store(const std::string& kind, const std::string& path) {
  if (kind == "sqlite") return must(open_sqlite({path}));
  DuckdbOptions options;
  options.path = path;
  options.memory_limit_mb = 256;
  return must(open_duckdb(options));
}

// Each writer takes the numbers n, n + kWriters, ...; every 7th row is large. A number is told on standard output once it is acknowledged.
void write_for_ever(Database& database, int64_t first) {
  for (int64_t no = first;; no += kWriters) {
    const std::string text(no % 7 == 0 ? 200'000 : 20, 'x');
    must(run(database, "INSERT INTO t VALUES ($1, $2)", {no, text}));
    const std::string line = std::to_string(no) + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
  }
}

struct Child {
  pid_t pid = 0;
  int out = -1;
};

Child start_child(const std::string& kind, const std::string& path) {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const std::string start = "BANMO_CRASH=" + kind + ":" + path;
  const char* const arguments[] = {"sql_test", "--no-skip", "--test-case=writes until it is killed", nullptr};
  const char* const environment[] = {start.c_str(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t pid = 0;
  // Not fork: DuckDB's allocator takes all its locks for one.
  const int failed =
      posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, const_cast<char* const*>(arguments), const_cast<char* const*>(environment));
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(failed == 0);
  close(ends[1]);
  return {pid, ends[0]};
}

// Lines until `n_lines` have come (0: until the end); only whole lines count.
void read_numbers(int file, std::string& rest, std::set<int64_t>& numbers, size_t n_lines) {
  char buffer[4096];
  const size_t enough = numbers.size() + n_lines;
  while (n_lines == 0 || numbers.size() < enough) {
    const ssize_t n = read(file, buffer, sizeof buffer);
    if (n <= 0) return;
    rest.append(buffer, static_cast<size_t>(n));
    for (size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      const int64_t number = std::atoll(rest.substr(0, end).c_str());
      if (number > 0) numbers.insert(number);
      rest.erase(0, end + 1);
    }
  }
}

std::set<int64_t> acknowledged_before_kill(const std::string& kind, const std::string& path, size_t n_lines) {
  const Child child = start_child(kind, path);
  std::set<int64_t> numbers;
  std::string rest;
  read_numbers(child.out, rest, numbers, n_lines);
  kill(child.pid, SIGKILL);
  read_numbers(child.out, rest, numbers, 0);
  close(child.out);
  int status = 0;
  waitpid(child.pid, &status, 0);
  CHECK(WIFSIGNALED(status));
  return numbers;
}

void survive_kills(const std::string& kind) {
  const Folder folder;
  const std::string path = folder.file("store");
  must(run_script(*open_store(kind, path), "CREATE TABLE t (no BIGINT PRIMARY KEY, b TEXT)"));
  const char* const wanted = std::getenv("BANMO_CRASH_ROUNDS");
  const int n_rounds = wanted != nullptr ? std::atoi(wanted) : kDefaultRounds;
  std::mt19937 random(20261121);
  size_t n_acknowledged = 0;
  for (int round = 0; round < n_rounds; ++round) {
    const auto numbers = acknowledged_before_kill(kind, path, 1 + random() % kMaxAcknowledged);
    const auto store = open_store(kind, path);
    std::set<int64_t> found;
    for (const Values& row : rows_of(*store, "SELECT no FROM t WHERE length(b) = CASE WHEN no % 7 = 0 THEN 200000 ELSE 20 END").rows)
      found.insert(int_of(row[0]));
    size_t n_missing = 0;
    for (const int64_t number : numbers) n_missing += found.contains(number) ? 0 : 1;
    CHECK(n_missing == 0);
    n_acknowledged += numbers.size();
    must(run(*store, "DELETE FROM t"));
  }
  MESSAGE(kind << ": " << n_rounds << " kills, " << n_acknowledged << " acknowledged rows, none missing");
}

}  // namespace

TEST_CASE("writes until it is killed" * doctest::skip()) {
  const char* const start = std::getenv("BANMO_CRASH");
  if (start == nullptr) return;
  alarm(kMaxSeconds);
  const std::string text = start;
  const size_t colon = text.find(':');
  const auto store = open_store(text.substr(0, colon), text.substr(colon + 1));
  std::vector<std::thread> writers;
  for (int i = 1; i <= kWriters; ++i) writers.emplace_back([&, i] { write_for_ever(*store, i); });
  for (auto& writer : writers) writer.join();
}

TEST_CASE("a ledger killed in the middle of writes has every acknowledged row") { survive_kills("sqlite"); }

TEST_CASE("a warehouse killed in the middle of writes has every acknowledged row") { survive_kills("duckdb"); }

}  // namespace banmo::sql::test
