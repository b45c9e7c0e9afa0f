// SPDX-License-Identifier: Apache-2.0
// The reader of multipart forms. The first byte says how the rest is cut into pieces: whatever the cut, the outcome must be the same as in one piece.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/multipart.h"

namespace {

struct Outcome {
  bool is_ok = false;
  std::string file, name, error;
  bool operator==(const Outcome&) const = default;
};

Outcome read_in_pieces(std::string_view body, size_t n_piece) {
  Outcome outcome;
  auto reader = banmo::http::MultipartReader::create("multipart/form-data; boundary=xyz");
  if (!reader.ok()) std::abort();
  for (size_t at = 0; at < body.size(); at += n_piece) {
    if (auto put = reader->put(body.substr(at, n_piece), outcome.file); !put.ok()) return {false, {}, {}, put.error().id};
  }
  const auto end = reader->finish();
  if (!end.ok()) return {false, {}, {}, end.error().id};
  return {true, outcome.file, reader->file_name(), {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t n_piece = size_t{data[0]} % 16 + 1;
  const Outcome whole = read_in_pieces(body, body.size() + 1);
  const Outcome pieces = read_in_pieces(body, n_piece);
  if (!(whole == pieces)) std::abort();
  banmo::http::file_name_of(body);
  return 0;
}
