// SPDX-License-Identifier: Apache-2.0
#include "http/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace banmo::http {
namespace {

constexpr size_t kBits = 128, kV4Offset = 96;

bool is_within(const Address& address, const Address& network, size_t n_bits) {
  const size_t n_bytes = n_bits / 8;
  if (!std::equal(network.begin(), network.begin() + static_cast<ptrdiff_t>(n_bytes), address.begin())) return false;
  const auto rest = static_cast<int>(n_bits % 8);
  return rest == 0 || ((address[n_bytes] ^ network[n_bytes]) >> (8 - rest)) == 0;
}

// IANA IPv4 and IPv6 special-purpose address registries, and multicast.
const Networks& special() {
  static const Networks networks =
      *Networks::create({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
                         "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
                         "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"});
  return networks;
}

}  // namespace

std::optional<Address> address_of(const std::string& text) {
  Address address{};
  if (inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
  if (inet_pton(AF_INET, text.c_str(), address.data() + kV4Offset / 8) != 1) return std::nullopt;
  address[10] = address[11] = 0xff;
  return address;
}

bool is_public(const Address& address) {
  static const Networks known = *Networks::create({"2000::/3", "::ffff:0.0.0.0/96"});
  return known.holds(address) && !special().holds(address);
}

Result<Networks> Networks::create(const std::vector<std::string>& networks) {
  Networks out;
  for (const std::string& text : networks) {
    const size_t slash = std::min(text.find('/'), text.size());
    const auto address = address_of(text.substr(0, slash));
    const bool is_v4 = text.find(':') == std::string::npos;
    const size_t most = is_v4 ? kBits - kV4Offset : kBits;
    size_t n_bits = most;
    bool is_right = address.has_value();
    if (slash < text.size()) {
      const char* const end = text.data() + text.size();
      const auto [at, code] = std::from_chars(text.data() + slash + 1, end, n_bits);
      is_right = is_right && code == std::errc() && at == end && n_bits <= most;
    }
    if (!is_right)
      return fail(ErrorCode::invalid, "http.bad_network",
                  {"“" + text + "”不是网段；写法如 10.0.0.0/8、fd00::/8", "\"" + text + "\" is no network: write 10.0.0.0/8 or fd00::/8"});
    out.networks_.push_back({*address, n_bits + (is_v4 ? kV4Offset : 0)});
  }
  return out;
}

bool Networks::holds(const Address& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) { return is_within(address, network.address, network.n_bits); });
}

}  // namespace banmo::http
