// SPDX-License-Identifier: Apache-2.0
#include "metrics/rollup.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/log.h"
#include "expr/expr.h"
#include "metrics/event_rollup.h"
#include "metrics/protect.h"
#include "records/records.h"

namespace banmo::metrics {
namespace {

constexpr size_t kMostPartitions = 4000;  // more are made anew as a whole
constexpr std::string_view kStateTable =
    "CREATE TABLE IF NOT EXISTS bm_rollup (dataset TEXT PRIMARY KEY, definition TEXT NOT NULL, version BIGINT NOT NULL)";
constexpr std::string_view kReadState = "SELECT definition, version FROM bm_rollup WHERE dataset = $1";
constexpr std::string_view kDropState = "DELETE FROM bm_rollup WHERE dataset = $1";
constexpr std::string_view kWriteState = "INSERT INTO bm_rollup (dataset, definition, version) VALUES ($1, $2, $3)";

// What is out of date of one roll-up.
struct Pending {
  bool whole = false;
  std::set<std::pair<std::string, int64_t>> partitions;  // (period as a literal or "NULL", organisation)
  int64_t version = 0;
};

struct Standing {
  int64_t version = -1;  // that the roll-up reflects
  int64_t told = -1;     // newest that was told
  Instant as_of;
};

}  // namespace

struct RollUps::State {
  std::shared_ptr<sql::Database> warehouse;
  const Cubes& cubes;
  const records::Records& records;
  const Clock& clock;
  mutable std::mutex mutex;
  std::condition_variable work, done;
  std::map<std::string, Pending, std::less<>> pending;
  std::map<std::string, Standing, std::less<>> standing;
  bool stopping = false;
  std::map<std::string, int64_t> n_appended;  // rows of roll-ups of events since they were folded; of the working thread
  std::thread thread;

  State(std::shared_ptr<sql::Database> w, const Cubes& c, const records::Records& r, const Clock& k)
      : warehouse(std::move(w)), cubes(c), records(r), clock(k) {}

  std::vector<std::string> key_columns(const Cube& cube) const {
    std::vector<std::string> columns;
    for (const size_t field : cube.kept_fields()) columns.push_back(records.column(cube.dataset->fields[field]));
    return columns;
  }

  // CREATE TABLE ... AS with no rows takes the column types from the dataset's table.
  Result<> create_table(sql::Connection& connection, const Cube& cube) const {
    BANMO_DO(connection.script("DROP TABLE IF EXISTS " + cube.table));
    BANMO_DO(connection.script("CREATE TABLE " + cube.table + " AS " + select(cube, "FALSE")));
    if (cube.weights_table.empty()) return {};
    BANMO_DO(connection.script("DROP TABLE IF EXISTS " + cube.weights_table));
    std::string keys = key_list(cube, records, "r.");
    if (!keys.empty()) keys += ", ";
    return connection.script("CREATE TABLE " + cube.weights_table + " AS SELECT " + keys + "r.m0 AS w FROM " + cube.table + " AS r WHERE FALSE");
  }

  std::string select(const Cube& cube, std::string_view where) const { return rollup_select(cube, records, cube.base_table, where); }

  // The changed partitions as a condition, for the roll-up (no prefix) and for the dataset ("r.").
  std::string condition(const Cube& cube, const Pending& what, std::string_view prefix) const {
    std::map<std::string, std::string> orgs_of_period;
    for (const auto& [period, org] : what.partitions) {
      std::string& orgs = orgs_of_period[period];
      orgs += (orgs.empty() ? "" : ", ") + std::to_string(org);
    }
    std::string text;
    for (const auto& [period, orgs] : orgs_of_period) {
      std::string part;
      if (cube.period)
        part = std::string(prefix) + records.column(cube.dataset->fields[*cube.period]) + (period == "NULL" ? " IS NULL" : " = " + period);
      if (cube.org)
        part += (part.empty() ? "" : " AND ") + std::string(prefix) + records.column(cube.dataset->fields[*cube.org]) + " IN (" + orgs + ")";
      text += (text.empty() ? "(" : " OR (") + part + ")";
    }
    return text;
  }

