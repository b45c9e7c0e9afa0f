// SPDX-License-Identifier: Apache-2.0
#include "directory/limiter.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace banmo::directory {
namespace {

std::string pair_key(const std::string& account, const std::string& peer) { return "b" + account + '\n' + peer; }

}  // namespace

Limiter::Bucket& Limiter::bucket(const std::string& key, const Budget& budget, Instant now) {
  if (buckets_.size() >= kMaxBuckets) {
    // Buckets that nobody touched for an hour are full again; if that frees nothing, an attack fills the table, and starting anew is the lesser evil.
    std::erase_if(buckets_, [&](const auto& each) { return now.micros - each.second.at.micros > int64_t{3600} * 1'000'000; });
    if (buckets_.size() >= kMaxBuckets) buckets_.clear();
  }
  const auto [place, fresh] = buckets_.try_emplace(key, Bucket{budget.burst, now});
  Bucket& found = place->second;
  const double seconds = static_cast<double>(std::max<int64_t>(now.micros - found.at.micros, 0)) / 1e6;
  found.tokens = std::min(budget.burst, found.tokens + seconds / budget.seconds_per_token);
  found.at = now;
  return found;
}

int64_t Limiter::take(const std::string& account, const std::string& peer, Instant now) {
  const std::lock_guard lock(mutex_);
  const std::string pair = pair_key(account, peer);
  const std::array<std::pair<std::string, Budget>, 3> all{{{pair, kPair}, {"a" + account, kAccount}, {"p" + peer, kPeer}}};
  const bool known = known_pairs_.contains(pair);
  double wait_s = 0;
  for (const auto& [key, budget] : all) {
    if (known && key.front() == 'a') continue;
    const Bucket& found = bucket(key, budget, now);
    if (found.tokens < 1) wait_s = std::max(wait_s, (1 - found.tokens) * budget.seconds_per_token);
  }
  if (wait_s > 0) return static_cast<int64_t>(std::ceil(wait_s));
  for (const auto& [key, budget] : all) bucket(key, budget, now).tokens -= 1;
  return 0;
}

void Limiter::give_back(const std::string& account, const std::string& peer) {
  const std::lock_guard lock(mutex_);
  const std::string pair = pair_key(account, peer);
  if (known_pairs_.size() >= kMaxBuckets) known_pairs_.clear();
  known_pairs_.insert(pair);
  const std::array<std::pair<std::string, Budget>, 3> all{{{pair, kPair}, {"a" + account, kAccount}, {"p" + peer, kPeer}}};
  for (const auto& [key, budget] : all) {
    const auto found = buckets_.find(key);
    if (found != buckets_.end()) found->second.tokens = std::min(budget.burst, found->second.tokens + 1);
  }
}

void Limiter::forgive(const std::string& account) {
  const std::lock_guard lock(mutex_);
  buckets_.erase("a" + account);
  std::erase_if(buckets_, [start = pair_key(account, "")](const auto& each) { return each.first.starts_with(start); });
}

}  // namespace banmo::directory
