// SPDX-License-Identifier: Apache-2.0
// A fixed number of threads that run posted work in order of arrival, with a bound on what waits. Thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace banmo {

class WorkerPool {
 public:
  WorkerPool(size_t n_threads, size_t max_waiting);
  ~WorkerPool();  // finishes what was posted
  WorkerPool(const WorkerPool&) = delete;
  // False if max_waiting pieces of work wait already: the caller answers "busy".
  [[nodiscard]] bool post(std::function<void()> work);
  size_t n_waiting() const;
  void drop_waiting();  // what has not begun is destroyed on the caller's thread, not run

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banmo
