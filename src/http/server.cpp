// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <thread>

#include "base/log.h"
#include "http/connection.h"
#include "http/http.h"
#include "http/listen.h"

namespace banmo::http {
namespace {

namespace asio = boost::asio;

constexpr size_t kAcceptsPerTurn = 64;
constexpr size_t kFileThreads = 2;
constexpr int kEndMs = 2000;  // for what is ended at the end of a drain to say so
constexpr auto kPauseWhenExhausted = std::chrono::milliseconds(100);
constexpr std::string_view kFull = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 2\r\nconnection: close\r\n\r\n";

struct Listener {
  int socket = -1;
  std::string address;
  std::unique_ptr<asio::posix::stream_descriptor> descriptor;  // owns the socket once started
};

// First segments that only routes use: "api" of "/api/v1/orgs". A route of one segment ("/livez") claims nothing below it.
std::set<std::string> roots_of(const Router& router) {
  std::set<std::string> roots;
  for (const Route& route : router.routes()) {
    const size_t slash = route.path.find('/', 1);
    if (slash != std::string::npos) roots.insert(route.path.substr(1, slash - 1));
  }
  return roots;
}

Result<std::string> normal_prefix(std::string prefix) {
  while (prefix.ends_with('/')) prefix.pop_back();
  const bool is_fine = prefix.empty() || (prefix.starts_with('/') && prefix.find_first_of("?#%\"<> ") == std::string::npos);
  if (!is_fine) return fail(ErrorCode::invalid, "http.bad_prefix", {"路径前缀须形如 /banmo", "the path prefix must look like /banmo"});
  return prefix;
}

Result<> set_up(ServerOptions options, Shared& shared) {
  BANMO_TRY(options.path_prefix, normal_prefix(std::move(options.path_prefix)));
  for (const std::string& proxy : options.trusted_proxies) {
    const std::string address = canonical_address(proxy);
    if (address.empty())
      return fail(ErrorCode::invalid, "http.bad_proxy",
                  {"可信代理“" + proxy + "”不是 IP 地址", "the trusted proxy \"" + proxy + "\" is no IP address"});
    shared.proxies.insert(address);
  }
  if (options.tls_certificate_file.empty() != options.tls_key_file.empty()) {
    return fail(ErrorCode::invalid, "http.bad_tls", {"TLS 证书与私钥须同时给出", "give both the TLS certificate and the key, or neither"});
  }
  if (!options.tls_certificate_file.empty()) {
    BANMO_TRY(shared.tls, TlsContext::create(options.tls_certificate_file, options.tls_key_file));
  }
  if (!options.files.directory.empty()) {
    BANMO_TRY(shared.site, StaticSite::create(options.files, options.path_prefix));
  }
  if (options.listen.empty())
    return fail(ErrorCode::invalid, "http.bad_address",
                {"没有监听地址：形如 127.0.0.1:8080", "there is no address to listen at: give one like 127.0.0.1:8080"});
  options.n_io_threads = std::max<size_t>(options.n_io_threads, 1);
  options.n_workers = std::max<size_t>(options.n_workers, 1);
  shared.api_roots = roots_of(shared.router);
  shared.options = std::move(options);
  return {};
}

}  // namespace

struct Server::State {
  Shared shared;
  std::vector<std::unique_ptr<IoThread>> io_threads;
  std::vector<std::thread> threads;
  std::vector<Listener> listeners;
  size_t n_handed_over = 0;  // on the first IO thread only

  ~State() {
    shared.is_stopping = true;
    stop();
    drop_waiting();
    shared.workers.reset();  // what still runs may post to the contexts
    shared.files.reset();
    for (const Listener& listener : listeners) {
      if (!listener.descriptor && listener.socket >= 0) ::close(listener.socket);
    }
    listeners.clear();
    io_threads.clear();
  }

  void stop() {
    for (auto& io_thread : io_threads) io_thread->context.stop();
    for (std::thread& thread : threads) thread.join();
    threads.clear();
  }

  // Ends what idles, and makes what waits look again.
  void wake_all() {
    for (auto& io_thread : io_threads) asio::post(io_thread->context, [thread = io_thread.get()] { thread->drain(); });
  }

  // After stop(): the connections that go with it belong to the IO threads.
  void drop_waiting() {
    if (shared.workers) shared.workers->drop_waiting();
    if (shared.files) shared.files->drop_waiting();
  }

