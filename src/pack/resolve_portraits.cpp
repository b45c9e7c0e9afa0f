// SPDX-License-Identifier: Apache-2.0
// Portraits: their fields are looked up, so that a family never meets a page without words or without a standard.
#include <algorithm>

#include "pack/builder.h"

namespace banmo::pack {

namespace {

bool is_number(FieldType type) { return type == FieldType::integer || type == FieldType::decimal; }

void fill(Title& title) {
  if (title.en.empty()) title.en = title.zh;
}

}  // namespace

std::string CatalogueBuilder::field_in(const Dataset& dataset, const Text& name) {
  if (dataset.field(name.text) != nullptr) return name.text;
  if (broken_.contains(dataset.id)) return {};
  std::vector<std::string_view> known;
  for (const Field& field : dataset.fields) known.push_back(field.id);
  const Message hint = suggestion(name.text, known);
  findings_.add("unknown_field",
                {"数据集 " + in_quotes(dataset.id) + " 没有字段 " + in_quotes(name.text) + hint.zh,
                 "the dataset " + in_quotes(dataset.id) + " has no field " + in_quotes(name.text) + hint.en},
                name.where);
  return {};
}

void CatalogueBuilder::resolve_portraits() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftPortrait& draft : pack.portraits) {
      if (!register_id(out_->portrait_index_, draft.portrait.id, out_->portraits_.size(), "portrait", draft.portrait.where)) continue;
      Portrait portrait = draft.portrait;
      portrait.pack = pack.info.id;
      fill(portrait.title);
      resolve_portrait(portrait, draft);
      out_->portraits_.push_back(std::move(portrait));
    }
  }
}

void CatalogueBuilder::resolve_portrait(Portrait& out, const DraftPortrait& draft) {
  for (Portrait::Band& band : out.bands) {
    fill(band.title);
    fill(band.say);
  }
  fill(out.total.unit);
  const Dataset* results = find_dataset(draft.dataset);
  if (results == nullptr) return;
  out.dataset = results->id;
  if (results->person_field.empty() || results->period_field.empty())
    findings_.add("portrait_of",
                  {"画像的数据集 " + in_quotes(results->id) + " 须有 scope.person 和 period",
                   "the dataset " + in_quotes(results->id) + " of a portrait must declare scope.person and period"},
                  draft.dataset.where);
  out.item = field_in(*results, draft.item);
  out.value = field_in(*results, draft.value);
  const Field* item = results->field(out.item);
  const Field* value = results->field(out.value);
  if (item != nullptr && item->type != FieldType::code)
    findings_.add("portrait_item", {"item 须是代码字段", "item must be a code field"}, draft.item.where);
  if (value != nullptr && !is_number(value->type))
    findings_.add("portrait_value", {"value 须是数值字段", "value must be a number field"}, draft.value.where);
  const CodeList* list = item == nullptr ? nullptr : out_->code_list(item->list);
  for (size_t i = 0; i < out.items.size(); ++i) {
    fill(out.items[i].unit);
    fill(out.items[i].practise);
    if (list == nullptr || std::any_of(list->values.begin(), list->values.end(), [&](const auto& one) { return one.code == out.items[i].code; }))
      continue;
    findings_.add("unknown_code",
                  {"代码表 " + in_quotes(list->id) + " 没有 " + in_quotes(out.items[i].code),
                   "the code list " + in_quotes(list->id) + " has no " + in_quotes(out.items[i].code)},
                  draft.items[i].where);
  }
  resolve_standard(out, draft, *results);
  resolve_total(out, draft);
}

void CatalogueBuilder::resolve_standard(Portrait& out, const DraftPortrait& draft, const Dataset& results) {
  const Dataset* standard = find_dataset(draft.standard);
  if (standard == nullptr) return;
  out.standard.dataset = standard->id;
  if (standard->kind != DatasetKind::reference)
    findings_.add("portrait_standard", {"standard.of 须是参考数据集（kind: reference）", "standard.of must be a reference dataset"},
                  draft.standard.where);
  for (const Text& match : draft.match) {
    field_in(results, match);
    out.standard.match.push_back(field_in(*standard, match));
  }
  const std::pair<const Text*, std::string*> numbers[] = {
      {&draft.from, &out.standard.from}, {&draft.below, &out.standard.below}, {&draft.score, &out.standard.score}};
  for (const auto& [name, to] : numbers) {
    *to = field_in(*standard, *name);
    const Field* field = standard->field(*to);
    if (field != nullptr && !is_number(field->type))
      findings_.add("portrait_standard", {in_quotes(name->text) + " 须是数值字段", in_quotes(name->text) + " must be a number field"}, name->where);
  }
}

void CatalogueBuilder::resolve_total(Portrait& out, const DraftPortrait& draft) {
  if (!draft.total) return;
  const Dataset* total = find_dataset(draft.total);
  if (total == nullptr) return;
  out.total.dataset = total->id;
  if (total->person_field.empty() || total->period_field.empty())
    findings_.add("portrait_of",
                  {"画像的数据集 " + in_quotes(total->id) + " 须有 scope.person 和 period",
                   "the dataset " + in_quotes(total->id) + " of a portrait must declare scope.person and period"},
                  draft.total.where);
  out.total.value = field_in(*total, draft.total_value);
  if (draft.total_level) out.total.level = field_in(*total, draft.total_level);
}

}  // namespace banmo::pack
