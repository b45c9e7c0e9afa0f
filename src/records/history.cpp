// SPDX-License-Identifier: Apache-2.0
#include "records/history.h"

#include <algorithm>

#include "records/editor.h"
#include "records/people_names.h"
#include "records/row_text.h"

namespace banmo::records {
namespace {

constexpr std::string_view kEdit = "SELECT edited_at, account FROM bm_edit WHERE seq = $1";

struct Who {
  Instant at;
  std::string by;
  std::optional<BatchId> batch;
  std::string file_name;
};

std::string key_condition(const Schema& schema) {
  std::string condition;
  for (size_t i = 0; i < schema.grain.size(); ++i)
    condition += (i == 0 ? "t." : " AND t.") + schema.columns[schema.grain[i]].compared_name() + " = $" + std::to_string(i + 1);
  return condition;
}

Result<Who> who_did(sql::Connection& connection, JobStore& jobs, int64_t batch, int64_t line) {
  Who who;
  if (batch != 0) {
    BANMO_TRY(const auto found, jobs.batch(batch));
    if (found) who = {found->batch.at, found->batch.by, found->batch.id, found->batch.file_name};
    return who;
  }
  BANMO_TRY(const auto rows, connection.query(kEdit, {line}));
  if (!rows.empty()) who = {Instant{sql::int_of(rows[0][0])}, sql::text_of(rows[0][1]), {}, {}};
  return who;
}

// What a person reads for a code or an organisation; empty for what is its own title.
std::string title_of(const directory::OrgTree& tree, const Column& column, const sql::Value& value) {
  if (column.ref == RefKind::org) {
    const auto* org = tree.find(directory::OrgNo{sql::int_of(value)});
    return org == nullptr ? std::string() : org->title;
  }
  const auto found = column.code_titles.find(canonical_text(value));
  return found == column.code_titles.end() ? std::string() : found->second;
}

class HistoryWriter {
 public:
  HistoryWriter(Engine& engine, JobStore& jobs, const Schema& schema, Visible visible, sql::Connection& connection)
      : engine_(engine), jobs_(jobs), schema_(schema), visible_(std::move(visible)), connection_(connection), tree_(engine.directory().orgs()) {
    for (size_t i = 0; i < visible_.fields.size(); ++i) {
      const Column& column = schema_.columns[visible_.fields[i]];
      if (column.ref == RefKind::person && !visible_.masked[i]) people_.emplace(column.field->id, &column);
    }
  }

  Result<> add(std::string operation, int64_t batch, int64_t line, const StoredRow* before, const StoredRow* after) {
    RowEvent event;
    BANMO_TRY(const Who who, who_did(connection_, jobs_, batch, line));
    event.at = who.at;
    event.by = who.by;
    event.operation = std::move(operation);
    event.batch = who.batch;
    event.file_name = who.file_name;
    event.line = batch == 0 ? 0 : line;
    event.edit = batch == 0 ? line : 0;
    sql::Values old(visible_.fields.size()), now(visible_.fields.size());
    if (before != nullptr) {
      BANMO_TRY(old, visible_values(engine_, schema_, visible_, *before));
    }
    if (after != nullptr) {
      BANMO_TRY(now, visible_values(engine_, schema_, visible_, *after));
    }
    for (size_t i = 0; i < old.size(); ++i) {
      if (old[i] == now[i]) continue;
      event.changes.push_back(change_of(i, old[i], now[i]));
    }
    events_.push_back(std::move(event));
    return {};
  }
  Result<std::vector<RowEvent>> take(const PeopleNames& names) {
    std::vector<directory::PersonNo> people;
    each_person([&](std::string&, int64_t no) { people.push_back({no}); });
    BANMO_TRY(const auto known, names.of(people));
    each_person([&](std::string& title, int64_t no) {
      if (const auto found = known.find(no); found != known.end()) title = PeopleNames::title(found->second);
    });
    std::reverse(events_.begin(), events_.end());
    return std::move(events_);
  }

