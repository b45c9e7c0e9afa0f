// SPDX-License-Identifier: Apache-2.0
// For the tests of this room: a pack written to a folder of its own, loaded, and its findings as text.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pack/pack.h"

namespace banmo::pack::testing {

// A folder that lives as long as the test.
class Folder {
 public:
  Folder() {
    static int n = 0;
    path_ = (std::filesystem::temp_directory_path() / ("banmo-pack-" + std::to_string(::getpid()) + "-" + std::to_string(++n))).string();
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  void write(const std::string& file, std::string_view text) const {
    std::filesystem::create_directories((std::filesystem::path(path_) / file).parent_path());
    std::ofstream(std::filesystem::path(path_) / file, std::ios::binary) << text;
  }

 private:
  std::string path_;
};

// The head of a pack in five lines, so that what a test adds starts on line six.
inline std::string with_head(std::string_view rest) {
  return "pack: {id: edu.t, version: 1.0.0, engine: banmo/1, title: 测试}\nlaw: {purpose: 测试, basis: 测试}\ncodes:\n  colour: {title: 颜色, "
         "values: {r: 红, g: 绿}}\n\n" +
         std::string(rest);
}

// Findings as "pack.yaml:6:3: sentence [id]", one a line; "" if the pack loads.
inline std::string findings_of(const Folder& folder) {
  const std::vector<std::string> folders{folder.path()};
  const auto loaded = Catalogue::load(folders);
  if (loaded.ok()) return {};
  std::vector<Error> all = loaded.error().details;
  if (all.empty()) all.push_back(loaded.error());
  std::string out;
  for (const Error& error : all) {
    const size_t head = error.where.starts_with(folder.path()) ? folder.path().size() + 1 : 0;
    if (!out.empty()) out += "\n";
    out += error.where.substr(head) + ": " + error.message.en + " [" + error.id + "]";
  }
  return out;
}

// `rest` may hold one ^ before the place where a finding must stand: findings there are shown as "^: sentence [id]".
inline std::string findings_of(std::string_view rest) {
  std::string text = with_head(rest);
  std::string place;
  if (const size_t mark = text.find('^'); mark != std::string::npos) {
    const std::string before = text.substr(0, mark);
    const auto n_characters = [](std::string_view part) {
      return std::count_if(part.begin(), part.end(), [](char c) { return (c & 0xC0) != 0x80; });
    };
    place = "pack.yaml:" + std::to_string(std::count(before.begin(), before.end(), '\n') + 1) + ":" +
            std::to_string(n_characters(before.substr(before.rfind('\n') + 1)) + 1) + ":";
    text.erase(mark, 1);
  }
  const Folder folder;
  folder.write("pack.yaml", text);
  std::string out = findings_of(folder);
  for (size_t at = 0; !place.empty() && (at = out.find(place, at)) != std::string::npos; ++at) out.replace(at, place.size(), "^:");
  return out;
}

}  // namespace banmo::pack::testing
