// SPDX-License-Identifier: Apache-2.0
// The access that a case has opened, as its readers are told.
#pragma once

#include <vector>

#include "shares/types.h"

namespace banmo::flows {

struct CaseShares {
  std::vector<shares::Share> items;  // the newest first
  // Grants of the case that opened none: they were made before its flow did.
  int64_t n_without = 0;
};

}  // namespace banmo::flows
