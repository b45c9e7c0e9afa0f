// SPDX-License-Identifier: Apache-2.0
// Panels: their roles, hidden fields and result are looked up, and a panel that could not end, or that would tell a reviewer whose work it is, is
// refused.
#include <algorithm>

#include "pack/builder.h"

namespace banmo::pack {

namespace {

constexpr int kMaxReviewers = 15, kMaxPoints = 1000;
constexpr size_t kMaxItems = 30;
constexpr int kFewestToDrop = 4;  // two remain at least

}  // namespace

void CatalogueBuilder::resolve_panels(Flow& out, const DraftFlow& draft, const Dataset& subject) {
  for (size_t i = 0; i < draft.states.size(); ++i) {
    if (!draft.states[i].panel) continue;
    FlowPanel panel = draft.states[i].panel->panel;
    resolve_panel(panel, *draft.states[i].panel, out, subject);
    const FlowState& state = out.states[i];
    const bool is_left = std::any_of(out.moves.begin(), out.moves.end(), [&](const FlowMove& move) {
      return move.automatic() && !move.guard && std::find(move.from.begin(), move.from.end(), state.id) != move.from.end();
    });
    if (i == 0 || state.final || !state.form.empty() || !is_left)
      findings_.add("flow_panel",
                    {"有评审的状态须在起始与终态之间，没有表单，并有不带条件的自动办理作为最后的去向",
                     "a state with a panel is neither the first nor a final one, has no form, and has an automatic move without a guard that is "
                     "taken last"},
                    panel.where);
    out.states[i].panel = std::move(panel);
  }
}

void CatalogueBuilder::resolve_panel(FlowPanel& out, const DraftFlow::Panel& draft, const Flow& flow, const Dataset& subject) {
  out.role = draft.role.text;
  out.by = draft.by.text;
  out.result = settable_field(flow, subject, draft.result);
  for (const Text& name : draft.hide) {
    if (flow.file(name.text) != nullptr)
      out.hide_files.push_back(name.text);
    else if (const std::string field = field_in(subject, name); !field.empty())
      out.hide.push_back(field);
  }
  if (out.n < 1 || out.n > kMaxReviewers || (out.drop_extremes && out.n < kFewestToDrop))
    findings_.add("flow_panel_n",
                  {"评审人数须为 1 到 15；去掉最高最低分须至少 4 人", "a panel has 1 to 15 reviewers, and at least 4 if the extremes are dropped"},
                  out.where);
  if (!out.result.empty() && subject.field(out.result)->type != FieldType::decimal)
    findings_.add("flow_panel_result", {"评审得分字段须为 decimal 类型", "the field of a panel's score must be of type decimal"}, draft.result.where);
  std::set<std::string> ids;
  for (FlowSheetItem& item : out.sheet) {
    if (item.title.en.empty()) item.title.en = item.title.zh;
    if (ids.insert(item.id).second && item.max >= 1 && item.max <= kMaxPoints) continue;
    findings_.add("flow_panel_sheet",
                  {"评分项 " + in_quotes(item.id) + " 须唯一，满分为 1 到 1000",
                   "the item " + in_quotes(item.id) + " must stand once, with a max of 1 to 1000"},
                  out.where);
  }
  if (out.sheet.empty() || out.sheet.size() > kMaxItems)
    findings_.add("flow_panel_sheet", {"评分表须有 1 到 30 项", "a sheet has 1 to 30 items"}, out.where);
  if (flow.role(out.by) == nullptr)
    findings_.add("unknown_flow_role", {"流程没有角色 " + in_quotes(out.by), "the flow has no role " + in_quotes(out.by)}, draft.by.where);
  check_panel_role(flow, out, draft.role.where);
}

// Reviewers are known by roles of the directory alone and make no moves: else everybody who has the role would see every case.
void CatalogueBuilder::check_panel_role(const Flow& flow, const FlowPanel& panel, const std::string& where) {
  const FlowRole* role = flow.role(panel.role);
  if (role == nullptr) {
    findings_.add("unknown_flow_role", {"流程没有角色 " + in_quotes(panel.role), "the flow has no role " + in_quotes(panel.role)}, where);
    return;
  }
  const bool is_plain = !role->roles.empty() && role->org_field.empty() && role->person_field.empty() && role->ward_field.empty();
  const bool moves = panel.role == panel.by || std::any_of(flow.moves.begin(), flow.moves.end(), [&](const FlowMove& move) {
                       return std::find(move.by.begin(), move.by.end(), panel.role) != move.by.end();
                     });
  const bool stands_in =
      std::any_of(flow.deadlines.begin(), flow.deadlines.end(), [&](const FlowDeadline& one) { return one.escalate_to == panel.role; });
  if (is_plain && !moves && !stands_in) return;
  findings_.add("flow_panel_role",
                {"评审角色 " + in_quotes(panel.role) + " 只能写 $user.role，且不能办理、指派评审或接办逾期件",
                 "the role " + in_quotes(panel.role) +
                     " of reviewers names $user.role alone, and neither makes moves nor names reviewers nor stands in when it is late"},
                where);
}

}  // namespace banmo::pack
