// SPDX-License-Identifier: Apache-2.0
// Inside the room: where the lists of statements stand (postings.h). Those of filed statements are in segments: each has the lists of one stretch of
// numbers, written once, in blocks of a few kilobytes, so that storing does not touch a page of the index for every agent, activity and registration.
// Those of what is not filed yet are in the statements' own rows, read as they come; what was added to statements later is in xapi_posting. Which
// segments there are, and where their blocks begin, is kept in memory and looked at again at every question. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "events/block.h"
#include "sql/sql.h"

namespace banmo::events {

// That a segment was put together with others meanwhile: take a new view and read again.
inline constexpr std::string_view kMoved = "events.index_moved";
Error index_moved();

struct Segment {
  int64_t no = 0, level = 0, first_no = 0, last_no = 0, n_blocks = 0;
  std::vector<Posting> blocks;  // the first entry of each; empty where nobody looks for an entry
};
using Segments = std::vector<std::shared_ptr<const Segment>>;  // ascending, no gap between them

int64_t block_no(int64_t segment, size_t place);
// Writes blocks of a segment from `place` on.
Result<> append_blocks(sql::Connection& connection, int64_t segment, size_t place, const std::vector<Block>& blocks);

// What a reader has before it: the segments, and the numbers after them of the lists that it asked for.
struct IndexView {
  Segments segments;
  std::unordered_map<int64_t, std::vector<int64_t>> recent;  // by target, ascending
};

class Index {
 public:
  // Everything stored before this call is in the view. `connection` is the reader's own. Error: conflict kMoved.
  Result<IndexView> view(sql::Connection& connection, const std::vector<int64_t>& targets);
  // From the store; those that are known are not read again. Error: conflict kMoved.
  static Result<Segments> segments(sql::Connection& connection, const Segments& known);
  static Result<std::vector<Segment>> heads(sql::Connection& connection);  // without their blocks

  // In a transaction: a segment for the statements from `first_no` to `last_no`, the next after those that are filed. The postings are sorted.
  static Result<> file(sql::Connection& connection, int64_t first_no, int64_t last_no, const std::vector<Posting>& postings, Instant now);
  // In a transaction: numbers leave the lists of these targets, also in what is filed.
  static Result<> forget(sql::Connection& connection, std::vector<Posting> postings);

 private:
  Result<> refresh(sql::Connection& connection);

  std::mutex mutex_;
  int64_t epoch_ = -1;
  Segments segments_;
  int64_t filed_no_ = 0, read_no_ = 0;  // up to where segments go, and `recent_`
  std::vector<Posting> recent_;         // in the order of numbers
};

}  // namespace banmo::events
