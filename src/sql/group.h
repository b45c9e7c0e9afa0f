// SPDX-License-Identifier: Apache-2.0
// Requests of many threads that are written together: whoever comes first writes for all that wait, so that one transaction, one audit entry or one
// fsync serves them. Who waits makes room for other work and gives up when its time is over, unless its group is being written. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"

namespace banmo::sql {

class Group {
 public:
  struct Request {
    Result<> result = {};

   private:
    friend class Group;
    enum class Stage { waiting, taken, done };
    Deadline* deadline = nullptr;
    Stage stage = Stage::waiting;
    std::condition_variable changed = {};
  };
  using Requests = std::vector<Request*>;
  // `run` writes a group and sets each result; `busy` is answered to who gave up. A group may take `group_time`. If `run` throws, each of the group
  // is run alone, and what throws again is told internal "sql.group_threw": it must not throw once it has written.
  Group(std::function<void(const Requests&)> run, Error busy, size_t max_group, std::chrono::milliseconds group_time)
      : run_(std::move(run)), busy_(std::move(busy)), max_group_(max_group), group_time_(group_time) {}
  // Returns when the request was written or refused; its result.
  Result<> write(Request& request);

 private:
  Requests take();
  void lead(std::unique_lock<std::mutex>& lock);
  void run_guarded(const Requests& group) const;
  void wake_next();

  const std::function<void(const Requests&)> run_;
  const Error busy_;
  const size_t max_group_;
  const std::chrono::milliseconds group_time_;
  std::mutex mutex_;
  std::deque<Request*> waiting_;
  bool is_writing_ = false;
};

}  // namespace banmo::sql
