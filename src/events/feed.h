// SPDX-License-Identifier: Apache-2.0
// Inside the room: statements become rows of the datasets of kind event, in the order of storage. Rows and watermark are one transaction of the
// warehouse (records/event_intake.h), so a stop at any moment loses and repeats nothing, and an empty warehouse is filled from the beginning. An
// actor that was mapped to somebody else since puts its rows right. One caller at a time in a process; several processes may share one PostgreSQL.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "events/facts.h"
#include "events/lists.h"
#include "events/people.h"
#include "records/records.h"
#include "sql/sql.h"

namespace banmo::events {

class Feed {
 public:
  Feed(directory::Directory& directory, People& people, Lists& lists) : directory_(directory), people_(people), lists_(lists) {}
  Result<> into(records::Records& records);
  // The next statements, kRound at most in one transaction, until there are none; how many. Nothing before into(). `stop`
  // ends it between two rounds.
  Result<int64_t> run(const std::atomic<bool>& stop);

  static constexpr int64_t kRound = 10'000;  // rows that a transaction of the warehouse takes; what it costs beside them is the same for few
  static constexpr int64_t kChunk = 1000;    // statements in memory

 private:
  // A dataset's fields with what tells them.
  struct Target {
    const pack::Dataset* dataset = nullptr;
    std::vector<Teller> tellers;  // by field; nullptr for a computed one
  };
  Result<sql::Rows> stored_after(int64_t after) const;
  Result<int64_t> run_round();
  Result<> run_corrections();
  Result<> correct(const ActorChange& change);
  // Rows of stored statements (columns of kColumns), in the order of number.
  Result<> add_all(const sql::Rows& stored, records::EventChunk& chunk);
  Result<> add_rows(const sql::Values& stored, records::EventChunk& chunk);
  Result<> add_voided(const sql::Values& stored, const Statement& statement, records::EventChunk& chunk) const;

  directory::Directory& directory_;
  People& people_;
  Lists& lists_;
  records::Records* records_ = nullptr;
  std::vector<Target> targets_;
  std::mutex mutex_;
};

}  // namespace banmo::events
