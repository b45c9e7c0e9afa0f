// SPDX-License-Identifier: Apache-2.0
// Inside the room: from a Response to bytes: conditional requests, gzip, the head with the headers of every answer, chunks and events. Pure but for
// the Date header.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"

namespace banmo::http {

struct HeadFacts {
  std::string_view request_id;
  std::optional<uint64_t> content_length;  // nullopt: chunked, or to the end of the connection
  bool is_http_1_1 = true;
  bool keep_alive = true;
};

// Status line and headers, with the blank line. Adds what every answer carries unless the response says otherwise: nosniff, referrer policy, no
// framing, no-store, request id, date. Line breaks in values become blanks, so that no value can start a header of its own.
std::string head_of(const Response& response, const HeadFacts& facts);

// 304 without a body if a GET names the ETag that the response has.
void apply_not_modified(const Request& request, Response& response);
// gzip for text over 1 KiB that the client takes. At level 1: measured 4 to 5 times smaller JSON for 1 ms a 100 KiB.
void compress_if_accepted(const Request& request, Response& response);
std::string gzip(std::string_view bytes, int level);
bool accepts_gzip(std::string_view accept_encoding);
bool is_compressible(std::string_view content_type);
std::string_view header_of(const Response& response, std::string_view lower_case_name);

// `event: name` and `data:` lines, as the standard for server-sent events asks.
std::string format_events(const std::vector<Event>& events);
std::string chunk_of(std::string_view bytes);

}  // namespace banmo::http
