// SPDX-License-Identifier: Apache-2.0
#include "records/exports.h"

#include <unistd.h>

#include <algorithm>

#include "audit/audit.h"
#include "records/headings.h"
#include "records/people_names.h"
#include "records/row_text.h"
#include "records/sheet_writer.h"

namespace banmo::records {
namespace {

bool is_number(const Column& column, const sql::Value& value) {
  return column.ref == RefKind::none && (std::holds_alternative<int64_t>(value) || std::holds_alternative<double>(value));
}

std::string title_of(const Column& column) { return column.field->title.zh.empty() ? column.field->id : column.field->title.zh; }

std::vector<SheetCell> headings_of(const Schema& schema, const std::vector<size_t>& fields) {
  std::vector<SheetCell> cells;
  for (const size_t i : fields) cells.push_back({title_of(schema.columns[i])});
  return cells;
}

std::string note_of(const Column& column) {
  std::string note = column.required && sql::is_null(column.default_value) ? "必填" : "选填";
  switch (column.stored_as) {
    case pack::FieldType::date: note += "，日期如 2026-09-01"; break;
    case pack::FieldType::datetime: note += "，日期时间如 2026-09-01 08:00:00"; break;
    case pack::FieldType::year: note += "，学年如 2025-2026"; break;
    case pack::FieldType::boolean: note += "，填 是 或 否"; break;
    case pack::FieldType::org: note += "，单位代码或全称"; break;
    case pack::FieldType::ref: note += "，编号"; break;
    default: break;
  }
  if (!column.code_titles.empty() && column.code_titles.size() <= 20) {
    std::vector<std::string> titles;
    for (const auto& [code, title] : column.code_titles) titles.push_back(title);
    std::sort(titles.begin(), titles.end());
    note += "，可填：";
    for (size_t i = 0; i < titles.size(); ++i) note += (i == 0 ? "" : "、") + titles[i];
  }
  return note;
}

constexpr size_t kNamedAtOnce = 1000;  // rows whose people are looked up together

// Rows as lines of a sheet that can be imported again: words of code lists, codes of organisations and people. Beside a person's code stands the name
// for whoever may see it, in a column that an import leaves out.
class RowSheet {
 public:
  RowSheet(const Engine& engine, const Schema& schema, const Visible& visible, const PeopleNames& names, SheetWriter& sheet)
      : engine_(engine), schema_(schema), visible_(visible), names_(names), sheet_(sheet), tree_(engine.directory().orgs()) {}

  Result<> heading() {
    std::vector<SheetCell> cells;
    for (size_t i = 0; i < visible_.fields.size(); ++i) {
      const Column& column = column_of(i);
      cells.push_back({title_of(column)});
      if (has_name(i)) cells.push_back({name_title(column)});
    }
    return sheet_.heading(cells);
  }
  Result<> add(const StoredRow& stored) {
    BANMO_TRY(auto values, visible_values(engine_, schema_, visible_, stored));
    waiting_.emplace_back().values = std::move(values);
    return waiting_.size() < kNamedAtOnce ? Result<>() : flush();
  }
  Result<> flush() {
    BANMO_DO(names_.fill(waiting_, visible_.fields));
    for (const Row& row : waiting_) BANMO_DO(write(row));
    n_rows_ += static_cast<int64_t>(waiting_.size());
    waiting_.clear();
    return {};
  }
  int64_t n_rows() const { return n_rows_; }

 private:
  const Column& column_of(size_t i) const { return schema_.columns[visible_.fields[i]]; }
  bool has_name(size_t i) const { return column_of(i).ref == RefKind::person && !visible_.masked[i] && names_.gives_names(); }

  Result<> write(const Row& row) {
    cells_.clear();
    for (size_t i = 0; i < row.values.size(); ++i) {
      const Column& column = column_of(i);
      const sql::Value& value = row.values[i];
      if (column.ref == RefKind::person && std::holds_alternative<int64_t>(value)) {
        add_person(row, column, value, has_name(i));
        continue;
      }
      cells_.push_back({visible_.masked[i] ? sql::text_of(value) : text_of(column, value), !visible_.masked[i] && is_number(column, value)});
      if (has_name(i)) cells_.push_back({});
    }
    return sheet_.row(cells_);
  }
  // A code that the reader may not know is a mask: the same person is the same mask.
  void add_person(const Row& row, const Column& column, const sql::Value& value, bool with_name) {
    const auto found = std::find_if(row.people.begin(), row.people.end(), [&](const Row::Named& one) { return one.field == column.index; });
    const directory::PersonName name = found == row.people.end() ? directory::PersonName{} : found->name;
    cells_.push_back({name.code.empty() ? masked_text(engine_.sealer(), column, canonical_text(value)) : name.code});
    if (with_name) cells_.push_back({name.name});
  }
  std::string text_of(const Column& column, const sql::Value& value) const {
    if (column.ref != RefKind::org) return display_text(column, value);
    const auto* org = tree_->find(directory::OrgNo{sql::int_of(value)});
    return org == nullptr ? std::string() : org->code.empty() ? org->title : org->code;
  }

