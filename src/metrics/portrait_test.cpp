// SPDX-License-Identifier: Apache-2.0
#include "metrics/portrait.h"

#include <doctest/doctest.h>

using namespace banmo::metrics;
using banmo::pack::Portrait;

namespace {

const std::vector<Portrait::Band> kBands = {
    {90, {"优秀", "Excellent"}, {}}, {80, {"良好", "Good"}, {}}, {60, {"及格", "Pass"}, {}}, {0, {"努力", "On the way"}, {}}};

// More is better: jumps in cm.
const std::vector<StandardRow> kJump = {{-1000, 150, 50}, {150, 180, 60}, {180, 200, 80}, {200, 100000, 100}};
// Less is better: seconds of a run.
const std::vector<StandardRow> kRun = {{-1000, 8, 100}, {8, 9, 85}, {9, 11, 60}, {11, 100000, 40}};
// The middle is best: body mass index.
const std::vector<StandardRow> kIndex = {{-1000, 13.5, 80}, {13.5, 18.2, 100}, {18.2, 20.4, 80}, {20.4, 100000, 60}};

}  // namespace

TEST_CASE("a score is the step that holds the value, its lower bound included") {
  CHECK(score_of(kJump, 179.9) == 60);
  CHECK(score_of(kJump, 180) == 80);
  CHECK(score_of(kRun, 8) == 85);
  CHECK_FALSE(score_of({}, 5));
  CHECK(band_of(kBands, 90) == 0);
  CHECK(band_of(kBands, 89.9) == 1);
  CHECK(band_of(kBands, 0) == 3);
}

TEST_CASE("the next step goes up where more is better, and down where less is") {
  const auto jump = next_step(kJump, kBands, 160);
  REQUIRE(jump);
  CHECK(jump->value == 180);
  CHECK(jump->upwards);
  CHECK(jump->band == 1);
  const auto run = next_step(kRun, kBands, 9.6);
  REQUIRE(run);
  CHECK(run->value == 9);
  CHECK_FALSE(run->upwards);
  CHECK(run->band == 1);
}

TEST_CASE("where the middle is best the step leads to the nearer side") {
  const auto light = next_step(kIndex, kBands, 13.0);
  REQUIRE(light);
  CHECK(light->value == 13.5);
  CHECK(light->upwards);
  const auto heavy = next_step(kIndex, kBands, 19.0);
  REQUIRE(heavy);
  CHECK(heavy->value == 18.2);
  CHECK_FALSE(heavy->upwards);
  CHECK(heavy->band == 0);
}

TEST_CASE("the best band has no next step, nor has a value outside the standard") {
  CHECK_FALSE(next_step(kJump, kBands, 205));
  CHECK_FALSE(next_step({{0, 10, 60}}, kBands, 20));
}
