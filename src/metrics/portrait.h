// SPDX-License-Identifier: Apache-2.0
// What a family sees of its own child: each result against the standard, the trend of the total, what to practise. One person at a time; nobody is
// compared with anybody.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "pack/types.h"

namespace banmo::metrics {

struct PortraitPoint {
  std::string period;
  double value = 0;
  std::optional<double> score;  // by the standard of that period's row; absent if no row of the standard fits
};
struct PortraitStep {   // the nearest value of the next better band
  double value = 0;     // next_step gives the bound itself; a portrait the last value that is still in the band
  bool upwards = true;  // reach it from below; else from above
  size_t band = 0;      // index into Portrait::bands
};
struct PortraitItem {
  const pack::Portrait::Item* words = nullptr;  // null: the portrait has none for this code
  std::string code;
  pack::Title title;
  std::vector<PortraitPoint> points;  // by period; the last is the present one
  std::optional<size_t> band;         // of the last score: index into Portrait::bands
  std::optional<PortraitStep> next;   // absent in the best band
};
struct PortraitTotal {
  std::string period;
  double value = 0;
  pack::Title level;
};
struct PortraitResult {
  const pack::Portrait* portrait = nullptr;
  directory::Person person;
  std::string period;  // of the latest results
  std::vector<PortraitItem> items;
  std::vector<PortraitTotal> totals;
  std::vector<size_t> practise;  // indexes of at most two items, weakest first: those below the best band
  std::optional<Instant> updated_at;
};

// The score that the standard gives to a value, and the step to the next band. `rows` are the standard's rows that fit the result. Pure.
struct StandardRow {
  double from = 0, below = 0, score = 0;
};
std::optional<double> score_of(const std::vector<StandardRow>& rows, double value);
size_t band_of(const std::vector<pack::Portrait::Band>& bands, double score);
std::optional<PortraitStep> next_step(const std::vector<StandardRow>& rows, const std::vector<pack::Portrait::Band>& bands, double value);

}  // namespace banmo::metrics
