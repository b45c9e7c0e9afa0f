// SPDX-License-Identifier: Apache-2.0
// Inside the room: the portal's files. They are read into memory at the start and again when the directory has changed; requests only look names up,
// so no path of a request ever reaches the file system. Symbolic links are not followed. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/worker_pool.h"
#include "http/http.h"

namespace banmo::http {

class StaticSite {
 public:
  // Errors: not_found "http.no_static_files" (no such directory, or no index.html in it); too_large "http.static_files_too_large" (over 256 MiB).
  static Result<std::unique_ptr<StaticSite>> create(StaticFiles files, std::string path_prefix);
  ~StaticSite();
  // The file at request.path; index.html for a path without a dot if `is_page_allowed`. nullopt if there is none. Every other second one call has
  // `files` look whether the directory has changed.
  std::optional<Response> answer(const Request& request, bool is_page_allowed, WorkerPool& files) const;

 private:
  struct State;
  explicit StaticSite(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared with who looks at the directory
};

}  // namespace banmo::http
