// SPDX-License-Identifier: Apache-2.0
#include "events/feed.h"

#include <algorithm>

#include "events/look_up.h"
#include "events/reader.h"
#include "events/values.h"
#include "json/json.h"

namespace banmo::events {
namespace {

constexpr std::string_view kTables =
    "CREATE TABLE IF NOT EXISTS learning_event (no BIGINT NOT NULL, id TEXT NOT NULL, org_no BIGINT NOT NULL, occurred_at TIMESTAMP NOT NULL, "
    "stored_at "
    "TIMESTAMP NOT NULL, actor TEXT, verb TEXT, object_type TEXT, object TEXT, activity_type TEXT, parent TEXT, registration TEXT, success BOOLEAN, "
    "completion BOOLEAN, score_scaled DOUBLE PRECISION, score_raw DOUBLE PRECISION, duration_s DOUBLE PRECISION, platform TEXT, voided BOOLEAN NOT "
    "NULL);"
    "CREATE TABLE IF NOT EXISTS learning_event_mark (no BIGINT NOT NULL);";
constexpr std::string_view kKeys =
    "CREATE UNIQUE INDEX IF NOT EXISTS learning_event_no ON learning_event (no); CREATE INDEX IF NOT EXISTS learning_event_by_org ON learning_event "
    "(org_no, occurred_at);";
constexpr std::string_view kMark = "SELECT MAX(no) FROM learning_event_mark";
constexpr std::string_view kDropMark = "DELETE FROM learning_event_mark";
constexpr std::string_view kSetMark = "INSERT INTO learning_event_mark (no) VALUES ($1)";
constexpr std::string_view kNext = "SELECT no, id, org_no, at, voided, body FROM xapi_statement WHERE no > $1 ORDER BY no LIMIT $2";
constexpr std::string_view kAny = "SELECT no FROM xapi_statement WHERE no > $1 LIMIT 1";
constexpr std::string_view kVoid = "UPDATE learning_event SET voided = TRUE WHERE id = $1 AND org_no = $2 AND verb <> $3";
const std::vector<std::string> kColumns = {"no",           "id",        "org_no",        "occurred_at", "stored_at",    "actor",   "verb",
                                           "object_type",  "object",    "activity_type", "parent",      "registration", "success", "completion",
                                           "score_scaled", "score_raw", "duration_s",    "platform",    "voided"};

sql::Value text_or_null(std::string text) { return text.empty() ? sql::Value() : sql::Value(std::move(text)); }
template <class T>
sql::Value or_null(const std::optional<T>& value) {
  return value ? sql::Value(*value) : sql::Value();
}

std::string uuid_text(const sql::Value& value) {
  Uuid id;
  if (const auto* bytes = std::get_if<sql::Blob>(&value); bytes != nullptr && bytes->size() == id.bytes.size())
    std::copy(bytes->begin(), bytes->end(), id.bytes.begin());
  return id.to_string();
}

// What was acted on: its kind and identifier.
std::pair<std::string, std::string> object_of(const Object& object) {
  if (const auto* activity = std::get_if<Activity>(&object)) return {"activity", activity->id};
  if (const auto* actor = std::get_if<Actor>(&object)) return {actor->kind == ActorKind::agent ? "agent" : "group", actor->ifi};
  if (const auto* reference = std::get_if<StatementRef>(&object)) return {"statement", reference->id.to_string()};
  return {"sub_statement", ""};
}

struct Row {
  sql::Values values;
  std::string voids;  // the id of the statement that this one voids
  sql::Value org;
};

Row row_of(const sql::Values& stored) {
  const int64_t no = sql::int_of(stored[0]);
  Row row{{no, uuid_text(stored[1]), stored[2], Instant{sql::int_of(stored[3])}, Instant{no}}, {}, stored[2]};
  row.values.resize(kColumns.size());
  row.values.back() = sql::int_of(stored[4]) == 1;
  const auto body = json::read(sql::text_of(stored[5]));
  if (!body.ok()) return row;
  const auto read = read_statement(*body, Version::v2_0);
  if (!read.ok()) return row;  // stored when the rules were less strict: it counts, and says nothing more
  const Statement& statement = *read;
  auto [type, object] = object_of(statement.object);
  if (statement.verb.id == kVoided) row.voids = object;
  const auto* activity = std::get_if<Activity>(&statement.object);
  const auto seconds = seconds_of(statement.outcome.duration);
  const sql::Values said = {text_or_null(statement.actor.ifi),
                            statement.verb.id,
                            std::move(type),
                            text_or_null(std::move(object)),
                            text_or_null(activity != nullptr && activity->definition != nullptr ? text_at(*activity->definition, "type") : ""),
                            text_or_null(statement.context.parent.empty() ? "" : statement.context.parent.front().id),
                            text_or_null(statement.context.registration),
                            or_null(statement.outcome.success),
                            or_null(statement.outcome.completion),
                            or_null(statement.outcome.scaled),
                            or_null(statement.outcome.raw),
                            or_null(seconds),
                            text_or_null(statement.context.platform)};
  std::copy(said.begin(), said.end(), row.values.begin() + 5);
  return row;
}

}  // namespace

Result<> Feed::prepare() {
  if (stores_.warehouse == nullptr) return {};
  return stores_.warehouse->write([](sql::Connection& connection) -> Result<> {
    BANMO_DO(connection.script(kTables));
    return connection.dialect() == sql::Dialect::postgres ? connection.script(kKeys) : Result<>();
  });
}

Result<int64_t> Feed::run_chunk() {
  int64_t n_fed = 0, reached = 0;
  BANMO_DO(stores_.warehouse->write([&](sql::Connection& connection) -> Result<> {
    n_fed = 0;
    BANMO_TRY(const auto mark, connection.query(kMark));
    reached = sql::int_of(mark[0][0]);
    std::vector<Row> rows;
    {
      BANMO_TRY(const auto ledger, stores_.ledger->read());
      BANMO_TRY(const auto next, ledger->query(kNext, {reached, kChunk}));
      for (const auto& stored : next.rows) rows.push_back(row_of(stored));
    }
    if (rows.empty()) return {};
    reached = sql::int_of(rows.back().values[0]);
    size_t i = 0;
    const auto give = [&](sql::Values& values) -> Result<bool> {
      if (i == rows.size()) return false;
      values = rows[i++].values;
      return true;
    };
    BANMO_TRY(n_fed, connection.append("learning_event", kColumns, give));
    for (const Row& row : rows)
      if (!row.voids.empty()) BANMO_DO(execute(connection, kVoid, {row.voids, row.org, std::string(kVoided)}));
    BANMO_DO(execute(connection, kDropMark, {}));
    return execute(connection, kSetMark, {reached});
  }));
  last_ = reached;
  return n_fed;
}

// Asked first, because even an empty transaction of the warehouse costs the others their prepared plans.
Result<bool> Feed::has_more() const {
  if (last_ < 0) return true;
  BANMO_TRY(const auto ledger, stores_.ledger->read());
  BANMO_TRY(const auto rows, ledger->query(kAny, {last_}));
  return !rows.empty();
}

Result<int64_t> Feed::run() {
  if (stores_.warehouse == nullptr) return int64_t{0};
  const std::lock_guard lock(mutex_);
  BANMO_TRY(const bool more, has_more());
  for (int64_t n_all = 0; more;) {
    BANMO_TRY(const int64_t n, run_chunk());
    n_all += n;
    if (n < kChunk) return n_all;
  }
  return int64_t{0};
}

}  // namespace banmo::events
