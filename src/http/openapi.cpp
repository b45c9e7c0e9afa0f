// SPDX-License-Identifier: Apache-2.0
#include "http/openapi.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "http/problem.h"

namespace banmo::http {
namespace {

using json::Array;
using json::Object;
using json::Value;

constexpr std::string_view kSchemaPrefix = "#/components/schemas/";
constexpr std::string_view kRest = "...";  // of "{name...}"

Value reference(std::string_view place) { return Object{{"$ref", std::string(place)}}; }

Value content(std::string_view type, Value schema) { return Object{{std::string(type), Object{{"schema", std::move(schema)}}}}; }

bool is_public(const Route& route) { return route.permission.empty() || route.permission == "public"; }

Value string_schema() { return Object{{"type", "string"}}; }

Value two_languages_schema() {
  return Object{{"type", "object"}, {"properties", Object{{"zh", string_schema()}, {"en", string_schema()}}}, {"required", Array{"zh", "en"}}};
}

Value problem_schema() {
  Object finding{{"where", string_schema()}, {"code", string_schema()}, {"detail", two_languages_schema()}};
  Object properties{
      {"type", Object{{"type", "string"}, {"format", "uri-reference"}}},
      {"title", Object{{"type", "string"}, {"description", "The sentence in the language of Accept-Language; Chinese if none."}}},
      {"status", Object{{"type", "integer"}}},
      {"code", Object{{"type", "string"}, {"description", "Stable; programs match on it."}}},
      {"detail", two_languages_schema()},
      {"where", Object{{"type", "string"}, {"description", "A JSON path, or file:line:column."}}},
      {"request_id", string_schema()},
      {"errors", Object{{"type", "array"},
                        {"items", Object{{"type", "object"}, {"properties", std::move(finding)}, {"required", Array{"where", "code", "detail"}}}}}}};
  return Object{{"type", "object"},
                {"description", "RFC 9457 problem details."},
                {"properties", std::move(properties)},
                {"required", Array{"type", "title", "status", "code", "detail", "request_id"}}};
}

Object problem_response(std::string description) {
  return Object{{"description", std::move(description)}, {"content", content("application/problem+json", reference("#/components/schemas/Problem"))}};
}

struct Shared {
  int status;
  const char* name;
  const char* description;
};
constexpr Shared kShared[] = {
    {400, "BadRequest", "The request cannot be read."},
    {401, "Unauthenticated", "Nobody is signed in, or the session has ended."},
    {403, "Denied", "The caller lacks the right."},
    {404, "NotFound", "There is no such thing, or the caller may not see it."},
    {409, "Conflict", "Something else stands in the way."},
    {413, "TooLarge", "The body is larger than this operation takes."},
    {415, "Unsupported", "The kind of content is not read here."},
    {422, "Invalid", "A parameter or the body does not fit."},
    {429, "TooMany", "Too many requests; Retry-After says when to come back."},
    {503, "Unavailable", "The server is busy or draining; Retry-After says when to come back."},
    {507, "StorageFull", "The disk is full; nothing was stored."},
};

bool may_answer(const Route& route, int status) {
  const bool writes = route.method != "GET" && route.method != "HEAD";
  switch (status) {
    case 401:
    case 403: return !is_public(route);
    case 404: return route.path.find('{') != std::string::npos;
    case 413:
    case 415: return route.body != BodyKind::none;
    case 409:
    case 507: return writes;
    default: return true;
  }
}

Value parameter_of(const Parameter& parameter) {
  const bool is_path = parameter.place == ParameterPlace::path;
  Object out{{"name", parameter.name},
             {"in", is_path                                    ? "path"
                    : parameter.place == ParameterPlace::query ? "query"
                                                               : "header"},
             {"description", parameter.description.empty() ? parameter.name : parameter.description},
             {"required", is_path || parameter.required}};
  Value schema = parameter.schema.is_null() ? string_schema() : parameter.schema;
  if (const Value* type = schema.find("type"); type && *type == Value("object")) {
    out.set("style", "form");
    out.set("explode", true);
  }
  if (parameter.repeated) schema = Object{{"type", "array"}, {"items", std::move(schema)}};
  out.set("schema", std::move(schema));
  return out;
}

Array parameters_of(const Route& route) {
  Array list;
  for (const std::string& name : names_in_path(route.path)) {
    const auto declared = std::find_if(route.parameters.begin(), route.parameters.end(),
                                       [&](const Parameter& parameter) { return parameter.place == ParameterPlace::path && parameter.name == name; });
    list.push_back(
        parameter_of(declared == route.parameters.end() ? Parameter{name, ParameterPlace::path, string_schema(), name, true, false} : *declared));
  }
  for (const Parameter& parameter : route.parameters) {
    if (parameter.place != ParameterPlace::path) list.push_back(parameter_of(parameter));
  }
  return list;
}

Value request_body_of(const Route& route) {
  if (route.body == BodyKind::json) {
    return Object{{"required", true}, {"content", content("application/json", route.body_schema.is_null() ? Value(Object{}) : route.body_schema)}};
  }
  Object file{{"type", "string"}, {"format", "binary"}};
  if (route.body == BodyKind::any)
    return Object{{"required", true}, {"content", content("*/*", route.body_schema.is_null() ? Value(file) : route.body_schema)}};
  Object form{{"type", "object"}, {"properties", Object{{"file", file}}}, {"required", Array{"file"}}};
  Object kinds;
  kinds.set("application/octet-stream", Object{{"schema", file}});
  kinds.set("multipart/form-data", Object{{"schema", std::move(form)}});
  return Object{{"description", "The file itself, of any type, or a form with the part `file`."}, {"required", true}, {"content", std::move(kinds)}};
}

Value responses_of(const Route& route) {
  Object success{{"description", std::string(reason_of(route.answer_status))}};
  if (!route.answer_schema.is_null()) {
    success.set("content", content(route.answer_type, route.answer_schema));
  } else if (route.answer_type != "application/json" && route.answer_status != 204) {
    success.set("content", content(route.answer_type, string_schema()));
  }
  Object out;
  out.set(std::to_string(route.answer_status), std::move(success));
  for (const Shared& shared : kShared) {
    if (may_answer(route, shared.status)) out.set(std::to_string(shared.status), reference(std::string("#/components/responses/") + shared.name));
  }
  std::string codes;
  for (const std::string& code : route.problem_codes) codes += (codes.empty() ? " Codes of this operation: `" : ", `") + code + "`";
  out.set("default", problem_response("Any other problem." + (codes.empty() ? codes : codes + ".")));
  return out;
}

Value operation_of(const Route& route) {
  Object out{{"operationId", route.operation},
             {"tags", Array{route.tag.empty() ? "server" : route.tag}},
             {"summary", route.summary.zh},
             {"x-summary-en", route.summary.en}};
  const std::string right = is_public(route)                  ? "Open to everyone."
                            : route.permission == "signed_in" ? "For whoever is signed in."
                                                              : "Needs the right `" + route.permission + "`.";
  out.set("description", route.summary.en + (route.summary.en.ends_with('.') ? " " : ". ") + right);
  out.set("x-permission", route.permission.empty() ? "public" : route.permission);
  if (Array parameters = parameters_of(route); !parameters.empty()) out.set("parameters", std::move(parameters));
  if (route.body != BodyKind::none) out.set("requestBody", request_body_of(route));
  out.set("responses", responses_of(route));
  if (is_public(route)) {
    out.set("security", Array{});
  } else {
    out.set("security", Array{Object{{"session_cookie", Array{}}}, Object{{"bearer_token", Array{}}}});
  }
  return out;
}

// Names of components/schemas that a value refers to, also through one another.
void collect_names(const Value& value, const std::map<std::string, Value>& schemas, std::set<std::string>& names) {
  if (const Array* array = value.as_array()) {
    for (const Value& item : *array) collect_names(item, schemas, names);
  }
  const Object* object = value.as_object();
  if (!object) return;
  for (const auto& [name, member] : *object) {
    const std::string* target = name == "$ref" ? member.as_string() : nullptr;
    if (!target || !target->starts_with(kSchemaPrefix)) {
      collect_names(member, schemas, names);
      continue;
    }
    const std::string wanted = target->substr(kSchemaPrefix.size());
    const auto found = schemas.find(wanted);
    if (names.insert(wanted).second && found != schemas.end()) collect_names(found->second, schemas, names);
  }
}

Value components_of(const std::vector<Route>& routes, const std::map<std::string, Value>& schemas, const Object& paths) {
  std::set<std::string> names;
  collect_names(paths, schemas, names);
  names.insert("Problem");
  Object named;
  for (const std::string& name : names) {
    const auto found = schemas.find(name);
    if (found != schemas.end()) named.set(name, found->second);
    if (found == schemas.end() && name == "Problem") named.set(name, problem_schema());
  }
  Object responses;
  for (const Shared& shared : kShared) {
    const bool is_used = std::any_of(routes.begin(), routes.end(), [&](const Route& route) { return may_answer(route, shared.status); });
    if (is_used) responses.set(shared.name, problem_response(shared.description));
  }
  Object cookie{{"type", "apiKey"},
                {"in", "cookie"},
                {"name", "banmo_session"},
                {"description",
                 "Set by POST /api/v1/session; __Host-banmo_session under TLS. Requests that change something also send X-Requested-With: banmo."}};
  Object bearer{{"type", "http"}, {"scheme", "bearer"}, {"description", "The token of POST /api/v1/session, or an API token."}};
  return Object{{"schemas", std::move(named)},
                {"responses", std::move(responses)},
                {"securitySchemes", Object{{"session_cookie", std::move(cookie)}, {"bearer_token", std::move(bearer)}}}};
}

Object paths_of(const std::vector<Route>& routes) {
  Object paths;
  for (const Route& route : routes) {
    std::string path = route.path;  // OpenAPI has no word for the rest of a path
    if (const size_t rest = path.find(kRest); rest != std::string::npos) path.erase(rest, kRest.size());
    Value* item = paths.find(path);
    if (!item) item = &paths.set(path, Object{});
    item->as_object()->set(text::lower_ascii(route.method), operation_of(route));
  }
  return paths;
}

Array tags_of(const std::vector<Route>& routes) {
  std::set<std::string> names;
  for (const Route& route : routes) names.insert(route.tag.empty() ? "server" : route.tag);
  Array tags;
  for (const std::string& name : names) tags.emplace_back(Object{{"name", name}, {"description", "Operations of the room " + name + "."}});
  return tags;
}

}  // namespace

std::vector<std::string> names_in_path(std::string_view path) {
  std::vector<std::string> names;
  for (size_t open = path.find("/{"); open != std::string_view::npos; open = path.find("/{", open + 1)) {
    const size_t close = path.find('}', open);
    const size_t slash = path.find('/', open + 1);
    if (close == std::string_view::npos || (slash != std::string_view::npos && close > slash)) continue;
    std::string_view name = path.substr(open + 2, close - open - 2);
    if (name.ends_with(kRest)) name.remove_suffix(kRest.size());
    names.emplace_back(name);
  }
  return names;
}

Value openapi_of(const std::vector<Route>& routes, const std::map<std::string, Value>& schemas, std::string_view title, std::string_view version) {
  Object paths = paths_of(routes);
  Object info{{"title", std::string(title)},
              {"version", std::string(version)},
              {"summary", "The HTTP interface of a city's digital-education base"},
              {"description",
               "Lists are {items, next}: pass `next` back as `after`. Errors are problem+json with a stable `code`. Times are ISO 8601 in UTC, dates "
               "are 2026-11-21. "
               "Summaries are Chinese; `x-summary-en` has them in English."},
              {"license", Object{{"name", "Apache-2.0"}, {"url", "https://www.apache.org/licenses/LICENSE-2.0"}}}};
  Object out{{"openapi", "3.1.0"}, {"info", std::move(info)}};
  out.set("servers", Array{Object{{"url", "."}, {"description", "This server, under whatever path prefix this document was read from"}}});
  out.set("tags", tags_of(routes));
  Value components = components_of(routes, schemas, paths);
  out.set("paths", std::move(paths));
  out.set("components", std::move(components));
  return out;
}

}  // namespace banmo::http
