// SPDX-License-Identifier: Apache-2.0
// What became of a row: from its table, the table of its past, the batches and the edits.
#pragma once

#include <string>
#include <vector>

#include "records/engine.h"
#include "records/job_store.h"

namespace banmo::records {

// Newest first. The row's present or last organisation decides whether the reader sees it; fields above the level are left out or masked.
Result<std::vector<RowEvent>> read_history(Engine& engine, JobStore& jobs, const Schema& schema, const directory::Scope& scope,
                                           const std::string& key);

}  // namespace banmo::records
