// SPDX-License-Identifier: Apache-2.0
#include "flows/desk.h"

#include <algorithm>

namespace banmo::flows {
namespace {

using directory::Grant;
using directory::OrgNo;

int64_t number_in(const Running& running, const sql::Values& row, const std::string& field) {
  return sql::int_of(row[running.subject->field_index(field)]);
}

// Rows of a school that was merged away belong to the one that stays.
OrgNo living(const directory::OrgTree& tree, OrgNo no) {
  constexpr int kMaxMerges = 32;
  for (int n = 0; n < kMaxMerges; ++n) {
    const directory::Org* org = tree.find(no);
    if (org == nullptr || org->merged_into.value == 0) break;
    no = org->merged_into;
  }
  return no;
}

bool is_in(OrgNo asked, const Grant& grant, bool above, const directory::OrgTree& tree) {
  return asked.value != 0 && (above ? tree.is_within(asked, grant.org) : asked == grant.org);
}

std::string desk(char kind, int64_t number, std::string_view role) {
  return std::string(1, kind) + ":" + (number == 0 ? std::string() : std::to_string(number)) + ":" + std::string(role);
}

// Each role of the directory, or the empty word if any will do.
std::vector<std::string> role_words(const pack::FlowRole& role) { return role.roles.empty() ? std::vector<std::string>{""} : role.roles; }

void add_org_desks(const pack::FlowRole& role, OrgNo org, const directory::OrgTree& tree, std::vector<std::string>& out) {
  for (const std::string& word : role.roles) {
    if (!role.above) {
      out.push_back(desk('o', org.value, word));
      continue;
    }
    for (const directory::Org* one : tree.path(org))
      if (directory::may_stand_in(*directory::role_of(word), one->kind)) out.push_back(desk('o', one->no.value, word));
  }
}

bool has(const std::vector<const pack::FlowRole*>& roles, const pack::FlowRole* role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

// Whether one of the role's moves out of the state does more than end the case.
bool leads_on(const pack::Flow& flow, std::string_view state, const pack::FlowRole& role) {
  return std::any_of(flow.moves.begin(), flow.moves.end(), [&](const pack::FlowMove& move) {
    const pack::FlowState* to = flow.state(move.to);
    return std::find(move.from.begin(), move.from.end(), state) != move.from.end() &&
           std::find(move.by.begin(), move.by.end(), role.id) != move.by.end() && to != nullptr && !to->final;
  });
}

// The role that may act as well since the case is late; nobody while it is not.
const pack::FlowRole* role_above(const pack::Flow& flow, std::string_view state, bool escalated) {
  const pack::FlowDeadline* deadline = escalated ? flow.deadline(state) : nullptr;
  return deadline == nullptr ? nullptr : flow.role(deadline->escalate_to);
}

// Whom a case waits for: those who fill it in, and whoever is above them when it is late.
std::vector<const pack::FlowRole*> awaited(const pack::Flow& flow, std::string_view state, bool escalated) {
  auto roles = fillers_of(flow, state, escalated);
  const pack::FlowRole* above = role_above(flow, state, escalated);
  if (above != nullptr && !roles.empty() && !has(roles, above)) roles.push_back(above);
  return roles;
}

void sort_unique(std::vector<std::string>& words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
}

}  // namespace

std::optional<Grant> holds(const pack::FlowRole& role, const directory::Principal& principal, const Running& running, const sql::Values& row,
                           const directory::OrgTree& tree) {
  if (!role.person_field.empty()) {
    const int64_t person = number_in(running, row, role.person_field);
    if (person == 0 || principal.person.value != person) return std::nullopt;
  }
  if (!role.ward_field.empty()) {
    const directory::PersonNo ward{number_in(running, row, role.ward_field)};
    if (std::find(principal.wards.begin(), principal.wards.end(), ward) == principal.wards.end()) return std::nullopt;
  }
  for (const Grant& grant : principal.grants) {
    const bool as_role = role.roles.empty() || std::find(role.roles.begin(), role.roles.end(), directory::name_of(grant.role)) != role.roles.end();
    const bool in_org = role.org_field.empty() || is_in(living(tree, {number_in(running, row, role.org_field)}), grant, role.above, tree);
    if (as_role && in_org) return grant;
  }
  return std::nullopt;
}

std::vector<const pack::FlowRole*> roles_of(const pack::Flow& flow, std::string_view state, bool escalated) {
  std::vector<const pack::FlowRole*> roles;
  const auto add = [&](std::string_view id) {
    const pack::FlowRole* role = flow.role(id);
    if (role != nullptr && std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
  };
  for (const pack::FlowMove& move : flow.moves)
    if (std::find(move.from.begin(), move.from.end(), state) != move.from.end())
      for (const std::string& by : move.by) add(by);
  const pack::FlowDeadline* deadline = flow.deadline(state);
  if (escalated && deadline != nullptr && !roles.empty()) add(deadline->escalate_to);
  return roles;
}

std::vector<const pack::FlowRole*> fillers_of(const pack::Flow& flow, std::string_view state, bool escalated) {
  auto roles = roles_of(flow, state, false);
  const std::string& first = flow.states.front().id;
  if (state == first) return roles;
  const auto starters = roles_of(flow, first, false);
  const pack::FlowState* here = flow.state(state);
  const bool has_form = here != nullptr && !here->form.empty();
  std::vector<const pack::FlowRole*> applicants, offices;
  for (const pack::FlowRole* role : roles) {
    if (!has(starters, role))
      offices.push_back(role);
    else if (leads_on(flow, state, *role))
      applicants.push_back(role);
  }
  const bool only_ended = std::none_of(offices.begin(), offices.end(), [&](const auto* role) { return leads_on(flow, state, *role); });
  if (!applicants.empty() && (has_form || only_ended)) return applicants;
  if (offices.empty()) return roles;
  const pack::FlowRole* above = role_above(flow, state, escalated);
  if (above != nullptr && !has(offices, above)) offices.push_back(above);
  return offices;
}

std::vector<std::string> desks_of_case(const Running& running, std::string_view state, bool escalated, const sql::Values& row,
                                       const directory::OrgTree& tree) {
  std::vector<std::string> out;
  for (const pack::FlowRole* role : awaited(*running.flow, state, escalated)) {
    const std::string& person_field = role->person_field.empty() ? role->ward_field : role->person_field;
    if (!person_field.empty()) {
      const int64_t person = number_in(running, row, person_field);
      for (const std::string& word : role_words(*role))
        if (person != 0) out.push_back(desk(role->person_field.empty() ? 'w' : 'p', person, word));
    } else if (!role->org_field.empty()) {
      const OrgNo org = living(tree, {number_in(running, row, role->org_field)});
      if (org.value != 0) add_org_desks(*role, org, tree, out);
    } else {
      for (const std::string& word : role->roles) out.push_back(desk('r', 0, word));
    }
  }
  sort_unique(out);
  return out;
}

std::vector<std::string> office_desks_of(const directory::Principal& principal) {
  std::vector<std::string> out;
  for (const Grant& grant : principal.grants) {
    out.push_back(desk('r', 0, directory::name_of(grant.role)));
    out.push_back(desk('o', grant.org.value, directory::name_of(grant.role)));
  }
  sort_unique(out);
  return out;
}

std::vector<std::string> desks_of(const directory::Principal& principal) {
  std::vector<std::string> out = office_desks_of(principal);
  const auto add_person = [&](char kind, directory::PersonNo person) {
    out.push_back(desk(kind, person.value, ""));
    for (const Grant& grant : principal.grants) out.push_back(desk(kind, person.value, directory::name_of(grant.role)));
  };
  if (!principal.grants.empty() && principal.person.value != 0) add_person('p', principal.person);
  for (const directory::PersonNo ward : principal.wards)
    if (!principal.grants.empty()) add_person('w', ward);
  sort_unique(out);
  return out;
}

}  // namespace banmo::flows
