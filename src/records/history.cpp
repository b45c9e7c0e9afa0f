// SPDX-License-Identifier: Apache-2.0
#include "records/history.h"

#include <algorithm>

#include "records/editor.h"
#include "records/row_text.h"

namespace banmo::records {
namespace {

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
  BANMO_TRY(const auto rows, connection.query("SELECT edited_at, account FROM bm_edit WHERE seq = $1", {line}));
  if (!rows.empty()) who = {Instant{sql::int_of(rows[0][0])}, sql::text_of(rows[0][1]), {}, {}};
  return who;
}

class HistoryWriter {
 public:
  HistoryWriter(Engine& engine, JobStore& jobs, const Schema& schema, Visible visible, sql::Connection& connection)
      : engine_(engine), jobs_(jobs), schema_(schema), visible_(std::move(visible)), connection_(connection) {}

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
      event.changes.push_back({schema_.columns[visible_.fields[i]].field->id, canonical_text(old[i]), canonical_text(now[i])});
    }
    events_.push_back(std::move(event));
    return {};
  }
  std::vector<RowEvent> take() {
    std::reverse(events_.begin(), events_.end());
    return std::move(events_);
  }

 private:
  Engine& engine_;
  JobStore& jobs_;
  const Schema& schema_;
  Visible visible_;
  sql::Connection& connection_;
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
  BANMO_TRY(const auto rows, connection.query("SELECT account FROM bm_edit WHERE seq = $1", {seq}));
  return rows.empty() ? std::string() : sql::text_of(rows[0][0]);
}

Result<std::vector<RowEvent>> read_history(Engine& engine, JobStore& jobs, const Schema& schema, const directory::Scope& scope,
                                           const std::string& key) {
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
  return writer.take();
}

}  // namespace banmo::records
