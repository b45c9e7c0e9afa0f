// SPDX-License-Identifier: Apache-2.0
// For tests: a small blocking client over loopback that says exactly the bytes it is given, and a server with a few routes. Every wait ends after
// five seconds.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "http/http.h"

namespace banmo::http::test {

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
  }
  json::Value json() const {
    auto value = json::read(body);
    REQUIRE_MESSAGE(value.ok(), body);
    return *value;
  }
  std::string code() const {
    const json::Value value = json();
    const json::Value* code = value.find("code");
    return code && code->as_string() ? *code->as_string() : std::string{};
  }
};

// Handlers that wait until the test lets them go on.
struct Gate {
  std::atomic<int> n_waiting{0};
  std::promise<void> opened;
  std::shared_future<void> future{opened.get_future()};
  void wait() {
    ++n_waiting;
    future.wait();
  }
};

class Client {
 public:
  explicit Client(const std::string& address) {
    const size_t colon = address.rfind(':');
    const auto port = static_cast<uint16_t>(std::stoi(address.substr(colon + 1)));
    const bool is_six = address.front() == '[';
    socket_ = ::socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    const timeval limit{5, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    int failed = 0;
    if (is_six) {
      sockaddr_in6 to{};
      to.sin6_family = AF_INET6;
      to.sin6_port = htons(port);
      to.sin6_addr = in6addr_loopback;
      failed = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    } else {
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port);
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      failed = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
    REQUIRE(failed == 0);
  }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  int socket() const { return socket_; }
  // False if the server has closed.
  bool say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }
  bool fill() {
    char buffer[16384];
    const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n > 0) rest_.append(buffer, static_cast<size_t>(n));
    return n > 0;
  }
  // Everything up to `end`, with it; what came if the connection ended before.
  std::string until(const std::string& end) {
    size_t at = rest_.find(end);
    while (at == std::string::npos && fill()) at = rest_.find(end);
    const size_t n = at == std::string::npos ? rest_.size() : at + end.size();
    std::string out = rest_.substr(0, n);
    rest_.erase(0, n);
    return out;
  }
  std::string exactly(size_t n) {
    while (rest_.size() < n && fill()) {
    }
    std::string out = rest_.substr(0, n);
    rest_.erase(0, out.size());
    return out;
  }
  bool is_closed() {  // true once the server has ended the connection and nothing is left to read
    return rest_.empty() && !fill();
  }
  Answer head() {
    Answer answer;
    const std::string text = until("\r\n\r\n");
    if (!text.starts_with("HTTP/1.1 ")) return answer;
    answer.status = std::stoi(text.substr(9, 3));
    for (size_t at = text.find("\r\n") + 2; at < text.size();) {
      const size_t end = text.find("\r\n", at);
      const size_t colon = text.find(": ", at);
      if (end == at || colon == std::string::npos) break;
      answer.headers[text.substr(at, colon - at)] = text.substr(colon + 2, end - colon - 2);
      at = end + 2;
    }
    return answer;
  }
  std::string chunk() {
    const size_t n = std::stoul("0" + until("\r\n"), nullptr, 16);
    std::string bytes = exactly(n);
    exactly(2);
    return bytes;
  }
  Answer read(bool is_head = false) {
    Answer answer = head();
    if (is_head || answer.status == 204 || answer.status == 304) return answer;
    if (answer.header("transfer-encoding") == "chunked") {
      for (std::string piece = chunk(); !piece.empty(); piece = chunk()) answer.body += piece;
    } else {
      answer.body = exactly(std::stoul("0" + answer.header("content-length")));
    }
    return answer;
  }
  Answer get(const std::string& target, const std::string& headers = {}) { return ask("GET", target, headers); }
  Answer ask(const std::string& method, const std::string& target, const std::string& headers = {}, const std::string& body = {}) {
    const std::string length = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    say(method + " " + target + " HTTP/1.1\r\nHost: test\r\n" + headers + length + "\r\n" + body);
    return read(method == "HEAD");
  }

 private:
  int socket_ = -1;
  std::string rest_;
};

// A directory of its own under /tmp that goes with the test.
class TempDirectory {
 public:
  TempDirectory() {
    char name[] = "/tmp/banmo-http-test-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~TempDirectory() { std::filesystem::remove_all(path_); }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  const std::string& path() const { return path_; }
  void write(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
  }
  size_t n_files() const {
    size_t n = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) n += entry.is_regular_file();
    return n;
  }

 private:
  std::string path_;
};

inline Route route(std::string method, std::string path, std::string operation) {
  Route made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.operation = std::move(operation);
  made.tag = "test";
  made.summary = {"试验", "A test"};
  made.permission = "public";
  return made;
}

inline std::unique_ptr<Server> started(ServerOptions options, Router router) {
  if (options.listen.empty()) options.listen = {"127.0.0.1:0"};
  auto server = Server::create(std::move(options), std::move(router));
  REQUIRE_MESSAGE(server.ok(), (server.ok() ? std::string{} : server.error().to_string()));
  (*server)->start();
  return std::move(*server);
}

inline std::string address_of(const Server& server) { return server.addresses().front(); }

// Asks until the condition holds, at most five seconds.
template <class Condition>
bool becomes_true(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace banmo::http::test
