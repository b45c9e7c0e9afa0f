// SPDX-License-Identifier: Apache-2.0
// Inside the room: a case, its steps, and what is asked to change it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/flow_shapes.h"
#include "api/row_json.h"
#include "api/shapes.h"

namespace banmo::api {

inline constexpr const char* kLampNames[] = {"none", "green", "yellow", "red"};
inline constexpr int kMaxNote = 2000;

struct CaseHeadShape {
  static constexpr const char* kName = "CaseHead";
  std::string id, flow, key, state;
  Two flow_title, state_title;
  int64_t seq = 0;
  Instant opened_at, entered_at;
  std::optional<Instant> due_at, closed_at;
  std::string lamp;
  bool escalated = false, rests = false;
  std::string for_account;
};
template <class V>
void describe_head(V& v, CaseHeadShape& x) {
  v.field("id", x.id);
  v.field("flow", x.flow);
  v.field("flow_title", x.flow_title);
  v.field("key", x.key);
  v.field("state", x.state);
  v.field("state_title", x.state_title);
  v.field("seq", x.seq);
  v.field("opened_at", x.opened_at);
  v.field("entered_at", x.entered_at);
  v.field("due_at", x.due_at);
  v.field("closed_at", x.closed_at);
  v.field("lamp", x.lamp, {.one_of = kLampNames});
  v.field("escalated", x.escalated);
  v.field("rests", x.rests, {.doc = "Nothing is to be done for now; it stands behind what waits."});
  v.field("for_account", x.for_account, {.doc = "On a work-list: in whose absence it waits; empty for one's own roles."});
}
template <class V>
void describe(V& v, CaseHeadShape& x) {
  describe_head(v, x);
}

struct CaseMoveShape {
  static constexpr const char* kName = "CaseMove";
  std::string id, to;
  Two label, to_title;
  std::vector<FlowInputShape> form;
  bool note_required = false, four_eyes = false, allowed = false, is_others = false, opens_share = false, ends_share = false;
  std::optional<Two> refused;
};
template <class V>
void describe(V& v, CaseMoveShape& x) {
  v.field("id", x.id);
  v.field("label", x.label);
  v.field("to", x.to);
  v.field("to_title", x.to_title);
  v.field("form", x.form);
  v.field("note_required", x.note_required);
  v.field("four_eyes", x.four_eyes);
  v.field("allowed", x.allowed);
  v.field("is_others", x.is_others, {.doc = "Made by roles that the reader does not have at all."});
  v.field("opens_share", x.opens_share, {.doc = "It gives an organisation access to data."});
  v.field("ends_share", x.ends_share, {.doc = "It ends all access that the case has opened."});
  v.field("refused", x.refused);
}

struct CasePlaceShape {
  static constexpr const char* kName = "CasePlace";
  std::string quota;
  Two title;
  bool waits = false;
  int64_t position = 0;
};
template <class V>
void describe(V& v, CasePlaceShape& x) {
  v.field("quota", x.quota);
  v.field("title", x.title);
  v.field("waits", x.waits, {.doc = "It stands in line for a place; otherwise it holds one."});
  v.field("position", x.position, {.doc = "In line, from 1; 0 if it holds a place."});
}

struct CaseShape : CaseHeadShape {
  static constexpr const char* kName = "Case";
  std::string dataset;
  RowShape row;
  bool can_save = false, is_yours = false, due_is_estimated = false;
  std::optional<Instant> appeal_until;
  std::vector<Two> awaits;
  std::vector<FlowInputShape> form;
  std::vector<CaseMoveShape> moves;
  std::vector<CasePlaceShape> places;
};
template <class V>
void describe(V& v, CaseShape& x) {
  describe_head(v, x);
  v.field("dataset", x.dataset);
  v.field("row", x.row);
  v.field("can_save", x.can_save);
  v.field("is_yours", x.is_yours, {.doc = "It waits for the reader."});
  v.field("due_is_estimated", x.due_is_estimated);
  v.field("awaits", x.awaits, {.doc = "Other departments that have not answered yet; automatic moves wait for them."});
  v.field("appeal_until", x.appeal_until, {.doc = "The case has ended and may be appealed until then, once."});
  v.field("form", x.form);
  v.field("moves", x.moves);
  v.field("places", x.places);
}

struct CaseStepShape {
  static constexpr const char* kName = "CaseStep";
  Instant at;
  std::string move, from, to;
  Two label, from_title, to_title;
  std::optional<Two> role;
  std::optional<OrgRef> org;
  std::string note;
  bool on_behalf = false;
  std::string for_account;
};
template <class V>
void describe(V& v, CaseStepShape& x) {
  v.field("at", x.at);
  v.field("move", x.move);
  v.field("label", x.label);
  v.field("from", x.from);
  v.field("from_title", x.from_title);
  v.field("to", x.to);
  v.field("to_title", x.to_title);
  v.field("role", x.role);
  v.field("org", x.org);
  v.field("note", x.note);
  v.field("on_behalf", x.on_behalf, {.doc = "Made for somebody absent."});
  v.field("for_account", x.for_account, {.doc = "For whom; empty for whoever may not see what offices said."});
}

struct CaseOpenIn {
  static constexpr const char* kName = "CaseOpenIn";
  RowValues values{json::Object{}};
};
template <class V>
void describe(V& v, CaseOpenIn& x) {
  v.field("values", x.values, {.has_default = true});
}

struct CaseSaveIn {
  static constexpr const char* kName = "CaseSaveIn";
  int64_t seq = 0;
  RowValues values;
};
template <class V>
void describe(V& v, CaseSaveIn& x) {
  v.field("seq", x.seq);
  v.field("values", x.values);
}

struct CaseMoveIn {
  static constexpr const char* kName = "CaseMoveIn";
  int64_t seq = 0;
  std::string move;
  RowValues values{json::Object{}};
  std::string note;
};
template <class V>
void describe(V& v, CaseMoveIn& x) {
  v.field("seq", x.seq);
  v.field("move", x.move);
  v.field("values", x.values, {.has_default = true});
  v.field("note", x.note, {.max_length = kMaxNote, .has_default = true});
}

}  // namespace banmo::api
