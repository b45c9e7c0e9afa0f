// SPDX-License-Identifier: Apache-2.0
#include "http/request_reader.h"

#include <doctest/doctest.h>

namespace banmo::http {
namespace {

// What is read when the bytes come n_piece at a time; "faulty" or "unfinished" if that is how it ends.
std::string body_in_pieces(std::string_view bytes, size_t n_piece) {
  RequestReader reader(1000);
  std::string in;
  for (size_t at = 0; at < bytes.size(); at += n_piece) {
    in += bytes.substr(at, n_piece);
    for (size_t n_used = 1; n_used > 0 && !in.empty() && !reader.done();) {
      n_used = reader.put(in);
      if (reader.fault() != ReadFault::none) return "faulty";
      in.erase(0, n_used);
    }
  }
  return reader.done() && in.empty() ? reader.body() : "unfinished";
}

}  // namespace

TEST_CASE("a body in chunks is read whole however it is cut") {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (size_t n_piece = 1; n_piece < 20; ++n_piece) {
    CAPTURE(n_piece);
    CHECK(body_in_pieces(head + "0\r\n\r\n", n_piece).empty());
    CHECK(body_in_pieces(head + "0\r\nTrailer: 1\r\n\r\n", n_piece).empty());
    CHECK(body_in_pieces(head + "2\r\n00\r\n0A\r\n0123456789\r\n0\r\n\r\n", n_piece) == "000123456789");
    CHECK(body_in_pieces(head + "zz\r\n\r\n", n_piece) == "faulty");
    CHECK(body_in_pieces(head + "0\r\n\r", n_piece) == "unfinished");
  }
}

}  // namespace banmo::http
