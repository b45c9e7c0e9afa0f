// SPDX-License-Identifier: Apache-2.0
// Flows: the states of a case, who may bring it from one to another, and until when. A part of the words of pack/types.h; immutable once resolved.
// The rows of the subject dataset are the cases: they are written by the flow alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expr.h"
#include "pack/portrait.h"

namespace banmo::pack {

// Who acts: all that is named must hold for one grant of a person. At least a role of the directory or the person is named; an organisation alone
// would let its pupils decide.
struct FlowRole {
  std::string id;
  Title title;
  std::vector<std::string> roles;  // of the directory; empty: any
  std::string org_field;           // the grant stands in the organisation of this field
  bool above = false;              // ... or in one above it
  std::string person_field;        // the person is this field's
  std::string ward_field;          // the person is a guardian of this field's
  std::string where;
};

struct FlowInput {
  std::string field;
  bool required = false;
};

struct FlowState {
  std::string id;
  Title title;
  bool final = false;
  std::vector<FlowInput> form;  // what those who may move the case on can fill in meanwhile
  std::string where;
};

struct FlowEffect {
  std::string field;
  expr::Expression value;  // over flow_context()
  std::string where;
};

struct FlowMove {
  std::string id;  // of its state; the state that it leads to unless given
  Title label;
  std::vector<std::string> from;
  std::string to;
  std::vector<std::string> by;  // role ids; empty: automatic
  std::optional<expr::Expression> guard;
  Title refusal;  // the sentence when the guard is false; empty: made of the label
  std::vector<FlowInput> form;
  bool note_required = false;
  bool four_eyes = false;  // not by who opened the case, nor by who made a move of it in another state
  std::vector<FlowEffect> effects;
  std::string where;
  bool automatic() const { return by.empty(); }
};

enum class SpanUnit { working_days, days, hours };
struct FlowSpan {
  int n = 0;
  SpanUnit unit = SpanUnit::working_days;
};

struct FlowDeadline {
  std::string state;
  FlowSpan within;
  std::string late_to;                          // the state that a late case goes to; or
  std::string escalate_to;                      // the role that may then act as well; or the lamp alone
  std::optional<FlowSpan> remind, yellow, red;  // before the end
  std::string where;
};

struct FlowFill {
  std::string field;
  expr::Expression value;
};

struct Flow {
  std::string id;
  std::string pack, version;
  Title title, guide;  // guide: for whom it is and what is needed, for the applicant
  std::string subject, key_field, state_field;
  std::string number;                    // "DS{year}-{seq:6}"
  std::string calendar;                  // reference dataset of days; empty: Monday to Friday
  std::string day_field, working_field;  // its date, and whether one works on it
  std::vector<FlowFill> fill;            // of empty fields, when a case is opened or saved
  std::vector<FlowRole> roles;
  std::vector<FlowState> states;  // the first is where a case begins
  std::vector<FlowMove> moves;    // in the order of the pack: of automatic ones the first whose guard holds is taken
  std::vector<FlowDeadline> deadlines;
  expr::Context context;  // its functions have no `evaluate`: the room flows compiles the expressions anew with its own
  std::string where;

  const FlowState* state(std::string_view state_id) const;
  const FlowRole* role(std::string_view role_id) const;
  const FlowDeadline* deadline(std::string_view state_id) const;
  const FlowMove* move(std::string_view from, std::string_view move_id) const;
};

// What guards, effects and fillings may name beside the fields of the subject, in this order behind them.
inline constexpr std::string_view kFlowUserFields[] = {"$user.org", "$user.person", "$user.role"};

}  // namespace banmo::pack
