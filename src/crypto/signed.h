// SPDX-License-Identifier: Apache-2.0
// What others signed or hashed: RSA signatures of a certificate's key (JWS, RFC 7518 3.3) and the four lengths of SHA-2. Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace banmo::crypto {

// "RS256", "RS384", "RS512".
bool is_rsa_algorithm(std::string_view name);
// True if `signature` is that of `text` by the key of the X.509 certificate (DER). Whether the certificate may be trusted is not asked.
bool verify_rsa(std::string_view algorithm, std::span<const uint8_t> certificate, std::string_view text, std::span<const uint8_t> signature);

// SHA-1 in hexadecimal: for names that a specification makes with it, never for what must resist forging.
std::string sha1_hex(std::string_view bytes);
// In hexadecimal, n_bits 224, 256, 384 or 512; empty for another.
std::string sha2_hex(size_t n_bits, std::string_view bytes);

}  // namespace banmo::crypto
