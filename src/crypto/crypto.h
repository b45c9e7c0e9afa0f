// SPDX-License-Identifier: Apache-2.0
// Hashes, keyed hashes, passwords, tokens and field encryption, in two profiles: intl (SHA-256, HMAC-SHA-256, AES-256-GCM) and sm (SM3, HMAC-SM3,
// SM4-CTR with HMAC-SM3; OpenSSL 3.0 has no SM4-GCM). Thread-safe. OpenSSL and libsodium are visible in this room's .cpp files alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace banmo::crypto {

enum class Profile { intl, sm };
using Bytes = std::vector<uint8_t>;
using Hash = std::array<uint8_t, 32>;

// Fails with unsupported "crypto.profile" if this machine's OpenSSL lacks an algorithm of the profile. Call it once for the configured profile before
// anything below: the functions that return no Result end the process if an algorithm is missing, rather than hash with another.
Result<> check_profile(Profile profile);

Hash sha256(std::string_view bytes);
Hash hash(Profile profile, std::string_view bytes);
// HMAC (RFC 2104). A blind index is this over the normalised value.
Hash keyed_hash(Profile profile, std::span<const uint8_t> key, std::string_view bytes);

// Hashes a stream, for files.
class Hasher {
 public:
  explicit Hasher(Profile profile);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  void add(std::string_view bytes);
  Hash finish();  // once; then the hasher is used up

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string to_hex(std::span<const uint8_t> bytes);
std::string to_base64url(std::span<const uint8_t> bytes);  // RFC 4648 §5 without padding
std::optional<Bytes> from_hex(std::string_view text);
std::optional<Bytes> from_base64url(std::string_view text);  // strict: no padding, no blanks, no spare bits
std::optional<Bytes> from_base64(std::string_view text);     // RFC 4648 §4, with its padding or without
Bytes random_bytes(size_t n);
bool equal_in_constant_time(std::string_view a, std::string_view b);  // texts of other length are unequal at once

struct PasswordCost {
  uint64_t n_operations = 2;
  uint64_t memory_bytes = 19u << 20;  // OWASP's minimum for Argon2id: 19 MiB, 2 passes
};
// Argon2id in its own text form ($argon2id$v=19$m=…). ~30 ms by intent: run it on a worker. Errors: invalid "crypto.password_length" (beyond 1,024
// bytes), "crypto.password_cost" (below 1 pass or 8 KiB, above 64 passes or 1 GiB), unavailable "crypto.memory".
Result<std::string> hash_password(std::string_view password, PasswordCost cost = {});
bool verify_password(std::string_view stored, std::string_view password);
// True if `stored` was made with another cost, or is no hash: hash again after the next good sign-in.
bool needs_rehash(std::string_view stored, PasswordCost cost = {});

// A fresh 256-bit token in base64url; what is stored is its hash.
std::string new_token();

// Authenticated encryption of one field. The key is 32 bytes; `context` ("dataset.field") is bound, so that a value cannot be moved to another place.
// The result starts with one byte that names profile and format; the same plain text gives another result each time. Errors: invalid "crypto.key",
// too_large "crypto.too_long"; decrypt: invalid "crypto.sealed" for whatever was changed, cut, moved or sealed with another key.
Result<Bytes> encrypt(Profile profile, std::span<const uint8_t> key, std::string_view plain, std::string_view context);
Result<std::string> decrypt(std::span<const uint8_t> key, std::span<const uint8_t> sealed, std::string_view context);

}  // namespace banmo::crypto
