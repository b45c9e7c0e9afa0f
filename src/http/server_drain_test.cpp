// SPDX-License-Identifier: Apache-2.0
// How the server ends.
#include <doctest/doctest.h>

#include "http/test_router.h"

using namespace banmo;
using namespace banmo::http;
using namespace banmo::http::test;

TEST_CASE("drain lets what runs end, closes what idles and takes nothing new") {
  const auto gate = std::make_shared<Gate>();
  const auto server = started({}, make_router(gate));
  Client idle(address_of(*server));
  CHECK(idle.get("/api/v1/quick").status == 200);
  Client running(address_of(*server));
  running.say("GET /api/v1/patient HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(becomes_true([&] { return gate->n_waiting == 1; }));
  std::thread drainer([&] { server->drain(); });
  CHECK(idle.is_closed());
  gate->opened.set_value();
  const Answer answer = running.read();
  CHECK(answer.status == 200);
  CHECK(answer.header("connection") == "close");
  drainer.join();
  CHECK(server->figures().n_connections == 0);
}

TEST_CASE("a drain that takes too long is cut") {
  const auto gate = std::make_shared<Gate>();
  ServerOptions options;
  options.drain_timeout_ms = 100;
  auto server = started(options, make_router(gate));
  Client running(address_of(*server));
  running.say("GET /api/v1/patient HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(becomes_true([&] { return gate->n_waiting == 1; }));
  server->drain();
  gate->opened.set_value();
  server.reset();
  CHECK(running.is_closed());
}
