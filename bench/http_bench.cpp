// SPDX-License-Identifier: Apache-2.0
// The HTTP server against its limit, a bare Beast loop: requests per second and server CPU per request (rusage of the forked server) for a quick
// route, a worker route and a route with a path parameter; memory of 10,000 idle connections; p99 of others while 200 clients send their heads
// slowly.
//   http_bench [seconds per figure = 3] [client connections = 64]
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "http/http.h"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using namespace banmo;
using SteadyClock = std::chrono::steady_clock;

constexpr size_t kIoThreads = 2;

double seconds_since(SteadyClock::time_point start) { return std::chrono::duration<double>(SteadyClock::now() - start).count(); }

// --- servers, each in a process of its own
// ---------------------------------------------------------------------------------------------------------------------

struct Process {
  pid_t id = -1;
  int stop = -1;  // closing it ends the process
  uint16_t port = 0;
};

// Runs `serve(report_port, wait)` in a fork.
template <class Serve>
Process spawn(Serve serve) {
  int port_pipe[2];
  int stop_pipe[2];
  if (::pipe(port_pipe) != 0 || ::pipe(stop_pipe) != 0) std::abort();
  const pid_t id = ::fork();
  if (id == 0) {
    ::close(stop_pipe[1]);
    const auto report = [&](uint16_t port) { return ::write(port_pipe[1], &port, sizeof port) == sizeof port; };
    const auto wait = [&] {
      char byte;
      return ::read(stop_pipe[0], &byte, 1);
    };
    serve(report, wait);
    std::_Exit(0);
  }
  ::close(stop_pipe[0]);
  ::close(port_pipe[1]);
  Process process{id, stop_pipe[1], 0};
  if (::read(port_pipe[0], &process.port, sizeof process.port) != sizeof process.port) std::abort();
  ::close(port_pipe[0]);
  return process;
}

double cpu_seconds_at_end(Process& process) {
  ::close(process.stop);
  rusage usage{};
  int status = 0;
  ::wait4(process.id, &status, 0, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

asio::awaitable<void> bare_session(asio::ip::tcp::socket socket) {
  beast::flat_buffer buffer;
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  for (;;) {
    beast::http::request<beast::http::string_body> request;
    co_await beast::http::async_read(socket, buffer, request, token);
    if (error) co_return;
    beast::http::response<beast::http::string_body> response(beast::http::status::ok, request.version());
    response.set(beast::http::field::content_type, "application/json");
    response.body() = R"({"ok":true})";
    response.prepare_payload();
    co_await beast::http::async_write(socket, response, token);
    if (error) co_return;
  }
}

asio::awaitable<void> bare_accept(asio::ip::tcp::acceptor& acceptor, std::vector<std::unique_ptr<asio::io_context>>& contexts) {
  for (size_t n = 0;; ++n) {
    asio::io_context& context = *contexts[n % contexts.size()];
    asio::ip::tcp::socket socket = co_await acceptor.async_accept(context, asio::use_awaitable);
    socket.set_option(asio::ip::tcp::no_delay(true));
    asio::co_spawn(context, bare_session(std::move(socket)), asio::detached);
  }
}

Process spawn_bare() {
  return spawn([](auto report, auto wait) {
    std::vector<std::unique_ptr<asio::io_context>> contexts;
    for (size_t i = 0; i < kIoThreads; ++i) contexts.push_back(std::make_unique<asio::io_context>(1));
    asio::ip::tcp::acceptor acceptor(*contexts[0], {asio::ip::make_address("127.0.0.1"), 0});
    asio::co_spawn(*contexts[0], bare_accept(acceptor, contexts), asio::detached);
    std::vector<std::thread> threads;
    for (auto& context : contexts) {
      threads.emplace_back([&context] {
        const auto guard = asio::make_work_guard(*context);
        context->run();
      });
    }
    report(acceptor.local_endpoint().port());
    wait();
    std::_Exit(0);
  });
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
    auto server = http::Server::create(options, make_router());
    if (!server.ok()) std::abort();
    (*server)->start();
    const std::string address = (*server)->addresses().front();
    report(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    wait();
    std::_Exit(0);
  });
}

// --- clients
// -----------------------------------------------------------------------------------------------------------------------------------------------------

int connect_to(uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(socket);
    return -1;
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

std::string request_for(const std::string& target) {
  return "GET " + target +
         " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\nAccept-Language: zh-CN\r\n"
         "Authorization: Bearer 0123456789abcdef0123456789abcdef0123456789a\r\nUser-Agent: bench\r\n\r\n";
}

struct Load {
  size_t n_requests = 0;
  double seconds = 0;
  std::vector<double> latencies_ms;
  double percentile(double p) {
    if (latencies_ms.empty()) return 0;
    const auto at = latencies_ms.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(latencies_ms.size() - 1));
    std::nth_element(latencies_ms.begin(), at, latencies_ms.end());
    return *at;
  }
};

// A closed loop: each connection asks again as soon as it has its answer (which comes in one piece here).
Load press(uint16_t port, const std::string& target, size_t n_connections, double seconds) {
  const std::string request = request_for(target);
  const int poller = ::epoll_create1(0);
  std::vector<SteadyClock::time_point> sent(65536);
  std::vector<int> sockets;
  const auto ask = [&](int socket) {
    sent[static_cast<size_t>(socket)] = SteadyClock::now();
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) std::abort();
  };
  for (size_t i = 0; i < n_connections; ++i) {
    const int socket = connect_to(port);
    if (socket < 0) std::abort();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    ::epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event);
    sockets.push_back(socket);
  }
  Load load;
  const auto start = SteadyClock::now();
  for (const int socket : sockets) ask(socket);
  epoll_event events[256];
  char buffer[4096];
  while (seconds_since(start) < seconds) {
    const int n = ::epoll_wait(poller, events, 256, 100);
    for (int i = 0; i < n; ++i) {
      const int socket = events[i].data.fd;
      if (::recv(socket, buffer, sizeof buffer, 0) <= 0) std::abort();
      ++load.n_requests;
      load.latencies_ms.push_back(seconds_since(sent[static_cast<size_t>(socket)]) * 1e3);
      ask(socket);
    }
  }
  load.seconds = seconds_since(start);
  for (const int socket : sockets) ::close(socket);
  ::close(poller);
  return load;
}

void measure(const char* name, Process process, const std::string& target, size_t n_connections, double seconds) {
  Load load = press(process.port, target, n_connections, seconds);
  const double cpu = cpu_seconds_at_end(process);
  std::printf("%-28s %10.0f req/s   server CPU %.4f ms/request   p50 %.2f ms   p99 %.2f ms\n", name,
              static_cast<double>(load.n_requests) / load.seconds, cpu * 1e3 / static_cast<double>(load.n_requests), load.percentile(0.5),
              load.percentile(0.99));
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
  const std::string request = request_for("/worker");
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

// 200 clients in a process of their own, each sending one byte of its head every 100 ms and coming again when it is cut off. They are spread over that
// time as clients who know nothing of each other are: sent in one burst, they would measure who gets the second core.
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
  const double p99_alone = alone.percentile(0.99);
  const double p99_beside = beside.percentile(0.99);
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
