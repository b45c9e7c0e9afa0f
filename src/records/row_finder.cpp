// SPDX-License-Identifier: Apache-2.0
#include "records/row_finder.h"

#include <algorithm>

#include "base/text.h"
#include "base/text_han.h"
#include "records/row_index.h"

namespace banmo::records {
namespace {

constexpr int64_t kMaxLike = 2000;   // rows that are compared by likeness
constexpr size_t kMaxCompared = 64;  // characters of each

const Column& column_of(const Schema& schema, std::string_view field) { return schema.columns[schema.dataset->field_index(field)]; }

sql::Value compared(const Engine& engine, const Schema& schema, const Column& column, const sql::Value& value) {
  return column.sealed() ? sql::Value{engine.sealer().index(schema, column, canonical_text(value))} : value;
}

Result<sql::Value> plain_cell(const Engine& engine, const Schema& schema, const Column& column, const sql::Value& stored) {
  if (!column.sealed() || sql::is_null(stored)) return stored;
  BANMO_TRY(const std::string text, engine.sealer().open(schema, column, stored));
  return from_canonical(column, text).value_or(sql::Value{});
}

Result<sql::Values> plain_of(const Engine& engine, const Schema& schema, const sql::Values& stored) {
  const auto slots = value_slots(schema);
  sql::Values plain;
  for (const Column& column : schema.columns) {
    BANMO_TRY(sql::Value value, plain_cell(engine, schema, column, stored[slots[column.index]]));
    plain.push_back(std::move(value));
  }
  return plain;
}

// The key, if exactly its fields are asked for.
std::optional<sql::Values> key_values(const Schema& schema, const RowQuestion& question) {
  if (!question.from_field.empty() || !question.near.empty() || question.equal.size() != schema.grain.size()) return std::nullopt;
  sql::Values values;
  for (const size_t at : schema.grain) {
    const auto found = std::find_if(question.equal.begin(), question.equal.end(),
                                    [&](const RowQuestion::Equal& one) { return one.field == schema.columns[at].field->id; });
    if (found == question.equal.end()) return std::nullopt;
    values.push_back(found->value);
  }
  return values;
}

struct Statement {
  std::string text;
  sql::Values parameters;
  std::string next(sql::Value value) {
    parameters.push_back(std::move(value));
    return "$" + std::to_string(parameters.size());
  }
};

Statement statement_of(const Engine& engine, const Schema& schema, const RowQuestion& question) {
  Statement out;
  out.text = "SELECT " + schema.stored_list("t.") + " FROM " + schema.table + " t WHERE ";
  for (const RowQuestion::Equal& one : question.equal) {
    const Column& column = column_of(schema, one.field);
    out.text += (out.parameters.empty() ? "t." : " AND t.") + column.compared_name() + " = ";
    out.text += out.next(compared(engine, schema, column, one.value));
  }
  if (!question.from_field.empty()) {
    const std::string from = "t." + column_of(schema, question.from_field).name, to = "t." + column_of(schema, question.to_field).name;
    out.text += " AND (" + from + " IS NULL OR " + from + " <= " + out.next(question.between) + ")";
    out.text += " AND (" + to + " IS NULL OR " + to + " >= " + out.next(question.between) + ")";
  }
  if (!question.but.empty()) out.text += " AND t." + schema.columns[schema.grain.front()].name + " <> " + out.next(question.but);
  out.text += " ORDER BY ";
  for (size_t i = 0; i < schema.grain.size(); ++i) out.text += (i == 0 ? "t." : ", t.") + schema.columns[schema.grain[i]].compared_name();
  out.text += " LIMIT " + std::to_string(question.near.empty() ? 2 : kMaxLike);
  return out;
}

std::u32string head_of(const std::string& text) { return text::code_points_of(text).substr(0, kMaxCompared); }

// The cells of `near` in its order, as they are stored; they are opened one by one, the first that differs ends it.
Result<bool> is_like(const Engine& engine, const Schema& schema, const sql::Values& cells, const RowQuestion& question) {
  for (size_t i = 0; i < question.near.size(); ++i) {
    const RowQuestion::Near& one = question.near[i];
    BANMO_TRY(const sql::Value value, plain_cell(engine, schema, column_of(schema, one.field), cells[i]));
    if (sql::is_null(value) || text::edit_distance(head_of(sql::text_of(value)), head_of(one.text)) > one.edits) return false;
  }
  return true;
}

sql::Values near_cells(const Schema& schema, const sql::Values& stored, const RowQuestion& question) {
  const auto slots = value_slots(schema);
  sql::Values cells;
  for (const RowQuestion::Near& one : question.near) cells.push_back(stored[slots[column_of(schema, one.field).index]]);
  return cells;
}

bool lies_in(const sql::Value& from, const sql::Value& to, const RowQuestion& question) {
  const sql::Value asked = evened(question.between);
  return (sql::is_null(from) || evened(from) <= asked) && (sql::is_null(to) || asked <= evened(to));
}

std::string wanted_key(const Engine& engine, const Schema& schema, const RowQuestion& question) {
  sql::Values cells;
  for (const RowQuestion::Equal& one : question.equal) cells.push_back(compared(engine, schema, column_of(schema, one.field), one.value));
  return equal_key(cells);
}

// A row that the index named, as it stands by now.
Result<bool> still_fits(const Engine& engine, const Schema& schema, const sql::Values& stored, const RowQuestion& question) {
  const auto slots = value_slots(schema);
  sql::Values cells;
  for (const RowQuestion::Equal& one : question.equal) {
    const Column& column = column_of(schema, one.field);
    cells.push_back(stored[slots[column.index] + (column.sealed() ? 1 : 0)]);
  }
  if (equal_key(cells) != wanted_key(engine, schema, question)) return false;
  const auto cell = [&](const std::string& field) -> const sql::Value& { return stored[slots[column_of(schema, field).index]]; };
  if (!question.from_field.empty() && !lies_in(cell(question.from_field), cell(question.to_field), question)) return false;
  return is_like(engine, schema, near_cells(schema, stored, question), question);
}

Result<std::optional<sql::Values>> find_by_index(Engine& engine, Editor& editor, const Entry& entry, const RowIndex& index,
                                                 const RowQuestion& question) {
  const Schema& schema = *entry.schema;
  const std::string but = joined_key({question.but});
  std::optional<sql::Values> found;
  for (const IndexedRow& named : index.equal_rows(wanted_key(engine, schema, question))) {
    if (!question.but.empty() && named.key == but) continue;
    if (!question.from_field.empty() && !lies_in(named.from, named.to, question)) continue;
    BANMO_TRY(const bool may, is_like(engine, schema, named.near, question));
    if (!may) continue;
    BANMO_TRY(const RowPtr row, editor.unscoped_find(entry, named.key));
    if (!row) continue;
    BANMO_TRY(const bool fits, still_fits(engine, schema, row->values, question));
    if (!fits) continue;
    if (found) return std::optional<sql::Values>();
    BANMO_TRY(found, plain_of(engine, schema, row->values));
    if (!question.near.empty()) break;
  }
  return found;
}

Result<std::optional<sql::Values>> find_by_statement(Engine& engine, const Schema& schema, const RowQuestion& question) {
  std::optional<sql::Values> none;
  const Statement statement = statement_of(engine, schema, question);
  BANMO_TRY(const auto lease, engine.warehouse().read());
  BANMO_TRY(const auto rows, lease->query(statement.text, statement.parameters));
  if (question.near.empty() && rows.size() > 1) return none;
  for (const sql::Values& stored : rows.rows) {
    BANMO_TRY(const bool like, is_like(engine, schema, near_cells(schema, stored, question), question));
    if (!like) continue;
    BANMO_TRY(sql::Values plain, plain_of(engine, schema, stored));
    return std::optional(std::move(plain));
  }
  return none;
}

}  // namespace

Result<std::optional<sql::Values>> unscoped_find_row(Engine& engine, Editor& editor, RowIndexes& indexes, std::string_view dataset,
                                                     const RowQuestion& question) {
  const Entry& entry = *engine.find(dataset);
  const Schema& schema = *entry.schema;
  std::optional<sql::Values> none;
  const bool is_vague = std::any_of(question.equal.begin(), question.equal.end(), [](const auto& one) { return sql::is_null(one.value); }) ||
                        (!question.from_field.empty() && sql::is_null(question.between));
  if (is_vague) return none;
  if (const auto key = key_values(schema, question)) {
    sql::Values parts;
    for (size_t i = 0; i < key->size(); ++i) parts.push_back(compared(engine, schema, schema.columns[schema.grain[i]], (*key)[i]));
    BANMO_TRY(const RowPtr row, editor.unscoped_find(entry, joined_key(parts)));
    if (!row || joined_key({question.but}) == joined_key(parts)) return none;
    BANMO_TRY(sql::Values plain, plain_of(engine, schema, row->values));
    return std::optional(std::move(plain));
  }
  BANMO_TRY(const RowIndex* const index, indexes.index(engine, entry, question));
  return index != nullptr ? find_by_index(engine, editor, entry, *index, question) : find_by_statement(engine, schema, question);
}

}  // namespace banmo::records