  // How many people stand where, in the changed partitions. Nothing for a cube that withholds nothing.
  Result<std::vector<sql::Values>> populations(sql::Connection& connection, const Cube& cube, const Pending& what) const {
    if (cube.weights_table.empty()) return std::vector<sql::Values>{};
    BANMO_TRY(sql::Rows rows,
              connection.query("SELECT " + key_list(cube, records, "") + ", m0 FROM " + cube.table + " WHERE " + condition(cube, what, "")));
    std::sort(rows.rows.begin(), rows.rows.end());
    return std::move(rows.rows);
  }

  // The pattern of what is withheld follows from populations: a changed mark of a person leaves it.
  Result<> refresh(const Cube& cube, const Pending& what) {
    if (cube.is_of_events()) return refresh_events(cube, what);
    return warehouse->write([&](sql::Connection& connection) -> Result<> {
      const bool whole = what.whole || (!cube.org && !cube.period);
      std::vector<sql::Values> before, after;
      if (!whole) {
        BANMO_TRY(before, populations(connection, cube, what));
      }
      BANMO_DO(connection.execute("DELETE FROM " + cube.table + (whole ? "" : " WHERE " + condition(cube, what, ""))));
      BANMO_DO(connection.execute("INSERT INTO " + cube.table + " " + select(cube, whole ? "" : condition(cube, what, "r."))));
      if (!whole) {
        BANMO_TRY(after, populations(connection, cube, what));
      }
      if (!cube.weights_table.empty() && (whole || before != after)) BANMO_DO(write_weights(connection, cube, key_columns(cube)));
      BANMO_DO(connection.execute(kDropState, {cube.dataset->id}));
      BANMO_DO(connection.execute(kWriteState, {cube.dataset->id, cube.definition, what.version}));
      return {};
    });
  }

  Result<> refresh_events(const Cube& cube, const Pending& what) {
    EventRollUps rollups(cube, records, n_appended);
    return warehouse->write([&](sql::Connection& connection) -> Result<> {
      const std::string lock = connection.dialect() == sql::Dialect::postgres ? " FOR UPDATE" : "";  // servers of one database take turns
      BANMO_TRY(const sql::Rows state, connection.query(std::string(kReadState) + lock, {cube.dataset->id}));
      BANMO_TRY(const int64_t to, rollups.version_of_rows(connection));
      const bool whole = what.whole || state.empty() || sql::text_of(state[0][0]) != cube.definition;
      BANMO_DO(whole ? rollups.make(connection) : rollups.add(connection, sql::int_of(state[0][1]), to));
      BANMO_DO(connection.execute(kDropState, {cube.dataset->id}));
      BANMO_DO(connection.execute(kWriteState, {cube.dataset->id, cube.definition, to}));
      return {};
    });
  }

  Result<> open(const Cube& cube) {
    const int64_t version = records.version(cube.dataset->id);
    bool current = false;
    auto prepared = warehouse->write([&](sql::Connection& connection) -> Result<> {
      BANMO_DO(connection.script(kStateTable));
      BANMO_TRY(const sql::Rows state, connection.query(kReadState, {cube.dataset->id}));
      const bool same_definition = !state.empty() && sql::text_of(state[0][0]) == cube.definition;
      current = same_definition && sql::int_of(state[0][1]) == version;
      if (!same_definition && !cube.is_of_events()) BANMO_DO(create_table(connection, cube));
      return {};
    });
    BANMO_DO(std::move(prepared));
    if (!current) BANMO_DO(refresh(cube, {.whole = !cube.is_of_events(), .partitions = {}, .version = version}));
    standing[cube.dataset->id] = {version, version, clock.now()};
    return {};
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      work.wait(lock, [&] { return stopping || !pending.empty(); });
      if (stopping) return;
      const auto node = pending.extract(pending.begin());
      lock.unlock();
      const Instant started = clock.now();
      const auto refreshed = refresh(cubes.find(node.key())->second, node.mapped());
      lock.lock();
      if (refreshed.ok()) {
        Standing& now = standing[node.key()];
        now.version = std::max(now.version, node.mapped().version);
        now.as_of = started;
      } else {
        BANMO_LOG(error, "metrics.rollup_failed", {"dataset", node.key()}, {"error", refreshed.error().to_string()},
                  {"cause", refreshed.error().cause});
        retry_later(node.key(), node.mapped(), lock);
      }
      done.notify_all();
    }
  }

