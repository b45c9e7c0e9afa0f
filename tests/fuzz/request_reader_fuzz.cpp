// SPDX-License-Identifier: Apache-2.0
// What comes over a connection before anyone is known: heads and bodies in pieces, targets, and a multipart type. Nothing may crash or hang.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/http.h"
#include "http/request_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t n_piece = size_t{data[0]} % 64 + 1;
  banmo::http::RequestReader reader(4096);
  std::string in;
  for (size_t at = 0; at < bytes.size() && reader.fault() == banmo::http::ReadFault::none; at += n_piece) {
    in += bytes.substr(at, n_piece);
    for (size_t n_used = 1; n_used > 0 && !in.empty() && reader.fault() == banmo::http::ReadFault::none;) {
      if (reader.done()) reader.start();
      n_used = reader.put(in);
      if (n_used > in.size()) std::abort();
      in.erase(0, n_used);
      if (reader.head_done() && !reader.head().target.empty()) {
        auto request = banmo::http::request_of(reader.head().method, reader.head().target);
        if (request.ok()) {
          request->headers = reader.head().headers;
          request->cookie("banmo_session");
          banmo::http::asks_for_english(request->header("accept-language"));
        }
      }
    }
  }
  return 0;
}