 private:
  RowEvent::FieldChange change_of(size_t i, const sql::Value& before, const sql::Value& after) const {
    const Column& column = schema_.columns[visible_.fields[i]];
    RowEvent::FieldChange change{column.field->id, canonical_text(before), canonical_text(after), {}, {}};
    if (visible_.masked[i]) return change;
    change.before_title = title_of(*tree_, column, before);
    change.after_title = title_of(*tree_, column, after);
    return change;
  }
  // The people whom changes name, in the clear.
  template <class Visit>
  void each_person(const Visit& visit) {
    for (RowEvent& event : events_) {
      for (auto& change : event.changes) {
        const auto column = people_.find(change.field);
        if (column == people_.end()) continue;
        const auto no_of = [&](const std::string& text) { return from_canonical(*column->second, text).value_or(sql::Value{}); };
        if (const auto before = no_of(change.before); std::holds_alternative<int64_t>(before)) visit(change.before_title, sql::int_of(before));
        if (const auto after = no_of(change.after); std::holds_alternative<int64_t>(after)) visit(change.after_title, sql::int_of(after));
      }
    }
  }

  Engine& engine_;
  JobStore& jobs_;
  const Schema& schema_;
  Visible visible_;
  sql::Connection& connection_;
  std::shared_ptr<const directory::OrgTree> tree_;
  std::map<std::string, const Column*> people_;  // fields that name people, shown in the clear
  std::vector<RowEvent> events_;
};

}  // namespace

Result<std::vector<RowStep>> unscoped_read_steps(sql::Connection& connection, const Schema& schema, const sql::Values& key) {
  const std::string columns = "SELECT " + schema.stored_list("t.") + ", t._batch, t._line, t._warn, t._version";
  const std::string past = columns + ", t._op, t._next_version, t._next_batch, t._next_line FROM " + schema.past_table + " t WHERE " +
                           key_condition(schema) + " ORDER BY t._next_version, t._version LIMIT 1000";
  const std::string present = columns + " FROM " + schema.table + " t WHERE " + key_condition(schema);
  const size_t n = schema.stored_names().size();
  std::vector<RowStep> steps;
  for (const bool ended : {true, false}) {
    BANMO_TRY(const auto rows, connection.query(ended ? past : present, key));
    for (const auto& cells : rows.rows) {
      RowStep step;
      step.row.values.assign(cells.begin(), cells.begin() + static_cast<ptrdiff_t>(n));
      step.row.batch = sql::int_of(cells[n]);
      step.row.line = sql::int_of(cells[n + 1]);
      step.row.version = sql::int_of(cells[n + 3]);
      step.ended = ended;
      if (ended) {
        step.operation = sql::text_of(cells[n + 4]);
        step.next_version = sql::int_of(cells[n + 5]);
        step.next_batch = sql::int_of(cells[n + 6]);
        step.next_line = sql::int_of(cells[n + 7]);
      }
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

Result<std::string> unscoped_editor_of(sql::Connection& connection, int64_t seq) {
  BANMO_TRY(const auto rows, connection.query(kEdit, {seq}));
  return rows.empty() ? std::string() : sql::text_of(rows[0][1]);
}

Result<std::vector<RowEvent>> read_history(Engine& engine, JobStore& jobs, const Schema& schema, const directory::Scope& scope,
                                           const PeopleNames& names, const std::string& key) {
  BANMO_TRY(const sql::Values values, parse_key(schema, key));
  BANMO_TRY(const auto lease, engine.warehouse().read());
  BANMO_TRY(const auto steps, unscoped_read_steps(*lease, schema, values));
  if (steps.empty() || scope.aggregates_only || !covers(scope, *engine.directory().orgs(), schema, steps.back().row.values, value_slots(schema)))
    return no_such_row();
  HistoryWriter writer(engine, jobs, schema, visible_fields(schema, scope), *lease);
  for (size_t i = 0; i < steps.size(); ++i) {
    const RowStep& step = steps[i];
    const bool begins = i == 0 || steps[i - 1].operation == "delete";
    if (begins) BANMO_DO(writer.add("insert", step.row.batch, step.row.line, nullptr, &step.row));
    if (!step.ended) continue;
    const bool deleted = step.operation == "delete";
    BANMO_DO(writer.add(step.operation, step.next_batch, step.next_line, &step.row, deleted || i + 1 == steps.size() ? nullptr : &steps[i + 1].row));
  }
  return writer.take(names);
}

}  // namespace banmo::records
