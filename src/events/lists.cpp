// SPDX-License-Identifier: Apache-2.0
#include "events/lists.h"

#include <algorithm>
#include <limits>

#include "events/look_up.h"
#include "events/walk.h"

namespace banmo::events {
namespace {

constexpr int kTries = 5;                           // segments are put together seldom
constexpr size_t kMinChunk = 50, kMaxChunk = 1000;  // numbers whose rows are read at once

// Where a page begins and how far it may go.
struct Stretch {
  int64_t from = 0, to = 0;
};

Stretch stretch_of(const StatementQuery& query) {
  int64_t low = query.since ? query.since->micros + 1 : 0, high = query.until ? query.until->micros : std::numeric_limits<int64_t>::max();
  if (query.cursor > 0 && query.ascending) low = std::max(low, query.cursor + 1);
  if (query.cursor > 0 && !query.ascending) high = std::min(high, query.cursor - 1);
  return query.ascending ? Stretch{low, high} : Stretch{high, low};
}

// Without filters the order of storage itself is the list.
Result<sql::Rows> page_of_all(sql::Connection& connection, std::string_view columns, const StatementQuery& query, const std::string& condition,
                              size_t limit) {
  const Stretch stretch = stretch_of(query);
  return connection.query("SELECT " + std::string(columns) + " FROM xapi_statement s WHERE s.voided <> 1 AND s.no >= $1 AND s.no <= $2 AND " +
                              condition + " ORDER BY s.no " + (query.ascending ? "ASC" : "DESC") + " LIMIT " + std::to_string(limit),
                          {query.ascending ? stretch.from : stretch.to, query.ascending ? stretch.to : stretch.from});
}

// The rows of these numbers that stand and pass, in the numbers' order.
Result<> add_rows(sql::Connection& connection, std::string_view columns, const std::string& condition, const std::vector<sql::Value>& numbers,
                  sql::Rows& out) {
  const size_t n_before = out.size();
  const std::string statement = "SELECT " + std::string(columns) + " FROM xapi_statement s WHERE s.voided <> 1 AND " + condition + " AND s.no IN (";
  BANMO_DO(each_of(connection, statement, {}, numbers, [&](const sql::Values& row) -> Result<> {
    out.rows.push_back(row);
    return {};
  }));
  const bool ascending = numbers.size() < 2 || std::get<int64_t>(numbers[0]) < std::get<int64_t>(numbers[1]);
  std::sort(out.rows.begin() + static_cast<ptrdiff_t>(n_before), out.rows.end(), [&](const sql::Values& a, const sql::Values& b) {
    return ascending ? sql::int_of(a[0]) < sql::int_of(b[0]) : sql::int_of(a[0]) > sql::int_of(b[0]);
  });
  return {};
}

Result<sql::Rows> page_by_lists(sql::Connection& connection, const IndexView& view, std::string_view columns, const std::vector<Filter>& filters,
                                const StatementQuery& query, const std::string& condition, size_t limit) {
  Walk walk(connection, view, filters, query.ascending);
  const Stretch stretch = stretch_of(query);
  const int64_t step = query.ascending ? 1 : -1;
  sql::Rows out;
  int64_t bound = stretch.from;
  for (size_t chunk = std::clamp(limit, kMinChunk, kMaxChunk); out.size() < limit; chunk = kMaxChunk) {
    std::vector<sql::Value> numbers;
    while (numbers.size() < std::min(chunk, kMaxChunk)) {
      BANMO_TRY(const auto no, walk.next(bound));
      if (!no || (query.ascending ? *no > stretch.to : *no < stretch.to)) break;
      numbers.emplace_back(*no);
      bound = *no + step;
    }
    if (numbers.empty()) break;
    BANMO_DO(add_rows(connection, columns, condition, numbers, out));
  }
  if (out.size() > limit) out.rows.resize(limit);
  return out;
}

}  // namespace

Result<sql::Rows> Lists::page(std::string_view columns, const std::vector<Filter>& filters, const StatementQuery& query, const std::string& condition,
                              size_t limit) {
  BANMO_TRY(const auto lease, ledger_.read());
  if (filters.empty()) return page_of_all(*lease, columns, query, condition, limit);
  std::vector<int64_t> targets;
  for (const Filter& filter : filters) targets.insert(targets.end(), filter.begin(), filter.end());
  for (int i = 1;; ++i) {
    const auto view = index_.view(*lease, targets);
    auto rows = view.ok() ? page_by_lists(*lease, *view, columns, filters, query, condition, limit) : Result<sql::Rows>(view.error());
    if (rows.ok() || rows.error().id != kMoved || i == kTries) return rows;
  }
}

}  // namespace banmo::events
