// SPDX-License-Identifier: Apache-2.0
// CSV of reference data beside a pack (RFC 4180, UTF-8). Lines before the heading that start with # tell the source and are skipped. Private to the
// room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace banmo::pack {

struct CsvRow {
  int line = 0;  // one-based, of its first character
  std::vector<std::string> cells;
};

// The first row is the heading. Errors: invalid "pack.csv" (not UTF-8, a quote that does not end, text behind a closing quote) with file:line:column.
Result<std::vector<CsvRow>> read_csv(std::string_view text, const std::string& file);

}  // namespace banmo::pack
