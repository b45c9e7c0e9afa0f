// SPDX-License-Identifier: Apache-2.0
// Inside the room: bytes over one connected socket that never blocks, plain or TLS. A channel does not own the socket; it never raises SIGPIPE. Used
// by one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace banmo::http {

enum class IoState { done, want_read, want_write, closed };
struct IoStep {
  IoState state = IoState::closed;
  size_t n_bytes = 0;  // if done; never 0 then
};

class Channel {
 public:
  virtual ~Channel() = default;
  virtual IoStep read(char* data, size_t n) = 0;
  virtual IoStep write(std::string_view bytes) = 0;
  virtual bool is_ready() const = 0;  // false while a TLS handshake is under way
  virtual void say_goodbye() = 0;     // TLS close_notify, if it can be sent at once
};

std::unique_ptr<Channel> plain_channel(int socket);

// Certificate and key of this server. Thread-safe after create.
class TlsContext {
 public:
  // Errors: invalid "http.bad_tls" (a file that cannot be read, a key that does not belong to the certificate).
  static Result<std::unique_ptr<TlsContext>> create(const std::string& certificate_file, const std::string& key_file);
  ~TlsContext();
  std::unique_ptr<Channel> channel(int socket) const;  // nullptr if memory is short

 private:
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What recv and send gave, told as a step; reads errno.
IoStep step_of(long n, IoState if_busy);

}  // namespace banmo::http
