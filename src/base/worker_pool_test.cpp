// SPDX-License-Identifier: Apache-2.0
#include "base/worker_pool.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"

using banmo::WorkerPool;

namespace {
// Holds a worker until it is opened.
struct Gate {
  std::promise<void> entered, opened;
  std::function<void()> work() {
    return [this] {
      entered.set_value();
      opened.get_future().wait();
    };
  }
};
}  // namespace

TEST_CASE("one thread runs work in the order of arrival, and the destructor finishes what was posted") {
  std::vector<int> order;
  {
    WorkerPool pool(1, 100);
    for (int i = 0; i < 100; ++i)
      while (!pool.post([&order, i] { order.push_back(i); })) std::this_thread::yield();
  }
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(order[static_cast<size_t>(i)] == i);
}

TEST_CASE("work beyond the bound is refused and nothing of it runs") {
  std::atomic<int> n_run = 0;
  Gate gate;
  {
    WorkerPool pool(1, 2);
    REQUIRE(pool.post(gate.work()));
    gate.entered.get_future().wait();
    CHECK(pool.n_waiting() == 0);
    CHECK(pool.post([&] { ++n_run; }));
    CHECK(pool.post([&] { ++n_run; }));
    CHECK(pool.n_waiting() == 2);
    CHECK_FALSE(pool.post([&] { n_run += 100; }));
    gate.opened.set_value();
  }
  CHECK(n_run == 2);
}

TEST_CASE("an exception in one piece of work is logged and does not stop the worker") {
  std::string line;
  banmo::set_log(banmo::LogLevel::error, [&](std::string_view text) { line = text; });
  bool later_ran = false;
  {
    WorkerPool pool(1, 8);
    CHECK(pool.post([] { throw std::runtime_error("broken"); }));
    CHECK(pool.post([] { throw 42; }));
    CHECK(pool.post([&] { later_ran = true; }));
  }
  banmo::set_log(banmo::LogLevel::info, [](std::string_view) {});
  CHECK(later_ran);
  CHECK(line.find("worker.exception") != std::string::npos);
}

TEST_CASE("finished work is destroyed before the worker waits again") {
  std::promise<void> released;
  WorkerPool pool(1, 8);
  CHECK(pool.post([held = std::shared_ptr<void>(nullptr, [&released](void*) { released.set_value(); })] {}));
  REQUIRE(released.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("many threads post to many workers and every accepted piece runs once") {
  std::atomic<int> n_accepted = 0, n_run = 0;
  {
    WorkerPool pool(4, 64);
    std::vector<std::thread> posters;
    for (int t = 0; t < 4; ++t)
      posters.emplace_back([&] {
        for (int i = 0; i < 5000; ++i)
          if (pool.post([&n_run] { ++n_run; })) ++n_accepted;
      });
    for (std::thread& poster : posters) poster.join();
  }
  CHECK(n_run == n_accepted);
  CHECK(n_accepted > 0);
}

TEST_CASE("an empty function is refused") {
  WorkerPool pool(1, 1);
  CHECK_FALSE(pool.post({}));
}

TEST_CASE("what waits can be dropped, and what runs ends") {
  std::promise<void> begun, go_on;
  std::atomic<int> n_run{0};
  WorkerPool pool(1, 10);
  REQUIRE(pool.post([&] {
    begun.set_value();
    go_on.get_future().wait();
    ++n_run;
  }));
  begun.get_future().wait();
  const auto held = std::make_shared<int>(7);
  REQUIRE(pool.post([&n_run, held] { ++n_run; }));
  pool.drop_waiting();
  CHECK(pool.n_waiting() == 0);
  CHECK(held.use_count() == 1);
  std::promise<void> last;
  REQUIRE(pool.post([&] { last.set_value(); }));
  go_on.set_value();
  last.get_future().wait();
  CHECK(n_run == 1);
}

TEST_CASE("work that only waits lets other work begin, and is not run beside more than that") {
  constexpr int kPieces = 40;
  std::promise<void> opened;
  const std::shared_future<void> gate = opened.get_future().share();
  std::promise<void> all_wait;
  std::atomic<int> n_waiting{0}, n_at_once{0}, most_at_once{0};
  {
    WorkerPool pool(2, kPieces);
    for (int i = 0; i < kPieces; ++i) {
      REQUIRE(pool.post([&] {
        most_at_once = std::max(most_at_once.load(), ++n_at_once);
        --n_at_once;
        const WorkerPool::Blocked blocked;
        if (++n_waiting == kPieces) all_wait.set_value();
        gate.wait();
      }));
    }
    REQUIRE(all_wait.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
    opened.set_value();
  }
  CHECK(most_at_once <= 2);
}

TEST_CASE("waiting means nothing on a thread that is no worker's") {
  const WorkerPool::Blocked blocked;
  WorkerPool pool(1, 1);
  std::promise<void> done;
  CHECK(pool.post([&] { done.set_value(); }));
  done.get_future().wait();
}
