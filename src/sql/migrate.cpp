// SPDX-License-Identifier: Apache-2.0
#include "sql/migrate.h"

#include <algorithm>
#include <map>

#include "base/log.h"
#include "base/text.h"
#include "sql/sql.h"

namespace banmo::sql {
namespace {

constexpr const char* kCreate =
    "CREATE TABLE IF NOT EXISTS schema_version (room TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, text_hash TEXT NOT NULL, applied_at "
    "BIGINT NOT NULL, "
    "PRIMARY KEY (room, number))";
constexpr const char* kExistsSqlite = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'";
constexpr const char* kExists = "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'schema_version'";
constexpr const char* kApplied = "SELECT number, text_hash FROM schema_version WHERE room = $1 ORDER BY number";
constexpr const char* kInsert = "INSERT INTO schema_version (room, number, name, text_hash, applied_at) VALUES ($1, $2, $3, $4, $5)";
// Before anything is read, so that a second server sees what the first one did.
constexpr const char* kLockPostgres = "LOCK TABLE schema_version IN EXCLUSIVE MODE";

using Applied = std::map<int64_t, std::string>;  // number to hash of the text

// Finds an edited file; it does not guard against a forger.
std::string hash_of(std::string_view text) {
  const uint64_t hash = text::fnv_1a(text);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (int shift = 60; shift >= 0; shift -= 4) hex += kDigits[(hash >> shift) & 15];
  return hex;
}

std::string place_of(std::string_view room, const Migration& migration) {
  std::string number = std::to_string(migration.number);
  number.insert(0, 4 - std::min<size_t>(number.size(), 4), '0');
  return std::string(room) + "/sql/" + number + "_" + std::string(migration.name) + ".sql";
}

Result<bool> table_exists(Connection& connection) {
  BANMO_TRY(const Rows rows, connection.query(connection.dialect() == Dialect::sqlite ? kExistsSqlite : kExists));
  return !rows.empty();
}

Result<Applied> applied(Connection& connection, std::string_view room) {
  Applied numbers;
  BANMO_TRY(const Rows rows, connection.query(kApplied, {std::string(room)}));
  for (const Values& row : rows.rows) numbers[int_of(row[0])] = text_of(row[1]);
  return numbers;
}

Result<> check(const Applied& done, std::string_view room, std::span<const Migration> migrations) {
  int64_t newest = 0;
  for (const Migration& migration : migrations) {
    if (migration.number <= newest)
      return fail(ErrorCode::internal, "sql.migration_order", {"迁移编号必须递增", "the numbers of migrations must increase"},
                  place_of(room, migration));
    newest = migration.number;
    const auto found = done.find(migration.number);
    if (found != done.end() && found->second != hash_of(migration.statements)) {
      return fail(ErrorCode::conflict, "sql.migration_changed",
                  {"已执行过的迁移文本被改动；请恢复原文，另加新的迁移",
                   "the text of an applied migration has changed; restore it and add a new migration instead"},
                  place_of(room, migration));
    }
  }
  if (!done.empty() && done.rbegin()->first > newest) {
    return fail(
        ErrorCode::conflict, "sql.database_newer",
        {"数据库比程序新；请升级程序，或从备份恢复旧库", "the database is newer than this program; upgrade the program or restore an older backup"},
        std::string(room), "database at " + std::to_string(done.rbegin()->first) + ", program at " + std::to_string(newest));
  }
  return {};
}

// SQLite keeps a table's rows under a number of its own unless the key is declared INTEGER: then the key is that number, and there is no second tree.
std::string for_dialect(std::string_view statements, Dialect dialect) {
  constexpr std::string_view kKey = " BIGINT NOT NULL PRIMARY KEY", kSqliteKey = " INTEGER NOT NULL PRIMARY KEY";
  std::string out(statements);
  if (dialect != Dialect::sqlite) return out;
  for (size_t at = out.find(kKey); at != std::string::npos; at = out.find(kKey, at)) out.replace(at, kKey.size(), kSqliteKey);
  return out;
}

// Two servers may start at once: CREATE TABLE IF NOT EXISTS then fails in one of them, and the table is there.
Result<> ensure_table(Database& database) {
  const Change create = [](Connection& connection) -> Result<> {
    BANMO_TRY(const bool there, table_exists(connection));
    if (there) return {};
    return connection.script(kCreate);
  };
  auto made = database.write(create);
  return made.ok() ? made : database.write(create);
}

Result<bool> apply(Database& database, std::string_view room, const Migration& migration, Instant now) {
  bool ran = false;
  const Change change = [&](Connection& connection) -> Result<> {
    ran = false;
    if (connection.dialect() == Dialect::postgres) BANMO_DO(connection.script(kLockPostgres));
    BANMO_TRY(const Applied done, applied(connection, room));
    if (done.contains(migration.number)) return {};
    BANMO_DO(connection.script(for_dialect(migration.statements, connection.dialect())));
    const Values row = {std::string(room), int64_t{migration.number}, std::string(migration.name), hash_of(migration.statements), now.micros};
    BANMO_TRY(const int64_t n, connection.execute(kInsert, row));
    ran = n == 1;
    return {};
  };
  auto done = database.write(change);
  if (!done.ok()) {
    Error error = std::move(done).error();
    if (error.where.empty()) error.where = place_of(room, migration);
    return error;
  }
  return ran;
}

Result<Applied> applied_if_any(Database& database, std::string_view room) {
  BANMO_TRY(const Lease lease, database.read());
  BANMO_TRY(const bool there, table_exists(*lease));
  if (!there) return Applied{};
  return applied(*lease, room);
}

}  // namespace

Result<> migrate(Database& database, std::string_view room, std::span<const Migration> migrations, const Clock& clock) {
  BANMO_DO(ensure_table(database));
  BANMO_TRY(const Applied done, applied_if_any(database, room));
  BANMO_DO(check(done, room, migrations));
  for (const Migration& migration : migrations) {
    if (done.contains(migration.number)) continue;
    BANMO_TRY(const bool ran, apply(database, room, migration, clock.now()));
    if (ran) BANMO_LOG(info, "sql.migrated", {"room", room}, {"number", migration.number}, {"name", migration.name});
  }
  return {};
}

Result<bool> migration_needed(Database& database, std::string_view room, std::span<const Migration> migrations) {
  BANMO_TRY(const Applied done, applied_if_any(database, room));
  BANMO_DO(check(done, room, migrations));
  return std::any_of(migrations.begin(), migrations.end(), [&](const Migration& migration) { return !done.contains(migration.number); });
}

}  // namespace banmo::sql
