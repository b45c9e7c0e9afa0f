// SPDX-License-Identifier: Apache-2.0
// The way out: what may be called, and what of an answer is taken.
#include "http/outbound.h"

#include <doctest/doctest.h>

#include "http/networks.h"
#include "http/test_router.h"

using namespace banmo;
using namespace banmo::http;
using namespace banmo::http::test;

namespace {

std::unique_ptr<Outbound> outbound(OutboundOptions options = {}) {
  auto made = Outbound::create(std::move(options));
  REQUIRE(made.ok());
  return std::move(*made);
}
std::string refused(const Outbound& out, const std::string& url) {
  OutboundRequest request;
  request.url = url;
  const auto answer = out.call(request);
  return answer.ok() ? "HTTP " + std::to_string(answer->status) : answer.error().id;
}

}  // namespace

TEST_CASE("an address is public unless a registry says otherwise, however it is written") {
  for (const std::string text : {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "2400:3200::1", "::ffff:8.8.8.8"})
    CHECK_MESSAGE(is_public(*http::address_of(text)), text);
  for (const std::string text : {"0.0.0.0",
                                 "10.1.2.3",
                                 "100.64.0.1",
                                 "127.0.0.1",
                                 "169.254.169.254",
                                 "172.16.0.1",
                                 "172.31.255.255",
                                 "192.168.1.1",
                                 "198.18.0.1",
                                 "224.0.0.1",
                                 "255.255.255.255",
                                 "::",
                                 "::1",
                                 "fe80::1",
                                 "fd00::1",
                                 "ff02::1",
                                 "::ffff:10.0.0.1",
                                 "::ffff:127.0.0.1",
                                 "2001:db8::1",
                                 "2002:7f00:1::",
                                 "64:ff9b::7f00:1"})
    CHECK_MESSAGE(!is_public(*http::address_of(text)), text);
  CHECK_FALSE(http::address_of("localhost").has_value());
  CHECK_FALSE(http::address_of("127.1").has_value());
}

TEST_CASE("a network holds its addresses to the bit") {
  const auto networks = Networks::create({"10.20.0.0/15", "fd00::/8", "192.0.2.7"});
  REQUIRE(networks.ok());
  for (const std::string text : {"10.20.0.0", "10.21.255.255", "fdff::1", "192.0.2.7", "::ffff:10.21.1.1"})
    CHECK_MESSAGE(networks->holds(*http::address_of(text)), text);
  for (const std::string text : {"10.22.0.0", "10.19.255.255", "fe00::1", "192.0.2.8", "::1"})
    CHECK_MESSAGE(!networks->holds(*http::address_of(text)), text);
  for (const std::string text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "fd00::/129", "example.cn", "", "10.0.0.0/-1"})
    CHECK_MESSAGE(Networks::create({text}).error().id == "http.bad_network", text);
}

TEST_CASE("a call brings status, headers and body, and sends what it is given") {
  const auto server = started({}, make_router());
  const std::string base = "http://" + test::address_of(*server) + "/api/v1/";
  const auto out = outbound();
  OutboundRequest request;
  request.method = "POST";
  request.url = base + "echo";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = R"({"a":1})";
  for (int i = 0; i < 3; ++i) {  // the second goes over the same connection
    const auto answer = out->call(request);
    REQUIRE_MESSAGE(answer.ok(), answer.error().to_string());
    CHECK(answer->status == 200);
    CHECK(answer->header("content-type").starts_with("application/json"));
    CHECK(answer->body.find(R"({\"a\":1})") != std::string::npos);
  }
  CHECK(refused(*out, base + "nothing") == "HTTP 404");
  request.url = base + "long";
  request.method = "GET";
  request.body.clear();
  request.max_answer_bytes = 99'999;
  CHECK(out->call(request).error().id == "http.outbound_too_large");
  request.max_answer_bytes = 200'000;
  CHECK(out->call(request)->body.size() > 100'000);
  request.headers = {{"X-A", "a\r\nX-B: b"}};
  CHECK(out->call(request).error().id == "http.outbound_url");
}

TEST_CASE("nothing but http and https to open networks is called, and a name does not lead past that") {
  const auto server = started({}, make_router());
  const std::string address = test::address_of(*server);
  const std::string port = address.substr(address.rfind(':'));
  const auto out = outbound();
  for (const std::string url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "//127.0.0.1/", "127.0.0.1", "http://a:b@127.0.0.1/",
                                "http://127.0.0.1/#a", ""})
    CHECK_MESSAGE(refused(*out, url) == "http.outbound_url", url);
  for (const std::string url : {"http://10.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest", "http://8.8.8.8/", "https://[fe80::1]/",
                                "https://[::ffff:10.0.0.1]/", "http://0x0a000001/"})
    CHECK_MESSAGE(refused(*out, url) == "http.outbound_address", url);
  CHECK(refused(*out, "http://localhost" + port + "/api/v1/quick") == "HTTP 200");
  const auto closed = outbound({{}, {}});
  CHECK(refused(*closed, "http://localhost" + port + "/api/v1/quick") == "http.outbound_address");  // known when its name is resolved
  CHECK(refused(*closed, "https://localhost" + port + "/") == "http.outbound_address");
  CHECK(closed->check("https://localhost/").ok());
  CHECK(Outbound::create({{"10.0.0.0/40"}, {}}).error().id == "http.bad_network");
}

TEST_CASE("a redirect is an answer, not a way") {
  Router router;
  std::atomic<int> n_reached = 0;
  REQUIRE(router
              .add(route("GET", "/api/v1/away", "away"),
                   [](Request&) -> Result<Response> {
                     Response response = Response::no_content();
                     response.status = 302;
                     response.headers.emplace_back("location", "/api/v1/inside");
                     return response;
                   })
              .ok());
  REQUIRE(router
              .add(route("GET", "/api/v1/inside", "inside"),
                   [&](Request&) -> Result<Response> {
                     ++n_reached;
                     return Response::no_content();
                   })
              .ok());
  const auto server = started({}, std::move(router));
  CHECK(refused(*outbound(), "http://" + test::address_of(*server) + "/api/v1/away") == "HTTP 302");
  CHECK(n_reached == 0);
}

TEST_CASE("who does not answer is given up, and a stop ends what is under way") {
  const auto gate = std::make_shared<Gate>();
  const auto server = started({}, make_router(gate));
  const auto out = outbound();
  OutboundRequest request;
  request.url = "http://" + test::address_of(*server) + "/api/v1/patient";
  request.timeout = std::chrono::milliseconds(100);
  CHECK(out->call(request).error().id == "http.outbound_timeout");
  request.timeout = std::chrono::seconds(30);
  auto waiting = std::async(std::launch::async, [&] { return out->call(request).error().id; });
  CHECK(becomes_true([&] { return gate->n_waiting >= 2; }));
  out->stop();
  CHECK(waiting.get() == "http.outbound_stopped");
  CHECK(refused(*out, request.url) == "http.outbound_stopped");
  gate->opened.set_value();
}

TEST_CASE("who is not there is told so, and TLS without a trusted certificate is refused") {
  const auto server = started({}, make_router());
  const std::string address = test::address_of(*server);
  const auto out = outbound();
  CHECK(refused(*out, "http://127.0.0.1:1/") == "http.outbound_failed");
  CHECK(refused(*out, "https://" + address + "/") == "http.outbound_tls");
}
