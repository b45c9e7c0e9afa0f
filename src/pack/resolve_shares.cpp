// SPDX-License-Identifier: Apache-2.0
// Moves that give access to data: the fields where a case says what, to whom, how and until when.
#include <algorithm>
#include <array>

#include "pack/builder.h"
#include "pack/reader.h"

namespace banmo::pack {
namespace {

using Share = DraftFlow::Share;

constexpr std::array<Key<Share>, 9> kShareKeys{{
    {"to", member<&Share::to>, true},
    {"dataset", member<&Share::dataset>, true},
    {"fields", member<&Share::fields>, true},
    {"org", member<&Share::org>, true},
    {"way", member<&Share::way>, true},
    {"until", member<&Share::until>, true},
    {"purpose", member<&Share::purpose>, true},
    {"says", member<&Share::says>},
    {"max_days", [](Share& out, const yaml::Node& value, Findings& findings) { read_into(value, out.share.max_days, findings); }},
}};

struct Wanted {
  const Text& name;
  std::string& to;
  std::string_view zh, en;
  bool (*fits)(const Field& field);
};

bool is_text(const Field& field) { return field.type == FieldType::text && !field.encrypted; }
bool is_org(const Field& field) { return field.type == FieldType::org; }
bool is_code(const Field& field) { return field.type == FieldType::code; }
bool is_day(const Field& field) { return field.type == FieldType::date || field.type == FieldType::datetime; }

}  // namespace

void read_flow_share(DraftFlow::Effect& out, const yaml::Node& node, Findings& findings) {
  out.share.emplace().share.where = node.where();
  read_map<Share>(node, "share", kShareKeys, *out.share, findings);
}

void CatalogueBuilder::resolve_share(FlowMove& out, const DraftFlow::Share& draft, const Flow& flow, const Dataset& subject) {
  FlowShare share = draft.share;
  const Wanted all[] = {
      {draft.to, share.to, "机构", "an organisation", is_org}, {draft.dataset, share.dataset, "文本", "text", is_text},
      {draft.fields, share.fields, "文本", "text", is_text},   {draft.org, share.org, "机构", "an organisation", is_org},
      {draft.way, share.way, "代码", "a code", is_code},       {draft.until, share.until, "日期或时间", "a date or datetime", is_day},
      {draft.purpose, share.purpose, "文本", "text", is_text}, {draft.says, share.says, "文本", "text", is_text}};
  for (const Wanted& one : all) {
    if (!one.name) continue;
    one.to = field_in(subject, one.name);
    const Field* field = one.to.empty() ? nullptr : subject.field(one.to);
    if (field == nullptr) continue;
    if (!one.fits(*field))
      findings_.add("flow_share_field",
                    {"字段 " + in_quotes(field->id) + " 须是" + std::string(one.zh) + "字段",
                     "the field " + in_quotes(field->id) + " must be of " + std::string(one.en)},
                    one.name.where);
    // The terms are read by the receiver and stand in lists of shares.
    if (field->level > Level::l2)
      findings_.add("flow_share_level",
                    {"字段 " + in_quotes(field->id) + " 写明共享的条件，级别不能高于 L2",
                     "the field " + in_quotes(field->id) + " says the terms of a share and may not be above L2"},
                    one.name.where);
  }
  const Field* way = subject.field(share.way);
  const CodeList* list = way == nullptr || way->list.empty() ? nullptr : out_->code_list(way->list);
  for (const CodeList::Value& value : list == nullptr ? std::vector<CodeList::Value>() : list->values)
    if (std::find(std::begin(kShareWays), std::end(kShareWays), value.code) == std::end(kShareWays))
      findings_.add(
          "flow_share_way",
          {"共享方式只有 api、file、figures，没有 " + in_quotes(value.code), "a way is api, file or figures; there is no " + in_quotes(value.code)},
          draft.way.where);
  if (!share.says.empty()) settable_field(flow, subject, draft.says);
  if (!share.says.empty() && !out.automatic()) check_seen(flow, out, subject, share.says, draft.says.where);
  if (share.max_days < 1 || share.max_days > kMaxShareDays)
    findings_.add("flow_share_days", {"max_days 须为 1 到 1096", "max_days is from 1 to 1096"}, share.where);
  if (out.automatic() || out.share)
    findings_.add("flow_share_by",
                  {out.share ? "一次办理只能开放一项共享" : "共享须由人授权，不能写在自动的办理里",
                   out.share ? "a move opens one share" : "a share is granted by a person: an automatic move opens none"},
                  share.where);
  if (const FlowState* to = flow.state(out.to); to != nullptr && to->final && !out.automatic())
    findings_.add("flow_share_end",
                  {"开放共享的办理不能同时办结：办结即收回；请另设“已授权”这样的状态",
                   "a move that opens access may not end the case, with which access ends: let it lead to a state such as 'granted'"},
                  share.where);
  out.share = std::move(share);
}

// Access does not outlive its case: whoever ends the case ends what it has opened.
void CatalogueBuilder::end_shares_with_case(Flow& flow) {
  if (std::none_of(flow.moves.begin(), flow.moves.end(), [](const FlowMove& move) { return move.share.has_value(); })) return;
  for (FlowMove& move : flow.moves)
    if (const FlowState* to = flow.state(move.to); to != nullptr && to->final && !move.share) move.unshares = true;
}

}  // namespace banmo::pack
