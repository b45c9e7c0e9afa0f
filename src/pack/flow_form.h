// SPDX-License-Identifier: Apache-2.0
// The forms of a flow, and which periods it closes. A part of the words of pack/flow.h; immutable once resolved.
#pragma once

#include <string>
#include <vector>

#include "expr/expr.h"
#include "pack/portrait.h"

namespace banmo::pack {

// A field that is asked for. A condition of a state's form reads fields that stand before it in the form; one of a move's form none of that form.
struct FlowInput {
  std::string field;
  bool required = false;
  std::vector<expr::Expression> when = {};  // its part's and its own: it is asked if all are true
  Title part = {};                          // the heading that it stands under; empty: none
};

// Whose moves a period is closed for.
struct FlowLockLevel {
  std::string id;
  Title title;
  std::vector<std::string> roles;  // of the flow
};

// Periods of cases that can be closed, level by level: what belongs to one is then changed by nobody of that level.
struct FlowLocks {
  std::string period;  // the field that says to which period a case belongs
  std::string by;      // role of the flow that closes and reopens: of the directory alone
  std::vector<FlowLockLevel> levels;
  std::string where;

  const FlowLockLevel* level(std::string_view level_id) const;
  const FlowLockLevel* level_of(std::string_view role_id) const;  // nullptr: the role is never stopped
};

}  // namespace banmo::pack
