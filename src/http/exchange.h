// SPDX-License-Identifier: Apache-2.0
// Inside the room: one request and its answer, and the decisions between them that need no socket. Used by one thread at a time; a worker may outlive
// the connection that waits for it, so it is held by shared_ptr.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "http/request_reader.h"
#include "http/shared.h"

namespace banmo::http {

enum class Way {
  inline_answer,  // quick route, static file, or nothing found: on the connection's own thread
  worker,
  upload,
};

struct Exchange {
  Exchange();
  ~Exchange();  // deletes the files that are still its own
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Request request;
  Response response;
  Way way = Way::inline_answer;
  const Route* route = nullptr;
  bool is_http_1_1 = true;
  bool keep_alive = true;
  uint64_t max_body_bytes = 0;
  int answer_file = -1;  // of response.body_file, while it is sent
  uint64_t answer_file_bytes = 0;
  std::string chunk;          // of answer_file
  std::vector<Event> events;  // taken from response.events
  bool events_ended = false;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

// Fills exchange.request from the head and chooses its way. Errors: invalid "http.bad_request" (Host), "http.bad_target".
Result<> prepare(const Shared& shared, RequestHead& head, const std::string& peer, bool is_tls, Exchange& exchange);
// Answers from static files or the router; compresses. For Way::inline_answer and Way::worker.
void answer(const Shared& shared, Exchange& exchange);
// Opens response.body_file. On failure the response becomes the problem.
void open_answer_file(Exchange& exchange);
// The next piece of the file into `chunk`; empty if the file ended, or cannot be read.
void read_answer_file(Exchange& exchange);
// The next events into `events`, or events_ended.
void take_events(Exchange& exchange);
// Adds the exchange to the figures and logs it.
void count(Shared& shared, const Exchange& exchange);

// "::ffff:10.0.0.1" and "010.0.0.1" to one form; empty if it is no address.
std::string canonical_address(std::string_view text);

}  // namespace banmo::http
