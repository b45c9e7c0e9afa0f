// SPDX-License-Identifier: Apache-2.0
#include "server/pack_stage.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <vector>

namespace banmo::server {
namespace {

namespace fs = std::filesystem;

Error unwritable(const std::string& path, const std::error_code& cause) {
  return fail(ErrorCode::unavailable, "server.unwritable_file", {"写不了 " + path, "cannot write " + path}, path, cause.message());
}

// Held while the folder of packs is changed: a second program that starts meanwhile waits instead of repairing what is no ruin.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder) : file_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    while (file_ >= 0 && ::flock(file_, LOCK_EX) != 0 && errno == EINTR) continue;
  }
  FolderLock(const FolderLock&) = delete;
  ~FolderLock() {
    if (file_ >= 0) ::close(file_);
  }

 private:
  int file_;
};

// Of a folder: its entries; of a file: its bytes.
Result<> sync_path(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const std::error_code cause(errno, std::generic_category());
  if (file >= 0) ::close(file);
  if (!synced) return unwritable(path, cause);
  return {};
}

Result<> sync_tree(const std::string& folder) {
  std::error_code failed;
  for (fs::recursive_directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) BANMO_DO(sync_path(it->path().string()));
  if (failed) return unwritable(folder, failed);
  return sync_path(folder);
}

Result<> rename_path(const std::string& from, const std::string& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed) return unwritable(to, failed);
  return {};
}

class Stage {
 public:
  explicit Stage(const std::string& scenes) : scenes_(scenes), root_(scenes + "/.install") {}

  bool exists() const { return fs::exists(root_); }

  Result<> prepare(const std::string& from, const std::string& name) const {
    std::error_code failed;
    fs::create_directories(root_ + "/old", failed);
    if (!failed) fs::create_directories(root_ + "/new", failed);
    if (!failed) fs::copy(from, coming(name), fs::copy_options::recursive, failed);
    if (failed) return unwritable(root_, failed);
    BANMO_DO(sync_tree(root_));
    return sync_path(scenes_);
  }

  Result<> mark_noted() const {
    if (!std::ofstream(mark())) return unwritable(mark(), std::make_error_code(std::errc::io_error));
    BANMO_DO(sync_path(mark()));
    return sync_path(root_);
  }

  // Whatever is ready takes its place.
  Result<> finish() const {
    for (const std::string& name : names_in("new")) {
      if (fs::exists(place(name))) BANMO_DO(rename_path(place(name), going(name)));
      BANMO_DO(rename_path(coming(name), place(name)));
    }
    BANMO_DO(sync_path(root_ + "/new"));
    return sync_path(scenes_);
  }

  // Whatever went away comes back. The mark goes first: a crash in here must not finish what is being undone.
  Result<> undo() const {
    std::error_code failed;
    if (fs::remove(mark(), failed)) BANMO_DO(sync_path(root_));
    if (failed) return unwritable(mark(), failed);
    for (const std::string& name : names_in("old"))
      if (!fs::exists(place(name))) BANMO_DO(rename_path(going(name), place(name)));
    return sync_path(scenes_);
  }

  Result<> clear() const {
    std::error_code failed;
    fs::remove_all(root_, failed);
    if (failed) return unwritable(root_, failed);
    return sync_path(scenes_);
  }

  Result<> repair() const {
    if (fs::exists(mark()))
      BANMO_DO(finish());
    else
      BANMO_DO(undo());
    return clear();
  }

 private:
  std::string mark() const { return root_ + "/noted"; }
  std::string coming(const std::string& name) const { return root_ + "/new/" + name; }
  std::string going(const std::string& name) const { return root_ + "/old/" + name; }
  std::string place(const std::string& name) const { return scenes_ + "/" + name; }
  std::vector<std::string> names_in(const char* part) const {
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator it(root_ + "/" + part, failed), end; !failed && it != end; it.increment(failed))
      names.push_back(it->path().filename().string());
    return names;
  }

  std::string scenes_, root_;
};

}  // namespace

Result<> install_folder(const std::string& scenes, const std::string& from, const std::string& name, const std::function<Result<>()>& note) {
  const FolderLock lock(scenes);
  const Stage stage(scenes);
  if (stage.exists()) BANMO_DO(stage.repair());
  Result<> done = stage.prepare(from, name);
  if (done.ok()) done = note();
  if (done.ok()) done = stage.mark_noted();
  if (done.ok()) done = stage.finish();
  if (!done.ok()) BANMO_DO(stage.undo());
  // What cannot be cleared away now is cleared at the next start.
  const Result<> cleared = stage.clear();
  return done.ok() ? cleared : done;
}

Result<> repair_install(const std::string& scenes) {
  const FolderLock lock(scenes);
  const Stage stage(scenes);
  if (!stage.exists()) return {};
  return stage.repair();
}

}  // namespace banmo::server
