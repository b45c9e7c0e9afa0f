// SPDX-License-Identifier: Apache-2.0
// The doors of Records for people at work: blocks of rows, undo, headings, views, bad rows as work, quality over time.
#include <algorithm>

#include "records/bulk.h"
#include "records/cells.h"
#include "records/pages.h"
#include "records/row_text.h"
#include "records/state.h"
#include "records/trends.h"
#include "records/worklist.h"

namespace banmo::records {
namespace {

// A condition stands in the ledger in the clear: of fields that may tell a person only words of a list and numbers are kept, which name nobody; no
// names, codes, dates of birth and references to people.
Result<> check_filters(const Schema& schema, const View& view) {
  using enum pack::FieldType;
  for (const auto& filter : view.filters) {
    const size_t i = schema.dataset->field_index(filter.substr(0, filter.find(':')));
    if (i >= schema.columns.size()) continue;  // refused where the request is checked
    const pack::Field& field = *schema.columns[i].field;
    const bool names =
        field.type == text || field.type == idno || field.type == phone || field.type == date || field.type == datetime || field.type == ref;
    const bool tells = schema.dataset->personal && field.level >= pack::Level::l3 && names;
    if (!field.encrypted && !tells) continue;
    return fail(ErrorCode::invalid, "records.filter_not_kept",
                {"“" + field_name(schema.columns[i]).zh + "”是敏感个人信息，其筛选条件不能存入视图；请删去该条件",
                 field.id + " is sensitive personal data: a view cannot keep a condition over it; remove the condition"},
                "$.filters");
  }
  return {};
}

Result<> check_columns(const Schema& schema, const Visible& visible, const View& view) {
  for (const auto& id : view.columns) {
    const size_t i = schema.dataset->field_index(id);
    if (std::find(visible.fields.begin(), visible.fields.end(), i) != visible.fields.end()) continue;
    return fail(ErrorCode::invalid, "records.bad_view_column",
                {"没有列“" + id + "”，或您无权查看；请删去", "there is no column " + id + ", or you may not see it; remove it"}, "$.columns");
  }
  return {};
}

}  // namespace

Result<HeadingReport> Records::headings(const Principal& principal, std::string_view dataset, const std::string& file) {
  BANMO_TRY(Entry* const entry, state_->engine->require(principal, directory::Right::datasets_import, dataset));
  BANMO_TRY(const Mapping mapping, state_->mappings->remembered(principal, *entry->schema));
  return read_heading_report(*state_->engine, *entry->schema, file, mapping);
}

Result<Job> Records::write_checked(const Principal& principal, JobId id) { return state_->queue->write_checked(principal, id); }

Result<std::vector<RowOutcome>> Records::save_rows(const Principal& principal, std::string_view dataset, const std::vector<RowChange>& changes,
                                                   BulkRun run) {
  Engine& engine = *state_->engine;
  BANMO_TRY(Entry* const entry, engine.require(principal, directory::Right::datasets_edit, dataset));
  const Schema& schema = *entry->schema;
  return records::save_rows(*state_->editor, principal, dataset, changes, run == BulkRun::write ? Editor::Run::write : Editor::Run::check,
                            [&](const StoredRow& stored) { return state_->show(principal, schema, stored); });
}

Result<std::optional<Row>> Records::undo(const Principal& principal, std::string_view dataset, std::string_view key, std::optional<int64_t> edit) {
  BANMO_TRY(const auto made, state_->editor->undo(principal, dataset, std::string(key), edit));
  if (!made.row) return std::optional<Row>();
  BANMO_TRY(Row row, state_->show(principal, *state_->engine->find(dataset)->schema, *made.row));
  return std::optional(std::move(row));
}

Result<> Records::check_request(const Principal& principal, std::string_view dataset, const PageRequest& request) {
  BANMO_TRY(Entry* const entry, state_->engine->require(principal, directory::Right::datasets_read, dataset));
  const Schema& schema = *entry->schema;
  const auto query = plan_rows(*state_->engine, schema, state_->engine->scope(principal, directory::Right::datasets_read, schema), request);
  return query.ok() ? Result<>() : Result<>(query.error());
}

Result<std::vector<RuleRow>> Records::rule_rows(const Principal& principal, std::string_view dataset, directory::OrgNo under) {
  return read_rule_rows(*state_->engine, principal, dataset, under);
}

Result<std::map<std::string, double>> Records::rates(const Principal& principal) { return read_rates(*state_->engine, principal); }

Result<std::vector<TrendPoint>> Records::trend(const Principal& principal, std::string_view dataset, std::string_view rule, directory::OrgNo under,
                                               int days) {
  return read_trend(*state_->engine, principal, {dataset, rule, under, days});
}

Result<Completeness> Records::completeness(const Principal& principal, std::string_view dataset, directory::OrgNo under, int limit,
                                           directory::OrgNo after) {
  return read_completeness(*state_->engine, principal, {dataset, under, after, limit});
}

Result<std::vector<WorkItem>> Records::worklist(const Principal& principal, std::string_view dataset, directory::OrgNo under) {
  return read_worklist(*state_->engine, principal, dataset, under);
}

Result<WorkItem> Records::return_bad_rows(const Principal& principal, std::string_view dataset, directory::OrgNo org, Date due,
                                          const std::string& note) {
  return records::return_bad_rows(*state_->engine, principal, dataset, org, due, note);
}

Result<BadRow> Records::bad_row(const Principal& principal, std::string_view dataset, int64_t id) {
  return find_bad_row(*state_->engine, *state_->jobs, principal, dataset, id);
}

Result<Row> Records::fix_bad_row(const Principal& principal, std::string_view dataset, int64_t id, const json::Object& values) {
  BANMO_TRY(const auto made, records::fix_bad_row(*state_->engine, *state_->jobs, *state_->editor, principal, dataset, id, values));
  BANMO_TRY(Row row, state_->show(principal, *state_->engine->find(dataset)->schema, *made.row));
  row.changed = made.changed;
  return row;
}

Result<std::vector<LevelChange>> Records::level_changes(const Principal& principal, std::string_view state, int limit, int64_t before) {
  return state_->levels->list(principal, state, limit, before);
}
Result<LevelChange> Records::propose_level(const Principal& principal, const LevelWish& wish) { return state_->levels->propose(principal, wish); }
Result<LevelChange> Records::decide_level(const Principal& principal, int64_t no, LevelDecision decision, const std::string& note) {
  return state_->levels->decide(principal, no, decision, note);
}
Result<> Records::refresh_levels() { return state_->levels->load(); }

Result<std::vector<View>> Records::views(const Principal& principal, std::string_view dataset) {
  BANMO_TRY(auto views, state_->views->list(principal, dataset));
  // What was kept before views were looked at like this is shown to its owner alone.
  std::erase_if(views, [&](const View& view) {
    const Entry* entry = state_->engine->find(view.dataset);
    return !view.own && (entry == nullptr || !check_filters(*entry->schema, view).ok());
  });
  return views;
}

Result<View> Records::put_view(const Principal& principal, View view) {
  using enum directory::Right;
  BANMO_TRY(Entry* const entry, state_->engine->require(principal, datasets_read, view.dataset));
  const Schema& schema = *entry->schema;
  if (view.shared && !principal.has(datasets_edit) && !principal.has(quality_read)) {
    return fail(ErrorCode::denied, "records.may_not_share",
                {"只有维护数据或负责质量的人员可以共享视图；请保存为自己的视图",
                 "only who edits data or looks after quality may share a view; keep it for yourself"},
                "$.shared");
  }
  BANMO_DO(check_filters(schema, view));
  BANMO_DO(check_columns(schema, visible_fields(schema, state_->engine->scope(principal, datasets_read, schema)), view));
  return state_->views->put(principal, std::move(view));
}
Result<> Records::delete_view(const Principal& principal, std::string_view id) { return state_->views->remove(principal, id); }

}  // namespace banmo::records
