// SPDX-License-Identifier: Apache-2.0
// SM2 signatures (GB/T 32918.2) with SM3 and the usual identity "1234567812345678" (GM/T 0009). Keys and signatures in hexadecimal. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace banmo::crypto {

// A fresh pair: the private key of 64 digits, the public key of 130 digits ("04", x, y).
std::pair<std::string, std::string> new_sm2_keys();
// r and s, 128 digits. Errors: invalid "crypto.key" if it is no private key.
Result<std::string> sm2_sign(std::string_view private_key, std::string_view text);
bool sm2_verify(std::string_view public_key, std::string_view text, std::string_view signature);

}  // namespace banmo::crypto
