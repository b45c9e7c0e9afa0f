// SPDX-License-Identifier: Apache-2.0
// Inside the room: what all connections of a server share. Set up before the threads start; afterwards only the pools, the counters and the peers
// change, and those are thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/worker_pool.h"
#include "http/channel.h"
#include "http/http.h"
#include "http/static_site.h"

namespace banmo::http {

inline constexpr std::array<double, 13> kLatencyBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

struct Counters {
  std::atomic<uint64_t> n_requests{0}, n_errors_5xx{0}, n_accepted{0}, n_refused{0}, latency_micros{0};
  std::array<std::atomic<uint64_t>, kLatencyBounds.size()> n_in_bucket{};
};

// Open connections, in all and by the address of the peer.
class Peers {
 public:
  // False if a limit is reached. A peer without a limit of its own (a trusted proxy) counts in all only.
  bool enter(const std::string& address, size_t max_all, size_t max_of_peer);
  void leave(const std::string& address);
  size_t n_open() const;
  // True if the last one left within the time.
  bool wait_until_none(int timeout_ms);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, size_t> n_of_peer_;
  size_t n_open_ = 0;
};

struct Shared {
  ServerOptions options;
  Router router;
  std::set<std::string> proxies;    // trusted, in canonical form
  std::set<std::string> api_roots;  // first segments under which no portal page lives: "api"
  std::unique_ptr<TlsContext> tls;
  std::unique_ptr<StaticSite> site;
  std::atomic<bool> is_draining{false};
  std::atomic<bool> is_stopping{false};  // the drain's time is over: every handler's deadline is
  Counters counters;
  Peers peers;
  std::unique_ptr<WorkerPool> workers;  // handlers
  std::unique_ptr<WorkerPool> files;    // reading and writing of large bodies, so that a slow disk stops no event loop
};

}  // namespace banmo::http
