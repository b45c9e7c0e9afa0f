// SPDX-License-Identifier: Apache-2.0
// A hash map of 64-bit keys in two flat arrays: a million people cost 24 bytes each and no allocation. Keys are hashes of texts; that two of ten
// million texts share one has a probability of 3 in a million. Private to the room.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace banmo::directory {

// The same in every build (it is stored as a content hash): FNV-1a with a final mix.
inline uint64_t hash_text(std::string_view text, uint64_t seed = 0) {
  uint64_t hash = text::fnv_1a(text, seed);
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 33);
}
inline uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9e3779b97f4a7c15ULL + b;
  x ^= x >> 31;
  x *= 0xbf58476d1ce4e5b9ULL;
  return x ^ (x >> 29);
}

template <class V>
class FlatMap {
 public:
  FlatMap() : keys_(1024, 0), values_(1024) {}
  size_t size() const { return n_; }
  V* find(uint64_t key) {
    key = usable(key);
    for (size_t i = key & mask(); keys_[i] != 0; i = (i + 1) & mask())
      if (keys_[i] == key) return &values_[i];
    return nullptr;
  }
  // The value of the key, and whether it is new. Valid until the next put.
  std::pair<V*, bool> put(uint64_t key, V value) {
    if ((n_ + 1) * 5 > keys_.size() * 3) grow();
    key = usable(key);
    size_t i = key & mask();
    for (; keys_[i] != 0; i = (i + 1) & mask())
      if (keys_[i] == key) return {&values_[i], false};
    keys_[i] = key;
    values_[i] = std::move(value);
    ++n_;
    return {&values_[i], true};
  }
  void clear() { *this = FlatMap(); }

 private:
  static uint64_t usable(uint64_t key) { return key == 0 ? 1 : key; }  // 0 marks an empty place
  size_t mask() const { return keys_.size() - 1; }
  void grow() {
    std::vector<uint64_t> old_keys(keys_.size() * 2, 0);
    std::vector<V> old_values(values_.size() * 2);
    old_keys.swap(keys_);
    old_values.swap(values_);
    for (size_t at = 0; at < old_keys.size(); ++at) {
      if (old_keys[at] == 0) continue;
      size_t i = old_keys[at] & mask();
      while (keys_[i] != 0) i = (i + 1) & mask();
      keys_[i] = old_keys[at];
      values_[i] = std::move(old_values[at]);
    }
  }
  std::vector<uint64_t> keys_;
  std::vector<V> values_;
  size_t n_ = 0;
};

}  // namespace banmo::directory
