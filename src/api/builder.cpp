// SPDX-License-Identifier: Apache-2.0
#include "api/builder.h"

#include <any>
#include <charconv>

#include "api/idempotency.h"

namespace banmo::api {
namespace {

json::Value text_schema(int max_length) { return json::Object{{"type", "string"}, {"maxLength", max_length}}; }

const directory::Principal& nobody() {
  static const directory::Principal principal;  // no grants: sees nothing
  return principal;
}

// The names in braces of a path.
std::vector<std::string> names_in(std::string_view path) {
  std::vector<std::string> names;
  for (size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
    const size_t close = path.find('}', open);
    names.emplace_back(path.substr(open + 1, close - open - 1));
  }
  return names;
}

}  // namespace

int Call::integer(std::string_view name, int if_absent) const {
  const std::string_view value = request.query_value(name);
  int number = if_absent;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

Result<int64_t> Call::cursor() const {
  const std::string_view value = request.query_value("after");
  int64_t number = 0;
  if (value.empty()) return number;
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (code == std::errc() && end == value.data() + value.size() && number > 0) return number;
  return fail(ErrorCode::invalid, "http.bad_cursor",
              {"after 不是上一页给出的值，请从第一页重新开始", "after is not a value of the page before: begin at the first page"}, "after");
}

std::string Call::path(std::string_view name) const {
  const auto found = request.path_parameters.find(name);
  return found == request.path_parameters.end() ? std::string() : found->second;
}

http::Parameter text_parameter(std::string name, std::string description, int max_length) {
  return {.name = std::move(name), .schema = text_schema(max_length), .description = std::move(description)};
}

http::Parameter choice_parameter(std::string name, std::string description, std::vector<std::string> values) {
  json::Array choices(values.begin(), values.end());
  return {.name = std::move(name), .schema = json::Object{{"type", "string"}, {"enum", std::move(choices)}}, .description = std::move(description)};
}

http::Parameter repeated_parameter(std::string name, std::string description) {
  return {.name = std::move(name), .schema = text_schema(1000), .description = std::move(description), .repeated = true};
}

http::Parameter flag_parameter(std::string name, std::string description) {
  return {.name = std::move(name), .schema = json::Object{{"type", "boolean"}}, .description = std::move(description)};
}

std::vector<http::Parameter> page_parameters(std::vector<http::Parameter> more) {
  more.push_back({.name = "limit",
                  .schema = json::Object{{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}, {"default", 50}},
                  .description = "Items on a page."});
  more.push_back(text_parameter("after", "`next` of the page before.", 2000));
  return more;
}

http::Route Builder::begin(Declaration declaration) {
  http::Route route;
  route.method = std::move(declaration.method);
  route.path = "/api/v1" + declaration.path;
  route.operation = std::move(declaration.operation);
  route.tag = tag_;
  route.summary = std::move(declaration.summary);
  route.permission = std::move(declaration.permission);
  route.answer_status = declaration.answer_status;
  route.quick = declaration.quick;
  route.timeout_ms = declaration.timeout_ms;
  route.max_upload_bytes = declaration.max_upload_bytes;
  for (std::string& name : names_in(route.path))
    route.parameters.push_back(
        {.name = std::move(name), .place = http::ParameterPlace::path, .schema = text_schema(500), .description = "Which one.", .required = true});
  for (http::Parameter& parameter : declaration.parameters) route.parameters.push_back(std::move(parameter));
  if (takes_idempotency_key(route)) declare_idempotency_key(route);
  if (std::exchange(upload_next_, false)) route.body = http::BodyKind::upload;
  return route;
}

void Builder::foreign(http::Route route, std::function<http::Response(const Engines&, http::Request&)> handler) {
  route.tag = tag_;
  route.permission = "public";
  route.foreign = true;
  const Engines& engines = engines_;
  auto added = router_.add(std::move(route), [&engines, handler = std::move(handler)](http::Request& request) -> Result<http::Response> {
    return handler(engines, request);
  });
  if (state_.ok() && !added.ok()) state_ = std::move(added);
}

void Builder::add(http::Route route, Inner inner) {
  const int status = route.answer_status;
  const Engines& engines = engines_;
  const bool creates = takes_idempotency_key(route);
  auto added = router_.add(std::move(route), [&engines, inner = std::move(inner), status, creates](http::Request& request) -> Result<http::Response> {
    const auto* principal = std::any_cast<std::shared_ptr<const directory::Principal>>(&request.principal);
    std::vector<std::pair<std::string, std::string>> headers;
    const Call call{engines, principal != nullptr ? **principal : nobody(), request, headers};
    const auto answer = [&]() -> Result<http::Response> {
      BANMO_TRY(http::Response response, inner(call, status));
      for (auto& header : headers) response.headers.push_back(std::move(header));
      return response;
    };
    return creates ? once(call, answer) : answer();
  });
  if (state_.ok() && !added.ok()) state_ = std::move(added);
}

}  // namespace banmo::api
