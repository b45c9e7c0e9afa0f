// SPDX-License-Identifier: Apache-2.0
// The one way out of the server: calls to other machines over HTTP and HTTPS. The address that is connected to is checked after its name was
// resolved, so no name leads into a network that the configuration does not open; redirects are not followed, certificates are verified, no proxy
// of the environment is used, and every call and answer has a bound. Thread-safe; connections are kept for the next call.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/outbound.h"
#include "base/result.h"

namespace banmo::http {

struct OutboundOptions {
  // Networks that are not public and may be called all the same, also without TLS; elsewhere TLS is required.
  std::vector<std::string> networks = {"127.0.0.0/8", "::1/128"};
  std::string ca_file;  // PEM: whose certificates are believed; empty: the system's
};

class Outbound {
 public:
  // Errors: invalid "http.bad_network".
  static Result<std::unique_ptr<Outbound>> create(OutboundOptions options);
  ~Outbound();

  // Blocks. Any status is an answer, also a redirect. Errors: as check(); denied "http.outbound_address" after the name was resolved; timeout
  // "http.outbound_timeout"; too_large "http.outbound_too_large"; unavailable "http.outbound_failed", "http.outbound_tls", "http.outbound_stopped".
  Result<OutboundAnswer> call(const OutboundRequest& request) const;
  // Whether such a URL may be called, as far as one can see without asking for its name. Errors: invalid "http.outbound_url"; denied
  // "http.outbound_address".
  Result<> check(const std::string& url) const;
  // Ends the calls that are under way within a second, and refuses later ones: the server stops.
  void stop();

 private:
  struct State;
  explicit Outbound(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banmo::http
