// SPDX-License-Identifier: Apache-2.0
// Does some work again and again on a thread of its own, until it is destroyed. The work must be short and may not throw.
#pragma once

#include <algorithm>
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

  // Work that takes long is done less often, so that it leaves the machine to those who wait: but no more than kMostRest later.
  static constexpr std::chrono::milliseconds kMostRest{2500};
  static constexpr std::chrono::milliseconds rest_after(std::chrono::milliseconds took, std::chrono::milliseconds pause) {
    return std::max(pause, std::min(3 * took, kMostRest));
  }

 private:
  void run(std::chrono::milliseconds pause, const std::function<void()>& work) {
    std::chrono::milliseconds rest = pause;
    for (std::unique_lock lock(mutex_); !changed_.wait_for(lock, rest, [this] { return stopping_; });) {
      lock.unlock();
      const auto start = std::chrono::steady_clock::now();
      work();
      rest = rest_after(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start), pause);
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace banmo::server
