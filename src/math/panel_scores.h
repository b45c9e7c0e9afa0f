// SPDX-License-Identifier: Apache-2.0
// Scores of a panel: several reviewers give points to each of several works. Pure and deterministic; the order of the sheets does not matter.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace banmo::math {

struct Sheet {
  int32_t work = 0;      // 0..n_work-1
  int32_t reviewer = 0;  // 0..n_reviewer-1, once a work
  double points = 0;     // 0..100
};

struct PanelOptions {
  bool drop_extremes = false;  // one highest and one lowest of a work with at least four sheets do not count
  bool normalise = false;
};

struct PanelScores {
  std::vector<double> score;     // [n_work] mean of what counts, 0..100; NaN for a work without sheets
  std::vector<double> adjusted;  // [n_sheet] points after normalising, 0..100
  std::vector<uint8_t> counts;   // [n_sheet] 0: dropped
};

// A reviewer with fewer sheets is left as they are: their own mean would say more about the works than about them.
inline constexpr int kFewestToNormalise = 3;
inline constexpr size_t kFewestToDropExtremes = 4;

// Mean of a work's points. Normalised points are M + S (x - m) / s: m and s mean and standard deviation (over n) of the reviewer's own sheets, M the
// mean of all sheets, S the root of the mean variance of the reviewers who are normalised; a reviewer with at least kFewestToNormalise sheets who
// gave all the same says M; the result is kept within 0..100. It takes works that are dealt out by chance: of a reviewer who has the best works only
// it would take away what they deserve. Extremes are dropped after normalising. Errors: invalid "math.panel" (indexes, points that are no number from
// 0 to 100, a reviewer twice at a work). O(n_sheet log n_sheet).
Result<PanelScores> panel_scores(std::span<const Sheet> sheets, size_t n_work, size_t n_reviewer, PanelOptions options);

}  // namespace banmo::math
