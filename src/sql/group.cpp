// SPDX-License-Identifier: Apache-2.0
#include "sql/group.h"

#include <exception>
#include <string>

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

// What one request throws is its own: those who wait with it are neither left waiting nor refused.
void Group::run_guarded(const Requests& group) const {
  std::string cause;
  try {
    return run_(group);
  } catch (const std::exception& thrown) {
    cause = thrown.what();
  } catch (...) {
    cause = "not an exception of the standard library";
  }
  for (Request* one : group) {
    one->result = fail(ErrorCode::internal, "sql.group_threw",
                       {"写入时发生内部错误，这一项没有写入；请联系系统管理员",
                        "writing met an internal error and this was not written: tell the system administrator"},
                       {}, cause);
    if (group.size() == 1) return;
    one->result = {};
    run_guarded({one});
  }
}

// Notifies under the lock: who waits destroys its request as soon as it has the lock.
void Group::lead(std::unique_lock<std::mutex>& lock) {
  is_writing_ = true;
  const Requests group = take();
  lock.unlock();
  if (!group.empty()) {
    Deadline mine(std::chrono::steady_clock::now() + group_time_, Deadline::AfterCommit::unlimited);  // the requests' own time is not this one's
    const Deadline::Scope scope(&mine);
    run_guarded(group);
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
