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

// Names organisations and people of a row as people know them: code title, organisation title, a person's code.
class Labels {
 public:
  explicit Labels(const Engine& engine) : engine_(engine), tree_(engine.directory().orgs()) {}
  Result<std::string> text(const Column& column, const sql::Value& value);

 private:
  const Engine& engine_;
  std::shared_ptr<const directory::OrgTree> tree_;
  std::unordered_map<int64_t, std::string> people_;
};

// Errors: too_many "records.export_quota".
Result<std::string> export_rows_file(Engine& engine, ExportQuota& quota, const Principal& principal, const Schema& schema,
                                     const directory::Scope& scope, const PageRequest& request, const std::string& format);
Result<std::string> template_file(Engine& engine, const Schema& schema, const std::string& format);
Result<std::string> bad_rows_file(Engine& engine, ExportQuota& quota, const Principal& principal, const Schema& schema,
                                  const std::vector<BadRow>& rows);

}  // namespace banmo::records
