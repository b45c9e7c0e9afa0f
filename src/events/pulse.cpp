// SPDX-License-Identifier: Apache-2.0
#include "events/pulse.h"

#include <algorithm>

#include "events/look_up.h"

namespace banmo::events {
namespace {

constexpr std::string_view kAdd =
    "INSERT INTO xapi_key_hour (key_no, hour, n_requests, n_errors, n_statements) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key_no, hour) DO UPDATE "
    "SET "
    "n_requests = xapi_key_hour.n_requests + excluded.n_requests, n_errors = xapi_key_hour.n_errors + excluded.n_errors, n_statements = "
    "xapi_key_hour.n_statements + excluded.n_statements";
constexpr std::string_view kSeen = "UPDATE xapi_key SET last_seen = $2 WHERE no = $1 AND (last_seen IS NULL OR last_seen < $2)";
constexpr std::string_view kDropOld = "DELETE FROM xapi_key_hour WHERE hour < $1";
constexpr std::string_view kHealth =
    "SELECT k.no, k.last_seen, COALESCE(SUM(h.n_requests), 0), COALESCE(SUM(h.n_errors), 0), COALESCE(SUM(h.n_statements), 0) FROM xapi_key k LEFT "
    "JOIN xapi_key_hour h ON h.key_no = k.no AND h.hour > $1 WHERE ";

constexpr int64_t kHourMicros = int64_t{3600} * 1'000'000, kKeptHours = 48;

}  // namespace

void Pulse::request(const Key& key, bool is_error) {
  const int64_t now = clock_.now().micros;
  const std::lock_guard lock(mutex_);
  Count& count = counts_[{key.no, now / kHourMicros}];
  count.n_requests += 1;
  count.n_errors += is_error ? 1 : 0;
  count.last_seen = std::max(count.last_seen, now);
}

void Pulse::stored(const Key& key, size_t n_statements) {
  const int64_t now = clock_.now().micros;
  const std::lock_guard lock(mutex_);
  counts_[{key.no, now / kHourMicros}].n_statements += static_cast<int64_t>(n_statements);
}

Result<> Pulse::flush() {
  const int64_t now = clock_.now().micros;
  Counts counts;
  {
    const std::lock_guard lock(mutex_);
    if (counts_.empty() || now < next_flush_) return {};
    next_flush_ = now + kFlushMicros;
    counts.swap(counts_);
  }
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    for (const auto& [place, count] : counts) {
      BANMO_DO(execute(connection, kAdd, {place.first, place.second, count.n_requests, count.n_errors, count.n_statements}));
      if (count.last_seen != 0) BANMO_DO(execute(connection, kSeen, {place.first, count.last_seen}));
    }
    return execute(connection, kDropOld, {now / kHourMicros - kKeptHours});
  });
}

Result<std::unordered_map<int64_t, KeyHealth>> Pulse::health(const std::string& condition) const {
  const int64_t since = clock_.now().micros / kHourMicros - 24;
  std::unordered_map<int64_t, KeyHealth> out;
  {
    BANMO_TRY(const auto lease, ledger_.read());
    BANMO_TRY(const auto rows, lease->query(std::string(kHealth) + condition + " GROUP BY k.no, k.last_seen ORDER BY k.no", {since}));
    for (const auto& row : rows.rows) {
      KeyHealth& health = out[sql::int_of(row[0])];
      if (!sql::is_null(row[1])) health.last_seen = Instant{sql::int_of(row[1])};
      health.n_requests = sql::int_of(row[2]);
      health.n_errors = sql::int_of(row[3]);
      health.n_statements = sql::int_of(row[4]);
    }
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [place, count] : counts_) {
    const auto found = out.find(place.first);
    if (found == out.end() || place.second <= since) continue;
    found->second.n_requests += count.n_requests;
    found->second.n_errors += count.n_errors;
    found->second.n_statements += count.n_statements;
    if (count.last_seen != 0 && (!found->second.last_seen || found->second.last_seen->micros < count.last_seen))
      found->second.last_seen = Instant{count.last_seen};
  }
  return out;
}

}  // namespace banmo::events
