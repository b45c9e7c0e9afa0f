// SPDX-License-Identifier: Apache-2.0
// The one time zone of an installation: China Standard Time, which knows no summer time. Days are told in it at the edges only.
#pragma once

#include "base/time.h"

namespace banmo {

inline constexpr int kCityUtcOffset_minutes = 480;

// The day in the city at an instant.
inline Date city_date(Instant at) { return at.local_date(kCityUtcOffset_minutes); }

}  // namespace banmo
