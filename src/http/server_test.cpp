// SPDX-License-Identifier: Apache-2.0
// How the server speaks HTTP: framing, languages, answers.
#include <doctest/doctest.h>

#include "http/test_router.h"

using namespace banmo;
using namespace banmo::http;
using namespace banmo::http::test;

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
