// SPDX-License-Identifier: Apache-2.0
// Flows: their subject, roles, states, moves and deadlines are looked up, their expressions compiled. How the states hang together: flow_graph.cpp.
#include <algorithm>

#include "pack/builder.h"
#include "pack/flow_graph.h"
#include "pack/flow_words.h"

namespace banmo::pack {

namespace {

void fall_back(Title& title) {
  if (title.en.empty()) title.en = title.zh;
}

std::string list_of(const DraftPack& pack, const Flow& flow) { return pack.info.name + "." + flow.id; }

// Behind the subject's fields: who makes the move.
expr::Context flow_context(const Dataset& subject, const DraftPack& pack) {
  expr::Context context;
  for (const Field& field : subject.fields) context.fields.push_back({field.id, expression_type(field.type)});
  context.fields.push_back({std::string(kFlowUserFields[0]), expr::Type::integer});
  context.fields.push_back({std::string(kFlowUserFields[1]), expr::Type::integer});
  context.fields.push_back({std::string(kFlowUserFields[2]), expr::Type::text});
  context.parameters = pack.params;
  context.functions.push_back({"org_above", {expr::Type::integer, expr::Type::text}, expr::Type::integer, {}, {}});
  context.functions.push_back({"birth_of", {expr::Type::text}, expr::Type::date, {}, {}});
  context.functions.push_back({"sex_of", {expr::Type::text}, expr::Type::text, {}, {}});
  return context;
}

// Letters, digits and hyphens, {year} once at most, {seq:n} at the end.
bool is_number_pattern(std::string text) {
  const size_t seq = text.find("{seq:");
  if (text.size() > 40 || seq == std::string::npos || seq + 7 != text.size() || text[seq + 5] < '4' || text[seq + 5] > '9' || text[seq + 6] != '}')
    return false;
  text.erase(seq);
  if (const size_t year = text.find("{year}"); year != std::string::npos) text.erase(year, 6);
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

void unique_ids(const std::vector<std::pair<std::string, std::string>>& ids, Findings& findings) {
  std::set<std::string> seen;
  for (const auto& [id, where] : ids)
    if (!seen.insert(id).second) findings.add("duplicate_id", {in_quotes(id) + " 在流程中重复", in_quotes(id) + " stands twice in the flow"}, where);
}

}  // namespace

// The states' titles are a code list, so that tables, forms, filters and figures show them.
void CatalogueBuilder::add_state_lists(const DraftPack& pack) {
  for (const DraftFlow& draft : pack.flows) {
    CodeList list;
    list.id = list_of(pack, draft.flow);
    list.title = draft.flow.title;
    fall_back(list.title);
    for (const DraftFlow::State& state : draft.states) {
      list.values.push_back({state.state.id, state.state.title, {}});
      fall_back(list.values.back().title);
    }
    if (register_id(out_->code_list_index_, list.id, out_->code_lists_.size(), "code list", draft.flow.where))
      out_->code_lists_.push_back(std::move(list));
  }
}

std::vector<Flow> CatalogueBuilder::build_flows() {
  other_flows_ = std::move(out_->flows_);
  out_->flows_.clear();
  out_->flow_index_.clear();
  resolve_flows();
  return std::move(out_->flows_);
}

void CatalogueBuilder::resolve_flows() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftFlow& draft : pack.flows) {
      if (!register_id(out_->flow_index_, draft.flow.id, out_->flows_.size(), "flow", draft.flow.where)) continue;
      Flow flow = draft.flow;
      flow.pack = pack.info.id;
      flow.version = pack.info.version;
      resolve_flow(flow, draft, pack);
      out_->flows_.push_back(std::move(flow));
      flow_drafts_.push_back(&draft);
    }
  }
  resolve_starts();
}

void CatalogueBuilder::resolve_flow(Flow& out, const DraftFlow& draft, const DraftPack& pack) {
  fall_back(out.title);
  fall_back(out.guide);
  const Dataset* subject = find_dataset(draft.subject);
  if (subject == nullptr || broken_.contains(subject->id)) return;
  const size_t before = findings_.size();
  out.subject = subject->id;
  out.context = flow_context(*subject, pack);
  resolve_finds(out, draft, *subject);
  resolve_subject(out, draft, *subject);
  resolve_life_event(out, draft);
  resolve_calendar(out, draft);
  resolve_flow_roles(out, draft, *subject);
  resolve_states(out, draft, *subject);
  for (const auto& [name, text] : draft.fill) {
    const std::string field = settable_field(out, *subject, name);
    auto value = expr::Expression::compile(text.text, out.context, text.where);
    if (!value.ok()) findings_.add(std::move(value).error());
    if (!value.ok() || field.empty()) continue;
    check_copied(*subject, *subject->field(field), *value, text.where);
    check_found(out, *subject->field(field), *value, text.where);
    out.fill.push_back({field, std::move(*value)});
  }
  resolve_files(out, draft);
  resolve_lookups(out, draft, pack, *subject);
  resolve_letters(out, draft, *subject);
  resolve_moves(out, draft, *subject);
  resolve_deadlines(out, draft);
  resolve_places(out, draft, *subject);
  resolve_panels(out, draft, *subject);
  resolve_locks(out, draft, *subject);
  if (findings_.size() == before) check_first_form(out, *subject);
  if (findings_.size() == before) check_papers(out);
  if (findings_.size() == before) check_graph(out, findings_);
  if (subject->field(out.state_field) == nullptr) return;
  Dataset& changed = out_->datasets_[out_->dataset_index_.find(subject->id)->second];
  changed.flow = out.id;
  changed.fields[changed.field_index(out.state_field)].list = list_of(pack, out);
}

