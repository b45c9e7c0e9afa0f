// SPDX-License-Identifier: Apache-2.0
// Flows: the states of a case, who may bring it from one to another, and until when. A part of the words of pack/types.h; immutable once resolved.
// The rows of the subject dataset are the cases: they are written by the flow alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expr.h"
#include "pack/flow_form.h"
#include "pack/flow_papers.h"
#include "pack/flow_places.h"
#include "pack/flow_share.h"
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

// What a reviewer gives points for: 0 to max, whole or with decimals.
struct FlowSheetItem {
  std::string id;
  Title title;
  int max = 0;
};

// Reviewers who each fill in a sheet of their own while a case is in the state. When all are in, the score goes into the dataset and the automatic
// moves are taken; until then they wait.
struct FlowPanel {
  int n = 0;         // reviewers of a case
  std::string role;  // of the flow: who may be one; roles of the directory alone
  std::string by;    // of the flow: who names them
  std::vector<FlowSheetItem> sheet;
  std::vector<std::string> hide;        // fields that a reviewer is not shown, beside those that name a person or an organisation
  std::vector<std::string> hide_files;  // kinds of files, likewise
  bool drop_extremes = false;           // the highest and the lowest total do not count
  bool normalise = false;               // by each reviewer's mean and spread over the cases that are in the state: these end together
  std::string result;                   // decimal field that takes the score, 0 to 100
  std::string where;
};

struct FlowState {
  std::string id;
  Title title;
  bool final = false;
  bool rests = false;  // nothing is to be done for now: such cases stand behind all others
  std::optional<FlowPanel> panel;
  std::vector<FlowInput> form;  // what those who may move the case on can fill in meanwhile
  std::string where;
};

struct FlowEffect {
  std::string field;
  expr::Expression value;  // over flow_context()
  std::string where;
};

enum class SpanUnit { working_days, days, hours };
struct FlowSpan {
  int n = 0;
  SpanUnit unit = SpanUnit::working_days;
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
  std::vector<FlowStart> starts;  // behind the effects
  std::string where;
  std::vector<std::string> letters, revokes;  // ids of Flow::letters that it issues, and whose standing ones it takes back
  std::vector<std::string> calls;             // ids of Flow::lookups
  std::optional<FlowShare> share;             // access that it opens, behind the effects
  bool unshares = false;                      // it ends all access that the case has opened
  std::optional<FlowSpan> appeal;             // out of a final state, once and within this time; heard by somebody else than who decided
  bool automatic() const { return by.empty(); }
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
  Title title, guide;      // guide: for whom it is and what is needed, for the applicant
  std::string life_event;  // a code of kLifeEvents, under which people look for it; empty: none
  std::string subject, key_field, state_field;
  std::string number;                    // "DS{year}-{seq:6}"
  std::string calendar;                  // reference dataset of days; empty: Monday to Friday
  std::string day_field, working_field;  // its date, and whether one works on it
  std::vector<FlowFill> fill;            // of empty fields, when a case is opened or saved
  std::vector<FlowRole> roles;
  std::vector<FlowState> states;  // the first is where a case begins
  std::vector<FlowMove> moves;    // in the order of the pack: of automatic ones the first whose guard holds is taken
  std::vector<FlowDeadline> deadlines;
  std::vector<FlowFind> finds;
  std::vector<FlowQuota> quotas;
  std::vector<FlowFile> files;
  std::vector<FlowLetter> letters;
  std::vector<FlowLookup> lookups;  // those that its moves call
  std::optional<FlowLocks> locks;
  expr::Context context;  // its functions have no `evaluate`: the room flows compiles the expressions anew with its own
  std::string where;

  const FlowState* state(std::string_view state_id) const;
  const FlowRole* role(std::string_view role_id) const;
  const FlowDeadline* deadline(std::string_view state_id) const;
  const FlowMove* move(std::string_view from, std::string_view move_id) const;
  bool is_reviewer(std::string_view role_id) const;  // a role of panels: it sees a case as a reviewer alone
  const FlowFile* file(std::string_view file_id) const;
  const FlowLetter* letter(std::string_view letter_id) const;
  const FlowLookup* lookup(std::string_view lookup_id) const;
  bool has_appeal() const;
};

inline constexpr std::string_view kLifeEvents = "core.life_event";

// What guards, effects and fillings may name beside the fields of the subject, in this order behind them.
inline constexpr std::string_view kFlowUserFields[] = {"$user.org", "$user.person", "$user.role"};

// Whether a role of the directory has the right cases.handle (directory/roles.cpp; a test there compares the two).
bool handles_cases(std::string_view role);

}  // namespace banmo::pack
