// SPDX-License-Identifier: Apache-2.0
#include "records/row_store.h"

#include <utility>

#include "records/cells.h"

namespace banmo::records {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_unreserved(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.'; }

std::string select_by_key(const Schema& schema) {
  std::string statement = "SELECT " + schema.stored_list("t.") + ", t._batch, t._line, t._warn, t._version FROM " + schema.table + " t WHERE ";
  for (size_t i = 0; i < schema.grain.size(); ++i)
    statement += (i == 0 ? "t." : " AND t.") + schema.columns[schema.grain[i]].compared_name() + " = $" + std::to_string(i + 1);
  return statement;
}

}  // namespace

Error no_such_row() {
  return fail(ErrorCode::not_found, "records.no_such_row", {"没有这一行，可能已被删除", "there is no such row; it may have been deleted"});
}

std::string url_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::optional<std::string> url_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto digit = [&](size_t at) -> int {
      if (at >= text.size()) return -1;
      const char c = text[at];
      return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    const int high = digit(i + 1), low = digit(i + 2);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::vector<size_t> value_slots(const Schema& schema) {
  std::vector<size_t> slots;
  size_t at = 0;
  for (const Column& column : schema.columns) {
    slots.push_back(at);
    at += column.sealed() ? 2 : 1;
  }
  return slots;
}

std::string key_of(const Schema& schema, const sql::Values& stored) {
  const auto slots = value_slots(schema);
  std::string key;
  for (const size_t i : schema.grain) {
    if (!key.empty()) key += '~';
    key += url_encoded(canonical_text(stored[slots[i] + (schema.columns[i].sealed() ? 1 : 0)]));
  }
  return key;
}

Result<sql::Values> parse_key(const Schema& schema, std::string_view key) {
  sql::Values values;
  size_t at = 0;
  for (size_t i = 0; i < schema.grain.size(); ++i) {
    const size_t end = i + 1 == schema.grain.size() ? key.size() : key.find('~', at);
    if (end == std::string_view::npos) return no_such_row();
    const auto text = url_decoded(key.substr(at, end - at));
    const Column& column = schema.columns[schema.grain[i]];
    const auto value = !text || text->empty() ? std::nullopt : column.sealed() ? std::optional<sql::Value>{*text} : from_canonical(column, *text);
    if (!value) return no_such_row();
    values.push_back(*value);
    at = end + 1;
  }
  if (values.empty()) return no_such_row();
  return values;
}

RowPtr RowStore::cached(const std::string& id, uint64_t& epoch) {
  const std::lock_guard lock(mutex_);
  epoch = epoch_;
  if (const auto it = young_.find(id); it != young_.end()) return it->second;
  const auto it = old_.find(id);
  if (it == old_.end()) return nullptr;
  if (young_.size() < kMaxRows) young_.emplace(id, it->second);
  return it->second;
}

Result<RowPtr> RowStore::unscoped_find(const Entry& entry, const std::string& key) {
  const Schema& schema = *entry.schema;
  const std::string id = schema.dataset->id + "\n" + key;
  uint64_t epoch = 0;
  if (auto found = cached(id, epoch)) return found;
  BANMO_TRY(const sql::Values values, parse_key(schema, key));
  BANMO_TRY(const auto lease, engine_.warehouse().read());
  BANMO_TRY(auto rows, lease->query(select_by_key(schema), values));
  if (rows.empty()) return RowPtr();
  auto row = std::make_shared<StoredRow>();
  sql::Values& cells = rows.rows.front();
  const size_t n = cells.size() - 4;
  row->batch = sql::int_of(cells[n]);
  row->line = sql::int_of(cells[n + 1]);
  row->warn = sql::int_of(cells[n + 2]);
  row->version = sql::int_of(cells[n + 3]);
  cells.resize(n);
  row->values = std::move(cells);
  const std::lock_guard lock(mutex_);
  if (epoch != epoch_) return RowPtr(row);
  if (young_.size() >= kMaxRows) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.emplace(id, row);
  return RowPtr(row);
}

void RowStore::forget(const std::string& dataset) {
  const std::lock_guard lock(mutex_);
  ++epoch_;
  const auto of_dataset = [prefix = dataset + "\n"](const auto& item) { return item.first.starts_with(prefix); };
  std::erase_if(young_, of_dataset);
  std::erase_if(old_, of_dataset);
}

void RowStore::forget(const std::string& dataset, const std::vector<std::string>& keys) {
  const std::lock_guard lock(mutex_);
  ++epoch_;
  for (const auto& key : keys) {
    young_.erase(dataset + "\n" + key);
    old_.erase(dataset + "\n" + key);
  }
}

}  // namespace banmo::records
