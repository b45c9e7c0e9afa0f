// SPDX-License-Identifier: Apache-2.0
#include "http/upload.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace banmo::http {
namespace {

Error file_error(int code) {
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
    return fail(ErrorCode::storage_full, "http.storage_full",
                {"磁盘已满，文件未保存：请联系管理员清理后重试", "the disk is full and the file was not kept: have it cleared, then try again"}, {},
                std::generic_category().message(code));
  }
  return fail(ErrorCode::internal, "http.temp_file",
              {"服务器无法写临时文件，请凭请求编号联系管理员", "the server cannot write a temporary file: give the request id to the administrator"},
              {}, std::generic_category().message(code));
}

}  // namespace

Result<UploadSink> UploadSink::create(const Request& request, std::string directory, uint64_t max_bytes) {
  UploadSink sink(std::move(directory), max_bytes);
  sink.name_ = file_name_of(request.header("content-disposition"));
  const std::string_view type = request.header("content-type");
  if (type.starts_with("multipart/form-data")) {
    BANMO_TRY(auto reader, MultipartReader::create(type));
    sink.multipart_ = std::move(reader);
  }
  return sink;
}

UploadSink::~UploadSink() {
  if (file_ >= 0) ::close(file_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

UploadSink::UploadSink(UploadSink&& other) noexcept
    : directory_(std::move(other.directory_)),
      max_bytes_(other.max_bytes_),
      n_bytes_(other.n_bytes_),
      multipart_(std::move(other.multipart_)),
      name_(std::move(other.name_)),
      pending_(std::move(other.pending_)),
      path_(std::exchange(other.path_, {})),
      file_(std::exchange(other.file_, -1)) {}

Result<> UploadSink::take(std::string_view bytes) {
  n_bytes_ += bytes.size();
  if (n_bytes_ > max_bytes_) {
    const std::string limit = std::to_string(max_bytes_);
    return fail(ErrorCode::too_large, "http.body_too_large",
                {"文件超过 " + limit + " 字节的上限，请缩小或拆分后上传",
                 "the file is larger than the limit of " + limit + " bytes: make it smaller, or send it in parts"});
  }
  if (multipart_) return multipart_->put(bytes, pending_);
  pending_ += bytes;
  return {};
}

Result<> UploadSink::open() {
  std::string path = directory_ + "/banmo-upload-XXXXXX";
  file_ = ::mkostemp(path.data(), O_CLOEXEC);  // mode 0600
  if (file_ < 0) return file_error(errno);
  path_ = std::move(path);
  return {};
}

Result<> UploadSink::flush() {
  if (file_ < 0) BANMO_DO(open());
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const ssize_t n = ::write(file_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error(errno);
    rest.remove_prefix(static_cast<size_t>(n));
  }
  pending_.clear();
  return {};
}

Result<> UploadSink::finish(Request& request) {
  if (multipart_) BANMO_DO(multipart_->finish());
  BANMO_DO(flush());
  ::close(std::exchange(file_, -1));
  request.body_file = std::exchange(path_, {});
  request.upload_name = multipart_ ? multipart_->file_name() : name_;
  return {};
}

}  // namespace banmo::http
