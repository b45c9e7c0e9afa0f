// SPDX-License-Identifier: Apache-2.0
// Inside the room: every accepted statement becomes a row of the warehouse's table learning_event, once, in the order of storage. Rows and watermark
// (the number of the last one) are one transaction of the warehouse, so a stop at any moment loses and repeats nothing, and an empty warehouse is
// filled from the beginning. One caller at a time in a process; several processes may share one PostgreSQL.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/result.h"
#include "sql/sql.h"

namespace banmo::events {

class Feed {
 public:
  explicit Feed(sql::Stores stores) : stores_(std::move(stores)) {}
  // Makes the table if it is missing. Nothing without a warehouse.
  Result<> prepare();
  // The next statements, kChunk at most in one transaction, until there are none; how many.
  Result<int64_t> run();

  static constexpr int64_t kChunk = 1000;

 private:
  Result<int64_t> run_chunk();
  Result<bool> has_more() const;

  sql::Stores stores_;
  std::mutex mutex_;
  int64_t last_ = -1;  // the watermark as it was seen last; -1: not yet
};

}  // namespace banmo::events
