// SPDX-License-Identifier: Apache-2.0
// Zip files, read and written in streams with caps. libzip is visible in zip_file.cpp alone. Not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "directory/csv.h"

namespace banmo::directory {

struct ZipLimits {
  int64_t max_unpacked_bytes = 0;  // of all that is read, counted while reading: what a directory says is not believed
  int64_t max_ratio = 0;           // unpacked to packed of one file, beyond its first MiB
};

class ZipReader {
 public:
  // Errors: invalid "directory.not_a_zip".
  static Result<std::unique_ptr<ZipReader>> open(const std::string& path, ZipLimits limits);
  ~ZipReader();
  bool has(const std::string& name) const;
  size_t n_entries() const;                // folders included
  std::vector<std::string> names() const;  // as they stand in the zip, folders included
  // Errors while reading: too_large "directory.zip_bomb"; invalid "directory.zip_broken". The reader must outlive it.
  Result<ByteSource> stream(const std::string& name);
  // Share of the file that is being read, 0..1.
  double progress() const;

 private:
  struct State;
  explicit ZipReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Packs files that stand on disk: (name in the zip, path). The zip appears under its name only when it is whole.
Result<> write_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace banmo::directory
