// SPDX-License-Identifier: Apache-2.0
#include "records/derived.h"

#include <algorithm>

#include "base/log.h"
#include "records/check_sql.h"

namespace banmo::records {
namespace {

constexpr std::string_view kVersion = "SELECT version FROM bm_state WHERE dataset = $1";
constexpr std::string_view kRefreshed = "SELECT MAX(version) FROM bm_refresh WHERE dataset = $1 AND source = $2";
constexpr std::string_view kForgetRefreshed = "DELETE FROM bm_refresh WHERE dataset = $1";
constexpr std::string_view kSetRefreshed = "INSERT INTO bm_refresh (dataset, source, version) VALUES ($1, $2, $3)";
constexpr std::string_view kScore = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM bm_score WHERE dataset = $1 AND rule = $2";
constexpr size_t kMaxPartitions = 20'000;  // more are told as "all"

struct SourceState {
  const Entry* entry = nullptr;
  int64_t version = 0;     // now
  int64_t refreshed = -1;  // when the derived table was last made; -1: never
  bool changed() const { return version != refreshed; }
};

// What of a derived table is computed anew.
struct Extent {
  const SourceState* keyed_by = nullptr;  // the one changed source whose keys bound the work; nullptr: the whole table
};

Result<std::vector<SourceState>> read_sources(Engine& engine, sql::Connection& connection, const pack::Dataset& derived) {
  std::vector<SourceState> sources;
  for (const auto& table : derived.select->tables()) {
    SourceState source;
    source.entry = engine.find(table);
    if (source.entry == nullptr)
      return fail(ErrorCode::internal, "records.no_such_dataset", {"派生数据集引用了不存在的数据集", "a derived dataset reads an unknown dataset"},
                  derived.where);
    BANMO_TRY(const auto state, connection.query(kVersion, {table}));
    source.version = state.empty() ? 0 : sql::int_of(state[0][0]);
    BANMO_TRY(const auto done, connection.query(kRefreshed, {derived.id, table}));
    source.refreshed = sql::int_of(done[0][0], -1);
    sources.push_back(source);
  }
  return sources;
}

// The grain of the derived table stands in the source under the same names, so that one key's group depends on that key's rows alone.
bool is_keyed_by(const pack::Dataset& derived, const pack::Dataset& source) {
  const auto& tables = derived.select->tables();
  if (std::count(tables.begin(), tables.end(), source.id) != 1 || derived.grain.empty()) return false;
  return std::all_of(derived.grain.begin(), derived.grain.end(), [&](const std::string& field) {
    const auto& columns = derived.select->columns();
    const auto column = std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.name == field; });
    return column != columns.end() && column->sources == std::vector<std::pair<std::string, std::string>>{{source.id, field}};
  });
}

Extent extent_of(const pack::Dataset& derived, const std::vector<SourceState>& sources) {
  const SourceState* changed = nullptr;
  for (const auto& source : sources) {
    if (source.refreshed < 0) return {};
    if (!source.changed()) continue;
    if (changed != nullptr) return {};
    changed = &source;
  }
  if (changed == nullptr || !is_keyed_by(derived, *changed->entry->schema->dataset)) return {};
  return {changed};
}

std::string key_list(const Schema& schema, std::string_view prefix) {
  std::string list;
  for (const size_t i : schema.grain) list += (list.empty() ? "" : ", ") + std::string(prefix) + schema.columns[i].name;
  return list;
}

std::string key_match(const Schema& schema, std::string_view a, std::string_view b) {
  std::string condition;
  for (const size_t i : schema.grain) {
    const std::string& name = schema.columns[i].name;
    condition += (condition.empty() ? "" : " AND ") + std::string(a) + name + " = " + std::string(b) + name;
  }
  return condition;
}

Result<> create_temp(sql::Connection& connection, const std::string& name, const std::string& select) {
  if (connection.dialect() == sql::Dialect::duckdb) return connection.script("CREATE OR REPLACE TEMP TABLE " + name + " AS " + select + ";");
  return connection.script("DROP TABLE IF EXISTS " + name + "; CREATE TEMP TABLE " + name + " ON COMMIT DROP AS " + select + "; ANALYZE " + name +
                           ";");
}

