// SPDX-License-Identifier: Apache-2.0
#include "base/deadline.h"

#include <utility>

namespace banmo {
namespace {

Deadline*& of_this_thread() {
  thread_local Deadline* mine = nullptr;
  return mine;
}

}  // namespace

bool Deadline::is_late() const { return (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) || std::chrono::steady_clock::now() >= at_; }

bool Deadline::over() const {
  const State state = state_.load();
  return state == State::ended || (state == State::open && is_late());
}

bool Deadline::begin_commit() {
  if (over()) return false;
  State state = state_.load();
  while (state != State::ended) {
    if (state_.compare_exchange_weak(state, State::committing)) return true;
  }
  return false;
}

void Deadline::end_commit(bool kept) {
  if (kept && after_commit_ == AfterCommit::unlimited) is_kept_ = true;
  state_ = is_kept_ ? State::committed : State::open;
}

void Deadline::begin_work() {
  is_kept_ = false;
  State state = State::committed;
  state_.compare_exchange_strong(state, State::open);
}

bool Deadline::end() {
  State state = State::open;
  return state_.compare_exchange_strong(state, State::ended) || state == State::ended;
}

Deadline* Deadline::here() { return of_this_thread(); }

Deadline::Scope::Scope(Deadline* deadline) : before_(std::exchange(of_this_thread(), deadline)) {}
Deadline::Scope::~Scope() { of_this_thread() = before_; }

}  // namespace banmo
