// SPDX-License-Identifier: Apache-2.0
#include "http/static_site.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

#include "base/log.h"
#include "base/text.h"
#include "http/answer.h"

namespace banmo::http {
namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::steady_clock::time_point;

constexpr uint64_t kMaxSiteBytes = 256u << 20;
constexpr auto kLookEvery = std::chrono::seconds(2);
constexpr std::string_view kDefaultPolicy =
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'";

struct File {
  std::shared_ptr<const std::string> bytes;
  std::shared_ptr<const std::string> zipped;  // null if it would not be smaller
  std::string type;
  std::string etag;
  bool is_hashed = false;  // its name changes with its content
};

struct Site {
  std::map<std::string, File, std::less<>> files;  // "/assets/index-4f3a91c2.js"
  std::string stamp;                               // sizes and times of all files: another stamp means another site
};

std::string type_of(const std::string& extension) {
  static const std::map<std::string, std::string> kTypes{{".html", "text/html; charset=utf-8"},
                                                         {".js", "text/javascript; charset=utf-8"},
                                                         {".mjs", "text/javascript; charset=utf-8"},
                                                         {".css", "text/css; charset=utf-8"},
                                                         {".json", "application/json"},
                                                         {".map", "application/json"},
                                                         {".svg", "image/svg+xml"},
                                                         {".png", "image/png"},
                                                         {".jpg", "image/jpeg"},
                                                         {".webp", "image/webp"},
                                                         {".ico", "image/x-icon"},
                                                         {".woff2", "font/woff2"},
                                                         {".woff", "font/woff"},
                                                         {".txt", "text/plain; charset=utf-8"},
                                                         {".webmanifest", "application/manifest+json"},
                                                         {".pdf", "application/pdf"},
                                                         {".wasm", "application/wasm"}};
  const auto found = kTypes.find(extension);
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

// Names a version of a file; it guards nothing.
std::string tag_of(std::string_view bytes) {
  std::ostringstream out;
  out << "W/\"" << std::hex << text::fnv_1a(bytes) << '-' << bytes.size() << '"';
  return out.str();
}

// "/assets/name-4f3a91c2.js": at least eight letters, digits, - or _ behind a dash.
bool has_hashed_name(std::string_view path) {
  if (!path.starts_with("/assets/")) return false;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::string_view stem = name.substr(0, name.find('.'));
  return stem.size() > 9 && stem.find('-') < stem.size() - 8;
}

std::string quoted_for_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '<' || c == '>' || c == '&') continue;
    out += c;
  }
  return out;
}

// The portal's addresses are relative: <base> tells what to, also for a page deep in the tree and behind a path prefix.
std::string with_base(std::string html, const std::string& path_prefix) {
  const std::string base = "<base href=\"" + quoted_for_html(path_prefix) + "/\">";
  if (const size_t found = html.find("<base "); found != std::string::npos) {
    const size_t end = html.find('>', found);
    if (end != std::string::npos) html.replace(found, end + 1 - found, base);
    return html;
  }
  const size_t head = html.find("<head>");
  if (head != std::string::npos) html.insert(head + 6, base);
  return html;
}

