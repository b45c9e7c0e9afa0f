// SPDX-License-Identifier: Apache-2.0
#include "records/journal.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include "base/log.h"
#include "records/derived.h"
#include "records/edit_text.h"
#include "records/job_store.h"

namespace banmo::records {
namespace {

using namespace std::chrono_literals;

// How long edits wait for company. A batch costs about the same with one edit as with thousands, derived tables and roll-ups included, so the wait is
// eight times what the last one took: bringing edits in takes a ninth of one processor at most, and figures follow within five seconds.
constexpr std::chrono::milliseconds kGather = 200ms, kLongestGather = 2s;
constexpr int kGatherTimes = 8;
constexpr auto kRetry = 2s;  // after a failure (a full disk)
constexpr size_t kMaxBatch = 20'000;
constexpr size_t kMaxQueue = 500'000;  // edits that wait while the warehouse takes none; then writers are refused
constexpr std::string_view kInsertEdit =
    "INSERT INTO records_journal (seq, dataset, row_key, op, payload, account, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kForgetEdits = "DELETE FROM records_journal WHERE seq <= $1";
constexpr std::string_view kWaitingEdits =
    "SELECT seq, dataset, row_key, op, payload, account, at FROM records_journal WHERE seq > $1 AND seq <= $2 ORDER BY seq";
constexpr std::string_view kApplied = "SELECT MAX(seq) FROM bm_applied";
constexpr std::string_view kSetApplied = "UPDATE bm_applied SET seq = $1";
constexpr std::string_view kLastNumber = "SELECT value FROM records_counter WHERE name = 'journal'";

std::string id_of(const Entry& entry, const std::string& key) { return entry.schema->dataset->id + "\n" + key; }

}  // namespace

Journal::KeyLock::KeyLock(Journal& journal, std::string id) : journal_(journal), id_(std::move(id)) {
  std::unique_lock lock(journal_.mutex_);
  journal_.keys_changed_.wait(lock, [&] { return !journal_.locked_.contains(id_); });
  journal_.locked_.insert(id_);
}
Journal::KeyLock::~KeyLock() {
  {
    const std::lock_guard lock(journal_.mutex_);
    journal_.locked_.erase(id_);
  }
  journal_.keys_changed_.notify_all();
}

Journal::Journal(Engine& engine, RowStore& rows) : engine_(engine), rows_(rows) {}

Journal::~Journal() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// The edits of the ledger with numbers in (after, until].
Result<std::vector<Edit>> Journal::load(int64_t after, int64_t until) const {
  BANMO_TRY(const auto lease, engine_.ledger().read());
  BANMO_TRY(const auto rows, lease->query(kWaitingEdits, {after, until}));
  std::vector<Edit> edits;
  for (const auto& row : rows.rows) {
    Edit edit;
    edit.seq = sql::int_of(row[0]);
    edit.entry = engine_.find(sql::text_of(row[1]));
    if (edit.entry == nullptr) continue;  // its pack is no longer installed
    edit.key = sql::text_of(row[2]);
    edit.operation = sql::text_of(row[3]);
    BANMO_TRY(edit.row, row_of_edit(*edit.entry->schema, sql::text_of(row[4])));
    edit.row.line = edit.seq;
    edit.account = sql::text_of(row[5]);
    edit.at = Instant{sql::int_of(row[6])};
    edits.push_back(std::move(edit));
  }
  return edits;
}

void Journal::enqueue(Edit edit) {
  if (edit.seq <= applied_ || queue_.contains(edit.seq)) return;
  int64_t& newest = newest_[id_of(*edit.entry, edit.key)];
  newest = std::max(newest, edit.seq);
  ++n_waiting_[edit.entry];
  queue_.emplace(edit.seq, std::move(edit));
}

Result<> Journal::start() {
  if (engine_.one_database()) {
    thread_ = std::thread([this] { work(); });
    return {};
  }
  {
    BANMO_TRY(const auto lease, engine_.warehouse().read());
    BANMO_TRY(const auto rows, lease->query(kApplied));
    applied_ = sql::int_of(rows[0][0]);
  }
  {
    BANMO_TRY(const auto lease, engine_.ledger().read());
    BANMO_TRY(const auto last, lease->query(kLastNumber));
    known_until_ = last.empty() ? 0 : sql::int_of(last[0][0]);
  }
  BANMO_TRY(auto edits, load(applied_, known_until_));
  for (auto& edit : edits) enqueue(std::move(edit));
  thread_ = std::thread([this] { work(); });
  return {};
}

// Threads come here in another order than their numbers were given. A number below one that is durable is durable too, or was rolled back and never
// will be; so what the queue lacks is read from the ledger, and edits are applied without a gap.
Result<> Journal::fill_gaps() {
  int64_t from = 0, until = 0;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty() || queue_.rbegin()->first <= known_until_) return {};
    from = known_until_;
    until = queue_.rbegin()->first;
    const auto n_known = std::distance(queue_.upper_bound(from), queue_.end());
    if (n_known == until - from) {
      known_until_ = until;
      return {};
    }
  }
  BANMO_TRY(auto edits, load(from, until));
  const std::lock_guard lock(mutex_);
  for (auto& edit : edits) enqueue(std::move(edit));
  known_until_ = until;
  return {};
}

