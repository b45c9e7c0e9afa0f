// SPDX-License-Identifier: Apache-2.0
// Inside the room: stores drafts, all of a request or none, in one transaction of the ledger, with the audit entry that tells it. Requests that meet
// here share a transaction: one of them writes for all that wait, and one entry for each key tells what the group holds. Numbers are given inside the
// transaction by one writer at a time (SQLite has one; PostgreSQL takes a table lock), so that whoever reads up to a number has seen everything below
// it. Who waits makes room for other work, and gives up when its time is over, unless its group is being written. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/deadline.h"
#include "crypto/crypto.h"
#include "events/draft.h"
#include "events/people.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

class Writer {
 public:
  Writer(sql::Database& ledger, const Clock& clock, crypto::Profile profile, std::chrono::milliseconds group_time = kGroupTime)
      : ledger_(ledger), clock_(clock), profile_(profile), group_time_(group_time) {}
  // `actors` are those that the table lacks. Errors: conflict "events.other_statement" with the place of the draft whose id is taken by another
  // statement; unavailable "events.busy" if the time was over before it was written; those of the store. Then nothing of the request is kept.
  Result<> store(const Key& key, const std::vector<Draft>& drafts, const std::vector<Content>& contents, const std::vector<ActorToKeep>& actors,
                 bool is_single, const sql::Change& also = {});
  // Everything stored before this instant is visible.
  Instant consistent_through() const;

  static constexpr std::chrono::seconds kGroupTime{10};  // that a group may take

 private:
  using Definitions = std::unordered_map<int64_t, std::string>;
  enum class Stage { waiting, taken, done };
  // What a request added.
  struct Added {
    int64_t n = 0, first_no = 0, last_no = 0;
    const Draft *first = nullptr, *last = nullptr;
    std::vector<Uuid> voids;
  };
  struct Request {
    const Key& key;
    const std::vector<Draft>& drafts;
    const std::vector<Content>& contents;
    const std::vector<ActorToKeep>& actors;
    const sql::Change& also;  // in the transaction, if it is one
    bool is_single = false;
    Deadline* deadline = nullptr;
    Stage stage = Stage::waiting;
    Added added = {};
    Result<> result = {};
    std::condition_variable changed = {};
  };
  using Group = std::vector<Request*>;
  struct Work;
  Result<> look_up(sql::Connection& connection, const Group& group, Work& work) const;
  Result<> take_in(sql::Connection& connection, Request& request, Work& work);
  Result<> add_audit(sql::Connection& connection, const Group& group) const;
  Result<> write_group(const Group& group);
  void store_group(const Group& group);
  Group take_group();
  void lead(std::unique_lock<std::mutex>& lock);
  void wake_next();
  Result<> store_with_others(Request& request);
  Result<> learn(sql::Connection& connection, directory::OrgNo org, const std::vector<Draft>& drafts, Definitions& learned);
  bool knows(int64_t activity, const std::string& definition) const;
  void remember(Definitions learned);

  static constexpr size_t kMaxKnown = 50'000, kMaxGroup = 256, kMaxStatements = 5'000;
  sql::Database& ledger_;
  const Clock& clock_;
  const crypto::Profile profile_;
  const std::chrono::milliseconds group_time_;
  std::mutex queue_mutex_;
  std::deque<Request*> queue_;
  bool is_writing_ = false;
  mutable std::mutex mutex_;
  std::multiset<int64_t> entered_;                  // when each request that is under way came in
  std::unordered_map<int64_t, std::string> known_;  // activity to the last definition that was merged
};

}  // namespace banmo::events
