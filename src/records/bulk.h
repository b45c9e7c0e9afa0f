// SPDX-License-Identifier: Apache-2.0
// A block of rows saved at once, as pasted from a sheet: each row by itself, with an outcome for each.
#pragma once

#include <functional>
#include <vector>

#include "records/editor.h"

namespace banmo::records {

inline constexpr size_t kMaxBulkRows = 1000;

// Saves (or only checks) every row, in their order. A row that is refused leaves the others alone; a key that stands twice in the block is refused
// the second time. Sending the block again changes nothing. `show` makes the reader's row of a stored one.
// Errors: invalid "records.bad_limit" for more than kMaxBulkRows; what stops all rows (a full disk, a stopping service).
using ShowRow = std::function<Result<Row>(const StoredRow& stored)>;
Result<std::vector<RowOutcome>> save_rows(Editor& editor, const Principal& principal, std::string_view dataset, const std::vector<RowChange>& changes,
                                          Editor::Run run, const ShowRow& show);

}  // namespace banmo::records
