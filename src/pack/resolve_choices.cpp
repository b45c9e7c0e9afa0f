// SPDX-License-Identifier: Apache-2.0
// What inputs of forms offer to choose from: public rows of reference datasets, organisations, datasets and their fields.
#include <algorithm>

#include "pack/builder.h"
#include "pack/reader.h"

namespace banmo::pack {

namespace {

void add_finding(Findings& findings, Message message, const std::string& where) { findings.add("flow_choose", std::move(message), where); }

}  // namespace

void CatalogueBuilder::resolve_choose(FlowInput& out, const DraftChoose& draft, const Flow& flow, const Dataset& subject) {
  const Field& field = *subject.field(out.field);
  const bool from_orgs = draft.from == FlowChoose::From::orgs;
  FlowChoose choose;
  choose.from = draft.from;
  choose.many = draft.many || draft.from == FlowChoose::From::fields;
  const bool fits = from_orgs ? field.type == FieldType::org && !draft.many : field.type == FieldType::text && !field.encrypted;
  if (!fits)
    add_finding(findings_,
                {from_orgs ? "字段 " + in_quotes(field.id) + " 须是机构字段，且不写 many" : "字段 " + in_quotes(field.id) + " 须是不加密的文本字段",
                 from_orgs ? "the field " + in_quotes(field.id) + " must be of type org, without many"
                           : "the field " + in_quotes(field.id) + " must be a text that is not sealed"},
                draft.where);
  const auto kinds = org_kind_names();
  for (const Text& kind : draft.orgs) {
    if (std::find(kinds.begin(), kinds.end(), kind.text) == kinds.end() || (!field.org_kind.empty() && field.org_kind != kind.text))
      add_finding(findings_,
                  {"字段 " + in_quotes(field.id) + " 不取 " + in_quotes(kind.text) + " 类机构",
                   "the field " + in_quotes(field.id) + " takes no organisation of kind " + in_quotes(kind.text)},
                  kind.where);
    choose.kinds.push_back(kind.text);
  }
  const Text& on = draft.from == FlowChoose::From::fields ? draft.fields : draft.in;
  if (on) {
    choose.on = field_in(subject, on);
    const FieldType wanted = draft.from == FlowChoose::From::fields ? FieldType::text : FieldType::org;
    if (!choose.on.empty() && (subject.field(choose.on)->type != wanted || choose.on == out.field || subject.field(choose.on)->encrypted))
      add_finding(findings_,
                  {"字段 " + in_quotes(choose.on) + (wanted == FieldType::org ? " 须是另一个机构字段" : " 须是另一个写数据集的文本字段"),
                   "the field " + in_quotes(choose.on) +
                       (wanted == FieldType::org ? " must be another field of type org" : " must be another text field, which names a dataset")},
                  on.where);
  }
  if (draft.from == FlowChoose::From::rows) resolve_chosen_rows(choose, draft, flow);
  out.choose = std::move(choose);
}

// Everybody who fills in the form reads them, whatever their scope: they are public, and the key says which one is meant.
void CatalogueBuilder::resolve_chosen_rows(FlowChoose& out, const DraftChoose& draft, const Flow& flow) {
  const Dataset* of = draft.dataset ? find_dataset(draft.dataset) : nullptr;
  if (of == nullptr || broken_.contains(of->id)) return;
  out.dataset = of->id;
  out.value = draft.value ? field_in(*of, draft.value) : of->grain.front();
  out.title = draft.title ? field_in(*of, draft.title) : out.value;
  if (draft.org) out.org = field_in(*of, draft.org);
  for (const auto& [name, text] : draft.match) {
    const std::string field = field_in(*of, name);
    auto value = compiled(text, flow.context);
    if (field.empty() || !value) continue;
    if (of->field(field)->type != FieldType::text || value->type() != expr::Type::text)
      add_finding(findings_, {"match 比较两个文本", "match compares two texts"}, text.where);
    out.match.push_back({field, std::move(*value)});
  }
  std::vector<std::string> read{out.value, out.title, out.org};
  for (const FlowChoose::Match& match : out.match) read.push_back(match.field);
  const bool is_public = std::all_of(read.begin(), read.end(), [&](const std::string& id) {
    const Field* field = of->field(id);
    return field == nullptr || field->level == Level::l1;
  });
  if (of->kind != DatasetKind::reference || of->level != Level::l1 || !is_public)
    add_finding(findings_,
                {"只能从 L1 级的参照数据集中选，" + in_quotes(of->id) + " 不是",
                 "only rows of a reference dataset at L1 are offered; " + in_quotes(of->id) + " is none"},
                draft.dataset.where);
  if (of->grain.size() != 1 || of->grain.front() != out.value)
    add_finding(findings_,
                {"value 须是 " + in_quotes(of->id) + " 的唯一主键，选中的值才只指一行",
                 "value must be the whole grain of " + in_quotes(of->id) + ", so that what is chosen means one row"},
                draft.where);
  if (draft.in && !draft.org)
    add_finding(findings_, {"in 须配 org：数据集中写机构代码的字段", "in needs org: the dataset's field with the code of an organisation"},
                draft.where);
}

}  // namespace banmo::pack
