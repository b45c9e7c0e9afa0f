// SPDX-License-Identifier: Apache-2.0
#include "http/multipart.h"

#include <doctest/doctest.h>

using namespace banmo;
using namespace banmo::http;

namespace {

struct Outcome {
  std::string file, name, error;
};

Outcome read_in_pieces(const std::string& body, size_t n_piece, const std::string& type = "multipart/form-data; boundary=xyz") {
  Outcome outcome;
  auto reader = MultipartReader::create(type);
  if (!reader.ok()) return {"", "", reader.error().id};
  for (size_t at = 0; at < body.size(); at += n_piece) {
    if (auto put = reader->put(std::string_view(body).substr(at, n_piece), outcome.file); !put.ok()) return {"", "", put.error().id};
  }
  if (auto end = reader->finish(); !end.ok()) return {"", "", end.error().message.en};
  outcome.name = reader->file_name();
  return outcome;
}

const std::string kHead = "Content-Disposition: form-data; name=\"file\"; filename=\"体测.csv\"\r\nContent-Type: text/csv\r\n\r\n";

}  // namespace

TEST_CASE("the part file comes through whole, however the bytes arrive") {
  const std::string content = "a,b\r\n1,2\r\n--xy not yet\r\n--\r\n\r\n--xyy";
  const std::string body = "preamble\r\n--xyz\r\n" + kHead + content + "\r\n--xyz--\r\nepilogue";
  for (size_t n_piece = 1; n_piece <= body.size(); ++n_piece) {
    CAPTURE(n_piece);
    const Outcome outcome = read_in_pieces(body, n_piece);
    REQUIRE(outcome.error == "");
    REQUIRE(outcome.file == content);
    REQUIRE(outcome.name == "体测.csv");
  }
}

TEST_CASE("an empty file is a file") {
  const Outcome outcome = read_in_pieces("--xyz\r\n" + kHead + "\r\n--xyz--", 7);
  CHECK(outcome.error == "");
  CHECK(outcome.file == "");
}

TEST_CASE("a form that is wrong is refused with what is wrong") {
  CHECK(read_in_pieces("--xyz\r\n" + kHead + "abc", 100).error == "the multipart form is wrong: it ends before its last delimiter");
  CHECK(read_in_pieces("--xyz--", 100).error == "the multipart form is wrong: it has no part named file");
  CHECK(read_in_pieces("--xyz\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nabc\r\n--xyz--", 100).error == "http.unknown_part");
  CHECK(read_in_pieces("--xyz\r\n" + kHead + "\r\n--xyz\r\n" + kHead + "\r\n--xyz--", 100).error == "http.unknown_part");
  CHECK(read_in_pieces("--xyz\r\n\r\nabc\r\n--xyz--", 100).error == "http.bad_multipart");
  CHECK(read_in_pieces("--xyzabc\r\n", 100).error == "http.bad_multipart");
  CHECK(read_in_pieces("--xyz\r\nX: " + std::string(9000, 'x'), 100).error == "http.bad_multipart");
  CHECK(read_in_pieces("", 1, "multipart/form-data").error == "http.bad_multipart");
  CHECK(read_in_pieces("", 1, "multipart/form-data; boundary=" + std::string(71, 'x')).error == "http.bad_multipart");
  CHECK(read_in_pieces("--a b\r\n" + kHead + "\r\n--a b--", 100, "multipart/form-data; charset=x; boundary=\"a b\"").error == "");
}

TEST_CASE("file names lose directories and control characters") {
  CHECK(file_name_of("form-data; name=\"file\"; filename=\"C:\\\\dir\\\\a \\\"b\\\".csv\"") == "a \"b\".csv");
  CHECK(file_name_of("attachment; filename=plain.xlsx") == "plain.xlsx");
  CHECK(file_name_of("attachment; filename=\"x.csv\"; filename*=UTF-8''%E4%BD%93%E6%B5%8B.csv") == "体测.csv");
  CHECK(file_name_of("attachment; filename=\"../../etc/passwd\"") == "passwd");
  CHECK(file_name_of("attachment; filename=\"a\x01"
                     "b\"") == "ab");
  CHECK(file_name_of("attachment; filename=\"\xff\"") == "");
  CHECK(file_name_of("inline") == "");
}
