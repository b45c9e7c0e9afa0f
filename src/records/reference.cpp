// SPDX-License-Identifier: Apache-2.0
#include "records/reference.h"

#include <algorithm>

#include "records/cells.h"
#include "records/merge.h"

namespace banmo::records {
namespace {

constexpr std::string_view kContent = "SELECT content FROM bm_state WHERE dataset = $1";
constexpr std::string_view kSetContent = "UPDATE bm_state SET content = $1 WHERE dataset = $2";
constexpr std::string_view kDropScores = "DELETE FROM bm_score WHERE dataset = $1";

std::string content_hash(const pack::Dataset& dataset) {
  crypto::Hasher hasher(crypto::Profile::intl);
  for (const auto& field : dataset.fields) hasher.add(field.id + "\x1f");
  for (const auto& row : dataset.rows) {
    for (const auto& cell : row) hasher.add(cell + "\x1f");
    hasher.add("\x1e");
  }
  return crypto::to_hex(hasher.finish());
}

Error bad_reference(const pack::Dataset& dataset, size_t row, const Finding& finding) {
  const std::string n = std::to_string(row + 1);
  return fail(ErrorCode::invalid, "records.bad_reference",
              {"参考数据集 " + dataset.id + " 的第 " + n + " 行有误：" + finding.message.zh,
               "row " + n + " of the reference dataset " + dataset.id + ": " + finding.message.en},
              dataset.where);
}

Result<std::vector<sql::Values>> read_rows(Engine& engine, const Schema& schema) {
  const pack::Dataset& dataset = *schema.dataset;
  OrgReader orgs(engine.directory().orgs(), nullptr);
  std::vector<sql::Values> rows;
  for (size_t i = 0; i < dataset.rows.size(); ++i) {
    sql::Values row(schema.columns.size());
    for (const Column& column : schema.columns) {
      const std::string text = column.index < dataset.rows[i].size() ? dataset.rows[i][column.index] : std::string();
      Cell cell = column.ref == RefKind::org ? orgs.read(column, text) : read_plain_cell(column, text);
      if (const auto* finding = std::get_if<Finding>(&cell)) return bad_reference(dataset, i, *finding);
      row[column.index] = std::get<sql::Value>(std::move(cell));
      if (sql::is_null(row[column.index])) row[column.index] = column.default_value;
      if (column.ref == RefKind::dataset) row[column.index] = from_canonical(column, canonical_text(row[column.index])).value_or(sql::Value{});
      if (!in_range(column, row[column.index])) return bad_reference(dataset, i, range_finding(column));
    }
    for (const Column& column : schema.columns) {
      if (!column.field->from) continue;
      BANMO_TRY(row[column.index], column.field->from->evaluate(row, engine.environment()));
    }
    for (const RuleColumn& rule : schema.error_rules) {
      BANMO_TRY(const auto value, rule.rule->row->evaluate(row, engine.environment()));
      if (!expr::is_true(value)) return bad_reference(dataset, i, rule_finding(*rule.rule));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<> replace_rows(sql::Connection& connection, const Schema& schema, const std::vector<sql::Values>& rows, const std::string& hash, Instant now) {
  const std::string columns = "CAST(0 AS BIGINT) AS _line, " + schema.stored_list() + ", _warn FROM " + schema.table + " LIMIT 0";
  BANMO_DO(connection.script(connection.dialect() == sql::Dialect::duckdb
                                 ? "CREATE OR REPLACE TEMP TABLE bm_stage AS SELECT " + columns + ";"
                                 : "DROP TABLE IF EXISTS bm_stage; CREATE TEMP TABLE bm_stage ON COMMIT DROP AS SELECT " + columns + ";"));
  BANMO_DO(connection.execute("DELETE FROM " + schema.table));
  BANMO_DO(connection.execute(kDropScores, {schema.dataset->id}));
  std::vector<std::string> names = schema.stored_names();
  names.insert(names.begin(), "_line");
  names.emplace_back("_warn");
  size_t i = 0;
  const auto added = connection.append("bm_stage", names, [&](sql::Values& row) -> Result<bool> {
    if (i == rows.size()) return false;
    row[0] = static_cast<int64_t>(i + 1);
    std::copy(rows[i].begin(), rows[i].end(), row.begin() + 1);
    row.back() = int64_t{0};
    ++i;
    return true;
  });
  if (!added.ok()) return added.error();
  BANMO_TRY(DatasetState state, read_state(connection, schema));
  state.n_rows = 0;
  state.version += rows.empty() ? 1 : 0;
  state.updated_at = now;
  BANMO_DO(write_state(connection, schema, state));
  const auto merged = merge_stage(connection, schema, {.batch = 0, .good = ""}, now);
  if (!merged.ok()) return merged.error();
  BANMO_DO(connection.execute(kSetContent, {hash, schema.dataset->id}));
  return {};
}

}  // namespace

Result<> load_references(Engine& engine) {
  for (Entry* entry : engine.entries()) {
    const Schema& schema = *entry->schema;
    if (schema.dataset->kind != pack::DatasetKind::reference || schema.has_sealed) continue;
    const std::string hash = content_hash(*schema.dataset);
    {
      BANMO_TRY(const auto lease, engine.warehouse().read());
      BANMO_TRY(const auto state, lease->query(kContent, {schema.dataset->id}));
      if (!state.empty() && sql::text_of(state[0][0]) == hash) continue;
    }
    BANMO_TRY(const auto rows, read_rows(engine, schema));
    const auto done =
        engine.warehouse().write([&](sql::Connection& connection) { return replace_rows(connection, schema, rows, hash, engine.clock().now()); });
    BANMO_DO(done);
    BANMO_DO(engine.reload(*entry));
  }
  return {};
}

}  // namespace banmo::records
