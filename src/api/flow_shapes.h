// SPDX-License-Identifier: Apache-2.0
// Inside the room: what a service is: its guide, states, forms and figures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/shapes.h"

namespace banmo::api {

inline constexpr const char* kSpanNames[] = {"working_days", "days", "hours"};

struct ChoiceItemShape {
  static constexpr const char* kName = "ChoiceItem";
  std::string value;
  Two title;
  std::string hint;
};
template <class V>
void describe(V& v, ChoiceItemShape& x) {
  v.field("value", x.value, {.doc = "As the form takes it."});
  v.field("title", x.title);
  v.field("hint", x.hint, {.doc = "What tells it from others of that name: where it belongs."});
}

struct FlowChooseShape {
  static constexpr const char* kName = "FlowChoose";
  bool many = false;
  std::optional<std::string> on;
  std::vector<ChoiceItemShape> chosen;
};
template <class V>
void describe(V& v, FlowChooseShape& x) {
  v.field("many", x.many, {.doc = "Several values, with commas between them."});
  v.field("on", x.on, {.doc = "The field that narrows what is offered."});
  v.field("chosen", x.chosen, {.doc = "What stands in it, of a case that the reader may fill in."});
}

struct FlowInputShape {
  static constexpr const char* kName = "FlowInput";
  std::string field;
  bool required = false, asked = false;
  std::optional<Two> part;
  std::optional<FlowChooseShape> choose;
};
template <class V>
void describe(V& v, FlowInputShape& x) {
  v.field("field", x.field);
  v.field("required", x.required);
  v.field("asked", x.asked, {.doc = "As the case stands; of a service: in every case."});
  v.field("part", x.part, {.doc = "The heading that it stands under."});
  v.field("choose", x.choose, {.doc = "It is chosen and not typed: GET /cases/{case}/choices/{field}."});
}

struct FlowDeadlineShape {
  static constexpr const char* kName = "FlowDeadline";
  int64_t n = 0;
  std::string unit;
};
template <class V>
void describe(V& v, FlowDeadlineShape& x) {
  v.field("n", x.n);
  v.field("unit", x.unit, {.one_of = kSpanNames});
}

struct FlowStateShape {
  static constexpr const char* kName = "FlowState";
  std::string id;
  Two title;
  bool final = false, rests = false, has_panel = false;
  std::vector<Two> by;  // with whom a case waits there
  std::optional<FlowDeadlineShape> within;
};
template <class V>
void describe(V& v, FlowStateShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("final", x.final);
  v.field("rests", x.rests, {.doc = "Nothing is to be done there for now: the span is how long it holds."});
  v.field("has_panel", x.has_panel, {.doc = "Reviewers fill in sheets there: GET /cases/{case}/panel."});
  v.field("by", x.by, {.doc = "With whom a case waits there."});
  v.field("within", x.within);
}

struct LifeEventShape {
  static constexpr const char* kName = "LifeEvent";
  std::string code;
  Two title;
};
template <class V>
void describe(V& v, LifeEventShape& x) {
  v.field("code", x.code);
  v.field("title", x.title);
}

struct FlowFileShape {
  static constexpr const char* kName = "FlowFile";
  std::string id;
  Two title;
  std::vector<std::string> types;
  int64_t max_bytes = 0;
  int n = 0;
  bool may_be_required = false;
  std::vector<std::string> states;
};
template <class V>
void describe(V& v, FlowFileShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("types", x.types);
  v.field("max_bytes", x.max_bytes);
  v.field("n", x.n);
  v.field("may_be_required", x.may_be_required, {.doc = "GET /cases/{case}/files says whether it is for a case."});
  v.field("states", x.states);
}

struct FlowShape {
  static constexpr const char* kName = "Flow";
  std::string id, pack, dataset;
  Two title, guide;
  std::optional<LifeEventShape> life_event;
  bool can_start = false;
  std::vector<std::string> opened_for;  // fields that may be given when it is opened: for whom
  std::vector<FlowStateShape> states;
  std::vector<FlowInputShape> form;  // of the first state
  std::vector<FlowFileShape> files;
};
template <class V>
void describe(V& v, FlowShape& x) {
  v.field("id", x.id);
  v.field("pack", x.pack);
  v.field("dataset", x.dataset);
  v.field("title", x.title);
  v.field("guide", x.guide);
  v.field("life_event", x.life_event);
  v.field("can_start", x.can_start);
  v.field("opened_for", x.opened_for);
  v.field("states", x.states);
  v.field("form", x.form);
  v.field("files", x.files);
}

struct FlowStateFiguresShape {
  static constexpr const char* kName = "FlowStateFigures";
  std::string state;
  Two title;
  int64_t n_open = 0, n_late = 0, n_left = 0, n_promised = 0, n_within = 0;
  double mean_days = 0, mean_used = 0;
  std::optional<FlowDeadlineShape> within;
};
template <class V>
void describe(V& v, FlowStateFiguresShape& x) {
  v.field("state", x.state);
  v.field("title", x.title);
  v.field("n_open", x.n_open);
  v.field("n_late", x.n_late);
  v.field("n_left", x.n_left);
  v.field("mean_days", x.mean_days);
  v.field("within", x.within);
  v.field("n_promised", x.n_promised, {.doc = "Times that a case left the state, if the service promises how long it takes there."});
  v.field("n_within", x.n_within, {.doc = "Of these within what is promised."});
  v.field("mean_used", x.mean_used, {.doc = "Of these: what was used, in the unit of the promise; the same day is 0 (working) days."});
}

struct FlowFiguresShape {
  static constexpr const char* kName = "FlowFigures";
  int64_t n_opened = 0, n_closed = 0, n_returned = 0, n_promised = 0, n_within = 0;
  std::optional<double> promised_days, used_days;
  double mean_days = 0;
  std::vector<int64_t> n_by_stars;
  double mean_typed = 0, mean_filled = 0;
  std::vector<FlowStateFiguresShape> states;
};
template <class V>
void describe(V& v, FlowFiguresShape& x) {
  v.field("n_opened", x.n_opened);
  v.field("n_closed", x.n_closed);
  v.field("n_returned", x.n_returned);
  v.field("n_promised", x.n_promised, {.doc = "Times that a case left a state with a promise."});
  v.field("n_within", x.n_within);
  v.field("promised_days", x.promised_days,
          {.doc = "Working days promised for a case that has ended, on the mean, over the states that it went through."});
  v.field("used_days", x.used_days, {.doc = "Working days that were used of these."});
  v.field("mean_days", x.mean_days);
  v.field("n_by_stars", x.n_by_stars, {.doc = "Ratings of one to five stars."});
  v.field("mean_typed", x.mean_typed, {.doc = "Fields that an applicant typed for a case."});
  v.field("mean_filled", x.mean_filled, {.doc = "Fields that were there without it."});
  v.field("states", x.states);
}

}  // namespace banmo::api
