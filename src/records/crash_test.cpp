// SPDX-License-Identifier: Apache-2.0
// kill -9 during an import and during single-row edits: nothing acknowledged is missing, nothing stands twice, the import goes on.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "records/test_world.h"

namespace banmo::records::test {
namespace {

// BANMO_CRASH_ROUNDS=50 BANMO_CRASH_ROWS=1000000 is the long run.
int64_t wanted(const char* name, int64_t usual) {
  const char* const value = std::getenv(name);
  return value == nullptr ? usual : std::atoll(value);
}
const int64_t kRounds = wanted("BANMO_CRASH_ROUNDS", 20);
const int64_t kRows = wanted("BANMO_CRASH_ROWS", 4000);

json::Object edit(int64_t i) {
  return {{"school_id", "3702000002"}, {"phone", std::to_string(13'900'000'000 + i)}, {"name", "编辑" + std::to_string(i)}};
}

// Rows of the dataset `contact`: its key needs no people.
std::string import_text() {
  std::string text = "学校,电话,姓名\n";
  for (int64_t i = 0; i < kRows; ++i) text += "3702000001," + std::to_string(13'000'000'000 + i) + ",导入" + std::to_string(i) + "\n";
  return text;
}

// The victim: goes on with the import or begins it, and edits; tells every acknowledged edit through the pipe. Ends by being killed, or when the
// import is done.
[[noreturn]] void run_victim(const std::string& folder, int64_t first_edit, int told) {
  World world(Pair::sqlite_duckdb, folder);
  world.close();
  world.chunk_rows = kRows / 16;
  world.open();
  if (must(world.records->jobs(world.system, 1, "")).empty()) {
    (void)must(world.records->import(world.system, {.dataset = "contact", .file = folder + "/import.csv", .file_name = "import.csv"}));
  }
  for (int64_t i = first_edit;; ++i) {
    if (!world.records->create_row(world.system, "contact", edit(i)).ok()) _exit(2);
    if (::write(told, &i, sizeof i) != static_cast<ssize_t>(sizeof i)) _exit(3);
  }
}

TEST_CASE("kill -9 at any moment of an import and of edits loses nothing that was answered and doubles nothing") {
  const std::string folder = (std::filesystem::temp_directory_path() / ("banmo_records_crash_" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/import.csv", std::ios::binary) << import_text();
  int64_t n_edits = 0;
  for (int64_t round = 0; round < kRounds; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t victim = ::fork();
    REQUIRE(victim >= 0);
    if (victim == 0) {
      ::close(ends[0]);
      run_victim(folder, n_edits + 1'000 * round, ends[1]);
    }
    ::close(ends[1]);
    // Killed after a number of acknowledged edits that differs from round to round; the first rounds die while the stores are opened.
    int64_t told = 0, n_told = 0;
    if (round % 4 == 3)
      ::usleep(static_cast<useconds_t>(20'000 * round * std::max<int64_t>(1, kRows / 100'000)));
    else
      while (n_told < 1 + round * 3 && ::read(ends[0], &told, sizeof told) == static_cast<ssize_t>(sizeof told)) ++n_told;
    ::kill(victim, SIGKILL);
    while (::read(ends[0], &told, sizeof told) == static_cast<ssize_t>(sizeof told)) ++n_told;
    ::close(ends[0]);
    int status = 0;
    ::waitpid(victim, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    n_edits += n_told;
  }
  {
    World world(Pair::sqlite_duckdb, folder);
    const auto jobs = must(world.records->jobs(world.system, 10, ""));
    REQUIRE(jobs.size() == 1);
    const Job job = must(world.records->wait(world.system, jobs[0].id));
    CHECK(job.state == JobState::done);
    CHECK(job.n_new == kRows);
    CHECK(job.n_read == kRows);
    must(world.records->flush());
    CHECK(world.count("SELECT COUNT(*) FROM ds_contact WHERE name LIKE '导入%'") == kRows);
    CHECK(world.count("SELECT COUNT(*) FROM ds_contact WHERE name LIKE '编辑%'") >= n_edits);
    CHECK(world.count("SELECT COUNT(*) - COUNT(DISTINCT phone) FROM ds_contact") == 0);
    CHECK(world.count("SELECT COUNT(*) FROM ds_contact__past") == 0);
    CHECK(world.records->n_rows("contact") == world.count("SELECT COUNT(*) FROM ds_contact"));
    CHECK(world.count("SELECT CAST(SUM(n) AS BIGINT) FROM bm_score WHERE dataset = 'contact' AND rule = ''") == world.records->n_rows("contact"));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace banmo::records::test