class Refresh {
 public:
  Refresh(Engine& engine, sql::Connection& connection, const Entry& entry)
      : engine_(engine), connection_(connection), schema_(*entry.schema), derived_(*entry.schema->dataset) {}

  // The version and partitions after it; version is unchanged if nothing was behind.
  Result<MergeCounts> run() {
    MergeCounts counts;
    BANMO_TRY(DatasetState state, read_state(connection_, schema_));
    counts.version = state.version;
    BANMO_TRY(const auto sources, read_sources(engine_, connection_, derived_));
    if (std::none_of(sources.begin(), sources.end(), [](const SourceState& source) { return source.changed(); })) return counts;
    const Extent extent = extent_of(derived_, sources);
    if (extent.keyed_by != nullptr) BANMO_DO(collect_keys(*extent.keyed_by));
    counts.version = state.version + 1;
    BANMO_DO(compute(extent, counts.version));
    BANMO_DO(replace(extent, counts));
    BANMO_DO(connection_.execute(kForgetRefreshed, {derived_.id}));
    for (const auto& source : sources) {
      BANMO_DO(connection_.execute(kSetRefreshed, {derived_.id, source.entry->schema->dataset->id, source.version}));
    }
    state.version = counts.version;
    state.n_rows += counts.n_new - counts.n_changed;
    state.updated_at = engine_.clock().now();
    BANMO_DO(write_state(connection_, schema_, state));
    BANMO_DO(add_scores(connection_, schema_, counts.scores, engine_.clock().now()));
    return counts;
  }

 private:
  Result<> collect_keys(const SourceState& source) {
    const Schema& from = *source.entry->schema;
    const std::string since = std::to_string(source.refreshed);
    return create_temp(connection_, "bm_touched",
                       "SELECT DISTINCT " + key_list(schema_, "") + " FROM (SELECT " + key_list(schema_, "") + " FROM " + from.table +
                           " WHERE _version > " + since + " UNION ALL SELECT " + key_list(schema_, "") + " FROM " + from.past_table +
                           " WHERE _next_version > " + since + ") g");
  }

  Result<> compute(const Extent& extent, int64_t version) {
    expr::PrintOptions options;
    options.dialect = connection_.dialect();
    options.environment = engine_.environment();
    options.column = [](size_t) { return std::string(); };
    BANMO_TRY(const std::string select, derived_.select->print(options, [&](const std::string& table) {
      const Schema& source = *engine_.find(table)->schema;
      if (extent.keyed_by == nullptr || extent.keyed_by->entry->schema.get() != &source) return source.table;
      return "(SELECT t.* FROM " + source.table + " t WHERE EXISTS (SELECT 1 FROM bm_touched k WHERE " + key_match(schema_, "k.", "t.") + "))";
    }));
    options.column = [&](size_t field) { return "q." + schema_.columns[field].name; };
    BANMO_TRY(const std::string warn, print_warn_mask(schema_, options));
    std::string items;
    for (const Column& column : schema_.columns)
      items += schema_.cast("q." + column.name, column, connection_.dialect()) + " AS " + column.name + ", ";
    const bool duckdb = connection_.dialect() == sql::Dialect::duckdb;
    if (duckdb) BANMO_DO(connection_.script("SET preserve_insertion_order = false;"));
    auto made = create_temp(connection_, "bm_derived",
                            "SELECT " + items + "CAST(0 AS BIGINT) AS _batch, CAST(0 AS BIGINT) AS _line, " + warn + " AS _warn, CAST(" +
                                std::to_string(version) + " AS BIGINT) AS _version FROM (" + select + ") q");
    if (duckdb) (void)connection_.script("SET preserve_insertion_order = true;");
    return made;
  }

