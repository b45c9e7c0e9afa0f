// SPDX-License-Identifier: Apache-2.0
// Services and their cases: what one may start, a case with what may be done now, moves, the work-list, history, figures.
#include "flows/flows.h"

#include <algorithm>

#include "api/builder.h"
#include "api/case_shapes.h"
#include "api/read_note.h"
#include "api/row_json.h"
#include "api/shapes.h"
#include "base/text.h"
#include "directory/directory.h"
#include "pack/pack.h"

namespace banmo::api {
namespace {

constexpr const char* kViewNames[] = {"waiting", "opened"};
constexpr const char* kLampFilters[] = {"yellow", "red", "late"};  // of flows::LampFilter, behind any

ChoiceItemShape shape_of(const flows::ChoiceItem& item) { return {item.value, two_of(item.title), item.hint}; }

FlowInputShape input_of(const pack::FlowInput& input, bool asked, const flows::ChosenItems& chosen = {}) {
  FlowInputShape shape{input.field, input.required, asked, {}, {}};
  if (!input.part.zh.empty()) shape.part = two_of(input.part);
  if (!input.choose) return shape;
  FlowChooseShape& choose = shape.choose.emplace();
  choose.many = input.choose->many;
  if (!input.choose->on.empty()) choose.on = input.choose->on;
  if (const auto found = chosen.find(input.field); found != chosen.end())
    for (const flows::ChoiceItem& item : found->second) choose.chosen.push_back(shape_of(item));
  return shape;
}

std::vector<FlowInputShape> form_of(const std::vector<pack::FlowInput>& form, const std::vector<bool>& asked, const flows::ChosenItems& chosen) {
  std::vector<FlowInputShape> out;
  for (size_t i = 0; i < form.size(); ++i) out.push_back(input_of(form[i], i < asked.size() && asked[i], chosen));
  return out;
}

// Of a service, before there is a case.
std::vector<FlowInputShape> form_of(const std::vector<pack::FlowInput>& form) {
  std::vector<FlowInputShape> out;
  for (const pack::FlowInput& input : form) out.push_back(input_of(input, input.when.empty()));
  return out;
}

Two state_title(const pack::Flow& flow, const std::string& state) {
  const pack::FlowState* found = flow.state(state);
  return found == nullptr ? Two{state, state} : two_of(found->title);
}

std::optional<FlowDeadlineShape> within_of(const pack::Flow& flow, const std::string& state) {
  const pack::FlowDeadline* deadline = flow.deadline(state);
  if (deadline == nullptr) return std::nullopt;
  return FlowDeadlineShape{deadline->within.n, kSpanNames[static_cast<size_t>(deadline->within.unit)]};
}

std::optional<LifeEventShape> life_event_of(const pack::Catalogue& catalogue, const pack::Flow& flow) {
  const pack::CodeList* events = flow.life_event.empty() ? nullptr : catalogue.code_list(pack::kLifeEvents);
  if (events == nullptr) return std::nullopt;
  const auto event = std::find_if(events->values.begin(), events->values.end(), [&](const auto& value) { return value.code == flow.life_event; });
  return event == events->values.end() ? std::nullopt : std::optional(LifeEventShape{event->code, two_of(event->title)});
}

std::vector<FlowFileShape> files_of(const pack::Flow& flow) {
  std::vector<FlowFileShape> out;
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
    FlowStateShape& one = shape.states.emplace_back(
        FlowStateShape{state.id, two_of(state.title), state.final, state.rests, state.panel.has_value(), {}, within_of(flow, state.id)});
    for (const pack::FlowRole* role : guide.desks[at]) one.by.push_back(two_of(role->title));
  }
  return shape;
}

void fill_head(const Call& call, const flows::CaseHead& head, CaseHeadShape& shape) {
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
  if (const pack::FlowState* state = flow.state(one.head.state)) shape.form = form_of(state->form, one.asked, one.chosen);
  for (const flows::Place& place : one.places) shape.places.push_back({place.quota, two_of(place.title), place.waits, place.position});
  for (const flows::Choice& choice : one.choices) {
    const pack::FlowMove& move = *choice.move;
    CaseMoveShape& out = shape.moves.emplace_back();
    out.id = move.id;
    out.to = move.to;
    out.label = two_of(move.label);
    out.to_title = state_title(flow, move.to);
    out.form = form_of(move.form, choice.asked, one.chosen);
    out.note_required = move.note_required;
    out.four_eyes = move.four_eyes;
    out.allowed = !choice.refused;
    out.is_others = choice.is_others;
    out.opens_share = move.share.has_value();
    out.ends_share = move.unshares;
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

Result<CaseShape> open_case(const Call& call, const CaseOpenIn& in) {
  BANMO_TRY(const json::Object* values, object_of(in.values.value));
  return answer(call, call.engines.flows->open(call.principal, call.path("flow"), *values));
}

Result<CaseShape> get_case(const Call& call) { return answer(call, call.engines.flows->find(call.principal, call.path("case"))); }

Result<CaseShape> save_case(const Call& call, const CaseSaveIn& in) {
  BANMO_TRY(const json::Object* values, object_of(in.values.value));
  return answer(call, call.engines.flows->save(call.principal, call.path("case"), in.seq, *values));
}

Result<CaseShape> move_case(const Call& call, const CaseMoveIn& in) {
  BANMO_TRY(const json::Object* values, object_of(in.values.value));
  return answer(call, call.engines.flows->move(call.principal, call.path("case"), {in.seq, in.move, *values, in.note}));
}

http::Parameter day_parameter(std::string name, std::string description) {
  return {.name = std::move(name), .schema = json::Object{{"type", "string"}, {"format", "date"}}, .description = std::move(description)};
}

std::vector<http::Parameter> work_parameters() {
  std::vector<http::Parameter> out = page_parameters(
      {choice_parameter("view", "Waiting for me, or opened by me.", {std::begin(kViewNames), std::end(kViewNames)}),
       text_parameter("flow", "Only of this flow."),
       choice_parameter("lamp", "Only those: red has also what is late.", {std::begin(kLampFilters), std::end(kLampFilters)}),
       day_parameter("opened_from", "Only those opened on this day of the city or later."),
       day_parameter("opened_until", "Only those opened on this day or earlier."),
       text_parameter(
           "q", "The beginning of a number, or a part of a text or name that the reader sees of the case. A page without items may have a next one.",
           60)});
  out.push_back({.name = "waits_longer",
                 .schema = json::Object{{"type", "integer"}, {"minimum", 0}, {"maximum", 250}},
                 .description = "Only those that wait where they stand for more than so many working days."});
  return out;
}

Result<List<CaseHeadShape>> list_cases(const Call& call) {
  flows::CaseQuery query;
  query.view = call.text("view") == "opened" ? flows::CaseView::opened : flows::CaseView::waiting;
  query.flow = call.text("flow");
  query.limit = static_cast<size_t>(call.integer("limit", 50));
  query.after = call.text("after");
  const auto lamp = std::find(std::begin(kLampFilters), std::end(kLampFilters), call.text("lamp"));
  if (lamp != std::end(kLampFilters)) query.lamp = static_cast<flows::LampFilter>(1 + (lamp - std::begin(kLampFilters)));
  query.waits_longer_wd = static_cast<int>(call.integer("waits_longer", 0));
  query.opened_from = Date::parse_iso(call.text("opened_from"));
  query.opened_until = Date::parse_iso(call.text("opened_until"));
  query.text = text::trim(call.text("q"));
  BANMO_TRY(const flows::CasePage page, call.engines.flows->cases(call.principal, query));
  if (!query.text.empty())
    BANMO_DO(note_read(call, page.shown, "case.search", query.flow, kViewNames[static_cast<size_t>(query.view)], page.items.size()));
  List<CaseHeadShape> list;
  for (const flows::CaseHead& head : page.items) fill_head(call, head, list.items.emplace_back());
  if (!page.next.empty()) list.next = page.next;
  return list;
}

Result<List<ChoiceItemShape>> case_choices(const Call& call) {
  const flows::ChoiceWish wish{call.path("field"), call.text("move"), call.text("q"), call.text("on")};
  BANMO_TRY(const auto items, call.engines.flows->choices(call.principal, call.path("case"), wish));
  List<ChoiceItemShape> list;
  for (const flows::ChoiceItem& item : items) list.items.push_back(shape_of(item));
  return list;
}

Result<List<CaseStepShape>> case_history(const Call& call) {
  BANMO_TRY(const flows::Case one, call.engines.flows->find(call.principal, call.path("case")));
  BANMO_TRY(const auto steps, call.engines.flows->history(call.principal, call.path("case")));
  BANMO_DO(note_read(call, one.shown, "case.history", one.head.flow, "case=" + one.head.id.to_string(), steps.size()));
  const auto tree = call.engines.directory->orgs();
  List<CaseStepShape> list;
  for (const flows::Step& step : steps) {
    CaseStepShape& shape = list.items.emplace_back();
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
    shape.for_account = step.for_account;
  }
  return list;
}

Result<FlowFiguresShape> flow_figures(const Call& call) {
  BANMO_TRY(const flows::FlowFigures figures, call.engines.flows->figures(call.principal, call.path("flow")));
  const pack::Flow& flow = *call.engines.catalogue->flow(call.path("flow"));
  FlowFiguresShape shape;
  shape.n_opened = figures.n_opened;
  shape.n_closed = figures.n_closed;
  shape.n_returned = figures.n_returned;
  shape.n_promised = figures.n_promised;
  shape.n_within = figures.n_within;
  shape.promised_days = figures.promised_days;
  shape.used_days = figures.used_days;
  shape.mean_days = figures.mean_days;
  shape.n_by_stars.assign(figures.n_by_stars.begin(), figures.n_by_stars.end());
  shape.mean_typed = figures.mean_typed;
  shape.mean_filled = figures.mean_filled;
  for (const flows::StateFigures& one : figures.states)
    shape.states.push_back({one.state, two_of(one.title), one.n_open, one.n_late, one.n_left, one.n_promised, one.n_within, one.mean_days,
                            one.mean_used, within_of(flow, one.state)});
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
  builder.route<CaseOpenIn, CaseShape>({.method = "POST",
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
  builder.route<List<CaseHeadShape>>({.method = "GET",
                                      .path = "/cases",
                                      .operation = "list_cases",
                                      .summary = {"待我办理的办件（按期限），或我发起的", "Cases that wait for me, by deadline, or that I opened"},
                                      .permission = "datasets.read",
                                      .parameters = work_parameters()},
                                     list_cases);
  builder.route<CaseShape>({.method = "GET",
                            .path = "/cases/{case}",
                            .operation = "get_case",
                            .summary = {"一个办件：内容、进度、现在能办什么", "A case: its content, how far it is, what may be done now"},
                            .permission = "datasets.read"},
                           get_case);
  builder.route<List<ChoiceItemShape>>(
      {.method = "GET",
       .path = "/cases/{case}/choices/{field}",
       .operation = "case_choices",
       .summary = {"表单中的一项可以选什么", "What an input of the case's form offers"},
       .permission = "cases.handle",
       .parameters = {text_parameter("q", "A part of a title, the beginning of a value, pinyin or its initials.", 60),
                      text_parameter("move", "The move in whose form it stands; empty: the form of the case's state."),
                      text_parameter("on", "What the field that narrows it says in a form that is not kept yet.")}},
      case_choices);
  builder.route<CaseSaveIn, CaseShape>({.method = "PATCH",
                                        .path = "/cases/{case}",
                                        .operation = "save_case",
                                        .summary = {"暂存已填内容", "Keep what is filled in so far"},
                                        .permission = "cases.handle"},
                                       save_case);
  builder.route<CaseMoveIn, CaseShape>({.method = "POST",
                                        .path = "/cases/{case}/moves",
                                        .operation = "move_case",
                                        .summary = {"办理：把办件送到下一环节", "Move a case on"},
                                        .permission = "cases.handle"},
                                       move_case);
  builder.route<List<CaseStepShape>>({.method = "GET",
                                      .path = "/cases/{case}/history",
                                      .operation = "case_history",
                                      .summary = {"办件经过", "What happened to a case"},
                                      .permission = "datasets.read"},
                                     case_history);
}

}  // namespace banmo::api
