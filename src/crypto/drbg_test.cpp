// SPDX-License-Identifier: Apache-2.0
#include "crypto/drbg.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

using namespace banmo::crypto;

namespace {
std::string bytes_of(std::string_view hex) {
  const auto bytes = from_hex(hex);
  REQUIRE(bytes);
  return {bytes->begin(), bytes->end()};
}
std::string hex_of(std::string_view bytes) { return to_hex({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}); }
}  // namespace

TEST_CASE("the generator gives what RFC 6979 publishes") {
  // A.2.5: the first output for the key of P-256 and SHA-256("sample"), and "test", is the k of the signature.
  const std::string key = bytes_of("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
  const auto k_of = [&](std::string_view message) {
    const Hash hashed = sha256(message);
    HmacDrbg generator(key + std::string(hashed.begin(), hashed.end()));
    return hex_of(generator.generate(32));
  };
  CHECK(k_of("sample") == "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60");
  CHECK(k_of("test") == "d16b6ae827f17175e040871a1c7ec3500192c4c92677336ec2537acaee0008e0");
}

TEST_CASE("the same seed gives the same order, another seed another") {
  const auto order_of = [](std::string_view seed) {
    HmacDrbg generator(seed);
    return shuffled(1000, generator);
  };
  CHECK(order_of("2026 1") == order_of("2026 1"));
  CHECK(order_of("2026 1") != order_of("2026 2"));
  auto sorted = order_of("2026 1");
  std::sort(sorted.begin(), sorted.end());
  for (uint32_t i = 0; i < sorted.size(); ++i) REQUIRE(sorted[i] == i);
}

TEST_CASE("each of the orders of four comes equally often") {
  std::map<std::vector<uint32_t>, int> n_of;
  HmacDrbg generator("uniform");
  constexpr int kDraws = 24'000;
  for (int i = 0; i < kDraws; ++i) ++n_of[shuffled(4, generator)];
  REQUIRE(n_of.size() == 24);
  double chi_squared = 0;
  for (const auto& [order, n] : n_of) chi_squared += (n - 1000.0) * (n - 1000.0) / 1000.0;
  CHECK(chi_squared < 49.7);  // 23 degrees of freedom: 0.1 % lie above
}

TEST_CASE("a number stays below its bound, which may be any") {
  HmacDrbg generator("bounds");
  for (int i = 0; i < 100; ++i) {
    CHECK(generator.below(1) == 0);
    CHECK(generator.below(3) < 3);
    CHECK(generator.below(~uint64_t{0}) < ~uint64_t{0});
  }
}
