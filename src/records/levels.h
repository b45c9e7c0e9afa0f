// SPDX-License-Identifier: Apache-2.0
// Fields that are graded anew while the program runs. A higher level takes effect at once; a lower one is a proposal that somebody else approves, and
// one of the two is the security administrator. What was decided stands in the ledger and is put over the packs' levels at every start. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/engine.h"

namespace banmo::records {

class Levels {
 public:
  explicit Levels(Engine& engine) : engine_(engine) {}
  // Puts what the ledger says over the packs' levels: at the start, after a change, and every few seconds for the changes of other processes. A
  // derived field is never below what it is computed from; where a pack has since raised its own level, the higher one holds.
  Result<> load();

  Result<std::vector<LevelChange>> list(const Principal& principal, std::string_view state, int limit, int64_t before) const;
  Result<LevelChange> propose(const Principal& principal, const LevelWish& wish);
  Result<LevelChange> decide(const Principal& principal, int64_t no, LevelDecision decision, const std::string& note);

 private:
  Result<> check(const Principal& principal, const LevelWish& wish) const;

  Engine& engine_;
  std::mutex mutex_;  // one load at a time
};

}  // namespace banmo::records
