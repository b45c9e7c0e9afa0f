// SPDX-License-Identifier: Apache-2.0
// Inside the room: sockets that listen and sockets that were accepted, by the system's own calls.
#pragma once

#include <string>

#include "base/result.h"

namespace banmo::http {

// A socket that listens at "127.0.0.1:8080" or "[::1]:8080" and never blocks. IPv6 sockets hear IPv6 only.
// Errors: invalid "http.bad_address"; unavailable "http.cannot_listen" (taken, not allowed, no such address).
Result<int> listen_at(const std::string& address);
// "[::1]:8080" of a socket, with its real port.
std::string address_of(int socket);

struct Accepted {
  int socket = -1;   // -1: nobody waits, or the process has too many files open
  std::string peer;  // canonical address, without the port
  bool is_exhausted = false;
};
Accepted accept_one(int listening_socket);

}  // namespace banmo::http
