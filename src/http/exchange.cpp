// SPDX-License-Identifier: Apache-2.0
#include "http/exchange.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/id.h"
#include "base/log.h"
#include "http/answer.h"
#include "http/problem.h"

namespace banmo::http {
namespace {

constexpr size_t kFileChunkBytes = 256u << 10;
constexpr uint64_t kMaxIgnoredBodyBytes = 64u << 10;  // of a request whose route takes none

bool is_request_id(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (const char c : text) {
    const bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!is_fine) return false;
  }
  return true;
}

Result<> check_host(const Request& request, bool is_http_1_1) {
  size_t n_hosts = 0;
  for (const auto& item : request.headers) n_hosts += item.first == "host";
  if (n_hosts == 1 || (n_hosts == 0 && !is_http_1_1)) return {};
  return fail(ErrorCode::invalid, "http.bad_request", {"请求须有且只有一个 Host 头", "a request needs exactly one Host header"});
}

// The last address of X-Forwarded-For that is no trusted proxy itself: what stands before it anyone may have written.
void believe_proxy(const Shared& shared, Request& request) {
  if (!shared.proxies.contains(request.peer)) return;
  request.secure = request.secure || request.header("x-forwarded-proto") == "https";
  std::string all;
  for (const auto& [name, value] : request.headers) {
    if (name == "x-forwarded-for") all += (all.empty() ? "" : ",") + value;
  }
  std::string_view rest = all;
  while (!rest.empty()) {
    const size_t comma = rest.rfind(',');
    std::string_view one = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    const std::string address = canonical_address(one);
    if (address.empty()) return;
    request.peer = address;
    if (!shared.proxies.contains(address)) return;
  }
}

void take_off_prefix(const std::string& prefix, Request& request) {
  if (prefix.empty()) return;
  for (std::string* path : {&request.path, &request.encoded_path}) {
    if (path->starts_with(prefix) && path->size() > prefix.size() && (*path)[prefix.size()] == '/') path->erase(0, prefix.size());
  }
}

std::string_view first_segment(std::string_view path) {
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  return path.substr(0, path.find('/'));
}

uint64_t upload_limit(const Shared& shared, const Route& route) {
  const size_t most = shared.options.max_upload_bytes;
  return route.max_upload_bytes == 0 ? most : std::min(most, route.max_upload_bytes);
}

void choose_way(const Shared& shared, Exchange& exchange) {
  const Route* route = shared.router.find(exchange.request.method, exchange.request.encoded_path);
  exchange.route = route;
  exchange.max_body_bytes = kMaxIgnoredBodyBytes;
  if (!route) return;
  if (route->body == BodyKind::json || route->body == BodyKind::any) exchange.max_body_bytes = route->max_body_bytes;
  if (route->body == BodyKind::upload) exchange.max_body_bytes = upload_limit(shared, *route);
  exchange.way = route->body == BodyKind::upload ? Way::upload : route->quick ? Way::inline_answer : Way::worker;
}

std::optional<Response> outside_of_routes(const Shared& shared, Request& request) {
  if (!shared.options.path_prefix.empty() && request.path == shared.options.path_prefix) {
    Response response;
    response.status = 308;
    response.headers.emplace_back("location", shared.options.path_prefix + "/");
    return response;
  }
  if (!shared.site || (request.method != "GET" && request.method != "HEAD")) return std::nullopt;
  return shared.site->answer(request, !shared.api_roots.contains(std::string(first_segment(request.path))), *shared.files);
}

}  // namespace

bool Peers::enter(const std::string& address, size_t max_all, size_t max_of_peer) {
  const std::scoped_lock lock(mutex_);
  if (n_open_ >= max_all) return false;
  size_t& n = n_of_peer_[address];
  if (n >= max_of_peer) return false;
  ++n;
  ++n_open_;
  return true;
}

void Peers::leave(const std::string& address) {
  const std::scoped_lock lock(mutex_);
  --n_open_;
  const auto found = n_of_peer_.find(address);
  if (found != n_of_peer_.end() && --found->second == 0) n_of_peer_.erase(found);
  if (n_open_ == 0) changed_.notify_all();
}

size_t Peers::n_open() const {
  const std::scoped_lock lock(mutex_);
  return n_open_;
}

bool Peers::wait_until_none(int timeout_ms) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return n_open_ == 0; });
}

Exchange::Exchange() = default;

Exchange::~Exchange() {
  if (answer_file >= 0) ::close(answer_file);
  if (!request.body_file.empty()) ::unlink(request.body_file.c_str());
  if (response.delete_body_file && !response.body_file.empty()) ::unlink(response.body_file.c_str());
}

