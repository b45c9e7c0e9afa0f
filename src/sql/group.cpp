// SPDX-License-Identifier: Apache-2.0
#include "sql/group.h"

#include "base/worker_pool.h"

namespace banmo::sql {

// The next that wait, and whose time is not over: from here on they are answered by the outcome.
Group::Requests Group::take() {
  Requests group;
  while (!waiting_.empty() && group.size() < max_group_) {
    Request* request = waiting_.front();
    waiting_.pop_front();
    if (request->deadline != nullptr && !request->deadline->begin_commit()) {
      request->result = busy_;
      request->stage = Request::Stage::done;
      request->changed.notify_one();
      continue;
    }
    request->stage = Request::Stage::taken;
    group.push_back(request);
  }
  return group;
}

void Group::wake_next() {
  if (!is_writing_ && !waiting_.empty()) waiting_.front()->changed.notify_one();
}

// Notifies under the lock: who waits destroys its request as soon as it has the lock.
void Group::lead(std::unique_lock<std::mutex>& lock) {
  is_writing_ = true;
  const Requests group = take();
  lock.unlock();
  if (!group.empty()) {
    Deadline mine(std::chrono::steady_clock::now() + group_time_, Deadline::AfterCommit::unlimited);  // the requests' own time is not this one's
    const Deadline::Scope scope(&mine);
    run_(group);
  }
  lock.lock();
  for (Request* one : group) {
    if (one->deadline != nullptr) one->deadline->end_commit(one->result.ok());
    one->stage = Request::Stage::done;
    one->changed.notify_one();
  }
  is_writing_ = false;
  wake_next();
}

Result<> Group::write(Request& request) {
  constexpr std::chrono::milliseconds kLookAtDeadline{50};
  request.deadline = Deadline::here();
  request.stage = Request::Stage::waiting;
  std::unique_lock lock(mutex_);
  waiting_.push_back(&request);
  while (request.stage != Request::Stage::done) {
    if (request.stage == Request::Stage::waiting && !is_writing_) {
      lead(lock);
      continue;
    }
    {
      const WorkerPool::Blocked blocked;  // others may join the next group
      request.changed.wait_for(lock, kLookAtDeadline);
    }
    if (request.stage != Request::Stage::waiting || request.deadline == nullptr || !request.deadline->over()) continue;
    std::erase(waiting_, &request);
    wake_next();
    return busy_;
  }
  return std::move(request.result);
}

}  // namespace banmo::sql