  Result<> count(const std::string& from, int sign, MergeCounts& counts, int64_t& n_rows) {
    const std::string org = schema_.org ? "t." + schema_.columns[*schema_.org].name : "CAST(0 AS BIGINT)";
    const std::string period = schema_.period ? "t." + schema_.columns[*schema_.period].name : "CAST(NULL AS BIGINT)";
    BANMO_TRY(const auto rows, connection_.query("SELECT " + org + ", " + period + ", COUNT(*), COUNT(*) FILTER (WHERE t._warn <> 0) FROM " + from +
                                                 " GROUP BY 1, 2"));
    for (const auto& row : rows.rows) {
      counts.partitions.emplace(row[1], sql::int_of(row[0]));
      n_rows += sql::int_of(row[2]);
      counts.scores[{sql::int_of(row[0]), ""}] += sign * sql::int_of(row[2]);
      counts.scores[{sql::int_of(row[0]), "?"}] += sign * sql::int_of(row[3]);
    }
    return {};
  }

  Result<> replace(const Extent& extent, MergeCounts& counts) {
    const std::string which =
        extent.keyed_by == nullptr ? "" : " WHERE EXISTS (SELECT 1 FROM bm_touched k WHERE " + key_match(schema_, "k.", "t.") + ")";
    BANMO_DO(count(schema_.table + " t" + which, -1, counts, counts.n_changed));
    BANMO_DO(count("bm_derived t", 1, counts, counts.n_new));
    if (counts.n_changed > 0) BANMO_DO(connection_.execute("DELETE FROM " + schema_.table + " AS t" + which));
    const std::string columns = schema_.stored_list() + ", _batch, _line, _warn, _version";
    BANMO_DO(connection_.execute("INSERT INTO " + schema_.table + " (" + columns + ") SELECT " + columns + " FROM bm_derived"));
    if (extent.keyed_by == nullptr && counts.partitions.size() > kMaxPartitions) counts.partitions.clear();
    return {};
  }

  Engine& engine_;
  sql::Connection& connection_;
  const Schema& schema_;
  const pack::Dataset& derived_;
};

Result<> refresh_one(Engine& engine, Entry& entry) {
  MergeCounts counts;
  const auto done = engine.warehouse().write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(counts, Refresh(engine, connection, entry).run());
    return {};
  });
  BANMO_DO(done);
  engine.publish_bulk(entry, counts, counts.n_new - counts.n_changed);
  return {};
}

}  // namespace

Result<> check_sets(Engine& engine, const Entry& entry) {
  const pack::Dataset& dataset = *entry.schema->dataset;
  for (const auto& rule : dataset.rules) {
    if (!rule.set) continue;
    const auto done = engine.warehouse().write([&](sql::Connection& connection) -> Result<> {
      expr::PrintOptions options;
      options.dialect = connection.dialect();
      options.environment = engine.environment();
      options.column = [](size_t) { return std::string(); };
      BANMO_TRY(const std::string select, rule.set->print(options, [&](const std::string& table) { return engine.find(table)->schema->table; }));
      BANMO_TRY(const auto rows, connection.query("SELECT COUNT(*) FROM (" + select + ") q"));
      const int64_t n = std::max<int64_t>(0, sql::int_of(rows[0][0]) - rule.max_rows);
      BANMO_TRY(const auto known, connection.query(kScore, {dataset.id, rule.id}));
      return add_scores(connection, *entry.schema, {{{0, rule.id}, n - sql::int_of(known[0][0])}}, engine.clock().now());
    });
    BANMO_DO(done);
  }
  return {};
}

Result<> refresh_after(Engine& engine, const Entry& source, SetRules sets) {
  if (sets == SetRules::check) BANMO_DO(check_sets(engine, source));
  for (const auto* dependant : engine.catalogue().dependants(source.schema->dataset->id)) {
    Entry* const entry = engine.find(dependant->id);
    if (entry == nullptr || !dependant->select) continue;
    BANMO_DO(refresh_one(engine, *entry));
    if (sets == SetRules::check) BANMO_DO(check_sets(engine, *entry));
  }
  return {};
}

Result<> refresh_all(Engine& engine) {
  for (Entry* entry : engine.entries()) {
    if (!entry->schema->dataset->select) continue;
    for (const auto& table : entry->schema->dataset->select->tables()) {
      Entry* const source = engine.find(table);
      if (source == nullptr || !source->schema->dataset->select) continue;
      BANMO_DO(refresh_one(engine, *source));
    }
    BANMO_DO(refresh_one(engine, *entry));
  }
  return {};
}

}  // namespace banmo::records
