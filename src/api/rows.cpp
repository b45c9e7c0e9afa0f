// SPDX-License-Identifier: Apache-2.0
// Rows of a dataset: pages, one row, changes, history, export.
#include "api/builder.h"
#include "api/read_note.h"
#include "api/row_json.h"
#include "api/shapes.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

constexpr const char* kRowOperationNames[] = {"insert", "update", "delete"};

struct RowEventShape {
  static constexpr const char* kName = "RowEvent";
  struct FieldChange {
    std::string field, before, after;
    std::optional<std::string> before_title, after_title;
  };
  struct SourceShape {
    std::optional<std::string> batch, file;
    std::optional<int64_t> line;
  };
  std::optional<int64_t> edit;  // number of a single-row edit: what undo_row takes
  Instant at;
  std::string by, op;
  SourceShape source;
  std::vector<FieldChange> changes;
};
template <class V>
void describe(V& v, RowEventShape::FieldChange& x) {
  v.field("field", x.field);
  v.field("before", x.before);
  v.field("after", x.after);
  v.field("before_title", x.before_title, {.doc = "Of a code, an organisation or a person: what people read."});
  v.field("after_title", x.after_title);
}
template <class V>
void describe(V& v, RowEventShape::SourceShape& x) {
  v.field("batch", x.batch);
  v.field("file", x.file);
  v.field("line", x.line);
}
template <class V>
void describe(V& v, RowEventShape& x) {
  v.field("at", x.at);
  v.field("by", x.by);
  v.field("op", x.op, {.one_of = kRowOperationNames});
  v.field("edit", x.edit);
  v.field("source", x.source);
  v.field("changes", x.changes);
}

Result<List<RowShape>> list_rows(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_TRY(const records::PageRequest request, page_request(call));
  BANMO_TRY(const records::Page page, call.engines.records->rows(call.principal, dataset->id, request));
  BANMO_DO(note_rows(call, *dataset, "rows.read", what_of_page(*dataset, request, page), page.rows.size()));
  return page_json(call.engines, *dataset, page);
}

Result<RowShape> get_row(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_TRY(const records::Row row, call.engines.records->row(call.principal, dataset->id, call.path("key")));
  BANMO_DO(note_rows(call, *dataset, "rows.read", what_of_key(*dataset, row.key), 1));
  return row_json(call.engines, *dataset, row);
}

Result<RowShape> create_row(const Call& call, const RowValues& body) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_TRY(const json::Object* values, object_of(body.value));
  BANMO_TRY(const records::Row row, call.engines.records->create_row(call.principal, dataset->id, *values));
  return row_json(call.engines, *dataset, row);
}

Result<RowShape> update_row(const Call& call, const RowValues& body) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_TRY(const json::Object* values, object_of(body.value));
  BANMO_TRY(const std::optional<int64_t> version, if_match(call.request));
  BANMO_TRY(const records::Row row, call.engines.records->update_row(call.principal, dataset->id, call.path("key"), *values, version));
  if (!row.changed) BANMO_DO(note_rows(call, *dataset, "rows.read", what_of_key(*dataset, row.key), 1));
  return row_json(call.engines, *dataset, row);
}

Result<Nothing> delete_row(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_DO(call.engines.records->delete_row(call.principal, dataset->id, call.path("key")));
  return Nothing{};
}

Result<List<RowEventShape>> get_history(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_TRY(const auto events, call.engines.records->history(call.principal, dataset->id, call.path("key")));
  BANMO_DO(note_rows(call, *dataset, "rows.history", what_of_key(*dataset, call.path("key")), events.size()));
  List<RowEventShape> list;
  for (const records::RowEvent& event : events) {
    RowEventShape shape{{}, event.at, event.by, event.operation, {}, {}};
    if (event.edit != 0) shape.edit = event.edit;
    if (event.batch) shape.source = {event.batch->to_string(), event.file_name, event.line};
    const auto title_of = [](const std::string& title) { return title.empty() ? std::optional<std::string>() : std::optional(title); };
    for (const auto& change : event.changes)
      shape.changes.push_back({change.field, change.before, change.after, title_of(change.before_title), title_of(change.after_title)});
    list.items.push_back(std::move(shape));
  }
  return list;
}

Result<http::Response> export_rows(const Call& call) {
  BANMO_TRY(const pack::Dataset* dataset, find_dataset(call));
  BANMO_TRY(const records::PageRequest request, page_request(call));
  const std::string format = call.text("format").empty() ? "csv" : call.text("format");
  BANMO_TRY(std::string path, call.engines.records->export_rows(call.principal, dataset->id, request, format));
  return file_response(std::move(path), dataset->title.zh + "-" + level_name(dataset->level) + "." + format);
}

}  // namespace

void add_row_routes(Builder& builder) {
  builder.tag("datasets");
  const auto filter =
      repeated_parameter("filter", "field:op:value; op is eq, ne, lt, le, gt, ge, like, null or in (in: a|b|c). May repeat: all must hold.");
  const auto order = text_parameter("order", "A field, or -field for descending.");
  builder.route<List<RowShape>>({.method = "GET",
                                 .path = "/datasets/{id}/rows",
                                 .operation = "list_rows",
                                 .summary = {"数据行", "Rows of a dataset"},
                                 .permission = "datasets.read",
                                 .parameters = page_parameters({filter, order})},
                                list_rows);
  builder.route<RowShape>({.method = "GET",
                           .path = "/datasets/{id}/rows/{key}",
                           .operation = "get_row",
                           .summary = {"一行数据", "One row"},
                           .permission = "datasets.read"},
                          get_row);
  builder.route<RowValues, RowShape>({.method = "POST",
                                      .path = "/datasets/{id}/rows",
                                      .operation = "create_row",
                                      .summary = {"新增一行", "Create a row"},
                                      .permission = "datasets.edit",
                                      .answer_status = 201},
                                     create_row);
  builder.route<RowValues, RowShape>({.method = "PATCH",
                                      .path = "/datasets/{id}/rows/{key}",
                                      .operation = "update_row",
                                      .summary = {"修改一行", "Change a row"},
                                      .permission = "datasets.edit",
                                      .parameters = {{.name = "If-Match",
                                                      .place = http::ParameterPlace::header,
                                                      .schema = json::Object{{"type", "string"}},
                                                      .description = "The version that the change starts from, in quotes."}}},
                                     update_row);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/datasets/{id}/rows/{key}",
                          .operation = "delete_row",
                          .summary = {"删除一行", "Delete a row"},
                          .permission = "datasets.edit"},
                         delete_row);
  builder.route<List<RowEventShape>>({.method = "GET",
                                      .path = "/datasets/{id}/rows/{key}/history",
                                      .operation = "get_row_history",
                                      .summary = {"一行的历史", "History of a row"},
                                      .permission = "datasets.read"},
                                     get_history);
  builder.route<http::Response>({.method = "GET",
                                 .path = "/datasets/{id}/export",
                                 .operation = "export_rows",
                                 .summary = {"导出，带级别与水印", "Export with level and watermark"},
                                 .permission = "datasets.export",
                                 .parameters = {choice_parameter("format", "csv or xlsx.", {"csv", "xlsx"}), filter, order}},
                                export_rows);
}

}  // namespace banmo::api
