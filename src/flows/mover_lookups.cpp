// SPDX-License-Identifier: Apache-2.0
// What a move asks other departments, and what their answers make of the case.
#include <algorithm>

#include "base/log.h"
#include "flows/lookup_wire.h"
#include "flows/mover.h"
#include "json/json.h"

namespace banmo::flows {
namespace {

constexpr std::string_view kCall =
    "INSERT INTO flow_call (case_id, lookup, seq, state, n_tries, next_at, result) VALUES ($1, $2, $3, 'waiting', 0, $4, '') "
    "ON CONFLICT (case_id, lookup) DO UPDATE SET seq = excluded.seq, state = 'waiting', n_tries = 0, next_at = excluded.next_at, result = ''";

constexpr std::string_view kTakeBack =
    "UPDATE flow_call SET state = 'done', result = 'none' WHERE case_id = $1 AND lookup = $2 AND state = 'waiting'";

// What an earlier answer left must not stand beside new data; what people type themselves stays.
void forget_answer(const Running& running, const pack::FlowLookup& lookup, sql::Values& row) {
  const auto holds = [](const std::vector<pack::FlowInput>& form, const std::string& field) {
    return std::any_of(form.begin(), form.end(), [&](const pack::FlowInput& input) { return input.field == field; });
  };
  row[running.subject->field_index(lookup.sets)] = {};
  for (const auto& [name, field] : lookup.get) {
    const bool typed =
        std::any_of(running.flow->states.begin(), running.flow->states.end(), [&](const auto& state) { return holds(state.form, field); }) ||
        std::any_of(running.flow->moves.begin(), running.flow->moves.end(), [&](const auto& move) { return holds(move.form, field); });
    if (!typed) row[running.subject->field_index(field)] = {};
  }
}

bool consents(const sql::Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  return !sql::is_null(value);
}

}  // namespace

// Nobody is asked without consent, nor about what is not filled in: "none" then.
Result<> Mover::call(Standing& standing, const pack::FlowMove& move, const Actor& actor, Change& change) const {
  const pack::Dataset& subject = *standing.running->subject;
  for (const std::string& id : move.calls) {
    const pack::FlowLookup* lookup = standing.running->flow->lookup(id);
    if (lookup == nullptr) continue;
    forget_answer(*standing.running, *lookup, standing.row);
    if (standing.papers.waits_for.erase(id) > 0) change.also.push_back({kTakeBack, {standing.record.id.to_string(), id}});
    if (lookup->when) {
      BANMO_TRY(const sql::Value asked, evaluator_.evaluate(*lookup->when, standing, actor));
      if (!expr::is_true(asked)) continue;
    }
    bool may = lookup->consent.empty() || consents(standing.row[subject.field_index(lookup->consent)]);
    for (const std::string& field : lookup->send) may = may && !sql::is_null(standing.row[subject.field_index(field)]);
    if (!may) standing.row[subject.field_index(lookup->sets)] = std::string("none");
    if (!may) continue;
    standing.papers.waits_for.insert(id);
    change.also.push_back({kCall, {standing.record.id.to_string(), id, standing.record.seq + 1, now_.micros}});
  }
  return {};
}

Result<Change> Mover::answered(Standing standing, const pack::FlowLookup& lookup, const LookupAnswer& answer) const {
  const pack::Dataset& subject = *standing.running->subject;
  std::string result = answer.result;
  json::Object values;
  for (const auto& [name, text] : answer.get)
    for (const auto& [given, field] : lookup.get)
      if (given == name) values.set(field, text);
  sql::Values row = standing.row;  // a row that was filled in wrongly is worth nothing
  if (const auto filled = rows_.fill(directory::Principal::system(), subject.id, values, row); filled.ok()) {
    standing.row = std::move(row);
  } else {
    BANMO_LOG(warn, "flows.lookup_misfit", {"lookup", lookup.id}, {"error", filled.error().id}, {"where", filled.error().where});
    result = "err";  // what came does not fit: as if nothing had come
  }
  standing.row[subject.field_index(lookup.sets)] = result;
  standing.papers.waits_for.erase(lookup.id);
  Change change;
  change.is_moved = true;
  BANMO_DO(take_automatic(standing, change));
  if (!change.steps.empty()) tell_opener(standing, {}, change);
  BANMO_DO(finish(standing, {}, "case.lookup", change));
  change.audited.detail = json::Object{{"seq", change.after.seq}, {"state", change.after.state}, {"lookup", lookup.id}, {"result", result}};
  return change;
}

}  // namespace banmo::flows
