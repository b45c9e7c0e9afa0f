// SPDX-License-Identifier: Apache-2.0
// Principals by the hash of their token, in memory, so that a request costs no query. Cleared as a whole when anything about access changes: a
// principal that was loaded before a change is never put in after it (epoch). Thread-safe. Private to the room.
#pragma once

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "crypto/crypto.h"
#include "directory/types.h"

namespace banmo::directory {

class SessionCache {
 public:
  struct Entry {
    std::shared_ptr<const Principal> principal;
    int64_t expires_at = 0;   // absolute, microseconds
    int64_t idle_micros = 0;  // 0: no idle limit (API tokens)
    int64_t last_seen = 0;
    int64_t stored_seen = 0;  // last_seen as the ledger has it
  };
  static constexpr size_t kShards = 16, kMaxPerShard = 16'384;

  // The principal, if its time is not over; marks it as seen. An entry that is over is dropped: the ledger may know of a later sign of life on
  // another server.
  std::shared_ptr<const Principal> find(const crypto::Hash& token, int64_t now) {
    Shard& shard = shard_of(token);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(token);
    if (found == shard.entries.end()) return nullptr;
    Entry& entry = found->second;
    if (now >= entry.expires_at || (entry.idle_micros > 0 && now - entry.last_seen >= entry.idle_micros)) {
      shard.entries.erase(found);
      return nullptr;
    }
    if (now > entry.last_seen) entry.last_seen = now;
    return entry.principal;
  }

  uint64_t epoch() const { return epoch_.load(std::memory_order_acquire); }

  void put(const crypto::Hash& token, Entry entry, uint64_t epoch_before_load) {
    Shard& shard = shard_of(token);
    const std::lock_guard lock(shard.mutex);
    if (epoch_.load(std::memory_order_acquire) != epoch_before_load) return;
    if (shard.entries.size() >= kMaxPerShard) shard.entries.clear();
    shard.entries.insert_or_assign(token, std::move(entry));
  }

  // A principal that is being loaded meanwhile is not put in afterwards.
  void erase(const crypto::Hash& token) {
    epoch_.fetch_add(1, std::memory_order_acq_rel);
    Shard& shard = shard_of(token);
    const std::lock_guard lock(shard.mutex);
    shard.entries.erase(token);
  }

  using Seen = std::vector<std::pair<int64_t, int64_t>>;  // session number, last seen

  // Sessions seen at least `older` microseconds after what the ledger has; marks them as stored.
  Seen take_seen(int64_t older) {
    Seen out;
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      collect(shard, older, out);
    }
    return out;
  }

  // Forgets all; what take_seen would give is not lost.
  Seen clear(int64_t older) {
    epoch_.fetch_add(1, std::memory_order_acq_rel);
    Seen out;
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      collect(shard, older, out);
      shard.entries.clear();
    }
    return out;
  }

 private:
  struct HashOfHash {
    size_t operator()(const crypto::Hash& hash) const noexcept {
      size_t out = 0;
      std::memcpy(&out, hash.data() + 8, sizeof out);
      return out;
    }
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<crypto::Hash, Entry, HashOfHash> entries;
  };
  static void collect(Shard& shard, int64_t older, Seen& out) {
    for (auto& [token, entry] : shard.entries) {
      if (entry.idle_micros == 0 || entry.last_seen - entry.stored_seen < older) continue;
      out.emplace_back(entry.principal->session, entry.last_seen);
      entry.stored_seen = entry.last_seen;
    }
  }
  Shard& shard_of(const crypto::Hash& token) { return shards_[token[0] % kShards]; }
  std::array<Shard, kShards> shards_;
  std::atomic<uint64_t> epoch_{0};
};

}  // namespace banmo::directory
