// SPDX-License-Identifier: Apache-2.0
// A call to another machine, in plain words: engines that must not know an HTTP library are given a function that makes one (http/outbound.h), and
// tests give their own.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace banmo {

struct OutboundRequest {
  std::string method = "GET";
  std::string url;                                           // http or https
  std::vector<std::pair<std::string, std::string>> headers;  // no line breaks
  std::string body;
  std::string user, secret;                   // of Basic authentication; none if `user` is empty
  std::chrono::milliseconds timeout{30'000};  // of the whole call
  size_t max_answer_bytes = size_t{1} << 20;
};

struct OutboundAnswer {
  int status = 0;                                            // 3xx too: a redirect is not followed
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  // Of the first of that name; empty if there is none.
  std::string_view header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers)
      if (name == lower_case_name) return value;
    return {};
  }
};

// Blocks until the answer is there; any status is an answer. Errors: as http::Outbound::call.
using OutboundCall = std::function<Result<OutboundAnswer>(const OutboundRequest&)>;

}  // namespace banmo
