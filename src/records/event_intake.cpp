// SPDX-License-Identifier: Apache-2.0
#include "records/event_intake.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "records/cells.h"
#include "records/derived.h"
#include "records/merge.h"

namespace banmo::records {
namespace {

constexpr std::string_view kMarks = "SELECT name, no FROM bm_event_mark";
constexpr std::string_view kMark = "SELECT no FROM bm_event_mark WHERE name = $1";
constexpr std::string_view kSetMark = "UPDATE bm_event_mark SET no = $2 WHERE name = $1";
constexpr std::string_view kNewMark = "INSERT INTO bm_event_mark (name, no) VALUES ($1, 0)";
constexpr const char* kCorrected = "*corrected";  // no dataset has such an id

// Two servers of one database take turns.
Result<int64_t> read_mark(sql::Connection& connection, const std::string& name) {
  const std::string lock = connection.dialect() == sql::Dialect::postgres ? " FOR UPDATE" : "";
  BANMO_TRY(const auto rows, connection.query(std::string(kMark) + lock, {name}));
  int64_t last = 0;
  for (const auto& row : rows.rows) last = std::max(last, sql::int_of(row[0]));
  return last;
}

Result<> set_mark(sql::Connection& connection, const std::string& name, int64_t no) {
  BANMO_TRY(const auto changed, connection.execute(kSetMark, {name, no}));
  (void)changed;
  return {};
}

double rounded(double value, int scale) {
  const double factor = std::pow(10.0, scale);
  return std::round(value * factor) / factor;
}

// A value as the column holds it; null for one that it cannot hold: a tool that says nonsense about one thing still says the rest.
sql::Value value_of(const Column& column, const sql::Value& said, OrgReader& orgs) {
  const auto* text = std::get_if<std::string>(&said);
  const auto number = std::get_if<double>(&said) != nullptr ? std::optional(std::get<double>(said))
                      : text != nullptr                     ? text::parse_decimal(*text)
                                                            : std::nullopt;
  sql::Value value;
  if (column.stored_as == pack::FieldType::decimal && number) {
    value = rounded(*number, column.field->scale);
  } else if (text != nullptr) {
    Cell cell = column.ref == RefKind::org ? orgs.read(column, *text) : read_plain_cell(column, *text);
    if (auto* read = std::get_if<sql::Value>(&cell)) value = std::move(*read);
  } else {
    value = said;
  }
  return in_range(column, value) ? value : sql::Value{};
}

Result<> make_stage(sql::Connection& connection, const Schema& schema) {
  const std::string columns =
      "CAST(0 AS BIGINT) AS _line, CAST(0 AS BIGINT) AS _batch, " + schema.stored_list() + ", _warn FROM " + schema.table + " LIMIT 0";
  return connection.script(connection.dialect() == sql::Dialect::duckdb
                               ? "CREATE OR REPLACE TEMP TABLE bm_stage AS SELECT " + columns + ";"
                               : "DROP TABLE IF EXISTS bm_stage; CREATE TEMP TABLE bm_stage ON COMMIT DROP AS SELECT " + columns + ";");
}

// `fill` gives the i-th row: number, batch, values by column.
Result<> stage(sql::Connection& connection, const Schema& schema, size_t n, const std::function<void(size_t, sql::Values&)>& fill) {
  BANMO_DO(make_stage(connection, schema));
  std::vector<std::string> names = schema.stored_names();
  names.insert(names.begin(), {"_line", "_batch"});
  names.emplace_back("_warn");
  size_t i = 0;
  const auto added = connection.append("bm_stage", names, [&](sql::Values& row) -> Result<bool> {
    if (i == n) return false;
    fill(i++, row);
    row.back() = int64_t{0};
    return true;
  });
  return added.ok() ? Result<>() : Result<>(added.error());
}

Result<> stage_keys(sql::Connection& connection, const Schema& schema, const std::vector<int64_t>& numbers) {
  return stage(connection, schema, numbers.size(), [&](size_t i, sql::Values& row) {
    row.assign(row.size(), {});
    row[0] = numbers[i];
    row[1] = int64_t{0};
    row[2 + schema.grain.front()] = numbers[i];
  });
}

// The condition of what is to go, over a table or its past.
std::string erased_condition(const Schema& schema, const EventErasure& what) {
  const std::string& number = schema.columns[schema.grain.front()].name;
  if (what.person.value == 0) return number + " IN (SELECT " + number + " FROM bm_stage)";
  return schema.columns[*schema.person].name + " = " + std::to_string(what.person.value) + " AND " + number + " <= " + std::to_string(what.until);
}

Result<int64_t> number_of(sql::Connection& connection, const std::string& question) {
  BANMO_TRY(const auto rows, connection.query(question));
  return sql::int_of(rows[0][0]);
}

void add(MergeCounts& all, const MergeCounts& one, int64_t n_added) {
  all.version = std::max(all.version, one.version);
  all.n_new += n_added;
  all.partitions.insert(one.partitions.begin(), one.partitions.end());
}

}  // namespace

Result<std::unique_ptr<EventIntake>> EventIntake::create(Engine& engine, JobStore& jobs, RowStore& rows) {
  auto intake = std::unique_ptr<EventIntake>(new EventIntake(engine, jobs, rows));  // owned by intake: the constructor is private
  std::vector<std::string> missing = {kCorrected};
  for (Entry* entry : engine.entries()) {
    if (entry->schema->dataset->kind != pack::DatasetKind::event) continue;
    intake->entries_.push_back(entry);
    missing.push_back(entry->schema->dataset->id);
  }
  if (intake->entries_.empty()) return intake;
  BANMO_DO(engine.warehouse().write([&](sql::Connection& connection) -> Result<> {
    for (const std::string& name : missing) {
      BANMO_TRY(const auto mark, connection.query(kMark, {name}));
      if (mark.empty()) BANMO_DO(connection.execute(kNewMark, {name}));
    }
    return {};
  }));
  return intake;
}

Result<int64_t> EventIntake::until() const {
  int64_t lowest = INT64_MAX;
  if (entries_.empty()) return lowest;
  BANMO_TRY(const auto lease, engine_.warehouse().read());
  BANMO_TRY(const auto marks, lease->query(kMarks));
  for (const auto& mark : marks.rows)
    if (const Entry* entry = engine_.find(sql::text_of(mark[0])); entry != nullptr && entry->schema->dataset->kind == pack::DatasetKind::event)
      lowest = std::min(lowest, sql::int_of(mark[1]));
  return lowest;
}

Result<int64_t> EventIntake::corrected_until() const {
  BANMO_TRY(const auto lease, engine_.warehouse().read());
  BANMO_TRY(const auto mark, lease->query(kMark, {std::string(kCorrected)}));
  return mark.empty() ? int64_t{0} : sql::int_of(mark[0][0]);
}

Result<> EventIntake::take(const EventChunk& chunk) { return write(chunk, Run::take, 0); }
Result<> EventIntake::correct(const EventChunk& chunk, int64_t mark) { return write(chunk, Run::correct, mark); }

Result<std::optional<sql::Values>> EventIntake::row_of(const Schema& schema, const EventRow& event, OrgReader& orgs) const {
  sql::Values row(schema.columns.size());
  for (const Column& column : schema.columns) {
    if (column.index < event.said.size() && !sql::is_null(event.said[column.index]))
      row[column.index] = value_of(column, event.said[column.index], orgs);
    if (sql::is_null(row[column.index])) row[column.index] = column.default_value;
  }
  for (const Column& column : schema.columns) {
    if (!column.field->from) continue;
    BANMO_TRY(row[column.index], column.field->from->evaluate(row, engine_.environment()));
  }
  for (const Column& column : schema.columns)
    if (column.required && sql::is_null(row[column.index])) return std::optional<sql::Values>();
  if (schema.dataset->events) {
    BANMO_TRY(const auto belongs, schema.dataset->events->evaluate(row, engine_.environment()));
    if (!expr::is_true(belongs)) return std::optional<sql::Values>();
  }
  return std::optional(std::move(row));
}

// A tool's key is a batch of its dataset, made when it first sends: so a figure can be walked back to who sent it.
Result<int64_t> EventIntake::batch_of(const Schema& schema, const EventSender& sender) {
  const std::lock_guard lock(mutex_);
  int64_t& known = batches_[{&schema, sender.no}];
  if (known != 0) return known;
  const std::string mark = "key " + std::to_string(sender.no);
  BANMO_TRY(const auto found, jobs_.batches_of_file(schema.dataset->id, mark));
  if (!found.empty()) return known = found.back().batch.no;
  BatchRow row;
  row.batch = {.no = 0,
               .id = BatchId::next(),
               .dataset = schema.dataset->id,
               .file_name = sender.title,
               .sha256 = mark,
               .by = sender.account,
               .at = engine_.clock().now(),
               .done = true};
  BANMO_DO(jobs_.insert_batch(row));
  return known = row.batch.no;
}

Result<std::map<Entry*, EventIntake::Share>> EventIntake::shares_of(const EventChunk& chunk, Run run) {
  std::map<Entry*, Share> shares;
  for (Entry* entry : entries_) shares[entry].gone = chunk.gone;
  std::map<int64_t, const EventSender*> senders;
  for (const EventSender& sender : chunk.senders) senders[sender.no] = &sender;
  OrgReader orgs(engine_.directory().orgs(), nullptr);
  for (const EventRow& event : chunk.rows) {
    Entry* const entry = engine_.find(event.dataset->id);
    const Schema& schema = *entry->schema;
    BANMO_TRY(auto values, row_of(schema, event, orgs));
    if (!values) {
      if (run == Run::correct) shares[entry].gone.push_back(event.no);
      continue;
    }
    const auto sender = senders.find(event.sender);
    int64_t batch = 0;
    if (sender != senders.end()) {
      BANMO_TRY(batch, batch_of(schema, *sender->second));
    }
    shares[entry].rows.push_back({event.no, batch, std::move(*values)});
  }
  for (auto& [entry, share] : shares) {  // each once: two statements may void the same one
    std::sort(share.gone.begin(), share.gone.end());
    share.gone.erase(std::unique(share.gone.begin(), share.gone.end()), share.gone.end());
  }
  return shares;
}

Result<MergeCounts> EventIntake::apply(sql::Connection& connection, const Schema& schema, const Share& share, Run run, int64_t until) const {
  const std::string& name = schema.dataset->id;
  const Instant now = engine_.clock().now();
  BANMO_TRY(const int64_t mark, read_mark(connection, name));
  MergeCounts counts;
  std::vector<const Staged*> rows;
  for (const Staged& row : share.rows)
    if ((row.no > mark) == (run == Run::take)) rows.push_back(&row);
  if (!rows.empty()) {
    BANMO_DO(stage(connection, schema, rows.size(), [&](size_t i, sql::Values& row) {
      row[0] = rows[i]->no;
      row[1] = rows[i]->batch;
      std::copy(rows[i]->values.begin(), rows[i]->values.end(), row.begin() + 2);
    }));
    BANMO_TRY(const auto merged,
              merge_stage(connection, schema, {.batch = 0, .good = "", .all_new = run == Run::take, .staged = true, .keep_same = false}, now));
    add(counts, merged, merged.n_new);
  }
  if (!share.gone.empty()) {
    BANMO_DO(stage_keys(connection, schema, share.gone));
    BANMO_TRY(const auto gone, delete_stage(connection, schema, now));
    add(counts, gone, -gone.n_changed);
  }
  if (run == Run::take && until > mark) BANMO_DO(set_mark(connection, name, until));
  return counts;
}

Result<> EventIntake::write(const EventChunk& chunk, Run run, int64_t mark) {
  if (entries_.empty()) return {};
  BANMO_TRY(const auto shares, shares_of(chunk, run));
  std::map<Entry*, MergeCounts> counts;
  BANMO_DO(engine_.warehouse().write([&](sql::Connection& connection) -> Result<> {
    counts.clear();
    for (const auto& [entry, share] : shares) {
      BANMO_TRY(counts[entry], apply(connection, *entry->schema, share, run, chunk.until));
    }
    return run == Run::correct ? set_mark(connection, kCorrected, mark) : Result<>();
  }));
  publish(shares, counts);
  for (const auto& [entry, one] : counts)
    if (one.version != 0) BANMO_DO(refresh_after(engine_, *entry, SetRules::skip));
  return {};
}

// Rows go to the past first, as any row that is deleted, so that figures are counted down; from the past they go when all who count from it have done
// so. Asked again, it goes on where it was.
Result<EventsErased> EventIntake::erase_from(Entry& entry, const EventErasure& what) {
  const Schema& schema = *entry.schema;
  EventsErased erased{0, true};
  if (what.person.value != 0 && !schema.person) return erased;
  MergeCounts counts;
  std::vector<int64_t> numbers;
  BANMO_DO(engine_.warehouse().write([&](sql::Connection& connection) -> Result<> {
    const std::string condition = erased_condition(schema, what);
    numbers = what.numbers;
    if (what.person.value != 0) {
      const std::string& number = schema.columns[schema.grain.front()].name;
      BANMO_TRY(const auto rows, connection.query("SELECT " + number + " FROM " + schema.table + " WHERE " + condition + " ORDER BY " + number +
                                                  " LIMIT " + std::to_string(what.limit)));
      for (const auto& row : rows.rows) numbers.push_back(sql::int_of(row[0]));
    }
    BANMO_DO(stage_keys(connection, schema, numbers));
    BANMO_TRY(counts, delete_stage(connection, schema, engine_.clock().now()));
    BANMO_TRY(const int64_t counted, engine_.counted_until(connection, schema.dataset->id));
    BANMO_DO(connection.execute("DELETE FROM " + schema.past_table + " WHERE " + condition + " AND _next_version <= " + std::to_string(counted)));
    const std::string rest = " WHERE " + condition;
    BANMO_TRY(const int64_t n_rows, number_of(connection, "SELECT COUNT(*) FROM " + schema.table + rest));
    BANMO_TRY(const int64_t n_past, number_of(connection, "SELECT COUNT(*) FROM " + schema.past_table + rest));
    erased = {counts.n_changed, n_rows + n_past == 0};
    return {};
  }));
  std::vector<std::string> keys;
  for (const int64_t number : numbers) keys.push_back(joined_key({number}));
  rows_.forget(schema.dataset->id, keys);
  engine_.publish(entry, counts, -counts.n_changed);
  if (counts.n_changed > 0) BANMO_DO(refresh_after(engine_, entry, SetRules::skip));
  return erased;
}

Result<EventsErased> EventIntake::erase(const EventErasure& what) {
  EventsErased all{0, true};
  for (Entry* entry : entries_) {
    BANMO_TRY(const EventsErased one, erase_from(*entry, what));
    all.n_rows += one.n_rows;
    all.is_all = all.is_all && one.is_all;
  }
  return all;
}

void EventIntake::publish(const std::map<Entry*, Share>& shares, const std::map<Entry*, MergeCounts>& counts) {
  for (const auto& [entry, one] : counts) {
    if (one.version == 0) continue;
    std::vector<std::string> keys;
    for (const int64_t no : shares.at(entry).gone) keys.push_back(joined_key({no}));
    for (const Staged& row : shares.at(entry).rows) keys.push_back(joined_key({row.no}));
    rows_.forget(entry->schema->dataset->id, keys);
    engine_.publish(*entry, one, one.n_new);
  }
}

}  // namespace banmo::records