std::string canonical_address(std::string_view text) {
  const std::string copy(text);
  in6_addr six{};
  in_addr four{};
  char out[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET, copy.c_str(), &four) == 1) return inet_ntop(AF_INET, &four, out, sizeof out);
  if (inet_pton(AF_INET6, copy.c_str(), &six) != 1) return {};
  if (IN6_IS_ADDR_V4MAPPED(&six)) return inet_ntop(AF_INET, &six.s6_addr[12], out, sizeof out);
  return inet_ntop(AF_INET6, &six, out, sizeof out);
}

Result<> prepare(const Shared& shared, RequestHead& head, const std::string& peer, bool is_tls, Exchange& exchange) {
  exchange.is_http_1_1 = head.is_http_1_1;
  exchange.keep_alive = head.keep_alive;
  Request& request = exchange.request;
  request.method = head.method;
  request.headers = std::move(head.headers);
  request.peer = peer;
  request.secure = is_tls;
  const std::string_view given_id = request.header("x-request-id");
  request.request_id = is_request_id(given_id) ? std::string(given_id) : Uuid::next().to_string();
  request.prefers_english = asks_for_english(request.header("accept-language"));
  BANMO_DO(check_host(request, head.is_http_1_1));
  BANMO_TRY(Request target, request_of(head.method, head.target));
  request.path = std::move(target.path);
  request.encoded_path = std::move(target.encoded_path);
  request.query = std::move(target.query);
  believe_proxy(shared, request);
  take_off_prefix(shared.options.path_prefix, request);
  choose_way(shared, exchange);
  return {};
}

void answer(const Shared& shared, Exchange& exchange) {
  try {
    std::optional<Response> other;
    if (!exchange.route) other = outside_of_routes(shared, exchange.request);
    if (other) {
      exchange.response = std::move(*other);
      return;
    }
    exchange.response = exchange.request.route ? shared.router.run(exchange.request) : shared.router.handle(exchange.request);
    apply_not_modified(exchange.request, exchange.response);
    compress_if_accepted(exchange.request, exchange.response);
  } catch (const std::exception& error) {  // memory is short: the router lets nothing else through
    BANMO_LOG(error, "http.failed", {"request_id", exchange.request.request_id}, {"cause", error.what()});
    exchange.response = Response{};
    exchange.response.status = 500;
  }
}

void open_answer_file(Exchange& exchange) {
  exchange.answer_file = ::open(exchange.response.body_file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts{};
  if (exchange.answer_file >= 0 && ::fstat(exchange.answer_file, &facts) == 0) {
    exchange.answer_file_bytes = static_cast<uint64_t>(facts.st_size);
    return;
  }
  const Error error = fail(
      ErrorCode::internal, "http.answer_file",
      {"服务器无法读取要发送的文件，请凭请求编号联系管理员", "the server cannot read the file to send: give the request id to the administrator"}, {},
      std::generic_category().message(errno));
  BANMO_LOG(error, "http.failed", {"request_id", exchange.request.request_id}, {"code", error.id}, {"cause", error.cause});
  exchange.response = problem(error, exchange.request);
}

void read_answer_file(Exchange& exchange) {
  exchange.chunk.resize(kFileChunkBytes);
  ssize_t n = 0;
  do {
    n = ::read(exchange.answer_file, exchange.chunk.data(), exchange.chunk.size());
  } while (n < 0 && errno == EINTR);
  exchange.chunk.resize(n > 0 ? static_cast<size_t>(n) : 0);
}

void take_events(Exchange& exchange) {
  try {
    auto events = exchange.response.events();
    exchange.events_ended = !events;
    exchange.events = events ? std::move(*events) : std::vector<Event>{};
  } catch (const std::exception& error) {
    BANMO_LOG(error, "http.stream_failed", {"request_id", exchange.request.request_id}, {"cause", error.what()});
    exchange.events.clear();
    exchange.events_ended = true;
  }
}

void count(Shared& shared, const Exchange& exchange) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - exchange.started).count();
  Counters& counters = shared.counters;
  counters.n_requests.fetch_add(1, std::memory_order_relaxed);
  counters.latency_micros.fetch_add(static_cast<uint64_t>(micros), std::memory_order_relaxed);
  if (exchange.response.status >= 500) counters.n_errors_5xx.fetch_add(1, std::memory_order_relaxed);
  for (size_t i = 0; i < kLatencyBounds.size(); ++i) {
    if (static_cast<double>(micros) > kLatencyBounds[i] * 1e6) continue;
    counters.n_in_bucket[i].fetch_add(1, std::memory_order_relaxed);
    break;
  }
  BANMO_LOG(debug, "http.request", {"request_id", exchange.request.request_id}, {"method", exchange.request.method},
            {"operation", exchange.route ? exchange.route->operation : std::string()}, {"status", exchange.response.status},
            {"micros", static_cast<int64_t>(micros)});
}

}  // namespace banmo::http
