// SPDX-License-Identifier: Apache-2.0
// The catalogue of datasets, one dataset with its fields and rules, code lists, templates.
#include "api/builder.h"
#include "api/shapes.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

using directory::Right;

constexpr const char* kDatasetKindNames[] = {"entry", "reference", "derived", "event"};
constexpr const char* kFieldTypeNames[] = {"text", "int", "decimal", "bool", "date",  "datetime", "year",
                                           "code", "org", "ref",     "idno", "phone", "state"};

struct Can {
  bool import = false, edit = false, export_ = false;
};
template <class V>
void describe(V& v, Can& x) {
  v.field("import", x.import);
  v.field("edit", x.edit);
  v.field("export", x.export_);
}

struct DatasetShape {
  static constexpr const char* kName = "Dataset";
  std::string id, pack, title, title_en, kind, level, category;
  std::optional<std::string> owner;
  std::vector<std::string> grain;
  int64_t n_rows = 0;
  std::optional<Instant> updated_at;
  std::optional<double> quality_rate;
  std::optional<std::string> period, due;  // the field by which it is reported, and the last day of a year's report: "12-31"
  Can can;
};
template <class V>
void describe(V& v, DatasetShape& x) {
  v.field("id", x.id);
  v.field("pack", x.pack);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("kind", x.kind, {.one_of = kDatasetKindNames});
  v.field("level", x.level, {.one_of = kLevelNames});
  v.field("category", x.category);
  v.field("owner", x.owner);
  v.field("grain", x.grain);
  v.field("n_rows", x.n_rows);
  v.field("updated_at", x.updated_at);
  v.field("quality_rate", x.quality_rate);
  v.field("period", x.period);
  v.field("due", x.due);
  v.field("can", x.can);
}

struct CodeShape {
  static constexpr const char* kName = "Code";
  std::string code, title, title_en;
};
template <class V>
void describe(V& v, CodeShape& x) {
  v.field("code", x.code);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
}

struct FieldShape {
  static constexpr const char* kName = "Field";
  std::string id, title, title_en, type;
  bool required = false;
  std::string level;
  std::optional<std::string> list;
  std::optional<std::vector<CodeShape>> codes;
  std::optional<double> min, max;
  std::optional<int> scale;
  bool masked = false;    // shown to this reader as a mask
  bool computed = false;  // made of other fields: takes no value
  bool person = false;    // names a person, by a code
  std::optional<std::string> unit;
};
template <class V>
void describe(V& v, FieldShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("type", x.type, {.one_of = kFieldTypeNames});
  v.field("required", x.required);
  v.field("level", x.level, {.one_of = kLevelNames});
  v.field("list", x.list);
  v.field("codes", x.codes);
  v.field("min", x.min);
  v.field("max", x.max);
  v.field("scale", x.scale);
  v.field("masked", x.masked);
  v.field("computed", x.computed);
  v.field("person", x.person, {.doc = "Names a person: rows have the code and the name beside it, as far as the reader may know them."});
  v.field("unit", x.unit);
}

struct RuleShape {
  static constexpr const char* kName = "Rule";
  std::string id, title, severity, expr;
};
template <class V>
void describe(V& v, RuleShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("severity", x.severity, {.one_of = kSeverityNames});
  v.field("expr", x.expr);
}

struct LawShape {
  std::string purpose, basis;
};
template <class V>
void describe(V& v, LawShape& x) {
  v.field("purpose", x.purpose);
  v.field("basis", x.basis);
}

struct LineageShape {
  std::vector<std::string> from, to;
};
template <class V>
void describe(V& v, LineageShape& x) {
  v.field("from", x.from);
  v.field("to", x.to);
}

struct DatasetDetail {
  static constexpr const char* kName = "DatasetDetail";
  DatasetShape dataset;
  std::vector<FieldShape> fields;
  std::vector<RuleShape> rules;
  std::optional<LawShape> law;
  LineageShape lineage;
};
template <class V>
void describe(V& v, DatasetDetail& x) {
  describe(v, x.dataset);
  v.field("fields", x.fields);
  v.field("rules", x.rules);
  v.field("law", x.law);
  v.field("lineage", x.lineage);
}

using Rates = std::map<std::string, double>;

DatasetShape shape_of(const Call& call, const pack::Dataset& dataset, const Rates& rates) {
  const records::Records& records = *call.engines.records;
  DatasetShape shape;
  shape.id = dataset.id;
  shape.pack = dataset.pack;
  shape.title = dataset.title.zh;
  shape.title_en = dataset.title.en;
  shape.kind = name_of(dataset.kind);
  shape.level = level_name(dataset.level);
  shape.category = dataset.category;
  if (!dataset.owner.empty()) shape.owner = dataset.owner;
  shape.grain = dataset.grain;
  shape.n_rows = records.n_rows(dataset.id);
  shape.updated_at = records.updated_at(dataset.id);
  if (const auto rate = rates.find(dataset.id); rate != rates.end()) shape.quality_rate = rate->second;
  if (!dataset.period_field.empty()) shape.period = dataset.period_field;
  if (!dataset.period_due.empty()) shape.due = dataset.period_due;
  const bool entry = dataset.kind == pack::DatasetKind::entry && dataset.flow.empty();  // the rows of a flow are its cases
  shape.can = {entry && call.principal.has(Right::datasets_import), entry && call.principal.has(Right::datasets_edit),
               call.principal.has(Right::datasets_export)};
  return shape;
}

