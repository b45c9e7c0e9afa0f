// SPDX-License-Identifier: Apache-2.0
// What the room of learning records gives to datasets of kind event.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "directory/types.h"
#include "pack/types.h"
#include "sql/sql.h"

namespace banmo::records {

// What a learning record says to one dataset of kind event.
struct EventRow {
  const pack::Dataset* dataset = nullptr;
  int64_t no = 0;      // of the record in its store: the row's key
  int64_t sender = 0;  // the key under which a tool sent it
  sql::Values said;    // by field, null where nothing is said; text is read as in a file. Fields with `from` are computed
};
struct EventSender {
  int64_t no = 0;
  std::string title, account;  // of the key, and who made it: the batch of its rows
};
struct EventChunk {
  int64_t until = 0;           // everything up to this number stands here or came before
  std::vector<EventRow> rows;  // ascending
  std::vector<int64_t> gone;   // records that no longer hold: their rows go
  std::vector<EventSender> senders;
};

// Rows of event datasets that go with their past: of these records; or, without any, those of a person among the records up to `until`.
struct EventErasure {
  std::vector<int64_t> numbers;
  directory::PersonNo person;
  int64_t until = 0, limit = 0;  // rows at once
};
struct EventsErased {
  int64_t n_rows = 0;   // that were in datasets, not in their past
  bool is_all = false;  // nothing of it is left. Else: not all fitted, or figures still have to be counted from the past: ask again
};

}  // namespace banmo::records
