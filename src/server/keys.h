// SPDX-License-Identifier: Apache-2.0
// The installation's secret keys: <data>/keys.json, readable by its owner only, made at the first start. Without it sealed fields cannot be read:
// back it up apart from the data.
#pragma once

#include <string>

#include "base/result.h"
#include "crypto/crypto.h"

namespace banmo::server {

struct Keys {
  crypto::Bytes field_key;  // 32 bytes: seals fields
  crypto::Bytes index_key;  // 32 bytes: blind indexes
  crypto::Bytes audit_key;  // 32 bytes: seals audit checkpoints
};

// Errors: invalid "server.bad_keys" if the file is damaged or others may read it.
Result<Keys> load_or_make_keys(const std::string& data);

}  // namespace banmo::server
