// SPDX-License-Identifier: Apache-2.0
// How the server speaks HTTP: framing, limits, time, languages, drain.
#include <doctest/doctest.h>

#include "http/test_client.h"

using namespace banmo;
using namespace banmo::http;
using namespace banmo::http::test;

namespace {

json::Value echo_of(const Request& request) {
  json::Object query;
  for (const auto& [name, value] : request.query) query.set(name, value);
  return json::Object{
      {"method", request.method}, {"path", request.path},     {"query", std::move(query)},        {"body", request.body},
      {"peer", request.peer},     {"secure", request.secure}, {"request_id", request.request_id}, {"english", request.prefers_english}};
}

Router make_router(std::shared_ptr<Gate> gate = nullptr) {
  Router router;
  Route quick = route("GET", "/api/v1/quick", "quick");
  quick.quick = true;
  REQUIRE(router.add(quick, [](Request&) -> Result<Response> { return Response::json(json::Object{{"ok", true}}); }).ok());
  Route echo = route("POST", "/api/v1/echo", "echo");
  echo.body = BodyKind::json;
  echo.max_body_bytes = 2000;
  REQUIRE(router.add(echo, [](Request& request) -> Result<Response> { return Response::json(echo_of(request)); }).ok());
  Route item = route("GET", "/api/v1/items/{key}", "get_item");
  item.parameters = {{"q", ParameterPlace::query, json::Object{{"type", "string"}}, "text", false, false}};
  REQUIRE(router
              .add(item,
                   [](Request& request) -> Result<Response> {
                     json::Value value = echo_of(request);
                     value.as_object()->set("key", request.path_parameters.at("key"));
                     return Response::json(value);
                   })
              .ok());
  REQUIRE(router
              .add(route("GET", "/api/v1/long", "long"),
                   [](Request&) -> Result<Response> { return Response::json(json::Object{{"text", std::string(100'000, 'x')}}); })
              .ok());
  REQUIRE(router.add(route("GET", "/api/v1/broken", "broken"), [](Request&) -> Result<Response> { throw std::runtime_error("secret detail"); }).ok());
  REQUIRE(router
              .add(route("GET", "/api/v1/injection", "injection"),
                   [](Request&) -> Result<Response> {
                     Response response = Response::no_content();
                     response.headers.emplace_back("x-name", "a\r\nset-cookie: evil=1");
                     response.headers.emplace_back("Content-Length", "7");
                     return response;
                   })
              .ok());
  Route thrower = route("GET", "/api/v1/thrower", "thrower");
  thrower.quick = true;
  REQUIRE(router.add(thrower, [](Request&) -> Result<Response> { throw 7; }).ok());
  Route limited = route("GET", "/api/v1/limited", "limited");
  limited.quick = true;
  REQUIRE(router
              .add(limited,
                   [](Request&) -> Result<Response> {
                     Error error = fail(ErrorCode::too_many, "test.too_many", {"太多", "too many"});
                     error.retry_after_s = 117;
                     return error;
                   })
              .ok());
  if (gate) {
    Route slow = route("GET", "/api/v1/slow", "slow");
    slow.timeout_ms = 300;
    REQUIRE(router
                .add(slow,
                     [gate](Request&) -> Result<Response> {
                       gate->wait();
                       return Response::json(json::Object{{"slow", true}});
                     })
                .ok());
    Route patient = slow;
    patient.path = "/api/v1/patient";
    patient.operation = "patient";
    patient.timeout_ms = 30'000;
    REQUIRE(router
                .add(patient,
                     [gate](Request&) -> Result<Response> {
                       gate->wait();
                       return Response::json(json::Object{{"patient", true}});
                     })
                .ok());
  }
  return router;
}

}  // namespace

TEST_CASE("a connection serves many requests, one after another and pipelined") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  for (int i = 0; i < 3; ++i) CHECK(client.get("/api/v1/quick").body == R"({"ok":true})");
  std::string burst;
  for (int i = 0; i < 200; ++i) burst += "GET /api/v1/items/" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  client.say(burst);
  for (int i = 0; i < 200; ++i) {
    const Answer answer = client.read();
    REQUIRE(answer.status == 200);
    REQUIRE(*answer.json().find("key")->as_string() == std::to_string(i));
  }
  CHECK(server->figures().n_requests == 203);
  CHECK(server->figures().n_accepted == 1);
}

TEST_CASE("every answer carries the headers of safety and its request id") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  const Answer given = client.get("/api/v1/quick", "X-Request-Id: abc-123\r\n");
  CHECK(given.header("x-request-id") == "abc-123");
  CHECK(given.header("x-content-type-options") == "nosniff");
  CHECK(given.header("x-frame-options") == "DENY");
  CHECK(given.header("referrer-policy") == "same-origin");
  CHECK(given.header("cache-control") == "no-store");
  CHECK(given.header("content-type") == "application/json");
  CHECK(given.header("date").ends_with("GMT"));
  CHECK(client.get("/api/v1/quick", "X-Request-Id: a b\r\n").header("x-request-id").size() == 36);
  const Answer injected = client.get("/api/v1/injection");
  CHECK(injected.header("set-cookie") == "");
  CHECK(injected.header("x-name") == "a  set-cookie: evil=1");
  CHECK(injected.header("Content-Length") == "");
}

TEST_CASE("problems speak Chinese unless English is asked for") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  const Answer zh = client.get("/api/v1/nothing");
  CHECK(zh.status == 404);
  CHECK(zh.header("content-type") == "application/problem+json");
  CHECK(*zh.json().find("title")->as_string() == "没有这个地址，请核对路径");
  CHECK(*zh.json().find("code")->as_string() == "http.not_found");
  CHECK(*zh.json().find("request_id")->as_string() == zh.header("x-request-id"));
  const Answer en = client.get("/api/v1/nothing", "Accept-Language: en-GB,en;q=0.9,zh;q=0.8\r\n");
  CHECK(*en.json().find("title")->as_string() == "there is nothing at this address: check the path");
  CHECK(*en.json().find("detail")->find("zh")->as_string() == "没有这个地址，请核对路径");
}

TEST_CASE("a handler that throws answers 500 and tells nothing of the cause") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  const Answer answer = client.get("/api/v1/broken");
  CHECK(answer.status == 500);
  CHECK(answer.code() == "http.internal");
  CHECK(answer.body.find("secret") == std::string::npos);
  CHECK(client.get("/api/v1/quick").status == 200);
  CHECK(server->figures().n_errors_5xx == 1);
}

TEST_CASE("bodies come by length, in chunks, and after 100-continue") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  const std::string json_type = "Content-Type: application/json\r\n";
  CHECK(*client.ask("POST", "/api/v1/echo", json_type, R"({"a":1})").json().find("body")->as_string() == R"({"a":1})");
  client.say("POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n{\"a\":\r\n2\r\n1}\r\n0\r\nX-Trailer: 1\r\n\r\n");
  CHECK(*client.read().json().find("body")->as_string() == R"({"a":1})");
  client.say("POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.say("{}");
  CHECK(*client.read().json().find("body")->as_string() == "{}");
}

TEST_CASE("a body that dribbles in byte by byte is read whole") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  const std::string request =
      "POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n";
  for (const char c : request) client.say(std::string(1, c));
  CHECK(*client.read().json().find("body")->as_string() == "abc0123456789abcdef");
}

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

TEST_CASE("what is no HTTP is refused with 400 and the connection ends") {
  const auto server = started({}, make_router());
  const std::pair<const char*, int> cases[] = {
      {"NONSENSE\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"GET /api/v1/quick HTTP/1.1\r\n\r\n", 400},                                                         // no Host
      {"GET /api/v1/quick HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},                                   // two
      {"GET /api/v1/quick HTTP/1.1\r\nHost : a\r\n\r\n", 400},                                             // blank before the colon
      {"POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},  // smuggling
      {"POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n", 400},
      {"POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
      {"GET /api/%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /api/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /api/%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT other:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
  };
  for (const auto& [text, status] : cases) {
    CAPTURE(text);
    Client client(address_of(*server));
    client.say(text);
    CHECK(client.read().status == status);
    CHECK(client.is_closed());
  }
}

TEST_CASE("a chunk's line or trailers without an end are refused") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  client.say("POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(40'000, 'x'));
  CHECK(client.read().status == 400);
}

TEST_CASE("a path is decoded once, and a slash in a segment stays in it") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  const json::Value value = client.get("/api/v1/items/a%2Fb~%E7%8F%AD%2525?q=1+2%2B3").json();
  CHECK(*value.find("key")->as_string() == "a/b~班%25");
  CHECK(*value.find("query")->find("q")->as_string() == "1 2+3");
  CHECK(client.get("http://elsewhere/api/v1/quick").status == 200);
}

TEST_CASE("HEAD gives the head of GET, OPTIONS and 405 name the methods") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  const Answer head = client.ask("HEAD", "/api/v1/quick");
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "11");
  CHECK(client.ask("OPTIONS", "/api/v1/quick").header("allow") == "GET, HEAD, OPTIONS");
  const Answer wrong = client.ask("DELETE", "/api/v1/quick");
  CHECK(wrong.status == 405);
  CHECK(wrong.header("allow") == "GET, HEAD, OPTIONS");
  CHECK(wrong.code() == "http.method_not_allowed");
}

TEST_CASE("long text is sent as gzip to those who take it") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  const Answer plain = client.get("/api/v1/long");
  CHECK(plain.body.size() > 100'000);
  CHECK(plain.header("vary") == "accept-encoding");
  const Answer zipped = client.get("/api/v1/long", "Accept-Encoding: br, gzip;q=0.5\r\n");
  CHECK(zipped.header("content-encoding") == "gzip");
  CHECK(zipped.body.size() < 2000);
  CHECK(zipped.body.substr(0, 2) == "\x1f\x8b");
  CHECK(client.get("/api/v1/long", "Accept-Encoding: gzip;q=0\r\n").header("content-encoding") == "");
  CHECK(client.get("/api/v1/quick", "Accept-Encoding: gzip\r\n").header("content-encoding") == "");
}

TEST_CASE("HTTP/1.0 closes unless keep-alive is asked for") {
  const auto server = started({}, make_router());
  Client closing(address_of(*server));
  closing.say("GET /api/v1/quick HTTP/1.0\r\n\r\n");
  CHECK(closing.read().header("connection") == "close");
  CHECK(closing.is_closed());
  Client staying(address_of(*server));
  staying.say("GET /api/v1/quick HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(staying.read().header("connection") == "keep-alive");
  CHECK(staying.get("/api/v1/quick", "Connection: close\r\n").status == 200);
  CHECK(staying.is_closed());
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

TEST_CASE("IPv6 is heard beside IPv4") {
  ServerOptions options;
  options.listen = {"127.0.0.1:0", "[::1]:0"};
  options.n_io_threads = 2;
  const auto server = started(options, make_router());
  REQUIRE(server->addresses().size() == 2);
  CHECK(server->addresses()[1].starts_with("[::1]:"));
  Client six(server->addresses()[1]);
  CHECK(six.get("/api/v1/quick").status == 200);
  CHECK(*six.get("/api/v1/items/1").json().find("peer")->as_string() == "::1");
  Client four(server->addresses()[0]);
  CHECK(*four.get("/api/v1/items/1").json().find("peer")->as_string() == "127.0.0.1");
}

TEST_CASE("a taken port and a wrong address are told") {
  const auto server = started({}, make_router());
  ServerOptions options;
  options.listen = server->addresses();
  const auto taken = Server::create(options, make_router());
  REQUIRE_FALSE(taken.ok());
  CHECK(taken.error().id == "http.cannot_listen");
  options.listen = {"localhost"};
  const auto wrong = Server::create(options, make_router());
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().message.en == "the address \"localhost\" is wrong: write it like 127.0.0.1:8080 or [::1]:8080");
}

TEST_CASE("only a trusted proxy is believed about the caller") {
  const std::string forwarded = "X-Forwarded-For: 6.6.6.6, 2001:DB8::1, 127.0.0.1\r\nX-Forwarded-Proto: https\r\n";
  const auto doubting = started({}, make_router());
  Client direct(address_of(*doubting));
  const json::Value ignored = direct.get("/api/v1/items/1", forwarded).json();
  CHECK(*ignored.find("peer")->as_string() == "127.0.0.1");
  CHECK(*ignored.find("secure")->as_bool() == false);
  ServerOptions options;
  options.trusted_proxies = {"127.0.0.1"};
  const auto believing = started(options, make_router());
  Client proxied(address_of(*believing));
  const json::Value value = proxied.get("/api/v1/items/1", forwarded).json();
  CHECK(*value.find("peer")->as_string() == "2001:db8::1");
  CHECK(*value.find("secure")->as_bool() == true);
}

TEST_CASE("a path prefix is taken off, and need not be there") {
  ServerOptions options;
  options.path_prefix = "/banmo/";
  const auto server = started(options, make_router());
  Client client(address_of(*server));
  CHECK(*client.get("/banmo/api/v1/items/7").json().find("path")->as_string() == "/api/v1/items/7");
  CHECK(client.get("/api/v1/quick").status == 200);
  CHECK(client.get("/banmoapi/v1/quick").status == 404);
  const Answer redirect = client.get("/banmo");
  CHECK(redirect.status == 308);
  CHECK(redirect.header("location") == "/banmo/");
}

TEST_CASE("what a handler throws that is no exception of the library costs one answer, also on a connection's own thread") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  const Answer answer = client.get("/api/v1/thrower");
  CHECK(answer.status == 500);
  CHECK(answer.code() == "http.internal");
  CHECK(client.get("/api/v1/quick").status == 200);
}

TEST_CASE("429 says when to come again, as the error does") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  const Answer answer = client.get("/api/v1/limited");
  CHECK(answer.status == 429);
  CHECK(answer.header("retry-after") == "117");
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

TEST_CASE("mistakes in parameters are told up to a hundred, in few words") {
  const auto server = started({}, make_router());
  Client client(address_of(*server));
  std::string target = "/api/v1/items/1?";
  for (int i = 0; i < 1000; ++i) target += "a" + std::to_string(i) + "=1&";
  const Answer many = client.get(target + "z=1");
  CHECK(many.status == 422);
  CHECK(many.json().find("errors")->as_array()->size() == 100);
  const Answer wide = client.get("/api/v1/items/1?" + std::string(9000, 'n') + "=1");
  CHECK(wide.status == 422);
  CHECK(wide.body.size() < 2000);
}
