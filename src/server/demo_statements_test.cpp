// SPDX-License-Identifier: Apache-2.0
#include "server/demo_statements.h"

#include <doctest/doctest.h>

#include <set>

#include "events/recipes.h"

using namespace banmo;
using namespace banmo::server;

TEST_CASE("every statement of the demonstration city declares its recipe and follows it; all recipes but the one for training are in use") {
  const auto catalogue = pack::Catalogue::load_directory(std::string(BANMO_SOURCE_DIR) + "/scenes");
  REQUIRE(catalogue.ok());
  const auto recipes = events::Recipes::load(**catalogue);
  REQUIRE(recipes.ok());
  const auto plan = plan_city(**catalogue, 0.01, 1, 2026);
  REQUIRE(plan.ok());
  const json::Object actor{{"account", json::Object{{"homePage", "https://city.cn/xapi"}, {"name", "bma_1"}}}};
  Date until = plan->year_start();
  until.days += 60;
  std::set<std::string> used;
  int n = 0;
  for (const DemoClass& of : demo_classes(*plan))
    for (DemoStatement& one : demo_statements(*plan, of, *of.school, until)) {
      one.statement.set("actor", actor);
      const auto verdict = (*recipes)->check(one.statement);
      for (const auto& finding : verdict.findings) CHECK(finding.message.en == "");
      CHECK(verdict.templates.size() == 1);
      used.insert(verdict.profiles.begin(), verdict.profiles.end());
      ++n;
    }
  CHECK(n > 500);
  CHECK(used.size() == 7);
  CHECK(!used.contains(std::string(kDemoRecipes) + "training"));
}
