// SPDX-License-Identifier: Apache-2.0
#include "records/editor.h"

#include <algorithm>

#include "records/cells.h"
#include "records/row_text.h"

namespace banmo::records {
namespace {

// JSON as a cell of a file would say it.
std::optional<std::string> cell_text(const json::Value& value) {
  if (value.is_null()) return std::string();
  if (const auto* text = value.as_string()) return *text;
  if (const auto* truth = value.as_bool()) return *truth ? "1" : "0";
  if (const auto* whole = value.as_int()) return canonical_text(sql::Value{*whole});
  if (const auto* number = value.as_double()) return canonical_text(sql::Value{*number});
  return std::nullopt;
}

Error as_error(const Finding& finding) {
  return fail(ErrorCode::invalid, "records." + finding.rule, finding.message, finding.field.empty() ? "$" : "$." + finding.field);
}

Error bad_row(const std::vector<Finding>& findings) {
  Error error =
      fail(ErrorCode::invalid, "records.bad_row", findings.front().message, findings.front().field.empty() ? "$" : "$." + findings.front().field);
  for (const auto& finding : findings) error.details.push_back(as_error(finding));
  return error;
}

Error out_of_scope() {
  return fail(ErrorCode::denied, "records.out_of_scope", {"该行所属单位不在您的管理范围内", "the row's organisation is outside your responsibility"});
}

}  // namespace

struct Editor::Draft {
  sql::Values plain;  // by column, sealed fields in the clear
  std::vector<Finding> findings;
  int64_t warn = 0;
};

bool covers(const directory::Scope& scope, const directory::OrgTree& tree, const Schema& schema, const sql::Values& stored,
            const std::vector<size_t>& slots) {
  if (scope.everything) return true;
  if (schema.org && !scope.orgs.empty()) {
    const directory::OrgNo org{sql::int_of(stored[slots[*schema.org]])};
    if (std::any_of(scope.orgs.begin(), scope.orgs.end(), [&](directory::OrgNo top) { return tree.is_within(org, top); })) return true;
  }
  if (!schema.person || scope.persons.empty()) return false;
  const directory::PersonNo person{sql::int_of(stored[slots[*schema.person]])};
  return std::find(scope.persons.begin(), scope.persons.end(), person) != scope.persons.end();
}

Result<Entry*> Editor::editable(const Principal& principal, std::string_view dataset) const {
  BANMO_TRY(Entry* const entry, engine_.require(principal, directory::Right::datasets_edit, dataset));
  if (entry->schema->dataset->kind == pack::DatasetKind::derived) {
    return fail(ErrorCode::invalid, "records.derived_not_edited",
                {"派生数据集由系统计算，不能修改；请修改其来源数据", "a derived dataset is computed; change its sources"});
  }
  if (entry->schema->grain.empty()) {
    return fail(ErrorCode::invalid, "records.no_grain",
                {"该数据集没有主键，不能逐行修改", "the dataset has no key; its rows cannot be edited one by one"});
  }
  return entry;
}

Result<sql::Value> Editor::find_reference(const Column& column, const std::string& text, Draft& draft) {
  if (column.ref == RefKind::person) {
    BANMO_TRY(const auto person, engine_.directory().unscoped_person_by_code(text));
    if (person) return sql::Value{person->value};
  } else {
    const Entry& target = *engine_.find(column.ref_dataset->id);
    const auto value = from_canonical(column, text);
    if (value) {
      BANMO_TRY(const auto found, unscoped_find(target, url_encoded(canonical_text(*value))));
      if (found) return *value;
    }
  }
  draft.findings.push_back(reference_finding(column));
  return sql::Value{};
}

Result<> Editor::read_values(const Entry& entry, const directory::Scope& scope, const json::Object& values, Draft& draft) {
  const Schema& schema = *entry.schema;
  OrgReader orgs(engine_.directory().orgs(), &scope);
  for (const auto& [name, value] : values) {
    const size_t i = schema.dataset->field_index(name);
    if (i >= schema.columns.size()) {
      draft.findings.push_back(
          {name, "unknown_field", {"该数据集没有字段“" + name + "”，请删去", "the dataset has no field \"" + name + "\"; remove it"}});
      continue;
    }
    const Column& column = schema.columns[i];
    if (column.field->from) {
      draft.findings.push_back({name, "computed_field", {"“" + field_name(column).zh + "”由系统计算，请删去", name + " is computed; remove it"}});
      continue;
    }
    const auto text = cell_text(value);
    if (!text) {
      draft.findings.push_back({name, "type", {"“" + field_name(column).zh + "”应为单个值", name + " must be a single value"}});
      continue;
    }
    auto cell = column.ref == RefKind::org ? orgs.read(column, *text) : read_plain_cell(column, *text);
    if (auto* finding = std::get_if<Finding>(&cell)) {
      draft.findings.push_back(std::move(*finding));
      continue;
    }
    auto& read = std::get<sql::Value>(cell);
    if (!sql::is_null(read) && (column.ref == RefKind::person || column.ref == RefKind::dataset)) {
      BANMO_TRY(draft.plain[i], find_reference(column, sql::text_of(read), draft));
    } else {
      draft.plain[i] = std::move(read);
    }
  }
  return {};
}

// Required fields, limits, computed fields, rules, and the writer's scope. All findings together.
Result<> Editor::check(const Entry& entry, const directory::Scope& scope, Draft& draft) {
  const Schema& schema = *entry.schema;
  const auto environment = engine_.environment();
  const auto has_finding = [&](const Column& column) {
    return std::any_of(draft.findings.begin(), draft.findings.end(), [&](const Finding& f) { return f.field == column.field->id; });
  };
  for (const Column& column : schema.columns) {
    if (column.field->from) {
      BANMO_TRY(draft.plain[column.index], column.field->from->evaluate(draft.plain, environment));
    } else if (sql::is_null(draft.plain[column.index]) && column.required && !has_finding(column)) {
      draft.findings.push_back(required_finding(column));
    } else if (!in_range(column, draft.plain[column.index])) {
      draft.findings.push_back(range_finding(column));
    }
  }
  if (draft.findings.empty()) {
    for (const RuleColumn& rule : schema.error_rules) {
      BANMO_TRY(const auto value, rule.rule->row->evaluate(draft.plain, environment));
      if (!expr::is_true(value)) draft.findings.push_back(rule_finding(*rule.rule));
    }
  }
  if (!draft.findings.empty()) return bad_row(draft.findings);
  draft.warn = 0;
  for (size_t i = 0; i < schema.warn_rules.size() && i < kMaxWarnRules; ++i) {
    BANMO_TRY(const auto value, schema.warn_rules[i].rule->row->evaluate(draft.plain, environment));
    if (!expr::is_true(value)) draft.warn |= int64_t{1} << i;
  }
  std::vector<size_t> slots(schema.columns.size());
  for (size_t i = 0; i < slots.size(); ++i) slots[i] = i;
  return covers(scope, *engine_.directory().orgs(), schema, draft.plain, slots) ? Result<>() : Result<>(out_of_scope());
}

Result<StoredRow> Editor::stored(const Schema& schema, const Draft& draft) const {
  StoredRow row;
  row.warn = draft.warn;
  for (const Column& column : schema.columns) {
    const sql::Value& value = draft.plain[column.index];
    if (!column.sealed()) {
      row.values.push_back(value);
      continue;
    }
    if (sql::is_null(value)) {
      row.values.insert(row.values.end(), 2, sql::Value{});
      continue;
    }
    const std::string text = canonical_text(value);
    BANMO_TRY(auto sealed, engine_.sealer().seal(schema, column, text));
    row.values.emplace_back(std::move(sealed));
    row.values.emplace_back(engine_.sealer().index(schema, column, text));
  }
  return row;
}

Result<Editor::Draft> Editor::plain(const Schema& schema, const StoredRow& row) const {
  Draft draft;
  const auto slots = value_slots(schema);
  for (const Column& column : schema.columns) {
    if (!column.sealed()) {
      draft.plain.push_back(row.values[slots[column.index]]);
      continue;
    }
    BANMO_TRY(const auto text, engine_.sealer().open(schema, column, row.values[slots[column.index]]));
    draft.plain.push_back(from_canonical(column, text).value_or(sql::Value{}));
  }
  return draft;
}

Result<RowPtr> Editor::unscoped_find(const Entry& entry, const std::string& key) {
  if (auto edit = journal_.waiting(entry, key)) {
    if (edit->operation == "delete") return RowPtr();
    return RowPtr(std::make_shared<StoredRow>(std::move(edit->row)));
  }
  return rows_.unscoped_find(entry, key);
}

Result<RowPtr> Editor::current(const Entry& entry, const directory::Scope& scope, const std::string& key) {
  BANMO_TRY(auto row, unscoped_find(entry, key));
  if (!row || !covers(scope, *engine_.directory().orgs(), *entry.schema, row->values, value_slots(*entry.schema))) return no_such_row();
  return row;
}

Result<> Editor::write(const Principal& principal, Entry& entry, const std::string& key, std::string operation, StoredRow& row, json::Value detail) {
  const Schema& schema = *entry.schema;
  const Instant now = engine_.clock().now();
  const int64_t org = schema.org ? sql::int_of(row.values[value_slots(schema)[*schema.org]]) : 0;
  const std::string action = operation == "insert" ? "row.create" : operation == "update" ? "row.update" : "row.delete";
  Edit edit{.seq = 0, .entry = &entry, .key = key, .operation = std::move(operation), .row = row, .account = principal.account_name, .at = now};
  audit::Entry audited{now, principal.account_name, action, schema.dataset->id, key, org, std::move(detail)};
  BANMO_TRY(const int64_t seq, journal_.add(std::move(edit), std::move(audited)));
  row.batch = 0;
  row.line = seq;
  return {};
}

Result<Editor::Made> Editor::create(const Principal& principal, std::string_view dataset, const json::Object& values) {
  BANMO_TRY(Entry* const entry, editable(principal, dataset));
  const Schema& schema = *entry->schema;
  const auto scope = engine_.scope(principal, directory::Right::datasets_edit, schema);
  Draft draft;
  for (const Column& column : schema.columns) draft.plain.push_back(column.default_value);
  BANMO_DO(read_values(*entry, scope, values, draft));
  BANMO_DO(check(*entry, scope, draft));
  BANMO_TRY(StoredRow row, stored(schema, draft));
  Made made;
  made.key = key_of(schema, row.values);
  const Journal::KeyLock lock(journal_, schema.dataset->id + "\n" + made.key);
  bool exists = false;
  if (const auto edit = journal_.waiting(*entry, made.key)) {
    exists = edit->operation != "delete";
  } else {
    BANMO_TRY(const bool may, filter_.may_have(*entry, made.key));
    if (may) {
      BANMO_TRY(const auto found, rows_.unscoped_find(*entry, made.key));
      exists = found != nullptr;
    }
  }
  if (exists) {
    return fail(ErrorCode::conflict, "records.row_exists",
                {"相同主键的行已存在，请改为修改该行", "a row with the same key exists; change that row instead"});
  }
  BANMO_DO(write(principal, *entry, made.key, "insert", row, {}));
  made.row = std::make_shared<StoredRow>(std::move(row));
  return made;
}

Result<Editor::Made> Editor::update(const Principal& principal, std::string_view dataset, const std::string& key, const json::Object& values,
                                    std::optional<int64_t> if_version) {
  BANMO_TRY(Entry* const entry, editable(principal, dataset));
  const Schema& schema = *entry->schema;
  const auto scope = engine_.scope(principal, directory::Right::datasets_edit, schema);
  const Journal::KeyLock lock(journal_, schema.dataset->id + "\n" + key);
  BANMO_TRY(const auto before, current(*entry, scope, key));
  if (if_version && *if_version != before->shown_version()) {
    return fail(ErrorCode::conflict, "records.row_changed",
                {"该行已被他人修改，请刷新后再改", "someone else has changed the row; read it again and repeat your change"});
  }
  BANMO_TRY(Draft draft, plain(schema, *before));
  const sql::Values old = draft.plain;
  BANMO_DO(read_values(*entry, scope, values, draft));
  for (const size_t i : schema.grain) {
    if (draft.plain[i] == old[i]) continue;
    draft.findings.push_back({schema.columns[i].field->id,
                              "key",
                              {"“" + field_name(schema.columns[i]).zh + "”是主键，不能修改；请新建一行并删除旧行",
                               schema.columns[i].field->id + " belongs to the key and cannot change; make a new row and delete this one"}});
  }
  BANMO_DO(check(*entry, scope, draft));
  if (draft.plain == old) return Made{key, before};
  json::Array changed;
  for (const Column& column : schema.columns) {
    if (draft.plain[column.index] != old[column.index]) changed.emplace_back(column.field->id);
  }
  BANMO_TRY(StoredRow row, stored(schema, draft));
  BANMO_DO(write(principal, *entry, key, "update", row, json::Object{{"fields", std::move(changed)}}));
  return Made{key, std::make_shared<StoredRow>(std::move(row))};
}

Result<> Editor::remove(const Principal& principal, std::string_view dataset, const std::string& key) {
  BANMO_TRY(Entry* const entry, editable(principal, dataset));
  const auto scope = engine_.scope(principal, directory::Right::datasets_edit, *entry->schema);
  const Journal::KeyLock lock(journal_, entry->schema->dataset->id + "\n" + key);
  BANMO_TRY(const auto before, current(*entry, scope, key));
  StoredRow row = *before;
  return write(principal, *entry, key, "delete", row, {});
}

}  // namespace banmo::records
