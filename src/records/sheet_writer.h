// SPDX-License-Identifier: Apache-2.0
// A table of text as CSV (UTF-8 with byte-order mark, so that spreadsheet programs read Chinese) or XLSX (libxlsxwriter in constant memory). Cells
// that a spreadsheet would run as a formula (leading = + - @ TAB CR) get an apostrophe before them in CSV; in XLSX they are written as strings and
// never evaluated.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace banmo::records {

struct SheetCell {
  std::string text;
  bool is_number = false;  // XLSX: a number cell; CSV: never neutralised
};

class SheetWriter {
 public:
  virtual ~SheetWriter() = default;
  virtual Result<> row(const std::vector<SheetCell>& cells) = 0;
  virtual Result<> heading(const std::vector<SheetCell>& cells) = 0;
  // Completes the file. Errors: storage_full.
  virtual Result<> finish() = 0;
};

// `format` is "csv" or "xlsx". Errors: invalid "records.bad_format".
Result<std::unique_ptr<SheetWriter>> open_sheet(const std::string& format, const std::string& path);
// "=1+1" is "'=1+1".
std::string neutralised(const std::string& text);

}  // namespace banmo::records
