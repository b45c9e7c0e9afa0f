// SPDX-License-Identifier: Apache-2.0
// Whether the period that a case belongs to is open to whoever changes it. Inside the room.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "sql/sql.h"

namespace banmo::flows {

inline constexpr std::string_view kPeriodClosed = "flows.period_closed";

// What is asked before a case is changed: at which level its maker acts, and the sentence if it is closed.
struct PeriodAsked {
  std::string flow, period, level;
  Message refusal;
};

// Errors: denied kPeriodClosed; those of the store.
Result<> check_open(sql::Connection& ledger, const PeriodAsked& asked, Instant now);

}  // namespace banmo::flows