std::vector<CodeShape> codes_of(const pack::CodeList& list) {
  std::vector<CodeShape> codes;
  for (const auto& value : list.values) codes.push_back({value.code, value.title.zh, value.title.en});
  return codes;
}

FieldShape shape_of(const pack::Catalogue& catalogue, const pack::Field& field, pack::Level max_level) {
  FieldShape shape;
  shape.id = field.id;
  shape.title = field.title.zh;
  shape.title_en = field.title.en;
  shape.type = name_of(field.type);
  shape.required = field.required;
  shape.level = level_name(field.level);
  if (const pack::CodeList* list = field.list.empty() ? nullptr : catalogue.code_list(field.list)) {
    shape.list = field.list;
    shape.codes = codes_of(*list);
  }
  shape.min = field.min;
  shape.max = field.max;
  if (field.type == pack::FieldType::decimal) shape.scale = field.scale;
  shape.masked = !field.mask.empty() && field.level > max_level;
  shape.computed = field.from.has_value();
  shape.person = field.names_person();
  if (!field.unit.empty()) shape.unit = field.unit;
  return shape;
}

LineageShape lineage_of(const pack::Catalogue& catalogue, const pack::Dataset& dataset) {
  LineageShape lineage;
  if (dataset.select) lineage.from = dataset.select->tables();
  for (const pack::Dataset* below : catalogue.dependants(dataset.id)) lineage.to.push_back(below->id);
  return lineage;
}

Result<DatasetDetail> get_dataset(const Call& call) {
  const pack::Catalogue& catalogue = *call.engines.catalogue;
  const pack::Dataset* dataset = catalogue.dataset(call.path("id"));
  if (dataset == nullptr)
    return fail(ErrorCode::not_found, "records.no_such_dataset",
                {"没有这个数据集；请从数据目录中选择", "no such dataset: choose one from the catalogue"});
  BANMO_TRY(const Rates rates, call.engines.records->rates(call.principal));
  DatasetDetail detail{shape_of(call, *dataset, rates), {}, {}, {}, lineage_of(catalogue, *dataset)};
  const pack::Level max_level =
      call.engines.directory->scope(call.principal, Right::datasets_read, {dataset->org_field, dataset->person_field, dataset->level}).max_level;
  for (const pack::Field& field : dataset->fields) detail.fields.push_back(shape_of(catalogue, field, max_level));
  for (const pack::Rule& rule : dataset->rules)
    detail.rules.push_back({rule.id, rule.title.zh, name_of(rule.severity), rule.row ? rule.row->text() : std::string("set")});
  if (const pack::PackInfo* info = catalogue.pack(dataset->pack); info != nullptr && !info->law.purpose.empty())
    detail.law = LawShape{info->law.purpose, info->law.basis};
  return detail;
}

Result<List<DatasetShape>> list_datasets(const Call& call) {
  BANMO_TRY(const Rates rates, call.engines.records->rates(call.principal));
  List<DatasetShape> list;
  for (const pack::Dataset& dataset : call.engines.catalogue->datasets()) list.items.push_back(shape_of(call, dataset, rates));
  return list;
}

Result<List<CodeShape>> get_codes(const Call& call) {
  const pack::CodeList* list = call.engines.catalogue->code_list(call.path("list"));
  if (list == nullptr) return fail(ErrorCode::not_found, "records.no_such_code_list", {"没有这个代码表", "no such code list"});
  return List<CodeShape>{codes_of(*list), {}};
}

Result<http::Response> get_template(const Call& call) {
  const std::string format = call.text("format").empty() ? "xlsx" : call.text("format");
  BANMO_TRY(std::string path, call.engines.records->import_template(call.principal, call.path("id"), format));
  return file_response(std::move(path), call.path("id") + "-template." + format);
}

}  // namespace

void add_dataset_routes(Builder& builder) {
  builder.tag("datasets");
  builder.route<List<DatasetShape>>({.method = "GET",
                                     .path = "/datasets",
                                     .operation = "list_datasets",
                                     .summary = {"数据目录（不含数据行）", "Catalogue of datasets, without any row"},
                                     .permission = "signed_in"},
                                    list_datasets);
  builder.route<DatasetDetail>({.method = "GET",
                                .path = "/datasets/{id}",
                                .operation = "get_dataset",
                                .summary = {"一个数据集的字段、规则与血缘", "Fields, rules and lineage of a dataset"},
                                .permission = "datasets.read"},
                               get_dataset);
  builder.route<http::Response>({.method = "GET",
                                 .path = "/datasets/{id}/template",
                                 .operation = "get_template",
                                 .summary = {"导入模板", "Import template"},
                                 .permission = "datasets.import",
                                 .parameters = {choice_parameter("format", "csv or xlsx.", {"csv", "xlsx"})}},
                                get_template);
  builder.route<List<CodeShape>>(
      {.method = "GET", .path = "/codes/{list}", .operation = "get_codes", .summary = {"代码表", "A code list"}, .permission = "datasets.read"},
      get_codes);
}

}  // namespace banmo::api
