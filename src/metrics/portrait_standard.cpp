// SPDX-License-Identifier: Apache-2.0
// A value against the rows of a standard.
#include <cmath>

#include "metrics/portrait.h"

namespace banmo::metrics {

std::optional<double> score_of(const std::vector<StandardRow>& rows, double value) {
  for (const StandardRow& row : rows)
    if (value >= row.from && value < row.below) return row.score;
  return std::nullopt;
}

size_t band_of(const std::vector<pack::Portrait::Band>& bands, double score) {
  for (size_t i = 0; i < bands.size(); ++i)
    if (score >= bands[i].from) return i;
  return bands.size() - 1;
}

std::optional<PortraitStep> next_step(const std::vector<StandardRow>& rows, const std::vector<pack::Portrait::Band>& bands, double value) {
  const auto score = score_of(rows, value);
  if (!score) return std::nullopt;
  const size_t here = band_of(bands, *score);
  std::optional<PortraitStep> nearest;
  for (const StandardRow& row : rows) {
    if (here == 0 || row.score < bands[here - 1].from) continue;
    const bool upwards = row.from > value;
    const PortraitStep step{upwards ? row.from : row.below, upwards, band_of(bands, row.score)};
    if (!nearest || std::abs(step.value - value) < std::abs(nearest->value - value)) nearest = step;
  }
  return nearest;
}

}  // namespace banmo::metrics
