// SPDX-License-Identifier: Apache-2.0
// Lineage: from which batches and files the rows come that a figure counts.
#pragma once

#include <string_view>
#include <vector>

#include "records/engine.h"
#include "records/job_store.h"

namespace banmo::records {

// The predicate is printed by metrics over the dataset's table (no alias, or the alias t) and already scoped. A derived dataset is walked back to the
// rows of the datasets that it reads: by its grain where that stands in the source, otherwise to all of the source's batches. Rows edited by hand
// come as batch 0.
Result<std::vector<Records::Source>> read_sources(Engine& engine, JobStore& jobs, std::string_view dataset, std::string_view predicate,
                                                  const sql::Values& parameters);

}  // namespace banmo::records
