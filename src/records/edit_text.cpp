// SPDX-License-Identifier: Apache-2.0
#include "records/edit_text.h"

#include "crypto/crypto.h"
#include "json/json.h"
#include "records/cells.h"

namespace banmo::records {
namespace {

Error damaged() {
  return fail(ErrorCode::internal, "records.bad_journal",
              {"编辑日志损坏，请从备份恢复", "the journal of edits is damaged; restore it from the backup"});
}

Result<StoredRow> row_by_name(const Schema& schema, const json::Object& payload) {
  const json::Value *warn = payload.find("warn"), *fields = payload.find("fields"), *sealed = payload.find("sealed");
  if (warn == nullptr || warn->as_int() == nullptr || fields == nullptr || fields->as_object() == nullptr || sealed == nullptr ||
      sealed->as_object() == nullptr)
    return damaged();
  StoredRow row;
  row.warn = *warn->as_int();
  for (const Column& column : schema.columns) {
    const json::Value* kept = (column.sealed() ? *sealed : *fields).as_object()->find(column.field->id);
    if (kept == nullptr) {
      row.values.resize(row.values.size() + (column.sealed() ? 2 : 1));
      continue;
    }
    if (column.sealed()) {
      const json::Array* both = kept->as_array();
      if (both == nullptr || both->size() != 2 || (*both)[0].as_string() == nullptr || (*both)[1].as_string() == nullptr) return damaged();
      const auto bytes = crypto::from_hex(*(*both)[0].as_string());
      if (!bytes) return damaged();
      const std::string& index = *(*both)[1].as_string();
      row.values.emplace_back(*bytes);
      row.values.push_back(index.empty() ? sql::Value{} : sql::Value{index});
      continue;
    }
    auto value = kept->as_string() == nullptr ? std::nullopt : from_canonical(column, *kept->as_string());
    if (!value) return damaged();
    row.values.push_back(std::move(*value));
  }
  return row;
}

// As earlier versions wrote it: [warn, value...] in the order of the fields, a sealed one with its blind index behind it.
Result<StoredRow> row_by_place(const Schema& schema, const json::Array& cells) {
  if (cells.size() != schema.stored_names().size() + 1)
    return fail(
        ErrorCode::internal, "records.bad_journal",
        {"数据集 " + schema.dataset->id + " 有旧版本写下、尚未写入数据仓库的修改，其字段与现在的场景包不同；请装回原来的场景包启动一次，再升级",
         "edits of " + schema.dataset->id +
             " that an earlier version wrote are not in the warehouse yet and have other fields than the pack now: start once with the earlier "
             "pack, then upgrade"});
  StoredRow row;
  row.warn = cells[0].as_int() == nullptr ? 0 : *cells[0].as_int();
  size_t at = 1;
  for (const Column& column : schema.columns) {
    const auto* text = cells[at++].as_string();
    auto value = text == nullptr ? std::optional(sql::Value{}) : std::nullopt;
    if (text != nullptr && column.sealed()) {
      if (const auto bytes = crypto::from_hex(*text)) value = *bytes;
    } else if (text != nullptr) {
      value = from_canonical(column, *text);
    }
    if (!value) return damaged();
    row.values.push_back(std::move(*value));
    if (!column.sealed()) continue;
    const auto* index = cells[at++].as_string();
    row.values.push_back(index == nullptr ? sql::Value{} : sql::Value{*index});
  }
  return row;
}

}  // namespace

std::string edit_text_of(const Schema& schema, const StoredRow& row) {
  json::Object fields, sealed;
  size_t at = 0;
  for (const Column& column : schema.columns) {
    const sql::Value& value = row.values[at++];
    if (!column.sealed()) {
      if (!sql::is_null(value)) fields.add(column.field->id, canonical_text(value));
      continue;
    }
    const sql::Value& index = row.values[at++];
    const auto* blob = std::get_if<sql::Blob>(&value);
    if (blob == nullptr) continue;
    sealed.add(column.field->id, json::Array{crypto::to_hex(*blob), sql::text_of(index)});
  }
  return json::write(json::Object{{"warn", row.warn}, {"fields", std::move(fields)}, {"sealed", std::move(sealed)}});
}

Result<StoredRow> row_of_edit(const Schema& schema, const std::string& text) {
  BANMO_TRY(const auto document, json::read(text));
  if (const json::Object* by_name = document.as_object()) return row_by_name(schema, *by_name);
  if (const json::Array* by_place = document.as_array()) return row_by_place(schema, *by_place);
  return damaged();
}

}  // namespace banmo::records
