// SPDX-License-Identifier: Apache-2.0
// The one limiter for sign-in: token buckets in memory, per account and peer, per account, and per peer. A try takes a token from each before the
// password is looked at and a right password gives them back, so only wrong tries count and many at once cannot slip through. A school of thousands
// behind one address has a budget of 200 wrong tries and 20 a minute; an account tried from many addresses stays open for the addresses from which it
// was used before. Each process counts for itself. Thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/time.h"

namespace banmo::directory {

struct Budget {
  double burst = 1;
  double seconds_per_token = 1;
};

class Limiter {
 public:
  // 0 if the try may go on, otherwise the seconds to wait.
  int64_t take(const std::string& account, const std::string& peer, Instant now);
  void give_back(const std::string& account, const std::string& peer);  // after a right password; the pair is known from now on
  void forgive(const std::string& account);  // wrong tries on it, from wherever, are forgotten; those of an address on other accounts are not

  static constexpr Budget kPair{5, 60}, kAccount{30, 30}, kPeer{200, 3};
  static constexpr size_t kMaxBuckets = 100'000;

 private:
  struct Bucket {
    double tokens = 0;
    Instant at;
  };
  Bucket& bucket(const std::string& key, const Budget& budget, Instant now);
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::unordered_set<std::string> known_pairs_;
};

}  // namespace banmo::directory
