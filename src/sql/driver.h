// SPDX-License-Identifier: Apache-2.0
// What the three drivers share: a bounded cache of prepared statements, a pool of connections, and the guards against use from inside. Private to
// sql/.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <unordered_map>

#include "base/deadline.h"
#include "sql/faults.h"
#include "sql/sql.h"

namespace banmo::sql {

// True for statements that are run again and again; DDL and the like would only push others out of the cache, and so would long generated text.
bool worth_caching(std::string_view statement);

// Prepared statements by their text, least recently used out first. For one connection, so not thread-safe.
template <class S>
class StatementCache {
 public:
  explicit StatementCache(size_t n_max) : n_max_(n_max) {}
  S* find(std::string_view text) {
    const auto found = by_text_.find(text);
    if (found == by_text_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->statement;
  }
  S* put(std::string_view text, S statement) {
    if (entries_.size() >= n_max_) {
      by_text_.erase(entries_.back().text);
      entries_.pop_back();
    }
    entries_.push_front({std::string(text), std::move(statement)});
    by_text_.emplace(entries_.front().text, entries_.begin());
    return &entries_.front().statement;
  }
  void erase(std::string_view text) {
    const auto found = by_text_.find(text);
    if (found == by_text_.end()) return;
    const auto entry = found->second;
    by_text_.erase(found);
    entries_.erase(entry);
  }
  void clear() {
    by_text_.clear();
    entries_.clear();
  }

 private:
  struct Entry {
    std::string text;
    S statement;
  };
  size_t n_max_;
  std::list<Entry> entries_;
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> by_text_;
};

// A bounded number of things, made when first needed, lent last-in first-out so that the warm ones are used. Thread-safe.
template <class T>
class Pool {
 public:
  using Make = std::function<Result<std::unique_ptr<T>>()>;
  static constexpr std::chrono::seconds kWait{10};
  static constexpr std::chrono::milliseconds kLook{100};

  Pool(size_t n_max, Make make) : n_max_(std::max<size_t>(n_max, 1)), make_(std::move(make)) {}

  Result<T*> acquire() {
    std::unique_lock lock(mutex_);
    const auto end = std::chrono::steady_clock::now() + kWait;
    while (!given_back_.wait_for(lock, kLook, [&] { return !free_.empty() || owned_.size() + n_making_ < n_max_; })) {
      if (Deadline::over_here()) return error_of(Fault::interrupted, "while waiting for a connection");
      if (std::chrono::steady_clock::now() >= end) return error_of(Fault::no_free_connection);
    }
    if (!free_.empty()) {
      T* thing = free_.back();
      free_.pop_back();
      return thing;
    }
    ++n_making_;
    lock.unlock();
    auto made = make_();
    lock.lock();
    --n_making_;
    if (!made.ok()) {
      given_back_.notify_one();
      return std::move(made).error();
    }
    owned_.push_back(std::move(made).value());
    return owned_.back().get();
  }

  void give_back(T* thing, bool healthy) {
    std::unique_ptr<T> dead;  // destroyed after the lock is let go
    const std::lock_guard lock(mutex_);
    if (healthy) {
      free_.push_back(thing);
    } else {
      const auto found = std::find_if(owned_.begin(), owned_.end(), [&](const auto& each) { return each.get() == thing; });
      dead = std::move(*found);
      owned_.erase(found);
    }
    given_back_.notify_one();
  }

 private:
  size_t n_max_;
  Make make_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<T>> owned_;
  std::vector<T*> free_;
  size_t n_making_ = 0;
};

// Marks, for this thread, that a change of `database` runs. entered() is false if one ran already: the caller answers nested_write.
class WriteScope {
 public:
  explicit WriteScope(const void* database);
  ~WriteScope();
  WriteScope(const WriteScope&) = delete;
  bool entered() const { return entered_; }
  static bool active(const void* database);

 private:
  bool entered_;
};

// Marks a connection as busy while a statement runs on it; entered() is false if it was.
class InUse {
 public:
  explicit InUse(bool& flag) : flag_(flag), entered_(!flag) { flag = true; }
  ~InUse() {
    if (entered_) flag_ = false;
  }
  InUse(const InUse&) = delete;
  bool entered() const { return entered_; }

 private:
  bool& flag_;
  bool entered_;
};

// Interrupted if the deadline of this thread is over: no statement begins then.
inline Result<> check_deadline() { return Deadline::over_here() ? Result<>(error_of(Fault::interrupted, "before the statement")) : Result<>(); }

// Runs a change; what it throws becomes an error.
Result<> run_change(const Change& change, Connection& connection);

}  // namespace banmo::sql
