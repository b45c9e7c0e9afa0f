// SPDX-License-Identifier: Apache-2.0
// Inside the room: lists of statement numbers, packed. A block is a run of entries in the order of target and number; an entry is a target (8 bytes,
// the lowest first), the length of what follows it, how many numbers, the first number, and the distances between them (LEB128 but for the target).
// Pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "sql/sql.h"

namespace banmo::events {

struct Posting {
  int64_t target = 0, no = 0;
  friend auto operator<=>(const Posting&, const Posting&) = default;
};

struct Block {
  Posting first;
  sql::Blob content;
};

// Takes postings in ascending order, each once, and hands on full blocks.
class BlockPacker {
 public:
  explicit BlockPacker(std::function<Result<>(Block)> give) : give_(std::move(give)) {}
  Result<> add(int64_t target, int64_t no);
  Result<> finish();  // hands on the last block, if there is one

  static constexpr size_t kBytes = 4000, kEntryNumbers = 512;  // a block ends with the entry that makes it larger

 private:
  Result<> end_entry();
  std::function<Result<>(Block)> give_;
  Block block_;
  int64_t target_ = 0;
  std::vector<int64_t> numbers_;  // of the entry that is open
};

// The numbers of a target in a block, ascending. Error: internal "events.broken_block".
Result<std::vector<int64_t>> numbers_in(const sql::Blob& content, int64_t target);
// Every entry; a target may have several in a row.
Result<> each_entry(const sql::Blob& content, const std::function<Result<>(int64_t target, std::span<const int64_t> numbers)>& entry);

// The targets in a statement's row.
sql::Blob packed_targets(std::span<const int64_t> targets);
std::vector<int64_t> targets_in(const sql::Value& packed);  // none of a null

}  // namespace banmo::events
