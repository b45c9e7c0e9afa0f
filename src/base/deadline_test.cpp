// SPDX-License-Identifier: Apache-2.0
#include "base/deadline.h"

#include <doctest/doctest.h>

using namespace banmo;

namespace {

constexpr auto kFar = std::chrono::hours(1);
Deadline::Time after(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

}  // namespace

TEST_CASE("a deadline belongs to the thread while its scope lives") {
  CHECK(Deadline::here() == nullptr);
  CHECK_FALSE(Deadline::over_here());
  Deadline past(after(std::chrono::milliseconds(-1)), Deadline::AfterCommit::limited);
  {
    const Deadline::Scope outer(&past);
    CHECK(Deadline::over_here());
    const Deadline::Scope inner(nullptr);
    CHECK_FALSE(Deadline::over_here());
  }
  CHECK(Deadline::here() == nullptr);
}

TEST_CASE("work that is stopped is over before its time") {
  std::atomic<bool> stop = false;
  Deadline deadline(after(kFar), Deadline::AfterCommit::limited, &stop);
  CHECK_FALSE(deadline.over());
  stop = true;
  CHECK(deadline.over());
  CHECK_FALSE(deadline.begin_commit());
}

TEST_CASE("a commit that began in time is not over, and nobody can end its work") {
  std::atomic<bool> stop = false;
  Deadline deadline(after(kFar), Deadline::AfterCommit::unlimited, &stop);
  REQUIRE(deadline.begin_commit());
  stop = true;
  CHECK_FALSE(deadline.over());
  CHECK_FALSE(deadline.end());
  deadline.end_commit(false);
  CHECK(deadline.over());
  CHECK(deadline.end());
}

TEST_CASE("what was kept lifts the limit of a request that changes, and not of one that reads") {
  std::atomic<bool> stop = false;
  Deadline changes(after(kFar), Deadline::AfterCommit::unlimited, &stop);
  Deadline reads(after(kFar), Deadline::AfterCommit::limited, &stop);
  for (Deadline* each : {&changes, &reads}) {
    REQUIRE(each->begin_commit());
    each->end_commit(true);
  }
  stop = true;
  CHECK_FALSE(changes.over());
  CHECK_FALSE(changes.end());
  REQUIRE(changes.begin_commit());  // a second change, which fails: the first stands all the same
  changes.end_commit(false);
  CHECK_FALSE(changes.over());
  CHECK(reads.over());
  changes.begin_work();  // what came before the work itself does not count
  CHECK(changes.over());
}

TEST_CASE("work that was ended keeps nothing any more") {
  Deadline deadline(after(kFar), Deadline::AfterCommit::unlimited);
  CHECK(deadline.end());
  CHECK(deadline.over());
  CHECK_FALSE(deadline.begin_commit());
}
