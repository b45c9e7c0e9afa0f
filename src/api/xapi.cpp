// SPDX-License-Identifier: Apache-2.0
#include "api/xapi.h"

#include <algorithm>
#include <ctime>

#include "audit/read_log.h"
#include "base/log.h"
#include "base/text.h"
#include "events/courses.h"
#include "events/values.h"

namespace banmo::api {
namespace {

// Fields of an alternate request that are headers; all others are parameters.
constexpr std::string_view kHeaderFields[] = {
    "authorization", "x-experience-api-version", "content-type",    "content-length",           "if-match", "if-none-match",
    "accept",        "accept-language",          "accept-encoding", "content-transfer-encoding"};

Error bad_request(Message message, std::string where = {}) {
  return fail(ErrorCode::invalid, "xapi.bad_request", std::move(message), std::move(where));
}

Error wrong_method(std::string_view method) {
  return fail(ErrorCode::invalid, "xapi.bad_method",
              {"此资源不支持 " + std::string(method), std::string(method) + " is not possible on this resource"}, "query.method");
}

std::string answered_version(const XapiCall& call) { return call.version == events::Version::v1_0 ? "1.0.3" : "2.0.0"; }

Result<> read_version(XapiCall& call) {
  const std::string text = call.header("x-experience-api-version");
  const auto version = events::version_of(text);
  if (text.starts_with("1.")) call.version = events::Version::v1_0;
  if (text.empty() && call.key != nullptr) call.version = call.engines.events->last_version(*call.key);
  if (!version)
    return bad_request({"请求头 X-Experience-API-Version 须为 1.0.x 或 2.0.x", "the header X-Experience-API-Version must be 1.0.x or 2.0.x"},
                       "header.X-Experience-API-Version");
  call.version = *version;
  if (call.key != nullptr) call.engines.events->note_version(*call.key, call.version);
  return {};
}

Result<> add_parameter(XapiCall& call, std::string name, std::string value) {
  if (call.parameters.emplace(name, std::move(value)).second) return {};
  return bad_parameter(name, {"参数只能出现一次", "a parameter stands only once"});
}

bool is_form(const XapiCall& call) { return text::lower_ascii(call.header("content-type")).starts_with("application/x-www-form-urlencoded"); }

// POST ?method=PUT with headers, parameters and content in a form (xAPI 1.0.3 Communication 1.3).
Result<> read_alternate(XapiCall& call, const std::string& method) {
  if (call.request.query.size() != 1)
    return bad_request({"替代语法的地址里只能有 method 参数", "the address of an alternate request has the parameter method alone"}, "query");
  for (const std::string& piece : text::split(call.request.body, '&')) {
    const size_t equals = piece.find('=');
    const auto name = http::percent_decode(piece.substr(0, equals), true);
    auto value = http::percent_decode(equals == std::string::npos ? std::string() : piece.substr(equals + 1), true);
    if (!name || !value) return bad_request({"表单无法解读，请检查 % 转义", "the form cannot be read: check its % escapes"});
    const std::string lower = text::lower_ascii(*name);
    if (lower == "content") {
      call.kept_body = *std::move(value);
    } else if (std::find(std::begin(kHeaderFields), std::end(kHeaderFields), lower) != std::end(kHeaderFields)) {
      call.headers[lower] = *std::move(value);
    } else {
      BANMO_DO(add_parameter(call, *name, *std::move(value)));
    }
  }
  if (const auto type = call.headers.find("content-type"); type != call.headers.end() && is_form(call)) type->second = "application/json";
  call.body = call.kept_body;
  call.method = method;
  return {};
}

Result<> read_call(XapiCall& call) {
  for (const auto& [name, value] : call.request.headers) call.headers.emplace(name, value);
  call.method = call.request.method == "HEAD" ? "GET" : call.request.method;
  call.body = call.request.body;
  const std::string alternate(call.request.query_value("method"));
  const bool is_alternate = call.method == "POST" && !alternate.empty();
  const std::string outer_version = call.header("x-experience-api-version");
  if (is_alternate) {
    if (outer_version.starts_with("2.")) {
      return bad_request({"2.0 版不再支持替代语法", "version 2.0 has no alternate syntax any more"}, "query.method");
    }
    if (!is_form(call)) return bad_request({"替代语法须以表单发送", "an alternate request is sent as a form"}, "header.Content-Type");
    call.version = events::Version::v1_0;
    BANMO_DO(read_alternate(call, alternate));
    if (call.header("x-experience-api-version").starts_with("2."))
      return bad_request({"2.0 版不再支持替代语法", "version 2.0 has no alternate syntax any more"}, "query.method");
    return {};
  }
  for (const auto& [name, value] : call.request.query) BANMO_DO(add_parameter(call, name, value));
  return {};
}

int status_for(const Error& error) {
  if (error.id == "events.precondition_failed") return 412;
  if (error.code == ErrorCode::invalid || error.code == ErrorCode::unsupported) return 400;
  return http::status_of(error.code);
}

http::Response refused(const Error& error, const http::Request& request) {
  const int status = status_for(error);
  if (status >= 500) BANMO_LOG(error, "xapi.failed", {"request_id", request.request_id}, {"code", error.id}, {"cause", error.cause});
  http::Response response = http::problem_with_status(status, error, request);
  if (status != 401) return response;
  std::erase_if(response.headers, [](const auto& header) { return header.first == "www-authenticate"; });
  response.headers.emplace_back("www-authenticate", "Basic realm=\"xAPI\", charset=\"UTF-8\"");
  return response;
}

Result<http::Response> run(const XapiResource& resource, XapiCall& call) {
  auto read = read_call(call);
  Result<> known;
  if (!resource.is_open) {
    auto key = key_of(call.engines, call.header("authorization"), call.request.peer);
    if (key.ok())
      call.key = *std::move(key);
    else
      known = key.error();
  }
  if (!resource.is_open || !call.header("x-experience-api-version").empty()) BANMO_DO(read_version(call));
  BANMO_DO(std::move(read));
  BANMO_DO(std::move(known));
  const auto handler = resource.methods.find(call.method);
  if (handler == resource.methods.end()) return wrong_method(call.method);
  return handler->second(call);
}

http::Response answer(const XapiResource& resource, const Engines& engines, http::Request& request) {
  XapiCall call(engines, request);
  auto result = run(resource, call);
  http::Response response = result.ok() ? *std::move(result) : refused(result.error(), request);
  if (call.key != nullptr) engines.events->note_request(*call.key, response.status >= 400);
  allow_other_sites(response);
  // A document is what some tool or pupil stored, of whatever type: opened as a page it must be able to do nothing on this origin.
  response.headers.emplace_back("content-security-policy", "sandbox; default-src 'none'");
  response.headers.emplace_back("x-experience-api-version", answered_version(call));
  if (resource.path == "/xapi/statements")
    response.headers.emplace_back("x-experience-api-consistent-through", engines.events->consistent_through().to_iso());
  return response;
}

std::vector<http::Parameter> declared(const std::vector<std::string>& names) {
  std::vector<http::Parameter> parameters;
  for (const std::string& name : names)
    parameters.push_back({.name = name, .schema = json::Object{{"type", "string"}}, .description = "As the xAPI specification says."});
  return parameters;
}

}  // namespace

Result<std::shared_ptr<const events::Key>> key_of(const Engines& engines, std::string_view authorization, const std::string& peer) {
  if (authorization.starts_with("Bearer ")) return engines.events->authenticate("", authorization.substr(7), peer);
  const Error none =
      fail(ErrorCode::unauthenticated, "xapi.no_key", {"请以密钥认证（Basic 或 Bearer）", "authenticate with a key (Basic or Bearer)"});
  if (!authorization.starts_with("Basic ")) return none;
  const auto pair = crypto::from_base64(authorization.substr(6));
  const std::string text = pair ? std::string(pair->begin(), pair->end()) : std::string();
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0) return none;
  if (text.starts_with(events::Courses::kSessionName))
    return engines.courses->authenticate(text.substr(0, colon), std::string_view(text).substr(colon + 1));
  return engines.events->authenticate(text.substr(0, colon), std::string_view(text).substr(colon + 1), peer);
}

