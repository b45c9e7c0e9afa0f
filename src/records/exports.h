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

namespace banmo::records {

// Errors: too_many "records.export_quota".
Result<std::string> export_rows_file(Engine& engine, ExportQuota& quota, const Principal& principal, const Schema& schema,
                                     const directory::Scope& scope, const PageRequest& request, const std::string& format);
Result<std::string> template_file(Engine& engine, const Schema& schema, const std::string& format);
Result<std::string> bad_rows_file(Engine& engine, ExportQuota& quota, const Principal& principal, const Schema& schema,
                                  const std::vector<BadRow>& rows);

}  // namespace banmo::records
