// SPDX-License-Identifier: Apache-2.0
// When a case is due, and what happens to it then.
#include <algorithm>

#include "flows/mover.h"
#include "flows/wording.h"

namespace banmo::flows {
namespace {

const std::string kLate = "late", kEscalated = "escalated";

}  // namespace

// From when the state was entered.
void Mover::set_deadline(const Running& running, Record& c) const {
  const pack::Flow& flow = *running.flow;
  c.due_at = c.timer_at = std::nullopt;
  const pack::FlowDeadline* deadline = flow.deadline(c.state);
  if (deadline == nullptr) return;
  c.due_at = running.calendar->after(c.entered_at, deadline->within);
  const bool acts = (!deadline->late_to.empty() || !deadline->escalate_to.empty()) && !c.escalated;
  if (deadline->remind && !c.reminded)
    c.timer_at = std::min(*c.due_at, running.calendar->before(*c.due_at, *deadline->remind));
  else if (acts)
    c.timer_at = c.due_at;
}

Result<std::optional<Change>> Mover::retime(Standing standing) const {
  Record& c = standing.record;
  if (c.closed_at) return std::optional<Change>();
  const auto before = std::pair(c.due_at, c.timer_at);
  set_deadline(*standing.running, c);
  const pack::FlowDeadline* deadline = standing.running->flow->deadline(c.state);
  if (c.reminded && deadline != nullptr && deadline->remind && now_ < standing.running->calendar->before(*c.due_at, *deadline->remind)) {
    c.reminded = false;  // there is more time than was said then
    set_deadline(*standing.running, c);
  }
  if (std::pair(c.due_at, c.timer_at) == before) return std::optional<Change>();
  Change change;
  change.is_moved = true;
  BANMO_DO(finish(standing, {}, "case.retime", change));
  return std::optional(std::move(change));
}

void Mover::remind(Standing& standing, const pack::FlowDeadline& deadline, Change& change) const {
  Record& c = standing.record;
  c.reminded = true;
  const bool acts = !deadline.late_to.empty() || !deadline.escalate_to.empty();
  c.timer_at = acts ? c.due_at : std::nullopt;
  for (auto& to : whom_to_remind(*standing.running, c, standing.row, *orgs_))
    change.notices.emplace_back(std::move(to), directory::NewNotice{"flow.due", due_soon(*standing.running->flow, c), "/cases/" + c.id.to_string()});
}

Result<std::optional<Change>> Mover::late(Standing standing) const {
  Record& c = standing.record;
  const pack::FlowDeadline* deadline = standing.running->flow->deadline(c.state);
  if (!c.timer_at || *c.timer_at > now_ || !c.due_at || c.closed_at) return std::optional<Change>();
  Change change;
  change.is_moved = true;
  const bool is_over = now_ >= *c.due_at;
  if (!is_over && deadline != nullptr) {
    remind(standing, *deadline, change);
  } else if (deadline != nullptr && !deadline->late_to.empty()) {
    pack::FlowMove move;
    move.id = kLate;
    move.label = {"逾期", "Late"};
    move.to = deadline->late_to;
    BANMO_DO(take(standing, move, {}, "", change));
    BANMO_DO(take_automatic(standing, change));
    tell_opener(standing, {}, change);
  } else if (deadline != nullptr && !deadline->escalate_to.empty()) {
    const pack::FlowRole* to = standing.running->flow->role(deadline->escalate_to);
    StepRow row;
    row.step = {now_, kEscalated, c.state, c.state, {"逾期，提请" + to->title.zh + "办理", "Late: " + to->title.en + " may act as well"}, {}, {}, ""};
    change.steps.push_back(std::move(row));
    c.escalated = true;
    c.timer_at = std::nullopt;
  } else {  // the present version asks for nothing any more
    c.timer_at = std::nullopt;
    change.is_moved = false;
  }
  BANMO_DO(finish(standing, {}, is_over ? "case.late" : "case.remind", change));
  return std::optional(std::move(change));
}

}  // namespace banmo::flows
