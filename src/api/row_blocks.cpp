// SPDX-License-Identifier: Apache-2.0
// Blocks of rows saved at once, as pasted from a sheet, and taking back one's own edit.
#include "api/builder.h"
#include "api/read_note.h"
#include "api/row_json.h"
#include "api/shapes.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

constexpr const char* kOutcomeNames[] = {"created", "changed", "same", "refused"};

struct RowChangeIn {
  std::optional<std::string> key;
  std::optional<int64_t> version;
  RowValues values;
};
template <class V>
void describe(V& v, RowChangeIn& x) {
  v.field("key", x.key, {.max_length = 1000});
  v.field("version", x.version);
  v.field("values", x.values);
}

struct BlockIn {
  static constexpr const char* kName = "RowBlock";
  bool dry_run = false;
  std::vector<RowChangeIn> rows;
};
template <class V>
void describe(V& v, BlockIn& x) {
  v.field("dry_run", x.dry_run, {.has_default = true});
  v.field("rows", x.rows, {.min_length = 1, .max_length = 1000});
}

struct ReasonShape {
  static constexpr const char* kName = "Reason";
  std::string code, where;
  Two detail;
};
template <class V>
void describe(V& v, ReasonShape& x) {
  v.field("code", x.code);
  v.field("where", x.where);
  v.field("detail", x.detail);
}

struct OutcomeShape {
  static constexpr const char* kName = "RowOutcome";
  std::string state;
  std::optional<std::string> key;
  std::optional<RowShape> row;  // absent where it was refused
  std::vector<ReasonShape> errors;
};
template <class V>
void describe(V& v, OutcomeShape& x) {
  v.field("state", x.state, {.one_of = kOutcomeNames});
  v.field("key", x.key);
  v.field("row", x.row);
  v.field("errors", x.errors);
}

struct BlockShape {
  static constexpr const char* kName = "RowBlockResult";
  bool dry_run = false;
  int64_t n_created = 0, n_changed = 0, n_same = 0, n_refused = 0;
  std::vector<OutcomeShape> items;
};
template <class V>
void describe(V& v, BlockShape& x) {
  v.field("dry_run", x.dry_run);
  v.field("n_created", x.n_created);
  v.field("n_changed", x.n_changed);
  v.field("n_same", x.n_same);
  v.field("n_refused", x.n_refused);
  v.field("items", x.items);
}

std::vector<ReasonShape> reasons_of(const Error& error) {
  std::vector<ReasonShape> reasons;
  for (const Error& detail : error.details) reasons.push_back({detail.id, detail.where, Two::of(detail.message)});
  if (reasons.empty()) reasons.push_back({error.id, error.where.empty() ? "$" : error.where, Two::of(error.message)});
  return reasons;
}

Result<std::vector<records::RowChange>> changes_of(const BlockIn& in) {
  std::vector<records::RowChange> changes;
  for (const RowChangeIn& row : in.rows) {
    BANMO_TRY(const json::Object* values, object_of(row.values.value));
    changes.push_back({row.key.value_or(""), row.version, *values});
  }
  return changes;
}

Result<BlockShape> save_rows(const Call& call, const BlockIn& in) {
  using Run = records::Records::BulkRun;
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_TRY(const auto changes, changes_of(in));
  BANMO_TRY(const auto outcomes, call.engines.records->save_rows(call.principal, dataset->id, changes, in.dry_run ? Run::check : Run::write));
  BlockShape block;
  block.dry_run = in.dry_run;
  for (const records::RowOutcome& outcome : outcomes) {
    OutcomeShape shape{outcome.state, {}, {}, {}};
    if (outcome.row) {
      // What is written is told by its own entry; a check alone, or values that stand already, show the row and write none.
      if (in.dry_run || !outcome.row->changed) BANMO_DO(note_rows(call, *dataset, "rows.read", what_of_key(*dataset, outcome.row->key), 1));
      shape.key = outcome.row->key;
      shape.row = row_json(call.engines, *dataset, *outcome.row);
    }
    if (outcome.error) shape.errors = reasons_of(*outcome.error);
    int64_t& n = outcome.state == "created"   ? block.n_created
                 : outcome.state == "changed" ? block.n_changed
                 : outcome.state == "same"    ? block.n_same
                                              : block.n_refused;
    ++n;
    block.items.push_back(std::move(shape));
  }
  return block;
}

struct UndoShape {
  static constexpr const char* kName = "Undone";
  std::string key;
  bool gone = false;  // the edit had made the row
  std::optional<RowShape> row;
};
template <class V>
void describe(V& v, UndoShape& x) {
  v.field("key", x.key);
  v.field("gone", x.gone);
  v.field("row", x.row);
}

Result<UndoShape> undo_row(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  const std::string key = call.path("key");
  std::optional<int64_t> edit;
  if (!call.text("edit").empty()) edit = call.integer("edit", 0);
  BANMO_TRY(const auto row, call.engines.records->undo(call.principal, dataset->id, key, edit));
  UndoShape undone{key, !row, {}};
  if (row) undone.row = row_json(call.engines, *dataset, *row);
  return undone;
}

}  // namespace

void add_row_block_routes(Builder& builder) {
  builder.tag("datasets");
  builder.route<BlockIn, BlockShape>({.method = "POST",
                                      .path = "/datasets/{id}/rows/bulk",
                                      .operation = "save_rows",
                                      .summary = {"一次保存多行（每行独立成败，可先试运行）",
                                                  "Save many rows at once: each by itself, with an outcome for each; dry_run writes nothing"},
                                      .permission = "datasets.edit"},
                                     save_rows);
  builder.route<UndoShape>({.method = "POST",
                            .path = "/datasets/{id}/rows/{key}/undo",
                            .operation = "undo_row",
                            .summary = {"撤销自己对一行的修改", "Take back one's own edit of a row"},
                            .permission = "datasets.edit",
                            .parameters = {{.name = "edit",
                                            .schema = json::Object{{"type", "integer"}, {"minimum", 1}},
                                            .description = "Number of the edit, as the history tells it; absent: the row's last change."}}},
                           undo_row);
}

}  // namespace banmo::api
