// SPDX-License-Identifier: Apache-2.0
// Inside the room: reads multipart/form-data (RFC 7578) as it streams by and passes on the bytes of its one part `file`. Holds at most one delimiter
// and one part's headers. Used by one thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace banmo::http {

class MultipartReader {
 public:
  // Errors: invalid "http.bad_multipart" (no boundary, or none that RFC 2046 allows).
  static Result<MultipartReader> create(std::string_view content_type);
  // Appends to `file` what belongs to the part `file`. Errors: invalid "http.bad_multipart" (structure), "http.unknown_part" (another name, or a
  // second file).
  Result<> put(std::string_view bytes, std::string& file);
  // After the last byte. Errors: invalid "http.bad_multipart" (cut off, or without the part `file`).
  Result<> finish() const;
  const std::string& file_name() const { return file_name_; }

 private:
  enum class Phase { preamble, delimiter, headers, file, epilogue };
  enum class Step { again, need_more };
  Result<Step> step(std::string& file);
  Step pass_body(std::string* file);
  Result<Step> read_delimiter();
  Result<Step> read_headers();
  Result<> take_part(std::string_view headers);

  std::string delimiter_;      // "\r\n--boundary"
  std::string rest_ = "\r\n";  // unread; begins as if a line had ended, for a boundary that opens the body
  std::string file_name_;
  Phase phase_ = Phase::preamble;
  bool has_file_ = false;
};

// The file name of a Content-Disposition value (RFC 6266: filename* before filename), without directories and control characters; empty if there is
// none.
std::string file_name_of(std::string_view content_disposition);

}  // namespace banmo::http
