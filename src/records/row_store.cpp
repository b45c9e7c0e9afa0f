// SPDX-License-Identifier: Apache-2.0
#include "records/row_store.h"

#include <optional>
#include <utility>

#include "records/cells.h"

namespace banmo::records {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_unreserved(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.'; }

constexpr int64_t kWindow = 1024;          // numbers of the windowed key column that are read with the one that is asked for
constexpr size_t kMaxWindowRows = 20'000;  // rows of a window
constexpr int64_t kQuickMisses = 4;        // so many misses within a second call for reading ahead
constexpr int64_t kQuick_us = 1'000'000;
constexpr double kWorthHits = 8;   // hits that pay for reading ahead
constexpr int64_t kTryAgain = 64;  // misses

std::string select_from(const Schema& schema) {
  return "SELECT " + schema.stored_list("t.") + ", t._batch, t._line, t._warn, t._version FROM " + schema.table + " t WHERE ";
}

std::string select_by_key(const Schema& schema) {
  std::string statement = select_from(schema);
  for (size_t i = 0; i < schema.grain.size(); ++i)
    statement += (i == 0 ? "t." : " AND t.") + schema.columns[schema.grain[i]].compared_name() + " = $" + std::to_string(i + 1);
  return statement;
}

// The column of the key whose numbers lie beside each other: people before organisations before other numbers, as neither knows the years of a city.
std::optional<size_t> windowed(const Schema& schema, const sql::Values& key_values) {
  std::optional<size_t> best;
  int best_rank = 0;
  for (size_t i = 0; i < schema.grain.size(); ++i) {
    const Column& column = schema.columns[schema.grain[i]];
    if (column.sealed() || !std::holds_alternative<int64_t>(key_values[i])) continue;
    const int rank = column.ref == RefKind::person ? 4 : column.ref == RefKind::org ? 3 : column.stored_as == pack::FieldType::year ? 1 : 2;
    if (rank > best_rank) best = i, best_rank = rank;
  }
  return best;
}

StoredRow row_of(const sql::Values& cells) {
  const size_t n = cells.size() - 4;
  StoredRow row;
  row.values.assign(cells.begin(), cells.begin() + static_cast<ptrdiff_t>(n));
  row.batch = sql::int_of(cells[n]);
  row.line = sql::int_of(cells[n + 1]);
  row.warn = sql::int_of(cells[n + 2]);
  row.version = sql::int_of(cells[n + 3]);
  return row;
}

}  // namespace

Message key_not_yours() {
  return {"您的单位不能写入这个主键的行；请核对主键，确认无误的请报上级主管部门处理",
          "your organisation cannot write a row with this key; check it, and if it is right ask the office above you to enter it"};
}

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

std::string joined_key(const sql::Values& grain) {
  std::string key;
  for (const auto& value : grain) {
    if (!key.empty()) key += '~';
    key += url_encoded(canonical_text(value));
  }
  return key;
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

RowStore::RowStore(Engine& engine) : engine_(engine), cache_(engine.options().row_cache_mb << 20) {
  for (const Entry* entry : engine.entries()) {
    Habit habit;
    habit.dataset = static_cast<uint32_t>(habits_.size());
    habits_.emplace(entry->schema->dataset->id, habit);
  }
}

// The row, or with it the rows of its window: those before the windowed column agree, those behind it are free.
RowStore::Question RowStore::question_of(const Schema& schema, const sql::Values& key_values, bool ahead) {
  const auto window = ahead ? windowed(schema, key_values) : std::nullopt;
  if (!window) return {select_by_key(schema), key_values};
  Question question{select_from(schema), {}};
  for (size_t i = 0; i < *window; ++i) {
    question.parameters.push_back(key_values[i]);
    question.statement += "t." + schema.columns[schema.grain[i]].compared_name() + " = $" + std::to_string(i + 1) + " AND ";
  }
  const int64_t first = sql::int_of(key_values[*window]) / kWindow * kWindow;
  const std::string name = "t." + schema.columns[schema.grain[*window]].compared_name();
  question.parameters.emplace_back(first);
  question.parameters.emplace_back(first + kWindow - 1);
  question.statement +=
      name + " BETWEEN $" + std::to_string(*window + 1) + " AND $" + std::to_string(*window + 2) + " LIMIT " + std::to_string(kMaxWindowRows);
  return question;
}

// Whether to read ahead. Only DuckDB: PostgreSQL has an index on the key and answers at once.
bool RowStore::note_miss(const Entry& entry, Habit& habit) {
  if (engine_.warehouse().dialect() != sql::Dialect::duckdb) return false;
  const bool room = cache_.has_room_for(entry.n_rows.load());
  const Instant now = engine_.clock().now();
  const std::lock_guard lock(mutex_);
  habit.hits_per_miss = 0.9 * habit.hits_per_miss + 0.1 * static_cast<double>(std::exchange(habit.n_hits, 0));
  if (now.micros - habit.since.micros > kQuick_us) {
    habit.since = now;
    habit.n_misses = 0;
  }
  if (++habit.n_misses <= kQuickMisses) return false;
  return room || habit.hits_per_miss >= kWorthHits || habit.n_misses % kTryAgain == 0;
}

Result<RowPtr> RowStore::read(const Entry& entry, const std::string& key, const Question& question, RowCache::Batch& batch) {
  const Schema& schema = *entry.schema;
  BANMO_TRY(const auto lease, engine_.warehouse().read());
  ++n_questions_;
  RowPtr found;
  const auto read = lease->each(question.statement, question.parameters, [&](const sql::Values& cells) -> Result<> {
    StoredRow row = row_of(cells);
    const std::string its_key = key_of(schema, row.values);
    batch.add(its_key, row);
    if (its_key == key) found = std::make_shared<StoredRow>(std::move(row));
    return {};
  });
  BANMO_DO(read);
  return found;
}

// A key may be written in more ways than one ("02025" for 2025); in memory rows stand under the one that key_of() writes.
Result<RowPtr> RowStore::unscoped_find(const Entry& entry, const std::string& asked) {
  const Schema& schema = *entry.schema;
  Habit& habit = habits_.find(schema.dataset->id)->second;
  auto [cached, standing] = cache_.find(habit.dataset, asked);
  if (cached) {
    const std::lock_guard lock(mutex_);
    ++habit.n_hits;
    return cached;
  }
  BANMO_TRY(const sql::Values values, parse_key(schema, asked));
  const std::string key = joined_key(values);
  RowCache::Batch batch(standing);
  const Question question = question_of(schema, values, note_miss(entry, habit));
  BANMO_TRY(auto found, read(entry, key, question, batch));
  if (!found && batch.n_rows() >= kMaxWindowRows) {  // it may stand behind the rows that were read
    BANMO_TRY(found, read(entry, key, question_of(schema, values, false), batch));
  }
  cache_.put(batch);
  if (!found) {  // a key that no row has says nothing about its neighbours
    const std::lock_guard lock(mutex_);
    --habit.n_misses;
  }
  return found;
}

void RowStore::forget(const std::string& dataset) { cache_.forget(habits_.find(dataset)->second.dataset); }

void RowStore::forget(const std::string& dataset, const std::vector<std::string>& keys) {
  cache_.forget(habits_.find(dataset)->second.dataset, keys);
}

}  // namespace banmo::records
