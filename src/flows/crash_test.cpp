// SPDX-License-Identifier: Apache-2.0
// kill -9 while cases are opened and moved: every answered move stands with its history, its audit entry and its row, none stands twice.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "directory/test_kills.h"
#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

constexpr int kRounds = 6;

// Opens cases and brings them to the district; tells the number of each that was answered.
void run_victim(const std::string& folder, const std::function<void(const int64_t&)>& tell) {
  World world(Pair::sqlite_duckdb, folder);
  for (;;) tell(std::stoll(world.sent(5000).head.key.substr(6)));
}

// Kills the victim after `n` answers; all that it gave.
std::vector<int64_t> kill_after(const std::string& folder, size_t n) {
  return banmo::test::kill_after<int64_t>(n, [&](const auto& tell) { run_victim(folder, tell); });
}

}  // namespace

TEST_CASE("kill -9 during moves loses nothing that was answered and doubles nothing") {
  const std::string folder = (std::filesystem::temp_directory_path() / ("banmo_flows_crash_" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  std::vector<int64_t> answered;
  for (size_t round = 0; round < kRounds; ++round) {
    const auto more = kill_after(folder, 1 + round * 4);
    answered.insert(answered.end(), more.begin(), more.end());
  }
  {
    World world(Pair::sqlite_duckdb, folder);
    REQUIRE(answered.size() >= kRounds);
    for (const int64_t number : answered) {
      std::string digits = std::to_string(number);
      digits.insert(0, 6 - digits.size(), '0');
      CHECK_MESSAGE(world.in_warehouse("L2026-" + digits) == "check|5000", digits);
    }
    // Whatever was written was written whole: a case in "check" has its two steps, its desks, its entries and one row.
    const int64_t n_sent = world.count("SELECT COUNT(*) FROM flow_case WHERE state = 'check'");
    CHECK(n_sent >= static_cast<int64_t>(answered.size()));
    CHECK(world.count("SELECT COUNT(*) FROM flow_step") == 2 * n_sent);
    CHECK(world.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.move'") == n_sent);
    CHECK(world.count("SELECT COUNT(DISTINCT case_key) - COUNT(*) FROM flow_case") == 0);
    must(world.records->flush());
    const auto lease = must(world.stores.warehouse->read());
    const auto rows = must(lease->query("SELECT COUNT(*), COUNT(DISTINCT no), (SELECT COUNT(*) FROM ds_loan_case__past) FROM ds_loan_case"));
    CHECK(sql::int_of(rows[0][0]) == n_sent);
    CHECK(sql::int_of(rows[0][1]) == n_sent);
    CHECK(sql::int_of(rows[0][2]) == 0);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace banmo::flows::test
