// SPDX-License-Identifier: Apache-2.0
// How sensitive a field is.
#pragma once

#include <atomic>

namespace banmo::pack {

enum class Level : int { l1 = 1, l2, l3, l4, l5 };  // public .. core

// The level of a field: the pack's own until the field is graded anew while the program runs, the one thing of the catalogue that changes. Whoever
// holds the catalogue sees a new level with the next look. Thread-safe.
class LiveLevel {
 public:
  LiveLevel(Level declared = Level::l1) : declared_(declared), now_(declared) {}
  LiveLevel(const LiveLevel& other) : declared_(other.declared_), now_(other.now_.load(std::memory_order_relaxed)) {}
  LiveLevel& operator=(const LiveLevel& other) {
    declared_ = other.declared_;
    now_.store(other.now_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    return *this;
  }
  ~LiveLevel() = default;
  operator Level() const { return now_.load(std::memory_order_acquire); }
  Level declared() const { return declared_; }                                       // by the pack
  void regrade(Level level) const { now_.store(level, std::memory_order_release); }  // records::Levels alone

 private:
  Level declared_;
  mutable std::atomic<Level> now_;
};

}  // namespace banmo::pack
