// SPDX-License-Identifier: Apache-2.0
// A child process that tells what it was answered, and is killed in the midst of its work: what the crash tests of the rooms above have in common.
#pragma once

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <type_traits>
#include <vector>

namespace banmo::test {

// Runs `work` in a child, which tells by its argument and does not return, and kills it when it has told n times; all that it told until then.
template <class Told>
std::vector<Told> kill_after(size_t n, const std::function<void(const std::function<void(const Told&)>& tell)>& work) {
  static_assert(std::is_trivially_copyable_v<Told>);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t victim = ::fork();
  REQUIRE(victim >= 0);
  if (victim == 0) {
    ::close(ends[0]);
    work([told = ends[1]](const Told& one) {
      if (::write(told, &one, sizeof one) != static_cast<ssize_t>(sizeof one)) _exit(3);
    });
    _exit(5);
  }
  ::close(ends[1]);
  std::vector<Told> answered;
  const auto hear = [&] {
    Told one{};
    const bool is_told = ::read(ends[0], &one, sizeof one) == static_cast<ssize_t>(sizeof one);
    if (is_told) answered.push_back(one);
    return is_told;
  };
  while (answered.size() < n && hear()) {
  }
  ::kill(victim, SIGKILL);
  while (hear()) {
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(victim, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  return answered;
}

}  // namespace banmo::test