  void hand_over(int socket, const std::string& peer) {
    const size_t max_of_peer = shared.proxies.contains(peer) ? shared.options.max_connections : shared.options.max_connections_per_peer;
    if (!shared.peers.enter(peer, shared.options.max_connections, max_of_peer)) {
      shared.counters.n_refused.fetch_add(1, std::memory_order_relaxed);
      if (!shared.tls) ::send(socket, kFull.data(), kFull.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      ::close(socket);
      return;
    }
    shared.counters.n_accepted.fetch_add(1, std::memory_order_relaxed);
    IoThread& io_thread = *io_threads[n_handed_over++ % io_threads.size()];
    try {
      asio::post(io_thread.context, [this, &io_thread, socket, peer] { begin(io_thread, socket, peer); });
    } catch (const std::exception& error) {
      ::close(socket);
      turned_away(peer, error.what());
    }
  }

  // Memory may be short: then this connection is turned away, and the others go on.
  void begin(IoThread& io_thread, int socket, const std::string& peer) {
    std::optional<asio::posix::stream_descriptor> descriptor;  // owns the socket once it is there
    std::shared_ptr<Connection> connection;
    try {
      descriptor.emplace(io_thread.context, socket);
      connection = std::make_shared<Connection>(shared, io_thread, std::move(*descriptor), peer);
    } catch (const std::exception& error) {
      if (!descriptor) ::close(socket);
      turned_away(peer, error.what());
      return;
    }
    asio::co_spawn(io_thread.context, Connection::serve(std::move(connection)), asio::detached);
  }

  void turned_away(const std::string& peer, const char* cause) {
    BANMO_LOG(error, "http.connection_failed", {"cause", cause});
    shared.peers.leave(peer);
  }

  // An exception that reaches here has left its connection, whose coroutine is gone with it; the others go on.
  static void run(asio::io_context& context) {
    for (;;) {
      try {
        context.run();
        return;
      } catch (const std::exception& error) {
        BANMO_LOG(error, "http.io_thread_exception", {"cause", error.what()});
      } catch (...) {
        BANMO_LOG(error, "http.io_thread_exception", {"cause", "not a std::exception"});
      }
    }
  }

  asio::awaitable<void> accept_at(asio::posix::stream_descriptor& listener) {
    asio::steady_timer timer(io_threads.front()->context);
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    while (!error) {
      co_await listener.async_wait(asio::posix::stream_descriptor::wait_read, token);
      for (size_t i = 0; !error && i < kAcceptsPerTurn; ++i) {
        const Accepted accepted = accept_one(listener.native_handle());
        if (accepted.is_exhausted) {
          BANMO_LOG(warn, "http.too_many_open_files", {"n_connections", shared.peers.n_open()});
          timer.expires_after(kPauseWhenExhausted);
          co_await timer.async_wait(token);
        }
        if (accepted.socket < 0) break;
        hand_over(accepted.socket, accepted.peer);
      }
    }
  }
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::create(ServerOptions options, Router router) {
  auto state = std::make_unique<State>();
  state->shared.router = std::move(router);
  BANMO_DO(set_up(std::move(options), state->shared));
  const ServerOptions& set = state->shared.options;
  for (const std::string& address : set.listen) {
    BANMO_TRY(const int socket, listen_at(address));
    state->listeners.push_back({socket, address_of(socket), nullptr});
  }
  state->shared.workers = std::make_unique<WorkerPool>(set.n_workers, set.max_waiting);
  state->shared.files = std::make_unique<WorkerPool>(kFileThreads, set.max_connections);
  for (size_t i = 0; i < set.n_io_threads; ++i) state->io_threads.push_back(std::make_unique<IoThread>());
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::vector<std::string> Server::addresses() const {
  std::vector<std::string> addresses;
  for (const Listener& listener : state_->listeners) addresses.push_back(listener.address);
  return addresses;
}

void Server::start() {
  if (!state_->threads.empty()) return;
  IoThread& first = *state_->io_threads.front();
  for (Listener& listener : state_->listeners) {
    listener.descriptor = std::make_unique<asio::posix::stream_descriptor>(first.context, listener.socket);
    asio::co_spawn(first.context, state_->accept_at(*listener.descriptor), asio::detached);
  }
  for (auto& io_thread : state_->io_threads) {
    asio::co_spawn(io_thread->context, io_thread->tick(), asio::detached);
    state_->threads.emplace_back([context = &io_thread->context] { State::run(*context); });
  }
}

void Server::drain() {
  if (state_->threads.empty()) return;
  state_->shared.is_draining = true;
  const auto close_listeners = [state = state_.get()] {
    for (Listener& listener : state->listeners) listener.descriptor->close();
  };
  asio::post(state_->io_threads.front()->context, close_listeners);
  state_->wake_all();
  const bool is_complete = state_->shared.peers.wait_until_none(state_->shared.options.drain_timeout_ms);
  if (!is_complete) {
    BANMO_LOG(warn, "http.drain_cut", {"n_connections", state_->shared.peers.n_open()});
    state_->shared.is_stopping = true;
    state_->wake_all();
    static_cast<void>(state_->shared.peers.wait_until_none(kEndMs));
  }
  state_->stop();
  state_->drop_waiting();
}

ServerFigures Server::figures() const {
  const Counters& counters = state_->shared.counters;
  ServerFigures figures;
  figures.n_requests = counters.n_requests;
  figures.n_errors_5xx = counters.n_errors_5xx;
  figures.n_connections = state_->shared.peers.n_open();
  figures.n_accepted = counters.n_accepted;
  figures.n_refused = counters.n_refused;
  figures.n_waiting = state_->shared.workers->n_waiting();
  figures.latency_seconds = static_cast<double>(counters.latency_micros) / 1e6;
  uint64_t sum = 0;
  for (size_t i = 0; i < kLatencyBounds.size(); ++i) {
    sum += counters.n_in_bucket[i];
    figures.latency_buckets.emplace_back(kLatencyBounds[i], sum);
  }
  return figures;
}

}  // namespace banmo::http
