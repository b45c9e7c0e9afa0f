// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <exception>

#include "base/deadline.h"
#include "base/log.h"
#include "http/http.h"
#include "http/openapi.h"
#include "http/parameter.h"
#include "http/problem.h"

namespace banmo::http {
namespace {

constexpr size_t kMaxSegments = 32;

// One segment of the trie. A literal beats the parameter; if the way of the literal ends nowhere, the parameter's is tried.
struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::unique_ptr<Node> rest;                          // "{name...}": all segments that are left, one at least
  std::map<std::string, size_t, std::less<>> methods;  // to the number of the route
};

struct Match {
  const Node* node = nullptr;
  std::vector<std::string> values;  // of the parameters, in order
};

bool is_rest(std::string_view segment) { return segment.starts_with('{') && segment.ends_with("...}"); }
bool is_parameter(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (segments.size() <= kMaxSegments) {
    const size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return segments;
}

bool descend(const Node& node, const std::vector<std::string>& segments, size_t at, Match& match) {
  if (at == segments.size()) {
    if (node.methods.empty()) return false;
    match.node = &node;
    return true;
  }
  if (const auto next = node.literals.find(segments[at]); next != node.literals.end() && descend(*next->second, segments, at + 1, match)) return true;
  if (node.parameter && !segments[at].empty()) {
    match.values.push_back(segments[at]);
    if (descend(*node.parameter, segments, at + 1, match)) return true;
    match.values.pop_back();
  }
  if (!node.rest || segments.size() > kMaxSegments) return false;
  std::string rest = segments[at];
  for (size_t i = at + 1; i < segments.size(); ++i) rest += "/" + segments[i];
  match.values.push_back(std::move(rest));
  match.node = node.rest.get();
  return true;
}

std::optional<std::vector<std::string>> decoded_segments(std::string_view path) {
  std::vector<std::string> decoded;
  for (const std::string_view segment : segments_of(path)) {
    auto text = percent_decode(segment);
    if (!text) return std::nullopt;
    decoded.push_back(std::move(*text));
  }
  return decoded;
}

const size_t* route_number(const Node& node, std::string_view method) {
  auto found = node.methods.find(method);
  if (found == node.methods.end() && method == "HEAD") found = node.methods.find(std::string_view("GET"));
  return found == node.methods.end() ? nullptr : &found->second;
}

std::string allowed_methods(const Node& node) {
  std::string list;
  for (const auto& item : node.methods) list += item.first + ", ";
  if (node.methods.contains("GET") && !node.methods.contains("HEAD")) list += "HEAD, ";
  return list + "OPTIONS";
}

bool takes_json(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return content_type.empty() || content_type == "application/json" || content_type.ends_with("+json");
}

Result<> check_body_type(const Route& route, const Request& request) {
  if (route.body != BodyKind::json || takes_json(request.header("content-type"))) return {};
  return fail(
      ErrorCode::unsupported, "http.unsupported_media_type",
      {"此接口只接受 JSON：请以 Content-Type: application/json 发送", "only JSON is taken here: send it with Content-Type: application/json"});
}

void log_failure(const Error& error, const Request& request) {
  BANMO_LOG(error, "http.failed", {"request_id", request.request_id}, {"operation", request.route ? request.route->operation : std::string()},
            {"code", error.id}, {"message", error.message.en}, {"cause", error.cause});
}

Response refuse(const Error& error, const Request& request) {
  if (status_of(error.code) >= 500) log_failure(error, request);
  return problem(error, request);
}

Error unexpected(const char* what) {
  return fail(ErrorCode::internal, "http.internal",
              {"服务器内部出错，请凭请求编号联系管理员", "the server failed: give the request id to the administrator"}, {}, what);
}

}  // namespace

struct Router::State {
  struct Entry {
    Handler handler;
    ParameterCheck check;
    std::vector<std::string> names;  // of the path's parameters
  };
  std::vector<Route> routes;
  std::vector<Entry> entries;  // beside routes
  std::map<std::string, json::Value> schemas;
  Guard guard;
  Node root;

  Node& node_at(std::string_view path) {
    Node* node = &root;
    for (const std::string_view segment : segments_of(path)) {
      std::unique_ptr<Node>& next = is_rest(segment) ? node->rest : is_parameter(segment) ? node->parameter : node->literals[std::string(segment)];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
    }
    return *node;
  }

