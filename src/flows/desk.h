// SPDX-License-Identifier: Apache-2.0
// Who may act on a case, and at whose desks it waits. Inside the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "directory/directory.h"
#include "flows/book.h"

namespace banmo::flows {

// The grant by which somebody has a role of a flow for a row; nothing if not. It takes a grant: somebody without any acts for nobody.
std::optional<directory::Grant> holds(const pack::FlowRole& role, const directory::Principal& principal, const Running& running,
                                      const sql::Values& row, const directory::OrgTree& tree);
// The roles that may move a case on from a state; with `escalated` also the one that the deadline names.
std::vector<const pack::FlowRole*> roles_of(const pack::Flow& flow, std::string_view state, bool escalated);
// Whom a state waits for, and who fills in its form. Where a case begins those who move it on; later who opened it alone, if they lead on from there
// and either it has a form or the offices could only end it (an offer that is to be taken); else the offices, with the one above when it is late.
std::vector<const pack::FlowRole*> fillers_of(const pack::Flow& flow, std::string_view state, bool escalated);
// With whom it waits; sorted, each once.
std::vector<std::string> desks_of_case(const Running& running, std::string_view state, bool escalated, const sql::Values& row,
                                       const directory::OrgTree& tree);
std::vector<std::string> desks_of(const directory::Principal& principal);
// Of an organisation or the whole city; not those of one person or of their wards.
std::vector<std::string> office_desks_of(const directory::Principal& principal);

}  // namespace banmo::flows
