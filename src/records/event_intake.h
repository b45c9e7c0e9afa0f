// SPDX-License-Identifier: Apache-2.0
// Inside the room: rows of event datasets. What tools said arrives in chunks of a numbered stream; the rows of a chunk and the number up to which
// each dataset has taken the stream (bm_event_mark) are one transaction of the warehouse, so a stop at any moment loses and repeats nothing, and a
// dataset of a new pack takes the stream from its beginning. A row's batch stands for the tool's key, its line is the record's number. Thread-safe;
// several processes may share one PostgreSQL.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "records/engine.h"
#include "records/job_store.h"
#include "records/row_store.h"

namespace banmo::records {

class EventIntake {
 public:
  static Result<std::unique_ptr<EventIntake>> create(Engine& engine, JobStore& jobs, RowStore& rows);
  Result<int64_t> until() const;
  Result<int64_t> corrected_until() const;
  Result<> take(const EventChunk& chunk);
  Result<> correct(const EventChunk& chunk, int64_t mark);
  Result<EventsErased> erase(const EventErasure& what);

 private:
  struct Staged {
    int64_t no = 0, batch = 0;
    sql::Values values;  // by column
  };
  // What of a chunk concerns one dataset.
  struct Share {
    std::vector<Staged> rows;
    std::vector<int64_t> gone;
  };
  enum class Run { take, correct };

  EventIntake(Engine& engine, JobStore& jobs, RowStore& rows) : engine_(engine), jobs_(jobs), rows_(rows) {}
  Result<> write(const EventChunk& chunk, Run run, int64_t mark);
  Result<std::map<Entry*, Share>> shares_of(const EventChunk& chunk, Run run);
  // The row of the dataset's table; nothing if the record does not belong.
  Result<std::optional<sql::Values>> row_of(const Schema& schema, const EventRow& event, OrgReader& orgs) const;
  Result<int64_t> batch_of(const Schema& schema, const EventSender& sender);
  Result<MergeCounts> apply(sql::Connection& connection, const Schema& schema, const Share& share, Run run, int64_t until) const;
  Result<EventsErased> erase_from(Entry& entry, const EventErasure& what);
  void publish(const std::map<Entry*, Share>& shares, const std::map<Entry*, MergeCounts>& counts);

  Engine& engine_;
  JobStore& jobs_;
  RowStore& rows_;
  std::vector<Entry*> entries_;  // of kind event
  std::mutex mutex_;
  std::map<std::pair<const Schema*, int64_t>, int64_t> batches_;  // by dataset and key
};

}  // namespace banmo::records