std::string bytes_of(const fs::path& path) {
  const std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

// Regular files only; symbolic links are passed over, so nothing outside the directory can be reached.
std::vector<fs::path> files_in(const std::string& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(directory, error); !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->is_symlink(error)) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file(error)) {
      files.push_back(it->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string stamp_of(const std::vector<fs::path>& files) {
  std::string stamp;
  std::error_code error;
  for (const fs::path& file : files) {
    stamp += file.string() + ' ' + std::to_string(fs::file_size(file, error)) + ' ' +
             std::to_string(fs::last_write_time(file, error).time_since_epoch().count()) + '\n';
  }
  return stamp;
}

File file_of(const std::string& name, std::string bytes) {
  File file;
  file.type = type_of(fs::path(name).extension().string());
  file.etag = tag_of(bytes);
  file.is_hashed = has_hashed_name(name);
  if (is_compressible(file.type) && bytes.size() > 1024) {
    std::string zipped = gzip(bytes, 6);
    if (!zipped.empty() && zipped.size() < bytes.size()) file.zipped = std::make_shared<const std::string>(std::move(zipped));
  }
  file.bytes = std::make_shared<const std::string>(std::move(bytes));
  return file;
}

Result<std::shared_ptr<const Site>> read_site(const std::string& directory, const std::string& path_prefix) {
  auto site = std::make_shared<Site>();
  const std::vector<fs::path> paths = files_in(directory);
  site->stamp = stamp_of(paths);  // before reading: what changes meanwhile is seen at the next look
  uint64_t n_bytes = 0;
  for (const fs::path& path : paths) {
    const std::string name = "/" + path.lexically_relative(directory).generic_string();
    std::string bytes = bytes_of(path);
    n_bytes += bytes.size();
    if (n_bytes > kMaxSiteBytes) {
      return fail(ErrorCode::too_large, "http.static_files_too_large",
                  {"静态文件目录 " + directory + " 超过 256 MiB：请确认目录是否正确",
                   "the directory of static files " + directory + " holds more than 256 MiB: is it the right one?"});
    }
    if (name == "/index.html") bytes = with_base(std::move(bytes), path_prefix);
    site->files.emplace(name, file_of(name, std::move(bytes)));
  }
  if (!site->files.contains("/index.html")) {
    return fail(ErrorCode::not_found, "http.no_static_files",
                {"目录 " + directory + " 中没有 index.html：请先构建门户", "there is no index.html in " + directory + ": build the portal first"});
  }
  return std::shared_ptr<const Site>(std::move(site));
}

}  // namespace

struct StaticSite::State {
  std::string directory;
  std::string path_prefix;
  std::string policy;
  std::mutex mutex;
  std::shared_ptr<const Site> site;  // under mutex
  Seconds looked_at{};               // under mutex

  // What there is. True for one caller every other second: it has the directory looked at.
  std::shared_ptr<const Site> current(bool& is_due) {
    const std::scoped_lock lock(mutex);
    const Seconds now = std::chrono::steady_clock::now();
    is_due = now - looked_at >= kLookEvery;
    if (is_due) looked_at = now;
    return site;
  }

  // Reads the directory anew if it has changed. The disk may be slow: never on the thread of a connection.
  void look(const std::shared_ptr<const Site>& old) {
    if (stamp_of(files_in(directory)) == old->stamp) return;
    auto fresh = read_site(directory, path_prefix);
    if (!fresh.ok()) {
      BANMO_LOG(warn, "http.static_files_unreadable", {"directory", directory}, {"code", fresh.error().id});
      return;
    }
    const std::scoped_lock lock(mutex);
    site = std::move(*fresh);
  }
};

StaticSite::StaticSite(std::shared_ptr<State> state) : state_(std::move(state)) {}
StaticSite::~StaticSite() = default;

Result<std::unique_ptr<StaticSite>> StaticSite::create(StaticFiles files, std::string path_prefix) {
  auto state = std::make_shared<State>();
  BANMO_TRY(state->site, read_site(files.directory, path_prefix));
  state->looked_at = std::chrono::steady_clock::now();
  state->directory = std::move(files.directory);
  state->path_prefix = std::move(path_prefix);
  state->policy = files.content_security_policy.empty() ? std::string(kDefaultPolicy) : std::move(files.content_security_policy);
  if (state->policy.find("frame-ancestors") == std::string::npos) state->policy += "; frame-ancestors 'none'";
  return std::unique_ptr<StaticSite>(new StaticSite(std::move(state)));
}

std::optional<Response> StaticSite::answer(const Request& request, bool is_page_allowed, WorkerPool& files) const {
  bool is_due = false;
  const auto site = state_->current(is_due);
  if (is_due && !files.post([state = state_, site] { state->look(site); })) BANMO_LOG(warn, "http.static_files_not_looked_at");
  const std::string_view path = request.path == "/" ? std::string_view("/index.html") : std::string_view(request.path);
  auto found = site->files.find(path);
  if (found == site->files.end()) {
    const bool is_page = path.substr(path.rfind('/') + 1).find('.') == std::string_view::npos;
    if (!is_page || !is_page_allowed) return std::nullopt;
    found = site->files.find(std::string_view("/index.html"));
    if (found == site->files.end()) return std::nullopt;
  }
  const File& file = found->second;
  Response response;
  response.headers = {
      {"content-type", file.type}, {"etag", file.etag}, {"cache-control", file.is_hashed ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (file.type.starts_with("text/html")) {
    response.headers.emplace_back("content-security-policy", state_->policy);
    response.headers.emplace_back("cross-origin-opener-policy", "same-origin");
  }
  if (file.zipped) response.headers.emplace_back("vary", "accept-encoding");
  const bool is_zipped = file.zipped && accepts_gzip(request.header("accept-encoding"));
  if (is_zipped) response.headers.emplace_back("content-encoding", "gzip");
  response.shared_body = is_zipped ? file.zipped : file.bytes;
  apply_not_modified(request, response);
  return response;
}

}  // namespace banmo::http
