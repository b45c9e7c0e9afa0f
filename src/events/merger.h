// SPDX-License-Identifier: Apache-2.0
// Inside the room: keeps segments few. Eight neighbours of a level become one of the next, written beside them in small transactions and put in their
// place in one; a stop at any moment leaves the old ones, and what was begun is cleared away later. Several threads and processes may do it.
#pragma once

#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "events/index.h"
#include "sql/sql.h"

namespace banmo::events {

class Merger {
 public:
  Merger(sql::Database& ledger, const Clock& clock) : ledger_(ledger), clock_(clock) {}
  // Clears away what was replaced, and merges once if there is something to merge; whether there was.
  Result<bool> run();

  static constexpr size_t kFanIn = 8;
  static constexpr int64_t kMaxBlocks = 16'000;  // of one segment: 64 MB, some seconds of work

 private:
  Result<> clear();
  Result<int64_t> begin(const std::vector<Segment>& sources);
  Result<size_t> write(int64_t segment, const std::vector<Segment>& sources, int64_t n_forgets);
  Result<> merge_into(int64_t segment, const std::vector<Segment>& sources, int64_t n_forgets);
  Result<> finish(int64_t segment, size_t n_blocks, const std::vector<Segment>& sources, int64_t n_forgets);
  sql::Database& ledger_;
  const Clock& clock_;
};

}  // namespace banmo::events
