// SPDX-License-Identifier: Apache-2.0
// Periods of a flow that are closed, and closing and opening them.
#include "api/builder.h"
#include "api/shapes.h"
#include "flows/flows.h"
#include "flows/period_locks.h"

namespace banmo::api {
namespace {

constexpr int kMaxReason = 300;

struct LevelShape {
  static constexpr const char* kName = "FlowLockLevel";
  std::string id;
  Two title;
};
template <class V>
void describe(V& v, LevelShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
}

struct LockShape {
  static constexpr const char* kName = "FlowLock";
  std::string period, level;
  Two period_title, level_title;
  bool closes = false;
  std::optional<Date> until;
  Instant at;
  std::optional<OrgRef> org;
  std::string reason;
};
template <class V>
void describe(V& v, LockShape& x) {
  v.field("period", x.period);
  v.field("period_title", x.period_title);
  v.field("level", x.level);
  v.field("level_title", x.level_title);
  v.field("closes", x.closes, {.doc = "false: it was opened again."});
  v.field("until", x.until, {.doc = "The last day on which cases are still changed; absent: closed at once."});
  v.field("at", x.at);
  v.field("org", x.org);
  v.field("reason", x.reason, {.doc = "Empty for whoever may not close."});
}

struct LocksShape {
  static constexpr const char* kName = "FlowLocks";
  std::string period_field;
  std::optional<Two> by;
  bool can_change = false;
  std::vector<LevelShape> levels;
  std::vector<LockShape> items;
};
template <class V>
void describe(V& v, LocksShape& x) {
  v.field("period_field", x.period_field, {.doc = "Of the flow's dataset; empty: the flow closes no periods."});
  v.field("by", x.by, {.doc = "Who closes and opens again."});
  v.field("can_change", x.can_change);
  v.field("levels", x.levels);
  v.field("items", x.items, {.doc = "What holds for each period and level that was ever closed."});
}

struct LockIn {
  static constexpr const char* kName = "FlowLockIn";
  std::string period, level;
  bool closes = true;
  std::optional<Date> until;
  std::string reason;
};
template <class V>
void describe(V& v, LockIn& x) {
  v.field("period", x.period, {.max_length = 60});
  v.field("level", x.level, {.max_length = 60});
  v.field("closes", x.closes, {.doc = "false: open it again."});
  v.field("until", x.until, {.doc = "The last day on which cases are still changed; absent: at once."});
  v.field("reason", x.reason, {.min_length = 1, .max_length = kMaxReason});
}

Result<LocksShape> answer(const Call& call, Result<flows::LocksOf> done) {
  BANMO_TRY(const flows::LocksOf locks, std::move(done));
  LocksShape shape;
  if (!locks.flow->locks) return shape;
  const pack::FlowLocks& declared = *locks.flow->locks;
  const auto tree = call.engines.directory->orgs();
  shape.period_field = declared.period;
  shape.by = two_of(locks.flow->role(declared.by)->title);
  shape.can_change = locks.can_change;
  for (const pack::FlowLockLevel& level : declared.levels) shape.levels.push_back({level.id, two_of(level.title)});
  for (const flows::PeriodLock& one : locks.items)
    shape.items.push_back({one.period, one.level, two_of(one.period_title), two_of(one.level_title), one.closes, one.until, one.at,
                           ref_of(*tree, one.org), one.reason});
  return shape;
}

Result<LocksShape> list_locks(const Call& call) { return answer(call, call.engines.flows->locks().list(call.principal, call.path("flow"))); }

Result<LocksShape> change_lock(const Call& call, const LockIn& in) {
  const flows::LockWish wish{in.period, in.level, in.closes, in.until, in.reason};
  return answer(call, call.engines.flows->locks().change(call.principal, call.path("flow"), wish));
}

}  // namespace

void add_flow_lock_routes(Builder& builder) {
  builder.tag("flows");
  builder.route<LocksShape>({.method = "GET",
                             .path = "/flows/{flow}/locks",
                             .operation = "list_flow_locks",
                             .summary = {"期间封账：哪些期间对谁已关闭", "Periods of a flow that are closed, and for whom"},
                             .permission = "datasets.read"},
                            list_locks);
  builder.route<LockIn, LocksShape>(
      {.method = "POST",
       .path = "/flows/{flow}/locks",
       .operation = "change_flow_lock",
       .summary = {"关闭或重新开放一个期间（写明理由）", "Close a period for a level, or open it again, with the reason"},
       .permission = "cases.handle"},
      change_lock);
}

}  // namespace banmo::api
