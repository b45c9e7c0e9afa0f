// SPDX-License-Identifier: Apache-2.0
#include "records/records.h"

#include "records/derived.h"
#include "records/exports.h"
#include "records/history.h"
#include "records/pages.h"
#include "records/quality.h"
#include "records/reference.h"
#include "records/row_text.h"
#include "records/sources.h"
#include "records/state.h"
#include "records/table_file.h"

namespace banmo::records {
namespace {

constexpr int kMaxLimit = 1000;

Result<> check_limit(int limit) {
  if (limit >= 1 && limit <= kMaxLimit) return {};
  return fail(ErrorCode::invalid, "records.bad_limit", {"每页行数应为 1 到 1000", "limit must be from 1 to 1000"}, "limit");
}

}  // namespace

Records::Records(std::unique_ptr<State> state) : state_(std::move(state)) {}
Records::~Records() = default;

Result<Row> Records::State::show(const Principal& principal, const Schema& schema, const StoredRow& stored) const {
  const auto scope = engine->scope(principal, directory::Right::datasets_read, schema);
  BANMO_TRY(Row row, make_row(*engine, *jobs, schema, visible_fields(schema, scope), stored));
  BANMO_DO(PeopleNames(*engine, principal, schema, scope.max_level).fill({&row, 1}, row.fields));
  return row;
}

Result<std::unique_ptr<Records>> Records::create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue,
                                                 directory::Directory& directory, const Clock& clock, RecordsOptions options) {
  auto state = std::make_unique<State>();
  BANMO_TRY(state->engine, Engine::create(std::move(stores), std::move(catalogue), directory, clock, std::move(options)));
  Engine& engine = *state->engine;
  state->levels = std::make_unique<Levels>(engine);
  BANMO_DO(state->levels->load());
  state->jobs = std::make_unique<JobStore>(engine.ledger());
  state->rows = std::make_unique<RowStore>(engine);
  state->filter = std::make_unique<KeyFilter>(engine);
  state->journal = std::make_unique<Journal>(engine, *state->rows);
  state->editor = std::make_unique<Editor>(engine, *state->rows, *state->journal, *state->filter);
  state->cases = std::make_unique<CaseRows>(engine, *state->editor, *state->journal, *state->jobs);
  state->quota = std::make_unique<ExportQuota>(engine);
  state->portions = std::make_unique<Portions>(engine, *state->journal, *state->quota);
  BANMO_TRY(state->events, EventIntake::create(engine, *state->jobs, *state->rows));
  state->mappings = std::make_unique<MappingStore>(engine);
  state->views = std::make_unique<ViewStore>(engine.ledger(), clock, engine.options().profile);
  state->queue = std::make_unique<JobQueue>(engine, *state->jobs, *state->mappings);
  engine.on_bulk([rows = state->rows.get()](const std::string& dataset) { rows->forget(dataset); });
  BANMO_DO(load_references(engine));
  BANMO_DO(refresh_all(engine));
  BANMO_DO(state->journal->start());
  BANMO_DO(state->queue->start());
  return std::unique_ptr<Records>(new Records(std::move(state)));
}

Result<Job> Records::import(const Principal& principal, ImportOptions options) { return state_->queue->submit(principal, options); }
Result<Job> Records::job(const Principal& principal, JobId id) { return state_->queue->find(principal, id); }
Result<Job> Records::wait(const Principal& principal, JobId id) { return state_->queue->wait(principal, id); }

Result<std::vector<Job>> Records::jobs(const Principal& principal, int limit, std::string_view after) {
  BANMO_DO(check_limit(limit));
  return state_->queue->list(principal, limit, after);
}

Result<std::vector<Batch>> Records::batches(const Principal& principal, std::string_view dataset, int limit, std::string_view after) {
  BANMO_DO(check_limit(limit));
  auto allowed = state_->engine->require(principal, directory::Right::quality_read,
                                         dataset.empty() ? state_->engine->entries().front()->schema->dataset->id : dataset);
  if (!allowed.ok()) return allowed.error();
  int64_t before = INT64_MAX;
  if (!after.empty()) {
    BANMO_TRY(const auto last, state_->jobs->find_batch(after));
    if (!last)
      return fail(ErrorCode::invalid, "records.bad_cursor", {"翻页参数无效，请从第一页重新开始", "the cursor is not valid; begin at the first page"},
                  "after");
    before = last->batch.no;
  }
  const bool all = principal.has(directory::Right::jobs_read) &&
                   state_->engine->directory().scope(principal, directory::Right::jobs_read, {"org", "", pack::Level::l1}).everything;
  BANMO_TRY(const auto rows, state_->jobs->batches(dataset, all ? "" : principal.account_name, limit, before));
  std::vector<Batch> out;
  for (const auto& row : rows) out.push_back(row.batch);
  return out;
}

