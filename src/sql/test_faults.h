// SPDX-License-Identifier: Apache-2.0
// Faults of the system that the tests of this room make.
#pragma once

#include <csignal>
#include <cstddef>

#include <sys/resource.h>

namespace banmo::sql::test {

// While it lives, every fsync of this program fails with an I/O error.
class FailingSyncs {
 public:
  FailingSyncs();
  ~FailingSyncs();
  FailingSyncs(const FailingSyncs&) = delete;
};

// While it lives, no file of this program grows beyond `n_bytes`: the nearest thing to a full disk that needs no rights.
class SmallFiles {
 public:
  explicit SmallFiles(size_t n_bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = n_bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallFiles() { setrlimit(RLIMIT_FSIZE, &before_); }
  SmallFiles(const SmallFiles&) = delete;

 private:
  rlimit before_{};
};

}  // namespace banmo::sql::test
