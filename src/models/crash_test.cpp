// SPDX-License-Identifier: Apache-2.0
// kill -9 while an admission is run and published: an answered run stands whole, one that was not answered counts for nothing, and what was published
// is in the dataset of results once.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "directory/test_kills.h"
#include "models/test_world.h"

namespace banmo::models::test {
namespace {

constexpr int kRounds = 8;

// The id of a run that was answered; empty: a step begins.
struct Answer {
  char id[40] = {};
};

// Runs and publishes what can be; tells where it is.
void run_victim(const std::string& folder, const std::function<void(const Answer&)>& say) {
  World world(Pair::sqlite_duckdb, folder);
  const auto tell = [&](const std::string& id) {
    Answer answer;
    id.copy(answer.id, sizeof answer.id - 1);
    say(answer);
  };
  for (;;) {
    tell("");
    const std::string id = world.run("early").id.to_string();
    tell(id);
    if (!world.admissions->check(world.officer_b, id).ok()) _exit(4);
    tell("");
    (void)world.admissions->publish(world.officer_b, id).ok();  // the first is published, later ones are refused
  }
}

// Kills the victim when it has told n times; the ids that it gave.
std::vector<std::string> kill_after(const std::string& folder, size_t n) {
  std::vector<std::string> ids;
  for (const Answer& one : banmo::test::kill_after<Answer>(n, [&](const auto& tell) { run_victim(folder, tell); }))
    if (one.id[0] != 0) ids.emplace_back(one.id);
  return ids;
}

}  // namespace

TEST_CASE("kill -9 during a run and a publication loses nothing that was answered and doubles nothing") {
  const std::string folder = (std::filesystem::temp_directory_path() / ("banmo_models_crash_" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  std::vector<std::string> answered;
  for (int round = 0; round < kRounds; ++round) {
    const auto more = kill_after(folder, static_cast<size_t>(1 + round));
    answered.insert(answered.end(), more.begin(), more.end());
  }
  {
    World world(Pair::sqlite_duckdb, folder);
    REQUIRE(answered.size() >= 8);
    std::string output;
    int64_t n_published = 0;
    for (const std::string& id : answered) {
      const Run run = must(world.admissions->find(world.officer, id));
      CHECK((run.state == RunState::computed || run.state == RunState::checked || run.state == RunState::published));
      n_published += run.state == RunState::published ? 1 : 0;
      if (output.empty()) output = run.output_sha256;
      CHECK(run.output_sha256 == output);
      CHECK(world.placed(world.officer, run) == "K01:first K02:second K03:first K04:- K05:first/art K06:- K07:- K08:- K09:- K10:- K11:- K12:-");
      CHECK(must(world.admissions->explain(world.officer, id, "K01")).choices.size() == 3);
    }
    CHECK(n_published == 1);
    CHECK(world.in_dataset() == "early:4");
    // Rows stand for runs that count, and for each of them once.
    const int64_t n_runs =
        world.count(*world.stores.ledger, "SELECT COUNT(*) FROM admission_run WHERE state IN ('computed', 'checked', 'published')");
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(DISTINCT run_no) FROM admission_applicant") == n_runs);
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(*) FROM admission_applicant") == 12 * n_runs);
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM audit_entry WHERE action = 'admission.computed'") == n_runs);
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM admission_run WHERE state = 'running'") == 0);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace banmo::models::test
