// SPDX-License-Identifier: Apache-2.0
// Derived datasets: their order, their columns, and the levels that columns inherit from what they are computed from.
#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "pack/builder.h"

namespace banmo::pack {

namespace {

std::optional<FieldType> field_type_of(expr::Type type) {
  switch (type) {
    case expr::Type::boolean: return FieldType::boolean;
    case expr::Type::integer: return FieldType::integer;
    case expr::Type::decimal: return FieldType::decimal;
    case expr::Type::text: return FieldType::text;
    case expr::Type::date: return FieldType::date;
    case expr::Type::instant: return FieldType::datetime;
    case expr::Type::null: break;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> tables_of(std::string_view select) {
  std::vector<std::string> out;
  bool expects_table = false;
  for (size_t i = 0; i < select.size();) {
    const auto c = static_cast<unsigned char>(select[i]);
    if (c == '\'') {
      i = select.find('\'', i + 1);
      if (i == std::string_view::npos) break;
      ++i;
    } else if (std::isalpha(c) || c == '_') {
      size_t end = i;
      while (end < select.size() && (std::isalnum(static_cast<unsigned char>(select[end])) || select[end] == '_')) ++end;
      const std::string word = text::lower_ascii(select.substr(i, end - i));
      if (expects_table) out.push_back(word);
      expects_table = word == "from" || word == "join";
      i = end;
    } else {
      ++i;
    }
  }
  return out;
}

// Depth first, so that what a derived dataset reads is known before it is compiled.
void CatalogueBuilder::resolve_derived(size_t index) {
  Dataset& dataset = out_->datasets_[index];
  const Place& place = places_[index];
  if (dataset_visits_[index] == Visit::done || dataset.kind != DatasetKind::derived) {
    dataset_visits_[index] = Visit::done;
    return;
  }
  if (dataset_visits_[index] == Visit::open) {
    findings_.add("cycle",
                  {"派生数据集 " + in_quotes(dataset.id) + " 经由其他数据集读到自己",
                   "the derived dataset " + in_quotes(dataset.id) + " reads itself by way of others"},
                  dataset.where);
    broken_.insert(dataset.id);
    return;
  }
  if (too_deep("dataset", dataset.where)) return;
  dataset_visits_[index] = Visit::open;
  ++depth_;
  for (const std::string& name : tables_of(place.draft->sql.text)) {
    const auto found = out_->dataset_index_.find(name);
    if (found != out_->dataset_index_.end()) resolve_derived(found->second);
  }
  if (place.draft->sql) {
    expr::Context parameters;
    parameters.parameters = place.pack->params;
    auto compiled = expr::Select::compile(place.draft->sql.text, tables_, parameters, place.draft->sql.where);
    if (compiled.ok()) {
      dataset.select = std::move(*compiled);
      take_columns(dataset, place);
      resolve_derived_levels(dataset);
    } else if (!reads_broken(place.draft->sql.text)) {
      findings_.add(std::move(compiled).error());
    }
  }
  if (dataset.select) {
    add_table(dataset);
  } else {
    broken_.insert(dataset.id);
  }
  --depth_;
  dataset_visits_[index] = Visit::done;
}

bool CatalogueBuilder::reads_broken(std::string_view select) const {
  const std::vector<std::string> names = tables_of(select);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return broken_.contains(name); });
}

const Field* CatalogueBuilder::source_field(const std::pair<std::string, std::string>& source) const {
  const Dataset* dataset = out_->dataset(source.first);
  return dataset == nullptr ? nullptr : dataset->field(source.second);
}

// The fields of a derived dataset are its columns, in their order. A column that carries a field over under its own name inherits all that is known
// of it; others are declared.
void CatalogueBuilder::take_columns(Dataset& out, const Place& place) {
  const auto& drafts = place.draft->fields;
  for (const expr::SelectColumn& column : out.select->columns()) {
    const auto draft = std::find_if(drafts.begin(), drafts.end(), [&](const DraftField& candidate) { return candidate.field.id == column.name; });
    const Field* source = column.sources.size() == 1 ? source_field(column.sources[0]) : nullptr;
    if (draft == drafts.end() && (source == nullptr || source->id != column.name)) {
      findings_.add("undeclared_column",
                    {"派生列 " + in_quotes(column.name) + " 须在 fields 中写明类型和名称",
                     "the derived column " + in_quotes(column.name) + " must be declared in fields, with type and title"},
                    place.draft->sql.where);
      continue;
    }
    Field field = draft != drafts.end() ? draft->field : *source;
    if (draft == drafts.end()) {
      field.from.reset();
      field.required = false;
      field.default_text.clear();
      field.where = out.where;
    } else {
      resolve_field(field, *draft, place);
      if (draft->from)
        findings_.add("from_in_derived",
                      {"派生数据集的字段由 sql 计算，不能再写 from", "fields of a derived dataset come from its sql: leave out from"},
                      draft->from.where);
    }
    const expr::Type wanted = expression_type(field.type);
    const bool fits =
        column.type == wanted || column.type == expr::Type::null || (column.type == expr::Type::integer && wanted == expr::Type::decimal);
    if (!fits) {
      const auto better = field_type_of(column.type);
      findings_.add("column_type",
                    {"派生列 " + in_quotes(column.name) + " 算得 " + std::string(expr::name_of(column.type)) + "，与声明的类型不符",
                     "the derived column " + in_quotes(column.name) + " is computed as " +
                         std::string(expr::name_of(better ? column.type : expr::Type::null)) + ", not as declared"},
                    field.where);
    }
    out.fields.push_back(std::move(field));
  }
  for (const DraftField& draft : drafts) {
    if (out.field(draft.field.id) != nullptr) continue;
    findings_.add("unknown_field", {"sql 没有算出字段 " + in_quotes(draft.field.id), "the sql has no column " + in_quotes(draft.field.id)},
                  draft.field.where);
  }
}

// A column has the highest level of its sources; the dataset may not be declared below any of its columns.
void CatalogueBuilder::resolve_derived_levels(Dataset& out) {
  Level highest = Level::l1;
  for (const expr::SelectColumn& column : out.select->columns()) {
    Level level = Level::l1;
    for (const auto& source : column.sources) {
      if (const Field* field = source_field(source)) level = std::max<Level>(level, field->level);
    }
    highest = std::max(highest, level);
    const size_t index = out.field_index(column.name);
    if (index < out.fields.size()) out.fields[index].level = std::max<Level>({out.fields[index].level, level, out.level});
  }
  const bool personal =
      std::any_of(out.select->tables().begin(), out.select->tables().end(), [&](const std::string& table) { return out_->dataset(table)->personal; });
  if (out.level < highest) {
    const std::string level = "L" + std::to_string(static_cast<int>(highest));
    findings_.add("level_too_low",
                  {"派生数据集 " + in_quotes(out.id) + " 的级别低于来源，须不低于 " + level,
                   "the derived dataset " + in_quotes(out.id) + " is declared below its sources: it must be at least " + level},
                  out.where);
  }
  const bool names_people = std::any_of(out.fields.begin(), out.fields.end(), [](const Field& field) { return field.type == FieldType::ref; });
  if (personal && names_people && !out.personal) {
    findings_.add("personal_lost",
                  {"派生数据集 " + in_quotes(out.id) + " 来自敏感个人信息且含人员，须写 spi: true",
                   "the derived dataset " + in_quotes(out.id) + " comes from sensitive personal information and names people: declare spi: true"},
                  out.where);
  }
}

}  // namespace banmo::pack
