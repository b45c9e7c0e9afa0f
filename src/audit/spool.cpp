// SPDX-License-Identifier: Apache-2.0
#include "audit/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

namespace banmo::audit {
namespace {

constexpr char kMark[8] = {'B', 'M', 'R', 'E', 'A', 'D', 'S', '1'};
constexpr int kMaxFiles = 64;  // processes on one folder
constexpr size_t kTexts = 4;   // of a note: actor, action, object_kind, what
constexpr size_t kFixed = sizeof(int64_t) * 2 + sizeof(uint32_t) * (1 + kTexts);

Error no_spool(const std::string& path, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return fail(full ? ErrorCode::storage_full : ErrorCode::unavailable, "audit.no_spool",
              {"建不了敏感读取的暂存文件 " + path + "；请检查磁盘空间与权限",
               "cannot make the file " + path + " for reads of sensitive data: check disk space and permissions"},
              path, std::generic_category().message(code));
}

template <class T>
void put(char*& to, T value) {
  std::memcpy(to, &value, sizeof value);
  to += sizeof value;
}
template <class T>
T take(const char*& from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  from += sizeof value;
  return value;
}

std::atomic_ref<uint64_t> counter(char* bytes, size_t half) {
  return std::atomic_ref<uint64_t>(reinterpret_cast<uint64_t*>(bytes + sizeof kMark)[half]);
}

// One note: its length, time, rows, the lengths of the texts, the texts.
size_t size_of(const Read& read) { return kFixed + read.actor.size() + read.action.size() + read.object_kind.size() + read.what.size(); }

// The note at `from`, of at most n bytes; empty where the bytes are none (torn by a loss of power).
std::optional<Read> parse(const char* from, size_t n) {
  if (n < kFixed) return std::nullopt;
  const auto length = take<uint32_t>(from);
  if (length < kFixed || length > n) return std::nullopt;
  Read read;
  read.at = Instant{take<int64_t>(from)};
  read.n_rows = take<int64_t>(from);
  uint32_t sizes[kTexts];
  uint64_t sum = kFixed;
  for (uint32_t& size : sizes) sum += size = take<uint32_t>(from);
  if (sum != length) return std::nullopt;
  std::string* texts[kTexts] = {&read.actor, &read.action, &read.object_kind, &read.what};
  for (size_t i = 0; i < kTexts; ++i) {
    texts[i]->assign(from, sizes[i]);
    from += sizes[i];
  }
  return read;
}

// A descriptor that this process alone holds; -1 and errno EWOULDBLOCK if another one does.
int open_locked(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  const int code = errno;
  ::close(file);
  errno = code;
  return -1;
}

}  // namespace

Result<Spool> Spool::open(const std::string& folder, size_t n_bytes, std::vector<Read>& left) {
  std::string path;
  int file = -1;
  for (int i = 0; file < 0 && i < kMaxFiles; ++i) {
    path = folder + "/audit-reads-" + std::to_string(i) + ".spool";
    file = open_locked(path);
    if (file < 0 && errno != EWOULDBLOCK) return no_spool(path, errno);
  }
  if (file < 0) return no_spool(path, EWOULDBLOCK);
  return map(file, path, n_bytes, left);
}

Result<std::vector<Spool>> Spool::open_left_behind(const std::string& folder, std::vector<Read>& left) {
  std::vector<Spool> found;
  for (int i = 0; i < kMaxFiles; ++i) {
    const std::string path = folder + "/audit-reads-" + std::to_string(i) + ".spool";
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || static_cast<size_t>(status.st_size) <= kHead) continue;
    const int file = open_locked(path);
    if (file < 0 && errno == EWOULDBLOCK) continue;  // its process lives; or it is our own
    if (file < 0) return no_spool(path, errno);
    BANMO_TRY(Spool spool, map(file, path, static_cast<size_t>(status.st_size), left));
    found.push_back(std::move(spool));
  }
  return found;
}

// Takes over `file`.
Result<Spool> Spool::map(int file, const std::string& path, size_t n_bytes, std::vector<Read>& left) {
  struct stat status{};
  // A file of another size was made by another version: it keeps its size, so that what stands in it is found.
  if (::fstat(file, &status) == 0 && static_cast<size_t>(status.st_size) > kHead) n_bytes = static_cast<size_t>(status.st_size);
  // posix_fallocate gives every page its block: a write into the map can then never meet a full disk (SIGBUS).
  if (const int code = ::posix_fallocate(file, 0, static_cast<off_t>(n_bytes)); code != 0) {
    if (status.st_size == 0) ::unlink(path.c_str());  // what was reserved of it goes back
    ::close(file);
    return no_spool(path, code);
  }
  void* const mapped = ::mmap(nullptr, n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) {
    const int code = errno;
    ::close(file);
    return no_spool(path, code);
  }
  Spool spool(file, static_cast<char*>(mapped), n_bytes);
  if (std::memcmp(spool.bytes_, kMark, sizeof kMark) == 0) {
    for (const size_t half : {0, 1}) spool.read_half(half, left);
    std::stable_sort(left.begin(), left.end(), [](const Read& a, const Read& b) { return a.at.micros < b.at.micros; });
  } else {
    std::memcpy(spool.bytes_, kMark, sizeof kMark);
    for (const size_t half : {0, 1}) spool.clear(half);
  }
  return spool;
}

Spool::~Spool() {
  if (bytes_ != nullptr) ::munmap(bytes_, n_bytes_);
  if (file_ >= 0) ::close(file_);  // ends the lock
}

size_t Spool::used(size_t half) const { return counter(bytes_, half).load(std::memory_order_relaxed); }
void Spool::set_used(size_t half, uint64_t n) const { counter(bytes_, half).store(n, std::memory_order_release); }
void Spool::clear(size_t half) { set_used(half, 0); }
void Spool::clear_all() {
  for (const size_t half : {0, 1}) clear(half);
}
void Spool::sync() const { static_cast<void>(::msync(bytes_, n_bytes_, MS_SYNC)); }

bool Spool::add(size_t half, const Read& read) {
  const size_t at = used(half), n = size_of(read);
  if (at + n > half_size()) return false;
  char* to = bytes_ + kHead + half * half_size() + at;
  put(to, static_cast<uint32_t>(n));
  put(to, read.at.micros);
  put(to, read.n_rows);
  const std::string* const texts[kTexts] = {&read.actor, &read.action, &read.object_kind, &read.what};
  for (const std::string* text : texts) put(to, static_cast<uint32_t>(text->size()));
  for (const std::string* text : texts) to = std::copy(text->begin(), text->end(), to);
  set_used(half, at + n);  // last: a process killed before it leaves no half note
  return true;
}

void Spool::read_half(size_t half, std::vector<Read>& out) const {
  const char* const begin = bytes_ + kHead + half * half_size();
  const size_t end = std::min(used(half), half_size());
  for (size_t at = 0; at < end;) {
    auto read = parse(begin + at, end - at);
    if (!read) return;
    at += size_of(*read);
    out.push_back(std::move(*read));
  }
}

}  // namespace banmo::audit
