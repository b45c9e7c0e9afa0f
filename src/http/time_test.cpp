// SPDX-License-Identifier: Apache-2.0
// Handlers and their time: deadlines, commits, the end of a drain.
#include <doctest/doctest.h>

#include "base/deadline.h"
#include "http/test_client.h"

using namespace banmo;
using namespace banmo::http;
using namespace banmo::http::test;

TEST_CASE("a handler past its deadline knows it, and answers for itself") {
  Router router;
  Route slow = route("GET", "/api/v1/slow", "slow");
  slow.timeout_ms = 200;
  REQUIRE(router
              .add(slow,
                   [](Request&) -> Result<Response> {
                     while (!Deadline::over_here()) std::this_thread::yield();
                     return fail(ErrorCode::timeout, "test.interrupted", {"中断", "interrupted"});
                   })
              .ok());
  const auto server = started({}, std::move(router));
  Client client(address_of(*server));
  const Answer answer = client.get("/api/v1/slow");
  CHECK(answer.status == 504);
  CHECK(answer.code() == "test.interrupted");
}

TEST_CASE("a change that is in its commit at its deadline is answered by its outcome") {
  Router router;
  Route create = route("POST", "/api/v1/create", "create");
  create.timeout_ms = 100;
  REQUIRE(router
              .add(create,
                   [](Request&) -> Result<Response> {
                     Deadline& mine = *Deadline::here();
                     if (!mine.begin_commit()) return fail(ErrorCode::timeout, "test.too_late", {"迟", "late"});
                     const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2500);  // beyond the deadline and the grace
                     while (std::chrono::steady_clock::now() < end) std::this_thread::yield();
                     mine.end_commit(true);
                     return Response::json(json::Object{{"created", true}}, 201);
                   })
              .ok());
  const auto server = started({}, std::move(router));
  Client client(address_of(*server));
  const Answer answer = client.ask("POST", "/api/v1/create", "Content-Length: 0\r\n");
  CHECK(answer.status == 201);
}

TEST_CASE("a handler that will not end is answered 504 after a moment's grace, and keeps nothing any more") {
  const auto gate = std::make_shared<Gate>();
  const auto kept = std::make_shared<std::promise<bool>>();
  Router router;
  Route stubborn = route("GET", "/api/v1/stubborn", "stubborn");
  stubborn.timeout_ms = 100;
  REQUIRE(router
              .add(stubborn,
                   [gate, kept](Request&) -> Result<Response> {
                     gate->wait();
                     kept->set_value(Deadline::here()->begin_commit());
                     return Response::no_content();
                   })
              .ok());
  const auto server = started({}, std::move(router));
  Client client(address_of(*server));
  const Answer answer = client.get("/api/v1/stubborn");
  CHECK(answer.status == 504);
  CHECK(answer.code() == "http.timeout");
  gate->opened.set_value();
  CHECK_FALSE(kept->get_future().get());
}

TEST_CASE("what waits when the drain's time is over is answered 503 and never runs") {
  const auto n_run = std::make_shared<std::atomic<int>>(0);
  const auto is_begun = std::make_shared<std::promise<void>>();
  Router router;
  REQUIRE(router
              .add(route("GET", "/api/v1/long", "long"),
                   [n_run, is_begun](Request&) -> Result<Response> {
                     if (++*n_run == 1) is_begun->set_value();
                     while (!Deadline::over_here()) std::this_thread::yield();
                     return fail(ErrorCode::timeout, "test.interrupted", {"中断", "interrupted"});
                   })
              .ok());
  ServerOptions options;
  options.n_workers = 1;
  options.drain_timeout_ms = 100;
  auto server = started(options, std::move(router));
  Client running(address_of(*server));
  running.say("GET /api/v1/long HTTP/1.1\r\nHost: a\r\n\r\n");
  is_begun->get_future().wait();
  Client queued(address_of(*server));
  queued.say("GET /api/v1/long HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(becomes_true([&] { return server->figures().n_waiting == 1; }));
  const auto start = std::chrono::steady_clock::now();
  server->drain();
  server.reset();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
  CHECK(running.read().code() == "test.interrupted");
  const Answer dropped = queued.read();
  CHECK(dropped.status == 503);
  CHECK(dropped.code() == "http.busy");
  CHECK(*n_run == 1);
}
