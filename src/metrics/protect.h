// SPDX-License-Identifier: Apache-2.0
// Inside the room: marks the rows of one dataset's answer that must be withheld. The grid that suppress.h works on spans every dimension that the
// question names, in `by` or in `where`, so that a filter is no way around: what a filter leaves out is a cell of the same line.
#pragma once

#include "metrics/ask.h"
#include "sql/sql.h"

namespace banmo::metrics {

// `periods` are those the leg was restricted to. Runs one query a grid on `connection`.
Result<> protect(sql::Connection& connection, const LegPrinter& printer, const Cube& cube, const Asked& asked,
                 const std::optional<std::vector<int64_t>>& periods, const directory::Scope& scope, const directory::OrgTree& tree, LegTable& table);

}  // namespace banmo::metrics
