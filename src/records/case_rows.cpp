// SPDX-License-Identifier: Apache-2.0
#include "records/case_rows.h"

#include "records/editor.h"
#include "records/job_store.h"
#include "records/journal.h"
#include "records/people_names.h"
#include "records/row_finder.h"
#include "records/row_index.h"
#include "records/row_text.h"

namespace banmo::records {
namespace {

std::vector<size_t> own_slots(const Schema& schema) {
  std::vector<size_t> slots(schema.columns.size());
  for (size_t i = 0; i < slots.size(); ++i) slots[i] = i;
  return slots;
}

Error bad_case() {
  return fail(ErrorCode::internal, "records.bad_case",
              {"办件内容损坏，请从备份恢复", "the content of a case is damaged; restore it from the backup"});
}

}  // namespace

struct CaseBatch::State {
  std::vector<Edit> edits;
  Journal::Counts counts;
};

CaseRows::CaseRows(Engine& engine, Editor& editor, Journal& journal, JobStore& jobs)
    : engine_(engine), editor_(editor), journal_(journal), jobs_(jobs), indexes_(std::make_unique<RowIndexes>()) {}
CaseRows::~CaseRows() = default;

CaseBatch::CaseBatch() : state_(std::make_unique<State>()) {}
CaseBatch::~CaseBatch() = default;
CaseBatch::CaseBatch(CaseBatch&& other) noexcept = default;
CaseBatch& CaseBatch::operator=(CaseBatch&& other) noexcept = default;
void CaseBatch::clear() { state_->edits.clear(); }
bool CaseBatch::empty() const { return state_->edits.empty(); }
void CaseBatch::add_all(const CaseBatch& others) {
  state_->edits.insert(state_->edits.end(), others.state_->edits.begin(), others.state_->edits.end());
}

sql::Values CaseRows::blank(std::string_view dataset) const {
  sql::Values row;
  for (const Column& column : engine_.find(dataset)->schema->columns) row.push_back(column.default_value);
  return row;
}

Result<> CaseRows::fill(const directory::Principal& principal, std::string_view dataset, const json::Object& values, sql::Values& row) {
  return editor_.read_case(principal, *engine_.find(dataset), values, row);
}

Result<> CaseRows::check(std::string_view dataset, const sql::Values& row) const {
  sql::Values checked = row;
  const auto warn = editor_.check_case(*engine_.find(dataset), checked);
  return warn.ok() ? Result<>() : Result<>(warn.error());
}

Result<std::string> CaseRows::to_text(std::string_view dataset, const sql::Values& row) const {
  const Schema& schema = *engine_.find(dataset)->schema;
  json::Object out;
  for (const Column& column : schema.columns) {
    if (sql::is_null(row[column.index])) continue;
    std::string text = canonical_text(row[column.index]);
    if (column.sealed()) {
      BANMO_TRY(const sql::Blob sealed, engine_.sealer().seal(schema, column, text));
      text = crypto::to_hex(sealed);
    }
    out.set(column.field->id, std::move(text));
  }
  return json::write(out);
}

Result<sql::Values> CaseRows::from_text(std::string_view dataset, const std::string& text) const {
  const Schema& schema = *engine_.find(dataset)->schema;
  BANMO_TRY(const auto document, json::read(text));
  const json::Object* values = document.as_object();
  if (values == nullptr) return bad_case();
  sql::Values row(schema.columns.size());
  for (const Column& column : schema.columns) {
    const json::Value* value = values->find(column.field->id);
    const std::string* stored = value == nullptr ? nullptr : value->as_string();
    if (stored == nullptr) continue;
    std::string plain = *stored;
    if (column.sealed()) {
      const auto bytes = crypto::from_hex(plain);
      if (!bytes) return bad_case();
      BANMO_TRY(plain, engine_.sealer().open(schema, column, sql::Value{*bytes}));
    }
    row[column.index] = from_canonical(column, plain).value_or(sql::Value{});
  }
  return row;
}

bool CaseRows::covers(const directory::Principal& principal, std::string_view dataset, const sql::Values& row) const {
  const Schema& schema = *engine_.find(dataset)->schema;
  const auto scope = engine_.scope(principal, directory::Right::datasets_read, schema);
  return !scope.aggregates_only && records::covers(scope, *engine_.directory().orgs(), schema, row, own_slots(schema));
}

Result<Row> CaseRows::show(const directory::Principal& principal, std::string_view dataset, const sql::Values& row,
                           std::optional<pack::Level> otherwise) const {
  const Schema& schema = *engine_.find(dataset)->schema;
  auto scope = engine_.scope(principal, directory::Right::datasets_read, schema);
  if (!covers(principal, dataset, row)) {
    if (!otherwise) return no_such_row();
    scope = {};
    scope.everything = true;
    scope.max_level = *otherwise;
  }
  BANMO_TRY(const StoredRow stored, editor_.store_case(schema, row, 0));
  BANMO_TRY(Row shown, make_row(engine_, jobs_, schema, visible_fields(schema, scope), stored));
  BANMO_DO(PeopleNames(engine_, principal, schema, scope.max_level).fill({&shown, 1}, shown.fields));
  return shown;
}

pack::Level CaseRows::shown_level(const directory::Principal& principal, std::string_view dataset, const sql::Values& row,
                                  pack::Level otherwise) const {
  const Schema& schema = *engine_.find(dataset)->schema;
  auto scope = engine_.scope(principal, directory::Right::datasets_read, schema);
  if (!covers(principal, dataset, row)) {
    scope = {};
    scope.everything = true;
    scope.max_level = otherwise;
  }
  return records::shown_level(schema, visible_fields(schema, scope), PeopleNames(engine_, principal, schema, scope.max_level), scope.max_level);
}

pack::Level CaseRows::reach(const directory::Principal& principal, std::string_view dataset, const sql::Values& row, pack::Level otherwise) const {
  if (!covers(principal, dataset, row)) return otherwise;
  return engine_.scope(principal, directory::Right::datasets_read, *engine_.find(dataset)->schema).max_level;
}

Result<> CaseRows::add(CaseBatch& batch, std::string_view dataset, sql::Values row, bool is_new, const std::string& account, By by) {
  Entry& entry = *engine_.find(dataset);
  const Schema& schema = *entry.schema;
  BANMO_TRY(const int64_t warn, editor_.check_case(entry, row, by == By::program));
  Edit edit;
  edit.entry = &entry;
  edit.operation = is_new ? "insert" : "update";
  BANMO_TRY(edit.row, editor_.store_case(schema, std::move(row), warn));
  edit.key = key_of(schema, edit.row.values);
  edit.account = account;
  edit.at = engine_.clock().now();
  BANMO_DO(journal_.check_room());
  batch.state().edits.push_back(std::move(edit));
  return {};
}

Result<std::optional<sql::Values>> CaseRows::unscoped_find(std::string_view dataset, const RowQuestion& question) const {
  return unscoped_find_row(engine_, editor_, *indexes_, dataset, question);
}

std::optional<std::string> CaseRows::likeness(std::string_view dataset, const sql::Values& row, const std::vector<std::string>& fields) const {
  const Schema& schema = *engine_.find(dataset)->schema;
  sql::Values parts;
  for (const std::string& field : fields) {
    const Column& column = schema.columns[schema.dataset->field_index(field)];
    const sql::Value& value = row[column.index];
    if (sql::is_null(value)) return std::nullopt;
    parts.push_back(column.sealed() ? sql::Value{engine_.sealer().index(schema, column, canonical_text(value))} : value);
  }
  return joined_key(parts);
}

void CaseRows::name(CaseBatch& batch, const std::string& key) const {
  for (Edit& edit : batch.state().edits) {
    const Schema& schema = *edit.entry->schema;
    edit.row.values[value_slots(schema)[schema.grain.front()]] = key;
    edit.key = key_of(schema, edit.row.values);
  }
}

Result<> CaseRows::write(sql::Connection& ledger, CaseBatch& batch) { return journal_.write_in(ledger, batch.state().edits, batch.state().counts); }

void CaseRows::written(CaseBatch& batch) {
  journal_.written(std::move(batch.state().edits), batch.state().counts);
  batch.state().edits.clear();
}

}  // namespace banmo::records