void CatalogueBuilder::resolve_subject(Flow& out, const DraftFlow& draft, const Dataset& subject) {
  const Field* key = subject.grain.size() == 1 ? subject.field(subject.grain.front()) : nullptr;
  const auto is_state = [](const Field& field) { return field.type == FieldType::state; };
  const auto n_states = std::count_if(subject.fields.begin(), subject.fields.end(), is_state);
  if (subject.kind != DatasetKind::entry || key == nullptr || key->type != FieldType::text || key->encrypted || key->from || n_states != 1) {
    findings_.add(
        "flow_subject",
        {"流程的数据集 " + in_quotes(subject.id) + " 须为填报类，主键是一个文本字段（办件编号），并恰有一个 state 类型的字段",
         "the subject " + in_quotes(subject.id) +
             " of a flow must be an entry dataset whose grain is one text field (the case's number) and which has exactly one field of type "
             "state"},
        draft.subject.where);
    return;
  }
  if (!subject.flow.empty() && subject.flow != out.id)
    findings_.add("flow_subject_taken",
                  {"数据集 " + in_quotes(subject.id) + " 已由流程 " + in_quotes(subject.flow) + " 办理",
                   "the rows of " + in_quotes(subject.id) + " are the cases of the flow " + in_quotes(subject.flow) + " already"},
                  draft.subject.where);
  out.key_field = key->id;
  out.state_field = std::find_if(subject.fields.begin(), subject.fields.end(), is_state)->id;
  out.number = draft.number.text;
  if (!is_number_pattern(out.number))
    findings_.add("flow_number",
                  {"编号规则须由字母、数字、{year} 和末尾的 {seq:6} 组成，如 DS{year}-{seq:6}",
                   "the number must be made of letters, digits, {year} and {seq:6} at its end, such as DS{year}-{seq:6}"},
                  draft.number.where);
}

void CatalogueBuilder::resolve_life_event(Flow& out, const DraftFlow& draft) {
  if (!draft.life_event) return;
  const CodeList* events = out_->code_list(kLifeEvents);
  std::vector<std::string_view> codes;
  if (events != nullptr)
    for (const CodeList::Value& event : events->values) codes.push_back(event.code);
  out.life_event = draft.life_event.text;
  if (std::find(codes.begin(), codes.end(), out.life_event) != codes.end()) return;
  findings_.add("flow_life_event",
                {"没有生活事件 " + in_quotes(out.life_event) + "，代码表 core.life_event 有：" + join(codes),
                 "there is no life event " + in_quotes(out.life_event) + "; the list core.life_event has: " + join(codes)},
                draft.life_event.where);
}

void CatalogueBuilder::resolve_calendar(Flow& out, const DraftFlow& draft) {
  if (!draft.calendar) return;
  const Dataset* days = find_dataset(draft.calendar);
  if (days == nullptr) return;
  const Field* day = days->grain.size() == 1 ? days->field(days->grain.front()) : nullptr;
  const auto working = std::find_if(days->fields.begin(), days->fields.end(), [](const Field& field) { return field.type == FieldType::boolean; });
  if (days->kind != DatasetKind::reference || day == nullptr || day->type != FieldType::date || working == days->fields.end()) {
    findings_.add("flow_calendar",
                  {"日历 " + in_quotes(days->id) + " 须是参照数据集，主键为一个日期字段，并有一个是否字段（当天是否上班）",
                   "the calendar " + in_quotes(days->id) +
                       " must be a reference dataset whose grain is one date and which has a bool field (whether one works)"},
                  draft.calendar.where);
    return;
  }
  out.calendar = days->id;
  out.day_field = day->id;
  out.working_field = working->id;
}

