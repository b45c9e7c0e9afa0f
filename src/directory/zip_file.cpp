// SPDX-License-Identifier: Apache-2.0
#include "directory/zip_file.h"

#include <zip.h>

#include <algorithm>
#include <cstdio>

namespace banmo::directory {
namespace {

constexpr int64_t kFreeBytes = 1 << 20;  // the ratio counts beyond these

// Without the path: what was uploaded stands in a folder of the server's own.
Error not_a_zip() {
  return fail(ErrorCode::invalid, "directory.not_a_zip",
              {"这不是能读的 zip 文件，请重新导出后再上传", "this is no zip file that can be read: export it again"});
}

Error cannot_write(const std::string& path, const std::string& cause) {
  return fail(ErrorCode::unavailable, "directory.zip_not_written",
              {"zip 文件写不进去，请检查目录和磁盘空间", "the zip file cannot be written: check the folder and the disk"}, path, cause);
}

}  // namespace

struct ZipReader::State {
  zip_t* zip = nullptr;
  ZipLimits limits;
  int64_t n_unpacked = 0;
  int64_t n_file = 0, file_size = 0;
  ~State() {
    if (zip != nullptr) zip_discard(zip);
  }
};

ZipReader::ZipReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipReader::~ZipReader() = default;

Result<std::unique_ptr<ZipReader>> ZipReader::open(const std::string& path, ZipLimits limits) {
  auto state = std::make_unique<State>();
  int code = 0;
  state->zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (state->zip == nullptr) return not_a_zip();
  state->limits = limits;
  return std::unique_ptr<ZipReader>(new ZipReader(std::move(state)));
}

bool ZipReader::has(const std::string& name) const { return zip_name_locate(state_->zip, name.c_str(), ZIP_FL_NOCASE) >= 0; }

size_t ZipReader::n_entries() const { return static_cast<size_t>(zip_get_num_entries(state_->zip, 0)); }

std::vector<std::string> ZipReader::names() const {
  std::vector<std::string> found;
  const zip_int64_t n = zip_get_num_entries(state_->zip, 0);
  for (zip_int64_t i = 0; i < n; ++i)
    if (const char* name = zip_get_name(state_->zip, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS)) found.emplace_back(name);
  return found;
}

Result<ByteSource> ZipReader::stream(const std::string& name) {
  const zip_int64_t at = zip_name_locate(state_->zip, name.c_str(), ZIP_FL_NOCASE);
  zip_stat_t stat;
  if (at < 0 || zip_stat_index(state_->zip, static_cast<zip_uint64_t>(at), 0, &stat) != 0)
    return fail(ErrorCode::invalid, "directory.zip_no_file", {"压缩包里没有 " + name, "the zip has no " + name}, name);
  const std::shared_ptr<zip_file_t> file(zip_fopen_index(state_->zip, static_cast<zip_uint64_t>(at), 0), [](zip_file_t* f) {
    if (f != nullptr) zip_fclose(f);
  });
  if (file == nullptr)
    return fail(ErrorCode::invalid, "directory.zip_broken",
                {name + " 解不开（损坏或有密码）", name + " cannot be unpacked (broken, or with a password)"}, name);
  const int64_t packed = std::max<int64_t>(static_cast<int64_t>(stat.comp_size), 1);
  state_->n_file = 0;
  state_->file_size = std::max<int64_t>(static_cast<int64_t>(stat.size), 1);
  State* state = state_.get();
  return ByteSource([state, file, name, packed](char* out, size_t n) -> Result<size_t> {
    const zip_int64_t got = zip_fread(file.get(), out, n);
    if (got < 0)
      return fail(ErrorCode::invalid, "directory.zip_broken",
                  {name + " 解不开（损坏或有密码）", name + " cannot be unpacked (broken, or with a password)"}, name);
    state->n_file += got;
    state->n_unpacked += got;
    if (state->n_unpacked > state->limits.max_unpacked_bytes || state->n_file - kFreeBytes > packed * state->limits.max_ratio)
      return fail(ErrorCode::too_large, "directory.zip_bomb",
                  {name + " 解开后过大，已停止；请分批导入", name + " is too large unpacked, so the import stopped: import it in parts"}, name);
    return static_cast<size_t>(got);
  });
}

double ZipReader::progress() const {
  return std::min(1.0, static_cast<double>(state_->n_file) / static_cast<double>(std::max<int64_t>(state_->file_size, 1)));
}

Result<> write_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files) {
  const std::string part = path + ".part";
  std::remove(part.c_str());
  int code = 0;
  zip_t* zip = zip_open(part.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (zip == nullptr) return cannot_write(path, "zip_open " + std::to_string(code));
  for (const auto& [name, source_path] : files) {
    zip_source_t* source = zip_source_file(zip, source_path.c_str(), 0, 0);
    if (source == nullptr || zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8) < 0) {
      if (source != nullptr) zip_source_free(source);
      const std::string cause = zip_strerror(zip);
      zip_discard(zip);
      return cannot_write(path, cause);
    }
  }
  if (zip_close(zip) != 0) {
    const std::string cause = zip_strerror(zip);
    zip_discard(zip);
    return cannot_write(path, cause);
  }
  if (std::rename(part.c_str(), path.c_str()) != 0) return cannot_write(path, "rename");
  return {};
}

}  // namespace banmo::directory
