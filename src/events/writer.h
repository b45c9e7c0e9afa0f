// SPDX-License-Identifier: Apache-2.0
// Inside the room: stores drafts, all of a request or none, in one transaction of the ledger. Numbers are given inside the transaction by one writer
// at a time (SQLite has one; PostgreSQL takes a table lock), so that whoever reads up to a number has seen everything below it. On PostgreSQL
// requests that meet here share a transaction, as SQLite's driver does by itself: one of them writes for all that wait. Thread-safe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

#include "events/draft.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

class Writer {
 public:
  Writer(sql::Database& ledger, const Clock& clock) : ledger_(ledger), clock_(clock) {}
  // Errors: conflict "events.other_statement" with the place of the draft whose id is taken by another statement; those of the store: then nothing of
  // the request is kept.
  Result<> store(const Key& key, const std::vector<Draft>& drafts, const std::vector<Content>& contents, bool is_single);
  // Everything stored before this instant is visible.
  Instant consistent_through() const;

 private:
  using Definitions = std::unordered_map<int64_t, std::string>;
  struct Request {
    const Key& key;
    const std::vector<Draft>& drafts;
    const std::vector<Content>& contents;
    bool is_single = false;
    Result<> result = {};
    bool is_done = false;
  };
  Result<> store_in(sql::Connection& connection, const Request& request, Definitions& learned);
  Result<> store_alone(const Request& request);
  Result<> store_with_others(Request& request);
  void store_group(const std::vector<Request*>& group);
  Result<> learn(sql::Connection& connection, directory::OrgNo org, const std::vector<Draft>& drafts, Definitions& learned);
  bool knows(int64_t activity, const std::string& definition) const;
  void remember(Definitions learned);

  static constexpr size_t kMaxKnown = 50'000, kMaxGroup = 256;
  sql::Database& ledger_;
  const Clock& clock_;
  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::vector<Request*> queue_;
  bool is_writing_ = false;
  mutable std::mutex mutex_;
  std::multiset<int64_t> entered_;                  // when each request that is under way came in
  std::unordered_map<int64_t, std::string> known_;  // activity to the last definition that was merged
};

}  // namespace banmo::events
