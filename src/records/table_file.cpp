// SPDX-License-Identifier: Apache-2.0
#include "records/table_file.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "json/json.h"
#include "records/exports.h"
#include "records/sheet_writer.h"

namespace banmo::records {
namespace {

using Next = std::function<Result<bool>(sql::Values& row)>;

constexpr size_t kBlock_bytes = 1u << 20, kParquetMemory_mb = 256;
constexpr int64_t kHeld_bytes = 16 << 20;                // of rows that DuckDB holds before they are on the disk
constexpr int64_t kGroup_rows = 2048, kMostGroups = 60;  // a row group of Parquet is a multiple of the first

Error bad_format() {
  return fail(ErrorCode::invalid, "records.bad_format", {"文件格式只能是 csv、jsonl 或 parquet", "the format is csv, jsonl or parquet"}, "format");
}
Error cannot_write(const std::string& cause) {
  return fail(ErrorCode::storage_full, "records.storage_full",
              {"无法写完导出文件，请检查磁盘空间后重试", "the exported file cannot be completed; check the disk's space and try again"}, {}, cause);
}

// The city's wall clock, as people read it.
std::string local_time(Instant at) {
  std::string text = Instant{at.micros + int64_t{kCityUtcOffset_minutes} * 60'000'000}.to_iso().substr(0, 19);
  text[10] = ' ';
  return text;
}

std::string cell_text(const sql::Value& value) {
  if (const bool* said = std::get_if<bool>(&value)) return *said ? "是" : "否";
  if (const Instant* at = std::get_if<Instant>(&value)) return local_time(*at);
  return sql::text_of(value);
}

Result<> write_csv(const std::string& path, const std::string& mark, const TableFile& table, const Next& next) {
  BANMO_TRY(auto sheet, open_sheet("csv", path));
  BANMO_DO(sheet->row({{mark}}));
  std::vector<SheetCell> cells;
  for (const FileColumn& column : table.columns) cells.push_back({column.title});
  BANMO_DO(sheet->heading(cells));
  for (sql::Values row;;) {
    BANMO_TRY(const bool more, next(row));
    if (!more) return sheet->finish();
    cells.clear();
    for (const sql::Value& value : row) cells.push_back({cell_text(value), std::holds_alternative<double>(value)});
    BANMO_DO(sheet->row(cells));
  }
}

json::Value json_of(const sql::Value& value) {
  if (const bool* said = std::get_if<bool>(&value)) return *said;
  if (const double* number = std::get_if<double>(&value)) return *number;
  if (const Instant* at = std::get_if<Instant>(&value)) return at->to_iso();
  return sql::text_of(value);
}

Result<> write_json_lines(const std::string& path, const TableFile& table, const Next& next) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  std::string block;
  for (sql::Values row;;) {
    BANMO_TRY(const bool more, next(row));
    if (more) {
      json::Object line;
      for (size_t i = 0; i < row.size(); ++i)
        if (!sql::is_null(row[i])) line.add(table.columns[i].name, json_of(row[i]));
      json::append(block, line);
      block += '\n';
    }
    if (more && block.size() < kBlock_bytes) continue;
    out.write(block.data(), static_cast<std::streamsize>(block.size()));
    block.clear();
    if (!more) out.close();
    if (!out) return cannot_write("write");
    if (!more) return {};
  }
}

std::string type_name(CellType type) {
  switch (type) {
    case CellType::text: return "VARCHAR";
    case CellType::decimal: return "DOUBLE";
    case CellType::boolean: return "BOOLEAN";
    case CellType::instant: return "TIMESTAMP";
  }
  return "VARCHAR";
}

int64_t bytes_of(const sql::Values& row) {
  int64_t n = 0;
  for (const sql::Value& value : row)
    if (const auto* text = std::get_if<std::string>(&value)) n += static_cast<int64_t>(text->size());
  return n + static_cast<int64_t>(row.size() * sizeof(double));
}

// In a database file beside it, so that neither the warehouse nor the memory carries the rows.
Result<> write_parquet(const std::string& path, const std::string& mark, const TableFile& table, const Next& next) {
  const std::string store = path + ".duckdb";
  const auto written = [&]() -> Result<> {
    BANMO_TRY(
        const auto database,
        sql::open_duckdb({.path = store, .n_threads = 1, .memory_limit_mb = kParquetMemory_mb, .temp_directory = store + ".tmp", .n_readers = 1}));
    std::string columns;
    std::vector<std::string> names;
    for (const FileColumn& column : table.columns) {
      columns += (columns.empty() ? "" : ", ") + sql::quote_identifier(column.name) + " " + type_name(column.type);
      names.push_back(column.name);
    }
    BANMO_DO(database->write([&](sql::Connection& connection) { return connection.script("CREATE TABLE exported (" + columns + ");"); }));
    int64_t n_rows = 0, n_bytes = 0;
    for (bool more = true; more;) {
      BANMO_DO(database->write([&](sql::Connection& connection) -> Result<> {
        const int64_t until = n_bytes + kHeld_bytes;
        const auto some = [&](sql::Values& row) -> Result<bool> {
          if (n_bytes >= until) return false;
          BANMO_TRY(more, next(row));
          n_rows += more ? 1 : 0;
          n_bytes += more ? bytes_of(row) : 0;
          return more;
        };
        BANMO_TRY([[maybe_unused]] const int64_t n_added, connection.append("exported", names, some));
        return {};
      }));
    }
    const int64_t n_groups = std::clamp(kHeld_bytes * std::max<int64_t>(n_rows, 1) / (n_bytes + 1) / kGroup_rows, int64_t{1}, kMostGroups);
    return database->write([&](sql::Connection& connection) {
      return connection.script("COPY exported TO " + sql::quote_literal(path) + " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE " +
                               std::to_string(n_groups * kGroup_rows) + ", KV_METADATA {watermark: " + sql::quote_literal(mark) + "});");
    });
  }();
  std::error_code ignored;
  for (const char* const rest : {"", ".wal", ".tmp"}) std::filesystem::remove_all(store + rest, ignored);
  return written;
}

Result<> write_file(const std::string& format, const std::string& path, const std::string& mark, const TableFile& table, const Next& next) {
  if (format == "csv") return write_csv(path, mark, table, next);
  if (format == "jsonl") return write_json_lines(path, table, next);
  return write_parquet(path, mark, table, next);
}

}  // namespace

Result<WrittenTable> table_file(Engine& engine, ExportQuota& quota, const Principal& principal, const TableFile& table, const std::string& format,
                                const Next& next) {
  if (format != "csv" && format != "jsonl" && format != "parquet") return bad_format();
  BANMO_TRY(const auto use, quota.begin(principal, table.name));
  const std::string path = engine.temporary_path(table.name + "-" + level_text(table.level), format);
  int64_t n_rows = 0;
  const auto counted = [&](sql::Values& row) -> Result<bool> {
    BANMO_TRY(const bool more, next(row));
    if (!more) return false;
    ++n_rows;
    BANMO_DO(use->take(1));
    return true;
  };
  const auto written = [&]() -> Result<> {
    BANMO_DO(write_file(format, path, watermark(engine, principal, table.level), table, counted));
    return audit_export(engine, principal, table.name, "rows", format, n_rows, table.level);
  }();
  if (written.ok()) return WrittenTable{path, n_rows};
  ::unlink(path.c_str());
  return written.error();
}

}  // namespace banmo::records
