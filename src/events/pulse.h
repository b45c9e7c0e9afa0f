// SPDX-License-Identifier: Apache-2.0
// Inside the room: how keys fare. Counted in memory by the hour and written down every few seconds, so that a request costs no write of its own; what
// was not written down is lost with the process. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

class Pulse {
 public:
  Pulse(sql::Database& ledger, const Clock& clock) : ledger_(ledger), clock_(clock) {}
  void request(const Key& key, bool is_error);
  void stored(const Key& key, size_t n_statements);
  Result<> flush();  // once in kFlushMicros
  // The last 24 hours of the keys that `condition` (SQL over xapi_key k) leaves, by number.
  Result<std::unordered_map<int64_t, KeyHealth>> health(const std::string& condition) const;

  static constexpr int64_t kFlushMicros = 10'000'000;

 private:
  struct Count {
    int64_t n_requests = 0, n_errors = 0, n_statements = 0, last_seen = 0;
  };
  using Counts = std::map<std::pair<int64_t, int64_t>, Count>;  // by key and hour
  sql::Database& ledger_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  Counts counts_;  // not written down yet
  int64_t next_flush_ = 0;
};

}  // namespace banmo::events
