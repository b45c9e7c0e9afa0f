// SPDX-License-Identifier: Apache-2.0
#include "flows/wording.h"

#include "base/city_time.h"
#include "flows/desk.h"
#include "flows/evaluator.h"

namespace banmo::flows {
namespace {

std::pair<std::string, std::string> both(const std::string& titles) {
  const size_t tab = titles.find('\t');
  return {titles.substr(0, tab), tab == std::string::npos ? std::string() : titles.substr(tab + 1)};
}

Message role_titles(const pack::Flow& flow, const std::vector<std::string>& roles) {
  Message out;
  for (const std::string& id : roles) {
    const pack::FlowRole* role = flow.role(id);
    if (role == nullptr) continue;
    out.zh += (out.zh.empty() ? "" : "、") + role->title.zh;
    out.en += (out.en.empty() ? "" : ", ") + role->title.en;
  }
  return out;
}

}  // namespace

std::string city_minute(Instant at) {
  const Instant local{at.micros + int64_t{kCityUtcOffset_minutes} * 60'000'000};
  std::string text = local.to_iso().substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string value_text(const Running& running, const pack::Field& field, const sql::Value& value, const directory::OrgTree& tree, bool zh) {
  if (sql::is_null(value)) return zh ? "空" : "empty";
  if (const auto* truth = std::get_if<bool>(&value)) return zh ? (*truth ? "是" : "否") : (*truth ? "yes" : "no");
  if (field.type == pack::FieldType::org) {
    const directory::Org* org = tree.find(directory::OrgNo{sql::int_of(value)});
    return org == nullptr ? "?" : org->title;
  }
  if (const pack::CodeList* list = field.list.empty() ? nullptr : running.catalogue->code_list(field.list))
    for (const auto& one : list->values)
      if (one.code == sql::text_of(value)) return zh ? one.title.zh : one.title.en;
  return sql::text_of(value);
}

Error no_such_case() {
  return fail(ErrorCode::not_found, "flows.no_such_case", {"没有这个办件，或您无权查看", "there is no such case, or you may not see it"});
}
Error no_such_flow() { return fail(ErrorCode::not_found, "flows.no_such_flow", {"没有这个流程", "there is no such flow"}); }

Error flow_gone() {
  return fail(ErrorCode::conflict, "flows.flow_gone",
              {"该流程的场景包已卸下，办件不能继续办理；请联系系统管理员装回",
               "the pack of this flow is no longer installed: ask the system administrator to put it back"});
}

Error not_for_you(const pack::Flow& flow) {
  std::vector<std::string> ids;
  for (const pack::FlowRole* role : roles_of(flow, flow.states.front().id, false)) ids.push_back(role->id);
  const Message who = role_titles(flow, ids);
  return fail(ErrorCode::denied, "flows.not_for_you",
              {"“" + flow.title.zh + "”由" + who.zh + "发起；请切换到相应身份，或写明为谁办理",
               flow.title.en + " is started by: " + who.en + "; act under that role, or say for whom it is"});
}

Error not_your_move(const pack::Flow& flow, const pack::FlowMove& move) {
  const Message who = role_titles(flow, move.by);
  return fail(ErrorCode::denied, "flows.not_your_move",
              {"“" + move.label.zh + "”由" + who.zh + "办理", "'" + move.label.en + "' is made by: " + who.en}, "$.move");
}

Error not_your_form(const pack::Flow& flow, const std::string& state) {
  const pack::Title title = state_title(flow, state);
  return fail(ErrorCode::denied, "flows.not_your_form",
              {"办件在“" + title.zh + "”，现在不能由您填写", "the case is at '" + title.en + "': it is not yours to fill in now"});
}

Error four_eyes(const pack::FlowMove& move) {
  return fail(ErrorCode::denied, "flows.four_eyes",
              {"“" + move.label.zh + "”须由另一人办理：您发起或已办理过本件的其他环节",
               "'" + move.label.en + "' needs a second person: you opened this case or made another step of it"},
              "$.move");
}

Error note_missing(const pack::FlowMove& move) {
  return fail(ErrorCode::invalid, "flows.note_missing", {"“" + move.label.zh + "”须写明理由", "'" + move.label.en + "' needs a note that says why"},
              "$.note");
}

Error not_in_form(const pack::Dataset& subject, const std::string& field) {
  const pack::Field* known = subject.field(field);
  return fail(ErrorCode::invalid, "flows.not_in_form",
              {"这一步不填写“" + (known == nullptr ? field : known->title.zh) + "”，请删去", "this step does not take " + field + ": remove it"},
              "$.values." + field);
}

Error not_asked(const pack::Dataset& subject, const std::string& field) {
  const pack::Title& title = subject.field(field)->title;
  return fail(ErrorCode::invalid, "flows.not_asked",
              {"按现在填写的内容不用填“" + title.zh + "”，请去掉", "as the case stands '" + title.en + "' is not asked for: leave it out"},
              "$.values." + field);
}

Error not_offered(const pack::Dataset& subject, const pack::FlowInput& input) {
  const pack::Title& title = subject.field(input.field)->title;
  const pack::Field* on = subject.field(input.choose->on);
  return fail(ErrorCode::invalid, "flows.not_offered",
              {"“" + title.zh + "”须从给出的列表里选：输入名称中的几个字或拼音首字母，再点选一项" +
                   (on == nullptr ? "" : "；改了“" + on->title.zh + "”的须重选"),
               "'" + title.en + "' takes only what its list offers: type a few letters of the name and choose one" +
                   (on == nullptr ? "" : "; choose again if '" + on->title.en + "' was changed")},
              "$.values." + input.field);
}

Error no_such_move(const pack::Flow& flow, const std::string& state) {
  const pack::Title title = state_title(flow, state);
  std::vector<const pack::FlowMove*> moves;
  Message possible;
  for (const pack::FlowMove& move : flow.moves) {
    if (move.automatic() || std::find(move.from.begin(), move.from.end(), state) == move.from.end()) continue;
    possible.zh += (possible.zh.empty() ? "" : "、") + move.label.zh;
    possible.en += (possible.en.empty() ? "" : ", ") + move.id;
  }
  if (possible.zh.empty()) possible = {"无", "none"};
  return fail(ErrorCode::conflict, "flows.no_such_move",
              {"办件在“" + title.zh + "”，不能这样办理；可办理：" + possible.zh,
               "the case is at '" + title.en + "' and has no such move; there are: " + possible.en},
              "$.move");
}

Error no_place(const pack::FlowQuota& quota) {
  const Message plain{"“" + quota.title.zh + "”已无名额", "there is no place left of '" + quota.title.en + "'"};
  return fail(ErrorCode::conflict, "flows.no_place", quota.refusal.zh.empty() ? plain : Message{quota.refusal.zh, quota.refusal.en}, "$.move");
}

Error place_unknown(const pack::FlowQuota& quota, const pack::Dataset& subject, const sql::Values& row) {
  Message missing;
  for (const std::string& id : quota.by) {
    const size_t at = subject.field_index(id);
    if (!sql::is_null(row[at])) continue;
    missing.zh += (missing.zh.empty() ? "“" : "、“") + subject.fields[at].title.zh + "”";
    missing.en += (missing.en.empty() ? "" : ", ") + subject.fields[at].title.en;
  }
  return fail(ErrorCode::invalid, std::string(kPlaceUnknown),
              {"占用“" + quota.title.zh + "”须先有" + missing.zh, "a place of '" + quota.title.en + "' needs first: " + missing.en}, "$.values");
}

Error changed_since(const pack::Flow& flow, const Record& now) {
  const pack::Title title = state_title(flow, now.state);
  const auto [zh, en] = both(now.mover_role);
  const std::string at = city_minute(now.moved_at);
  return fail(ErrorCode::conflict, std::string(kStale),
              {"办件已于 " + at + " 由" + (zh.empty() ? "系统" : zh) + "办理，现为“" + title.zh + "”；请刷新后再办",
               "the case was changed at " + at + " by " + (en.empty() ? "the system" : en) + " and is now at '" + title.en + "': read it again"},
              "$.seq");
}

Error file_missing(const pack::FlowFile& file) {
  return fail(ErrorCode::invalid, "flows.file_missing", {"请先上传“" + file.title.zh + "”", "hand in " + file.title.en + " first"},
              "$.files." + file.id);
}

Error appealed_already() {
  return fail(ErrorCode::conflict, "flows.appealed_already",
              {"本件已申诉过一次，复核结果为最终结果", "the case has been appealed once: what was decided then is final"}, "$.move");
}

Error appeal_late(Instant until) {
  const std::string at = city_minute(Instant{until.micros - 1});
  return fail(ErrorCode::conflict, "flows.appeal_late", {"申诉期已于 " + at + " 结束", "the time for an appeal ended at " + at}, "$.move");
}

Error heard_by_another(const pack::FlowMove& move) {
  return fail(ErrorCode::denied, "flows.heard_by_another",
              {"“" + move.label.zh + "”须由作出原决定以外的人办理", "'" + move.label.en + "' is for somebody else than who made the decision"},
              "$.move");
}

pack::Title state_title(const pack::Flow& flow, const std::string& state) {
  const pack::FlowState* found = flow.state(state);
  return found == nullptr ? pack::Title{state, state} : found->title;
}

Message values_of(const Running& running, const sql::Values& row, const std::vector<size_t>& fields, const directory::OrgTree& tree) {
  Message out;
  for (const size_t at : fields) {
    if (at >= running.subject->fields.size()) continue;
    const pack::Field& field = running.subject->fields[at];
    if (field.level > pack::Level::l2 || field.names_person()) continue;
    out.zh += (out.zh.empty() ? "" : "、") + field.title.zh + " " + value_text(running, field, row[at], tree, true);
    out.en += (out.en.empty() ? "" : ", ") + field.title.en + " " + value_text(running, field, row[at], tree, false);
  }
  return out;
}

Message refusal_of(const pack::FlowMove& move, const Message& values) {
  Message out = move.refusal.zh.empty() ? Message{"不符合“" + move.label.zh + "”的条件", "the condition of '" + move.label.en + "' does not hold"}
                                        : Message{move.refusal.zh, move.refusal.en};
  if (values.zh.empty()) return out;
  return {out.zh + "（" + values.zh + "）", out.en + " (" + values.en + ")"};
}

Message now_stands(const pack::Flow& flow, const Record& record) {
  const pack::Title title = state_title(flow, record.state);
  return {"“" + flow.title.zh + "” " + record.key + "：" + title.zh, flow.title.en + " " + record.key + ": " + title.en};
}

Message due_soon(const pack::Flow& flow, const Record& record) {
  const pack::Title title = state_title(flow, record.state);
  const std::string at = city_minute(Instant{record.due_at->micros - 1});  // midnight belongs to the day that ends
  return {"“" + flow.title.zh + "” " + record.key + " 在“" + title.zh + "”，须在 " + at + " 前办理",
          flow.title.en + " " + record.key + " is at '" + title.en + "': due by " + at};
}

// Desks as receivers: people by number, organisations with their role, a role alone in the organisations at the top; and who opened the case.
std::vector<directory::NoticeTo> whom_to_remind(const Running& running, const Record& record, const sql::Values& row,
                                                const directory::OrgTree& tree) {
  std::vector<directory::NoticeTo> out;
  const auto tell_org = [&](directory::OrgNo org, const std::string& role) {
    directory::NoticeTo to;
    to.org = org;
    to.role = directory::role_of(role);
    out.push_back(to);
  };
  for (const std::string& desk : desks_of_case(running, record.state, record.escalated, row, tree)) {
    const size_t colon = desk.find(':', 2);
    const std::string role = desk.substr(colon + 1);
    const int64_t number = colon == 2 ? 0 : std::stoll(desk.substr(2, colon - 2));
    if (desk[0] == 'o') tell_org({number}, role);
    if (desk[0] == 'p') out.emplace_back().person.value = number;
    if (desk[0] == 'r')
      for (const directory::OrgNo top : tree.children({})) tell_org(top, role);
  }
  if (!record.opened_by.empty()) out.emplace_back().account_name = record.opened_by;
  return out;
}

}  // namespace banmo::flows
