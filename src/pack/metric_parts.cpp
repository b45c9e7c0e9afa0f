// SPDX-License-Identifier: Apache-2.0
#include "pack/metric_parts.h"

#include <algorithm>
#include <map>

namespace banmo::pack {

namespace {

// What was gone through with a cell as great need not be again: metrics that share their parts many times over take no longer.
void go_through(const Catalogue& catalogue, std::string_view id, int min_cell, std::map<const Metric*, int>& seen) {
  const Metric* metric = catalogue.metric(id);
  if (metric == nullptr) return;
  min_cell = std::max(min_cell, metric->min_cell);
  const auto [at, is_new] = seen.emplace(metric, min_cell);
  if (!is_new && at->second >= min_cell) return;
  at->second = min_cell;
  if (metric->kind == MetricKind::ratio)
    for (const std::string* part : {&metric->numerator, &metric->denominator}) go_through(catalogue, *part, min_cell, seen);
  for (const Metric::Operand& operand : metric->operands) go_through(catalogue, operand.metric, min_cell, seen);
}

}  // namespace

// The loader refuses circles and what is deeper than 32.
std::vector<MetricPart> parts_of(const Catalogue& catalogue, std::string_view metric) {
  std::map<const Metric*, int> seen;
  go_through(catalogue, metric, 0, seen);
  std::vector<MetricPart> parts;
  for (const auto& [one, min_cell] : seen)
    if (one->kind == MetricKind::aggregate) parts.push_back({one, min_cell});
  return parts;
}

}  // namespace banmo::pack
