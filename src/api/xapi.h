// SPDX-License-Identifier: Apache-2.0
// Inside the room: what the resources of xAPI have in common. A request is read in its version's way (headers, alternate syntax of 1.0.3,
// parameters), its key is known and its scope checked, and errors are answered with the statuses of the specification.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/api.h"
#include "api/builder.h"
#include "base/result.h"
#include "events/events.h"
#include "http/http.h"

namespace banmo::api {

struct XapiCall {
  XapiCall(const Engines& the_engines, const http::Request& the_request) : engines(the_engines), request(the_request) {}
  const Engines& engines;
  const http::Request& request;
  events::Version version = events::Version::v2_0;
  std::string method;  // after the alternate syntax; HEAD is GET
  std::map<std::string, std::string, std::less<>> parameters;
  std::map<std::string, std::string, std::less<>> headers;  // lower case
  std::string_view body;
  std::string kept_body;  // of the alternate syntax
  std::shared_ptr<const events::Key> key;

  std::string header(std::string_view name) const;
  bool has(std::string_view name) const { return parameters.contains(name); }
  std::string parameter(std::string_view name) const;
  const events::Key& by() const { return *key; }
};

// Who speaks, by an Authorization header; `peer` is the address. Errors: unauthenticated "xapi.no_key", "events.bad_key"; too_many
// "session.too_many".
Result<std::shared_ptr<const events::Key>> key_of(const Engines& engines, std::string_view authorization, const std::string& peer);

// A resource answers one effective method of one path; what it returns gets the headers that every answer has.
using XapiHandler = std::function<Result<http::Response>(XapiCall&)>;
struct XapiResource {
  std::string path;  // "/xapi/statements"
  std::map<std::string, XapiHandler, std::less<>> methods;
  bool is_open = false;  // without key and version: about
};
// Registers the methods of a resource, and POST for the alternate syntax.
struct XapiRoute {
  std::string method, operation;
  Message summary;
  std::vector<std::string> parameters;
};
// Pages of any site may read the answer, and ask before (Fetch standard, CORS): units of courses run where they are kept.
void allow_other_sites(http::Response& response);
void add_preflight(Builder& builder, const std::string& path, std::string operation);

void add_xapi_resource(Builder& builder, XapiResource resource, std::vector<XapiRoute> routes);

// Refuses parameters that the resource does not know, and asks for those it needs.
Result<> check_parameters(const XapiCall& call, std::initializer_list<std::string_view> known, std::initializer_list<std::string_view> required = {});
Result<> require_scope(const XapiCall& call, std::initializer_list<events::KeyScope> any_of);
// Leaves a note of a read in the audit log before anything is given away: the key, the kind, which parameters were asked (their names alone: values
// tell people) and how many. Errors: unavailable "audit.reads_not_written".
Result<> note_read(const XapiCall& call, std::string kind, size_t n);
Error bad_parameter(std::string_view name, Message message);
Result<json::Value> agent_in(const XapiCall& call, std::string_view name);   // an identified agent or group as JSON
Result<std::string> agent_ifi(const XapiCall& call, std::string_view name);  // its identifier
Result<std::string> iri_in(const XapiCall& call, std::string_view name);
Result<std::string> uuid_in(const XapiCall& call, std::string_view name);
Result<std::optional<Instant>> time_in(const XapiCall& call, std::string_view name);
Result<bool> flag_in(const XapiCall& call, std::string_view name);
std::string http_date(Instant at);  // RFC 9110: "Sun, 22 Nov 2026 03:00:00 GMT"

}  // namespace banmo::api