std::string XapiCall::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}
std::string XapiCall::parameter(std::string_view name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

// Whoever calls shows a key of its own in each request; no cookie counts here, so no site gains anything by a visitor's browser.
void allow_other_sites(http::Response& response) {
  response.headers.emplace_back("access-control-allow-origin", "*");
  response.headers.emplace_back("access-control-expose-headers",
                                "ETag, Last-Modified, X-Experience-API-Version, X-Experience-API-Consistent-Through, X-Experience-API-Hash");
}

void add_preflight(Builder& builder, const std::string& path, std::string operation) {
  http::Route route;
  route.method = "OPTIONS";
  route.path = path;
  route.operation = std::move(operation);
  route.summary = {"跨域预检", "Whether another site's page may ask"};
  builder.foreign(std::move(route), [](const Engines&, http::Request&) {
    http::Response response = http::Response::no_content();
    allow_other_sites(response);
    response.headers.emplace_back("access-control-allow-methods", "GET, PUT, POST, DELETE, HEAD");
    response.headers.emplace_back("access-control-allow-headers",
                                  "Authorization, Content-Type, X-Experience-API-Version, If-Match, If-None-Match, Accept-Language");
    response.headers.emplace_back("access-control-max-age", "3600");
    return response;
  });
}

void add_xapi_resource(Builder& builder, XapiResource resource, std::vector<XapiRoute> routes) {
  const auto shared = std::make_shared<const XapiResource>(std::move(resource));
  const bool has_post = std::any_of(routes.begin(), routes.end(), [](const XapiRoute& route) { return route.method == "POST"; });
  if (!has_post)
    routes.push_back({"POST",
                      routes.front().operation + "_by_form",
                      {"以表单发送的请求（1.0.3 替代语法）", "A request sent as a form (alternate syntax of 1.0.3)"},
                      {"method"}});
  add_preflight(builder, shared->path, routes.front().operation + "_preflight");
  for (XapiRoute& one : routes) {
    http::Route route;
    route.method = std::move(one.method);
    route.path = shared->path;
    route.operation = std::move(one.operation);
    route.summary = std::move(one.summary);
    route.parameters = declared(one.parameters);
    if (route.method == "PUT" || route.method == "POST") {
      route.body = http::BodyKind::any;
      route.max_body_bytes = builder.engines().events->options().max_body_bytes;
    }
    builder.foreign(std::move(route), [shared](const Engines& engines, http::Request& request) { return answer(*shared, engines, request); });
  }
}

Result<> note_read(const XapiCall& call, std::string kind, size_t n) {
  if (call.engines.reads == nullptr || n == 0) return {};
  std::string what;
  for (const auto& parameter : call.parameters) what += (what.empty() ? "by " : ", ") + parameter.first;
  return call.engines.reads->note({call.engines.clock->now(), call.by().key, "xapi.read", std::move(kind), std::move(what), static_cast<int64_t>(n)});
}

Error bad_parameter(std::string_view name, Message message) {
  return fail(ErrorCode::invalid, "xapi.bad_parameter", std::move(message), "query." + std::string(name));
}

Result<> check_parameters(const XapiCall& call, std::initializer_list<std::string_view> known, std::initializer_list<std::string_view> required) {
  for (const auto& parameter : call.parameters) {
    const bool is_known = std::find(known.begin(), known.end(), parameter.first) != known.end() ||
                          std::find(required.begin(), required.end(), parameter.first) != required.end();
    if (!is_known) return bad_parameter(parameter.first, {"规范中没有这个参数", "the specification knows no such parameter here"});
  }
  for (const std::string_view name : required)
    if (!call.has(name)) return bad_parameter(name, {"缺少这个参数", "this parameter is missing"});
  return {};
}

Result<> require_scope(const XapiCall& call, std::initializer_list<events::KeyScope> any_of) {
  if (std::any_of(any_of.begin(), any_of.end(), [&](events::KeyScope scope) { return call.by().may(scope); })) return {};
  const std::string name(events::name_of(*any_of.begin()));
  return fail(ErrorCode::denied, "xapi.no_scope", {"这个密钥没有范围 " + name, "this key lacks the scope " + name});
}

Result<json::Value> agent_in(const XapiCall& call, std::string_view name) {
  auto value = json::read(call.parameter(name));
  if (!value.ok()) return bad_parameter(name, {"须为 JSON 对象", "must be a JSON object"});
  BANMO_TRY(const std::string ifi, events::Events::identifier_of(*value));
  if (ifi.empty()) return bad_parameter(name, {"匿名组没有标识，不能用于查询", "an anonymous group has no identifier to ask by"});
  return *std::move(value);
}
Result<std::string> agent_ifi(const XapiCall& call, std::string_view name) {
  BANMO_TRY(const json::Value agent, agent_in(call, name));
  return events::Events::identifier_of(agent);
}

Result<std::string> iri_in(const XapiCall& call, std::string_view name) {
  const std::string text = call.parameter(name);
  if (call.has(name) && !events::is_iri(text)) return bad_parameter(name, {"须为 IRI", "must be an IRI"});
  return text;
}
Result<std::string> uuid_in(const XapiCall& call, std::string_view name) {
  const std::string text = call.parameter(name);
  if (call.has(name) && !events::is_uuid(text)) return bad_parameter(name, {"须为 UUID", "must be a UUID"});
  return text;
}
Result<std::optional<Instant>> time_in(const XapiCall& call, std::string_view name) {
  if (!call.has(name)) return std::optional<Instant>();
  const auto at = events::timestamp_of(call.parameter(name));
  if (!at) return bad_parameter(name, {"须为 ISO 8601 时间", "must be an ISO 8601 time"});
  return at;
}
Result<bool> flag_in(const XapiCall& call, std::string_view name) {
  const std::string text = call.parameter(name);
  if (call.has(name) && text != "true" && text != "false") return bad_parameter(name, {"须为 true 或 false", "must be true or false"});
  return text == "true";
}

std::string http_date(Instant at) {
  const std::time_t seconds = at.micros / 1'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

}  // namespace banmo::api
