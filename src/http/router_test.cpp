// SPDX-License-Identifier: Apache-2.0
// Routes, parameters, problems and OpenAPI, in process.
#include <doctest/doctest.h>

#include <set>

#include "base/log.h"
#include "http/answer.h"
#include "http/http.h"
#include "http/openapi.h"
#include "http/problem.h"

using namespace banmo;
using namespace banmo::http;
using json::Array;
using json::Object;
using json::Value;

namespace {

Route made(std::string method, std::string path, std::string operation) {
  Route route;
  route.method = std::move(method);
  route.path = std::move(path);
  route.operation = std::move(operation);
  route.tag = "orgs";
  route.summary = {"试验", "A test"};
  route.permission = "public";
  return route;
}

Handler says(std::string text) {
  return [text](Request& request) -> Result<Response> {
    Object out{{"handler", text}};
    for (const auto& [name, value] : request.path_parameters) out.set(name, value);
    return Response::json(std::move(out));
  };
}

std::string ask(const Router& router, const std::string& method, const std::string& target) {
  auto request = request_of(method, target);
  REQUIRE(request.ok());
  return router.handle(*request).body;
}

Response refused(const Router& router, const std::string& target) {
  auto request = request_of("GET", target);
  REQUIRE(request.ok());
  return router.handle(*request);
}

std::string text_at(const Response& response, std::string_view name) {
  const auto value = json::read(response.body);
  REQUIRE(value.ok());
  const Value* found = value->find(name);
  return found && found->as_string() ? *found->as_string() : std::string{};
}

const Value& at(const Value& value, std::initializer_list<const char*> names) {
  const Value* found = &value;
  for (const char* name : names) {
    found = found->find(name);
    REQUIRE_MESSAGE(found != nullptr, name);
  }
  return *found;
}

Router with_parameters() {
  Router router;
  Route route = made("GET", "/orgs/{id}", "get_org");
  route.parameters = {
      {"id", ParameterPlace::path, Object{{"type", "string"}, {"format", "uuid"}}, "the organisation", true, false},
      {"limit", ParameterPlace::query, Object{{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}}, "at most so many", false, false},
      {"kind", ParameterPlace::query, Object{{"type", "string"}, {"enum", Array{"school", "class"}}}, "only this kind", false, false},
      {"filter", ParameterPlace::query, Object{{"type", "string"}, {"maxLength", 5}, {"pattern", "^[a-z]+$"}}, "filters", false, true},
      {"on", ParameterPlace::query, Object{{"type", "string"}, {"format", "date"}}, "as of", false, false},
      {"share", ParameterPlace::query, Object{{"type", "number"}, {"maximum", 0.5}}, "share", false, false},
      {"deep", ParameterPlace::query, Object{{"type", "boolean"}}, "deep", false, false},
      {"X-Mode", ParameterPlace::header, Object{{"type", "string"}, {"enum", Array{"fast"}}}, "mode", false, false},
  };
  REQUIRE(router.add(route, says("org")).ok());
  return router;
}

const std::string kOrg = "/orgs/01912d68-783e-7a44-b9c5-b5d2b1d9e8ab";

}  // namespace

TEST_CASE("a literal beats a parameter, and the parameter is tried where the literal ends nowhere") {
  Router router;
  REQUIRE(router.add(made("GET", "/orgs/{id}", "one"), says("one")).ok());
  REQUIRE(router.add(made("GET", "/orgs/top", "top"), says("top")).ok());
  REQUIRE(router.add(made("GET", "/orgs/top/history", "top_history"), says("top_history")).ok());
  REQUIRE(router.add(made("GET", "/orgs/{id}/people", "people"), says("people")).ok());
  REQUIRE(router.add(made("POST", "/orgs/{org}", "post"), says("post")).ok());
  CHECK(ask(router, "GET", "/orgs/7") == R"({"handler":"one","id":"7"})");
  CHECK(ask(router, "POST", "/orgs/7") == R"({"handler":"post","org":"7"})");
  CHECK(ask(router, "GET", "/orgs/top") == R"({"handler":"top"})");
  CHECK(ask(router, "GET", "/orgs/top/people") == R"({"handler":"people","id":"top"})");
  CHECK(ask(router, "GET", "/orgs/a%2Fb/people") == R"({"handler":"people","id":"a/b"})");
  CHECK(ask(router, "GET", "/orgs/%74op") == R"({"handler":"top"})");
  CHECK(refused(router, "/orgs//people").status == 404);
  CHECK(refused(router, "/orgs/7/").status == 404);
  CHECK(refused(router, "/" + std::string(200, '/')).status == 404);
  CHECK(router.find("HEAD", "/orgs/7")->operation == "one");
  CHECK(router.find("PUT", "/orgs/7") == nullptr);
}

