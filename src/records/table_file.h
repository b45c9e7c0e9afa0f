// SPDX-License-Identifier: Apache-2.0
// Tables of other engines as files: CSV for people (Chinese headings, watermark, nothing that a spreadsheet runs), JSON lines and Parquet (written by
// a DuckDB of its own) for programs. Rows are written as they come: memory does not grow with their number.
#pragma once

#include <functional>
#include <string>

#include "records/engine.h"
#include "records/export_quota.h"
#include "records/table_types.h"

namespace banmo::records {

// Errors: as Records::write_table.
Result<WrittenTable> table_file(Engine& engine, ExportQuota& quota, const Principal& principal, const TableFile& table, const std::string& format,
                                const std::function<Result<bool>(sql::Values& row)>& next);

}  // namespace banmo::records
