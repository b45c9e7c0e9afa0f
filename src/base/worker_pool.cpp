// SPDX-License-Identifier: Apache-2.0
#include "base/worker_pool.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"

namespace banmo {

struct WorkerPool::State {
  explicit State(size_t limit) : max_waiting(limit) {}

  void run() {
    while (const std::function<void()> work = next()) {  // destroyed, with what it holds, before the next is awaited
      try {
        work();
      } catch (const std::exception& error) {
        BANMO_LOG(error, "worker.exception", {"cause", error.what()});
      } catch (...) {
        BANMO_LOG(error, "worker.exception", {"cause", "unknown"});
      }
    }
  }
  // Waits for work; empty when the pool closes and nothing waits.
  std::function<void()> next() {
    std::unique_lock lock(mutex);
    wake.wait(lock, [this] { return closing || !waiting.empty(); });
    if (waiting.empty()) return {};
    std::function<void()> work = std::move(waiting.front());
    waiting.pop_front();
    return work;
  }

  const size_t max_waiting;
  mutable std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> waiting;
  bool closing = false;
  std::vector<std::thread> threads;
};

WorkerPool::WorkerPool(size_t n_threads, size_t max_waiting) : state_(std::make_unique<State>(max_waiting)) {
  for (size_t i = 0; i < n_threads; ++i) state_->threads.emplace_back([state = state_.get()] { state->run(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->closing = true;
  }
  state_->wake.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

bool WorkerPool::post(std::function<void()> work) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (!work || state_->waiting.size() >= state_->max_waiting) return false;
    state_->waiting.push_back(std::move(work));
  }
  state_->wake.notify_one();
  return true;
}

void WorkerPool::drop_waiting() {
  std::deque<std::function<void()>> dropped;  // destroyed after the lock is let go
  const std::scoped_lock lock(state_->mutex);
  dropped.swap(state_->waiting);
}

size_t WorkerPool::n_waiting() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->waiting.size();
}

}  // namespace banmo
