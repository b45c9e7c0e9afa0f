// SPDX-License-Identifier: Apache-2.0
// Inside the room: a page of statements by lists (postings.h). All filters walk together from the page's cursor on, each leaping to the next number
// that another one gives, so that the rarest leads whatever the order, and any depth costs the same. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "events/index.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

// A statement stands in at least one of the lists.
using Filter = std::vector<int64_t>;
inline constexpr size_t kMaxOfFilter = 400;  // lists of one filter: each is looked for in every segment

class Lists {
 public:
  Lists(sql::Database& ledger, Index& index) : ledger_(ledger), index_(index) {}
  // `columns` (the first is s.no) of at most `limit` statements `s` that pass all filters (none: all statements), newest first or in order, with the
  // times and the cursor of `query`. `condition` is SQL over xapi_statement s. Voided ones are left out.
  Result<sql::Rows> page(std::string_view columns, const std::vector<Filter>& filters, const StatementQuery& query, const std::string& condition,
                         size_t limit);

 private:
  sql::Database& ledger_;
  Index& index_;
};

}  // namespace banmo::events
