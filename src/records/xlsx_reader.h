// SPDX-License-Identifier: Apache-2.0
// The first visible sheet of an XLSX as a numbered CSV in UTF-8: the sheet's row number, then the cells. Read in a stream; everything that a hostile
// file can blow up is bounded.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace banmo::records {

struct XlsxLimits {
  int64_t max_entries = 2000;
  int64_t max_total_bytes = int64_t{4} << 30;  // unpacked
  int64_t max_ratio = 200;                     // unpacked to packed, of an entry beyond 1 MiB
  int64_t max_shared_strings = 10'000'000;
  int64_t max_shared_bytes = int64_t{512} << 20;
  int64_t max_columns = 2000;
  int64_t max_rows = 1'048'576;
};

// Dates (by the number format of the cell's style) come as 2026-11-21 or 2026-11-21 08:00:00, booleans as 1 and 0, formulas as their stored value,
// errors as empty. Line breaks inside a cell become blanks. Errors: invalid "records.bad_xlsx", too_large "records.xlsx_bomb", storage_full.
Result<> xlsx_to_csv(const std::string& path, const std::string& csv_path, XlsxLimits limits = {});

}  // namespace banmo::records
