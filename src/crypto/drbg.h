// SPDX-License-Identifier: Apache-2.0
// A generator whose whole output follows from its seed, for draws that anyone recomputes. HMAC_DRBG with SHA-256 (NIST SP 800-90A Rev. 1, 10.1.2)
// without reseeding. Not for keys: those come from random_bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/crypto.h"

namespace banmo::crypto {

class HmacDrbg {
 public:
  explicit HmacDrbg(std::string_view seed);  // entropy, nonce and personalisation one after the other
  // One request of the standard: other sizes of requests give other bytes.   n_bytes <= 65,536
  std::string generate(size_t n_bytes);
  // A whole number in [0, n), each equally likely: 8 bytes are drawn until they fall below the largest multiple of n.   n >= 1
  uint64_t below(uint64_t n);

 private:
  std::string keyed(std::string_view bytes) const;
  void update(std::string_view provided);

  std::string key_, value_;
};

// 0..n-1 in an order of which each is equally likely (Fisher-Yates from the end).
std::vector<uint32_t> shuffled(size_t n, HmacDrbg& generator);

}  // namespace banmo::crypto
