// SPDX-License-Identifier: Apache-2.0
// Reads CSV (RFC 4180, UTF-8) in a stream: quotes, line breaks inside quotes, CR LF or LF, a byte-order mark at the start. Bounded: a cell of at most
// 64 KiB, 500 cells a line.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace banmo::directory {

// Fills the buffer; 0 at the end.
using ByteSource = std::function<Result<size_t>(char* out, size_t n)>;

class CsvReader {
 public:
  explicit CsvReader(ByteSource source) : source_(std::move(source)) {}
  // The next line that is not blank, with the number of its first line (from 1); false at the end.
  // Errors: too_large "directory.csv_too_large"; invalid "directory.csv_open_quote"; those of the source.
  Result<bool> next(std::vector<std::string>& cells, int64_t& line);

  static constexpr size_t kMaxCellBytes = 64u << 10, kMaxCells = 500;

 private:
  Result<int> get();  // the next byte, -1 at the end
  Result<bool> record(std::vector<std::string>& cells, size_t& n_cells);
  ByteSource source_;
  std::string buffer_;
  size_t at_ = 0, size_ = 0;
  int64_t line_ = 1;
  int pushed_back_ = -2;
  bool started_ = false;
};

// True if a cell holds U+0000, which no store takes as text: the line is named as bad (rule "bad_line") with these words.
bool has_nul(const std::vector<std::string>& cells);
Message nul_words();

// One cell as CSV, quoted where it must be. Exchange between programs: nothing is neutralised for spreadsheets here.
void append_csv_cell(std::string& out, std::string_view cell);

}  // namespace banmo::directory
