// SPDX-License-Identifier: Apache-2.0
// Services and their cases: what one may start, a case with what may be done now, moves, the work-list, history, figures.
#include "flows/flows.h"

#include <algorithm>

#include "api/builder.h"
#include "api/read_note.h"
#include "api/row_json.h"
#include "api/shapes.h"
#include "directory/directory.h"
#include "pack/pack.h"

namespace banmo::api {
namespace {

constexpr const char* kLampNames[] = {"none", "green", "yellow", "red"};
constexpr const char* kViewNames[] = {"waiting", "opened"};
constexpr const char* kSpanNames[] = {"working_days", "days", "hours"};
constexpr int kMaxNote = 2000;

Two two_of(const pack::Title& title) { return {title.zh, title.en}; }

struct InputShape {
  static constexpr const char* kName = "FlowInput";
  std::string field;
  bool required = false;
};
template <class V>
void describe(V& v, InputShape& x) {
  v.field("field", x.field);
  v.field("required", x.required);
}

struct DeadlineShape {
  static constexpr const char* kName = "FlowDeadline";
  int64_t n = 0;
  std::string unit;
};
template <class V>
void describe(V& v, DeadlineShape& x) {
  v.field("n", x.n);
  v.field("unit", x.unit, {.one_of = kSpanNames});
}

struct StateShape {
  static constexpr const char* kName = "FlowState";
  std::string id;
  Two title;
  bool final = false, rests = false, has_panel = false;
  std::vector<Two> by;  // with whom a case waits there
  std::optional<DeadlineShape> within;
};
template <class V>
void describe(V& v, StateShape& x) {
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

struct WantedShape {
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
void describe(V& v, WantedShape& x) {
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
  std::vector<StateShape> states;
  std::vector<InputShape> form;  // of the first state
  std::vector<WantedShape> files;
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

struct HeadShape {
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
void describe_head(V& v, HeadShape& x) {
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
void describe(V& v, HeadShape& x) {
  describe_head(v, x);
}

struct ChoiceShape {
  static constexpr const char* kName = "CaseMove";
  std::string id, to;
  Two label, to_title;
  std::vector<InputShape> form;
  bool note_required = false, four_eyes = false, allowed = false;
  std::optional<Two> refused;
};
template <class V>
void describe(V& v, ChoiceShape& x) {
  v.field("id", x.id);
  v.field("label", x.label);
  v.field("to", x.to);
  v.field("to_title", x.to_title);
  v.field("form", x.form);
  v.field("note_required", x.note_required);
  v.field("four_eyes", x.four_eyes);
  v.field("allowed", x.allowed);
  v.field("refused", x.refused);
}

struct PlaceShape {
  static constexpr const char* kName = "CasePlace";
  std::string quota;
  Two title;
  bool waits = false;
  int64_t position = 0;
};
template <class V>
void describe(V& v, PlaceShape& x) {
  v.field("quota", x.quota);
  v.field("title", x.title);
  v.field("waits", x.waits, {.doc = "It stands in line for a place; otherwise it holds one."});
  v.field("position", x.position, {.doc = "In line, from 1; 0 if it holds a place."});
}

struct CaseShape : HeadShape {
  static constexpr const char* kName = "Case";
  std::string dataset;
  RowShape row;
  bool can_save = false, is_yours = false, due_is_estimated = false;
  std::optional<Instant> appeal_until;
  std::vector<Two> awaits;
  std::vector<InputShape> form;
  std::vector<ChoiceShape> moves;
  std::vector<PlaceShape> places;
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

struct StepShape {
  static constexpr const char* kName = "CaseStep";
  Instant at;
  std::string move, from, to;
  Two label, from_title, to_title;
  std::optional<Two> role;
  std::optional<OrgRef> org;
  std::string note;
  bool on_behalf = false;
};
template <class V>
void describe(V& v, StepShape& x) {
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
}

struct StateFiguresShape {
  static constexpr const char* kName = "FlowStateFigures";
  std::string state;
  Two title;
  int64_t n_open = 0, n_late = 0, n_left = 0;
  double mean_days = 0;
  std::optional<DeadlineShape> within;
};
template <class V>
void describe(V& v, StateFiguresShape& x) {
  v.field("state", x.state);
  v.field("title", x.title);
  v.field("n_open", x.n_open);
  v.field("n_late", x.n_late);
  v.field("n_left", x.n_left);
  v.field("mean_days", x.mean_days);
  v.field("within", x.within);
}

struct FlowFiguresShape {
  static constexpr const char* kName = "FlowFigures";
  int64_t n_opened = 0, n_closed = 0, n_returned = 0;
  double mean_days = 0;
  std::vector<int64_t> n_by_stars;
  double mean_typed = 0, mean_filled = 0;
  std::vector<StateFiguresShape> states;
};
template <class V>
void describe(V& v, FlowFiguresShape& x) {
  v.field("n_opened", x.n_opened);
  v.field("n_closed", x.n_closed);
  v.field("n_returned", x.n_returned);
  v.field("mean_days", x.mean_days);
  v.field("n_by_stars", x.n_by_stars, {.doc = "Ratings of one to five stars."});
  v.field("mean_typed", x.mean_typed, {.doc = "Fields that an applicant typed for a case."});
  v.field("mean_filled", x.mean_filled, {.doc = "Fields that were there without it."});
  v.field("states", x.states);
}

struct OpenIn {
  static constexpr const char* kName = "CaseOpenIn";
  RowValues values{json::Object{}};
};
template <class V>
void describe(V& v, OpenIn& x) {
  v.field("values", x.values, {.has_default = true});
}

struct SaveIn {
  static constexpr const char* kName = "CaseSaveIn";
  int64_t seq = 0;
  RowValues values;
};
template <class V>
void describe(V& v, SaveIn& x) {
  v.field("seq", x.seq);
  v.field("values", x.values);
}

struct MoveIn {
  static constexpr const char* kName = "CaseMoveIn";
  int64_t seq = 0;
  std::string move;
  RowValues values{json::Object{}};
  std::string note;
};
template <class V>
void describe(V& v, MoveIn& x) {
  v.field("seq", x.seq);
  v.field("move", x.move);
  v.field("values", x.values, {.has_default = true});
  v.field("note", x.note, {.max_length = kMaxNote, .has_default = true});
}

std::vector<InputShape> form_of(const std::vector<pack::FlowInput>& form) {
  std::vector<InputShape> out;
  for (const pack::FlowInput& input : form) out.push_back({input.field, input.required});
  return out;
}

Two state_title(const pack::Flow& flow, const std::string& state) {
  const pack::FlowState* found = flow.state(state);
  return found == nullptr ? Two{state, state} : two_of(found->title);
}

std::optional<DeadlineShape> within_of(const pack::Flow& flow, const std::string& state) {
  const pack::FlowDeadline* deadline = flow.deadline(state);
  if (deadline == nullptr) return std::nullopt;
  return DeadlineShape{deadline->within.n, kSpanNames[static_cast<size_t>(deadline->within.unit)]};
}

std::optional<LifeEventShape> life_event_of(const pack::Catalogue& catalogue, const pack::Flow& flow) {
  const pack::CodeList* events = flow.life_event.empty() ? nullptr : catalogue.code_list(pack::kLifeEvents);
  if (events == nullptr) return std::nullopt;
  const auto event = std::find_if(events->values.begin(), events->values.end(), [&](const auto& value) { return value.code == flow.life_event; });
  return event == events->values.end() ? std::nullopt : std::optional(LifeEventShape{event->code, two_of(event->title)});
}

std::vector<WantedShape> files_of(const pack::Flow& flow) {
  std::vector<WantedShape> out;
  for (const pack::FlowFile& file : flow.files)
    out.push_back({file.id, two_of(file.title), file.types, file.max_bytes, file.n, file.required.has_value(), file.states});
  return out;
}

FlowShape shape_of(const pack::Catalogue& catalogue, const flows::Guide& guide) {
  const pack::Flow& flow = *guide.flow;
  FlowShape shape{flow.id,
                  flow.pack,
                  flow.subject,
                  two_of(flow.title),
                  two_of(flow.guide),
                  life_event_of(catalogue, flow),
                  guide.can_start,
                  guide.opened_for,
                  {},
                  form_of(flow.states.front().form),
                  files_of(flow)};
  for (size_t at = 0; at < flow.states.size(); ++at) {
    const pack::FlowState& state = flow.states[at];
    StateShape& one = shape.states.emplace_back(
        StateShape{state.id, two_of(state.title), state.final, state.rests, state.panel.has_value(), {}, within_of(flow, state.id)});
    for (const pack::FlowRole* role : guide.desks[at]) one.by.push_back(two_of(role->title));
  }
  return shape;
}

void fill_head(const Call& call, const flows::CaseHead& head, HeadShape& shape) {
  const pack::Flow* flow = call.engines.catalogue->flow(head.flow);
  shape.id = head.id.to_string();
  shape.flow = head.flow;
  shape.flow_title = flow == nullptr ? Two{head.flow, head.flow} : two_of(flow->title);
  shape.key = head.key;
  shape.state = head.state;
  shape.state_title = two_of(head.state_title);
  shape.seq = head.seq;
  shape.opened_at = head.opened_at;
  shape.entered_at = head.entered_at;
  shape.due_at = head.due_at;
  shape.closed_at = head.closed_at;
  shape.lamp = kLampNames[static_cast<size_t>(head.lamp)];
  shape.escalated = head.escalated;
  shape.rests = head.rests;
  shape.for_account = head.for_account;
}

Result<CaseShape> case_shape(const Call& call, const flows::Case& one) {
  BANMO_DO(note_read(call, one.shown, "case.read", one.head.flow, "case=" + one.head.id.to_string(), 1));
  const pack::Flow& flow = *one.flow;
  CaseShape shape;
  fill_head(call, one.head, shape);
  shape.dataset = flow.subject;
  shape.row = row_json(call.engines, *call.engines.catalogue->dataset(flow.subject), one.row);
  shape.can_save = one.can_save;
  shape.is_yours = one.is_yours;
  shape.due_is_estimated = one.due_is_estimated;
  shape.appeal_until = one.appeal_until;
  for (const pack::Title& title : one.awaits) shape.awaits.push_back(two_of(title));
  if (const pack::FlowState* state = flow.state(one.head.state)) shape.form = form_of(state->form);
  for (const flows::Place& place : one.places) shape.places.push_back({place.quota, two_of(place.title), place.waits, place.position});
  for (const flows::Choice& choice : one.choices) {
    const pack::FlowMove& move = *choice.move;
    ChoiceShape& out = shape.moves.emplace_back();
    out.id = move.id;
    out.to = move.to;
    out.label = two_of(move.label);
    out.to_title = state_title(flow, move.to);
    out.form = form_of(move.form);
    out.note_required = move.note_required;
    out.four_eyes = move.four_eyes;
    out.allowed = !choice.refused;
    if (choice.refused) out.refused = Two::of(*choice.refused);
  }
  return shape;
}

Result<CaseShape> answer(const Call& call, Result<flows::Case> done) {
  BANMO_TRY(const flows::Case one, std::move(done));
  return case_shape(call, one);
}

Result<List<FlowShape>> list_flows(const Call& call) {
  List<FlowShape> list;
  for (const flows::Guide& guide : call.engines.flows->guides(call.principal)) list.items.push_back(shape_of(*call.engines.catalogue, guide));
  return list;
}

Result<CaseShape> open_case(const Call& call, const OpenIn& in) {
  BANMO_TRY(const json::Object* values, object_of(in.values.value));
  return answer(call, call.engines.flows->open(call.principal, call.path("flow"), *values));
}

Result<CaseShape> get_case(const Call& call) { return answer(call, call.engines.flows->find(call.principal, call.path("case"))); }

Result<CaseShape> save_case(const Call& call, const SaveIn& in) {
  BANMO_TRY(const json::Object* values, object_of(in.values.value));
  return answer(call, call.engines.flows->save(call.principal, call.path("case"), in.seq, *values));
}

Result<CaseShape> move_case(const Call& call, const MoveIn& in) {
  BANMO_TRY(const json::Object* values, object_of(in.values.value));
  return answer(call, call.engines.flows->move(call.principal, call.path("case"), {in.seq, in.move, *values, in.note}));
}

Result<List<HeadShape>> list_cases(const Call& call) {
  flows::CaseQuery query;
  query.view = call.text("view") == "opened" ? flows::CaseView::opened : flows::CaseView::waiting;
  query.flow = call.text("flow");
  query.limit = static_cast<size_t>(call.integer("limit", 50));
  query.after = call.text("after");
  BANMO_TRY(const flows::CasePage page, call.engines.flows->cases(call.principal, query));
  List<HeadShape> list;
  for (const flows::CaseHead& head : page.items) fill_head(call, head, list.items.emplace_back());
  if (!page.next.empty()) list.next = page.next;
  return list;
}

Result<List<StepShape>> case_history(const Call& call) {
  BANMO_TRY(const flows::Case one, call.engines.flows->find(call.principal, call.path("case")));
  BANMO_TRY(const auto steps, call.engines.flows->history(call.principal, call.path("case")));
  BANMO_DO(note_read(call, one.shown, "case.history", one.head.flow, "case=" + one.head.id.to_string(), steps.size()));
  const auto tree = call.engines.directory->orgs();
  List<StepShape> list;
  for (const flows::Step& step : steps) {
    StepShape& shape = list.items.emplace_back();
    shape.at = step.at;
    shape.move = step.move;
    shape.from = step.from;
    shape.to = step.to;
    shape.label = two_of(step.label);
    shape.from_title = state_title(*one.flow, step.from);
    shape.to_title = state_title(*one.flow, step.to);
    if (!step.role.zh.empty()) shape.role = two_of(step.role);
    shape.org = ref_of(*tree, step.org);
    shape.note = step.note;
    shape.on_behalf = step.on_behalf;
  }
  return list;
}

Result<FlowFiguresShape> flow_figures(const Call& call) {
  BANMO_TRY(const flows::FlowFigures figures, call.engines.flows->figures(call.principal, call.path("flow")));
  const pack::Flow& flow = *call.engines.catalogue->flow(call.path("flow"));
  FlowFiguresShape shape{figures.n_opened,
                         figures.n_closed,
                         figures.n_returned,
                         figures.mean_days,
                         {figures.n_by_stars.begin(), figures.n_by_stars.end()},
                         figures.mean_typed,
                         figures.mean_filled,
                         {}};
  for (const flows::StateFigures& one : figures.states)
    shape.states.push_back({one.state, two_of(one.title), one.n_open, one.n_late, one.n_left, one.mean_days, within_of(flow, one.state)});
  return shape;
}

}  // namespace

void add_flow_routes(Builder& builder) {
  builder.tag("flows");
  builder.route<List<FlowShape>>(
      {.method = "GET",
       .path = "/flows",
       .operation = "list_flows",
       .summary = {"办事指南：谁可办、经过哪些环节、各需多久", "Services: for whom, through which states, how long each takes"},
       .permission = "datasets.read"},
      list_flows);
  builder.route<OpenIn, CaseShape>({.method = "POST",
                                    .path = "/flows/{flow}/cases",
                                    .operation = "open_case",
                                    .summary = {"发起办件：已知的内容自动带出", "Open a case: what the city knows is filled in"},
                                    .permission = "cases.handle",
                                    .answer_status = 201},
                                   open_case);
  builder.route<FlowFiguresShape>({.method = "GET",
                                   .path = "/flows/{flow}/figures",
                                   .operation = "flow_figures",
                                   .summary = {"办件统计：各环节在办、逾期、用时与退回", "Figures of a flow: open, late, days spent, returns"},
                                   .permission = "datasets.read"},
                                  flow_figures);
  builder.route<List<HeadShape>>(
      {.method = "GET",
       .path = "/cases",
       .operation = "list_cases",
       .summary = {"待我办理的办件（按期限），或我发起的", "Cases that wait for me, by deadline, or that I opened"},
       .permission = "datasets.read",
       .parameters = page_parameters({choice_parameter("view", "Waiting for me, or opened by me.", {std::begin(kViewNames), std::end(kViewNames)}),
                                      text_parameter("flow", "Only of this flow.")})},
      list_cases);
  builder.route<CaseShape>({.method = "GET",
                            .path = "/cases/{case}",
                            .operation = "get_case",
                            .summary = {"一个办件：内容、进度、现在能办什么", "A case: its content, how far it is, what may be done now"},
                            .permission = "datasets.read"},
                           get_case);
  builder.route<SaveIn, CaseShape>({.method = "PATCH",
                                    .path = "/cases/{case}",
                                    .operation = "save_case",
                                    .summary = {"暂存已填内容", "Keep what is filled in so far"},
                                    .permission = "cases.handle"},
                                   save_case);
  builder.route<MoveIn, CaseShape>({.method = "POST",
                                    .path = "/cases/{case}/moves",
                                    .operation = "move_case",
                                    .summary = {"办理：把办件送到下一环节", "Move a case on"},
                                    .permission = "cases.handle"},
                                   move_case);
  builder.route<List<StepShape>>({.method = "GET",
                                  .path = "/cases/{case}/history",
                                  .operation = "case_history",
                                  .summary = {"办件经过", "What happened to a case"},
                                  .permission = "datasets.read"},
                                 case_history);
}

}  // namespace banmo::api