TEST_CASE("the rest of a path is one parameter, at least one segment, and anything else is tried before it") {
  Router router;
  REQUIRE(router.add(made("GET", "/files/{token}/{path...}", "rest"), says("rest")).ok());
  REQUIRE(router.add(made("GET", "/files/{token}/list", "list"), says("list")).ok());
  CHECK(ask(router, "GET", "/files/7/a/b%20c/d.html") == R"({"handler":"rest","path":"a/b c/d.html","token":"7"})");
  CHECK(ask(router, "GET", "/files/7/list") == R"({"handler":"list","token":"7"})");
  CHECK(ask(router, "GET", "/files/7/list/more") == R"({"handler":"rest","path":"list/more","token":"7"})");
  CHECK(ask(router, "GET", "/files/7").find("http.not_found") != std::string::npos);
  const std::string document = json::write(router.openapi("t", "1"));
  CHECK(document.find(R"("/files/{token}/{path}")") != std::string::npos);
}

TEST_CASE("a request without encoded_path is matched by its plain path") {
  Router router;
  REQUIRE(router.add(made("GET", "/orgs/{id}", "one"), says("one")).ok());
  Request request;
  request.method = "GET";
  request.path = "/orgs/100%";
  CHECK(router.handle(request).body == R"({"handler":"one","id":"100%"})");
}

TEST_CASE("routes that cannot be meant are refused") {
  Router router;
  REQUIRE(router.add(made("GET", "/orgs/{id}", "one"), says("one")).ok());
  CHECK(router.add(made("GET", "/orgs/{other}", "two"), says("")).error().message.en == "the method and path are taken");
  CHECK(router.add(made("GET", "/else", "one"), says("")).error().message.en == "the operation's name is taken");
  CHECK(router.add(made("GET", "else", "three"), says("")).error().message.en == "a path starts with / and has at most 32 segments");
  CHECK(router.add(made("GET", "/three", "three"), {}).error().message.en == "the operation's name or the handler is missing");
  Route undeclared = made("GET", "/four", "four");
  undeclared.parameters = {{"id", ParameterPlace::path, {}, "", true, false}};
  CHECK(router.add(undeclared, says("")).error().to_string() ==
        "GET /four four: a declared path parameter is not in the path (声明的路径参数不在路径中) [http.bad_route]");
  Route pattern = made("GET", "/five", "five");
  pattern.parameters = {{"q", ParameterPlace::query, Object{{"type", "string"}, {"pattern", "("}}, "", false, false}};
  CHECK(router.add(pattern, says("")).error().message.en == "the pattern of a parameter is no regular expression: (");
}

TEST_CASE("parameters that fit pass") {
  const Router router = with_parameters();
  auto request = request_of("GET", kOrg + "?limit=1000&kind=school&filter=ab&filter=cd&on=2024-02-29&share=0.25&deep=true");
  REQUIRE(request.ok());
  request->headers = {{"x-mode", "fast"}};
  CHECK(router.handle(*request).status == 200);
}

TEST_CASE("a parameter that does not fit is named with what would fit") {
  const Router router = with_parameters();
  const std::pair<const char*, const char*> cases[] = {
      {"?limit=0", "the parameter \"limit\" is wrong: it must be at least 1"},
      {"?limit=1001", "the parameter \"limit\" is wrong: it must be at most 1000"},
      {"?limit=1.5", "the parameter \"limit\" is wrong: it must be a whole number"},
      {"?limit=", "the parameter \"limit\" is wrong: it must be a whole number"},
      {"?limit=99999999999999999999", "the parameter \"limit\" is wrong: it must be a whole number"},
      {"?kind=town", "the parameter \"kind\" is wrong: it must be one of: school, class"},
      {"?filter=abcdef", "the parameter \"filter\" is wrong: it takes at most 5 characters"},
      {"?filter=AB", "the parameter \"filter\" is wrong: it must match ^[a-z]+$"},
      {"?on=2023-02-29", "the parameter \"on\" is wrong: it must be a date such as 2026-11-21"},
      {"?share=0.6", "the parameter \"share\" is wrong: it must be at most 0.5"},
      {"?share=nan", "the parameter \"share\" is wrong: it must be a number"},
      {"?deep=1", "the parameter \"deep\" is wrong: it must be true or false"},
      {"?limit=1&limit=2", "the parameter \"limit\" may stand only once"},
      {"?limt=1", "there is no query parameter \"limt\"; known are: limit, kind, filter, on, share, deep"},
  };
  for (const auto& [query, message] : cases) {
    CAPTURE(query);
    const Response response = refused(router, kOrg + query);
    CHECK(response.status == 422);
    CHECK(text_at(Response::json(*json::read(response.body)->find("detail")), "en") == message);
  }
  CHECK(text_at(refused(router, kOrg + "?limt=1"), "code") == "http.unknown_parameter");
  CHECK(text_at(refused(router, kOrg + "?limt=1"), "where") == "query.limt");
  CHECK(text_at(refused(router, "/orgs/7"), "title") == "参数“id”有误：须为 UUID");
}