Result<> Journal::check_room() const {
  const std::lock_guard lock(mutex_);
  if (queue_.size() < kMaxQueue) return {};
  return fail(
      ErrorCode::unavailable, "records.journal_full",
      {"数据仓库暂时无法写入，待写入的修改过多，请稍后重试", "the warehouse takes no writes and too many edits wait for it; try again later"});
}

Result<> Journal::write_in(sql::Connection& ledger, std::vector<Edit>& edits, Counts& counts) {
  counts.clear();
  for (Edit& edit : edits) {
    BANMO_TRY(edit.seq, take_number(ledger, "journal"));
    edit.row.line = edit.seq;
    if (engine_.one_database()) continue;
    BANMO_DO(ledger.execute(kInsertEdit, {edit.seq, edit.entry->schema->dataset->id, edit.key, edit.operation,
                                          edit_text_of(*edit.entry->schema, edit.row), edit.account, edit.at.micros}));
  }
  if (!engine_.one_database() || edits.empty()) return {};
  std::vector<const Edit*> pointers;
  for (const Edit& edit : edits) pointers.push_back(&edit);
  return apply(ledger, pointers, counts);
}

void Journal::written(std::vector<Edit> edits, const Counts& counts) {
  if (edits.empty()) return;
  if (engine_.one_database()) {
    publish(edits, counts);
    changed_.notify_all();
    return;
  }
  bool awaited = false;
  {
    const std::lock_guard lock(mutex_);
    const bool was_empty = queue_.empty();
    for (Edit& edit : edits) enqueue(std::move(edit));
    awaited = was_empty || queue_.size() >= kMaxBatch;  // the thread that brings them in sleeps until then
  }
  if (awaited) changed_.notify_all();
}

Result<int64_t> Journal::add(Edit edit, audit::Entry audited) {
  BANMO_DO(check_room());
  Counts counts;
  std::vector<Edit> edits{std::move(edit)};
  const auto done = engine_.ledger().write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(write_in(connection, edits, counts));
    BANMO_TRY(const auto entry_seq, audit::append(connection, audited, engine_.options().profile));
    (void)entry_seq;
    return {};
  });
  BANMO_DO(done);
  const int64_t seq = edits.front().seq;
  written(std::move(edits), counts);
  return seq;
}

std::optional<Edit> Journal::waiting(const Entry& entry, const std::string& key) const {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  const auto it = newest_.find(id_of(entry, key));
  return it == newest_.end() ? std::nullopt : std::optional{queue_.at(it->second)};
}

bool Journal::has_waiting(const Entry& entry) const {
  const std::lock_guard lock(mutex_);
  const auto it = n_waiting_.find(&entry);
  return it != n_waiting_.end() && it->second > 0;
}

