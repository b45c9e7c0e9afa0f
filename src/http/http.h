// SPDX-License-Identifier: Apache-2.0
// The HTTP server: requests, answers, routes declared once. Coroutines, sockets and TLS live in this room's .cpp files only; a handler is a plain
// function that runs to its end on a worker thread. This room knows nothing of principals: `Route::permission` is a word that the room `api`
// understands.
#pragma once

#include <any>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace banmo::http {

struct Route;

struct Request {
  std::string method;            // "GET"
  std::string path;              // decoded, without the query
  std::string encoded_path;      // as it came ("/rows/a%2Fb"): what routes are matched on; if empty, `path` is taken as it stands
  const Route* route = nullptr;  // found by Router::admit
  std::map<std::string, std::string, std::less<>> path_parameters;
  std::vector<std::pair<std::string, std::string>> query;    // decoded, in order, names may repeat
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // empty if the route takes uploads
  std::string body_file;    // a temporary file with the body of an upload route; deleted after the handler unless moved away
  std::string upload_name;  // the file name of a multipart part or of Content-Disposition
  std::string peer;         // address, without the port
  std::string request_id;
  bool secure = false;           // TLS here, or said by a trusted proxy
  bool prefers_english = false;  // Accept-Language
  std::any principal;            // what the guard found (room api)

  std::string_view header(std::string_view lower_case_name) const;  // empty if absent
  std::string_view query_value(std::string_view name) const;        // the first; empty if absent
  std::string_view cookie(std::string_view name) const;
};

// A request from its method and its target ("/api/v1/orgs?q=%E7%8F%AD"): path and query taken apart and decoded. For the server, and for text cases
// in process. Errors: invalid "http.bad_target" (a broken escape, a control character, no UTF-8).
Result<Request> request_of(std::string method, std::string_view target);
// %XX to bytes; with `plus_is_blank` also + to a blank. nullopt at a broken escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank = false);
std::string percent_encode(std::string_view text);  // everything but letters, digits and -._~
// True if an Accept-Language header asks for English before Chinese.
bool asks_for_english(std::string_view accept_language);

// One event of a stream: `event: name`, `data: text`.
struct Event {
  std::string name;
  std::string data;
};
// Called on a worker thread, at most once at a time per stream, until it gives nullopt (end). It may return an empty vector: called again after
// `poll_ms`.
using EventSource = std::function<std::optional<std::vector<Event>>()>;

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // sent instead of body, without a copy
  std::string body_file;                           // sent instead of body; deleted afterwards if delete_body_file
  bool delete_body_file = false;
  EventSource events;  // server-sent events instead of a body
  int poll_ms = 250;

  static Response json(const json::Value& value, int status = 200);
  static Response text(std::string text, std::string content_type, int status = 200);
  static Response no_content();
};

// problem+json of an Error; the code decides the status in one table (and 400 instead of 422 for text that is no JSON).
Response problem(const Error& error, const Request& request);
// The same with a status that the table of error codes does not know (400, 405, 408, 412, 431).
Response problem_with_status(int status, const Error& error, const Request& request);
int status_of(ErrorCode code);

enum class ParameterPlace { path, query, header };
struct Parameter {
  std::string name;
  ParameterPlace place = ParameterPlace::query;
  json::Value schema;  // JSON Schema; checked before the handler runs (type, minimum, maximum, enum, minLength, maxLength, pattern, format
                       // uuid|date|date-time). A query parameter of type object takes every name that no other parameter of the route has (filters of
                       // a dashboard)
  std::string description;
  bool required = false;
  bool repeated = false;
};

enum class BodyKind { none, json, upload, any };  // any: in memory, of whatever content type

struct Route {
  std::string method;
  std::string path;       // whole and literal: "/api/v1/orgs/{id}"; "{name...}" at its end takes all that is left
  std::string operation;  // operationId: "get_org"
  std::string tag;        // room: "directory"
  Message summary;
  std::vector<Parameter> parameters;
  BodyKind body = BodyKind::none;
  json::Value body_schema;    // a schema or a $ref to `components`
  json::Value answer_schema;  // of the 2xx answer; null: no body
  int answer_status = 200;
  std::string answer_type = "application/json";
  std::string permission;                  // "public", "signed_in", or a right: "datasets.import"
  std::vector<std::string> problem_codes;  // stable codes besides those of every route
  size_t max_body_bytes = 1u << 20;        // in memory
  size_t max_upload_bytes = 0;             // on its way to the disk; 0: ServerOptions::max_upload_bytes
  int timeout_ms = 30'000;                 // the Deadline (base/deadline.h) of the handler
  bool foreign = false;                    // a protocol of others: the handler checks parameters and answers errors in that protocol's way
  bool quick = false;                      // takes well under a millisecond and never waits: may run on the connection's own thread
};

