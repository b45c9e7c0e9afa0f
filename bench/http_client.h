// SPDX-License-Identifier: Apache-2.0
// A client that presses a server: one thread, keep-alive connections in a closed loop (each asks again as soon as it has its whole answer).
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "bench.h"

namespace banmo::bench {

inline int connect_to(uint16_t port) {
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

inline std::string head_of_request(const std::string& method, const std::string& target, const std::string& token) {
  return method + " " + target +
         " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\nAccept-Language: zh-CN\r\n" +
         (token.empty() ? std::string() : "Authorization: Bearer " + token + "\r\n") + "User-Agent: bench\r\n";
}
inline std::string get_request(const std::string& target, const std::string& token) { return head_of_request("GET", target, token) + "\r\n"; }
// The same request for an answer that is read here, not only counted.
inline std::string uncompressed(std::string request) {
  constexpr std::string_view kLine = "Accept-Encoding: gzip\r\n";
  if (const size_t at = request.find(kLine); at != std::string::npos) request.erase(at, kLine.size());
  return request;
}
inline std::string post_request(const std::string& target, const std::string& token, const std::string& body) {
  return head_of_request("POST", target, token) + "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

// An answer as it comes in. Only answers with a Content-Length, in lower case or as Beast writes it.
class Answer {
 public:
  void add(const char* bytes, size_t n) { text_.append(bytes, n); }
  bool whole() const {
    const size_t head = text_.find("\r\n\r\n");
    return head != std::string::npos && text_.size() >= head + 4 + length(std::string_view(text_).substr(0, head));
  }
  int status() const { return std::atoi(text_.c_str() + std::string_view("HTTP/1.1 ").size()); }
  std::string body() const { return text_.substr(text_.find("\r\n\r\n") + 4); }
  void clear() { text_.clear(); }

 private:
  static size_t length(std::string_view head) {
    for (const std::string_view name : {"\r\ncontent-length: ", "\r\nContent-Length: "}) {
      if (const size_t at = head.find(name); at != std::string_view::npos) return std::strtoul(head.data() + at + name.size(), nullptr, 10);
    }
    return 0;
  }
  std::string text_;
};

// One request on a connection of its own; ends the program if there is no answer.
inline Answer ask_once(uint16_t port, const std::string& asked) {
  const std::string request = uncompressed(asked);
  const int socket = connect_to(port);
  Answer answer;
  char buffer[65536];
  if (socket < 0 || ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) std::abort();
  while (!answer.whole()) {
    const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
    if (n <= 0) std::abort();
    answer.add(buffer, static_cast<size_t>(n));
  }
  ::close(socket);
  return answer;
}

struct Load {
  size_t n_requests = 0, n_failed = 0;  // failed: an answer of another status than 2xx
  double seconds = 0;
  std::vector<double> latencies_ms;
  double per_second() const { return static_cast<double>(n_requests) / seconds; }
};

// Sends the requests in turn, from the first again when all were sent, for `seconds`; 0: each once.
inline Load press(uint16_t port, const std::vector<std::string>& requests, size_t n_connections, double seconds) {
  struct Connection {
    double sent_s = 0;
    Answer answer;
  };
  const int poller = ::epoll_create1(0);
  std::vector<Connection> connections(65536);
  std::vector<int> sockets;
  size_t next = 0, n_open = 0;
  const auto ask = [&](int socket) {
    const std::string& request = requests[next++ % requests.size()];
    connections[static_cast<size_t>(socket)].sent_s = now_s();
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) std::abort();
    ++n_open;
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
  const double start_s = now_s();
  const auto goes_on = [&] { return seconds > 0 ? now_s() - start_s < seconds : next < requests.size(); };
  for (const int socket : sockets) ask(socket);
  epoll_event events[256];
  char buffer[16384];
  while (n_open > 0) {
    const int n = ::epoll_wait(poller, events, 256, 100);
    for (int i = 0; i < n; ++i) {
      const int socket = events[i].data.fd;
      Connection& connection = connections[static_cast<size_t>(socket)];
      const ssize_t n_bytes = ::recv(socket, buffer, sizeof buffer, 0);
      if (n_bytes <= 0) std::abort();
      connection.answer.add(buffer, static_cast<size_t>(n_bytes));
      if (!connection.answer.whole()) continue;
      ++load.n_requests;
      load.n_failed += connection.answer.status() / 100 == 2 ? 0 : 1;
      load.latencies_ms.push_back((now_s() - connection.sent_s) * 1e3);
      connection.answer.clear();
      --n_open;
      if (goes_on()) ask(socket);
    }
  }
  load.seconds = now_s() - start_s;
  for (const int socket : sockets) ::close(socket);
  ::close(poller);
  return load;
}

}  // namespace banmo::bench
