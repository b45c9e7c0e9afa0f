// SPDX-License-Identifier: Apache-2.0
// Names, codes and places of people by number, in memory, so that a row which names a person costs no query. Cleared as a whole when people or their
// memberships change, and when the day turns: memberships end by their date. What was being loaded before that is not put in after it. Thread-safe.
// Private to the room.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "directory/types.h"

namespace banmo::directory {

class NameCache {
 public:
  struct Entry {
    std::string name, code;
    std::vector<OrgNo> orgs;  // of the living memberships
  };
  using EntryPtr = std::shared_ptr<const Entry>;
  static constexpr size_t kMax = 131'072;  // people, about 200 bytes each

  EntryPtr find(int64_t person, Date day) const {
    const std::shared_lock lock(mutex_);
    if (day != day_) return nullptr;
    const auto found = entries_.find(person);
    return found == entries_.end() ? nullptr : found->second;
  }
  uint64_t epoch() const { return epoch_.load(std::memory_order_acquire); }
  void put(const std::unordered_map<int64_t, EntryPtr>& people, Date day, uint64_t epoch_before_load) {
    const std::unique_lock lock(mutex_);
    if (epoch_.load(std::memory_order_acquire) != epoch_before_load) return;
    if (day != day_ || entries_.size() + people.size() > kMax) entries_.clear();
    day_ = day;
    for (const auto& [person, entry] : people) entries_.insert_or_assign(person, entry);
  }
  void clear() {
    const std::unique_lock lock(mutex_);
    epoch_.fetch_add(1, std::memory_order_acq_rel);
    entries_.clear();
  }

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<int64_t, EntryPtr> entries_;
  Date day_;
  std::atomic<uint64_t> epoch_{0};
};

}  // namespace banmo::directory