Result<std::vector<BadRow>> Records::bad_rows(const Principal& principal, std::string_view dataset, std::string_view batch, int limit, int64_t after,
                                              directory::OrgNo under) {
  BANMO_DO(check_limit(limit));
  return read_bad_rows(*state_->engine, *state_->jobs, principal, dataset, {batch, under, limit, after});
}

Result<std::string> Records::bad_rows_xlsx(const Principal& principal, std::string_view dataset, std::string_view batch) {
  constexpr int kMaxMended = 100'000;
  BANMO_TRY(const auto rows, read_bad_rows(*state_->engine, *state_->jobs, principal, dataset, {batch, {}, kMaxMended, -1}));
  return bad_rows_file(*state_->engine, *state_->quota, principal, *state_->engine->find(dataset)->schema, rows);
}

Result<std::string> Records::import_template(const Principal& principal, std::string_view dataset, std::string_view format) {
  BANMO_TRY(Entry* const entry, state_->engine->require(principal, directory::Right::datasets_import, dataset));
  return template_file(*state_->engine, *entry->schema, std::string(format));
}

Result<Page> Records::rows(const Principal& principal, std::string_view dataset, const PageRequest& request) {
  BANMO_DO(check_limit(request.limit));
  const Engine& engine = *state_->engine;
  BANMO_TRY(Entry* const entry, engine.require(principal, directory::Right::datasets_read, dataset));
  const Schema& schema = *entry->schema;
  if (state_->journal->has_waiting(*entry)) state_->journal->settle();
  const auto scope = engine.scope(principal, directory::Right::datasets_read, schema);
  BANMO_TRY(const RowQuery query, plan_rows(engine, schema, scope, request));
  const Visible visible = visible_fields(schema, scope);
  Page page;
  page.fields = visible.fields;
  BANMO_TRY(const auto lease, engine.warehouse().read());
  std::vector<StoredRow> found;
  const auto read = each_row(*lease, schema, query, request.limit + 1, [&](const StoredRow& row) -> Result<> {
    found.push_back(row);
    return {};
  });
  BANMO_DO(read);
  const bool more = found.size() > static_cast<size_t>(request.limit);
  if (more) found.pop_back();
  for (const auto& stored : found) {
    BANMO_TRY(Row row, make_row(engine, *state_->jobs, schema, visible, stored));
    page.rows.push_back(std::move(row));
  }
  BANMO_DO(PeopleNames(engine, principal, schema, scope.max_level).fill(page.rows, page.fields));
  if (more) page.next = make_cursor(schema, query, request, found.back());
  return page;
}

Result<Row> Records::row(const Principal& principal, std::string_view dataset, std::string_view key) {
  const Engine& engine = *state_->engine;
  BANMO_TRY(Entry* const entry, engine.require(principal, directory::Right::datasets_read, dataset));
  const Schema& schema = *entry->schema;
  const auto scope = engine.scope(principal, directory::Right::datasets_read, schema);
  BANMO_TRY(const auto stored, state_->editor->unscoped_find(*entry, std::string(key)));
  if (!stored || scope.aggregates_only || !covers(scope, *engine.directory().orgs(), schema, stored->values, value_slots(schema)))
    return no_such_row();
  return state_->show(principal, schema, *stored);
}

pack::Level Records::shown_level(const Principal& principal, std::string_view dataset) const {
  const Entry* entry = state_->engine->find(dataset);
  if (entry == nullptr) return pack::Level::l1;
  const Schema& schema = *entry->schema;
  const auto scope = state_->engine->scope(principal, directory::Right::datasets_read, schema);
  if (scope.sees_nothing()) return pack::Level::l1;
  return records::shown_level(schema, visible_fields(schema, scope), PeopleNames(*state_->engine, principal, schema, scope.max_level),
                              scope.max_level);
}

Result<Row> Records::create_row(const Principal& principal, std::string_view dataset, const json::Object& values) {
  BANMO_TRY(const auto made, state_->editor->create(principal, dataset, values));
  return state_->show(principal, *state_->engine->find(dataset)->schema, *made.row);
}

