// SPDX-License-Identifier: Apache-2.0
#include "records/editor.h"

#include <algorithm>

#include "base/log.h"
#include "records/cells.h"
#include "records/people_names.h"
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

Finding hidden_finding(const Column& column) {
  return {column.field->id,
          "hidden_field",
          {"“" + field_name(column).zh + "”超出您可查看的级别，不能修改；请删去该字段",
           column.field->id + " is above the level that you may see and cannot be changed; remove it"}};
}

Error out_of_scope() {
  return fail(ErrorCode::denied, "records.out_of_scope", {"该行所属单位不在您的管理范围内", "the row's organisation is outside your responsibility"});
}

}  // namespace

struct Editor::Writer {
  directory::Scope scope;   // of the rows that may be written
  directory::Scope people;  // whom they may be about
  // Fields of a row that stands may be written up to it. A row that is made has no secrets yet.
  pack::Level max_level = pack::Level::l1;
  bool makes = false;
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
  BANMO_DO(engine_.check_written_by_people(principal, *entry->schema));
  if (entry->schema->grain.empty()) {
    return fail(ErrorCode::invalid, "records.no_grain",
                {"该数据集没有主键，不能逐行修改", "the dataset has no key; its rows cannot be edited one by one"});
  }
  return entry;
}

Editor::Writer Editor::writer(const Principal& principal, const Schema& schema) const {
  Writer out;
  out.scope = engine_.scope(principal, directory::Right::datasets_edit, schema);
  out.people = people_scope(engine_, principal);
  out.max_level = engine_.scope(principal, directory::Right::datasets_read, schema).max_level;
  return out;
}

// Whether the writer sees the person, now or in a membership that has ended: rows of past years name those who have left.
Result<bool> Editor::may_name(const Writer& writer, directory::PersonNo person) const {
  if (writer.people.everything || std::binary_search(writer.people.persons.begin(), writer.people.persons.end(), person)) return true;
  if (writer.people.orgs.empty()) return false;
  BANMO_TRY(const auto memberships, engine_.directory().memberships(writer.people, person));
  return !memberships.empty();
}

// A person by code, or by a whole name that one person alone has among those whom the writer may see by name.
Result<std::optional<directory::PersonNo>> Editor::find_person(const Column& column, const Writer& writer, const std::string& text, Draft& draft) {
  BANMO_TRY(const auto by_code, engine_.directory().unscoped_person_by_code(text));
  if (by_code || writer.people.max_level < pack::Level::l2) return by_code;
  directory::PeopleQuery query;
  query.name = text;
  query.limit = 2;
  BANMO_TRY(const auto named, engine_.directory().people(writer.people, query));
  if (named.items.size() == 1) return std::optional(named.items.front().no);
  if (named.items.size() > 1) {
    const Message name = field_name(column);
    draft.findings.push_back({column.field->id,
                              "ambiguous_person",
                              {"“" + name.zh + "”有多人同名，请填编号", "several people have the name given in " + name.en + ": give the code"}});
  }
  return std::optional<directory::PersonNo>();
}

