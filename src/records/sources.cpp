// SPDX-License-Identifier: Apache-2.0
#include "records/sources.h"

#include <algorithm>
#include <map>

namespace banmo::records {
namespace {

// Columns of the derived table's grain that stand in the source under the same name.
std::vector<std::string> shared_key(const pack::Dataset& derived, const pack::Dataset& source) {
  std::vector<std::string> shared;
  for (const auto& field : derived.grain) {
    const auto& columns = derived.select->columns();
    const auto column = std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.name == field; });
    if (column != columns.end() && column->sources == std::vector<std::pair<std::string, std::string>>{{source.id, field}})
      shared.push_back(sql::quote_identifier(field));
  }
  return shared;
}

std::string count_by_batch(const std::string& from, const std::string& where) {
  return "SELECT t._batch, COUNT(*) FROM " + from + " t" + (where.empty() ? "" : " WHERE " + where) + " GROUP BY t._batch ORDER BY t._batch";
}

Result<> collect(sql::Connection& connection, const Engine& engine, const Schema& schema, const std::string& predicate, const sql::Values& parameters,
                 int depth, std::map<int64_t, int64_t>& rows) {
  const pack::Dataset& dataset = *schema.dataset;
  if (!dataset.select || depth > 4) {
    BANMO_TRY(const auto found, connection.query(count_by_batch(schema.table, predicate), parameters));
    for (const auto& row : found.rows) rows[sql::int_of(row[0])] += sql::int_of(row[1]);
    return {};
  }
  std::vector<std::string> seen;
  for (const auto& table : dataset.select->tables()) {
    const Entry* source = engine.find(table);
    if (source == nullptr || std::find(seen.begin(), seen.end(), table) != seen.end() ||
        source->schema->dataset->kind == pack::DatasetKind::reference)
      continue;
    seen.push_back(table);
    const auto key = shared_key(dataset, *source->schema->dataset);
    std::string where, list;
    for (const auto& name : key) {
      where += (where.empty() ? "d." : " AND d.") + name + " = t." + name;
      list += (list.empty() ? "" : ", ") + name;
    }
    if (!key.empty())
      where = "EXISTS (SELECT 1 FROM (SELECT " + list + " FROM " + schema.table + " t" + (predicate.empty() ? "" : " WHERE " + predicate) +
              ") d WHERE " + where + ")";
    BANMO_DO(collect(connection, engine, *source->schema, where, key.empty() ? sql::Values{} : parameters, depth + 1, rows));
  }
  return {};
}

}  // namespace

Result<std::vector<Records::Source>> read_sources(Engine& engine, JobStore& jobs, std::string_view dataset, std::string_view predicate,
                                                  const sql::Values& parameters) {
  const Entry* entry = engine.find(dataset);
  if (entry == nullptr)
    return fail(ErrorCode::not_found, "records.no_such_dataset",
                {"没有这个数据集，请从数据目录中选择", "there is no such dataset; choose one of the catalogue"});
  std::map<int64_t, int64_t> rows;
  {
    BANMO_TRY(const auto lease, engine.warehouse().read());
    BANMO_DO(collect(*lease, engine, *entry->schema, std::string(predicate), parameters, 0, rows));
  }
  std::vector<Records::Source> sources;
  for (const auto& [no, n] : rows) {
    Records::Source source{.batch = no, .file_name = {}, .at = {}, .n_rows = n};
    BANMO_TRY(const auto batch, jobs.batch(no));
    if (batch) {
      source.file_name = batch->batch.file_name;
      source.at = batch->batch.at;
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace banmo::records
