// SPDX-License-Identifier: Apache-2.0
// Inside the room: days in requests, which are days in the city.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"

namespace banmo::api {

// The beginning of the day that is written ("2026-11-22"), `later` days on. Errors: invalid "learning.bad_day" with `where`.
Result<Instant> city_day(const std::string& text, int later, std::string where);

}  // namespace banmo::api
