// SPDX-License-Identifier: Apache-2.0
#include "pack/flow_graph.h"

#include <algorithm>
#include <map>
#include <set>

namespace banmo::pack {

namespace {

using Edges = std::map<std::string, std::set<std::string>>;
enum class Which { all, automatic };

Edges edges_of(const Flow& flow, Which which) {
  Edges edges;
  for (const FlowMove& move : flow.moves)
    if (which == Which::all || move.automatic())
      for (const std::string& from : move.from) edges[from].insert(move.to);
  for (const FlowDeadline& deadline : flow.deadlines)
    if (which == Which::all && !deadline.late_to.empty()) edges[deadline.state].insert(deadline.late_to);
  return edges;
}

std::set<std::string> reached(const Edges& edges, std::vector<std::string> open) {
  std::set<std::string> seen(open.begin(), open.end());
  while (!open.empty()) {
    const std::string state = std::move(open.back());
    open.pop_back();
    const auto next = edges.find(state);
    if (next == edges.end()) continue;
    for (const std::string& to : next->second)
      if (seen.insert(to).second) open.push_back(to);
  }
  return seen;
}

Edges turned(const Edges& edges) {
  Edges back;
  for (const auto& [from, all] : edges)
    for (const std::string& to : all) back[to].insert(from);
  return back;
}

std::vector<const FlowMove*> moves_from(const Flow& flow, const std::string& state) {
  std::vector<const FlowMove*> moves;
  for (const FlowMove& move : flow.moves)
    if (std::find(move.from.begin(), move.from.end(), state) != move.from.end()) moves.push_back(&move);
  return moves;
}

// Whether a move is always taken: it has no guard, and takes no place of which none may be left.
bool always(const Flow& flow, const FlowMove& move) {
  const auto takes = [&](const FlowQuota& quota) {
    return quota.held_in(move.to) && std::any_of(move.from.begin(), move.from.end(), [&](const auto& from) { return !quota.held_in(from); });
  };
  return !move.guard && std::none_of(flow.quotas.begin(), flow.quotas.end(), takes);
}

// A state leaves by a person, by its deadline, or by an automatic move that always holds.
bool has_way_out(const Flow& flow, const FlowState& state) {
  const FlowDeadline* deadline = flow.deadline(state.id);
  if (deadline != nullptr && !deadline->late_to.empty()) return true;
  const auto moves = moves_from(flow, state.id);
  return std::any_of(moves.begin(), moves.end(), [&](const FlowMove* move) { return !move->automatic() || always(flow, *move); });
}

void check_state(const Flow& flow, const FlowState& state, Findings& findings) {
  const std::string name = in_quotes(state.id);
  const auto moves = moves_from(flow, state.id);
  if (state.final) {
    if (std::any_of(moves.begin(), moves.end(), [](const FlowMove* move) { return !move->appeal; }))
      findings.add("flow_final", {"终态 " + name + " 不能再有办理", "the final state " + name + " has a move out of it"}, state.where);
    return;
  }
  if (!has_way_out(flow, state))
    findings.add("no_way_out",
                 {"状态 " + name + " 没有出路：须有人可办理，或有不带条件的自动办理，或逾期转走",
                  "there is no way out of the state " + name +
                      ": it needs a move by a person, an automatic one without a guard, or a deadline that moves it on"},
                 state.where);
  const FlowMove* open = nullptr;  // an automatic move that always holds
  for (const FlowMove* move : moves) {
    if (!move->automatic()) continue;
    if (open != nullptr)
      findings.add("shadowed_move",
                   {"自动办理按先后取第一个成立的：前面已有不带条件的，这一个永远轮不到",
                    "of automatic moves the first whose guard holds is taken: one without a guard stands before this one, which is never taken"},
                   move->where);
    else if (always(flow, *move))
      open = move;
  }
}

void check_cycles(const Flow& flow, Findings& findings) {
  const Edges automatic = edges_of(flow, Which::automatic);
  for (const FlowState& state : flow.states) {
    const auto next = automatic.find(state.id);
    if (next == automatic.end()) continue;
    if (!reached(automatic, {next->second.begin(), next->second.end()}).contains(state.id)) continue;
    findings.add("automatic_cycle",
                 {"从状态 " + in_quotes(state.id) + " 出发的自动办理会转回它自己，没有人参与，办件将空转",
                  "automatic moves lead from the state " + in_quotes(state.id) + " back to itself without a person: a case would run in circles"},
                 state.where);
    return;  // the others lie on the same circle, or are found next time
  }
}

}  // namespace

void check_graph(const Flow& flow, Findings& findings) {
  std::vector<std::string> ends;
  for (const FlowState& state : flow.states)
    if (state.final) ends.push_back(state.id);
  if (flow.states.empty() || ends.empty() || flow.states.front().final) {
    findings.add("flow_empty",
                 {"流程须有起始状态（写在最前）和至少一个终态（final: true）",
                  "a flow has a state where it begins (the first) and at least one where it ends (final: true)"},
                 flow.where);
    return;
  }
  const std::string& first = flow.states.front().id;
  const auto starts = moves_from(flow, first);
  if (std::any_of(starts.begin(), starts.end(), [](const FlowMove* move) { return move->automatic(); }))
    findings.add("flow_start",
                 {"起始状态 " + in_quotes(first) + " 由申请人填写，不能自动转走",
                  "the first state " + in_quotes(first) + " is being filled in: it has no automatic moves"},
                 flow.states.front().where);
  const auto leads_on = [&](const FlowMove* move) {
    const FlowState* to = flow.state(move->to);
    return to != nullptr && !to->final;
  };
  if (!starts.empty() && std::none_of(starts.begin(), starts.end(), leads_on))
    findings.add("flow_start",
                 {"起始状态 " + in_quotes(first) + " 只通向终态，办件不会进入数据集；请加一个办理中的状态",
                  "the first state " + in_quotes(first) + " leads to final states only: a case would never be in the dataset; put a state between"},
                 flow.states.front().where);
  const Edges edges = edges_of(flow, Which::all);
  const std::set<std::string> from_start = reached(edges, {first}), to_end = reached(turned(edges), ends);
  for (const FlowState& state : flow.states) {
    if (!from_start.contains(state.id))
      findings.add("unreachable_state", {"没有办理通向状态 " + in_quotes(state.id), "no move leads to the state " + in_quotes(state.id)},
                   state.where);
    check_state(flow, state, findings);
    if (!to_end.contains(state.id) && has_way_out(flow, state))
      findings.add("flow_cannot_end",
                   {"从状态 " + in_quotes(state.id) + " 到不了任何终态，办件永远办不完",
                    "no final state can be reached from " + in_quotes(state.id) + ": a case would never end"},
                   state.where);
  }
  check_cycles(flow, findings);
}

}  // namespace banmo::pack
