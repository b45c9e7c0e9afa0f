// SPDX-License-Identifier: Apache-2.0
// The one scope predicate. `Directory::scope(principal, right, subject)` compiles what a principal may see of a kind of object into this value; every
// reader takes it, and a reader that gets none does not compile. Fails closed: an empty Scope sees nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "directory/types.h"
#include "pack/types.h"

namespace banmo::directory {

class OrgTree;

// What is being read, by column: where the organisation and the person of a row stand, and how sensitive the rows are.
struct Subject {
  std::string org_field;     // empty: rows belong to the whole city
  std::string person_field;  // empty: rows are about no person
  pack::Level level = pack::Level::l1;
};

class Scope {
 public:
  // A row is visible if `everything`, or its organisation is one of `orgs` or below one of them, or its person is one of `persons` (both when both
  // columns exist: any suffices).
  bool everything = false;
  std::vector<OrgNo> orgs;
  std::vector<PersonNo> persons;
  pack::Level max_level = pack::Level::l1;  // fields above are masked where the field has a mask, left out otherwise
  bool aggregates_only = false;             // a leader sees figures, no rows

  bool sees_nothing() const { return !everything && orgs.empty() && persons.empty(); }
  // As SQL over a warehouse or ledger relation: `org_column` and `person_column` are quoted columns (empty if the relation has none). Numbers only,
  // so nothing to bind. Organisations are tested through org_closure(ancestor_no, org_no), which both stores keep. "FALSE" (or "1=0") when nothing is
  // visible.
  std::string predicate(std::string_view org_column, std::string_view person_column) const;
  // The same for one row in process (a row read by its key).
  bool covers(const OrgTree& tree, OrgNo org, PersonNo person = {}) const;
};

// What `principal` may see by `right` of rows like `subject`. The union of the grants that have the right; a grant whose role may not see the rows'
// level gives no rows (aggregates of any level are allowed: for metrics_read the level does not shut out). max_level is the lowest of the grants that
// give rows no other grant of at least their level gives: a row is never shown at a level that only another row's grant allows. The table is in
// scope.cpp.
Scope scope_of(const Principal& principal, Right right, const Subject& subject, const OrgTree& tree);

}  // namespace banmo::directory
