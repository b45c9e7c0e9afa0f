// SPDX-License-Identifier: Apache-2.0
// A temporary file that is gone when this is, however its use ended.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace banmo::server {

class TakenAway {
 public:
  explicit TakenAway(std::string path) : path_(std::move(path)) {}
  ~TakenAway() {
    std::error_code gone_already;
    std::filesystem::remove(path_, gone_already);
  }
  TakenAway(const TakenAway&) = delete;

 private:
  std::string path_;
};

}  // namespace banmo::server