void CatalogueBuilder::resolve_flow_roles(Flow& out, const DraftFlow& draft, const Dataset& subject) {
  std::vector<std::pair<std::string, std::string>> ids;
  const auto roles = known_roles();
  for (const DraftFlow::Role& one : draft.roles) {
    FlowRole role = read_who(one, findings_);
    fall_back(role.title);
    ids.emplace_back(role.id, role.where);
    for (const std::string& name : role.roles) {
      if (std::find(roles.begin(), roles.end(), name) != roles.end()) {
        if (!handles_cases(name))
          findings_.add("flow_role_idle",
                        {"角色 " + in_quotes(name) + " 无权办理事项，办件会停在无人的办理台；请去掉",
                         "the role " + in_quotes(name) + " may not handle cases: they would wait at nobody's desk; leave it out"},
                        one.who.where);
        continue;
      }
      const Message hint = suggestion(name, roles);
      findings_.add("unknown_role", {"没有角色 " + in_quotes(name) + hint.zh, "there is no role " + in_quotes(name) + hint.en}, one.who.where);
    }
    for (const std::string* name : {&role.org_field, &role.person_field, &role.ward_field}) {
      if (name->empty() || field_in(subject, {*name, one.who.where}).empty()) continue;
      const Field& field = *subject.field(*name);
      const bool is_org = name == &role.org_field;
      if (is_org ? field.type == FieldType::org : field.names_person()) continue;
      findings_.add("flow_who_field",
                    {"字段 " + in_quotes(*name) + (is_org ? " 须是机构字段" : " 须是引用人员的字段"),
                     "the field " + in_quotes(*name) + (is_org ? " must be of type org" : " must refer to a person")},
                    one.who.where);
    }
    out.roles.push_back(std::move(role));
  }
  unique_ids(ids, findings_);
}

std::string CatalogueBuilder::settable_field(const Flow& flow, const Dataset& subject, const Text& name) {
  const std::string id = field_in(subject, name);
  if (id.empty()) return {};
  const bool ours = id == flow.key_field || id == flow.state_field;
  if (!ours && !subject.field(id)->from) return id;
  findings_.add("flow_field",
                {"字段 " + in_quotes(id) + (ours ? " 由流程自己写入" : " 由系统计算") + "，不能在此填写",
                 "the field " + in_quotes(id) + (ours ? " is the flow's own" : " is computed") + " and cannot be set here"},
                name.where);
  return {};
}

void CatalogueBuilder::resolve_states(Flow& out, const DraftFlow& draft, const Dataset& subject) {
  std::vector<std::pair<std::string, std::string>> ids;
  for (const DraftFlow::State& one : draft.states) {
    FlowState state = one.state;
    fall_back(state.title);
    ids.emplace_back(state.id, state.where);
    state.form = resolve_form(out, subject, one.form, FormOf::state);
    if (state.final && !state.form.empty())
      findings_.add("flow_final", {"终态 " + in_quotes(state.id) + " 不能有表单", "the final state " + in_quotes(state.id) + " takes no form"},
                    state.where);
    out.states.push_back(std::move(state));
  }
  unique_ids(ids, findings_);
}

void CatalogueBuilder::resolve_moves(Flow& out, const DraftFlow& draft, const Dataset& subject) {
  std::vector<std::pair<std::string, std::string>> ids;
  for (const DraftFlow::Move& one : draft.moves) {
    FlowMove move = one.move;
    resolve_move(move, one, out, subject);
    for (const std::string& from : move.from) ids.emplace_back(from + " > " + move.id, move.where);
    out.moves.push_back(std::move(move));
  }
  end_shares_with_case(out);
  unique_ids(ids, findings_);
}

void CatalogueBuilder::resolve_move(FlowMove& out, const DraftFlow::Move& draft, const Flow& flow, const Dataset& subject) {
  fall_back(out.label);
  fall_back(out.refusal);
  for (const Text& from : draft.from) {
    known_state(flow, from, findings_);
    out.from.push_back(from.text);
  }
  known_state(flow, draft.to, findings_);
  out.to = draft.to.text;
  if (out.id.empty()) out.id = out.to;
  for (const Text& by : draft.by) {
    known_role(flow, by, findings_);
    out.by.push_back(by.text);
  }
  out.note_required = bool(draft.note);
  out.form = resolve_form(flow, subject, draft.form, FormOf::move);
  const bool by_person = !out.by.empty() || !out.form.empty() || out.note_required || out.four_eyes;
  if (draft.automatic == by_person)
    findings_.add("flow_by",
                  {draft.automatic ? "自动的办理没有 by、form、note、four_eyes" : "办理须写明由谁（by），或写 auto: true",
                   draft.automatic ? "an automatic move has no by, form, note or four_eyes" : "a move says by whom it is made (by), or auto: true"},
                  out.where);
  if (draft.guard) {
    auto guard = expr::Expression::compile(draft.guard.text, flow.context, draft.guard.where);
    if (!guard.ok())
      findings_.add(std::move(guard).error());
    else if (guard->type() != expr::Type::boolean)
      findings_.add("not_a_condition",
                    {"条件须为真或假，现为 " + std::string(expr::name_of(guard->type())),
                     "a guard must be a condition; this is " + std::string(expr::name_of(guard->type()))},
                    draft.guard.where);
    else
      out.guard = std::move(*guard);
  }
  if (draft.appeal) resolve_appeal(out, draft.appeal, flow);
  resolve_effects(out, draft, flow, subject);
  for (const FlowInput& input : out.form) check_seen(flow, out, subject, input.field, out.where);
}

