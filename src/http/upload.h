// SPDX-License-Identifier: Apache-2.0
// Inside the room: the body of an upload on its way into a temporary file. take() only parses and collects; flush() writes and may block, so it runs
// off the IO thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/http.h"
#include "http/multipart.h"

namespace banmo::http {

class UploadSink {
 public:
  static constexpr size_t kFlushBytes = 256u << 10;

  // Reads Content-Type and Content-Disposition of the request. The file is made by the first flush.
  // Errors: as MultipartReader::create.
  static Result<UploadSink> create(const Request& request, std::string directory, uint64_t max_bytes);
  ~UploadSink();
  UploadSink(UploadSink&&) noexcept;
  UploadSink& operator=(UploadSink&&) = delete;

  // Errors: too_large "http.body_too_large"; as MultipartReader::put.
  Result<> take(std::string_view bytes);
  bool wants_flush() const { return pending_.size() >= kFlushBytes; }
  // Errors: storage_full "http.storage_full"; internal "http.temp_file".
  Result<> flush();
  // Flushes the rest; then the request owns the file. Errors: as flush and MultipartReader::finish.
  Result<> finish(Request& request);

 private:
  UploadSink(std::string directory, uint64_t max_bytes) : directory_(std::move(directory)), max_bytes_(max_bytes) {}
  Result<> open();

  std::string directory_;
  uint64_t max_bytes_;
  uint64_t n_bytes_ = 0;
  std::optional<MultipartReader> multipart_;
  std::string name_;
  std::string pending_;
  std::string path_;
  int file_ = -1;
};

}  // namespace banmo::http