  const Engine& engine_;
  const Schema& schema_;
  const Visible& visible_;
  const PeopleNames& names_;
  SheetWriter& sheet_;
  std::shared_ptr<const directory::OrgTree> tree_;
  std::vector<Row> waiting_;
  std::vector<SheetCell> cells_;
  int64_t n_rows_ = 0;
};

}  // namespace

std::string level_text(pack::Level level) { return "L" + std::to_string(static_cast<int>(level)); }

std::string watermark(const Engine& engine, const Principal& principal, pack::Level level) {
  const Instant now = engine.clock().now();
  const Instant local{now.micros + int64_t{8} * 3600 * 1'000'000};
  const std::string at = local.to_iso().substr(0, 19);
  return "导出人：" + principal.account_name + "　时间：" + at + "　级别：" + level_text(level) + "　请按数据级别保管，不得外传";
}

Result<> audit_export(Engine& engine, const Principal& principal, const std::string& object, const std::string& what, const std::string& format,
                      int64_t n_rows, pack::Level level) {
  return engine.ledger().write([&](sql::Connection& connection) -> Result<> {
    const json::Object detail = {{"what", what}, {"format", format}, {"n_rows", n_rows}, {"level", level_text(level)}};
    BANMO_TRY(const auto seq, audit::append(connection, {engine.clock().now(), principal.account_name, "rows.export", object, "", 0, detail},
                                            engine.options().profile));
    (void)seq;
    return {};
  });
}

Result<std::string> export_rows_file(Engine& engine, ExportQuota& quota, const Principal& principal, const Schema& schema,
                                     const directory::Scope& scope, const PageRequest& request, const std::string& format) {
  BANMO_TRY(const RowQuery query, plan_rows(engine, schema, scope, request));
  const Visible visible = visible_fields(schema, scope);
  const PeopleNames names(engine, principal, schema, scope.max_level);
  const pack::Level level = shown_level(schema, visible, names, scope.max_level);
  BANMO_TRY(WrittenRows written, write_rows_file(engine, quota, principal, {schema, query, visible, names, level, ""}, format));
  return std::move(written.path);
}

Result<WrittenRows> write_rows_file(Engine& engine, ExportQuota& quota, const Principal& principal, const RowsFile& what, const std::string& format) {
  const Schema& schema = what.schema;
  const pack::Level level = what.level;
  const std::string path = engine.temporary_path(schema.dataset->id + "-" + level_text(level), format == "xlsx" ? "xlsx" : "csv");
  BANMO_TRY(auto sheet, open_sheet(format, path));
  RowSheet rows(engine, schema, what.visible, what.names, *sheet);
  BANMO_TRY(const auto use, quota.begin(principal, schema.dataset->id));
  const auto written = [&]() -> Result<> {
    BANMO_DO(sheet->row({{what.mark + watermark(engine, principal, level)}}));
    BANMO_DO(rows.heading());
    BANMO_TRY(const auto lease, engine.warehouse().read());
    BANMO_DO(each_row(*lease, schema, what.query, 0, [&](const StoredRow& row) -> Result<> {
      BANMO_DO(use->take(1));
      return rows.add(row);
    }));
    BANMO_DO(rows.flush());
    BANMO_DO(sheet->finish());
    return audit_export(engine, principal, schema.dataset->id, "rows", format, rows.n_rows(), level);
  }();
  if (written.ok()) return WrittenRows{path, rows.n_rows()};
  ::unlink(path.c_str());
  return written.error();
}

Result<std::string> template_file(Engine& engine, const Schema& schema, const std::string& format) {
  std::vector<size_t> fields;
  std::string notes;
  for (const Column& column : schema.columns) {
    if (column.field->from) continue;
    fields.push_back(column.index);
    notes += (notes.empty() ? "填写说明：" : "；") + field_name(column).zh + "（" + note_of(column) + "）";
  }
  const std::string path = engine.temporary_path(schema.dataset->id + "-template", format == "xlsx" ? "xlsx" : "csv");
  BANMO_TRY(auto sheet, open_sheet(format, path));
  BANMO_DO(sheet->row({{notes}}));
  BANMO_DO(sheet->heading(headings_of(schema, fields)));
  BANMO_DO(sheet->finish());
  return path;
}

Result<std::string> bad_rows_file(Engine& engine, ExportQuota& quota, const Principal& principal, const Schema& schema,
                                  const std::vector<BadRow>& rows) {
  BANMO_TRY(const auto use, quota.begin(principal, schema.dataset->id));
  BANMO_DO(use->take(static_cast<int64_t>(rows.size())));
  std::vector<std::string> titles;
  for (const BadRow& row : rows) {
    for (const auto& [title, cell] : row.raw) {
      if (std::find(titles.begin(), titles.end(), title) == titles.end()) titles.push_back(title);
    }
  }
  const std::string path = engine.temporary_path(schema.dataset->id + "-mend", "xlsx");
  BANMO_TRY(auto sheet, open_sheet("xlsx", path));
  BANMO_DO(sheet->row({{"改正后删去“文件”“行”“错误”三列即可重新导入；每行的错误见最后一列"}}));
  std::vector<SheetCell> cells;
  for (const auto& title : titles) cells.push_back({title.empty() ? "整行" : title});
  for (const char* const title : {"文件", "行", "错误"}) cells.push_back({title});
  BANMO_DO(sheet->heading(cells));
  for (const BadRow& row : rows) {
    cells.assign(titles.size(), {});
    for (const auto& [title, cell] : row.raw) cells[static_cast<size_t>(std::find(titles.begin(), titles.end(), title) - titles.begin())] = {cell};
    cells.push_back({row.file_name});
    cells.push_back({std::to_string(row.line), true});
    cells.push_back({row.message.zh});
    BANMO_DO(sheet->row(cells));
  }
  BANMO_DO(sheet->finish());
  const pack::Level level = level_of(schema, engine.scope(principal, directory::Right::datasets_read, schema).max_level);
  BANMO_DO(audit_export(engine, principal, schema.dataset->id, "quarantine", "xlsx", static_cast<int64_t>(rows.size()), level));
  return path;
}

}  // namespace banmo::records
