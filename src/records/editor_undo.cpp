// SPDX-License-Identifier: Apache-2.0
// An edit by hand taken back: what it made of the row, and whether the row still stands so.
#include <algorithm>

#include "records/editor.h"
#include "records/history.h"
#include "records/row_text.h"

namespace banmo::records {

struct Editor::Trace {
  int64_t edit = 0;
  std::optional<StoredRow> before, after, current;  // absent: the row was not there
};

// The steps of the row around the edit. The journal was flushed; an edit that came since counts as a change.
Result<Editor::Trace> Editor::trace(const Principal& principal, const Entry& entry, const std::string& key, std::optional<int64_t> edit) {
  const Schema& schema = *entry.schema;
  BANMO_TRY(const sql::Values values, parse_key(schema, key));
  BANMO_TRY(const auto lease, engine_.warehouse().read());
  BANMO_TRY(const auto steps, unscoped_read_steps(*lease, schema, values));
  if (steps.empty()) return no_such_row();
  const RowStep& last = steps.back();
  // First of all: whose edit it was is nobody's business outside the scope.
  const auto scope = engine_.scope(principal, directory::Right::datasets_edit, schema);
  if (scope.aggregates_only || !covers(scope, *engine_.directory().orgs(), schema, last.row.values, value_slots(schema))) return no_such_row();
  Trace trace;
  trace.edit = edit.value_or(last.ended ? (last.next_batch == 0 ? last.next_line : 0) : (last.row.batch == 0 ? last.row.line : 0));
  if (!last.ended) trace.current = last.row;
  bool found = false;
  for (size_t i = 0; i < steps.size() && trace.edit != 0; ++i) {
    if (steps[i].row.batch == 0 && steps[i].row.line == trace.edit) {
      trace.after = steps[i].row;
      if (i > 0 && steps[i - 1].operation == "update") trace.before = steps[i - 1].row;
      found = true;
    } else if (steps[i].operation == "delete" && steps[i].next_batch == 0 && steps[i].next_line == trace.edit) {
      trace.before = steps[i].row;
      found = true;
    }
  }
  std::string account;
  if (found) {
    BANMO_TRY(account, unscoped_editor_of(*lease, trace.edit));
  }
  if (account != principal.account_name) {
    return fail(
        ErrorCode::conflict, "records.undo_not_yours",
        {"只能撤销自己的手工修改；该修改来自他人或文件", "only your own edits can be undone; this one is someone else's or came from a file"});
  }
  return trace;
}

Result<bool> Editor::same(const Schema& schema, const StoredRow& a, const StoredRow& b) const {
  BANMO_TRY(const Draft first, plain(schema, a));
  BANMO_TRY(const Draft second, plain(schema, b));
  return first.plain == second.plain;
}

Result<Editor::Made> Editor::undo(const Principal& principal, std::string_view dataset, const std::string& key, std::optional<int64_t> edit) {
  BANMO_TRY(Entry* const entry, editable(principal, dataset));
  const Schema& schema = *entry->schema;
  const auto scope = engine_.scope(principal, directory::Right::datasets_edit, schema);
  const Journal::KeyLock lock(journal_, schema.dataset->id + "\n" + key);
  BANMO_DO(journal_.flush());
  BANMO_TRY(const Trace found, trace(principal, *entry, key, edit));
  const StoredRow& shown = found.after ? *found.after : *found.before;
  if (!covers(scope, *engine_.directory().orgs(), schema, shown.values, value_slots(schema))) return no_such_row();
  bool unchanged = found.current.has_value() == found.after.has_value();
  if (unchanged && found.after) {
    BANMO_TRY(unchanged, same(schema, *found.current, *found.after));
  }
  if (!unchanged) {
    return fail(ErrorCode::conflict, "records.changed_since",
                {"该行在您修改之后又有变化，不能撤销；请查看历史", "the row has changed since your edit and cannot be undone; see its history"});
  }
  const json::Object detail{{"undo", found.edit}};
  if (!found.before) {
    StoredRow row = *found.current;
    BANMO_DO(write(principal, *entry, key, "delete", row, detail));
    return Made{key, nullptr};
  }
  BANMO_TRY(Draft draft, plain(schema, *found.before));
  BANMO_DO(check(*entry, scope, draft));
  BANMO_TRY(StoredRow row, stored(schema, draft));
  BANMO_DO(write(principal, *entry, key, found.current ? "update" : "insert", row, detail));
  return Made{key, std::make_shared<StoredRow>(std::move(row))};
}

}  // namespace banmo::records
