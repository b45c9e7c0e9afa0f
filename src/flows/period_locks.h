// SPDX-License-Identifier: Apache-2.0
// Periods that a flow closes, level by level: until when schools, districts and the city still change cases of a year. Closed and opened again by the
// role that the flow names, with a reason; each act stands in the ledger and in the audit log. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "directory/types.h"
#include "flows/types.h"

namespace banmo::flows {

struct State;
struct Running;

// What holds for a period and a level: the last act.
struct PeriodLock {
  std::string period, level;
  pack::Title period_title, level_title;
  bool closes = true;         // false: it was opened again
  std::optional<Date> until;  // the last day on which cases were, or are, still changed; absent: closed from the act on
  Instant at;
  directory::OrgNo org;
  std::string reason;  // empty for whoever may not close
};
struct LocksOf {
  std::shared_ptr<const pack::Flow> flow;  // one without locks has no items
  bool can_change = false;                 // the reader
  std::vector<PeriodLock> items;
};

struct LockWish {
  std::string period;  // a value of the field
  std::string level;
  bool closes = true;
  std::optional<Date> until = {};  // today or later; absent: at once
  std::string reason;              // 1 to 1,000 bytes
};

class PeriodLocks {
 public:
  explicit PeriodLocks(State& state) : state_(state) {}

  // Errors: not_found "flows.no_such_flow".
  Result<LocksOf> list(const directory::Principal& principal, std::string_view flow) const;
  // Errors: denied "flows.not_your_period"; invalid "flows.period_unknown", "flows.period_reason", "flows.period_day"; conflict "flows.period_as_is".
  Result<LocksOf> change(const directory::Principal& principal, std::string_view flow, const LockWish& wish);

 private:
  State& state_;
};

}  // namespace banmo::flows
