// SPDX-License-Identifier: Apache-2.0
#include "events/course_package.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/text.h"
#include "directory/zip_file.h"
#include "events/cmi5_reader.h"

namespace banmo::events {
namespace {

constexpr size_t kMaxFiles = 2000, kMaxFileBytes = size_t{16} << 20, kMaxPath = 400, kMaxDepth = 24, kMaxXmlBytes = size_t{8} << 20;
constexpr size_t kMaxEntries = 4000;  // folders counted
constexpr uintmax_t kMaxPackedBytes = uintmax_t{80} << 20;
constexpr directory::ZipLimits kLimits{.max_unpacked_bytes = int64_t{64} << 20, .max_ratio = 200};
constexpr std::string_view kStructureFile = "cmi5.xml";

struct Type {
  std::string_view extension, type;
};
constexpr Type kTypes[] = {{"html", "text/html; charset=utf-8"},
                           {"htm", "text/html; charset=utf-8"},
                           {"js", "text/javascript; charset=utf-8"},
                           {"mjs", "text/javascript; charset=utf-8"},
                           {"css", "text/css; charset=utf-8"},
                           {"json", "application/json"},
                           {"xml", "application/xml"},
                           {"txt", "text/plain; charset=utf-8"},
                           {"vtt", "text/vtt; charset=utf-8"},
                           {"svg", "image/svg+xml"},
                           {"png", "image/png"},
                           {"jpg", "image/jpeg"},
                           {"jpeg", "image/jpeg"},
                           {"gif", "image/gif"},
                           {"webp", "image/webp"},
                           {"ico", "image/x-icon"},
                           {"mp3", "audio/mpeg"},
                           {"ogg", "audio/ogg"},
                           {"wav", "audio/wav"},
                           {"mp4", "video/mp4"},
                           {"webm", "video/webm"},
                           {"woff", "font/woff"},
                           {"woff2", "font/woff2"},
                           {"ttf", "font/ttf"},
                           {"wasm", "application/wasm"},
                           {"pdf", "application/pdf"}};

Error bad_package(std::string zh, std::string en, std::string where = {}) {
  return fail(ErrorCode::invalid, "events.cmi5_package", {std::move(zh), std::move(en)}, std::move(where));
}
Error too_large(std::string zh, std::string en, std::string where = {}) {
  return fail(ErrorCode::too_large, "events.cmi5_too_large", {std::move(zh), std::move(en)}, std::move(where));
}

// Files are found by this name alone, so a name that climbs finds nothing; it is refused because no honest package has one.
bool is_plain_path(const std::string& path) {
  if (path.empty() || path.size() > kMaxPath || path.front() == '/' || !text::is_utf8(path)) return false;
  const bool has_odd = std::any_of(path.begin(), path.end(), [](char c) { return c == '\\' || (c >= 0 && c < ' ') || c == 127; });
  const auto steps = text::split(path, '/');
  return !has_odd && steps.size() <= kMaxDepth &&
         std::none_of(steps.begin(), steps.end(), [](const std::string& step) { return step.empty() || step == "." || step == ".."; });
}

Result<std::string> read_all(directory::ZipReader& zip, const std::string& name, size_t max_bytes) {
  BANMO_TRY(const auto source, zip.stream(name));
  std::string bytes;
  std::vector<char> block(64 << 10);
  while (true) {
    BANMO_TRY(const size_t n, source(block.data(), block.size()));
    if (n == 0) return bytes;
    bytes.append(block.data(), n);
    if (bytes.size() > max_bytes)
      return too_large("文件 " + name + " 过大（最多 " + std::to_string(max_bytes >> 20) + " MiB）；视频等请放在自己的网站上",
                       name + " is too large (" + std::to_string(max_bytes >> 20) + " MiB at most): keep films and the like on a site of their own",
                       name);
  }
}

// What the zip says of itself costs memory before a byte is unpacked: its size and the number of its entries are looked at first.
Result<std::unique_ptr<directory::ZipReader>> open_zip(const std::string& file) {
  std::error_code code;
  const uintmax_t n_bytes = std::filesystem::file_size(file, code);
  if (!code && n_bytes > kMaxPackedBytes) return too_large("课程包最大 80 MiB", "a package has at most 80 MiB");
  BANMO_TRY(auto zip, directory::ZipReader::open(file, kLimits));
  if (zip->n_entries() > kMaxEntries) return too_large("课程包最多 4000 项（含文件夹）", "a package has at most 4000 entries, folders counted");
  return zip;
}

Result<CoursePackage> read_zip(const std::string& file) {
  BANMO_TRY(const auto zip, open_zip(file));
  const auto listed = zip->names();
  std::set<std::string> names;
  for (const std::string& name : listed) {
    if (name.ends_with('/')) continue;
    if (!is_plain_path(name)) return bad_package("压缩包里的文件名不安全：" + name, "the zip has a file name that is not safe: " + name, name);
    if (!names.insert(text::lower_ascii(name)).second)
      return bad_package("压缩包里的文件名重复（不分大小写）：" + name, "the zip has a file name twice (case aside): " + name, name);
    if (names.size() > kMaxFiles) return too_large("课程包最多 2000 个文件", "a package has at most 2000 files");
  }
  const std::set<std::string_view> present(listed.begin(), listed.end());
  if (!present.contains(kStructureFile))
    return bad_package("压缩包的最外层没有 cmi5.xml；请把课程文件夹里的内容（而不是文件夹本身）打包",
                       "there is no cmi5.xml at the top of the zip: pack what is in the course's folder, not the folder");
  BANMO_TRY(const std::string xml, read_all(*zip, std::string(kStructureFile), kMaxXmlBytes));
  CoursePackage package;
  BANMO_TRY(package.structure, read_course(xml, [&](const std::string& path) { return present.contains(path); }));
  for (const std::string& name : listed) {
    if (name.ends_with('/') || name == kStructureFile) continue;
    BANMO_TRY(std::string content, read_all(*zip, name, kMaxFileBytes));
    package.files.push_back({name, content_type_of(name), std::move(content)});
  }
  return package;
}

}  // namespace

std::string content_type_of(const std::string& path) {
  const size_t dot = path.rfind('.');
  const std::string extension = dot == std::string::npos ? std::string() : text::lower_ascii(std::string_view(path).substr(dot + 1));
  const auto found = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Type& type) { return type.extension == extension; });
  return std::string(found == std::end(kTypes) ? std::string_view("application/octet-stream") : found->type);
}

Result<CoursePackage> read_package(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string start(kMaxXmlBytes + 1, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(in.gcount()));
  if (start.starts_with("PK")) return read_zip(file);
  CoursePackage package;
  BANMO_TRY(package.structure, read_course(start, [](const std::string&) { return false; }));
  return package;
}

}  // namespace banmo::events
