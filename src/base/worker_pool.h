// SPDX-License-Identifier: Apache-2.0
// Threads that run posted work in order of arrival: at most so many at once, with a bound on what waits. Work that says it only waits (for a commit)
// lets other work begin, so that those who wait share a commit. Thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace banmo {

class WorkerPool {
 public:
  static constexpr size_t kMostBlocked = 60;  // threads that may wait beside those that run

  WorkerPool(size_t n_running, size_t max_waiting);
  ~WorkerPool();  // finishes what was posted
  WorkerPool(const WorkerPool&) = delete;
  // False if max_waiting pieces of work wait already: the caller answers "busy".
  [[nodiscard]] bool post(std::function<void()> work);
  size_t n_waiting() const;
  void drop_waiting();  // what has not begun is destroyed on the caller's thread, not run

  // While it lives, this thread only waits. Nothing on a thread that is no worker's. Work that went on after a wait may run beside n_running others.
  class Blocked {
   public:
    Blocked();
    ~Blocked();
    Blocked(const Blocked&) = delete;
  };

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banmo