void CatalogueBuilder::resolve_effects(FlowMove& out, const DraftFlow::Move& draft, const Flow& flow, const Dataset& subject) {
  for (const DraftFlow::Effect& effect : draft.effects) {
    resolve_issue(out, effect, flow, subject);
    if (!effect.field || !effect.value) continue;
    const std::string id = settable_field(flow, subject, effect.field);
    auto value = expr::Expression::compile(effect.value.text, flow.context, effect.value.where);
    if (!value.ok()) findings_.add(std::move(value).error());
    if (id.empty() || !value.ok()) continue;
    const Field& field = *subject.field(id);
    if (!fits(value->type(), expression_type(field.type)))
      findings_.add("flow_effect_type",
                    {"表达式的类型是 " + std::string(expr::name_of(value->type())) + "，不能写入字段 " + in_quotes(id),
                     "the expression is " + std::string(expr::name_of(value->type())) + " and cannot be put into the field " + in_quotes(id)},
                    effect.value.where);
    check_copied(subject, field, *value, effect.value.where);
    check_found(flow, field, *value, effect.value.where);
    if (!out.automatic()) check_seen(flow, out, subject, id, effect.field.where);
    out.effects.push_back({id, std::move(*value), effect.field.where});
  }
}

// A field takes nothing from one of a higher level.
void CatalogueBuilder::check_copied(const Dataset& subject, const Field& field, const expr::Expression& value, const std::string& where) {
  for (const size_t read : value.fields()) {
    if (read >= subject.fields.size() || subject.fields[read].level <= field.level) continue;
    findings_.add("flow_effect_level",
                  {"字段 " + in_quotes(field.id) + " 的级别低于它取值的字段 " + in_quotes(subject.fields[read].id) + "，会泄露后者；请提高其 level",
                   "the field " + in_quotes(field.id) + " has a lower level than the field " + in_quotes(subject.fields[read].id) +
                       " that its value is taken from, which would leak: raise its level"},
                  where);
  }
}

// A move writes nothing that one of those who make it may not see.
void CatalogueBuilder::check_seen(const Flow& flow, const FlowMove& move, const Dataset& subject, const std::string& field,
                                  const std::string& where) {
  for (const std::string& by : move.by) {
    const FlowRole* role = flow.role(by);
    if (role == nullptr) continue;
    for (const std::string& name : role->roles) {
      if (subject.field(field)->level <= shown_to(name)) continue;
      findings_.add(
          "flow_level",
          {"字段 " + in_quotes(field) + " 超出角色 " + in_quotes(name) + " 可见的级别，不能由其填写或写入",
           "the field " + in_quotes(field) + " is above the level that the role " + in_quotes(name) + " may see: it cannot fill it in or set it"},
          where);
      return;
    }
  }
}

void CatalogueBuilder::resolve_deadlines(Flow& out, const DraftFlow& draft) {
  for (const DraftFlow::Deadline& one : draft.deadlines) {
    FlowDeadline deadline = one.deadline;
    const FlowState* state = known_state(out, one.state, findings_);
    deadline.state = one.state.text;
    if (out.deadline(deadline.state) != nullptr || (state != nullptr && state->final))
      findings_.add("flow_deadline",
                    {"状态 " + in_quotes(deadline.state) + " 只能有一个期限，终态没有期限",
                     "the state " + in_quotes(deadline.state) + " has one deadline at most, a final one has none"},
                    deadline.where);
    if (const auto span = read_span(one.within, findings_)) deadline.within = *span;
    if (one.remind) deadline.remind = read_span(one.remind, findings_);
    if (one.late) read_late(one.late, deadline, findings_);
    read_lamp(one.lamp, deadline, findings_);
    if (!deadline.late_to.empty()) known_state(out, {deadline.late_to, one.late.where}, findings_);
    if (!deadline.escalate_to.empty()) known_role(out, {deadline.escalate_to, one.late.where}, findings_);
    out.deadlines.push_back(std::move(deadline));
  }
}

}  // namespace banmo::pack
