// SPDX-License-Identifier: Apache-2.0
// Chance for the demonstration city: the standard's Mersenne Twister with distributions of our own, because those of the standard library may differ
// between libraries and the same seed must give the same bytes everywhere. Only additions and multiplications of doubles: no function of the
// mathematical library.
#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace banmo::server {

// SplitMix64 (Steele, Lea, Flood 2014): a seed for each part of the city, so that parts can be made in any order.
inline uint64_t mix(uint64_t seed, uint64_t part) {
  uint64_t z = seed + (part + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  uint64_t bits() { return engine_(); }
  // 0 .. n-1 for n < 2^32.
  int64_t below(int64_t n) { return static_cast<int64_t>(((bits() >> 32) * static_cast<uint64_t>(n)) >> 32); }
  int64_t between(int64_t lo, int64_t hi) { return lo + below(hi - lo + 1); }
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  bool chance(double p) { return uniform() < p; }
  // Mean 0, deviation 1, within 3.5: the sum of four uniform numbers (Irwin 1927, Hall 1927).
  double normal() {
    const uint64_t b = bits();
    const auto sum = static_cast<double>((b & 0xffff) + (b >> 16 & 0xffff) + (b >> 32 & 0xffff) + (b >> 48)) * 0x1p-16;
    return (sum - 2.0) * 1.7320508075688772;
  }
  template <class T>
  const T& one_of(std::span<const T> list) {
    return list[static_cast<size_t>(below(static_cast<int64_t>(list.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace banmo::server
