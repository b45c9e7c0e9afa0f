// SPDX-License-Identifier: Apache-2.0
#include "api/city_day.h"

#include "base/city_time.h"

namespace banmo::api {

Result<Instant> city_day(const std::string& text, int later, std::string where) {
  const auto day = Date::parse_iso(text);
  if (!day) return fail(ErrorCode::invalid, "learning.bad_day", {"日期须写成 2026-11-22", "a day is written 2026-11-22"}, std::move(where));
  return Instant{((int64_t{day->days} + later) * 1440 - kCityUtcOffset_minutes) * 60'000'000};
}

}  // namespace banmo::api
