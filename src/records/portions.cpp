// SPDX-License-Identifier: Apache-2.0
#include "records/portions.h"

#include <algorithm>

#include "base/text.h"
#include "records/exports.h"
#include "records/journal.h"

namespace banmo::records {

struct Portion::Cut {
  Entry* entry = nullptr;
  const Schema* schema = nullptr;
  Visible visible;
  directory::Scope scope, people;  // whose rows; whom they may name
  pack::Level level = pack::Level::l1;
};

const pack::Dataset& Portion::dataset() const { return *cut_->schema->dataset; }
const std::vector<size_t>& Portion::fields() const { return cut_->visible.fields; }
pack::Level Portion::level() const { return cut_->level; }

namespace {

constexpr pack::Level kHighest = pack::Level::l3;  // what is above leaves no dataset for others
constexpr size_t kMaxNamed = 200;

Error bad_dataset(ErrorCode code, const std::string& zh, const std::string& en) { return fail(code, "records.portion_dataset", {zh, en}, "dataset"); }
Error bad_fields(ErrorCode code, const std::string& zh, const std::string& en) { return fail(code, "records.portion_fields", {zh, en}, "fields"); }
Error bad_org(ErrorCode code, const std::string& zh, const std::string& en) { return fail(code, "records.portion_org", {zh, en}, "org"); }
Error gone(const std::string& zh, const std::string& en) { return fail(ErrorCode::denied, "records.portion_gone", {zh, en}); }

template <class T>
bool is_called(const T& thing, std::string_view name) {
  return thing.id == name || thing.title.zh == name || thing.title.en == name;
}

// "school_id、名称, kind": names between commas of either kind.
std::vector<std::string> names_in(std::string_view text) {
  std::string plain(text);
  for (const std::string_view sign : {"，", "、", "；", ";", "\n"})
    for (size_t at = plain.find(sign); at != std::string::npos; at = plain.find(sign, at + 1)) plain.replace(at, sign.size(), ",");
  std::vector<std::string> names;
  for (const std::string& part : text::split(plain, ','))
    if (const auto name = text::trim(part); !name.empty()) names.emplace_back(name);
  return names;
}

std::string titles_of(const pack::Dataset& dataset, const std::function<bool(const pack::Field&)>& which) {
  std::string out;
  for (const pack::Field& field : dataset.fields)
    if (which(field)) out += (out.empty() ? "" : "、") + field.title.zh;
  return out;
}

bool may_leave(const pack::Field& field, const directory::Scope& scope) { return field.level <= std::min(scope.max_level, kHighest); }

// Rows of the whole city carry no organisation: they are given as a whole, or not.
bool is_of_whole_city(const Schema& schema) { return !schema.org && !schema.person; }

Result<> check_org(const Schema& schema, const directory::Scope& scope, const directory::Directory& directory, directory::OrgNo org) {
  const auto orgs = directory.orgs();
  const directory::OrgTree& tree = *orgs;
  const directory::Org* found = tree.find(org);
  if (found == nullptr || !is_living(*found, directory.today()))
    return bad_org(ErrorCode::invalid, "没有这个机构或已撤销，请选择现有的机构", "there is no such organisation any more: choose one that exists");
  if (is_of_whole_city(schema)) {
    if (!tree.path(org).empty() && tree.path(org).front() == found) return {};
    return bad_org(ErrorCode::invalid, "这个数据集不分机构，数据属于全市，范围请选全市",
                   "the rows of this dataset belong to the whole city: choose the city as the organisation");
  }
  if (scope.everything) return {};
  if (std::any_of(scope.orgs.begin(), scope.orgs.end(), [&](directory::OrgNo own) { return tree.is_within(org, own); })) return {};
  return bad_org(ErrorCode::denied, "“" + found->title + "”不在您可查看的范围内，请选择您管理的机构或其下级",
                 "the organisation is not one that you may see: choose your own or one below it");
}

}  // namespace

// Cases are told by their flow alone.
Result<const Schema*> Portions::given_schema(std::string_view name) const {
  const std::string_view wanted = text::trim(name);
  const Schema* found = nullptr;
  for (const Entry* entry : engine_.entries()) {
    const pack::Dataset& dataset = *entry->schema->dataset;
    if (dataset.id == wanted) return entry->schema.get();
    if (!is_called(dataset, wanted)) continue;
    if (found != nullptr)
      return bad_dataset(ErrorCode::invalid, "有两个数据集都叫这个名称，请写标识：" + found->dataset->id + " 或 " + dataset.id,
                         "two datasets are called so, write the id: " + found->dataset->id + " or " + dataset.id);
    found = entry->schema.get();
  }
  if (found != nullptr) return found;
  return bad_dataset(ErrorCode::invalid, "没有这个数据集，请写数据目录中的名称或标识，如“学校名录”",
                     "there is no such dataset: write a title or id of the catalogue");
}

Result<PortionTerms> Portions::offer(const Principal& giver, std::string_view dataset, std::string_view fields, directory::OrgNo org) const {
  BANMO_TRY(const Schema* const schema, given_schema(dataset));
  const pack::Dataset& of = *schema->dataset;
  if (!of.flow.empty())
    return bad_dataset(ErrorCode::denied, "“" + of.title.zh + "”是办件数据，不能共享；请选择业务数据集",
                       "the rows of this dataset are cases, which are not shared: choose another dataset");
  const auto scope = engine_.scope(giver, directory::Right::datasets_read, *schema);
  if (!giver.has(directory::Right::datasets_read) || scope.sees_nothing() || scope.aggregates_only)
    return bad_dataset(ErrorCode::denied, "您看不到“" + of.title.zh + "”的数据，不能授权；请由有权的同事办理",
                       "you do not see the rows of this dataset and cannot give them away: ask a colleague who does");
  if (!schema->org && schema->person)
    return bad_dataset(ErrorCode::denied, "“" + of.title.zh + "”的数据没有所属机构，不能按范围共享；请选择其他数据集",
                       "the rows of this dataset have no organisation and cannot be given by organisation: choose another dataset");
  PortionTerms terms{of.id, {}, org, pack::Level::l1};
  const std::vector<std::string> names = names_in(fields);
  const auto can_be = titles_of(of, [&](const pack::Field& field) { return may_leave(field, scope); });
  if (names.empty() || names.size() > kMaxNamed)
    return bad_fields(ErrorCode::invalid, "请写明 1 到 200 个字段，用逗号隔开；可授权的有：" + can_be, "name 1 to 200 fields with commas between");
  std::vector<bool> chosen(of.fields.size());
  for (const std::string& name : names) {
    const auto field = std::find_if(of.fields.begin(), of.fields.end(), [&](const pack::Field& one) { return is_called(one, name); });
    if (field == of.fields.end())
      return bad_fields(ErrorCode::invalid, "“" + of.title.zh + "”没有字段“" + name + "”，可授权的有：" + can_be,
                        "the dataset has no field \"" + name + "\"");
    if (!may_leave(*field, scope))
      return bad_fields(ErrorCode::denied,
                        "字段“" + field->title.zh + "”为 " + level_text(field->level) + " 级，不能授权，请去掉；可授权的有：" + can_be,
                        "the field " + field->id + " is " + level_text(field->level) + " and cannot be given away: leave it out");
    chosen[static_cast<size_t>(field - of.fields.begin())] = true;
  }
  for (size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    terms.fields.push_back(of.fields[i].id);
    terms.level = std::max<pack::Level>(terms.level, of.fields[i].level);
  }
  BANMO_DO(check_org(*schema, scope, engine_.directory(), org));
  return terms;
}

Result<Portion> Portions::open(const PortionTerms& terms) const {
  Portion::Cut cut;
  cut.entry = engine_.find(terms.dataset);
  if (cut.entry == nullptr)
    return gone("这个数据集已不在目录中，不能再读取；请联系授权单位", "the dataset is no longer in the catalogue: ask whoever granted it");
  const Schema& schema = *cut.entry->schema;
  cut.schema = &schema;
  const directory::Org* org = engine_.directory().orgs()->find(terms.org);
  if (org == nullptr || !is_living(*org, engine_.directory().today()))
    return gone("共享范围内的机构已撤销或合并，不能再读取；请重新申请", "the organisation of the share is no more: ask for a new one");
  for (const Column& column : schema.columns) {
    const bool is_given = std::find(terms.fields.begin(), terms.fields.end(), column.field->id) != terms.fields.end();
    if (!is_given || column.field->level > std::min(terms.level, kHighest)) continue;
    cut.visible.fields.push_back(column.index);
    cut.visible.masked.push_back(false);
  }
  if (cut.visible.fields.empty() || !schema.dataset->flow.empty() || (!schema.org && schema.person))
    return gone("授权的字段已不存在或已提高级别，不能再读取；请联系授权单位",
                "the fields that were granted are gone or have been graded higher: ask whoever granted them");
  cut.scope.everything = is_of_whole_city(schema);
  if (!cut.scope.everything) cut.scope.orgs = {terms.org};
  cut.scope.max_level = cut.people.max_level = std::min(terms.level, kHighest);
  cut.people.orgs = {terms.org};
  const PeopleNames names(engine_, cut.people, schema, cut.scope.max_level);
  for (const size_t at : cut.visible.fields) {
    const Column& column = schema.columns[at];
    cut.level = std::max<pack::Level>(cut.level, column.field->level);
    if (column.ref == RefKind::person && names.gives_codes()) cut.level = std::max(cut.level, pack::Level::l3);
  }
  return Portion(std::make_shared<const Portion::Cut>(std::move(cut)));
}

pack::Title Portions::words(const PortionTerms& terms) const {
  const Entry* entry = engine_.find(terms.dataset);
  const directory::Org* org = engine_.directory().orgs()->find(terms.org);
  pack::Title out{terms.dataset, terms.dataset};
  if (entry != nullptr) out = entry->schema->dataset->title;
  std::string zh, en;
  for (const std::string& id : terms.fields) {
    const pack::Field* field = entry == nullptr ? nullptr : entry->schema->dataset->field(id);
    zh += (zh.empty() ? "" : "、") + (field == nullptr ? id : field->title.zh);
    en += (en.empty() ? "" : ", ") + (field == nullptr ? id : field->title.en);
  }
  const std::string of = org == nullptr ? std::string() : org->title;
  return {"“" + out.zh + "”中的" + zh + "，范围：" + of, "of \"" + out.en + "\": " + en + "; of " + of};
}

Result<> Portions::check_asked(const Portion& portion, const PageRequest& request) const {
  const auto check = [&](const std::string& id, const char* where) -> Result<> {
    const size_t at = portion.dataset().field_index(id);
    const auto& given = portion.cut_->visible.fields;
    if (std::find(given.begin(), given.end(), at) != given.end()) return {};
    return fail(ErrorCode::denied, "records.portion_field",
                {"“" + id + "”不在共享的字段中，不能按它筛选或排序；可用：" +
                     titles_of(portion.dataset(),
                               [&](const pack::Field& field) {
                                 return std::find(given.begin(), given.end(), portion.dataset().field_index(field.id)) != given.end();
                               }),
                 "\"" + id + "\" is not among the fields of this share: filter and order by those alone"},
                where);
  };
  for (const Filter& filter : request.filters) BANMO_DO(check(filter.field, "filter"));
  return request.order_by.empty() ? Result<>() : check(request.order_by, "order");
}

Result<Page> Portions::rows(const Portion& portion, const PageRequest& request) const {
  constexpr int kMaxLimit = 1000;
  if (request.limit < 1 || request.limit > kMaxLimit)
    return fail(ErrorCode::invalid, "records.bad_limit", {"每页行数应为 1 到 1000", "limit must be from 1 to 1000"}, "limit");
  BANMO_DO(check_asked(portion, request));
  const Schema& schema = *portion.cut_->schema;
  if (journal_.has_waiting(*portion.cut_->entry)) journal_.settle();
  BANMO_TRY(const RowQuery query, plan_rows(engine_, schema, portion.cut_->scope, request));
  Page page;
  page.fields = portion.cut_->visible.fields;
  std::vector<StoredRow> found;
  {
    BANMO_TRY(const auto lease, engine_.warehouse().read());
    BANMO_DO(each_row(*lease, schema, query, request.limit + 1, [&](const StoredRow& row) -> Result<> {
      found.push_back(row);
      return {};
    }));
  }
  const bool more = found.size() > static_cast<size_t>(request.limit);
  if (more) found.pop_back();
  for (const StoredRow& stored : found) {
    Row row;
    BANMO_TRY(row.values, visible_values(engine_, schema, portion.cut_->visible, stored));
    page.rows.push_back(std::move(row));
  }
  BANMO_DO(PeopleNames(engine_, portion.cut_->people, schema, portion.cut_->scope.max_level).fill(page.rows, page.fields));
  if (more) page.next = make_cursor(schema, query, request, found.back());
  return page;
}

Result<Portions::File> Portions::file(const Principal& taker, const Portion& portion, const std::string& mark, const std::string& format) const {
  const Schema& schema = *portion.cut_->schema;
  if (journal_.has_waiting(*portion.cut_->entry)) journal_.settle();
  BANMO_TRY(const RowQuery query, plan_rows(engine_, schema, portion.cut_->scope, {}));
  const PeopleNames names(engine_, portion.cut_->people, schema, portion.cut_->scope.max_level);
  BANMO_TRY(WrittenRows written,
            write_rows_file(engine_, quota_, taker, {schema, query, portion.cut_->visible, names, portion.cut_->level, mark + "　"}, format));
  return File{std::move(written.path), written.n_rows};
}

}  // namespace banmo::records
