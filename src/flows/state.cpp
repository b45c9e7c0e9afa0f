// SPDX-License-Identifier: Apache-2.0
#include "flows/state.h"

#include <algorithm>

#include "flows/desk.h"
#include "flows/wording.h"
#include "records/case_rows.h"

namespace banmo::flows {

using directory::Principal;

namespace {

// The level up to which a role of a flow shows its case: what is about oneself or one's ward wholly, else as the role of the directory. That somebody
// stands in another field, as who decides, does not make the case theirs.
pack::Level level_of(const pack::FlowRole& role, const directory::Grant& grant, const pack::Dataset& subject) {
  const bool own = !subject.person_field.empty() && (role.person_field == subject.person_field || role.ward_field == subject.person_field);
  return own ? pack::Level::l4 : pack::shown_to(directory::name_of(grant.role));
}

}  // namespace

Result<> check_right(const Principal& principal, directory::Right right) {
  if (principal.has(right)) return {};
  return fail(ErrorCode::denied, "directory.no_right", {"您没有办理这类事项的权限", "your role does not cover this"});
}

Result<Standing> State::standing(Record record) const {
  BANMO_TRY(RunningPtr running, book->of(record.flow, record.state, record.definition));
  BANMO_TRY(sql::Values row, records.case_rows().from_text(running->subject->id, record.content));
  row[running->key_at] = record.key;
  row[running->state_at] = record.state;
  BANMO_TRY(PaperFacts papers, paper_facts(*stores.ledger, *running, record));
  return Standing{std::move(running), std::move(record), std::move(row), std::move(papers)};
}

std::optional<pack::Level> State::level_for(const Principal& principal, const Standing& standing) const {
  const auto level = level_by_role(principal, standing);
  const bool opened = standing.record.opened_by == principal.account_name;
  return opened && !level ? pack::Level::l1 : level;  // that it exists and how far it is
}

std::optional<pack::Level> State::level_by_role(const Principal& principal, const Standing& standing) const {
  std::optional<pack::Level> level;
  const auto tree = directory.orgs();
  const DeputiesPtr deputies = delegations.deputies(principal);
  const pack::Flow& flow = *standing.running->flow;
  const bool opened = standing.record.opened_by == principal.account_name;
  std::vector<const pack::FlowRole*> roles;
  if (standing.record.in_dataset)
    for (const pack::FlowRole& role : flow.roles) roles.push_back(&role);
  else if (opened && standing.record.closed_at)
    roles = roles_of(flow, flow.states.front().id, false);  // what one has given up
  else
    roles = roles_of(flow, standing.record.state, standing.record.escalated);  // a draft is theirs who fill it in
  for (const pack::FlowRole* role : roles) {
    if (flow.is_reviewer(role->id)) continue;  // they see what their panel shows them
    const auto seen_by = [&](const std::optional<directory::Grant>& grant) {
      if (grant) level = std::max(level.value_or(pack::Level::l1), level_of(*role, *grant, *standing.running->subject));
    };
    seen_by(holds(*role, principal, *standing.running, standing.row, *tree));
    for (size_t i = 0; deputies && i < deputies->size(); ++i) seen_by((*deputies)[i].holds(*role, *standing.running, standing.row, *tree));
  }
  return level;
}

bool State::has_part(const Principal& principal, const Standing& standing) const {
  const bool covered = standing.record.in_dataset && records.case_rows().covers(principal, standing.running->subject->id, standing.row);
  return covered || level_by_role(principal, standing).has_value();
}

Result<bool> State::took_part(const Mover& moves, const Standing& standing, const Principal& principal, const pack::FlowMove& move) const {
  BANMO_TRY(const bool own, store.unscoped_took_part(standing.record, principal.account_name));
  const auto by = moves.maker(standing, principal, move);
  if (own || !by || by->deputy == nullptr) return own;
  return store.unscoped_took_part(standing.record, by->deputy->account);
}

Result<Change> State::moved(Standing standing, const Principal& principal, const MoveWish& wish) const {
  BANMO_DO(check_seq(standing, wish.seq));
  const Mover moves = mover_for(principal);
  const pack::FlowMove* move = standing.running->flow->move(standing.record.state, wish.move);
  bool took = false;
  if (move != nullptr && move->four_eyes) {
    BANMO_TRY(took, took_part(moves, standing, principal, *move));
  }
  return moves.move(std::move(standing), principal, wish, took);
}

pack::Level State::shown_now(const Principal& principal, const Standing& standing) const {
  const auto level = level_for(principal, standing).value_or(pack::Level::l1);
  return records.case_rows().shown_level(principal, standing.running->subject->id, standing.row, level);
}

pack::Level State::reach(const Principal& principal, const Standing& standing) const {
  const auto level = level_for(principal, standing).value_or(pack::Level::l1);
  return records.case_rows().reach(principal, standing.running->subject->id, standing.row, level);
}

Result<Standing> State::visible(const Principal& principal, std::string_view id) const {
  BANMO_DO(check_right(principal, directory::Right::datasets_read));
  const auto parsed = CaseId::parse(id);
  if (!parsed) return no_such_case();
  BANMO_TRY(auto record, store.unscoped_find(parsed->to_string()));
  if (!record) return no_such_case();
  BANMO_TRY(Standing found, standing(std::move(*record)));
  const bool covered = found.record.in_dataset && records.case_rows().covers(principal, found.running->subject->id, found.row);
  const bool seen = covered || level_for(principal, found).has_value();
  return seen ? Result<Standing>(std::move(found)) : Result<Standing>(no_such_case());
}

Result<> State::check_seq(const Standing& standing, int64_t seq) const {
  return standing.record.seq == seq ? Result<>() : Result<>(changed_since(*standing.running->flow, standing.record));
}

}  // namespace banmo::flows
