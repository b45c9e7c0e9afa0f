// SPDX-License-Identifier: Apache-2.0
#include "audit/read_log.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "audit/audit.h"
#include "audit/spool.h"
#include "base/log.h"

namespace banmo::audit {
namespace {

constexpr size_t kMaxReadsOfEntry = 500;  // different ones; more go into another entry

// The same read several times in a second is one line with a count.
struct Line {
  std::string what;
  int64_t n_rows = 0, n_times = 0;
};
struct Group {
  Instant at;
  std::vector<Line> lines;
  std::unordered_map<std::string, size_t> by_what;
};

Entry entry_of(const std::tuple<std::string, std::string, std::string>& key, const Group& group, std::span<const Line> lines) {
  Entry entry;
  entry.at = group.at;
  std::tie(entry.actor, entry.action, entry.object_kind) = key;
  if (lines.size() == 1) entry.object = lines.front().what;
  json::Array reads;
  int64_t n_rows = 0, n_reads = 0;
  for (const Line& line : lines) {
    json::Object read{{"what", line.what}, {"n_rows", line.n_rows}};
    if (line.n_times > 1) read.set("n_times", line.n_times);
    reads.push_back(std::move(read));
    n_rows += line.n_rows;
    n_reads += line.n_times;
  }
  entry.detail = json::Object{{"n_reads", n_reads}, {"n_rows", n_rows}, {"reads", std::move(reads)}};
  return entry;
}

std::vector<Entry> entries_of(const std::vector<Read>& reads) {
  std::map<std::tuple<std::string, std::string, std::string>, Group> groups;
  for (const Read& read : reads) {
    Group& group = groups[{read.actor, read.action, read.object_kind}];
    if (group.lines.empty()) group.at = read.at;
    const auto [found, fresh] = group.by_what.emplace(read.what, group.lines.size());
    if (fresh) group.lines.push_back({read.what, 0, 0});
    group.lines[found->second].n_rows += read.n_rows;
    ++group.lines[found->second].n_times;
  }
  std::vector<Entry> entries;
  for (const auto& [key, group] : groups)
    for (size_t at = 0; at < group.lines.size(); at += kMaxReadsOfEntry)
      entries.push_back(entry_of(key, group, std::span(group.lines).subspan(at, std::min(kMaxReadsOfEntry, group.lines.size() - at))));
  return entries;
}

Result<> write_down(sql::Database& ledger, const std::vector<Read>& reads, crypto::Profile profile) {
  const std::vector<Entry> entries = entries_of(reads);
  return ledger.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t seq, append_all(connection, entries, profile));
    static_cast<void>(seq);
    return {};
  });
}

}  // namespace

struct ReadLog::State {
  sql::Database& ledger;
  ReadLogOptions options;
  Spool spool;
  mutable std::mutex mutex;  // guards all below
  std::condition_variable changed;
  std::vector<Read> noted, leaving;  // in the half `half` of the spool; in the other one
  size_t half = 0;
  uint64_t n_noted = 0, n_written = 0;  // ever
  uint64_t n_attempts = 0;
  bool wanted = false, stopping = false, failing = false;
  Error last_error;
  std::thread thread;

  State(sql::Database& l, ReadLogOptions o, Spool s) : ledger(l), options(std::move(o)), spool(std::move(s)) {}

  // Takes what was noted aside; what the ledger refused last time goes first. False if there is nothing.
  bool take() {
    const std::lock_guard lock(mutex);
    wanted = false;
    if (leaving.empty()) {
      leaving.swap(noted);
      half = 1 - half;
    }
    return !leaving.empty();
  }

  void write() {
    const auto done = write_down(ledger, leaving, options.profile);  // nobody else touches `leaving` while it is not empty
    if (!done.ok()) spool.sync();
    const std::lock_guard lock(mutex);
    ++n_attempts;
    if (!done.ok() && !failing)
      BANMO_LOG(error, "audit.reads_not_written", {"n_reads", leaving.size()}, {"id", done.error().id}, {"cause", done.error().cause});
    failing = !done.ok();
    if (done.ok()) {
      n_written += leaving.size();
      leaving.clear();
      spool.clear(1 - half);
    } else {
      last_error = done.error();
    }
  }

  void run() {
    const auto pause = std::chrono::milliseconds(options.flush_ms);
    for (bool last = false; !last;) {
      {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, pause, [&] { return stopping || (wanted && !failing); });
        last = stopping;
      }
      while (take()) {
        write();
        const std::lock_guard lock(mutex);
        if (failing || noted.empty()) break;
        if (!last && !wanted) break;
      }
      changed.notify_all();
    }
  }
};

ReadLog::ReadLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
ReadLog::~ReadLog() { close(); }

Result<std::unique_ptr<ReadLog>> ReadLog::create(sql::Database& ledger, ReadLogOptions options) {
  std::vector<Read> left;
  BANMO_TRY(Spool spool, Spool::open(options.folder, options.n_bytes, left));
  auto state = std::make_unique<State>(ledger, std::move(options), std::move(spool));
  BANMO_TRY(std::vector<Spool> left_behind, Spool::open_left_behind(state->options.folder, left));
  state->n_noted = left.size();
  if (!left.empty()) {
    BANMO_LOG(warn, "audit.reads_taken_up", {"n_reads", left.size()});
    BANMO_DO(write_down(ledger, left, state->options.profile));
    state->n_written = left.size();
  }
  // Also where nothing could be read (a note torn by a loss of power): what is noted behind it could not be either.
  state->spool.clear_all();
  for (Spool& other : left_behind) other.clear_all();
  state->thread = std::thread([raw = state.get()] { raw->run(); });
  return std::unique_ptr<ReadLog>(new ReadLog(std::move(state)));
}

Result<> ReadLog::note(const Read& read) {
  const std::lock_guard lock(state_->mutex);
  if (state_->stopping || !state_->spool.add(state_->half, read)) {
    state_->wanted = true;
    state_->changed.notify_all();
    return fail(ErrorCode::unavailable, "audit.reads_not_written",
                {"敏感数据的读取暂时无法记入审计日志，因此不予提供；请稍后重试，并通知管理员检查磁盘空间与数据库",
                 "reads of sensitive data cannot be written to the audit log at the moment, so they are not given: try again later, and tell the "
                 "administrator to check disk space and database"});
  }
  state_->noted.push_back(read);
  ++state_->n_noted;
  if (!state_->wanted && state_->spool.more_than_half_full(state_->half)) {
    state_->wanted = true;
    state_->changed.notify_all();
  }
  return {};
}

Result<> ReadLog::flush() {
  std::unique_lock lock(state_->mutex);
  const uint64_t target = state_->n_noted, attempts = state_->n_attempts;
  // Two tries: one may have begun before the call.
  while (state_->n_written < target && !(state_->failing && state_->n_attempts >= attempts + 2)) {
    state_->wanted = true;
    state_->changed.notify_all();
    state_->changed.wait_for(lock, std::chrono::milliseconds(state_->options.flush_ms));
  }
  return state_->n_written >= target ? Result<>() : Result<>(state_->last_error);
}

void ReadLog::close() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

int64_t ReadLog::n_waiting() const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<int64_t>(state_->n_noted - state_->n_written);
}

}  // namespace banmo::audit
