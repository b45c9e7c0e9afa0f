// SPDX-License-Identifier: Apache-2.0
// What the server refuses or cuts off: sizes, times, numbers.
#include <doctest/doctest.h>

#include "http/test_router.h"

using namespace banmo;
using namespace banmo::http;
using namespace banmo::http::test;

TEST_CASE("a body over the route's limit is refused, by its length and by what comes") {
  const auto server = started({}, make_router());
  Client by_length(address_of(*server));
  by_length.say("POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2001\r\n\r\n");
  const Answer answer = by_length.read();
  CHECK(answer.status == 413);
  CHECK(answer.code() == "http.body_too_large");
  CHECK(answer.header("connection") == "close");
  Client by_chunks(address_of(*server));
  by_chunks.say("POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "3e8\r\n" + std::string(1000, 'x') + "\r\n";
  for (int i = 0; i < 3; ++i) by_chunks.say(chunk);
  CHECK(by_chunks.read().status == 413);
}

TEST_CASE("a head over the limit is refused with 431") {
  ServerOptions options;
  options.max_header_bytes = 2000;
  const auto server = started(options, make_router());
  Client client(address_of(*server));
  const Answer answer = client.get("/api/v1/quick", "X-Long: " + std::string(3000, 'x') + "\r\n");
  CHECK(answer.status == 431);
  CHECK(answer.code() == "http.header_too_large");
  CHECK(client.is_closed());
}

TEST_CASE("a chunk's line or trailers without an end are refused") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  client.say("POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(40'000, 'x'));
  CHECK(client.read().status == 400);
}

TEST_CASE("a head that comes too slowly is cut off, whatever it sends") {
  ServerOptions options;
  options.header_timeout_ms = 150;
  options.idle_timeout_ms = 60'000;
  const auto server = started(options, make_router());
  Client slow(address_of(*server));
  slow.say("GET /api/v1/quick HTTP/1.1\r\n");
  const Answer answer = slow.read();
  CHECK(answer.status == 408);
  CHECK(answer.code() == "http.request_timeout");
  CHECK(slow.is_closed());
  Client dripping(address_of(*server));
  dripping.say("GET ");
  while (dripping.say("x") && dripping.socket() >= 0) {
    char byte;
    if (::recv(dripping.socket(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) >= 0) break;
    std::this_thread::yield();
  }
  CHECK(dripping.head().status != 200);
}

TEST_CASE("an idle connection is closed after its time, without a word") {
  ServerOptions options;
  options.idle_timeout_ms = 150;
  const auto server = started(options, make_router());
  Client client(address_of(*server));
  CHECK(client.get("/api/v1/quick").status == 200);
  CHECK(client.is_closed());
}

TEST_CASE("a body that stops is answered with 408") {
  ServerOptions options;
  options.body_idle_timeout_ms = 150;
  const auto server = started(options, make_router());
  Client client(address_of(*server));
  client.say("POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(client.read().status == 408);
}

TEST_CASE("connections over the limits are turned away") {
  ServerOptions options;
  options.max_connections_per_peer = 2;
  const auto server = started(options, make_router());
  Client first(address_of(*server));
  Client second(address_of(*server));
  CHECK(first.get("/api/v1/quick").status == 200);
  CHECK(second.get("/api/v1/quick").status == 200);
  Client third(address_of(*server));
  CHECK(third.head().status == 503);
  CHECK(server->figures().n_refused == 1);
  first.close();
  REQUIRE(becomes_true([&] { return server->figures().n_connections == 1; }));
  Client fourth(address_of(*server));
  CHECK(fourth.get("/api/v1/quick").status == 200);
}

TEST_CASE("a handler past its time answers 504, a full queue 503, and quick routes go on") {
  const auto gate = std::make_shared<Gate>();
  ServerOptions options;
  options.n_workers = 1;
  options.max_waiting = 1;
  const auto server = started(options, make_router(gate));
  Client running(address_of(*server));
  Client queued(address_of(*server));
  Client refused(address_of(*server));
  running.say("GET /api/v1/patient HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(becomes_true([&] { return gate->n_waiting == 1; }));
  queued.say("GET /api/v1/slow HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(becomes_true([&] { return server->figures().n_waiting == 1; }));
  const Answer busy = refused.get("/api/v1/long");
  CHECK(busy.status == 503);
  CHECK(busy.code() == "http.busy");
  CHECK(busy.header("retry-after") == "2");
  CHECK(refused.get("/api/v1/quick").status == 200);
  const Answer late = queued.read();
  CHECK(late.status == 504);
  CHECK(late.code() == "http.timeout");
  gate->opened.set_value();
  CHECK(running.read().status == 200);
}

TEST_CASE("a body that trickles in is cut off, though it never pauses") {
  ServerOptions options;
  options.body_free_ms = 200;
  options.min_body_bytes_per_s = 1000;
  const auto server = started(options, make_router());
  Client slow(address_of(*server));
  slow.say("POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n");
  char byte = 0;
  int n_sent = 0;
  const auto start = std::chrono::steady_clock::now();
  const auto pace = std::chrono::milliseconds(20);  // 50 bytes a second
  for (auto next = start + pace; n_sent < 200 && ::recv(slow.socket(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0; next += pace) {
    while (std::chrono::steady_clock::now() < next) std::this_thread::yield();
    if (!slow.say("x")) break;
    ++n_sent;
  }
  CHECK(n_sent < 100);
  const Answer answer = slow.head();
  CHECK(answer.status == 408);
}

TEST_CASE("one address takes no more than its share of connections unless the options say so") {
  CHECK(ServerOptions{}.max_connections_per_peer == 2000);
  CHECK(ServerOptions{}.max_connections_per_peer * 5 <= ServerOptions{}.max_connections);
}
