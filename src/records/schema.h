// SPDX-License-Identifier: Apache-2.0
// How a dataset is stored: its warehouse table, the table of its past, and per field what the other files of this room need to know. Immutable after
// `build`.
//
// ds_<dataset>         a column per field (sealed fields: a blob, and <field>__index with the blind index), then _batch and _line (where the row came
// from: a batch and a physical
//                      line, or batch 0 and the number of a single-row edit), _warn (bit i: warning rule i), _version (of the dataset when the row
//                      was written).
// ds_<dataset>__past   the same columns of rows that were replaced or deleted, and _op, _next_version, _next_batch, _next_line: by what.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "pack/pack.h"
#include "sql/sql.h"

namespace banmo::records {

enum class RefKind { none, org, person, dataset };

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

struct Column {
  const pack::Field* field = nullptr;
  size_t index = 0;
  std::string name;        // quoted
  std::string index_name;  // quoted; empty unless sealed
  bool in_grain = false;
  bool required = false;  // declared, or part of the grain
  RefKind ref = RefKind::none;
  const pack::Dataset* ref_dataset = nullptr;
  pack::FieldType stored_as = pack::FieldType::text;  // of the referred grain field for RefKind::dataset
  // code: every way to write it > the code
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> codes;
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> code_titles;
  sql::Value default_value;  // of `default`; null if none

  bool sealed() const { return field->encrypted; }
  const std::string& compared_name() const { return sealed() ? index_name : name; }
};

struct RuleColumn {
  const pack::Rule* rule = nullptr;
  bool reads_sealed = false;  // cannot run in a database
};

struct Schema {
  const pack::Dataset* dataset = nullptr;
  std::string table, past_table;  // quoted
  std::vector<Column> columns;    // in field order
  std::vector<size_t> grain;      // indexes into columns
  std::optional<size_t> org, person, period;
  std::vector<RuleColumn> error_rules, warn_rules;  // row rules; a bit of _warn is an index into warn_rules
  bool has_sealed = false;

  static Result<std::unique_ptr<Schema>> build(const pack::Catalogue& catalogue, const pack::Dataset& dataset);

  // Every stored column that carries content, in the order of the table: fields and blind indexes.
  std::vector<std::string> stored_names() const;                // without quotes, for Connection::append
  std::string stored_list(std::string_view prefix = {}) const;  // quoted, with commas; prefix "t."
  std::string create_statements(sql::Dialect dialect) const;
  std::string type_name(const Column& column, sql::Dialect dialect) const;  // as a table is made with: PostgreSQL's text carries its collation
  std::string cast(std::string_view expression, const Column& column, sql::Dialect dialect) const;
};

// Creates the tables, or adds the columns of new fields. Errors: conflict "records.type_changed" naming dataset, field and both types.
Result<> ensure_tables(sql::Connection& warehouse, const Schema& schema);
// The tables that all datasets share: bm_state, bm_applied, bm_import, bm_edit, bm_quarantine, bm_score.
Result<> ensure_shared_tables(sql::Connection& warehouse);

inline constexpr std::string_view kRowColumns[] = {"_batch", "_line", "_warn", "_version"};

}  // namespace banmo::records
