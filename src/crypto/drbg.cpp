// SPDX-License-Identifier: Apache-2.0
#include "crypto/drbg.h"

#include <limits>
#include <numeric>
#include <utility>

namespace banmo::crypto {

HmacDrbg::HmacDrbg(std::string_view seed) : key_(32, '\x00'), value_(32, '\x01') { update(seed); }

std::string HmacDrbg::keyed(std::string_view bytes) const {
  const Hash made = keyed_hash(Profile::intl, {reinterpret_cast<const uint8_t*>(key_.data()), key_.size()}, bytes);
  return {made.begin(), made.end()};
}

void HmacDrbg::update(std::string_view provided) {
  for (const char step : {'\x00', '\x01'}) {
    key_ = keyed(value_ + step + std::string(provided));
    value_ = keyed(value_);
    if (provided.empty()) return;
  }
}

std::string HmacDrbg::generate(size_t n_bytes) {
  std::string made;
  while (made.size() < n_bytes) {
    value_ = keyed(value_);
    made += value_;
  }
  made.resize(n_bytes);
  update({});
  return made;
}

uint64_t HmacDrbg::below(uint64_t n) {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  const uint64_t n_spare = (kMost % n + 1) % n;  // 2^64 modulo n
  for (;;) {
    uint64_t drawn = 0;
    for (const char byte : generate(sizeof drawn)) drawn = drawn << 8 | static_cast<uint8_t>(byte);
    if (drawn <= kMost - n_spare) return drawn % n;
  }
}

std::vector<uint32_t> shuffled(size_t n, HmacDrbg& generator) {
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  for (size_t i = n; i > 1; --i) std::swap(order[i - 1], order[generator.below(i)]);
  return order;
}

}  // namespace banmo::crypto
