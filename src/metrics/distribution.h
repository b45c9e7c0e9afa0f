// SPDX-License-Identifier: Apache-2.0
// The spread of a figure among the members of a group, from an answer that holds a row for each group and member. Pure.
#pragma once

#include <vector>

#include "metrics/types.h"

namespace banmo::metrics {

// Smallest value, quartiles, largest value.
struct FiveNumbers {
  double min = 0, lower = 0, median = 0, upper = 0, max = 0;
};

// Of at least one finite value, in any order. Quartiles between two values are interpolated (Hyndman & Fan 1996, type 7). O(n log n).
FiveNumbers five_numbers(std::vector<double> values);

// From columns (group, member, figure) to (group, members, min, q1, median, q3, max): the columns of the figure are named "<metric>__q1". Only
// figures that the answer shows are counted, so nothing withheld can be told from a quartile; a group whose members are all withheld has no figures
// and is listed as withheld.
QueryResult spread_of(const QueryResult& members);

}  // namespace banmo::metrics
