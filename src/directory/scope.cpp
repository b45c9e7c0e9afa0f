// SPDX-License-Identifier: Apache-2.0
#include "directory/scope.h"

#include <algorithm>
#include <array>

#include "directory/org_tree.h"

namespace banmo::directory {
namespace {

using pack::Level;

// Which rows a role reaches in the organisation that it is held in.
enum class Reach {
  none,     // no business rows: administrators
  city,     // all of the installation
  subtree,  // the organisation and all below
  classes,  // rows of the students of own classes
  self,     // rows about oneself
  wards     // rows about one's children
};

struct RoleReach {
  Role role;
  Reach reach;
  Level max_level;           // of fields in rows that `reach` gives
  Level organisation_level;  // of rows about an organisation, no person: classes sees its school's, self and wards nothing above L1
  bool aggregates_only;
};

// The table. max_level is the highest field level that the role may see in rows about people; a student and a guardian see their own data whole (L4),
// so the law's right of access holds. A teacher sees rows of the students in own classes up to L2, a homeroom teacher those of the own class up to
// L3; both see data about the school itself (conditions, plans) up to L2, and aggregates of the own school.
constexpr std::array kReach = {
    RoleReach{Role::city_officer, Reach::city, Level::l3, Level::l3, false},
    RoleReach{Role::city_leader, Reach::city, Level::l2, Level::l2, true},
    RoleReach{Role::district_officer, Reach::subtree, Level::l3, Level::l3, false},
    RoleReach{Role::principal, Reach::subtree, Level::l3, Level::l3, false},
    RoleReach{Role::school_cio, Reach::subtree, Level::l3, Level::l3, false},
    RoleReach{Role::teacher, Reach::classes, Level::l2, Level::l2, false},
    RoleReach{Role::homeroom_teacher, Reach::classes, Level::l3, Level::l2, false},
    RoleReach{Role::student, Reach::self, Level::l4, Level::l1, false},
    RoleReach{Role::guardian, Reach::wards, Level::l4, Level::l1, false},
    RoleReach{Role::enterprise, Reach::subtree, Level::l2, Level::l2, false},
    RoleReach{Role::system_admin, Reach::none, Level::l1, Level::l1, false},
    RoleReach{Role::security_admin, Reach::none, Level::l1, Level::l1, false},
    RoleReach{Role::audit_admin, Reach::none, Level::l1, Level::l1, false},
};
constexpr bool reach_in_order() {
  for (size_t i = 0; i < kReach.size(); ++i)
    if (static_cast<size_t>(kReach[i].role) != i) return false;
  return kReach.size() == 13;
}
static_assert(reach_in_order());

bool reads_figures(Right right) {
  return right == Right::metrics_read || right == Right::plan_read || right == Right::plan_report || right == Right::plan_supervise ||
         right == Right::quality_read || right == Right::dashboards_manage;
}
// Rights over the installation as a whole; no rows of business data are behind them.
bool is_administrative(Right right) {
  return right == Right::packs_read || right == Right::packs_install || right == Right::accounts_manage || right == Right::security_manage ||
         right == Right::audit_read || right == Right::accounts_read;
}

Scope everything(Level level, bool aggregates_only = false) {
  Scope scope;
  scope.everything = true;
  scope.max_level = level;
  scope.aggregates_only = aggregates_only;
  return scope;
}

// In lists of people a class means its students: colleagues who teach there are no business of a teacher's level.
void add_class(Scope& part, const Principal& principal, OrgNo class_no, bool people) {
  if (!people) part.orgs.push_back(class_no);
  for (const ClassRoll& roll : principal.rolls)
    if (roll.class_no == class_no) part.persons.insert(part.persons.end(), roll.students.begin(), roll.students.end());
}

// Figures, the tree of organisations and jobs: by organisation, whatever the level.
Scope part_by_org(const RoleReach& reach, const Grant& grant, const OrgTree& tree) {
  if (reach.reach == Reach::city) return everything(reach.max_level, reach.aggregates_only);
  Scope part;
  part.max_level = reach.max_level;
  const bool whole = reach.reach == Reach::subtree;
  const Org* standing = tree.standing(grant.org);
  part.orgs.push_back(whole || standing == nullptr ? grant.org : standing->no);
  part.aggregates_only = reach.aggregates_only || !whole;
  return part;
}

// Rows that carry a person.
Scope part_of_people(const RoleReach& reach, const Principal& principal, const Grant& grant, Right right, const OrgTree& tree) {
  const bool people = right == Right::people_read || right == Right::people_manage;
  Scope part;
  part.max_level = reach.max_level;
  switch (reach.reach) {
    case Reach::none: break;
    case Reach::city: return everything(reach.max_level, reach.aggregates_only);
    case Reach::subtree: part.orgs.push_back(grant.org); break;
    case Reach::classes:
      // A homeroom teacher has one class, and only a class: the role held in a school by mistake gives nothing.
      for (const OrgNo class_no : principal.classes)
        if (grant.role == Role::homeroom_teacher ? class_no == grant.org : tree.is_within(class_no, grant.org))
          add_class(part, principal, class_no, people);
      if (principal.person.value != 0) part.persons.push_back(principal.person);
      break;
    case Reach::self:
      if (principal.person.value != 0) part.persons.push_back(principal.person);
      break;
    case Reach::wards:
      part.persons = principal.wards;
      if (principal.person.value != 0) part.persons.push_back(principal.person);
      break;
  }
  return part;
}

// Rows about organisations, and rows that belong to the whole city (no column at all: reference lists and standards).
Scope part_of_organisations(const RoleReach& reach, const Grant& grant, const Subject& subject, const OrgTree& tree) {
  if (subject.level > reach.organisation_level) return {};
  if (subject.org_field.empty()) return reach.reach == Reach::none ? Scope{} : everything(reach.organisation_level, reach.aggregates_only);
  Scope part;
  part.max_level = reach.organisation_level;
  if (reach.reach == Reach::city) return everything(reach.organisation_level, reach.aggregates_only);
  if (reach.reach == Reach::subtree) part.orgs.push_back(grant.org);
  const Org* standing = tree.standing(grant.org);
  if (reach.reach == Reach::classes && standing != nullptr) part.orgs.push_back(standing->no);
  return part;
}

Scope part_of(const Principal& principal, const Grant& grant, Right right, const Subject& subject, const OrgTree& tree) {
  const RoleReach& reach = kReach[static_cast<size_t>(grant.role)];
  const Org* org = tree.find(grant.org);
  if (org == nullptr || org->valid_to.has_value()) return {};  // a grant in an organisation that is no more gives nothing
  if (is_administrative(right)) return everything(reach.max_level);
  if (right == Right::orgs_read && reach.reach == Reach::none)
    return everything(Level::l1);  // the security administrator gives grants in organisations
  const bool no_rows = right == Right::jobs_read || right == Right::xapi_keys;
  if (no_rows && reach.reach == Reach::none) return everything(Level::l1);  // progress and keys
  if (right == Right::orgs_read || right == Right::orgs_manage || no_rows) {
    Scope part = part_by_org(reach, grant, tree);
    part.aggregates_only = false;
    return part;
  }
  if (reads_figures(right)) return part_by_org(reach, grant, tree);
  if (subject.person_field.empty()) return part_of_organisations(reach, grant, subject, tree);
  return subject.level > reach.max_level ? Scope{} : part_of_people(reach, principal, grant, right, tree);
}

bool within_any(const OrgTree& tree, OrgNo org, const std::vector<OrgNo>& ancestors) {
  return std::any_of(ancestors.begin(), ancestors.end(), [&](OrgNo ancestor) { return tree.is_within(org, ancestor); });
}

// True if every row that `inner` gives is given by `outer`, at its level or a higher one.
bool covers_part(const Scope& outer, const Scope& inner, const OrgTree& tree) {
  if (outer.max_level < inner.max_level || (outer.aggregates_only && !inner.aggregates_only)) return false;
  if (outer.everything) return true;
  if (inner.everything) return false;
  const auto has_person = [&](PersonNo person) { return std::find(outer.persons.begin(), outer.persons.end(), person) != outer.persons.end(); };
  return std::all_of(inner.orgs.begin(), inner.orgs.end(), [&](OrgNo org) { return within_any(tree, org, outer.orgs); }) &&
         std::all_of(inner.persons.begin(), inner.persons.end(), has_person);
}

// Leaves out what another part covers; of equals the first stays.
std::vector<Scope> without_covered(std::vector<Scope> parts, const OrgTree& tree) {
  std::vector<Scope> kept;
  for (size_t i = 0; i < parts.size(); ++i) {
    bool covered = false;
    for (size_t j = 0; j < parts.size() && !covered; ++j)
      covered = i != j && covers_part(parts[j], parts[i], tree) && (j < i || !covers_part(parts[i], parts[j], tree));
    if (!covered) kept.push_back(parts[i]);
  }
  return kept;
}

template <class No>
void sort_unique(std::vector<No>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

template <class No>
void print_numbers(std::string& out, const std::vector<No>& numbers) {
  out += '(';
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) out += ", ";
    out += std::to_string(numbers[i].value);
  }
  out += ')';
}

}  // namespace

