// SPDX-License-Identifier: Apache-2.0
// The second pass over a file: one DuckDB statement that reads a chunk file typed and in parallel, looks up references, derives fields and runs every
// check of the dataset, into the temporary table bm_stage(_line, stored columns, _fail0.., _warn). A row is good when all its _fail columns are 0.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "expr/expr.h"
#include "records/cells.h"
#include "records/chunker.h"
#include "records/schema.h"

namespace banmo::records {

constexpr size_t kChecksInWord = 62;

// What bit i (of word i / kChecksInWord) of a row's failures means.
struct Check {
  const Column* column = nullptr;  // reference or range
  const pack::Rule* rule = nullptr;
  bool is_reference = false;
  Finding finding() const;
};

struct CheckPlan {
  std::vector<Check> checks;
  std::string create_stage;  // CREATE OR REPLACE TEMP TABLE bm_stage AS ...
  std::string is_good;       // "s._fail0 = 0 AND ..." over bm_stage AS s
  size_t n_words = 1;
};

// What references are looked up in: relations of the same DuckDB (people_table.h).
struct Lookups {
  std::function<std::string(const pack::Dataset&)> dataset_table;
  bool own_people = false;  // the person whom a row is about is one of bm_own_people, not any of bm_people
};

// `chunk` is what the chunker just wrote.
Result<CheckPlan> plan_checks(const Schema& schema, const Chunker& chunker, const Chunk& chunk, const expr::Environment& environment,
                              const Lookups& lookups);

// The rules of a dataset as one bit mask over a relation whose columns are `column`: for derived tables. Empty text if there are none.
Result<std::string> print_warn_mask(const Schema& schema, const expr::PrintOptions& options);

}  // namespace banmo::records
