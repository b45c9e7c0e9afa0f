// SPDX-License-Identifier: Apache-2.0
// Forms of flows: their fields are looked up and their conditions compiled; and the periods that flows close.
#include <algorithm>

#include "pack/builder.h"
#include "pack/flow_words.h"

namespace banmo::pack {

namespace {

// Who looks at a form, and how many places are left, does not decide what it asks: it would ask one person what it does not ask the next.
bool reads_the_case_alone(const expr::Expression& when, const Dataset& subject, const Flow& flow) {
  return std::all_of(when.fields().begin(), when.fields().end(), [&](size_t at) {
    return at < subject.fields.size() ||
           std::any_of(
               flow.finds.begin(), flow.finds.end(), [&](const FlowFind& find) { return at >= find.first && at < find.first + find.n_fields; });
  });
}

bool is_plain(const FlowRole& role) { return !role.roles.empty() && role.org_field.empty() && role.person_field.empty() && role.ward_field.empty(); }

}  // namespace

const FlowLockLevel* FlowLocks::level(std::string_view level_id) const {
  const auto found = std::find_if(levels.begin(), levels.end(), [&](const FlowLockLevel& one) { return one.id == level_id; });
  return found == levels.end() ? nullptr : &*found;
}

const FlowLockLevel* FlowLocks::level_of(std::string_view role_id) const {
  const auto found = std::find_if(levels.begin(), levels.end(), [&](const FlowLockLevel& one) {
    return std::find(one.roles.begin(), one.roles.end(), role_id) != one.roles.end();
  });
  return found == levels.end() ? nullptr : &*found;
}

std::vector<FlowInput> CatalogueBuilder::resolve_form(const Flow& flow, const Dataset& subject, const std::vector<DraftInput>& draft, FormOf of) {
  std::vector<FlowInput> form;
  for (size_t at = 0; at < draft.size(); ++at) {
    const DraftInput& input = draft[at];
    const std::string field = settable_field(flow, subject, input.field);
    if (field.empty()) continue;
    if (std::any_of(form.begin(), form.end(), [&](const FlowInput& one) { return one.field == field; }))
      findings_.add("duplicate_id", {in_quotes(field) + " 在表单中重复", in_quotes(field) + " stands twice in the form"}, input.field.where);
    FlowInput& one = form.emplace_back(FlowInput{field, input.required, {}, input.part});
    if (one.part.en.empty()) one.part.en = one.part.zh;
    for (const Text* text : {&input.part_when, &input.when})
      if (*text) resolve_when(one, *text, flow, subject, std::span(draft).subspan(of == FormOf::state ? at : 0));
    if (input.choose) resolve_choose(one, *input.choose, flow, subject);
    if (!one.when.empty() && subject.field(field)->required)
      findings_.add("flow_when_required",
                    {"字段 " + in_quotes(field) + " 在数据集中必填，不能按条件才填",
                     "the dataset requires the field " + in_quotes(field) + ": it cannot be asked under a condition"},
                    input.field.where);
  }
  return form;
}

// `open`: what is not known yet when it is asked.
void CatalogueBuilder::resolve_when(FlowInput& out, const Text& text, const Flow& flow, const Dataset& subject, std::span<const DraftInput> open) {
  auto when = expr::Expression::compile(text.text, flow.context, text.where);
  if (!when.ok()) return findings_.add(std::move(when).error());
  if (when->type() != expr::Type::boolean || !reads_the_case_alone(*when, subject, flow))
    return findings_.add("not_a_condition",
                         {"when 须是一个条件，只读本件的字段和 finds 的结果", "when is a condition over the case's fields and what finds give"},
                         text.where);
  for (const DraftInput& input : open) {
    const size_t at = subject.field_index(input.field.text);
    if (std::find(when->fields().begin(), when->fields().end(), at) == when->fields().end()) continue;
    return findings_.add("flow_when_order",
                         {"条件读到的字段 " + in_quotes(input.field.text) + " 须排在前面的位置填写；办理时填写的表单不能读自己的字段",
                          "the field " + in_quotes(input.field.text) +
                              " that the condition reads must stand before it in the form; the form of a move reads none of its own"},
                         text.where);
  }
  out.when.push_back(std::move(*when));
}

// Where a case begins nobody is asked for what they could not see again. What is about oneself or one's ward is shown wholly.
void CatalogueBuilder::check_first_form(const Flow& flow, const Dataset& subject) {
  for (const FlowMove& move : flow.moves) {
    if (flow.states.empty() || std::find(move.from.begin(), move.from.end(), flow.states.front().id) == move.from.end()) continue;
    FlowMove filling;
    for (const std::string& by : move.by) {
      const FlowRole* role = flow.role(by);
      if (role != nullptr && role->person_field.empty() && role->ward_field.empty()) filling.by.push_back(by);
    }
    for (const FlowInput& input : flow.states.front().form) check_seen(flow, filling, subject, input.field, flow.states.front().where);
  }
}

void CatalogueBuilder::resolve_locks(Flow& out, const DraftFlow& draft, const Dataset& subject) {
  if (!draft.locks) return;
  FlowLocks locks = draft.locks->locks;
  locks.period = field_in(subject, draft.locks->period);
  const Field* period = locks.period.empty() ? nullptr : subject.field(locks.period);
  const bool is_plain_value =
      period != nullptr && (period->type == FieldType::year || period->type == FieldType::code || period->type == FieldType::integer);
  if (period != nullptr && (!is_plain_value || period->encrypted))
    findings_.add("flow_lock_period",
                  {"期间字段 " + in_quotes(locks.period) + " 须是年份、代码或整数，不加密",
                   "the field of a period " + in_quotes(locks.period) + " must be a year, a code or a whole number, not sealed"},
                  draft.locks->period.where);
  locks.by = draft.locks->by.text;
  const FlowRole* by = known_role(out, draft.locks->by, findings_);
  if (by != nullptr && !is_plain(*by))
    findings_.add("flow_lock_by",
                  {"封账的角色 " + in_quotes(locks.by) + " 只能写 $user.role",
                   "the role " + in_quotes(locks.by) + " that closes periods names $user.role alone"},
                  draft.locks->by.where);
  std::set<std::string> seen, ids;
  for (size_t i = 0; i < locks.levels.size(); ++i) {
    FlowLockLevel& level = locks.levels[i];
    if (level.title.en.empty()) level.title.en = level.title.zh;
    bool fits = ids.insert(level.id).second;
    for (const Text& role : draft.locks->roles[i]) {
      known_role(out, role, findings_);
      fits = seen.insert(role.text).second && fits;
      level.roles.push_back(role.text);
    }
    if (!fits || level.roles.empty())
      findings_.add("flow_lock_level",
                    {"封账层级 " + in_quotes(level.id) + " 须唯一并有角色，一个角色只在一个层级",
                     "the level " + in_quotes(level.id) + " must stand once and have roles, and a role stands in one level"},
                    locks.where);
  }
  if (locks.levels.empty()) findings_.add("flow_lock_level", {"封账须至少有一个层级", "locks have at least one level"}, locks.where);
  out.locks = std::move(locks);
}

}  // namespace banmo::pack
