// SPDX-License-Identifier: Apache-2.0
// How a program seats candidates in its groups. Private to the room.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "math/admission.h"

namespace banmo::math {

struct Candidate {
  int32_t standing = kNone;
  int32_t applicant = kNone;
  auto operator<=>(const Candidate&) const = default;  // who comes first is less
};

// The group (index into Market::seats) of each candidate, kNone without a seat.   candidates: who comes first stands first
std::vector<int32_t> seat(const Market& market, size_t program, std::span<const Candidate> candidates);

}  // namespace banmo::math
