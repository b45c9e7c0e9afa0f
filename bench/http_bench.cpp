// SPDX-License-Identifier: Apache-2.0
// The HTTP server against its limit, a bare Beast loop: requests per second and server CPU per request (rusage of the forked server) for a quick
// route, a worker route and a route with a path parameter; memory of 10,000 idle connections; p99 of others while 200 clients send their heads
// slowly.
//   http_bench [seconds per figure = 3] [client connections = 64]
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "http/http.h"
#include "http_bare.h"
#include "http_client.h"

namespace {

using namespace banmo;
using namespace banmo::bench;

constexpr const char* kToken = "0123456789abcdef0123456789abcdef0123456789a";

Load press(uint16_t port, const std::string& target, size_t n_connections, double seconds) {
  return bench::press(port, {get_request(target, kToken)}, n_connections, seconds);
}

http::Router make_router() {
  http::Router router;
  const http::Handler ok = [](http::Request&) -> Result<http::Response> { return http::Response::json(json::Object{{"ok", true}}); };
  http::Route quick;
  quick.method = "GET";
  quick.path = "/quick";
  quick.operation = "quick";
  quick.quick = true;
  http::Route worker = quick;
  worker.path = "/worker";
  worker.operation = "worker";
  worker.quick = false;
  http::Route row = quick;
  row.path = "/api/v1/datasets/{id}/rows/{key}";
  row.operation = "row";
  row.parameters = {{"fields", http::ParameterPlace::query, json::Object{{"type", "string"}, {"maxLength", 100}}, "fields", false, false}};
  for (const http::Route& route : {quick, worker, row}) {
    if (!router.add(route, ok).ok()) std::abort();
  }
  return router;
}

Process spawn_ours() {
  return spawn([](auto report, auto wait) {
    http::ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.n_io_threads = kIoThreads;
    options.n_workers = 2;
    options.max_connections_per_peer = options.max_connections;  // all of them come from loopback
    auto server = http::Server::create(options, make_router());
    if (!server.ok()) std::abort();
    (*server)->start();
    const std::string address = (*server)->addresses().front();
    report(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    wait();
    std::_Exit(0);
  });
}

void measure(const char* name, Process process, const std::string& target, size_t n_connections, double seconds) {
  Load load = press(process.port, target, n_connections, seconds);
  const double cpu = cpu_seconds_at_end(process);
  std::printf("%-28s %10.0f req/s   server CPU %.4f ms/request   p50 %.2f ms   p99 %.2f ms\n", name, load.per_second(),
              cpu * 1e3 / static_cast<double>(load.n_requests), percentile(load.latencies_ms, 0.5), percentile(load.latencies_ms, 0.99));
  std::fflush(stdout);
}

double resident_mib(pid_t id) {
  std::ifstream status("/proc/" + std::to_string(id) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

void measure_idle(size_t n_connections) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  Process process = spawn_ours();
  const double before = resident_mib(process.id);
  const std::string request = get_request("/worker", kToken);
  std::vector<int> sockets;
  char buffer[4096];
  for (size_t i = 0; i < n_connections; ++i) {
    const int socket = connect_to(process.port);
    if (socket < 0) break;
    if (::send(socket, request.data(), request.size(), 0) < 0 || ::recv(socket, buffer, sizeof buffer, 0) <= 0) std::abort();
    sockets.push_back(socket);
  }
  const double after = resident_mib(process.id);
  std::printf("%zu idle connections that each had an answer: %.1f MiB (%.1f MiB without), %.2f KiB each\n", sockets.size(), after, before,
              (after - before) * 1024 / static_cast<double>(sockets.size()));
  for (const int socket : sockets) ::close(socket);
  cpu_seconds_at_end(process);
}

// 200 clients in a process of their own, each sending one byte of its head every 100 ms and coming again when it is cut off. They are spread over
// that time as clients who know nothing of each other are: sent in one burst, they would measure who gets the second core.
void measure_slow_clients(double seconds) {
  Process process = spawn_ours();
  Load alone = press(process.port, "/quick", 16, seconds);
  Process slow = spawn([port = process.port](auto report, auto) {
    std::vector<int> sockets;
    for (int i = 0; i < 200; ++i) sockets.push_back(connect_to(port));
    report(1);
    for (;;) {
      for (int& socket : sockets) {
        std::this_thread::sleep_for(std::chrono::microseconds(500));
        if (::send(socket, "x", 1, MSG_NOSIGNAL) > 0) continue;
        ::close(socket);
        socket = connect_to(port);
      }
    }
  });
  Load beside = press(process.port, "/quick", 16, seconds);
  ::kill(slow.id, SIGKILL);
  cpu_seconds_at_end(slow);
  cpu_seconds_at_end(process);
  const double p99_alone = percentile(alone.latencies_ms, 0.99);
  const double p99_beside = percentile(beside.latencies_ms, 0.99);
  std::printf("p99 alone %.2f ms, beside 200 slow-header clients %.2f ms: %.2fx\n", p99_alone, p99_beside, p99_beside / p99_alone);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 3;
  const size_t n_connections = argc > 2 ? static_cast<size_t>(std::atoi(argv[2])) : 64;
  measure("bare Beast loop (limit)", spawn_bare(), "/quick", n_connections, seconds);
  measure("quick route", spawn_ours(), "/quick", n_connections, seconds);
  measure("quick route, two parameters", spawn_ours(), "/api/v1/datasets/fitness/rows/2026~s1?fields=name", n_connections, seconds);
  measure("worker route", spawn_ours(), "/worker", n_connections, seconds);
  measure_idle(10'000);
  measure_slow_clients(seconds);
  return 0;
}
