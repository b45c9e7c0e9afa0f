// SPDX-License-Identifier: Apache-2.0
#include "records/schema.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "records/cells.h"

namespace banmo::records {
namespace {

using pack::FieldType;

constexpr std::string_view kSharedTables = R"sql(
CREATE TABLE IF NOT EXISTS bm_state (dataset VARCHAR NOT NULL, version BIGINT NOT NULL, n_rows BIGINT NOT NULL, updated_at BIGINT NOT NULL, content VARCHAR);
CREATE TABLE IF NOT EXISTS bm_refresh (dataset VARCHAR NOT NULL, source VARCHAR NOT NULL, version BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS bm_applied (seq BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS bm_import (batch BIGINT NOT NULL, chunk BIGINT NOT NULL, n_read BIGINT NOT NULL, n_good BIGINT NOT NULL, n_bad BIGINT NOT NULL, n_warn BIGINT NOT NULL,
  n_new BIGINT NOT NULL, n_changed BIGINT NOT NULL, n_same BIGINT NOT NULL, next_offset BIGINT NOT NULL, next_line BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS bm_edit (seq BIGINT NOT NULL, dataset VARCHAR NOT NULL, edited_at BIGINT NOT NULL, account VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS bm_quarantine (id BIGINT NOT NULL, batch BIGINT NOT NULL, dataset VARCHAR NOT NULL, line BIGINT NOT NULL, field VARCHAR, rule VARCHAR NOT NULL,
  rules VARCHAR NOT NULL, zh VARCHAR NOT NULL, en VARCHAR NOT NULL, raw VARCHAR NOT NULL, org_no BIGINT, row_key VARCHAR, open BOOLEAN NOT NULL);
ALTER TABLE bm_quarantine ADD COLUMN IF NOT EXISTS closed_at BIGINT;
CREATE TABLE IF NOT EXISTS bm_event_mark (name VARCHAR NOT NULL, no BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS bm_score (dataset VARCHAR NOT NULL, org_no BIGINT NOT NULL, rule VARCHAR NOT NULL, n BIGINT NOT NULL);
ALTER TABLE bm_score ADD COLUMN IF NOT EXISTS day BIGINT DEFAULT 0;
)sql";

constexpr std::string_view kPostgresIndexes = R"sql(
CREATE INDEX IF NOT EXISTS bm_quarantine_by_dataset ON bm_quarantine (dataset, id);
CREATE INDEX IF NOT EXISTS bm_score_by_dataset ON bm_score (dataset, org_no);
CREATE INDEX IF NOT EXISTS bm_edit_by_seq ON bm_edit (seq);
CREATE INDEX IF NOT EXISTS bm_import_by_batch ON bm_import (batch);
)sql";

FieldType stored_type(const pack::Catalogue& catalogue, const pack::Field& field) {
  if (field.type != FieldType::ref || field.ref_to.starts_with("core.")) return field.type;
  const pack::Dataset* target = catalogue.dataset(field.ref_to);
  if (target == nullptr || target->grain.size() != 1) return field.type;
  return target->field(target->grain.front())->type;
}

void fill_codes(const pack::CodeList& list, Column& column) {
  for (const auto& value : list.values) {
    column.code_titles.emplace(value.code, value.title.zh);
    column.codes.emplace(value.code, value.code);
  }
  for (const auto& value : list.values) {
    column.codes.emplace(text::fold_heading(value.code), value.code);
    column.codes.emplace(value.title.zh, value.code);
    column.codes.emplace(text::fold_heading(value.title.zh), value.code);
    if (!value.title.en.empty()) column.codes.emplace(text::fold_heading(value.title.en), value.code);
    for (const auto& synonym : value.synonyms) {
      column.codes.emplace(synonym, value.code);
      column.codes.emplace(text::fold_heading(synonym), value.code);
    }
  }
}

Result<Column> build_column(const pack::Catalogue& catalogue, const pack::Dataset& dataset, size_t index) {
  const pack::Field& field = dataset.fields[index];
  Column column;
  column.field = &field;
  column.index = index;
  column.name = sql::quote_identifier(field.id);
  column.in_grain = std::find(dataset.grain.begin(), dataset.grain.end(), field.id) != dataset.grain.end();
  column.required = field.required || column.in_grain;
  column.stored_as = stored_type(catalogue, field);
  if (field.encrypted) column.index_name = sql::quote_identifier(field.id + "__index");
  if (field.type == FieldType::org) column.ref = RefKind::org;
  if (field.type == FieldType::ref) {
    column.ref_dataset = field.names_person() ? nullptr : catalogue.dataset(field.ref_to);
    column.ref = column.ref_dataset != nullptr ? RefKind::dataset : RefKind::person;
  }
  if (field.type == FieldType::code || !field.list.empty()) {
    const pack::CodeList* list = catalogue.code_list(field.list);
    if (list == nullptr) {
      return fail(ErrorCode::internal, "records.no_such_list",
                  {"字段 " + field.id + " 的代码表 " + field.list + " 不存在", "field " + field.id + " names the unknown code list " + field.list},
                  field.where);
    }
    fill_codes(*list, column);
  }
  if (!field.default_text.empty()) {
    auto value = read_plain_cell(column, field.default_text);
    if (const auto* finding = std::get_if<Finding>(&value)) return fail(ErrorCode::invalid, "records.bad_default", finding->message, field.where);
    column.default_value = std::get<sql::Value>(std::move(value));
  }
  return column;
}

std::string_view type_word(FieldType type, sql::Dialect dialect) {
  const bool duckdb = dialect == sql::Dialect::duckdb;
  switch (type) {
    case FieldType::integer: return "BIGINT";
    case FieldType::decimal: return duckdb ? "DOUBLE" : "DOUBLE PRECISION";
    case FieldType::boolean: return "BOOLEAN";
    case FieldType::date: return "DATE";
    case FieldType::datetime: return "TIMESTAMP";
    case FieldType::year: return "INTEGER";
    case FieldType::org:
    case FieldType::ref: return "BIGINT";
    default: return duckdb ? "VARCHAR" : "TEXT COLLATE \"C\"";
  }
}

// As information_schema names the types, without what both stores say differently.
std::string folded_type(std::string name) {
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (name.starts_with("timestamp")) return "timestamp";
  if (name.starts_with("text") || name == "character varying") return "varchar";
  if (name == "double precision") return "double";
  if (name == "bytea") return "blob";
  return name.substr(0, name.find(' '));
}

Result<> add_missing_columns(sql::Connection& warehouse, const Schema& schema, const std::string& table_id, const std::string& table) {
  BANMO_TRY(const auto present,
            warehouse.query("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1 AND table_schema = current_schema()",
                            {table_id}));
  std::unordered_map<std::string, std::string> types;
  for (const auto& row : present.rows) types.emplace(sql::text_of(row[0]), folded_type(sql::text_of(row[1])));
  for (const Column& column : schema.columns) {
    const std::string type = schema.type_name(column, warehouse.dialect());
    const auto it = types.find(column.field->id);
    if (it == types.end()) {
      BANMO_DO(warehouse.script("ALTER TABLE " + table + " ADD COLUMN " + column.name + " " + type + ";"));
      if (column.sealed())
        BANMO_DO(warehouse.script("ALTER TABLE " + table + " ADD COLUMN " + column.index_name + " " +
                                  std::string(type_word(FieldType::text, warehouse.dialect())) + ";"));
    } else if (it->second != folded_type(type)) {
      return fail(ErrorCode::conflict, "records.type_changed",
                  {"数据集 " + schema.dataset->id + " 的字段 " + column.field->id + " 已按 " + it->second + " 存储，不能改为 " + folded_type(type) +
                       "；请用新的字段名，或先导出并清空该数据集",
                   "field " + column.field->id + " of dataset " + schema.dataset->id + " is stored as " + it->second + " and cannot become " +
                       folded_type(type) + "; give it a new name, or export and empty the dataset first"},
                  column.field->where);
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Schema>> Schema::build(const pack::Catalogue& catalogue, const pack::Dataset& dataset) {
  auto schema = std::make_unique<Schema>();
  schema->dataset = &dataset;
  schema->table = sql::quote_identifier("ds_" + dataset.id);
  schema->past_table = sql::quote_identifier("ds_" + dataset.id + "__past");
  for (size_t i = 0; i < dataset.fields.size(); ++i) {
    BANMO_TRY(auto column, build_column(catalogue, dataset, i));
    schema->has_sealed = schema->has_sealed || column.sealed();
    schema->columns.push_back(std::move(column));
  }
  for (const auto& id : dataset.grain) schema->grain.push_back(dataset.field_index(id));
  const auto index_of = [&](const std::string& id) {
    return id.empty() || dataset.field(id) == nullptr ? std::optional<size_t>{} : std::optional{dataset.field_index(id)};
  };
  schema->org = index_of(dataset.org_field);
  schema->person = index_of(dataset.person_field);
  schema->period = index_of(dataset.period_field);
  for (const auto& rule : dataset.rules) {
    if (!rule.row) continue;
    const bool reads_sealed =
        std::any_of(rule.row->fields().begin(), rule.row->fields().end(), [&](size_t i) { return schema->columns[i].sealed(); });
    (rule.severity == pack::Severity::error ? schema->error_rules : schema->warn_rules).push_back({&rule, reads_sealed});
  }
  return schema;
}

std::vector<std::string> Schema::stored_names() const {
  std::vector<std::string> names;
  for (const Column& column : columns) {
    names.push_back(column.field->id);
    if (column.sealed()) names.push_back(column.field->id + "__index");
  }
  return names;
}

std::string Schema::stored_list(std::string_view prefix) const {
  std::string list;
  for (const Column& column : columns) {
    if (!list.empty()) list += ", ";
    list.append(prefix).append(column.name);
    if (column.sealed()) list.append(", ").append(prefix).append(column.index_name);
  }
  return list;
}

std::string Schema::type_name(const Column& column, sql::Dialect dialect) const {
  if (column.sealed()) return dialect == sql::Dialect::duckdb ? "BLOB" : "BYTEA";
  return std::string(type_word(column.stored_as, dialect));
}

std::string Schema::cast(std::string_view expression, const Column& column, sql::Dialect dialect) const {
  const std::string type = type_name(column, dialect);
  const size_t collation = type.find(" COLLATE");  // belongs to the value, not to the type that it is cast to
  return "CAST(" + std::string(expression) + " AS " + type.substr(0, collation) + ")" +
         (collation == std::string::npos ? std::string() : type.substr(collation));
}

std::string Schema::create_statements(sql::Dialect dialect) const {
  std::string body;
  for (const Column& column : columns) {
    body += column.name + " " + type_name(column, dialect) + ", ";
    if (column.sealed()) body += column.index_name + " " + std::string(type_word(FieldType::text, dialect)) + ", ";
  }
  body += "_batch BIGINT NOT NULL, _line BIGINT NOT NULL, _warn BIGINT NOT NULL, _version BIGINT NOT NULL";
  std::string statements = "CREATE TABLE IF NOT EXISTS " + table + " (" + body + ");\n";
  statements += "CREATE TABLE IF NOT EXISTS " + past_table + " (" + body +
                ", _op VARCHAR NOT NULL, _next_version BIGINT NOT NULL, _next_batch BIGINT NOT NULL, _next_line BIGINT NOT NULL);\n";
  if (dialect == sql::Dialect::duckdb || grain.empty()) return statements;
  std::string key;
  for (const size_t i : grain) key += (key.empty() ? "" : ", ") + columns[i].compared_name();
  const auto index = [&](std::string_view suffix) { return sql::quote_identifier("ds_" + dataset->id + std::string(suffix)); };
  statements += "CREATE UNIQUE INDEX IF NOT EXISTS " + index("__grain") + " ON " + table + " (" + key + ");\n";
  statements += "CREATE INDEX IF NOT EXISTS " + index("__past_grain") + " ON " + past_table + " (" + key + ");\n";
  statements += "CREATE INDEX IF NOT EXISTS " + index("__by_version") + " ON " + table + " USING brin (_version);\n";
  if (org) statements += "CREATE INDEX IF NOT EXISTS " + index("__by_org") + " ON " + table + " (" + columns[*org].name + ");\n";
  return statements;
}

Result<> ensure_tables(sql::Connection& warehouse, const Schema& schema) {
  const std::string id = "ds_" + schema.dataset->id;
  BANMO_DO(warehouse.script(schema.create_statements(warehouse.dialect())));
  BANMO_DO(add_missing_columns(warehouse, schema, id, schema.table));
  BANMO_DO(add_missing_columns(warehouse, schema, id + "__past", schema.past_table));
  BANMO_TRY(const auto state, warehouse.query("SELECT 1 FROM bm_state WHERE dataset = $1", {schema.dataset->id}));
  if (!state.empty()) return {};
  BANMO_DO(warehouse.execute("INSERT INTO bm_state (dataset, version, n_rows, updated_at) VALUES ($1, 0, 0, 0)", {schema.dataset->id}));
  return {};
}

Result<> ensure_shared_tables(sql::Connection& warehouse) {
  BANMO_DO(warehouse.script(kSharedTables));
  if (warehouse.dialect() == sql::Dialect::postgres) BANMO_DO(warehouse.script(kPostgresIndexes));
  BANMO_TRY(const auto applied, warehouse.query("SELECT seq FROM bm_applied"));
  if (applied.empty()) BANMO_DO(warehouse.execute("INSERT INTO bm_applied (seq) VALUES (0)"));
  return {};
}

}  // namespace banmo::records
