// SPDX-License-Identifier: Apache-2.0
// The whole way: files, import, accounts, figures.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "server/city.h"
#include "server/demo.h"

using namespace banmo;
using namespace banmo::server;
using directory::Principal;

namespace {

struct Folder {
  Folder() { std::filesystem::create_directories(path); }
  Folder(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path = (std::filesystem::temp_directory_path() / ("banmo-demo-city-" + std::to_string(::getpid()))).string();
};

Settings settings_in(const Folder& folder) {
  Settings settings;
  settings.data = folder.path;
  settings.scenes = std::string(BANMO_SOURCE_DIR) + "/scenes";
  return settings;
}

template <class T>
std::string told(const Result<T>& result) {
  return result.ok() ? std::string() : result.error().to_string() + " " + result.error().cause;
}

double figure(City& city, const std::string& metric, const std::string& year) {
  metrics::Query query;
  query.metrics = {metric};
  query.where = {{"school_year", {year}}};
  const auto result = city.metrics().query(Principal::system(), query);
  REQUIRE_MESSAGE(result.ok(), told(result));
  REQUIRE(result->rows.size() == 1);
  const metrics::Cell& cell = result->rows[0].back();
  if (const auto* whole = std::get_if<int64_t>(&cell)) return static_cast<double>(*whole);
  REQUIRE(std::holds_alternative<double>(cell));
  return std::get<double>(cell);
}

}  // namespace

TEST_CASE("a demonstration city has people, plausible figures, errors of every kind, lamps of every colour, and is never made twice in one folder") {
  const Folder folder;
  const Terminal terminal(ProgressStyle::none);
  const auto made = make_demo(settings_in(folder), {.scale = 0.004, .seed = 3}, terminal);
  REQUIRE_MESSAGE(made.ok(), told(made));

  const auto again = make_demo(settings_in(folder), {.scale = 0.004, .seed = 3}, terminal);
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().id == "server.folder_not_empty");
  CHECK(again.error().message.en.find("remove this one if nobody needs it") != std::string::npos);

  const auto opened = City::open(settings_in(folder), true);
  REQUIRE_MESSAGE(opened.ok(), told(opened));
  City& city = **opened;
  const auto n_demo = city.directory().demo_accounts_left();
  REQUIRE(n_demo.ok());
  CHECK(*n_demo == 18);
  const auto top = city.directory().orgs()->children({});
  REQUIRE(top.size() == 1);
  CHECK(city.directory().counts(top[0]).n_students == 5200);

  const std::string year = std::to_string(std::min(2026, SchoolYear::of(city.directory().today()).first_year));
  const double good = figure(city, "fit_good_rate", year), pass = figure(city, "fit_pass_rate", year);
  CHECK(good > 45);
  CHECK(good < 62);
  CHECK(pass > 92);
  CHECK(pass < 98);
  CHECK(figure(city, "cond_schools", year) >= 35);

  std::set<std::string> rules;
  const auto scores = city.records().rule_scores(Principal::system(), "fitness_raw");
  REQUIRE(scores.ok());
  for (const auto& score : *scores) rules.insert(score.rule);
  for (const char* rule : {"reference", "required", "raw_range", "type", "code", "columns", "duplicate"})
    CHECK_MESSAGE(rules.contains(rule), std::string(rule));

  std::set<metrics::Lamp> lamps;
  const auto plan = city.metrics().plan(Principal::system());
  REQUIRE(plan.ok());
  for (const auto& target : *plan)
    for (const auto& one : target.years) lamps.insert(one.lamp);
  CHECK(lamps.size() == 4);

  const auto guardian = city.directory().sign_in("guardian", "banmo-demo", "test");
  REQUIRE_MESSAGE(guardian.ok(), told(guardian));
  CHECK(guardian->principal->wards.size() == 2);
  const auto parent = city.directory().sign_in("candidate_parent", "banmo-demo", "test");
  REQUIRE_MESSAGE(parent.ok(), told(parent));
  const auto admitted = city.admissions().mine(*parent->principal);
  REQUIRE_MESSAGE(admitted.ok(), told(admitted));
  CHECK(std::count_if(admitted->begin(), admitted->end(), [](const auto& one) { return !one.second.applicant.program.empty(); }) == 1);
  for (const auto& [run, explanation] : *admitted) CHECK(run.in_dataset);
  const auto teacher = city.directory().sign_in("teacher", "banmo-demo", "test");
  REQUIRE(teacher.ok());
  CHECK_FALSE(teacher->principal->classes.empty());
  CHECK_FALSE(teacher->principal->must_change_password);
}
