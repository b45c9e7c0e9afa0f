// SPDX-License-Identifier: Apache-2.0
// Files for people: rows with level and watermark, templates to fill in, bad rows to mend. Each function gives the path of a temporary file that the
// caller removes.
#pragma once

#include <string>
#include <vector>

#include "records/engine.h"
#include "records/export_quota.h"
#include "records/job_store.h"
#include "records/pages.h"
#include "records/people_names.h"

namespace banmo::records {

// Errors: too_many "records.export_quota".
Result<std::string> export_rows_file(Engine& engine, ExportQuota& quota, const Principal& principal, const Schema& schema,
                                     const directory::Scope& scope, const PageRequest& request, const std::string& format);
// The rows of a query as a file: under quota and audit, with level and watermark. `mark` stands before the watermark.
struct RowsFile {
  const Schema& schema;
  const RowQuery& query;
  const Visible& visible;
  const PeopleNames& names;
  pack::Level level;
  std::string mark;
};
struct WrittenRows {
  std::string path;
  int64_t n_rows = 0;
};
Result<WrittenRows> write_rows_file(Engine& engine, ExportQuota& quota, const Principal& principal, const RowsFile& what, const std::string& format);
Result<std::string> template_file(Engine& engine, const Schema& schema, const std::string& format);
Result<std::string> bad_rows_file(Engine& engine, ExportQuota& quota, const Principal& principal, const Schema& schema,
                                  const std::vector<BadRow>& rows);

// What every file says of itself, and leaves behind in the audit log. `what`: "rows", or "quarantine" for bad rows.
std::string watermark(const Engine& engine, const Principal& principal, pack::Level level);
Result<> audit_export(Engine& engine, const Principal& principal, const std::string& object, const std::string& what, const std::string& format,
                      int64_t n_rows, pack::Level level);
std::string level_text(pack::Level level);  // "L3"

}  // namespace banmo::records
