// SPDX-License-Identifier: Apache-2.0
// From what was read to who is placed where and why: orders without ties, the market, the mechanism, what each choice would have needed, and what is
// not stable. Pure and deterministic. Private to the room.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/crypto.h"
#include "math/admission.h"
#include "models/season.h"
#include "models/types.h"

namespace banmo::models {

struct Fate {
  Outcome outcome = Outcome::full;
  int32_t standing = math::kNone, needed = math::kNone;  // at the program, from 0
  int32_t decided = kByNothing;
  int32_t group = -1;         // of the place, within the program
  int32_t cut = math::kNone;  // wish of the last one who was taken in his stead
};

struct Settled {
  math::Market market;
  math::Assignment assignment;
  std::vector<math::CutOff> cut_offs;  // [n groups of seats]
  std::vector<int32_t> last_wish;      // [n groups of seats] whose cut-off it is; kNone: nobody
  std::vector<uint32_t> wish_of;       // [n_choice of the market]
  std::vector<Fate> fates;             // [n_wish]
  std::vector<math::Exception> exceptions;
  BatchFigures figures;
};

// Errors: invalid "models.one_group" (trading cycles with quotas); those of math::check.
Result<Settled> settle(const Season& season, const BatchInput& batch, pack::Mechanism mechanism, const Before& before);

// Adds the seats that a batch leaves empty to those of a later one.
void leave(const BatchInput& batch, const Settled& settled, Before& later);
// Of a group with its seats: what stays empty and flows to no other group of the program.
int32_t left_over(const math::Market& market, const math::CutOff& cut_off, size_t group);

// SHA-256 in hexadecimal over a line "batch number order program outcome standing needed" for each choice.
class OutputHash {
 public:
  OutputHash() : hasher_(crypto::Profile::intl) {}
  void add(const Season& season, const BatchInput& batch, const Settled& settled);
  std::string finish() { return crypto::to_hex(hasher_.finish()); }

 private:
  crypto::Hasher hasher_;
};

}  // namespace banmo::models
