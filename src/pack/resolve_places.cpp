// SPDX-License-Identifier: Apache-2.0
// Flows: what they look up, quotas, the cases of other flows that they start.
#include <algorithm>
#include <set>

#include "pack/builder.h"
#include "pack/flow_words.h"

namespace banmo::pack {

namespace {

constexpr int kMaxEdits = 3;

bool is_number(expr::Type type) { return type == expr::Type::integer || type == expr::Type::decimal; }
bool comparable(expr::Type a, expr::Type b) { return fits(a, b) || (is_number(a) && is_number(b)); }

std::string type_name(expr::Type type) { return std::string(expr::name_of(type)); }

void add_find_finding(Findings& findings, Message message, const std::string& where) { findings.add("flow_find", std::move(message), where); }

// Whether a flow comes to `wanted` by what it starts.
bool comes_to(const std::vector<Flow>& flows, const std::string& from, const std::string& wanted, std::set<std::string>& seen) {
  if (!seen.insert(from).second) return false;
  for (const Flow& flow : flows)
    for (const FlowMove& move : flow.moves)
      for (const FlowStart& start : move.starts)
        if (flow.id == from && (start.flow == wanted || comes_to(flows, start.flow, wanted, seen))) return true;
  return false;
}

}  // namespace

std::optional<expr::Expression> CatalogueBuilder::compiled(const Text& text, const expr::Context& context) {
  auto value = expr::Expression::compile(text.text, context, text.where);
  if (value.ok()) return std::move(*value);
  findings_.add(std::move(value).error());
  return std::nullopt;
}

// What is looked up, and what is left of quotas, stands in the context behind who acts; what finds it reads the fields before alone.
void CatalogueBuilder::resolve_finds(Flow& out, const DraftFlow& draft, const Dataset& subject) {
  const expr::Context before = out.context;
  for (const DraftFlow::Quota& one : draft.quotas) {
    FlowQuota quota = one.quota;
    quota.left_at = out.context.fields.size();
    out.context.fields.push_back({"$left." + quota.id, expr::Type::integer});
    out.quotas.push_back(std::move(quota));
  }
  std::set<std::string> ids{"user", "left"};
  for (const DraftFlow::Find& one : draft.finds) {
    FlowFind find = one.find;
    if (!ids.insert(find.id).second)
      findings_.add("duplicate_id", {in_quotes(find.id) + " 在流程中重复", in_quotes(find.id) + " stands twice in the flow"}, find.where);
    const Dataset* of = one.of.text == subject.id ? &subject : find_dataset(one.of);
    if (of == nullptr || broken_.contains(of->id)) continue;
    resolve_find(find, one, *of, before);
    find.first = out.context.fields.size();
    find.n_fields = of->fields.size();
    for (const Field& field : of->fields) out.context.fields.push_back({"$" + find.id + "." + field.id, expression_type(field.type)});
    out.finds.push_back(std::move(find));
  }
}

void CatalogueBuilder::resolve_find(FlowFind& out, const DraftFlow::Find& draft, const Dataset& of, const expr::Context& context) {
  out.dataset = of.id;
  const auto unlike = [&](const std::string& field, expr::Type type, const std::string& where) {
    add_find_finding(findings_,
                     {"字段 " + in_quotes(field) + " 与 " + type_name(type) + " 类型的值不能比较",
                      "the field " + in_quotes(field) + " cannot be compared with a value of type " + type_name(type)},
                     where);
  };
  for (const auto& [name, text] : draft.match) {
    const std::string field = field_in(of, name);
    auto value = compiled(text, context);
    if (field.empty() || !value) continue;
    if (!comparable(value->type(), expression_type(of.field(field)->type))) unlike(field, value->type(), text.where);
    out.match.push_back({field, std::move(*value)});
  }
  if (draft.between) {
    out.from_field = field_in(of, draft.from);
    out.to_field = field_in(of, draft.to);
    out.between = compiled(draft.between, context);
    for (const std::string* field : {&out.from_field, &out.to_field}) {
      if (field->empty() || !out.between) continue;
      const bool numbers = is_number(out.between->type()) && is_number(expression_type(of.field(*field)->type));
      if (!numbers || of.field(*field)->encrypted) unlike(*field, out.between->type(), draft.between.where);
    }
  }
  for (const DraftFlow::Near& one : draft.near) {
    const std::string field = field_in(of, one.field);
    auto value = compiled(one.value, context);
    if (field.empty() || !value) continue;
    if (value->type() != expr::Type::text || expression_type(of.field(field)->type) != expr::Type::text || one.edits < 1 || one.edits > kMaxEdits)
      add_find_finding(findings_, {"near 比较两个文本，edits 为 1 到 3", "near compares two texts, with edits from 1 to 3"}, one.value.where);
    out.near.push_back({field, std::move(*value), one.edits});
  }
  if (out.match.empty()) add_find_finding(findings_, {"match 至少写一个相等的字段", "match names one equal field at least"}, out.where);
}

void CatalogueBuilder::resolve_places(Flow& out, const DraftFlow& draft, const Dataset& subject) {
  for (size_t i = 0; i < draft.quotas.size(); ++i) {
    FlowQuota& quota = out.quotas[i];
    for (size_t before = 0; before < i; ++before)
      if (out.quotas[before].id == quota.id)
        findings_.add("duplicate_id", {in_quotes(quota.id) + " 在流程中重复", in_quotes(quota.id) + " stands twice in the flow"}, quota.where);
    resolve_quota(quota, draft.quotas[i], out, subject);
  }
}

void CatalogueBuilder::resolve_quota(FlowQuota& out, const DraftFlow::Quota& draft, const Flow& flow, const Dataset& subject) {
  if (out.title.en.empty()) out.title.en = out.title.zh;
  if (out.refusal.en.empty()) out.refusal.en = out.refusal.zh;
  for (const Text& name : draft.by) {
    const std::string field = field_in(subject, name);
    if (!field.empty()) out.by.push_back(field);
  }
  for (const Text& name : draft.holds)
    if (known_state(flow, name, findings_) != nullptr) out.holds.push_back(name.text);
  if (draft.waits && known_state(flow, draft.waits, findings_) != nullptr) out.waits = draft.waits.text;
  if (draft.order) out.order = field_in(subject, draft.order);
  const Field* order = out.order.empty() ? nullptr : subject.field(out.order);
  if (order != nullptr && order->type != FieldType::integer && order->type != FieldType::date && order->type != FieldType::datetime)
    findings_.add("flow_quota", {"order 须是整数、日期或时间字段", "order must be an int, date or datetime field"}, draft.order.where);
  if (flow.states.empty() || out.held_in(flow.states.front().id) || out.waits == flow.states.front().id ||
      (!out.waits.empty() && out.held_in(out.waits)))
    findings_.add("flow_quota",
                  {"起始状态不占名额；占名额的状态（holds）不能同时是排队的状态（waits）",
                   "the first state takes no place, and a state that holds one (holds) is not the one that waits"},
                  out.where);
  for (const FlowDeadline& deadline : flow.deadlines)
    if (out.held_in(deadline.late_to) && !out.held_in(deadline.state))
      findings_.add("flow_quota",
                    {"逾期不能转到占名额的状态 " + in_quotes(deadline.late_to) + "：名额可能已满",
                     "a deadline cannot lead to the state " + in_quotes(deadline.late_to) + ", which takes a place: there may be none"},
                    deadline.where);
  if (auto limit = compiled(draft.limit, flow.context)) {
    out.limit = std::move(*limit);
    check_quota_limit(out, flow, subject, draft.limit);
  }
}

// Cases that share the places share the limit.
void CatalogueBuilder::check_quota_limit(const FlowQuota& quota, const Flow& flow, const Dataset& subject, const Text& limit) {
  if (quota.limit.type() != expr::Type::integer)
    findings_.add("flow_quota",
                  {"limit 须是整数，现为 " + type_name(quota.limit.type()), "limit must be an int; it is " + type_name(quota.limit.type())},
                  limit.where);
  const auto check = [&](const std::vector<size_t>& fields, size_t beyond) {
    for (const size_t at : fields) {
      const bool shared = at < subject.fields.size() && std::find(quota.by.begin(), quota.by.end(), subject.fields[at].id) != quota.by.end();
      if (shared || at >= beyond) continue;
      findings_.add("flow_quota",
                    {"limit 只能依据 by 中的字段，" + in_quotes(flow.context.fields[at].name) + " 不在其中",
                     "limit depends on fields of `by` alone; " + in_quotes(flow.context.fields[at].name) + " is none"},
                    limit.where);
    }
  };
  const size_t first_found = flow.finds.empty() ? flow.context.fields.size() : flow.finds.front().first;
  check(quota.limit.fields(), first_found);
  for (const FlowFind& find : flow.finds) {
    const auto& read = quota.limit.fields();
    if (std::none_of(read.begin(), read.end(), [&](size_t at) { return at >= find.first && at < find.first + find.n_fields; })) continue;
    for (const FlowFind::Match& match : find.match) check(match.value.fields(), flow.context.fields.size());
    if (find.between) check(find.between->fields(), flow.context.fields.size());
    for (const FlowFind::Near& near : find.near) check(near.value.fields(), flow.context.fields.size());
  }
}

// What is looked up does not come down to a lower level either.
void CatalogueBuilder::check_found(const Flow& flow, const Field& field, const expr::Expression& value, const std::string& where) {
  for (const FlowFind& find : flow.finds) {
    const Dataset* of = out_->dataset(find.dataset);
    for (const size_t at : value.fields()) {
      if (of == nullptr || at < find.first || at >= find.first + find.n_fields || of->fields[at - find.first].level <= field.level) continue;
      findings_.add(
          "flow_effect_level",
          {"字段 " + in_quotes(field.id) + " 的级别低于它取值的 " + in_quotes(flow.context.fields[at].name) + "，会泄露后者；请提高其 level",
           "the field " + in_quotes(field.id) + " has a lower level than " + in_quotes(flow.context.fields[at].name) +
               " that its value is taken from, which would leak: raise its level"},
          where);
    }
  }
}

const Flow* CatalogueBuilder::other_flow(const Text& name) {
  for (const std::vector<Flow>* flows : {&out_->flows_, &other_flows_})
    for (const Flow& flow : *flows)
      if (flow.id == name.text) return &flow;
  unknown_name("unknown_flow", "流程", "flow", name, out_->flow_index_);
  return nullptr;
}

void CatalogueBuilder::resolve_starts() {
  for (size_t i = 0; i < out_->flows_.size(); ++i) {
    Flow& flow = out_->flows_[i];
    const Dataset* subject = out_->dataset(flow.subject);
    if (subject == nullptr) continue;
    const auto& drafts = flow_drafts_[i]->moves;
    for (size_t m = 0; m < flow.moves.size() && m < drafts.size(); ++m) {
      for (const DraftFlow::Start& draft : drafts[m].starts) {
        FlowStart start = draft.start;
        resolve_start(start, draft, flow, *subject);
        flow.moves[m].starts.push_back(std::move(start));
      }
    }
  }
  for (const Flow& flow : out_->flows_) {
    std::set<std::string> seen;
    if (comes_to(out_->flows_, flow.id, flow.id, seen))
      findings_.add("flow_start_other",
                    {"流程 " + in_quotes(flow.id) + " 发起的办件会再发起它自己，没有尽头",
                     "cases that the flow " + in_quotes(flow.id) + " starts would start it again, without end"},
                    flow.where);
  }
}

void CatalogueBuilder::resolve_start(FlowStart& out, const DraftFlow::Start& draft, const Flow& flow, const Dataset& subject) {
  const Flow* other = other_flow(draft.flow);
  const Dataset* rows = other == nullptr ? nullptr : out_->dataset(other->subject);
  if (rows == nullptr || other->states.empty()) return;
  out.flow = other->id;
  out.move = draft.move.text;
  const FlowMove* move = other->move(other->states.front().id, out.move);
  if (draft.move && (move == nullptr || move->note_required || !move->form.empty() || move->share))
    findings_.add("flow_start_other",
                  {"流程 " + in_quotes(other->id) + " 的起始状态没有可由系统办理的 " + in_quotes(out.move) + "（不能要求表单和理由，也不能开放共享）",
                   "the first state of the flow " + in_quotes(other->id) + " has no move " + in_quotes(out.move) +
                       " that can be made by itself (without form, note and share)"},
                  draft.move.where);
  for (const auto& [name, text] : draft.with) {
    const std::string field = settable_field(*other, *rows, name);
    auto value = compiled(text, flow.context);
    if (field.empty() || !value) continue;
    const Field& to = *rows->field(field);
    if (!fits(value->type(), expression_type(to.type)))
      findings_.add("flow_effect_type",
                    {"表达式的类型是 " + type_name(value->type()) + "，不能写入字段 " + in_quotes(field),
                     "the expression is " + type_name(value->type()) + " and cannot be put into the field " + in_quotes(field)},
                    text.where);
    check_copied(subject, to, *value, text.where);
    check_found(flow, to, *value, text.where);
    out.with.push_back({field, std::move(*value)});
  }
}

}  // namespace banmo::pack
