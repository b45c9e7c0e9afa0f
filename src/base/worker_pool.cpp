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
  // A thread without work. The one that slept last is called first: its stack is still in the cache. It outlives its thread: who is called without
  // the lock may have woken by itself, worked and ended before the call comes.
  struct Sleeper {
    std::condition_variable wake;
    bool called = false;
  };

  State(size_t running, size_t limit) : most_running(running), max_waiting(limit) {}

  void run(Sleeper& self) {
    here = this;
    std::unique_lock lock(mutex);
    for (;;) {
      if (!waiting.empty() && n_running < most_running) {
        do_first(lock);
      } else if (closing && waiting.empty()) {
        return;
      } else {
        sleep(self, lock);
      }
    }
  }

  void do_first(std::unique_lock<std::mutex>& lock) {
    ++n_running;
    {
      const std::function<void()> work = std::move(waiting.front());  // destroyed, with what it holds, before the next begins
      waiting.pop_front();
      lock.unlock();
      try {
        work();
      } catch (const std::exception& error) {
        BANMO_LOG(error, "worker.exception", {"cause", error.what()});
      } catch (...) {
        BANMO_LOG(error, "worker.exception", {"cause", "unknown"});
      }
    }
    lock.lock();
    --n_running;
    if (closing) call_all();  // who slept because others ran
  }

  void sleep(Sleeper& self, std::unique_lock<std::mutex>& lock) {
    self.called = false;
    idle.push_back(&self);
    self.wake.wait(lock, [&] { return self.called; });
    --n_called;
  }

  // Somebody for what waits, unless enough are at work or on their way. Lets go of the lock first: who is called needs it at once.
  void call_one(std::unique_lock<std::mutex>& lock) {
    if (waiting.empty() || n_running + n_called >= most_running || idle.empty()) return;
    Sleeper& sleeper = take_last();
    lock.unlock();
    sleeper.wake.notify_one();
  }
  void call_all() {
    while (!idle.empty()) take_last().wake.notify_one();
  }
  Sleeper& take_last() {
    Sleeper& sleeper = *idle.back();
    idle.pop_back();
    sleeper.called = true;
    ++n_called;
    return sleeper;
  }

  static thread_local State* here;  // of a worker's thread

  const size_t most_running, max_waiting;
  mutable std::mutex mutex;
  std::deque<std::function<void()>> waiting;
  std::vector<Sleeper*> idle;
  size_t n_running = 0, n_called = 0;
  bool closing = false;
  std::deque<Sleeper> sleepers;  // of the threads, which end before these
  std::vector<std::thread> threads;
};

thread_local WorkerPool::State* WorkerPool::State::here = nullptr;

WorkerPool::WorkerPool(size_t n_running, size_t max_waiting) : state_(std::make_unique<State>(n_running, max_waiting)) {
  for (size_t i = 0; i < n_running + kMostBlocked; ++i) {
    State::Sleeper& sleeper = state_->sleepers.emplace_back();
    state_->threads.emplace_back([state = state_.get(), &sleeper] { state->run(sleeper); });
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->closing = true;
    state_->call_all();
  }
  for (std::thread& thread : state_->threads) thread.join();
}

bool WorkerPool::post(std::function<void()> work) {
  std::unique_lock lock(state_->mutex);
  if (!work || state_->waiting.size() >= state_->max_waiting) return false;
  state_->waiting.push_back(std::move(work));
  state_->call_one(lock);
  return true;
}

WorkerPool::Blocked::Blocked() {
  if (State::here == nullptr) return;
  std::unique_lock lock(State::here->mutex);
  --State::here->n_running;
  State::here->call_one(lock);
}

WorkerPool::Blocked::~Blocked() {
  if (State::here == nullptr) return;
  const std::scoped_lock lock(State::here->mutex);
  ++State::here->n_running;
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
