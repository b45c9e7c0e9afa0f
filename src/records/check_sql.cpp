// SPDX-License-Identifier: Apache-2.0
#include "records/check_sql.h"

#include <algorithm>

namespace banmo::records {
namespace {

using pack::FieldType;

std::string csv_type(const Column& column) {
  if (column.sealed() || column.ref == RefKind::person || column.ref == RefKind::dataset) return "VARCHAR";
  switch (column.stored_as) {
    case FieldType::integer:
    case FieldType::org: return "BIGINT";
    case FieldType::decimal: return "DOUBLE";
    case FieldType::boolean: return "BOOLEAN";
    case FieldType::date: return "DATE";
    case FieldType::datetime: return "TIMESTAMP";
    case FieldType::year: return "INTEGER";
    default: return "VARCHAR";
  }
}

std::string read_csv(const Schema& schema, const Chunker& chunker, const std::string& path) {
  std::string columns = "'_line': 'BIGINT'";
  for (const size_t i : chunker.written())
    columns += ", " + sql::quote_literal(schema.columns[i].field->id) + ": " + sql::quote_literal(csv_type(schema.columns[i]));
  return "read_csv(" + sql::quote_literal(path) +
         ", header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', buffer_size = 8388608, columns = {" +
         columns + "})";
}

struct Lookup {
  std::string alias, join;
};

// One left join for each reference.
Lookup lookup_of(const Schema& schema, const Column& column, size_t n, const Lookups& lookups) {
  const std::string alias = "l" + std::to_string(n);
  const std::string people = lookups.own_people && schema.person == column.index ? "bm_own_people " : "bm_people ";
  if (column.ref == RefKind::person) return {alias, " LEFT JOIN " + people + alias + " ON " + alias + ".code = r." + column.name};
  const std::string key = sql::quote_identifier(column.ref_dataset->grain.front());
  return {alias, " LEFT JOIN (SELECT DISTINCT " + key + " AS no FROM " + lookups.dataset_table(*column.ref_dataset) + ") " + alias + " ON CAST(" +
                     alias + ".no AS VARCHAR) = r." + column.name};
}

// The innermost select: what stands in the file, typed, references looked up, absent fields with their default.
std::string select_cells(const Schema& schema, const Chunker& chunker, const Chunk& chunk, const Lookups& lookups) {
  std::string items = "r._line", joins;
  size_t n_lookups = 0;
  for (const Column& column : schema.columns) {
    const bool stands = std::find(chunker.written().begin(), chunker.written().end(), column.index) != chunker.written().end();
    const std::string cell = "r." + column.name;
    if (!stands) {
      if (column.field->from && !schema.has_sealed) continue;
      const std::string type = schema.type_name(column, sql::Dialect::duckdb);
      items += ", CAST(" + (sql::is_null(column.default_value) ? "NULL" : expr::print_literal(column.default_value, sql::Dialect::duckdb)) + " AS " +
               type + ") AS " + column.name;
      if (column.sealed()) items += ", CAST(NULL AS VARCHAR) AS " + column.index_name;
    } else if (column.sealed()) {
      items += ", unhex(left(" + cell + ", -64)) AS " + column.name + ", right(" + cell + ", 64) AS " + column.index_name;
    } else if (column.ref == RefKind::person || column.ref == RefKind::dataset) {
      const Lookup lookup = lookup_of(schema, column, n_lookups++, lookups);
      items += ", " + lookup.alias + ".no AS " + column.name + ", (" + cell + " IS NOT NULL AND " + lookup.alias + ".no IS NULL) AS _unknown" +
               std::to_string(column.index);
      joins += lookup.join;
    } else if (chunk.has_breaks && csv_type(column) == "VARCHAR") {
      items += ", replace(" + cell + ", chr(" + std::to_string(int{kBreak}) + "), chr(10)) AS " + column.name;
    } else {
      items += ", " + cell;
    }
  }
  return "SELECT " + items + " FROM " + read_csv(schema, chunker, chunk.path) + " r" + joins;
}

std::string range_condition(const Column& column) {
  const pack::Field& field = *column.field;
  const std::string what = column.stored_as == FieldType::text ? "length(" + column.name + ")" : column.name;
  std::string condition;
  if (field.min) condition += what + " < " + expr::print_literal(*field.min, sql::Dialect::duckdb);
  if (field.max) condition += (condition.empty() ? "" : " OR ") + what + " > " + expr::print_literal(*field.max, sql::Dialect::duckdb);
  return condition;
}

// Collects conditions that are true for a bad row as bits of words.
class Mask {
 public:
  void add(const std::string& condition) {
    const size_t bit = n_++ % kChecksInWord;
    if (bit == 0) words_.emplace_back();
    std::string& word = words_.back();
    if (!word.empty()) word += " | ";
    word += "CASE WHEN " + condition + " THEN " + std::to_string(uint64_t{1} << bit) + " ELSE 0 END";
  }
  std::string word(size_t i) const { return i < words_.size() ? "CAST(" + words_[i] + " AS BIGINT)" : "CAST(0 AS BIGINT)"; }
  size_t n_words() const { return std::max<size_t>(1, words_.size()); }

