// SPDX-License-Identifier: Apache-2.0
// Forward-only migrations. A room keeps them as <room>/sql/NNNN_verb_noun.sql; the build embeds them as `<room>_migrations()`, declared in the
// generated "<room>/migrations.h". The same text runs on SQLite and PostgreSQL, so it uses BIGINT, DOUBLE PRECISION, TEXT, BYTEA; instants are BIGINT
// microseconds, dates ISO text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace banmo::sql {

class Database;

struct Migration {
  int number = 0;
  std::string_view name;  // "create_org"
  std::string_view statements;
};

// Applies what is missing, each in its own transaction with its row in `schema_version(room, number, name, text_hash, applied_at)`, so a kill -9 at
// any moment leaves a state from which the next call goes on. text_hash is the FNV-1a 64-bit hash of the statements in hex: it finds an edited file,
// it is no protection against forgery (this room may not include crypto/). Numbers must increase. Several servers may call this at once. Errors:
// conflict "sql.migration_changed" if an applied migration's text has changed, "sql.database_newer" if the database is newer than this program; the
// error of a statement with the migration's file in `where`.
Result<> migrate(Database& database, std::string_view room, std::span<const Migration> migrations, const Clock& clock = Clock::system());
// True if something is missing (`serve --no-migrate` then refuses to start; exit code 5).
Result<bool> migration_needed(Database& database, std::string_view room, std::span<const Migration> migrations);

}  // namespace banmo::sql