TEST_CASE("several findings are all told") {
  const Router router = with_parameters();
  const Response response = refused(router, kOrg + "?limit=0&kind=town&other=1");
  const auto value = json::read(response.body);
  REQUIRE(value.ok());
  CHECK(value->find("errors")->as_array()->size() == 3);
}

TEST_CASE("a required parameter is missed, and an object parameter takes any name") {
  Router router;
  Route route = made("GET", "/dashboards/{id}", "dashboard");
  route.parameters = {
      {"filters", ParameterPlace::query, Object{{"type", "object"}, {"additionalProperties", Object{{"type", "string"}}}}, "filters", false, false},
      {"as_of", ParameterPlace::query, Object{{"type", "string"}}, "time", true, false}};
  REQUIRE(router.add(route, says("d")).ok());
  CHECK(refused(router, "/dashboards/x?district=1&as_of=2").status == 200);
  CHECK(text_at(refused(router, "/dashboards/x?district=1"), "code") == "http.missing_parameter");
}

TEST_CASE("the guard runs before parameters are looked at, and may refuse or tell who calls") {
  Router router = with_parameters();
  router.set_guard([](const Route& route, Request& request) -> Result<> {
    if (request.header("authorization").empty()) return fail(ErrorCode::unauthenticated, "session.none", {"请先登录", "sign in first"});
    request.principal = route.operation;
    return {};
  });
  const Response response = refused(router, kOrg + "?limit=0");
  CHECK(response.status == 401);
  CHECK(header_of(response, "www-authenticate") == "Bearer");
  auto request = request_of("GET", kOrg);
  request->headers = {{"authorization", "Bearer x"}};
  CHECK(router.handle(*request).status == 200);
  CHECK(std::any_cast<std::string>(request->principal) == "get_org");
}

TEST_CASE("a JSON route refuses other kinds of body") {
  Router router;
  Route route = made("POST", "/orgs", "create");
  route.body = BodyKind::json;
  REQUIRE(router.add(route, says("created")).ok());
  for (const auto& [type, status] :
       {std::pair("application/json; charset=utf-8", 200), std::pair("application/merge-patch+json", 200), std::pair("text/plain", 415)}) {
    auto request = request_of("POST", "/orgs");
    request->headers = {{"content-type", type}};
    CHECK(router.handle(*request).status == status);
  }
  CHECK(ask(router, "POST", "/orgs") == R"({"handler":"created"})");
}

TEST_CASE("each error code has its status") {
  Request request;
  const auto status = [&](ErrorCode code) { return problem(fail(code, "a.b", {"中", "e"}), request).status; };
  CHECK(status(ErrorCode::invalid) == 422);
  CHECK(status(ErrorCode::not_found) == 404);
  CHECK(status(ErrorCode::denied) == 403);
  CHECK(status(ErrorCode::conflict) == 409);
  CHECK(status(ErrorCode::unauthenticated) == 401);
  CHECK(status(ErrorCode::too_large) == 413);
  CHECK(status(ErrorCode::too_many) == 429);
  CHECK(status(ErrorCode::unavailable) == 503);
  CHECK(status(ErrorCode::timeout) == 504);
  CHECK(status(ErrorCode::unsupported) == 415);
  CHECK(status(ErrorCode::storage_full) == 507);
  CHECK(status(ErrorCode::internal) == 500);
  CHECK(problem(json::read("{").error(), request).status == 400);
  CHECK(header_of(problem(fail(ErrorCode::too_many, "a.b", {}), request), "retry-after") == "30");
}

TEST_CASE("a problem shows where and the details, never the cause") {
  Request request;
  request.request_id = "r1";
  Error error = fail(ErrorCode::invalid, "pack.bad", {"有误", "wrong"}, "$.a", "the secret");
  error.details.push_back(fail(ErrorCode::invalid, "pack.worse", {"更糟", "worse"}, "$.a.b", "another secret"));
  CHECK(
      problem(error, request).body ==
      R"({"type":"urn:banmo:problem:pack.bad","title":"有误","status":422,"code":"pack.bad","detail":{"zh":"有误","en":"wrong"},"where":"$.a","request_id":"r1",)"
      R"("errors":[{"where":"$.a.b","code":"pack.worse","detail":{"zh":"更糟","en":"worse"}}]})");
}

