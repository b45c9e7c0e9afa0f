// SPDX-License-Identifier: Apache-2.0
// Inside the room: marks the rows of one dataset's answer that must be withheld. The weights of suppress.h stand in a table beside the roll-up, with
// the same key: they are summed by the same conditions and groups as the figures.
#pragma once

#include "metrics/ask.h"
#include "sql/sql.h"

namespace banmo::metrics {

// Makes the table of weights anew from the roll-up, in the transaction that changed it.
Result<> write_weights(sql::Connection& connection, const Cube& cube, const std::vector<std::string>& key_columns);

constexpr std::string_view kPeopleYear = "_year";  // the school year in the table of who stands where; packs have no such names

// The same for events, by organisation alone: from who stands where. A year of few people counts, whoever came in others.
Result<> write_event_weights(sql::Connection& connection, const Cube& cube, const std::string& org_column, const std::string& person_column);

// Of events: `weights` sums people and weights by the organisations of `asked.by`.
Result<> protect_events(sql::Connection& connection, const Statement& weights, const Cube& cube, const Asked& asked, LegTable& table);

// `weights` sums the weights by the keys of `table`.
Result<> protect(sql::Connection& connection, const Statement& weights, const Cube& cube, LegTable& table);

}  // namespace banmo::metrics
