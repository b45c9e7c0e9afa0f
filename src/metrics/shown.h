// SPDX-License-Identifier: Apache-2.0
// Inside the room: how the figures of one dataset are shown to somebody, by the levels of the fields that the question uses, as they stand now.
//
// A question is as sensitive as the highest of its dataset and its fields. Whoever may see all the rows at that level is shown everything; for others
// the smallest cell guards the figures. Two questions are refused instead, since no withheld cell would hide what they tell: one that groups or
// narrows by a field above the level of somebody who sees the other fields of the rows and would join the two; and one by or of a raised field of a
// dataset without a smallest cell.
#pragma once

#include <set>

#include "directory/scope.h"
#include "metrics/ask.h"
#include "metrics/types.h"
#include "pack/types.h"

namespace banmo::metrics {

struct Engine;
using Principal = directory::Principal;

// Fields of a cube's dataset, by index.
struct UsedFields {
  std::set<size_t> keys;      // grouped by, or under a condition
  std::set<size_t> measured;  // read by the metrics
};
UsedFields used_fields(const Engine& engine, const Query& query, const Asked& asked, const Cube& cube);

// What datasets_read gives of a cube's rows whose fields reach `level`.
directory::Scope rows_scope(const Engine& engine, const Principal& principal, const Cube& cube, pack::Level level);
bool gives_rows(const directory::Scope& rows, pack::Level level);
// True if all that `inner` reaches by organisation is reached by `outer`.
bool covers(const directory::Scope& outer, const directory::Scope& inner, const directory::OrgTree& tree);

enum class Shown { whole, guarded };
// `figures` is the principal's figures_scope of the cube. Errors: denied "metrics.field_above_level".
Result<Shown> shown(const Engine& engine, const Principal& principal, const Cube& cube, const directory::Scope& figures, const UsedFields& used);

}  // namespace banmo::metrics