 private:
  std::vector<std::string> words_;
  size_t n_ = 0;
};

Result<std::string> derived_items(const Schema& schema, const expr::PrintOptions& options) {
  std::string items;
  for (const Column& column : schema.columns) {
    if (!column.field->from) continue;
    BANMO_TRY(const std::string printed, column.field->from->print(options));
    items += ", " + schema.cast(printed, column, options.dialect) + " AS " + column.name;
  }
  return items;
}

}  // namespace

Finding Check::finding() const {
  if (rule != nullptr) return rule_finding(*rule);
  return is_reference ? reference_finding(*column) : range_finding(*column);
}

Result<std::string> print_warn_mask(const Schema& schema, const expr::PrintOptions& options) {
  Mask mask;
  for (const RuleColumn& rule : schema.warn_rules) {
    if (rule.reads_sealed) {
      mask.add("FALSE");
      continue;
    }
    BANMO_TRY(const std::string printed, rule.rule->row->print(options));
    mask.add("(" + printed + ") IS NOT TRUE");
  }
  return mask.word(0);
}

Result<CheckPlan> plan_checks(const Schema& schema, const Chunker& chunker, const Chunk& chunk, const expr::Environment& environment,
                              const Lookups& lookups) {
  CheckPlan plan;
  Mask mask;
  expr::PrintOptions options;
  options.dialect = sql::Dialect::duckdb;
  options.environment = environment;
  options.column = [&](size_t field) { return schema.columns[field].name; };
  for (const Column& column : schema.columns) {
    const bool stands = std::find(chunker.written().begin(), chunker.written().end(), column.index) != chunker.written().end();
    if (stands && (column.ref == RefKind::person || column.ref == RefKind::dataset)) {
      mask.add("_unknown" + std::to_string(column.index));
      plan.checks.push_back({.column = &column, .is_reference = true});
    }
    if ((column.field->min || column.field->max) && !column.sealed()) {
      mask.add(range_condition(column));
      plan.checks.push_back({.column = &column});
    }
  }
  for (const RuleColumn& rule : schema.error_rules) {
    if (rule.reads_sealed) continue;
    BANMO_TRY(const std::string printed, rule.rule->row->print(options));
    mask.add("(" + printed + ") IS NOT TRUE");
    plan.checks.push_back({.rule = rule.rule});
  }
  plan.n_words = mask.n_words();
  BANMO_TRY(const std::string warn, print_warn_mask(schema, options));
  std::string from = "(" + select_cells(schema, chunker, chunk, lookups) + ")";
  if (!schema.has_sealed) {
    BANMO_TRY(const std::string derived, derived_items(schema, options));
    if (!derived.empty()) from = "(SELECT *" + derived + " FROM " + from + ")";
  }
  std::string words;
  for (size_t i = 0; i < plan.n_words; ++i) {
    words += ", " + mask.word(i) + " AS _fail" + std::to_string(i);
    plan.is_good += (i == 0 ? "s._fail" : " AND s._fail") + std::to_string(i) + " = 0";
  }
  plan.create_stage =
      "CREATE OR REPLACE TEMP TABLE bm_stage AS SELECT _line, " + schema.stored_list() + words + ", " + warn + " AS _warn FROM " + from;
  return plan;
}

}  // namespace banmo::records
