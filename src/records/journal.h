// SPDX-License-Identifier: Apache-2.0
// Single-row edits between their answer and the warehouse. An edit is durable in the ledger's journal with its audit entry before it is answered; a
// thread brings what waits into the warehouse in batches, in the order of numbers, with the watermark in the same transaction (so exactly once).
// Until then readers of one row find it here. Where ledger and warehouse are one PostgreSQL, an edit is one transaction and nothing ever waits.
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "audit/audit.h"
#include "records/engine.h"
#include "records/row_store.h"

namespace banmo::records {

struct Edit {
  int64_t seq = 0;
  Entry* entry = nullptr;
  std::string key;
  std::string operation;  // "insert", "update", "delete"
  StoredRow row;          // for a delete: the row that goes
  std::string account;
  Instant at;
};

class Journal {
 public:
  Journal(Engine& engine, RowStore& rows);
  ~Journal();
  // Reads what the last run left and begins to work.
  Result<> start();

  // One writer for each key at a time: held from reading the row to the durable edit.
  class KeyLock {
   public:
    KeyLock(Journal& journal, std::string id);
    ~KeyLock();
    KeyLock(const KeyLock&) = delete;

   private:
    Journal& journal_;
    std::string id_;
  };

  // Durable (and audited) when it returns; gives the number. The caller holds the key's lock.
  Result<int64_t> add(Edit edit, audit::Entry entry);
  // The same in three steps, for a caller with more to write in the transaction (it sees to locks and audit): may edits be taken, their numbers and
  // rows inside the transaction, and after its commit.
  using Counts = std::map<Entry*, MergeCounts>;
  Result<> check_room() const;
  Result<> write_in(sql::Connection& ledger, std::vector<Edit>& edits, Counts& counts);
  void written(std::vector<Edit> edits, const Counts& counts);
  // The newest waiting edit of a row, if there is one.
  std::optional<Edit> waiting(const Entry& entry, const std::string& key) const;
  bool has_waiting(const Entry& entry) const;
  // Waits until everything that was added before is in the warehouse, and in the derived tables.
  Result<> flush();
  // The same for a reader: gives up at once while the warehouse takes no writes (a full disk), so that reads go on.
  void settle();

 private:
  friend class KeyLock;
  void work();
  Result<> apply_waiting();
  Result<> fill_gaps();
  Result<std::vector<Edit>> load(int64_t after, int64_t until) const;
  void enqueue(Edit edit);  // under the mutex
  Result<> apply(sql::Connection& connection, const std::vector<const Edit*>& edits, std::map<Entry*, MergeCounts>& counts);
  Result<> apply_pass(sql::Connection& connection, Entry& entry, const std::vector<const Edit*>& edits, MergeCounts& counts);
  void publish(const std::vector<Edit>& edits, const std::map<Entry*, MergeCounts>& counts);
  void refresh_derived();

  Engine& engine_;
  RowStore& rows_;
  mutable std::mutex mutex_;
  std::condition_variable changed_, keys_changed_;
  std::map<int64_t, Edit> queue_;                    // by number
  std::unordered_map<std::string, int64_t> newest_;  // dataset \n key > number
  std::map<const Entry*, int64_t> n_waiting_;
  std::set<std::string> locked_;
  int64_t applied_ = 0;
  std::set<Entry*> changed_entries_;  // whose derived tables are behind
  bool refreshing_ = false;
  int64_t known_until_ = 0;  // every durable edit up to it is or was in the queue
  bool hurry_ = false, stopping_ = false;
  std::optional<Error> error_;  // of the last try
  uint64_t n_tries_ = 0;
  std::thread thread_;
};

}  // namespace banmo::records