Scope scope_of(const Principal& principal, Right right, const Subject& subject, const OrgTree& tree) {
  if (!principal.has(right)) return {};
  if (principal.internal) return everything(Level::l5);
  std::vector<Scope> parts;
  for (const Grant& grant : principal.grants) {
    if (!may(grant.role, right)) continue;
    Scope part = part_of(principal, grant, right, subject, tree);
    if (!part.sees_nothing()) parts.push_back(std::move(part));
  }
  // Who sees some rows and other figures only gets the rows here: figures come by metrics_read.
  const bool some_rows = std::any_of(parts.begin(), parts.end(), [](const Scope& part) { return !part.aggregates_only; });
  if (some_rows && !reads_figures(right)) std::erase_if(parts, [](const Scope& part) { return part.aggregates_only; });
  Scope scope;
  bool first = true;
  for (const Scope& part : without_covered(std::move(parts), tree)) {
    scope.max_level = first ? part.max_level : std::min(scope.max_level, part.max_level);
    scope.everything = scope.everything || part.everything;
    scope.aggregates_only = scope.aggregates_only || part.aggregates_only;
    scope.orgs.insert(scope.orgs.end(), part.orgs.begin(), part.orgs.end());
    scope.persons.insert(scope.persons.end(), part.persons.begin(), part.persons.end());
    first = false;
  }
  sort_unique(scope.orgs);
  sort_unique(scope.persons);
  return scope;
}

std::string Scope::predicate(std::string_view org_column, std::string_view person_column) const {
  if (everything) return "TRUE";
  std::string out;
  if (!orgs.empty() && !org_column.empty()) {
    out += org_column;
    out += " IN (SELECT org_no FROM org_closure WHERE ancestor_no IN ";
    print_numbers(out, orgs);
    out += ')';
  }
  if (!persons.empty() && !person_column.empty()) {
    if (!out.empty()) out += " OR ";
    out += person_column;
    out += " IN ";
    print_numbers(out, persons);
  }
  return out.empty() ? "FALSE" : "(" + out + ")";
}

bool Scope::covers(const OrgTree& tree, OrgNo org, PersonNo person) const {
  if (everything) return true;
  if (person.value != 0 && std::binary_search(persons.begin(), persons.end(), person)) return true;
  return org.value != 0 && within_any(tree, org, orgs);
}

}  // namespace banmo::directory
