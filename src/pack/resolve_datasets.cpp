// SPDX-License-Identifier: Apache-2.0
// Datasets: their fields, keys, scope, and the expressions over one row.
#include <algorithm>
#include <array>
#include <charconv>

#include "pack/builder.h"

namespace banmo::pack {

namespace {

constexpr std::array<std::string_view, 3> kRefTargets{"core.person", "core.staff", "core.student"};

bool is_number(FieldType type) { return type == FieldType::integer || type == FieldType::decimal || type == FieldType::year; }
bool takes_bounds(FieldType type) { return is_number(type) || type == FieldType::text; }

std::string level_name(Level level) { return "L" + std::to_string(static_cast<int>(level)); }

void fall_back(Title& title) {
  if (title.en.empty()) title.en = title.zh;
}

}  // namespace

expr::Context CatalogueBuilder::context_of(const Dataset& dataset, const DraftPack& pack) const {
  expr::Context context;
  for (const Field& field : dataset.fields) context.fields.push_back({field.id, expression_type(field.type)});
  context.parameters = pack.params;
  return context;
}

void CatalogueBuilder::add_table(const Dataset& dataset) {
  expr::Table& table = tables_.emplace_back();
  table.name = dataset.id;
  for (const Field& field : dataset.fields) table.fields.push_back({field.id, expression_type(field.type)});
}

void CatalogueBuilder::resolve_datasets() {
  for (const DraftPack& pack : drafts_) {
    for (const DraftDataset& draft : pack.datasets) {
      if (!register_id(out_->dataset_index_, draft.dataset.id, out_->datasets_.size(), "dataset", draft.dataset.where)) continue;
      out_->datasets_.push_back(draft.dataset);
      places_.push_back({&pack, &draft});
    }
  }
  std::vector<Dataset>& datasets = out_->datasets_;
  dataset_visits_.assign(datasets.size(), Visit::fresh);
  for (size_t i = 0; i < datasets.size(); ++i) resolve_dataset(datasets[i], places_[i]);
  for (const Dataset& dataset : datasets) {
    if (dataset.kind != DatasetKind::derived) add_table(dataset);
  }
  for (size_t i = 0; i < datasets.size(); ++i) resolve_derived(i);
  for (size_t i = 0; i < datasets.size(); ++i) {
    if (broken_.contains(datasets[i].id)) continue;
    resolve_grain(datasets[i], *places_[i].draft);
    resolve_scope(datasets[i], *places_[i].draft);
    compile_fields(datasets[i], places_[i]);
    compile_rules(datasets[i], places_[i]);
    resolve_event(datasets[i], places_[i]);
    resolve_rows(datasets[i], places_[i]);
  }
}

void CatalogueBuilder::resolve_dataset(Dataset& out, const Place& place) {
  out.pack = place.pack->info.id;
  fall_back(out.title);
  if (out.owner.empty()) out.owner = place.pack->info.owner;
  resolve_shape(out, *place.draft);
  if (out.kind == DatasetKind::derived) return;  // its fields come from its columns
  for (const DraftField& draft : place.draft->fields) {
    Field field = draft.field;
    resolve_field(field, draft, place);
    out.fields.push_back(std::move(field));
  }
}

// What may stand in which kind of dataset.
void CatalogueBuilder::resolve_shape(const Dataset& dataset, const DraftDataset& draft) {
  const auto refuse = [&](const Text& text, std::string_view key, std::string_view kind_zh, std::string_view kind_en) {
    if (!text) return;
    findings_.add("dataset_shape",
                  {in_quotes(key) + " 只能用于" + std::string(kind_zh), in_quotes(key) + " is for " + std::string(kind_en) + " only"}, text.where);
  };
  if (dataset.kind != DatasetKind::derived) refuse(draft.sql, "sql", "派生数据集（kind: derived）", "derived datasets (kind: derived)");
  if (dataset.kind != DatasetKind::reference) {
    refuse(draft.data, "data", "参照数据集（kind: reference）", "reference datasets (kind: reference)");
    if (draft.has_rows) refuse({"rows", dataset.where}, "rows", "参照数据集（kind: reference）", "reference datasets (kind: reference)");
  }
  if (draft.data && draft.has_rows) {
    findings_.add("dataset_shape", {"data 和 rows 只能写一项", "only one of data and rows may be given"}, draft.data.where);
  }
  if (dataset.kind == DatasetKind::derived && !draft.sql) {
    findings_.add("missing_key",
                  {"派生数据集 " + in_quotes(dataset.id) + " 缺少 'sql'", "the derived dataset " + in_quotes(dataset.id) + " lacks 'sql'"},
                  dataset.where);
  }
  if (dataset.kind != DatasetKind::derived && draft.fields.empty()) {
    findings_.add("missing_key", {"数据集 " + in_quotes(dataset.id) + " 缺少 'fields'", "the dataset " + in_quotes(dataset.id) + " lacks 'fields'"},
                  dataset.where);
  }
}

void CatalogueBuilder::resolve_field(Field& out, const DraftField& draft, const Place& place) {
  fall_back(out.title);
  const Level base = place.draft->dataset.level;
  if (!draft.has_level) {
    out.level = base;
  } else if (out.level < base && !draft.level_reason) {
    findings_.add(
        "level_lowered",
        {"字段 " + in_quotes(out.id) + " 定为 " + level_name(out.level) + "，低于数据集的 " + level_name(base) + "，须写 level_reason 说明理由",
         "the field " + in_quotes(out.id) + " is " + level_name(out.level) + ", below its dataset's " + level_name(base) + ": give a level_reason"},
        out.where);
  }
  out.level_reason = draft.level_reason.text;
  resolve_field_type(out, draft, place);
  if (out.min && out.max && *out.min > *out.max) {
    findings_.add("bad_bounds", {"字段 " + in_quotes(out.id) + " 的 min 大于 max", "the field " + in_quotes(out.id) + " has min above max"},
                  out.where);
  }
  if ((out.min || out.max) && !takes_bounds(out.type)) {
    findings_.add("bad_bounds", {"只有数值和文本字段可写 min、max", "only numbers and text take min and max"}, out.where);
  }
  if (out.blind_index && !out.encrypted) {
    findings_.add(
        "index_without_enc",
        {"字段 " + in_quotes(out.id) + " 未加密，不需要盲索引", "the field " + in_quotes(out.id) + " is not encrypted and needs no blind index"},
        out.where);
  }
}

// Keys that belong to one type: list, to, kind.
void CatalogueBuilder::resolve_field_type(Field& out, const DraftField& draft, const Place& place) {
  const auto belongs = [&](bool given, FieldType type, std::string_view key, std::string_view type_name, bool needed, const std::string& where) {
    if (given && out.type != type) {
      findings_.add(
          "field_shape",
          {in_quotes(key) + " 只用于类型 " + std::string(type_name), in_quotes(key) + " is for the type " + std::string(type_name) + " only"}, where);
    }
    if (!given && out.type == type && needed) {
      findings_.add("missing_key",
                    {"类型 " + std::string(type_name) + " 的字段 " + in_quotes(out.id) + " 缺少 " + in_quotes(key),
                     "the field " + in_quotes(out.id) + " of type " + std::string(type_name) + " lacks " + in_quotes(key)},
                    out.where);
    }
  };
  belongs(bool(draft.list), FieldType::code, "list", "code", true, draft.list.where);
  belongs(bool(draft.to), FieldType::ref, "to", "ref", true, draft.to.where);
  belongs(!out.org_kind.empty(), FieldType::org, "kind", "org", false, out.where);
  if (draft.list) {
    out.list = draft.list.text.find('.') == std::string::npos ? place.pack->info.name + "." + draft.list.text : draft.list.text;
    if (out_->code_list(out.list) == nullptr)
      unknown_name("unknown_list", "代码表", "code list", {out.list, draft.list.where}, out_->code_list_index_);
  }
  if (draft.to) {
    out.ref_to = draft.to.text;
    if (std::find(kRefTargets.begin(), kRefTargets.end(), out.ref_to) == kRefTargets.end()) {
      findings_.add("unknown_ref",
                    {"不能引用 " + in_quotes(out.ref_to) + "，可用：" + join(kRefTargets),
                     "a field cannot refer to " + in_quotes(out.ref_to) + "; one of: " + join(kRefTargets)},
                    draft.to.where);
    }
  }
}

void CatalogueBuilder::resolve_grain(Dataset& out, const DraftDataset& draft) {
  for (const Text& name : draft.grain) {
    const size_t index = out.field_index(name.text);
    if (index == out.fields.size()) {
      findings_.add("unknown_field",
                    {"数据集 " + in_quotes(out.id) + " 没有主键字段 " + in_quotes(name.text),
                     "the dataset " + in_quotes(out.id) + " has no field " + in_quotes(name.text) + " for its grain"},
                    name.where);
      continue;
    }
    if (std::find(out.grain.begin(), out.grain.end(), name.text) != out.grain.end()) {
      findings_.add("duplicate_id", {"主键中 " + in_quotes(name.text) + " 重复", in_quotes(name.text) + " stands twice in the grain"}, name.where);
    }
    out.fields[index].required = true;
    out.grain.push_back(name.text);
  }
  if (draft.grain.empty()) findings_.add("missing_key", {"主键（grain）不能为空", "the grain must name a field"}, out.where);
}

void CatalogueBuilder::resolve_scope(Dataset& out, const DraftDataset& draft) {
  const auto take = [&](const Text& name, std::string& field_id, auto&& accepts, std::string_view must_be) {
    if (!name) return;
    const Field* field = out.field(name.text);
    if (field == nullptr) {
      findings_.add("unknown_field",
                    {"数据集 " + in_quotes(out.id) + " 没有字段 " + in_quotes(name.text),
                     "the dataset " + in_quotes(out.id) + " has no field " + in_quotes(name.text)},
                    name.where);
    } else if (!accepts(*field)) {
      findings_.add("scope_type",
                    {"字段 " + in_quotes(name.text) + " 的类型须是 " + std::string(must_be),
                     "the field " + in_quotes(name.text) + " must be of type " + std::string(must_be)},
                    name.where);
    } else {
      field_id = name.text;
    }
  };
  take(draft.org, out.org_field, [](const Field& field) { return field.type == FieldType::org; }, "org");
  take(draft.person, out.person_field, [](const Field& field) { return field.type == FieldType::ref; }, "ref");
  take(
      draft.period_by, out.period_field, [](const Field& field) { return field.type == FieldType::year || field.type == FieldType::date; },
      "year / date");
  if (out.level >= Level::l3 && out.org_field.empty() && out.person_field.empty()) {
    findings_.add("no_scope",
                  {"数据集 " + in_quotes(out.id) + " 为 " + level_name(out.level) + "，须用 scope 写明机构或人员字段，否则无法限定可见范围",
                   "the dataset " + in_quotes(out.id) + " is " + level_name(out.level) +
                       ": its scope must name the organisation or the person, or nothing could limit who reads it"},
                  out.where);
  }
}

void CatalogueBuilder::compile_fields(Dataset& out, const Place& place) {
  if (out.kind == DatasetKind::derived) return;
  const expr::Context context = context_of(out, *place.pack);
  for (const DraftField& draft : place.draft->fields) {
    if (!draft.from) continue;
    Field& field = out.fields[out.field_index(draft.field.id)];
    auto compiled = expr::Expression::compile(draft.from.text, context, draft.from.where);
    if (!compiled.ok()) {
      findings_.add(std::move(compiled).error());
      continue;
    }
    if (!fits(compiled->type(), expression_type(field.type))) {
      findings_.add(
          "from_type",
          {"表达式的类型是 " + std::string(expr::name_of(compiled->type())) + "，不能存入字段 " + in_quotes(field.id),
           "the expression is " + std::string(expr::name_of(compiled->type())) + " and cannot be stored in the field " + in_quotes(field.id)},
          draft.from.where);
    }
    for (const size_t read : compiled->fields()) {
      if (!place.draft->fields[read].from) continue;
      findings_.add("from_chain",
                    {"派生字段 " + in_quotes(field.id) + " 不能再读派生字段 " + in_quotes(out.fields[read].id),
                     "the derived field " + in_quotes(field.id) + " must not read the derived field " + in_quotes(out.fields[read].id)},
                    draft.from.where);
    }
    field.from = std::move(*compiled);
  }
}

void CatalogueBuilder::compile_rules(Dataset& out, const Place& place) {
  const expr::Context context = context_of(out, *place.pack);
  std::set<std::string> ids;
  for (const DraftRule& draft : place.draft->rules) {
    Rule rule = draft.rule;
    fall_back(rule.title);
    if (!ids.insert(rule.id).second) {
      findings_.add("duplicate_id", {"规则 " + in_quotes(rule.id) + " 重复", "the rule " + in_quotes(rule.id) + " stands twice"}, rule.where);
    }
    if (draft.row) {
      auto compiled = expr::Expression::compile(draft.row.text, context, draft.row.where);
      if (!compiled.ok()) {
        findings_.add(std::move(compiled).error());
      } else if (compiled->type() != expr::Type::boolean) {
        findings_.add("not_a_condition",
                      {"规则须是条件（真或假），现为 " + std::string(expr::name_of(compiled->type())),
                       "a rule must be a condition; this is " + std::string(expr::name_of(compiled->type()))},
                      draft.row.where);
      } else {
        rule.row = std::move(*compiled);
      }
    }
    if (draft.set) {
      expr::Context parameters;
      parameters.parameters = place.pack->params;
      auto compiled = expr::Select::compile(draft.set.text, tables_, parameters, draft.set.where);
      if (compiled.ok()) {
        rule.set = std::move(*compiled);
      } else if (!reads_broken(draft.set.text)) {
        findings_.add(std::move(compiled).error());
      }
    }
    out.rules.push_back(std::move(rule));
  }
}

}  // namespace banmo::pack
