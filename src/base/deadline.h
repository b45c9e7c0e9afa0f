// SPDX-License-Identifier: Apache-2.0
// How long a piece of work may take, known to all that it calls on its thread, without being passed through every function. What may take long (a
// statement, a wait for a lock) looks at Deadline::here() and gives up when it is over. A change in its commit is let finish: its outcome is told,
// not guessed. Thread-safe: the thread that waits for the work looks on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace banmo {

class Deadline {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // What a commit means for the time that is left: the work is answered by its outcome (a request that changes something), or goes on under the same
  // limit (a request that reads, and notes something by the way).
  enum class AfterCommit { unlimited, limited };

  // `stop`, if given, ends the work before its time once it is true (the program shuts down); it must outlive the deadline.
  Deadline(Time at, AfterCommit after_commit, const std::atomic<bool>* stop = nullptr) : at_(at), after_commit_(after_commit), stop_(stop) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  Time at() const { return at_; }
  bool over() const;
  // Before and after a commit. begin_commit is false if the time is over: roll back. Between the two, and after a change of unlimited work was kept,
  // it never is over.
  bool begin_commit();
  void end_commit(bool kept);
  // The work itself begins now: what was kept before it (the session's last use) does not lift the limit.
  void begin_work();
  // For the one who waits: true if the work is over for good and nothing of it will be kept any more; false while a commit runs or stands.
  bool end();

  // Of the work that this thread does; nullptr: it has no limit.
  static Deadline* here();
  // True if this thread's work has a limit and is past it.
  static bool over_here() {
    const Deadline* const mine = here();
    return mine != nullptr && mine->over();
  }

  // Makes `deadline` (or none) that of this thread while it lives.
  class Scope {
   public:
    explicit Scope(Deadline* deadline);
    ~Scope();
    Scope(const Scope&) = delete;

   private:
    Deadline* before_;
  };

 private:
  enum class State : uint8_t { open, committing, committed, ended };
  bool is_late() const;

  const Time at_;
  const AfterCommit after_commit_;
  const std::atomic<bool>* const stop_;
  std::atomic<State> state_{State::open};
  bool is_kept_ = false;  // touched by who does the work alone
};

}  // namespace banmo
