// SPDX-License-Identifier: Apache-2.0
// Pages of rows: filters, order and keyset cursor as one bound query, always under the reader's scope. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "records/engine.h"
#include "records/job_store.h"
#include "records/row_store.h"
#include "records/row_text.h"

namespace banmo::records {

// A query over a dataset's rows; `t` is the table.
struct RowQuery {
  std::string where;         // without WHERE; never empty
  std::string order;         // without ORDER BY
  std::vector<size_t> keys;  // columns by which it is ordered
  std::vector<bool> descending;
  sql::Values parameters;
};

// Compiles filters, order, cursor. Errors: invalid "records.bad_filter", "records.bad_order", "records.bad_cursor"; denied "records.field_hidden" for
// a field that the reader sees masked or not at all (a filter over it would tell).
Result<RowQuery> plan_rows(const Engine& engine, const Schema& schema, const directory::Scope& scope, const PageRequest& request);
std::string make_cursor(const Schema& schema, const RowQuery& query, const PageRequest& request, const StoredRow& last);

// Streams the rows of a query, at most `limit` (0: all).
Result<> each_row(sql::Connection& connection, const Schema& schema, const RowQuery& query, int64_t limit,
                  const std::function<Result<>(const StoredRow& row)>& row);

}  // namespace banmo::records
