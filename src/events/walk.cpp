// SPDX-License-Identifier: Apache-2.0
#include "events/walk.h"

#include <algorithm>
#include <limits>

namespace banmo::events {
namespace {

constexpr std::string_view kContent = "SELECT content FROM xapi_block WHERE no = $1";
constexpr std::string_view kLooseUp = "SELECT no FROM xapi_posting WHERE target = $1 AND no >= $2 ORDER BY no LIMIT 200";
constexpr std::string_view kLooseDown = "SELECT no FROM xapi_posting WHERE target = $1 AND no <= $2 ORDER BY no DESC LIMIT 200";
constexpr size_t kLooseAtOnce = 200;

using Number = std::optional<int64_t>;

// The nearest of ascending numbers at or beyond `bound`.
Number nearest(const std::vector<int64_t>& numbers, int64_t bound, bool ascending) {
  if (ascending) {
    const auto found = std::lower_bound(numbers.begin(), numbers.end(), bound);
    return found == numbers.end() ? Number() : Number(*found);
  }
  const auto after = std::upper_bound(numbers.begin(), numbers.end(), bound);
  return after == numbers.begin() ? Number() : Number(*std::prev(after));
}

Number nearer(Number one, Number other, bool ascending) {
  if (!one || !other) return one ? one : other;
  return ascending ? std::min(*one, *other) : std::max(*one, *other);
}

}  // namespace

Result<> SegmentList::load(sql::Connection& connection, size_t place) {
  if (place_ == place) return {};
  BANMO_TRY(const auto rows, connection.query(kContent, {block_no(segment_->no, place)}));
  const auto* content = rows.empty() ? nullptr : std::get_if<sql::Blob>(&rows[0][0]);
  if (content == nullptr) return index_moved();
  BANMO_TRY(numbers_, numbers_in(*content, target_));
  place_ = place;
  return {};
}

// A block's first entry may have been forgotten since: then the numbers go on in its neighbour.
Result<Number> SegmentList::seek(sql::Connection& connection, int64_t bound, bool ascending) {
  if (segment_ == nullptr) return nearest(*recent_, bound, ascending);
  const auto& blocks = segment_->blocks;
  const auto after = static_cast<size_t>(std::upper_bound(blocks.begin(), blocks.end(), Posting{target_, bound}) - blocks.begin());
  if (ascending) {
    for (size_t place = after == 0 ? 0 : after - 1; place < blocks.size() && blocks[place].target <= target_; ++place) {
      BANMO_DO(load(connection, place));
      if (const Number found = nearest(numbers_, bound, true)) return found;
    }
    return Number();
  }
  for (size_t place = after; place > 0; --place) {
    BANMO_DO(load(connection, place - 1));
    if (const Number found = nearest(numbers_, bound, false)) return found;
    if (blocks[place - 1].target < target_) break;
  }
  return Number();
}

Result<Number> LooseList::seek(sql::Connection& connection, int64_t bound, bool ascending) {
  const auto is_there = [&](int64_t no) { return ascending ? no >= bound : no <= bound; };
  for (;;) {
    const auto found = std::find_if(numbers_.begin(), numbers_.end(), is_there);
    if (found != numbers_.end()) return Number(*found);
    if (is_read_ && is_last_) return Number();
    numbers_.clear();
    BANMO_DO(connection.each(ascending ? kLooseUp : kLooseDown, {target_, bound}, [&](const sql::Values& row) -> Result<> {
      numbers_.push_back(sql::int_of(row[0]));
      return {};
    }));
    is_read_ = true;
    is_last_ = numbers_.size() < kLooseAtOnce;
  }
}

Walk::Walk(sql::Connection& connection, const IndexView& view, const std::vector<std::vector<int64_t>>& filters, bool ascending)
    : connection_(connection), view_(view), ascending_(ascending) {
  for (const auto& filter : filters) {
    Set& set = sets_.emplace_back();
    set.targets = filter;
    for (const int64_t target : filter) set.loose.emplace_back(target);
  }
  open_stretch();
}

// The first stretch goes back to the first number there can be, the last one to the last: together they are all numbers.
bool Walk::open_stretch() {
  const size_t n_stretches = view_.segments.size() + 1;
  if (n_opened_ == n_stretches) return false;
  const size_t i = ascending_ ? n_opened_ : n_stretches - 1 - n_opened_;
  ++n_opened_;
  const Segment* segment = i < view_.segments.size() ? view_.segments[i].get() : nullptr;
  first_ = i == 0 ? 0 : view_.segments[i - 1]->last_no + 1;
  last_ = segment != nullptr ? segment->last_no : std::numeric_limits<int64_t>::max();
  for (Set& set : sets_) {
    set.lists.clear();
    set.at.reset();
    for (const int64_t target : set.targets) set.lists.emplace_back(segment, segment == nullptr ? &view_.recent.at(target) : nullptr, target);
  }
  return true;
}

Result<Number> Walk::seek(Set& set, int64_t bound) {
  if (set.at && is_beyond(*set.at, bound)) return set.at;
  const auto is_here = [&](const Number& found) { return found && *found >= first_ && *found <= last_; };  // else another stretch gives it
  Number best;
  for (SegmentList& list : set.lists) {
    BANMO_TRY(const Number found, list.seek(connection_, bound, ascending_));
    if (is_here(found)) best = nearer(best, found, ascending_);
  }
  for (LooseList& list : set.loose) {
    BANMO_TRY(const Number found, list.seek(connection_, bound, ascending_));
    if (is_here(found)) best = nearer(best, found, ascending_);
  }
  set.at = best;
  return best;
}

Result<Number> Walk::next_in_stretch(int64_t bound) {
  for (;;) {
    bool all_agree = true;
    for (Set& set : sets_) {
      BANMO_TRY(const Number found, seek(set, bound));
      if (!found) return Number();
      if (*found == bound) continue;
      bound = *found;
      all_agree = false;
    }
    if (all_agree) return Number(bound);
  }
}

Result<Number> Walk::next(int64_t bound) {
  for (;;) {
    // A bound outside of the stretch on the near side is moved to its edge; one beyond it has nothing here.
    const int64_t here = ascending_ ? std::max(bound, first_) : std::min(bound, last_);
    if (here >= first_ && here <= last_) {
      BANMO_TRY(const Number found, next_in_stretch(here));
      if (found) return found;
    }
    if (!open_stretch()) return Number();
  }
}

}  // namespace banmo::events
