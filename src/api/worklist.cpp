// SPDX-License-Identifier: Apache-2.0
// Bad rows as work: how many wait in each school, sending them back to it with a date, mending one in place.
#include <charconv>

#include "api/builder.h"
#include "api/read_note.h"
#include "api/row_json.h"
#include "api/shapes.h"
#include "base/city_time.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

constexpr const char* kWorkStateNames[] = {"open", "returned", "fixed"};

struct ReturnShape {
  Instant at;
  std::string by, note;
  Date due;
  bool overdue = false;
};
template <class V>
void describe(V& v, ReturnShape& x) {
  v.field("at", x.at);
  v.field("by", x.by);
  v.field("note", x.note);
  v.field("due", x.due);
  v.field("overdue", x.overdue);
}

struct WorkShape {
  static constexpr const char* kName = "WorkItem";
  std::string dataset, title, title_en;
  std::optional<OrgRef> org;
  std::string state;
  int64_t n_open = 0, n_returned = 0, n_fixed = 0;
  std::optional<ReturnShape> returned;
  bool can_return = false, can_fix = false;
};
template <class V>
void describe(V& v, WorkShape& x) {
  v.field("dataset", x.dataset);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("org", x.org);
  v.field("state", x.state, {.one_of = kWorkStateNames});
  v.field("n_open", x.n_open);
  v.field("n_returned", x.n_returned);
  v.field("n_fixed", x.n_fixed);
  v.field("returned", x.returned);
  v.field("can_return", x.can_return);
  v.field("can_fix", x.can_fix);
}

struct ReturnIn {
  static constexpr const char* kName = "ReturnIn";
  std::string dataset, org;
  Date due;
  std::string note;
};
template <class V>
void describe(V& v, ReturnIn& x) {
  v.field("dataset", x.dataset);
  v.field("org", x.org);
  v.field("due", x.due);
  v.field("note", x.note, {.max_length = 600, .has_default = true});
}

struct BadRowShape {
  static constexpr const char* kName = "BadRow";
  std::string id, file;
  int64_t line = 0;
  std::string field, rule;
  Two detail;
  std::map<std::string, std::string> values;
  std::optional<OrgRef> org;
};
template <class V>
void describe(V& v, BadRowShape& x) {
  v.field("id", x.id);
  v.field("file", x.file);
  v.field("line", x.line);
  v.field("field", x.field);
  v.field("rule", x.rule);
  v.field("detail", x.detail);
  v.field("values", x.values);
  v.field("org", x.org);
}

WorkShape shape_of(const Call& call, const records::WorkItem& item) {
  const Date today = city_date(call.engines.clock->now());
  const pack::Dataset* dataset = call.engines.catalogue->dataset(item.dataset);
  WorkShape shape;
  shape.dataset = item.dataset;
  shape.title = dataset->title.zh;
  shape.title_en = dataset->title.en;
  shape.org = ref_of(*call.engines.directory->orgs(), item.org);
  shape.state = item.n_open > 0 ? "open" : item.n_returned > 0 ? "returned" : "fixed";
  shape.n_open = item.n_open;
  shape.n_returned = item.n_returned;
  shape.n_fixed = item.n_fixed;
  if (item.returned) {
    const bool overdue = item.n_returned > 0 && item.returned->due < today;
    shape.returned = ReturnShape{item.returned->at, item.returned->by, item.returned->note, item.returned->due, overdue};
  }
  const bool own = std::any_of(call.principal.grants.begin(), call.principal.grants.end(), [&](const auto& grant) { return grant.org == item.org; });
  const bool waits = item.n_open + item.n_returned > 0;
  shape.can_fix = waits && call.principal.has(directory::Right::datasets_edit);
  shape.can_return = waits && shape.can_fix && item.org.value != 0 && !own;
  return shape;
}