  std::optional<Response> admit(Request& request) const;
};

Router::Router() : state_(std::make_unique<State>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Result<> Router::add(Route route, Handler handler) {
  const auto bad = [&](const char* zh, const char* en) {
    return fail(ErrorCode::invalid, "http.bad_route", {zh, en}, route.method + " " + route.path + " " + route.operation);
  };
  if (!route.path.starts_with('/') || segments_of(route.path).size() > kMaxSegments)
    return bad("路径须以 / 开头，且不超过 32 段", "a path starts with / and has at most 32 segments");
  if (route.operation.empty() || !handler) return bad("缺少操作名或处理函数", "the operation's name or the handler is missing");
  for (const Route& other : state_->routes) {
    if (other.operation == route.operation) return bad("操作名已被使用", "the operation's name is taken");
  }
  State::Entry entry{std::move(handler), {}, names_in_path(route.path)};
  for (const Parameter& parameter : route.parameters) {
    const bool is_in_path = std::find(entry.names.begin(), entry.names.end(), parameter.name) != entry.names.end();
    if (parameter.place == ParameterPlace::path && !is_in_path)
      return bad("声明的路径参数不在路径中", "a declared path parameter is not in the path");
  }
  BANMO_TRY(entry.check, ParameterCheck::create(route));
  Node& node = state_->node_at(route.path);
  if (!node.methods.emplace(route.method, state_->routes.size()).second) return bad("该方法与路径已被使用", "the method and path are taken");
  state_->routes.push_back(std::move(route));
  state_->entries.push_back(std::move(entry));
  return {};
}

void Router::add_schema(std::string name, json::Value schema) { state_->schemas.insert_or_assign(std::move(name), std::move(schema)); }

void Router::set_guard(Guard guard) { state_->guard = std::move(guard); }

json::Value Router::openapi(std::string_view title, std::string_view version) const {
  return openapi_of(state_->routes, state_->schemas, title, version);
}

const std::vector<Route>& Router::routes() const { return state_->routes; }

const Route* Router::find(std::string_view method, std::string_view path) const {
  const auto segments = decoded_segments(path);
  Match match;
  if (!segments || !descend(state_->root, *segments, 0, match)) return nullptr;
  const size_t* number = route_number(*match.node, method);
  return number ? &state_->routes[*number] : nullptr;
}

std::optional<Response> Router::State::admit(Request& request) const {
  if (const std::string_view languages = request.header("accept-language"); !languages.empty()) request.prefers_english = asks_for_english(languages);
  std::optional<std::vector<std::string>> segments;
  if (request.encoded_path.empty()) {
    segments.emplace();
    for (const std::string_view segment : segments_of(request.path)) segments->emplace_back(segment);
  } else {
    segments = decoded_segments(request.encoded_path);
  }
  Match match;
  if (!segments || !descend(root, *segments, 0, match)) {
    return problem(fail(ErrorCode::not_found, "http.not_found", {"没有这个地址，请核对路径", "there is nothing at this address: check the path"}),
                   request);
  }
  const size_t* number = route_number(*match.node, request.method);
  if (!number) {
    const std::string allowed = allowed_methods(*match.node);
    Response response = Response::no_content();
    if (request.method != "OPTIONS") {
      const Message message{"此地址不支持 " + request.method + "；可用：" + allowed,
                            request.method + " is not possible here; possible are: " + allowed};
      response = problem_with_status(405, fail(ErrorCode::unsupported, "http.method_not_allowed", message), request);
    }
    response.headers.emplace_back("allow", allowed);
    return response;
  }
  request.route = &routes[*number];
  const Entry& entry = entries[*number];
  for (size_t i = 0; i < entry.names.size(); ++i) request.path_parameters[entry.names[i]] = std::move(match.values[i]);
  if (guard) {
    if (auto guarded = guard(*request.route, request); !guarded.ok()) return refuse(guarded.error(), request);
  }
  if (request.route->foreign) return std::nullopt;
  if (auto checked = entry.check.check(request); !checked.ok()) return refuse(checked.error(), request);
  if (auto typed = check_body_type(*request.route, request); !typed.ok()) return refuse(typed.error(), request);
  return std::nullopt;
}

std::optional<Response> Router::admit(Request& request) const {
  try {
    return state_->admit(request);
  } catch (const std::exception& error) {
    return refuse(unexpected(error.what()), request);
  } catch (...) {
    return refuse(unexpected("not a std::exception"), request);
  }
}

Response Router::run(Request& request) const {
  if (!request.route) return refuse(unexpected("run without admit"), request);
  if (Deadline* const deadline = Deadline::here()) deadline->begin_work();
  try {
    auto answer = state_->entries[static_cast<size_t>(request.route - state_->routes.data())].handler(request);
    return answer.ok() ? std::move(*answer) : refuse(answer.error(), request);
  } catch (const std::exception& error) {
    return refuse(unexpected(error.what()), request);
  } catch (...) {
    return refuse(unexpected("not a std::exception"), request);
  }
}

Response Router::handle(Request& request) const {
  if (auto answer = admit(request)) return std::move(*answer);
  return run(request);
}

}  // namespace banmo::http