  // A full disk or a lost connection passes; what is out of date is kept and made whole.
  void retry_later(const std::string& dataset, const Pending& failed, std::unique_lock<std::mutex>& lock) {
    constexpr auto kPause = std::chrono::seconds(1);
    work.wait_for(lock, kPause, [&] { return stopping; });
    Pending& again = pending[dataset];
    again.whole = !cubes.find(dataset)->second.is_of_events();
    again.version = std::max(again.version, failed.version);
  }
};

Result<std::unique_ptr<RollUps>> RollUps::create(std::shared_ptr<sql::Database> warehouse, const Cubes& cubes, const records::Records& records,
                                                 const Clock& clock) {
  auto state = std::make_unique<State>(std::move(warehouse), cubes, records, clock);
  for (const auto& [id, cube] : cubes) BANMO_DO(state->open(cube));
  State* running = state.get();
  state->thread = std::thread([running] { running->run(); });
  return std::unique_ptr<RollUps>(new RollUps(std::move(state)));  // owned by the unique_ptr: the constructor is private
}

RollUps::RollUps(std::unique_ptr<State> state) : state_(std::move(state)) {}

RollUps::~RollUps() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->work.notify_all();
  state_->thread.join();
}

void RollUps::changed(const records::DatasetChange& change) {
  const auto cube = state_->cubes.find(change.dataset);
  if (cube == state_->cubes.end()) return;
  const std::scoped_lock lock(state_->mutex);
  Pending& pending = state_->pending[change.dataset];
  pending.version = std::max(pending.version, change.version);
  if (!cube->second.is_of_events()) {  // those grow by versions
    pending.whole |= change.partitions.empty();
    for (const auto& [period, org] : change.partitions)
      pending.partitions.emplace(sql::is_null(period) ? "NULL" : expr::print_literal(period, state_->warehouse->dialect()), org.value);
    pending.whole |= pending.partitions.size() > kMostPartitions;
  }
  Standing& standing = state_->standing[change.dataset];
  standing.told = std::max(standing.told, change.version);
  state_->work.notify_all();
}

void RollUps::catch_up() {
  for (const auto& [id, cube] : state_->cubes) {
    const int64_t version = state_->records.version(id);
    bool behind = false;
    {
      const std::scoped_lock lock(state_->mutex);
      behind = state_->standing[id].told < version;
    }
    if (behind) changed({.dataset = id, .version = version, .partitions = {}});
  }
}

bool RollUps::wait_fresh(std::string_view dataset, int at_most_ms) {
  std::unique_lock lock(state_->mutex);
  const auto found = state_->standing.find(dataset);
  if (found == state_->standing.end()) return true;
  const int64_t told = found->second.told;
  return state_->done.wait_for(lock, std::chrono::milliseconds(at_most_ms), [&] { return state_->standing.find(dataset)->second.version >= told; });
}

Result<int64_t> RollUps::version(sql::Connection& connection, std::string_view dataset) {
  BANMO_TRY(const sql::Rows state, connection.query("SELECT version FROM bm_rollup WHERE dataset = $1", {std::string(dataset)}));
  return state.empty() ? int64_t{-1} : sql::int_of(state[0][0]);
}

Instant RollUps::as_of(std::string_view dataset) const {
  const std::scoped_lock lock(state_->mutex);
  const auto found = state_->standing.find(dataset);
  if (found == state_->standing.end()) return {};
  // Nothing newer was told: the roll-up is as new as this moment.
  return found->second.version >= found->second.told ? state_->clock.now() : found->second.as_of;
}

}  // namespace banmo::metrics
