// SPDX-License-Identifier: Apache-2.0
// A set of the keys that a file has shown so far, in 12 bytes a slot: 56 bits of the key's hash and the offset (below 2^40) of the record that has
// it. The owner of the file confirms a hit by reading the record again, so a collision costs time, never truth. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace banmo::records {

class KeySet {
 public:
  // Offset of the record that has the same key (confirmed by `same`), or -1 after the key was added.
  int64_t find_or_add(uint64_t hash, int64_t offset, const std::function<bool(int64_t offset)>& same) {
    if (n_used_ * 3 >= slots_.size() * 2) grow();
    const uint64_t mark = (hash >> 40) << 40;
    for (size_t i = home(hash);; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i] == kEmpty) {
        slots_[i] = mark | static_cast<uint64_t>(offset);
        homes_[i] = static_cast<uint32_t>(hash);
        ++n_used_;
        return -1;
      }
      if ((slots_[i] >> 40) << 40 == mark && homes_[i] == static_cast<uint32_t>(hash)) {
        const auto found = static_cast<int64_t>(slots_[i] & kOffsetMask);
        if (same(found)) return found;
      }
    }
  }
  size_t size() const { return n_used_; }

 private:
  static constexpr uint64_t kEmpty = ~uint64_t{0};
  static constexpr uint64_t kOffsetMask = (uint64_t{1} << 40) - 1;
  size_t home(uint64_t hash) const { return static_cast<uint32_t>(hash) * uint64_t{0x9E3779B97F4A7C15} >> 20 & (slots_.size() - 1); }
  void grow() {
    std::vector<uint64_t> slots(slots_.empty() ? 1024 : slots_.size() * 2, kEmpty);
    std::vector<uint32_t> homes(slots.size());
    slots.swap(slots_);
    homes.swap(homes_);
    for (size_t k = 0; k < slots.size(); ++k) {
      if (slots[k] == kEmpty) continue;
      size_t i = home(homes[k]);
      while (slots_[i] != kEmpty) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = slots[k];
      homes_[i] = homes[k];
    }
  }
  std::vector<uint64_t> slots_;
  std::vector<uint32_t> homes_;  // the low half of the hash: where the key wants to stand
  size_t n_used_ = 0;
};

}  // namespace banmo::records
