// SPDX-License-Identifier: Apache-2.0
// What every bench uses: time of the clock and of the processor, percentiles, an unpacked Result, and the line that says whether a limit was kept.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"

namespace banmo::bench {

inline double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Seconds of processor time of this process: what does not depend on who else uses the machine.
inline double cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Cost {
  double wall_s = 0, cpu_s = 0;
};

// Runs from its making to each reading.
class Stopwatch {
 public:
  Cost read() const { return {now_s() - wall_, bench::cpu_s() - cpu_}; }

 private:
  double wall_ = now_s(), cpu_ = bench::cpu_s();
};

inline int64_t peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

template <class R>
auto must(R result, const char* what) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s: %s | %s\n", what, result.error().to_string().c_str(), result.error().cause.c_str());
    for (const auto& detail : result.error().details) std::fprintf(stderr, "  %s\n", detail.to_string().c_str());
    std::exit(1);
  }
  if constexpr (!std::is_same_v<typename R::value_type, Unit>) return std::move(result).value();
}

// The value below which the share `p` of the samples lies; 0 without samples.
inline double percentile(std::vector<double>& samples, double p) {
  if (samples.empty()) return 0;
  const auto at = samples.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), at, samples.end());
  return *at;
}

inline const char* verdict(bool kept) { return kept ? "ok" : "TOO SLOW"; }

inline uint64_t next_random(uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

}  // namespace banmo::bench
