// SPDX-License-Identifier: Apache-2.0
// Zeros: where nothing of a kind was found there is no row to read. They are told only where there are data of the same period at all.
#include <algorithm>
#include <set>

#include "ask/figures.h"

namespace banmo::ask {

using metrics::Cell;
using metrics::ColumnKind;
using metrics::QueryResult;

namespace {

// Of a row: the keys of its groups.
std::string group_of(const QueryResult& table, const std::vector<Cell>& row) {
  std::string key;
  for (size_t c = 0; c < row.size() && c < table.columns.size(); ++c)
    if (table.columns[c].kind == ColumnKind::dimension) key += key_in(row[c]) + "\x1f";
  return key;
}

}  // namespace

Tree without_conditions(const Frame& frame, Tree tree) {
  const MetricFrame& first = *frame.metric(tree.metrics.front());
  std::erase_if(tree.where, [&](const Where& one) { return one.dimension != first.period; });
  return tree;
}

// Nothing of a kind is a zero where there are data of the period at all. What is reported of each place is no zero where nothing was reported.
Result<> FigureReader::zero_if_nothing(const Tree& tree, Figures& out) {
  const MetricFrame& first = *frame_.metric(tree.metrics.front());
  if (!out.table.rows.empty() || !tree.by.empty() || !first.counts || tree.where.empty() || tree.metrics.size() != 1) return {};
  Tree all = without_conditions(frame_, tree);
  if (first.stock)
    for (const Where& where : tree.where)
      if (is_level(where.dimension)) all.where.push_back(where);
  BANMO_TRY(QueryResult result, metrics_.query(principal_, query_of(all)));
  Figures whole;
  whole.table = std::move(result);
  take_period(all, whole);
  if (whole.table.rows.empty()) return {};
  out.period = whole.period;
  std::vector<Cell> row(out.table.columns.size());
  const size_t column = column_of(out.table, tree.metrics.front());
  if (column >= row.size()) return {};
  row[column] = int64_t{0};
  out.table.rows.push_back(std::move(row));
  return {};
}

// 没有民办学校的区市: which members have none of what the conditions ask for.
bool asks_for_none(const Tree& tree) {
  return tree.metrics.size() == 1 && tree.having.size() == 1 && tree.compare.empty() && !tree.by.empty() && tree.having.front().op == "=" &&
         tree.having.front().value == 0 && !tree.having.front().whole && tree.having.front().metric == tree.metrics.front() &&
         std::any_of(tree.where.begin(), tree.where.end(), [](const Where& one) { return !is_level(one.dimension); });
}

// Members that have data, and none of the kind: a row with 0 each. Those whose figure without the conditions is withheld stay out.
Result<> FigureReader::add_members_without(const Tree& tree, Figures& out) {
  const MetricFrame& first = *frame_.metric(tree.metrics.front());
  const bool by_period = !first.period.empty() && std::find(tree.by.begin(), tree.by.end(), first.period) != tree.by.end();
  if (!first.counts || by_period) return {};
  Tree all = tree;
  std::erase_if(all.where, [&](const Where& one) { return !is_level(one.dimension) && one.dimension != first.period; });
  Figures members;
  BANMO_TRY(members.table, metrics_.query(principal_, query_of(all)));
  take_period(all, members);
  const size_t from = column_of(members.table, tree.metrics.front()), to = column_of(out.table, tree.metrics.front());
  if (from >= members.table.columns.size() || to >= out.table.columns.size() || members.table.columns.size() != out.table.columns.size()) return {};
  // What the kind was last counted in an earlier year says nothing of this one.
  if (out.period != members.period) {
    out.table.rows.clear();
    out.table.suppressed.clear();
    out.period = members.period;
  }
  std::set<std::string> there;
  for (const auto& row : out.table.rows) there.insert(group_of(out.table, row));
  for (std::vector<Cell>& row : members.table.rows) {
    if (!number_in(row[from]) || there.contains(group_of(members.table, row))) continue;
    row[from] = int64_t{0};
    out.table.rows.push_back(std::move(row));
  }
  return {};
}

}  // namespace banmo::ask
