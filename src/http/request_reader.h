// SPDX-License-Identifier: Apache-2.0
// Inside the room: turns the bytes of one connection into request heads and bodies. Beast's parser is fed by hand in request_reader.cpp, the only
// file that sees it. Holds no buffer of its own beyond the body bytes that nobody has taken yet. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace banmo::http {

struct RequestHead {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  bool is_http_1_1 = true;
  bool keep_alive = true;
  bool has_body = false;
  bool expects_continue = false;
  std::optional<uint64_t> content_length;  // nullopt if there is no body, or a chunked one
};

enum class ReadFault { none, malformed, head_too_large, version };

class RequestReader {
 public:
  explicit RequestReader(size_t max_head_bytes);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  void start();  // forgets the last message
  // Takes bytes as far as it can use them, at most to the end of the head, later at most to the end of the message. Returns how many; what it leaves
  // must come again, with more behind it.
  size_t put(std::string_view bytes);
  bool head_done() const;
  bool done() const;
  ReadFault fault() const;
  RequestHead& head();
  std::string& body();  // what has come of it; the caller may empty it

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banmo::http
