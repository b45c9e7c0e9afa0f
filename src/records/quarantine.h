// SPDX-License-Identifier: Apache-2.0
// Bad rows in the warehouse table bm_quarantine, written in the transaction of the chunk that found them. A row stays open until a later batch of
// those whose row it is brings a row with the same key (good or bad again); open rows are what the scorecards count.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "records/chunker.h"
#include "records/merge.h"
#include "records/schema.h"
#include "sql/sql.h"

namespace banmo::records {

struct QuarantineBatch {
  int64_t batch = 0;
  int64_t first_id = 0;  // of the first of `rows`; a batch has 2^31 of them
  bool open = true;      // false for a dry run: listed under its batch, never counted
};

// The next bad row; false at the end.
using BadLines = std::function<Result<bool>(BadLine& bad)>;
// Adds rows; `titles` are the file's headings, in the order of BadLine::raw. Cells of sealed fields are not kept. Adds to the scores; gives the
// number of rows.
Result<int64_t> add_bad_rows(sql::Connection& connection, const Schema& schema, const QuarantineBatch& batch, const std::vector<std::string>& titles,
                             const std::vector<size_t>& fields, const BadLines& next, ScoreDeltas& scores);

// Whose open rows a batch may close: those of the writer's organisations, and those that the writer's own earlier batches left, whatever organisation
// they name.
struct OwnRows {
  int64_t batch = 0;  // this one, which closes none of its own
  directory::Scope scope;
  std::vector<int64_t> earlier;
};
// Keys of the open bad rows of earlier batches (at most 1M), for the chunker to look out for.
Result<std::unordered_map<std::string, int>> open_keys(sql::Connection& connection, const Schema& schema, const OwnRows& own);
// Closes open rows of earlier batches: those with one of the keys, and those without a key of the given batches.
Result<> close_bad_rows(sql::Connection& connection, const Schema& schema, const OwnRows& own, const std::vector<std::string>& keys,
                        const std::vector<int64_t>& without_key_of, Instant now, ScoreDeltas& scores);
// Closes one open row, whose content now stands in the dataset. False if it was closed before.
Result<bool> close_bad_row(sql::Connection& connection, const Schema& schema, int64_t id, Instant now, ScoreDeltas& scores);

inline constexpr int64_t kMaxBadOfBatch = int64_t{1} << 31;

}  // namespace banmo::records