Result<> Journal::flush() {
  std::unique_lock lock(mutex_);
  const int64_t last = queue_.empty() ? 0 : queue_.rbegin()->first;
  const uint64_t tries = n_tries_;
  const auto is_settled = [&] { return applied_ >= last && changed_entries_.empty() && !refreshing_; };
  if (is_settled()) return {};
  hurry_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return stopping_ || is_settled() || (error_ && n_tries_ > tries + 1); });
  if (is_settled()) return {};
  if (error_) return *error_;
  return fail(ErrorCode::unavailable, "records.stopping", {"服务正在停止，请稍后重试", "the service is stopping; try again later"});
}

void Journal::settle() {
  {
    const std::lock_guard lock(mutex_);
    if (error_) return;
  }
  const auto done = flush();
  if (!done.ok()) BANMO_LOG(warn, "journal.not_settled", {"error", done.error().to_string()});
}

// Edits of one dataset, each key once: the upserts in one merge, the deletes in one.
Result<> Journal::apply_pass(sql::Connection& connection, Entry& entry, const std::vector<const Edit*>& edits, MergeCounts& counts) {
  const Schema& schema = *entry.schema;
  const bool duckdb = connection.dialect() == sql::Dialect::duckdb;
  const std::string columns = "CAST(0 AS BIGINT) AS _line, " + schema.stored_list() + ", _warn FROM " + schema.table + " LIMIT 0";
  for (const bool deleting : {false, true}) {
    if (std::none_of(edits.begin(), edits.end(), [&](const Edit* edit) { return (edit->operation == "delete") == deleting; })) continue;
    BANMO_DO(connection.script(duckdb ? "CREATE OR REPLACE TEMP TABLE bm_stage AS SELECT " + columns + ";"
                                      : "DROP TABLE IF EXISTS bm_stage; CREATE TEMP TABLE bm_stage ON COMMIT DROP AS SELECT " + columns + ";"));
    std::vector<std::string> names = schema.stored_names();
    names.insert(names.begin(), "_line");
    names.emplace_back("_warn");
    size_t i = 0;
    const auto added = connection.append("bm_stage", names, [&](sql::Values& row) -> Result<bool> {
      while (i < edits.size() && (edits[i]->operation == "delete") != deleting) ++i;
      if (i == edits.size()) return false;
      const Edit& edit = *edits[i++];
      row[0] = edit.seq;
      std::copy(edit.row.values.begin(), edit.row.values.end(), row.begin() + 1);
      row.back() = edit.row.warn;
      return true;
    });
    if (!added.ok()) return added.error();
    const auto merged = deleting ? delete_stage(connection, schema, engine_.clock().now())
                                 : merge_stage(connection, schema, {.batch = 0, .good = "", .keep_same = true}, engine_.clock().now());
    if (!merged.ok()) return merged.error();
    counts.version = std::max(counts.version, merged->version);
    counts.n_new += deleting ? -merged->n_changed : merged->n_new;
    counts.partitions.insert(merged->partitions.begin(), merged->partitions.end());
  }
  return {};
}

Result<> Journal::apply(sql::Connection& connection, const std::vector<const Edit*>& edits, std::map<Entry*, MergeCounts>& counts) {
  std::map<Entry*, std::vector<std::vector<const Edit*>>> passes;
  std::map<std::string, size_t> turn;
  for (const Edit* edit : edits) {
    auto& of_entry = passes[edit->entry];
    const size_t i = turn[id_of(*edit->entry, edit->key)]++;
    if (of_entry.size() <= i) of_entry.resize(i + 1);
    of_entry[i].push_back(edit);
  }
  for (const auto& [entry, all] : passes) {
    for (const auto& pass : all) BANMO_DO(apply_pass(connection, *entry, pass, counts[entry]));
  }
  size_t i = 0;
  const auto told = connection.append("bm_edit", {"seq", "dataset", "edited_at", "account"}, [&](sql::Values& row) -> Result<bool> {
    if (i == edits.size()) return false;
    row = {edits[i]->seq, edits[i]->entry->schema->dataset->id, edits[i]->at.micros, edits[i]->account};
    ++i;
    return true;
  });
  if (!told.ok()) return told.error();
  BANMO_DO(connection.execute(kSetApplied, {edits.back()->seq}));
  return {};
}

