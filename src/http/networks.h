// SPDX-License-Identifier: Apache-2.0
// Inside the room: which addresses the server may call. Public ones, and the networks that the configuration names. Pure; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace banmo::http {

using Address = std::array<uint8_t, 16>;  // IPv6; an IPv4 address as ::ffff:a.b.c.d

std::optional<Address> address_of(const std::string& text);  // "10.0.0.1", "fd00::1"; no names
// Reachable for everybody: none of IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890), no multicast.
bool is_public(const Address& address);

class Networks {
 public:
  // Each "10.0.0.0/8", "fd00::/8" or a single address. Errors: invalid "http.bad_network".
  static Result<Networks> create(const std::vector<std::string>& networks);
  bool holds(const Address& address) const;

 private:
  struct Network {
    Address address{};
    size_t n_bits = 128;
  };
  std::vector<Network> networks_;
};

}  // namespace banmo::http
