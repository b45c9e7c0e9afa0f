// SPDX-License-Identifier: Apache-2.0
// The canonical bytes of an entry and its hash: private to the room. What is hashed is what stands in the table, text for text, so that a verifier
// needs no JSON rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/crypto.h"

namespace banmo::audit {

struct Link {
  int64_t seq = 0;
  int64_t at = 0;  // microseconds
  std::string_view actor, action, object_kind, object;
  int64_t org_no = 0;
  std::string_view detail;
};

inline constexpr size_t kHashBytes = 32;
inline constexpr int64_t kChains = 32;                   // seq % kChains is the chain; must match the rows of audit_head
std::string_view algorithm_of(crypto::Profile profile);  // "sha256", "sm3"
std::optional<crypto::Profile> profile_of(std::string_view algorithm);

// Each part as "<length>:<bytes>,", so that no two entries give the same bytes; then the 32 bytes of the hash before (zeros for the first).
crypto::Hash hash_of(crypto::Profile profile, const Link& link, std::string_view prev_hash);

}  // namespace banmo::audit