void Journal::publish(const std::vector<Edit>& edits, const std::map<Entry*, MergeCounts>& counts) {
  std::map<std::string, std::vector<std::string>> keys;
  for (const Edit& edit : edits) keys[edit.entry->schema->dataset->id].push_back(edit.key);
  for (const auto& [dataset, of_dataset] : keys) rows_.forget(dataset, of_dataset);
  for (const auto& [entry, one] : counts) engine_.publish(*entry, one, one.n_new);
  const std::lock_guard lock(mutex_);
  for (const auto& [entry, one] : counts) changed_entries_.insert(entry);
}

void Journal::refresh_derived() {
  std::set<Entry*> entries;
  {
    const std::lock_guard lock(mutex_);
    entries.swap(changed_entries_);
    refreshing_ = !entries.empty();
  }
  for (Entry* entry : entries) {
    const auto refreshed = refresh_after(engine_, *entry, SetRules::skip);
    if (!refreshed.ok())
      BANMO_LOG(error, "derived.not_refreshed", {"dataset", entry->schema->dataset->id}, {"error", refreshed.error().to_string()},
                {"cause", refreshed.error().cause});
  }
  const std::lock_guard lock(mutex_);
  refreshing_ = false;
}

Result<> Journal::apply_waiting() {
  BANMO_DO(fill_gaps());
  std::vector<Edit> edits;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [seq, edit] : queue_) {
      if (edits.size() >= kMaxBatch || seq > known_until_) break;
      edits.push_back(edit);
    }
  }
  if (edits.empty()) return {};
  std::vector<const Edit*> pointers;
  for (const Edit& edit : edits) pointers.push_back(&edit);
  std::map<Entry*, MergeCounts> counts;
  const auto done = engine_.warehouse().write([&](sql::Connection& connection) -> Result<> {
    counts.clear();
    return apply(connection, pointers, counts);
  });
  BANMO_DO(done);
  publish(edits, counts);
  {
    const std::lock_guard lock(mutex_);
    applied_ = edits.back().seq;
    for (const Edit& edit : edits) {
      const auto it = newest_.find(id_of(*edit.entry, edit.key));
      if (it != newest_.end() && it->second == edit.seq) newest_.erase(it);
      --n_waiting_[edit.entry];
      queue_.erase(edit.seq);
    }
  }
  changed_.notify_all();
  const auto forgotten = engine_.ledger().write([&](sql::Connection& connection) -> Result<> {
    const auto n = connection.execute(kForgetEdits, {edits.back().seq});
    return n.ok() ? Result<>() : Result<>(n.error());
  });
  if (!forgotten.ok()) BANMO_LOG(warn, "journal.not_trimmed", {"error", forgotten.error().to_string()});
  return {};
}

void Journal::work() {
  std::chrono::milliseconds gather = kGather;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || !queue_.empty() || !changed_entries_.empty(); });
      if (!stopping_ && !hurry_)
        changed_.wait_for(lock, error_ ? std::chrono::milliseconds(kRetry) : gather,
                          [&] { return stopping_ || hurry_ || (!error_ && queue_.size() >= kMaxBatch); });
      if (stopping_ && queue_.empty()) return;
      hurry_ = false;
    }
    Result<> done;
    const auto started = std::chrono::steady_clock::now();
    try {
      done = apply_waiting();
      refresh_derived();
    } catch (const std::exception& thrown) {
      done = fail(ErrorCode::internal, "records.apply_failed",
                  {"写入数据仓库时发生内部错误，系统会重试", "writing to the warehouse met an internal error; it is tried again"}, {}, thrown.what());
    }
    gather = std::clamp(kGatherTimes * std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started), kGather,
                        kLongestGather);
    if (!done.ok()) BANMO_LOG(error, "journal.not_applied", {"error", done.error().to_string()}, {"cause", done.error().cause});
    {
      const std::lock_guard lock(mutex_);
      ++n_tries_;
      error_ = done.ok() ? std::optional<Error>{} : std::optional{done.error()};
      if (!done.ok() && stopping_) return;
    }
    changed_.notify_all();
  }
}

}  // namespace banmo::records
