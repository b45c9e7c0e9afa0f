// SPDX-License-Identifier: Apache-2.0
#include "records/engine.h"

#include <algorithm>
#include <filesystem>

#include "records/migrations.h"
#include "sql/migrate.h"

namespace banmo::records {
namespace {

constexpr std::string_view kState = "SELECT version, n_rows, updated_at FROM bm_state WHERE dataset = $1";

}  // namespace

Engine::Engine(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory, const Clock& clock,
               RecordsOptions options)
    : stores_(std::move(stores)),
      catalogue_(std::move(catalogue)),
      directory_(directory),
      clock_(clock),
      options_(std::move(options)),
      sealer_{options_.profile, options_.field_key} {}

Result<std::unique_ptr<Engine>> Engine::create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory,
                                               const Clock& clock, RecordsOptions options) {
  std::error_code error;
  std::filesystem::create_directories(options.folder + "/tmp", error);
  if (error) {
    return fail(ErrorCode::internal, "records.bad_folder",
                {"无法创建数据目录下的临时目录，请检查目录权限", "the folder for uploads cannot be made; check the permissions of the data folder"},
                options.folder, error.message());
  }
  for (const auto& left : std::filesystem::directory_iterator(options.folder + "/tmp", error)) std::filesystem::remove_all(left.path(), error);
  std::unique_ptr<Engine> engine(new Engine(std::move(stores), std::move(catalogue), directory, clock, std::move(options)));
  BANMO_DO(sql::migrate(engine->ledger(), "records", records_migrations()));
  BANMO_DO(engine->build_schemas());
  return engine;
}

Result<> Engine::build_schemas() {
  for (const auto& dataset : catalogue_->datasets()) {
    auto entry = std::make_unique<Entry>();
    BANMO_TRY(entry->schema, Schema::build(*catalogue_, dataset));
    order_.push_back(entry.get());
    entries_.emplace(dataset.id, std::move(entry));
  }
  const auto made = warehouse().write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(ensure_shared_tables(connection));
    for (const Entry* entry : order_) BANMO_DO(ensure_tables(connection, *entry->schema));
    return {};
  });
  BANMO_DO(made);
  for (Entry* entry : order_) BANMO_DO(reload(*entry));
  return {};
}

Result<sql::Database*> Engine::parser() {
  if (warehouse().dialect() == sql::Dialect::duckdb) return &warehouse();
  const std::lock_guard lock(mutex_);
  if (!parser_) {
    sql::DuckdbOptions duckdb;
    duckdb.memory_limit_mb = options_.memory_limit_mb;
    duckdb.temp_directory = options_.folder + "/tmp/duckdb";
    duckdb.n_readers = 1;
    BANMO_TRY(parser_, sql::open_duckdb(duckdb));
  }
  return parser_.get();
}

Entry* Engine::find(std::string_view dataset) const {
  const auto it = entries_.find(dataset);
  return it == entries_.end() ? nullptr : it->second.get();
}

std::vector<Entry*> Engine::entries() const { return order_; }

Result<Entry*> Engine::require(const directory::Principal& principal, directory::Right right, std::string_view dataset) const {
  if (!principal.has(right)) {
    return fail(ErrorCode::denied, "records.no_right",
                {"您没有进行此操作的权限（" + std::string(name_of(right)) + "），请联系管理员",
                 "you lack the right " + std::string(name_of(right)) + "; ask an administrator"});
  }
  Entry* entry = find(dataset);
  if (entry == nullptr) {
    return fail(ErrorCode::not_found, "records.no_such_dataset",
                {"没有这个数据集，请从数据目录中选择", "there is no such dataset; choose one of the catalogue"});
  }
  return entry;
}

directory::Scope Engine::scope(const directory::Principal& principal, directory::Right right, const Schema& schema) const {
  const bool writes = right == directory::Right::datasets_import || right == directory::Right::datasets_edit;
  if (!writes || schema.org)
    return directory_.scope(principal, right, {schema.dataset->org_field, schema.dataset->person_field, schema.dataset->level});
  // Rows of no organisation belong to the whole city: everyone may read them, but only who stands for the whole city may change them.
  const auto scope = directory_.scope(principal, right, {"org", "", schema.dataset->level});
  return scope.everything ? scope : directory::Scope{};
}

