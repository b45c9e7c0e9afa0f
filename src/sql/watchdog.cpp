// SPDX-License-Identifier: Apache-2.0
#include "sql/watchdog.h"

#include <chrono>

namespace banmo::sql {
namespace {

constexpr auto kLook = std::chrono::milliseconds(50);
constexpr int kLooksBeforeSleep = 20;  // so that statements which follow one another need not wake the thread

}  // namespace

Watchdog::Watchdog() : thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

// A statement is interrupted at every look until it has ended: the first word may come before the library has begun it, and be forgotten.
void Watchdog::run() {
  std::unique_lock lock(mutex_);
  for (int n_idle = 0; !stopping_;) {
    n_idle = watched_.empty() ? n_idle + 1 : 0;
    if (n_idle > kLooksBeforeSleep) {
      sleeping_ = true;
      changed_.wait(lock, [this] { return stopping_ || !watched_.empty(); });
      sleeping_ = false;
    } else {
      changed_.wait_for(lock, kLook, [this] { return stopping_; });
    }
    for (const Watched& each : watched_) {
      if (each.deadline->over()) each.connection->interrupt();
    }
  }
}

Watchdog::Watch::Watch(Watchdog& watchdog, Connection& connection)
    : watchdog_(Deadline::here() == nullptr ? nullptr : &watchdog), connection_(connection) {
  if (watchdog_ == nullptr) return;
  bool wake = false;
  {
    const std::lock_guard lock(watchdog_->mutex_);
    watchdog_->watched_.push_back({&connection, Deadline::here()});
    wake = watchdog_->sleeping_;
  }
  if (wake) watchdog_->changed_.notify_one();
}

Watchdog::Watch::~Watch() {
  if (watchdog_ == nullptr) return;
  const std::lock_guard lock(watchdog_->mutex_);
  std::erase_if(watchdog_->watched_, [this](const Watched& each) { return each.connection == &connection_; });
}

}  // namespace banmo::sql
