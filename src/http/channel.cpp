// SPDX-License-Identifier: Apache-2.0
#include "http/channel.h"

#include <sys/socket.h>

#include <cerrno>

namespace banmo::http {
namespace {

class PlainChannel final : public Channel {
 public:
  explicit PlainChannel(int socket) : socket_(socket) {}
  IoStep read(char* data, size_t n) override { return step_of(::recv(socket_, data, n, 0), IoState::want_read); }
  IoStep write(std::string_view bytes) override { return step_of(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), IoState::want_write); }
  bool is_ready() const override { return true; }
  void say_goodbye() override {}

 private:
  int socket_;
};

}  // namespace

IoStep step_of(long n, IoState if_busy) {
  if (n > 0) return {IoState::done, static_cast<size_t>(n)};
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return {if_busy, 0};
  return {IoState::closed, 0};
}

std::unique_ptr<Channel> plain_channel(int socket) { return std::make_unique<PlainChannel>(socket); }

}  // namespace banmo::http