Result<List<WorkShape>> list_work(const Call& call) {
  directory::OrgNo under;
  if (const std::string org = call.text("org"); !org.empty()) {
    BANMO_TRY(const directory::Org* found, find_org(*call.engines.directory->orgs(), org));
    under = found->no;
  }
  BANMO_TRY(const auto items, call.engines.records->worklist(call.principal, call.text("dataset"), under));
  const std::string state = call.text("state");
  List<WorkShape> list;
  for (const records::WorkItem& item : items) {
    WorkShape shape = shape_of(call, item);
    if (state.empty() || state == shape.state) list.items.push_back(std::move(shape));
  }
  return list;
}

Result<WorkShape> return_rows(const Call& call, const ReturnIn& in) {
  BANMO_TRY(const directory::Org* org, find_org(*call.engines.directory->orgs(), in.org));
  BANMO_TRY(const records::WorkItem item, call.engines.records->return_bad_rows(call.principal, in.dataset, org->no, in.due, in.note));
  return shape_of(call, item);
}

Result<int64_t> row_number(const Call& call) {
  const std::string text = call.path("row");
  int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code == std::errc() && end == text.data() + text.size()) return number;
  return fail(ErrorCode::not_found, "records.no_such_bad_row", {"没有这一行，或已经处理完", "there is no such row, or it has been dealt with"});
}

Result<BadRowShape> get_bad_row(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_TRY(const int64_t id, row_number(call));
  BANMO_TRY(const records::BadRow bad, call.engines.records->bad_row(call.principal, dataset->id, id));
  BANMO_DO(note_rows(call, *dataset, "quarantine.read", "row=" + std::to_string(id), 1));
  return BadRowShape{std::to_string(bad.id),
                     bad.file_name,
                     bad.line,
                     bad.field,
                     bad.rule,
                     Two::of(bad.message),
                     {bad.values.begin(), bad.values.end()},
                     ref_of(*call.engines.directory->orgs(), bad.org)};
}

Result<RowShape> fix_bad_row(const Call& call, const RowValues& body) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_TRY(const int64_t id, row_number(call));
  BANMO_TRY(const json::Object* values, object_of(body.value));
  BANMO_TRY(const records::Row row, call.engines.records->fix_bad_row(call.principal, dataset->id, id, *values));
  if (!row.changed) BANMO_DO(note_rows(call, *dataset, "rows.read", what_of_key(*dataset, row.key), 1));
  return row_json(call.engines, *dataset, row);
}

}  // namespace

void add_worklist_routes(Builder& builder) {
  builder.tag("quality");
  builder.route<List<WorkShape>>(
      {.method = "GET",
       .path = "/worklist",
       .operation = "list_work",
       .summary = {"待改正数据清单：按学校，含退回与截止日期", "Bad rows as work, by school, with what was sent back and until when"},
       .permission = "quality.read",
       .parameters = {text_parameter("dataset", "Only of this dataset."), text_parameter("org", "In this organisation and below."),
                      choice_parameter("state", "Only in this state.", {std::begin(kWorkStateNames), std::end(kWorkStateNames)})}},
      list_work);
  builder.route<ReturnIn, WorkShape>({.method = "POST",
                                      .path = "/worklist/return",
                                      .operation = "return_bad_rows",
                                      .summary = {"把待改正的行退回学校", "Send bad rows back to their school"},
                                      .permission = "datasets.edit"},
                                     return_rows);
  builder.route<BadRowShape>({.method = "GET",
                              .path = "/datasets/{id}/quarantine/{row}",
                              .operation = "get_bad_row",
                              .summary = {"一行待改正的数据", "One bad row, with its cells by field"},
                              .permission = "quality.read"},
                             get_bad_row);
  builder.route<RowValues, RowShape>({.method = "POST",
                                      .path = "/datasets/{id}/quarantine/{row}/fix",
                                      .operation = "fix_bad_row",
                                      .summary = {"改正一行：检查通过后进入数据集", "Mend a bad row: it goes into the dataset once it passes"},
                                      .permission = "datasets.edit"},
                                     fix_bad_row);
}

}  // namespace banmo::api