using Handler = std::function<Result<Response>(Request&)>;

// Collects routes; after build nothing changes. Unknown path 404, known path with another method 405, unknown query parameter 422.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  // Runs before every handler, e.g. to know the caller: may answer instead (an error), may put what it found into `principal`.
  using Guard = std::function<Result<>(const Route& route, Request& request)>;
  Result<> add(Route route, Handler handler);             // invalid if the operation or method+path stands already
  void add_schema(std::string name, json::Value schema);  // components/schemas
  void set_guard(Guard guard);
  // OpenAPI 3.1 from the routes.
  json::Value openapi(std::string_view title, std::string_view version) const;
  const std::vector<Route>& routes() const;
  // Finds, guards, checks and runs. What the server calls, and what text cases call in process. Never throws.
  Response handle(Request& request) const;
  // The two halves of handle, for uploads, whose body is read only after the caller is known. admit gives an answer if it refuses (or for OPTIONS).
  std::optional<Response> admit(Request& request) const;
  Response run(Request& request) const;
  // The route that a request would take, or nullptr. The path is percent-encoded, as it comes over the wire; HEAD finds GET.
  const Route* find(std::string_view method, std::string_view path) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct StaticFiles {
  std::string
      directory;  // empty: none. A path without a dot answers index.html (single-page portal); hashed names under /assets/ are cached for a year
  std::string content_security_policy;
};

struct ServerOptions {
  std::vector<std::string> listen;  // "127.0.0.1:8080", "[::1]:8080"; port 0: any. "[::]:8080" hears IPv6 only: name "0.0.0.0:8080" too for both
  std::string path_prefix;          // "/banmo" behind a proxy; empty: none. Works whether or not the proxy takes it off
  std::string tls_certificate_file, tls_key_file;  // both or none
  std::vector<std::string> trusted_proxies;        // addresses whose X-Forwarded-* are believed
  size_t n_io_threads = 1;
  size_t n_workers = 4;
  size_t max_waiting = 1024;  // requests that wait for a worker; then 503
  size_t max_connections = 20'000;
  size_t max_connections_per_peer = 2000;  // a school behind one address; a trusted proxy has no limit of its own
  size_t max_header_bytes = 16u << 10;
  size_t max_upload_bytes = size_t{4} << 30;
  int header_timeout_ms = 10'000;
  int body_idle_timeout_ms = 30'000;
  int body_free_ms = 30'000;  // how long a body may take in any case; beyond, each second costs min_body_bytes_per_s of what came
  size_t min_body_bytes_per_s = 1u << 10;
  int idle_timeout_ms = 60'000;
  int drain_timeout_ms = 10'000;
  int heartbeat_ms = 15'000;  // a comment goes out on an event stream that was silent for so long
  std::string temp_directory = "/tmp";
  StaticFiles files;
};

struct ServerFigures {
  uint64_t n_requests = 0, n_errors_5xx = 0;
  uint64_t n_connections = 0;                                // open now
  uint64_t n_accepted = 0;                                   // since the start
  uint64_t n_refused = 0;                                    // connections over a limit, and requests that found the queue full
  size_t n_waiting = 0;                                      // requests that wait for a worker now
  double latency_seconds = 0;                                // sum over all requests; streams and uploads count until their answer begins
  std::vector<std::pair<double, uint64_t>> latency_buckets;  // upper bound in seconds, count (cumulative)
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> create(ServerOptions options, Router router);
  ~Server();
  std::vector<std::string> addresses() const;  // bound, with real ports
  void start();                                // returns at once
  // Stops accepting and answers what runs (Connection: close). What has not ended after drain_timeout_ms is ended: what waits is answered 503, what
  // runs has its statements interrupted. Returns within two seconds more.
  void drain();
  ServerFigures figures() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banmo::http
