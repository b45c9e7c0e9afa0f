// SPDX-License-Identifier: Apache-2.0
// Interrupts statements whose deadline is over, for a driver that cannot look at the clock itself while a statement runs (DuckDB). One thread, which
// sleeps while nothing is watched. Private to sql/. Thread-safe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/deadline.h"
#include "sql/sql.h"

namespace banmo::sql {

class Watchdog {
 public:
  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;

  // Watches `connection` under the deadline of this thread, if it has one, while it lives. Afterwards it is not interrupted any more.
  class Watch {
   public:
    Watch(Watchdog& watchdog, Connection& connection);
    ~Watch();
    Watch(const Watch&) = delete;

   private:
    Watchdog* watchdog_;
    Connection& connection_;
  };

 private:
  struct Watched {
    Connection* connection;
    const Deadline* deadline;
  };
  void run();

  std::mutex mutex_;  // also held while interrupting
  std::condition_variable changed_;
  std::vector<Watched> watched_;
  bool sleeping_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace banmo::sql
