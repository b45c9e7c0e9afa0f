// SPDX-License-Identifier: Apache-2.0
// Where the server listens, and how it stands behind a proxy.
#include <doctest/doctest.h>

#include "http/test_router.h"

using namespace banmo;
using namespace banmo::http;
using namespace banmo::http::test;

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
