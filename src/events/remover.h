// SPDX-License-Identifier: Apache-2.0
// Inside the room: works off what was ordered to go (removal_store.h), the oldest order first, in bounded transactions; how far it is stands in the
// same transaction, so a stop at any moment loses and repeats nothing. Statements go first, then their rows of event datasets with the past of these
// (records/event_intake.h), then attachments that nobody uses any more. It begins when all that is concerned has been filed and fed: what follows
// the statements then finds each where it is, or gone. One caller at a time in a process; several processes may share one PostgreSQL.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "events/forget.h"
#include "events/people.h"
#include "events/removal_store.h"
#include "events/stored_statement.h"
#include "records/records.h"
#include "sql/sql.h"

namespace banmo::events {

class Remover {
 public:
  Remover(directory::Directory& directory, People& people, Forgetting& forgetting, std::string home_page)
      : directory_(directory), people_(people), forgetting_(forgetting), home_page_(std::move(home_page)) {}
  // Before it there is nothing to do. `records` must outlive the last run().
  void into(records::Records& records);
  // A share of the work of about a second; how many steps it made. 0: nothing is left, or it has to wait.
  Result<int64_t> run();

  static constexpr size_t kChunk = 200;          // statements, or contents of attachments, in a transaction of the ledger
  static constexpr size_t kChunksAtOnce = 10;    // of these before others have their turn
  static constexpr size_t kRowsAtOnce = 20'000;  // statements whose rows go in a transaction of the warehouse

 private:
  using About = std::vector<int64_t>;  // targets of lists of people, schools and classes
  // What a chunk takes away, found by a reader; its transaction does it if nobody was quicker.
  struct Plan {
    int64_t step = 0, after_no = 0;     // where the order stands afterwards
    bool is_end = false;                // no statement is left
    std::vector<Posting> entries = {};  // of the index
    std::vector<Posting> own = {};      // of rows that stay
    std::vector<int64_t> gone = {};
    std::vector<std::pair<int64_t, std::string>> redacted = {};           // number, body
    std::vector<std::pair<directory::OrgNo, std::string>> contents = {};  // attachments of those that go
    std::vector<std::pair<directory::OrgNo, int64_t>> old_states = {};    // owners of documents
    std::unordered_map<int64_t, std::string> key_names = {};
  };
  Result<bool> is_caught_up(const RemovalRow& row) const;
  Result<Plan> plan_of_person(const RemovalRow& row);
  Result<Plan> plan_of_age(const RemovalRow& row);
  Result<> add_gone(sql::Connection& connection, Plan& plan, const StoredStatement& stored, const About& about, const std::set<std::string>& ifis);
  Result<> carry_out(const RemovalRow& seen, const Plan& plan);
  Result<int64_t> take_statements(int64_t no);
  Result<int64_t> take_rows(const RemovalRow& row);
  Result<> take_contents(const RemovalRow& row);
  Result<> take_unused(int64_t no, std::span<const std::pair<directory::OrgNo, std::string>> contents, int64_t after_no);
  Result<int64_t> work_on(const RemovalRow& row);
  Result<> go_on(int64_t no, RemovalState to, int64_t n_rows);
  Result<About> about_of_person(sql::Connection& connection, directory::PersonNo person) const;

  directory::Directory& directory_;
  People& people_;
  Forgetting& forgetting_;
  const std::string home_page_;
  records::Records* records_ = nullptr;
  std::mutex mutex_;
};

}  // namespace banmo::events
