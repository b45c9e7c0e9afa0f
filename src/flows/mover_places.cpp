// SPDX-License-Identifier: Apache-2.0
// What moves make beside the case itself: places of quotas, and cases of other flows.
#include <algorithm>

#include "base/city_time.h"
#include "flows/mover.h"
#include "flows/wording.h"

namespace banmo::flows {

// A case that is not in the ledger yet, and the change that makes it.
Change Mover::fresh(const pack::Flow& flow, Record& record) const {
  Change change;
  change.is_moved = true;
  change.number = flow.number;
  change.counter = flow.id + (flow.number.find("{year}") == std::string::npos ? "" : "/" + std::to_string(city_date(now_).year()));
  record.id = CaseId::next();
  record.flow = flow.id;
  record.opened_at = now_;
  return change;
}

// A reminder or a new deadline moves nothing: what the case has of quotas stays as it is, even if it has none because the quota is new.
Result<> Mover::take_places(const Standing& standing, const Actor& actor, Change& change) const {
  const bool stays = std::all_of(change.steps.begin(), change.steps.end(), [](const StepRow& row) { return row.step.from == row.step.to; });
  const bool is_new = standing.record.key.empty();
  change.has_places = !standing.running->flow->quotas.empty() && (is_new || actor.principal != nullptr || !stays);
  if (!change.has_places) return {};
  BANMO_TRY(change.places, evaluator_.places(standing));
  BANMO_TRY(const pack::FlowQuota* full, evaluator_.unmet(standing, change.places));
  return full == nullptr ? Result<>() : Result<>(no_place(*full));
}

// The quota that keeps the case from where the move leads; nullptr: none.
Result<const pack::FlowQuota*> Mover::no_place_behind(const Standing& standing, const pack::FlowMove& move, const Actor& actor) const {
  const auto& quotas = standing.running->flow->quotas;
  const auto taken = std::find_if(quotas.begin(), quotas.end(), [&](const pack::FlowQuota& quota) { return quota.held_in(move.to); });
  if (taken == quotas.end()) return nullptr;
  Standing there = standing;
  BANMO_DO(run_effects(there, move, actor));
  there.record.state = move.to;
  const auto wishes = evaluator_.places(there);
  if (wishes.ok()) return evaluator_.unmet(there, *wishes);
  if (wishes.error().id == kPlaceUnknown) return &*taken;
  return wishes.error();
}

Result<std::optional<Change>> Mover::go_on(Standing standing) const {
  Change change;
  change.is_moved = true;
  BANMO_DO(take_automatic(standing, change));
  if (change.steps.empty()) return std::optional<Change>();
  tell_opener(standing, {}, change);
  BANMO_DO(finish(standing, {}, "case.move", change));
  return std::optional(std::move(change));
}

// The other case is made by the program and has no opener: whoever opened this one has no part in it but by a role of its flow.
Result<> Mover::start(const Standing& standing, const pack::FlowStart& start, const Actor& actor, Change& change) const {
  const RunningPtr running = book_.find(start.flow);
  if (running == nullptr) return flow_gone();
  const pack::Flow& flow = *running->flow;
  Standing other{running, {}, rows_.blank(flow.subject)};
  for (const pack::FlowStart::With& with : start.with) {
    const size_t at = running->subject->field_index(with.field);
    BANMO_TRY(sql::Value value, evaluator_.evaluate(with.value, standing, actor));
    other.row[at] = for_field(running->subject->fields[at], std::move(value));
  }
  BANMO_DO(fill_empty(other, {}));
  Change made = fresh(flow, other.record);
  enter(other, flow.states.front().id);
  if (const pack::FlowMove* move = start.move.empty() ? nullptr : flow.move(other.record.state, start.move)) {
    BANMO_DO(check_guard(other, *move, {}));
    BANMO_DO(take(other, *move, {}, "", made));
    BANMO_DO(take_automatic(other, made));
  }
  BANMO_DO(finish(other, {}, "case.start", made));
  change.started.push_back(std::move(made));
  return {};
}

}  // namespace banmo::flows