Result<sql::Value> Editor::find_reference(const Schema& schema, const Column& column, const Writer& writer, const std::string& text, Draft& draft) {
  if (column.ref == RefKind::person) {
    const size_t n_findings = draft.findings.size();
    BANMO_TRY(const auto person, find_person(column, writer, text, draft));
    if (draft.findings.size() > n_findings) return sql::Value{};
    bool known = person.has_value();
    // The person whom the row is about: somebody else's is as good as unknown, except where the row that the writer changes names that person.
    if (known && schema.person == column.index && sql::int_of(draft.plain[column.index]) != person->value) {
      BANMO_TRY(known, may_name(writer, *person));
    }
    if (known) return sql::Value{person->value};
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

Result<> Editor::read_values(const Entry& entry, const Writer& writer, const json::Object& values, Draft& draft) {
  const Schema& schema = *entry.schema;
  OrgReader orgs(engine_.directory().orgs(), &writer.scope);
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
    if (!writer.makes && column.field->level > writer.max_level) {
      draft.findings.push_back(hidden_finding(column));
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
      BANMO_TRY(draft.plain[i], find_reference(schema, column, writer, sql::text_of(read), draft));
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
  if (!draft.findings.empty() && !draft.keep) return bad_row(draft.findings);
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

Result<> Editor::read_case(const Principal& principal, const Entry& entry, const json::Object& values, sql::Values& plain) {
  Writer writer;
  writer.scope.everything = true;
  writer.people = people_scope(engine_, principal);
  writer.makes = true;
  Draft draft;
  draft.plain = std::move(plain);
  BANMO_DO(read_values(entry, writer, values, draft));
  for (const Column& column : entry.schema->columns) {
    if (!column.field->from) continue;
    BANMO_TRY(draft.plain[column.index], column.field->from->evaluate(draft.plain, engine_.environment()));
  }
  if (!draft.findings.empty()) return bad_row(draft.findings);
  plain = std::move(draft.plain);
  return {};
}

Result<int64_t> Editor::check_case(const Entry& entry, sql::Values& plain, bool keep) {
  directory::Scope all;
  all.everything = true;
  Draft draft;
  draft.plain = plain;
  draft.keep = keep;
  BANMO_DO(check(entry, all, draft));
  const std::string& number = entry.schema->columns[entry.schema->grain.front()].field->id;
  for (const Finding& finding : draft.findings) {
    if (finding.field == number && finding.rule == "required") continue;  // a case that another starts has its number when it is written
    BANMO_LOG(warn, "records.kept_against_rule", {"dataset", entry.schema->dataset->id}, {"field", finding.field}, {"rule", finding.rule});
  }
  plain = std::move(draft.plain);
  return draft.warn;
}

Result<StoredRow> Editor::store_case(const Schema& schema, sql::Values plain, int64_t warn) const {
  Draft draft;
  draft.plain = std::move(plain);
  draft.warn = warn;
  return stored(schema, draft);
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

Result<bool> Editor::exists(const Entry& entry, const std::string& key) {
  if (const auto edit = journal_.waiting(entry, key)) return edit->operation != "delete";
  BANMO_TRY(const bool may, filter_.may_have(entry, key));
  if (!may) return false;
  BANMO_TRY(const auto found, rows_.unscoped_find(entry, key));
  return found != nullptr;
}

Result<> Editor::refuse_taken(const Entry& entry, const directory::Scope& scope, const std::string& key, Run run) {
  const auto own = current(entry, scope, key);
  if (own.ok())
    return fail(ErrorCode::conflict, "records.row_exists",
                {"相同主键的行已存在，请改为修改该行", "a row with the same key exists; change that row instead"});
  if (own.error().code != ErrorCode::not_found) return own.error();
  if (run == Run::check) return {};  // nobody learns by trying which keys others have
  return fail(ErrorCode::conflict, "records.key_not_yours", key_not_yours());
}

Result<Editor::Made> Editor::create(const Principal& principal, std::string_view dataset, const json::Object& values, Run run) {
  BANMO_TRY(Entry* const entry, editable(principal, dataset));
  const Schema& schema = *entry->schema;
  Writer by = writer(principal, schema);
  by.makes = true;
  Draft draft;
  for (const Column& column : schema.columns) draft.plain.push_back(column.default_value);
  BANMO_DO(read_values(*entry, by, values, draft));
  BANMO_DO(check(*entry, by.scope, draft));
  BANMO_TRY(StoredRow row, stored(schema, draft));
  Made made;
  made.key = key_of(schema, row.values);
  const Journal::KeyLock lock(journal_, schema.dataset->id + "\n" + made.key);
  BANMO_TRY(const bool stands, exists(*entry, made.key));
  if (stands) BANMO_DO(refuse_taken(*entry, by.scope, made.key, run));
  if (run == Run::write) BANMO_DO(write(principal, *entry, made.key, "insert", row, {}));
  made.row = std::make_shared<StoredRow>(std::move(row));
  return made;
}

Result<Editor::Made> Editor::put(const Principal& principal, std::string_view dataset, const json::Object& values, Run run) {
  BANMO_TRY(Entry* const entry, editable(principal, dataset));
  const Schema& schema = *entry->schema;
  Writer by = writer(principal, schema);
  by.makes = true;  // only the key is read here
  Draft keys;
  for (const Column& column : schema.columns) keys.plain.push_back(column.default_value);
  BANMO_DO(read_values(*entry, by, values, keys));
  const bool readable = std::none_of(schema.grain.begin(), schema.grain.end(), [&](size_t i) {
    const std::string& id = schema.columns[i].field->id;
    return sql::is_null(keys.plain[i]) || std::any_of(keys.findings.begin(), keys.findings.end(), [&](const Finding& f) { return f.field == id; });
  });
  if (!readable) return create(principal, dataset, values, run);  // refuses with every finding
  BANMO_TRY(const StoredRow row, stored(schema, keys));
  const std::string key = key_of(schema, row.values);
  BANMO_TRY(const bool stands, exists(*entry, key));
  if (!stands || !current(*entry, by.scope, key).ok()) return create(principal, dataset, values, run);
  BANMO_TRY(Made made, update(principal, dataset, key, values, {}, run));
  made.replaced = true;
  return made;
}

Result<Editor::Made> Editor::update(const Principal& principal, std::string_view dataset, const std::string& key, const json::Object& values,
                                    std::optional<int64_t> if_version, Run run) {
  BANMO_TRY(Entry* const entry, editable(principal, dataset));
  const Schema& schema = *entry->schema;
  const Writer by = writer(principal, schema);
  const Journal::KeyLock lock(journal_, schema.dataset->id + "\n" + key);
  BANMO_TRY(const auto before, current(*entry, by.scope, key));
  BANMO_TRY(Draft draft, plain(schema, *before));
  const sql::Values old = draft.plain;
  BANMO_DO(read_values(*entry, by, values, draft));
  // A change that is sent again after its answer was lost finds its own values: no conflict.
  const bool done_before = draft.findings.empty() && draft.plain == old;
  if (if_version && *if_version != before->shown_version() && !done_before) {
    return fail(ErrorCode::conflict, "records.row_changed",
                {"该行已被他人修改，请刷新后再改", "someone else has changed the row; read it again and repeat your change"});
  }
  for (const size_t i : schema.grain) {
    if (draft.plain[i] == old[i]) continue;
    draft.findings.push_back({schema.columns[i].field->id,
                              "key",
                              {"“" + field_name(schema.columns[i]).zh + "”是主键，不能修改；请新建一行并删除旧行",
                               schema.columns[i].field->id + " belongs to the key and cannot change; make a new row and delete this one"}});
  }
  BANMO_DO(check(*entry, by.scope, draft));
  if (draft.plain == old) return Made{key, before, false};
  json::Array changed;
  for (const Column& column : schema.columns) {
    if (draft.plain[column.index] != old[column.index]) changed.emplace_back(column.field->id);
  }
  BANMO_TRY(StoredRow row, stored(schema, draft));
  if (run == Run::write) BANMO_DO(write(principal, *entry, key, "update", row, json::Object{{"fields", std::move(changed)}}));
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
