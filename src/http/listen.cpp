// SPDX-License-Identifier: Apache-2.0
#include "http/listen.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "http/exchange.h"

namespace banmo::http {
namespace {

struct Parts {
  std::string host, port;
};

std::optional<Parts> parts_of(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) return std::nullopt;
  std::string host = address.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return Parts{std::move(host), address.substr(colon + 1)};
}

Error cannot_listen(const std::string& address, int code) {
  const std::string why = std::generic_category().message(code);
  return fail(ErrorCode::unavailable, "http.cannot_listen",
              {"无法监听 " + address + "（" + why + "）：换一个端口，或停掉占用者",
               "cannot listen at " + address + " (" + why + "): take another port or stop who has it"},
              {}, why);
}

std::string text_of(const sockaddr_storage& address, socklen_t size, std::string* port) {
  char host[NI_MAXHOST];
  char service[NI_MAXSERV];
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof host, service, sizeof service, NI_NUMERICHOST | NI_NUMERICSERV) !=
      0)
    return {};
  if (port) *port = service;
  return host;
}

}  // namespace

Result<int> listen_at(const std::string& address) {
  const auto parts = parts_of(address);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (!parts || getaddrinfo(parts->host.c_str(), parts->port.c_str(), &hints, &found) != 0) {
    return fail(ErrorCode::invalid, "http.bad_address",
                {"监听地址“" + address + "”有误：形如 127.0.0.1:8080 或 [::1]:8080",
                 "the address \"" + address + "\" is wrong: write it like 127.0.0.1:8080 or [::1]:8080"});
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  const int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return cannot_listen(address, errno);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (found->ai_family == AF_INET6) ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(socket, found->ai_addr, found->ai_addrlen) != 0 || ::listen(socket, 4096) != 0) {
    const int code = errno;
    ::close(socket);
    return cannot_listen(address, code);
  }
  return socket;
}

std::string address_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  std::string port;
  const std::string host = text_of(address, size, &port);
  return (address.ss_family == AF_INET6 ? "[" + host + "]" : host) + ":" + port;
}

Accepted accept_one(int listening_socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int socket = ::accept4(listening_socket, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return {-1, {}, errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM};
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return {socket, canonical_address(text_of(address, size, nullptr)), false};
}

}  // namespace banmo::http
