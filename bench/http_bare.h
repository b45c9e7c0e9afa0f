// SPDX-License-Identifier: Apache-2.0
// A server in a process of its own, and the least that a server can be: a bare Beast loop, which is the limit that ours is held against.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace banmo::bench {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr size_t kIoThreads = 2;

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

inline double cpu_seconds_at_end(Process& process) {
  ::close(process.stop);
  rusage usage{};
  int status = 0;
  ::wait4(process.id, &status, 0, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

inline asio::awaitable<void> bare_session(asio::ip::tcp::socket socket) {
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

inline asio::awaitable<void> bare_accept(asio::ip::tcp::acceptor& acceptor, std::vector<std::unique_ptr<asio::io_context>>& contexts) {
  for (size_t n = 0;; ++n) {
    asio::io_context& context = *contexts[n % contexts.size()];
    asio::ip::tcp::socket socket = co_await acceptor.async_accept(context, asio::use_awaitable);
    socket.set_option(asio::ip::tcp::no_delay(true));
    asio::co_spawn(context, bare_session(std::move(socket)), asio::detached);
  }
}

inline Process spawn_bare() {
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

}  // namespace banmo::bench
