// SPDX-License-Identifier: Apache-2.0
#include "records/row_text.h"

#include <algorithm>

#include "base/text.h"
#include "records/job_store.h"

namespace banmo::records {
namespace {

// The first byte of each character, and the end.
std::vector<size_t> character_starts(const std::string& text) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) starts.push_back(i);
  }
  starts.push_back(text.size());
  return starts;
}

size_t digits_at(const std::string& mask, size_t begin, size_t end) {
  size_t n = 0;
  for (size_t i = begin; i < end; ++i) n = n * 10 + static_cast<size_t>(mask[i] - '0');
  return n;
}

}  // namespace

Visible visible_fields(const Schema& schema, const directory::Scope& scope) {
  Visible visible;
  for (const Column& column : schema.columns) {
    const bool within = column.field->level <= scope.max_level;
    // A field of the grain above the level stays as a mask: without it rows could not be told apart.
    if (!within && column.field->mask.empty() && !column.in_grain) continue;
    visible.fields.push_back(column.index);
    visible.masked.push_back(!within);
  }
  return visible;
}

pack::Level level_of(const Schema& schema, pack::Level max_level) {
  pack::Level level = pack::Level::l1;
  for (const Column& column : schema.columns)
    if (column.field->level <= max_level) level = std::max<pack::Level>(level, column.field->level);
  return level;
}

std::string masked_text(const Sealer& sealer, const Column& column, const std::string& plain) {
  const std::string& mask = column.field->mask;
  if (plain.empty()) return {};
  if (mask == "hash" || mask.empty())
    return crypto::to_hex(crypto::keyed_hash(sealer.profile, sealer.key, column.field->id + "\n" + plain)).substr(0, 8);
  const size_t stars = mask.find('*'), behind = mask.find_last_of('*');
  if (stars == std::string::npos) return "***";
  const size_t head = digits_at(mask, 0, stars), tail = digits_at(mask, behind + 1, mask.size());
  const auto starts = character_starts(plain);
  const size_t n = starts.size() - 1;
  if (head + tail >= n) return "***";
  return plain.substr(0, starts[head]) + mask.substr(stars, behind + 1 - stars) + plain.substr(starts[n - tail]);
}

Result<sql::Values> visible_values(const Engine& engine, const Schema& schema, const Visible& visible, const StoredRow& row) {
  const auto slots = value_slots(schema);
  sql::Values values;
  values.reserve(visible.fields.size());
  for (size_t i = 0; i < visible.fields.size(); ++i) {
    const Column& column = schema.columns[visible.fields[i]];
    sql::Value value = row.values[slots[column.index]];
    if (column.sealed() && !sql::is_null(value)) {
      BANMO_TRY(const std::string plain, engine.sealer().open(schema, column, value));
      value = visible.masked[i] ? sql::Value{plain} : from_canonical(column, plain).value_or(sql::Value{plain});
    }
    if (visible.masked[i] && !sql::is_null(value)) value = masked_text(engine.sealer(), column, canonical_text(value));
    values.push_back(std::move(value));
  }
  return values;
}

Result<Row> make_row(const Engine& engine, JobStore& jobs, const Schema& schema, const Visible& visible, const StoredRow& row) {
  Row out;
  out.fields = visible.fields;
  out.key = key_of(schema, row.values);
  BANMO_TRY(out.values, visible_values(engine, schema, visible, row));
  out.version = row.shown_version();
  if (row.batch != 0) {
    out.batch = row.batch;
    out.line = row.line;
    BANMO_TRY(const auto batch, jobs.batch(row.batch));
    if (batch) out.file_name = batch->batch.file_name;
  }
  for (size_t i = 0; i < schema.warn_rules.size() && i < kMaxWarnRules; ++i) {
    if ((static_cast<uint64_t>(row.warn) >> i & 1) != 0) out.warnings.push_back(schema.warn_rules[i].rule->id);
  }
  return out;
}

}  // namespace banmo::records
