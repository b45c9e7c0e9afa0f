// SPDX-License-Identifier: Apache-2.0
#include "math/panel_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace banmo::math {
namespace {

constexpr double kMostPoints = 100;
constexpr double kNoSpread = 1e-9;  // points; below it a reviewer gave all the same

Result<> check(std::span<const Sheet> sheets, size_t n_work, size_t n_reviewer) {
  std::set<std::pair<int32_t, int32_t>> seen;
  for (const Sheet& sheet : sheets) {
    const bool known =
        sheet.work >= 0 && static_cast<size_t>(sheet.work) < n_work && sheet.reviewer >= 0 && static_cast<size_t>(sheet.reviewer) < n_reviewer;
    const bool is_score = sheet.points >= 0 && sheet.points <= kMostPoints;  // false for NaN
    if (known && is_score && seen.emplace(sheet.work, sheet.reviewer).second) continue;
    return fail(ErrorCode::invalid, "math.panel",
                {"评分表不成立：作品或评审序号越界、分数不在 0 到 100 之间，或同一评审对同一作品打了两次分",
                 "the sheets do not hold: a work or reviewer that there is not, points outside 0 to 100, or a reviewer twice at a work"});
  }
  return {};
}

struct Habit {
  int n = 0;
  double mean = 0, variance = 0;
};

// Two passes: the difference of large sums would lose the spread.
std::vector<Habit> habits_of(std::span<const Sheet> sheets, size_t n_reviewer) {
  std::vector<Habit> habits(n_reviewer);
  for (const Sheet& sheet : sheets) {
    Habit& habit = habits[static_cast<size_t>(sheet.reviewer)];
    ++habit.n;
    habit.mean += sheet.points;
  }
  for (Habit& habit : habits)
    if (habit.n > 0) habit.mean /= habit.n;
  for (const Sheet& sheet : sheets) {
    Habit& habit = habits[static_cast<size_t>(sheet.reviewer)];
    habit.variance += (sheet.points - habit.mean) * (sheet.points - habit.mean) / habit.n;
  }
  return habits;
}

std::vector<double> normalised(std::span<const Sheet> sheets, size_t n_reviewer) {
  const std::vector<Habit> habits = habits_of(sheets, n_reviewer);
  double mean = 0, variance = 0;
  int n_normalised = 0;
  for (const Sheet& sheet : sheets) mean += sheet.points / static_cast<double>(sheets.size());
  for (const Habit& habit : habits) {
    if (habit.n < kFewestToNormalise) continue;
    ++n_normalised;
    variance += habit.variance;
  }
  const double spread = n_normalised == 0 ? 0 : std::sqrt(variance / n_normalised);
  std::vector<double> out;
  for (const Sheet& sheet : sheets) {
    const Habit& habit = habits[static_cast<size_t>(sheet.reviewer)];
    const double own_spread = std::sqrt(habit.variance);
    double points = sheet.points;
    if (habit.n >= kFewestToNormalise) points = own_spread < kNoSpread ? mean : mean + spread * (sheet.points - habit.mean) / own_spread;
    out.push_back(std::clamp(points, 0.0, kMostPoints));
  }
  return out;
}

}  // namespace

Result<PanelScores> panel_scores(std::span<const Sheet> sheets, size_t n_work, size_t n_reviewer, PanelOptions options) {
  BANMO_DO(check(sheets, n_work, n_reviewer));
  PanelScores out;
  if (options.normalise)
    out.adjusted = normalised(sheets, n_reviewer);
  else
    for (const Sheet& sheet : sheets) out.adjusted.push_back(sheet.points);
  out.counts.assign(sheets.size(), 1);
  out.score.assign(n_work, std::numeric_limits<double>::quiet_NaN());
  std::vector<std::vector<size_t>> of_work(n_work);
  for (size_t i = 0; i < sheets.size(); ++i) of_work[static_cast<size_t>(sheets[i].work)].push_back(i);
  for (size_t work = 0; work < n_work; ++work) {
    std::vector<size_t>& own = of_work[work];
    if (own.empty()) continue;
    // Added up in the order of points: the sum is the same in whatever order the sheets came.
    std::sort(own.begin(), own.end(),
              [&](size_t a, size_t b) { return std::pair(out.adjusted[a], sheets[a].reviewer) < std::pair(out.adjusted[b], sheets[b].reviewer); });
    const bool drops = options.drop_extremes && own.size() >= kFewestToDropExtremes;
    if (drops) out.counts[own.front()] = out.counts[own.back()] = 0;
    double sum = 0;
    for (size_t i = drops ? 1 : 0; i < own.size() - (drops ? 1 : 0); ++i) sum += out.adjusted[own[i]];
    out.score[work] = sum / static_cast<double>(own.size() - (drops ? 2 : 0));
  }
  return out;
}

}  // namespace banmo::math
