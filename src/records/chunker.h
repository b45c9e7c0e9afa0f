// SPDX-License-Identifier: Apache-2.0
// The first of the two passes over a file: reads records, brings every cell to its canonical text (cells.h), finds double keys, and writes what can
// be read as chunk files that DuckDB's CSV reader takes typed, in parallel, with the physical line in front. What cannot be read becomes a BadLine.
// About 0.4 us a row and core.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "expr/expr.h"
#include "records/cells.h"
#include "records/csv_source.h"
#include "records/headings.h"
#include "records/key_set.h"
#include "records/schema.h"

namespace banmo::records {

struct BadLine {
  int64_t line = 0;
  std::vector<Finding> findings;  // at least one; the first is what the row is filed under
  std::vector<std::string> raw;   // cells as written, in the file's order; one for a broken line
  std::string key;                // canonical grain values joined by '~'; empty if they cannot be read
  int64_t org_no = 0;
};

struct Chunk {
  std::string path;
  int64_t n_read = 0;
  std::vector<std::pair<int64_t, int64_t>> places;  // (line, offset) of what was written, ascending
  std::vector<BadLine> bad;
  std::vector<std::string> met_keys;  // keys of `watch` that stand in it
  int64_t next_offset = 0, next_line = 1;
  bool last = false;
  bool has_breaks = false;  // some text holds a line break; it stands as kBreak in the file, so that DuckDB may cut the file at any line
};
inline constexpr char kBreak = '\x01';

struct ChunkLimits {
  int64_t n_records = 500'000;
  int64_t n_bytes = 96 << 20;
};

class Chunker {
 public:
  // All must outlive it. `environment` is what rules over sealed fields see.
  Chunker(const CsvFile& file, const Headings& headings, const Schema& schema, OrgReader& orgs, const Sealer& sealer, expr::Environment environment);
  // Writes the next chunk to `path`. Errors: storage_full, internal.
  Result<Chunk> next(const std::string& path, ChunkLimits limits);
  // Reads up to `offset` without writing: the keys that stand before count for doubles. For a job that goes on.
  Result<> skip_to(int64_t offset);
  // The bad line for a record that was written but failed a check in the database.
  BadLine bad_line(const Chunk& chunk, int64_t line) const;
  // Keys (grain values joined by '~') to look out for: those of bad rows that wait for a better one.
  void watch(std::unordered_map<std::string, int> keys) { watched_ = std::move(keys); }
  // The fields that stand in the chunk files, in their order behind the line.
  const std::vector<size_t>& written() const { return written_; }
  int64_t n_bytes() const { return static_cast<int64_t>(file_.text().size()); }

 private:
  struct Row;  // work space of one record
  bool read_cells(const Record& record, Row& row) const;
  bool canonical(const Column& column, std::string_view cell, Row& row) const;
  bool canonical_slow(const Column& column, std::string_view cell, Row& row) const;
  Result<> finish_sealed(Row& row);
  void check_double(const Record& record, Row& row);
  bool take(const Record& record, Row& row, Chunk& chunk);
  std::string key_at(int64_t offset) const;
  int64_t line_at(int64_t offset) const;
  BadLine make_bad(const Record& record, std::vector<Finding> findings, const Row* row) const;

  const CsvFile& file_;
  const Headings& headings_;
  const Schema& schema_;
  OrgReader& orgs_;
  const Sealer& sealer_;
  expr::Environment environment_;
  CsvText reader_;
  std::vector<size_t> written_;
  std::vector<size_t> grain_slots_;  // index into written_ for each field of the grain
  KeySet keys_;
  std::vector<std::pair<int64_t, int64_t>> marks_;  // (offset, line) of every 1024th record
  int64_t n_records_ = 0;
  std::unordered_map<std::string, int> watched_;
};

}  // namespace banmo::records