Result<> Engine::check_written_by_people(const directory::Principal& principal, const Schema& schema) const {
  if (principal.internal) return {};
  // Forms, calendars and standards read the pack's rows: others in the warehouse would be shown, and count for nothing.
  if (schema.dataset->kind == pack::DatasetKind::reference)
    return fail(ErrorCode::invalid, "records.kept_by_pack",
                {"参考数据集的内容写在场景包里，不能导入或直接修改；请更新场景包",
                 "the rows of a reference dataset stand in its pack and take no imports or edits: install a new version of the pack"});
  if (catalogue_->admission(schema.dataset->flow) != nullptr)
    return fail(ErrorCode::invalid, "records.kept_by_admission",
                {"该数据集由招生录取公布时写入，不能导入或直接修改",
                 "the rows of this dataset are what an admission published and take no imports or edits"});
  if (!schema.dataset->flow.empty())
    return fail(ErrorCode::invalid, "records.kept_by_flow",
                {"该数据集由办事流程写入，不能导入或直接修改；请在办件中办理",
                 "the rows of this dataset are the cases of a flow and take no imports or edits: make a move in the case"});
  if (schema.dataset->kind != pack::DatasetKind::event) return {};
  return fail(ErrorCode::invalid, "records.event_not_written",
              {"事件数据集由学习记录（xAPI）写入，不能导入或修改；请让教学工具发送或作废学习记录",
               "an event dataset is written by learning records (xAPI) and takes no imports or edits: let the tool send or void statements"});
}

void Engine::publish(Entry& entry, const MergeCounts& counts, int64_t n_added) {
  if (counts.version == entry.version.load()) return;
  entry.version = counts.version;
  entry.n_rows += n_added;
  entry.updated_at = clock_.now().micros;
  DatasetChange change;
  change.dataset = entry.schema->dataset->id;
  change.version = counts.version;
  for (const auto& [period, org] : counts.partitions) change.partitions.emplace_back(period, directory::OrgNo{org});
  tell(change);
}

void Engine::publish_bulk(Entry& entry, const MergeCounts& counts, int64_t n_added) {
  if (forget_) forget_(entry.schema->dataset->id);
  publish(entry, counts, n_added);
}

Result<> Engine::reload(Entry& entry) {
  BANMO_TRY(const auto lease, warehouse().read());
  BANMO_TRY(const auto rows, lease->query(kState, {entry.schema->dataset->id}));
  if (rows.empty()) return {};
  entry.version = sql::int_of(rows[0][0]);
  entry.n_rows = sql::int_of(rows[0][1]);
  entry.updated_at = sql::int_of(rows[0][2]);
  return {};
}

void Engine::tell(const DatasetChange& change) const {
  const std::shared_lock lock(telling_);
  for (const auto& [id, listener] : listeners_) listener(change);
}

int Engine::listen(Listener listener) {
  const std::unique_lock lock(telling_);
  listeners_.emplace_back(++last_listener_, std::move(listener));
  return last_listener_;
}

void Engine::unlisten(int id) {
  const std::unique_lock lock(telling_);
  std::erase_if(listeners_, [&](const auto& listener) { return listener.first == id; });
}

Result<int64_t> Engine::counted_until(sql::Connection& warehouse, const std::string& dataset) const {
  int64_t lowest = INT64_MAX;
  for (const PastReader& reader : past_readers_) {
    BANMO_TRY(const int64_t version, reader(warehouse, dataset));
    lowest = std::min(lowest, version);
  }
  return lowest;
}

std::string Engine::temporary_path(std::string_view stem, std::string_view ending) {
  return options_.folder + "/tmp/" + std::string(stem) + "-" + Uuid::next().to_string() + "." + std::string(ending);
}

}  // namespace banmo::records
