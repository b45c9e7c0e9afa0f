// SPDX-License-Identifier: Apache-2.0
// What a metric is counted from. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "pack/pack.h"

namespace banmo::pack {

// An aggregate metric that stands in another one, with the smallest cell that the way to it asks for: a ratio's guards the datasets of both its
// parts, a derived metric's those of its operands.
struct MetricPart {
  const Metric* metric = nullptr;
  int min_cell = 0;
};

// All of them, of itself and of the metrics that it is made of, each once. None for a metric that there is not.
std::vector<MetricPart> parts_of(const Catalogue& catalogue, std::string_view metric);

}  // namespace banmo::pack
