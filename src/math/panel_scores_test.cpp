// SPDX-License-Identifier: Apache-2.0
#include "math/panel_scores.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace banmo::math {
namespace {

std::vector<double> scores(const std::vector<Sheet>& sheets, size_t n_work, size_t n_reviewer, PanelOptions options) {
  const auto done = panel_scores(sheets, n_work, n_reviewer, options);
  REQUIRE(done.ok());
  return done->score;
}

// Each work by `n` of the reviewers, points around the work's worth.
std::vector<Sheet> round_of(std::mt19937& random, int n_work, int n_reviewer, int n) {
  std::vector<Sheet> sheets;
  std::vector<int> all(static_cast<size_t>(n_reviewer));
  std::iota(all.begin(), all.end(), 0);
  for (int work = 0; work < n_work; ++work) {
    std::shuffle(all.begin(), all.end(), random);
    const double worth = std::uniform_real_distribution(40.0, 60.0)(random);
    for (int i = 0; i < n; ++i) sheets.push_back({work, all[static_cast<size_t>(i)], worth + std::uniform_real_distribution(-5.0, 5.0)(random)});
  }
  return sheets;
}

}  // namespace

TEST_CASE("a score is the mean of its sheets, without the highest and the lowest where they are dropped") {
  const std::vector<Sheet> sheets{{0, 0, 60}, {0, 1, 80}, {0, 2, 90}, {0, 3, 100}, {1, 0, 10}, {1, 1, 20}, {1, 2, 60}};
  CHECK(scores(sheets, 2, 4, {}) == std::vector<double>{82.5, 30});
  CHECK(scores(sheets, 2, 4, {.drop_extremes = true}) == std::vector<double>{85, 30});  // three sheets: all count
  CHECK(panel_scores(sheets, 2, 4, {.drop_extremes = true})->counts == std::vector<uint8_t>{0, 1, 1, 0, 1, 1, 1});
  CHECK(std::isnan(scores({}, 1, 1, {}).front()));
}

TEST_CASE("a severe and a mild reviewer of the same works count the same when normalised") {
  // By hand: means 50 and 80, spreads sqrt(200/3) and sqrt(50/3); M = 65, S = sqrt((200/3 + 50/3) / 2).
  const std::vector<Sheet> sheets{{0, 0, 40}, {1, 0, 50}, {2, 0, 60}, {0, 1, 75}, {1, 1, 80}, {2, 1, 85}};
  const auto done = panel_scores(sheets, 3, 2, {.normalise = true});
  REQUIRE(done.ok());
  const double spread = std::sqrt((200.0 / 3 + 50.0 / 3) / 2) * std::sqrt(1.5);
  for (const size_t own : {size_t{0}, size_t{3}}) {
    CHECK(done->adjusted[own] == doctest::Approx(65 - spread));
    CHECK(done->adjusted[own + 1] == doctest::Approx(65));
    CHECK(done->adjusted[own + 2] == doctest::Approx(65 + spread));
  }
}

TEST_CASE("a reviewer with few sheets is left as they are, one who gave all the same says the mean") {
  const std::vector<Sheet> sheets{{0, 0, 10}, {1, 0, 20}, {0, 1, 60}, {1, 1, 60}, {2, 1, 60}};
  const auto done = panel_scores(sheets, 3, 2, {.normalise = true});
  REQUIRE(done.ok());
  CHECK(done->adjusted == std::vector<double>{10, 20, 42, 42, 42});
}

TEST_CASE("the order of sheets changes nothing, and every score lies within what its sheets say") {
  std::mt19937 random(7);
  for (int run = 0; run < 200; ++run) {
    auto sheets = round_of(random, 12, 9, 5);
    const PanelOptions options{.drop_extremes = run % 2 == 0, .normalise = run % 3 == 0};
    const auto before = panel_scores(sheets, 12, 9, options);
    REQUIRE(before.ok());
    std::vector<double> low(12, 100), high(12, 0);
    for (size_t i = 0; i < sheets.size(); ++i) {
      auto& least = low[static_cast<size_t>(sheets[i].work)];
      auto& most = high[static_cast<size_t>(sheets[i].work)];
      least = std::min(least, before->adjusted[i]);
      most = std::max(most, before->adjusted[i]);
    }
    for (size_t work = 0; work < 12; ++work) {
      CHECK(before->score[work] >= low[work] - 1e-9);
      CHECK(before->score[work] <= high[work] + 1e-9);
    }
    std::shuffle(sheets.begin(), sheets.end(), random);
    const auto after = scores(sheets, 12, 9, options);
    for (size_t work = 0; work < 12; ++work) CHECK(after[work] == doctest::Approx(before->score[work]).epsilon(1e-12));
  }
}

TEST_CASE("how mild a reviewer is changes no difference between works when normalised") {
  std::mt19937 random(11);
  for (int run = 0; run < 100; ++run) {
    auto sheets = round_of(random, 20, 6, 4);
    const auto before = scores(sheets, 20, 6, {.normalise = true});
    for (Sheet& sheet : sheets)
      if (sheet.reviewer == 2) sheet.points += 12;
    const auto after = scores(sheets, 20, 6, {.normalise = true});
    for (size_t work = 1; work < 20; ++work) CHECK(after[work] - after[0] == doctest::Approx(before[work] - before[0]).epsilon(1e-6).scale(100));
  }
}

TEST_CASE("one reviewer alone cannot lift a work whose extremes are dropped above what another said") {
  std::mt19937 random(13);
  for (int run = 0; run < 200; ++run) {
    std::vector<Sheet> sheets;
    double second = 0, most = 0;
    for (int reviewer = 0; reviewer < 5; ++reviewer) {
      sheets.push_back({0, reviewer, std::uniform_real_distribution(0.0, 100.0)(random)});
      if (reviewer > 0) most = std::max(most, sheets.back().points);
    }
    for (const double bribed : {0.0, 50.0, 100.0}) {
      sheets[0].points = bribed;
      second = scores(sheets, 1, 5, {.drop_extremes = true}).front();
      CHECK(second <= most + 1e-9);
    }
  }
}

TEST_CASE("what is no sheet is refused") {
  const double no_number = std::numeric_limits<double>::quiet_NaN();
  for (const std::vector<Sheet>& sheets : std::vector<std::vector<Sheet>>{
           {{1, 0, 5}}, {{0, 1, 5}}, {{-1, 0, 5}}, {{0, 0, 101}}, {{0, 0, -1}}, {{0, 0, no_number}}, {{0, 0, 5}, {0, 0, 6}}}) {
    const auto done = panel_scores(sheets, 1, 1, {});
    REQUIRE(!done.ok());
    CHECK(done.error().id == "math.panel");
    CHECK(done.error().message.en.starts_with("the sheets do not hold"));
  }
}

}  // namespace banmo::math
