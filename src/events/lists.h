// SPDX-License-Identifier: Apache-2.0
// Inside the room: the question that finds a page of statements by lists (postings.h). The first filter's lists drive, each from the page's cursor
// on, the others are looked up: any depth costs the same. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

// A statement stands in at least one of the lists.
using Filter = std::vector<int64_t>;
inline constexpr size_t kMaxDrivers = 400;  // lists of the first filter: SQLite puts at most 500 selects together

// A question and its values, put together.
struct Question {
  std::string text;
  sql::Values values;
  std::string bound(sql::Value value);
};

// `columns` of at most `limit` statements `s` that pass all filters (none: all statements), newest first or in order, with the times and the cursor
// of `query`. `condition` is SQL over xapi_statement s. Voided ones are left out.
Question page_question(std::string_view columns, std::vector<Filter> filters, const StatementQuery& query, const std::string& condition,
                       size_t limit);

}  // namespace banmo::events