TEST_CASE("the language is the one with the higher quality, Chinese if neither") {
  CHECK(asks_for_english("en"));
  CHECK(asks_for_english("en-US,en;q=0.9,zh-CN;q=0.8"));
  CHECK_FALSE(asks_for_english("zh-CN,zh;q=0.9,en;q=0.8"));
  CHECK_FALSE(asks_for_english("fr, *;q=0.1"));
  CHECK_FALSE(asks_for_english("en;q=0"));
  CHECK_FALSE(asks_for_english(""));
}

TEST_CASE("cookies are found by their whole name") {
  Request request;
  request.headers = {{"cookie", "xbanmo=1; banmo_session=abc=; other=2"}, {"cookie", "late=3"}};
  CHECK(request.cookie("banmo_session") == "abc=");
  CHECK(request.cookie("late") == "3");
  CHECK(request.cookie("banmo") == "");
}

TEST_CASE("percent-encoding turns into itself") {
  CHECK(percent_encode("a b/班~1") == "a%20b%2F%E7%8F%AD~1");
  CHECK(percent_decode(percent_encode("a b/班~1+%")) == "a b/班~1+%");
  CHECK_FALSE(percent_decode("%4"));
  CHECK_FALSE(percent_decode("%g0"));
  CHECK(request_of("GET", "/a?x=%").error().id == "http.bad_target");
  CHECK(request_of("GET", "a").error().id == "http.bad_target");
}

TEST_CASE("events are written as the standard asks, and names cannot break out") {
  CHECK(format_events({{"row", "a\nb"}, {"", "c"}}) == "event: row\ndata: a\ndata: b\n\ndata: c\n\n");
  CHECK(format_events({{"x\ndata: evil", "1\r2"}}) == "event: x data: evil\ndata: 1 2\n\n");
}

TEST_CASE("OpenAPI declares every path parameter, response and schema that is used, and no other") {
  Router router = with_parameters();
  Route post = made("POST", "/orgs/{id}/move", "move_org");
  post.body = BodyKind::json;
  post.permission = "orgs.manage";
  post.body_schema = Object{{"$ref", "#/components/schemas/Move"}};
  post.answer_schema = Object{{"$ref", "#/components/schemas/Org"}};
  post.problem_codes = {"directory.cycle"};
  REQUIRE(router.add(post, says("move")).ok());
  Route upload = made("POST", "/datasets/{id}/import", "import_rows");
  upload.body = BodyKind::upload;
  upload.permission = "datasets.import";
  upload.answer_status = 202;
  REQUIRE(router.add(upload, says("import")).ok());
  router.add_schema("Move", Object{{"type", "object"}, {"properties", Object{{"parent", Object{{"$ref", "#/components/schemas/OrgId"}}}}}});
  router.add_schema("OrgId", Object{{"type", "string"}});
  router.add_schema("Org", Object{{"type", "object"}});
  router.add_schema("Unused", Object{{"type", "object"}});
  const Value document = router.openapi("班墨", "0.1.0");
  CHECK(at(document, {"openapi"}) == Value("3.1.0"));
  CHECK(at(document, {"info", "license", "name"}) == Value("Apache-2.0"));
  const Object& schemas = *at(document, {"components", "schemas"}).as_object();
  CHECK(schemas.size() == 4);
  CHECK(schemas.find("OrgId") != nullptr);
  CHECK(schemas.find("Problem") != nullptr);
  CHECK(schemas.find("Unused") == nullptr);
  const Value& move = at(document, {"paths", "/orgs/{id}/move", "post"});
  CHECK(json::write(at(move, {"parameters"})) == R"([{"name":"id","in":"path","description":"id","required":true,"schema":{"type":"string"}}])");
  CHECK(json::write(at(move, {"security"})) == R"([{"session_cookie":[]},{"bearer_token":[]}])");
  CHECK(at(move, {"x-summary-en"}) == Value("A test"));
  CHECK(at(move, {"responses", "default", "description"}) == Value("Any other problem. Codes of this operation: `directory.cycle`."));
  CHECK(at(move, {"responses", "422", "$ref"}) == Value("#/components/responses/Invalid"));
  CHECK(json::write(at(document, {"paths", "/orgs/{id}", "get", "security"})) == "[]");
  const Value& filter = (*at(document, {"paths", "/orgs/{id}", "get", "parameters"}).as_array())[3];
  CHECK(at(filter, {"schema", "type"}) == Value("array"));
  at(document, {"paths", "/datasets/{id}/import", "post", "requestBody", "content", "multipart/form-data", "schema", "properties", "file"});
  at(document, {"paths", "/datasets/{id}/import", "post", "responses", "202"});
}
