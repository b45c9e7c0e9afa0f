// SPDX-License-Identifier: Apache-2.0
#include "records/row_index.h"

#include <algorithm>
#include <cmath>

#include "records/row_store.h"

namespace banmo::records {
namespace {

constexpr int64_t kMaxRows = 1'000'000;  // about 300 MB at the most
constexpr size_t kFewGone = 1'000;       // rows that went and are still named, beside half of those that stand

const Column& column_of(const Schema& schema, const std::string& field) { return schema.columns[schema.dataset->field_index(field)]; }

std::string shape_of(const std::string& dataset, const RowQuestion& question) {
  std::string shape = dataset;
  for (const RowQuestion::Equal& one : question.equal) shape += "=" + one.field;
  shape += "<" + question.from_field + ">" + question.to_field;
  for (const RowQuestion::Near& one : question.near) shape += "~" + one.field;
  return shape;
}

}  // namespace

sql::Value evened(sql::Value value) {
  const auto* real = std::get_if<double>(&value);
  if (real != nullptr && *real == std::floor(*real) && std::abs(*real) < 1e15) return static_cast<int64_t>(*real);
  return value;
}

std::string equal_key(sql::Values cells) {
  for (sql::Value& cell : cells) cell = evened(std::move(cell));
  return joined_key(cells);
}

RowIndex::RowIndex(const Schema& schema, const RowQuestion& shape)
    : n_grain_(schema.grain.size()), n_equal_(shape.equal.size()), has_range_(!shape.from_field.empty()) {
  std::string list;
  const auto add = [&](const std::string& name) { list += (list.empty() ? "t." : ", t.") + name; };
  for (const size_t at : schema.grain) add(schema.columns[at].compared_name());
  for (const RowQuestion::Equal& one : shape.equal) add(column_of(schema, one.field).compared_name());
  if (has_range_)
    for (const std::string& field : {shape.from_field, shape.to_field}) add(column_of(schema, field).name);
  for (const RowQuestion::Near& one : shape.near) add(column_of(schema, one.field).name);
  statement_ = "SELECT " + list + " FROM " + schema.table + " t WHERE t._version > $1";
}

void RowIndex::remove(const std::string& key) {
  const auto known = equal_of_.find(key);
  if (known == equal_of_.end()) return;
  const auto group = rows_.find(known->second);
  std::erase_if(group->second, [&](const IndexedRow& row) { return row.key == key; });
  if (group->second.empty()) rows_.erase(group);
  equal_of_.erase(known);
}

void RowIndex::take(const sql::Values& cells) {
  auto at = cells.begin();
  const auto next = [&](size_t n) {
    const auto begin = at;
    at += static_cast<ptrdiff_t>(n);
    return sql::Values(begin, at);
  };
  IndexedRow row;
  row.key = joined_key(next(n_grain_));
  const sql::Values equal = next(n_equal_);
  remove(row.key);
  if (std::any_of(equal.begin(), equal.end(), [](const sql::Value& cell) { return sql::is_null(cell); })) return;
  if (has_range_) {
    row.from = *at++;
    row.to = *at++;
  }
  row.near.assign(at, cells.end());
  std::string together = equal_key(equal);
  equal_of_[row.key] = together;
  rows_[std::move(together)].push_back(std::move(row));
}

Result<> RowIndex::catch_up(Engine& engine, const Entry& entry) {
  const int64_t version = entry.version.load();
  {
    const std::shared_lock lock(mutex_);
    if (seen_ == version) return {};
  }
  const std::unique_lock lock(mutex_);
  if (seen_ == version) return {};
  if (seen_ > version || equal_of_.size() > static_cast<size_t>(entry.n_rows.load()) * 3 / 2 + kFewGone) {
    rows_.clear();
    equal_of_.clear();
    seen_ = -1;
  }
  BANMO_TRY(const auto lease, engine.warehouse().read());
  BANMO_DO(lease->each(statement_, {seen_}, [&](const sql::Values& cells) -> Result<> {
    take(cells);
    return {};
  }));
  seen_ = version;  // read before the rows: what came since is taken once more
  return {};
}

std::vector<IndexedRow> RowIndex::equal_rows(const std::string& equal) const {
  const std::shared_lock lock(mutex_);
  const auto group = rows_.find(equal);
  if (group == rows_.end()) return {};
  std::vector<IndexedRow> rows = group->second;
  std::sort(rows.begin(), rows.end(), [](const IndexedRow& a, const IndexedRow& b) { return a.key < b.key; });
  return rows;
}

Result<const RowIndex*> RowIndexes::index(Engine& engine, const Entry& entry, const RowQuestion& question) {
  if (engine.warehouse().dialect() != sql::Dialect::duckdb || entry.n_rows.load() > kMaxRows) return nullptr;
  RowIndex* index = nullptr;
  {
    const std::lock_guard lock(mutex_);
    auto& one = indexes_[shape_of(entry.schema->dataset->id, question)];
    if (!one) one = std::make_unique<RowIndex>(*entry.schema, question);
    index = one.get();
  }
  BANMO_DO(index->catch_up(engine, entry));
  return index;
}

}  // namespace banmo::records
