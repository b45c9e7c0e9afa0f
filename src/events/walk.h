// SPDX-License-Identifier: Apache-2.0
// Inside the room: the numbers that stand in several lists at once, in either direction, from a view of the index. For one thread, one connection and
// one answer.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "events/index.h"
#include "sql/sql.h"

namespace banmo::events {

// One list within one segment, or the numbers after all segments.
class SegmentList {
 public:
  SegmentList(const Segment* segment, const std::vector<int64_t>* recent, int64_t target) : segment_(segment), recent_(recent), target_(target) {}
  // The nearest number at or beyond `bound`.
  Result<std::optional<int64_t>> seek(sql::Connection& connection, int64_t bound, bool ascending);

 private:
  Result<> load(sql::Connection& connection, size_t place);
  const Segment* segment_;              // or none
  const std::vector<int64_t>* recent_;  // instead
  int64_t target_;
  std::optional<size_t> place_;  // of the block in `numbers_`
  std::vector<int64_t> numbers_;
};

// What was added to a list later, a piece at a time.
class LooseList {
 public:
  explicit LooseList(int64_t target) : target_(target) {}
  Result<std::optional<int64_t>> seek(sql::Connection& connection, int64_t bound, bool ascending);

 private:
  int64_t target_;
  std::vector<int64_t> numbers_;  // in the order of the walk
  bool is_read_ = false, is_last_ = false;
};

class Walk {
 public:
  // `filters`: a number stands in at least one list of each; there is one filter at least.
  Walk(sql::Connection& connection, const IndexView& view, const std::vector<std::vector<int64_t>>& filters, bool ascending);
  // The next number at or beyond `bound`, which moves in the walk's direction from call to call. Error: conflict kMoved.
  Result<std::optional<int64_t>> next(int64_t bound);

 private:
  struct Set {  // one filter
    std::vector<int64_t> targets;
    std::vector<SegmentList> lists;  // of the stretch
    std::vector<LooseList> loose;
    std::optional<int64_t> at;  // the last answer
  };
  bool open_stretch();
  Result<std::optional<int64_t>> seek(Set& set, int64_t bound);
  Result<std::optional<int64_t>> next_in_stretch(int64_t bound);
  bool is_beyond(int64_t no, int64_t bound) const { return ascending_ ? no >= bound : no <= bound; }

  sql::Connection& connection_;
  const IndexView& view_;
  const bool ascending_;
  std::vector<Set> sets_;
  size_t n_opened_ = 0;           // stretches: each segment, and what comes after them
  int64_t first_ = 0, last_ = 0;  // of the stretch that is open
};

}  // namespace banmo::events
