// SPDX-License-Identifier: Apache-2.0
// What became of a row: from its table, the table of its past, the batches and the edits.
#pragma once

#include <string>
#include <vector>

#include "records/engine.h"
#include "records/job_store.h"
#include "records/row_store.h"

namespace banmo::records {

// A state of a row, and what ended it.
struct RowStep {
  StoredRow row;
  bool ended = false;
  std::string operation;  // what ended it: "update" or "delete"
  int64_t next_version = 0, next_batch = 0, next_line = 0;
};
// All states of a row (at most 1000), oldest first; the last one is not ended if the row is there. `key` as parse_key gives it.
Result<std::vector<RowStep>> unscoped_read_steps(sql::Connection& connection, const Schema& schema, const sql::Values& key);
// Who made the single-row edit of a number; empty if there was none.
Result<std::string> unscoped_editor_of(sql::Connection& connection, int64_t seq);

class PeopleNames;
// Newest first. The row's present or last organisation decides whether the reader sees it; fields above the level are left out or masked.
Result<std::vector<RowEvent>> read_history(Engine& engine, JobStore& jobs, const Schema& schema, const directory::Scope& scope,
                                           const PeopleNames& names, const std::string& key);

}  // namespace banmo::records
