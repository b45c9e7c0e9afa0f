// SPDX-License-Identifier: Apache-2.0
#include "sql/group.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace banmo::sql {
namespace {

struct Numbered : Group::Request {
  explicit Numbered(int which) : number(which) {}
  int number;
};

Error busy() { return fail(ErrorCode::unavailable, "test.busy", {"忙", "busy"}); }

}  // namespace

TEST_CASE("requests that wait while one is written are written together, each with its own answer") {
  std::mutex gate;
  std::atomic<int> n_waiting = 0;
  std::vector<size_t> groups;
  Group group(
      [&](const Group::Requests& requests) {
        const std::lock_guard lock(gate);
        groups.push_back(requests.size());
        for (Group::Request* one : requests)
          if (static_cast<Numbered*>(one)->number == 3) one->result = fail(ErrorCode::conflict, "test.three", {"三", "three"});
      },
      busy(), 100, std::chrono::seconds(10));
  std::vector<std::string> answers(6);
  {
    std::unique_lock hold(gate);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&, i] {
        Numbered request(i);
        ++n_waiting;
        const auto done = group.write(request);
        answers[static_cast<size_t>(i)] = done.ok() ? "" : done.error().id;
      });
    while (n_waiting < 6) std::this_thread::yield();
    hold.unlock();
  }
  CHECK(answers == std::vector<std::string>{"", "", "", "test.three", "", ""});
  size_t n = 0;
  for (const size_t one : groups) n += one;
  CHECK(n == 6);
  CHECK(groups.size() <= 6);
}

TEST_CASE("a group takes no more than it may") {
  std::vector<size_t> groups;
  Group group([&](const Group::Requests& requests) { groups.push_back(requests.size()); }, busy(), 1, std::chrono::seconds(10));
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 5; ++i)
      threads.emplace_back([&, i] {
        Numbered request(i);
        CHECK(group.write(request).ok());
      });
  }
  CHECK(groups == std::vector<size_t>{1, 1, 1, 1, 1});
}

TEST_CASE("what throws fails alone, and whoever waited with it is written") {
  std::mutex gate;
  std::atomic<int> n_waiting = 0, n_written = 0;
  Group group(
      [&](const Group::Requests& requests) {
        const std::lock_guard lock(gate);
        for (Group::Request* one : requests) {
          if (static_cast<Numbered*>(one)->number == 2) throw std::runtime_error("two");
          if (static_cast<Numbered*>(one)->number == 4) throw 4;
        }
        n_written += static_cast<int>(requests.size());
      },
      busy(), 100, std::chrono::seconds(10));
  std::vector<std::string> answers(6);
  {
    std::unique_lock hold(gate);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&, i] {
        Numbered request(i);
        ++n_waiting;
        const auto done = group.write(request);
        answers[static_cast<size_t>(i)] = done.ok() ? "" : done.error().id + " " + done.error().cause;
      });
    while (n_waiting < 6) std::this_thread::yield();
    hold.unlock();
  }
  CHECK(answers == std::vector<std::string>{"", "", "sql.group_threw two", "", "sql.group_threw not an exception of the standard library", ""});
  CHECK(n_written == 4);
}

TEST_CASE("who waits longer than it may is told so, and is not written") {
  std::mutex gate;
  std::atomic<int> n_written = 0;
  std::atomic<bool> leads = false;
  Group group(
      [&](const Group::Requests& requests) {
        leads = true;
        const std::lock_guard lock(gate);
        n_written += static_cast<int>(requests.size());
      },
      busy(), 100, std::chrono::seconds(10));
  std::unique_lock hold(gate);
  const std::jthread first([&] {
    Numbered request(0);
    CHECK(group.write(request).ok());
  });
  while (!leads) std::this_thread::yield();
  Deadline over(std::chrono::steady_clock::now(), Deadline::AfterCommit::unlimited);
  const Deadline::Scope scope(&over);
  Numbered late(1);
  const auto done = group.write(late);
  hold.unlock();
  REQUIRE(!done.ok());
  CHECK(done.error().id == "test.busy");
  CHECK(n_written <= 1);
}

}  // namespace banmo::sql
