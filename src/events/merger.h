// SPDX-License-Identifier: Apache-2.0
// Inside the room: keeps segments few. Eight neighbours of a level become one of the next, written beside them in small transactions and put in their
// place in one; a stop at any moment leaves the old ones, and what was begun is cleared away later. Thread-compatible; several processes may do it.
#pragma once

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
  static constexpr size_t kMaxBlocks = 16'000;  // of one segment: 64 MB, some seconds of work

 private:
  Result<> clear();
  Result<int64_t> begin(const Segments& sources);
  Result<size_t> write(int64_t segment, const Segments& sources, int64_t n_forgets);
  Result<> merge_into(int64_t segment, const Segments& sources, int64_t n_forgets);
  Result<> finish(int64_t segment, size_t n_blocks, const Segments& sources, int64_t n_forgets);
  sql::Database& ledger_;
  const Clock& clock_;
  Segments known_;
};

}  // namespace banmo::events
