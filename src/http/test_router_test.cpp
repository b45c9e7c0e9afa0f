// SPDX-License-Identifier: Apache-2.0
#include "http/test_router.h"

#include <doctest/doctest.h>

namespace banmo::http::test {
namespace {

json::Value echo_of(const Request& request) {
  json::Object query;
  for (const auto& [name, value] : request.query) query.set(name, value);
  return json::Object{
      {"method", request.method}, {"path", request.path},     {"query", std::move(query)},        {"body", request.body},
      {"peer", request.peer},     {"secure", request.secure}, {"request_id", request.request_id}, {"english", request.prefers_english}};
}

}  // namespace

Router make_router(std::shared_ptr<Gate> gate) {
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

}  // namespace banmo::http::test
