// SPDX-License-Identifier: Apache-2.0
// The other side of look-ups for demonstrations and tests: answers from a CSV, checks the signatures of those who ask, and can be slow, wrong or
// down.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "server/terminal.h"

namespace banmo::server {

struct LookupSimulator {
  std::vector<std::string> listen = {"127.0.0.1:9100"};
  // Heading: lookup, key, result and what the answer gives. key: the first thing that is sent; what is not there is answered with "none".
  std::string data;
  std::string sign = "hmac";     // or "sm2"
  std::string profile = "intl";  // of hmac: "intl" or "sm"
  std::string key, public_key;   // as in the setting `lookups`, from this side: own secret; for sm2 the public key of who asks
  int delay_ms = 0;              // before each answer
  bool is_wrong = false;         // answers are signed wrongly
  bool is_down = false;          // 503
};
// Until SIGTERM or SIGINT. Errors: invalid "server.bad_simulation"; those of the file and of listening.
Result<> simulate_lookups(const LookupSimulator& simulator, const Terminal& terminal);

}  // namespace banmo::server
