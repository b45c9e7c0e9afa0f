// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <filesystem>

#include "sql/driver.h"
#include "sql/sqlite_connection.h"
#include "sql/sqlite_writer.h"

namespace banmo::sql {
namespace {

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(SqliteOptions options, std::unique_ptr<SqliteWriter> writer)
      : path_(options.path),
        writer_(std::move(writer)),
        readers_(options.n_readers, [this] { return SqliteConnection::open(path_, SqliteConnection::Role::reader); }) {}

  Dialect dialect() const override { return Dialect::sqlite; }

  Result<Lease> read() override {
    BANMO_TRY(SqliteConnection* const connection, readers_.acquire());
    return Lease(connection, [this](Connection* lent) {
      auto* const reader = static_cast<SqliteConnection*>(lent);
      reader->end_open_transaction();
      readers_.give_back(reader, !reader->in_transaction());
    });
  }

  Result<> write(const Change& change) override {
    if (WriteScope::active(this)) return error_of(Fault::nested_write);
    const Change inside = [this, &change](Connection& connection) {
      const WriteScope scope(this);
      return change(connection);
    };
    return writer_->write(inside);
  }

  Result<> checkpoint() override {
    if (WriteScope::active(this)) return error_of(Fault::nested_write);
    return writer_->checkpoint();
  }

  Result<> copy_to(const std::string& path) override;
  bool writable() const override { return writer_->writable(); }

 private:
  std::string path_;
  std::unique_ptr<SqliteWriter> writer_;
  Pool<SqliteConnection> readers_;
};

// In one step: the copy is one snapshot, and the writer goes on in the WAL meanwhile.
Result<> SqliteDatabase::copy_to(const std::string& path) {
  if (std::filesystem::exists(path))
    return fail(ErrorCode::conflict, "sql.copy_exists", {"备份目标已存在；请换一个路径", "the target of the copy exists; choose another path"}, path);
  BANMO_TRY(const auto source, SqliteConnection::open(path_, SqliteConnection::Role::reader));
  BANMO_TRY(const auto target, SqliteConnection::open(path, SqliteConnection::Role::writer));
  sqlite3_backup* const backup = sqlite3_backup_init(target->handle(), "main", source->handle(), "main");
  if (backup == nullptr) return target->note_error(sqlite3_errcode(target->handle()));
  (void)sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);
  if (code != SQLITE_OK) return target->note_error(code);
  if (sqlite3_wal_checkpoint_v2(target->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) != SQLITE_OK) {
    return target->note_error(sqlite3_errcode(target->handle()));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(SqliteOptions options) {
  if (options.path.empty() || options.path == ":memory:")
    return error_of(Fault::cannot_open, "SQLite needs a file: readers would see another database", options.path);
  BANMO_TRY(auto writer, SqliteWriter::create(options.path, options.max_group));
  return std::unique_ptr<Database>(std::make_unique<SqliteDatabase>(std::move(options), std::move(writer)));
}

}  // namespace banmo::sql
