// SPDX-License-Identifier: Apache-2.0
// The forms of a flow, and which periods it closes. A part of the words of pack/flow.h; immutable once resolved.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/expr.h"
#include "pack/portrait.h"

namespace banmo::pack {

// What an input offers to choose from; what is typed otherwise is refused. `on`: a field of the case that narrows it, while that says something.
struct FlowChoose {
  enum class From { rows, orgs, datasets, fields };
  struct Match {
    std::string field;  // of the dataset
    expr::Expression value;
  };
  From from = From::rows;
  std::string dataset, value, title;  // rows: a reference dataset at L1; its only key, which the input takes, and what people read
  std::string org;                    // rows: its field with the code of an organisation, shown beside the title
  std::string on;                     // rows, orgs: an org field, to which or below which it belongs; fields: the text field that names the dataset
  std::vector<Match> match;           // rows: fields that are as the case says; empty values do not narrow
  std::vector<std::string> kinds;     // orgs: "district"
  bool many = false;                  // several, with commas between them
};

// A field that is asked for. A condition of a state's form reads fields that stand before it in the form; one of a move's form none of that form.
struct FlowInput {
  std::string field;
  bool required = false;
  std::vector<expr::Expression> when = {};  // its part's and its own: it is asked if all are true
  Title part = {};                          // the heading that it stands under; empty: none
  std::optional<FlowChoose> choose = {};
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