Result<Row> Records::update_row(const Principal& principal, std::string_view dataset, std::string_view key, const json::Object& values,
                                std::optional<int64_t> if_version) {
  BANMO_TRY(const auto made, state_->editor->update(principal, dataset, std::string(key), values, if_version));
  BANMO_TRY(Row row, state_->show(principal, *state_->engine->find(dataset)->schema, *made.row));
  row.changed = made.changed;
  return row;
}

Result<> Records::delete_row(const Principal& principal, std::string_view dataset, std::string_view key) {
  return state_->editor->remove(principal, dataset, std::string(key));
}

Result<std::vector<RowEvent>> Records::history(const Principal& principal, std::string_view dataset, std::string_view key) {
  Engine& engine = *state_->engine;
  BANMO_TRY(Entry* const entry, engine.require(principal, directory::Right::datasets_read, dataset));
  if (state_->journal->has_waiting(*entry)) state_->journal->settle();
  const Schema& schema = *entry->schema;
  const auto scope = engine.scope(principal, directory::Right::datasets_read, schema);
  return read_history(engine, *state_->jobs, schema, scope, PeopleNames(engine, principal, schema, scope.max_level), std::string(key));
}

Result<std::string> Records::export_rows(const Principal& principal, std::string_view dataset, const PageRequest& request, std::string_view format) {
  Engine& engine = *state_->engine;
  BANMO_TRY(Entry* const entry, engine.require(principal, directory::Right::datasets_export, dataset));
  if (state_->journal->has_waiting(*entry)) state_->journal->settle();
  return export_rows_file(engine, *state_->quota, principal, *entry->schema,
                          engine.scope(principal, directory::Right::datasets_export, *entry->schema), request, std::string(format));
}

Result<WrittenTable> Records::write_table(const Principal& principal, const TableFile& table, const std::string& format,
                                          const std::function<Result<bool>(sql::Values& row)>& next) {
  return table_file(*state_->engine, *state_->quota, principal, table, format, next);
}

Result<std::vector<Scorecard>> Records::scorecards(const Principal& principal, std::string_view dataset, directory::OrgNo under, int limit,
                                                   std::string_view after) {
  BANMO_DO(check_limit(limit));
  return read_scorecards(*state_->engine, principal, dataset, under, limit, after);
}

Result<std::vector<RuleScore>> Records::rule_scores(const Principal& principal, std::string_view dataset) {
  return read_rule_scores(*state_->engine, principal, dataset);
}

Result<int64_t> Records::events_until() const { return state_->events->until(); }
Result<> Records::take_events(const EventChunk& chunk) { return state_->events->take(chunk); }
Result<> Records::correct_events(const EventChunk& chunk, int64_t mark) { return state_->events->correct(chunk, mark); }
Result<int64_t> Records::corrected_until() const { return state_->events->corrected_until(); }
Result<EventsErased> Records::erase_events(const EventErasure& what) { return state_->events->erase(what); }
void Records::on_past(PastReader reader) { state_->engine->on_past(std::move(reader)); }

CaseRows& Records::case_rows() { return *state_->cases; }
Portions& Records::portions() { return *state_->portions; }

const pack::Catalogue& Records::catalogue() const { return state_->engine->catalogue(); }

int64_t Records::version(std::string_view dataset) const {
  const Entry* entry = state_->engine->find(dataset);
  return entry == nullptr ? 0 : entry->version.load();
}

int64_t Records::n_rows(std::string_view dataset) const {
  const Entry* entry = state_->engine->find(dataset);
  return entry == nullptr ? 0 : entry->n_rows.load();
}

std::optional<Instant> Records::updated_at(std::string_view dataset) const {
  const Entry* entry = state_->engine->find(dataset);
  if (entry == nullptr || entry->updated_at.load() == 0) return std::nullopt;
  return Instant{entry->updated_at.load()};
}

int Records::listen(Listener listener) { return state_->engine->listen(std::move(listener)); }
void Records::unlisten(int id) { state_->engine->unlisten(id); }
Result<> Records::flush() { return state_->journal->flush(); }

Result<std::vector<Records::Source>> Records::unscoped_sources(std::string_view dataset, std::string_view predicate, const sql::Values& parameters) {
  return read_sources(*state_->engine, *state_->jobs, dataset, predicate, parameters);
}

std::string Records::table(std::string_view dataset) const {
  const Entry* entry = state_->engine->find(dataset);
  return entry == nullptr ? std::string() : entry->schema->table;
}

std::string Records::column(const pack::Field& field) const { return sql::quote_identifier(field.id); }

}  // namespace banmo::records
