// SPDX-License-Identifier: Apache-2.0
// Does some work again and again on a thread of its own, until it is destroyed. The work must be short and may not throw.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace banmo::server {

class Every {
 public:
  Every(std::chrono::milliseconds pause, std::function<void()> work) : thread_([this, pause, work = std::move(work)] { run(pause, work); }) {}
  ~Every() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Every(const Every&) = delete;

 private:
  void run(std::chrono::milliseconds pause, const std::function<void()>& work) {
    for (std::unique_lock lock(mutex_); !changed_.wait_for(lock, pause, [this] { return stopping_; });) {
      lock.unlock();
      work();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace banmo::server
