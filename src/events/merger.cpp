// SPDX-License-Identifier: Apache-2.0
#include "events/merger.h"

#include <algorithm>

#include "events/look_up.h"

namespace banmo::events {
namespace {

constexpr std::string_view kForgets = "SELECT n_forgets FROM xapi_about_mark";
constexpr std::string_view kLock = "UPDATE xapi_about_mark SET epoch = epoch";
constexpr std::string_view kBump = "UPDATE xapi_about_mark SET epoch = epoch + 1";
constexpr std::string_view kNewest = "SELECT COALESCE(MAX(no), 0) FROM xapi_segment";
constexpr std::string_view kBegin =
    "INSERT INTO xapi_segment (no, state, level, first_no, last_no, n_blocks, made_at) VALUES ($1, 0, $2, $3, $4, 0, $5)";
constexpr std::string_view kFinish = "UPDATE xapi_segment SET state = 1, n_blocks = $2 WHERE no = $1 AND state = 0";
constexpr std::string_view kRetire = "UPDATE xapi_segment SET state = 2 WHERE no = $1 AND state = 1";
constexpr std::string_view kGiveUp = "UPDATE xapi_segment SET state = 2 WHERE no = $1 AND state = 0";
constexpr std::string_view kAbandoned = "UPDATE xapi_segment SET state = 2 WHERE state = 0 AND made_at < $1";
constexpr std::string_view kRetired = "SELECT no FROM xapi_segment WHERE state = 2";
constexpr std::string_view kDropBlocks = "DELETE FROM xapi_block WHERE no IN (SELECT no FROM xapi_block WHERE no >= $1 AND no < $2 LIMIT 1000)";
constexpr std::string_view kDrop = "DELETE FROM xapi_segment WHERE no = $1 AND state = 2";
constexpr std::string_view kContent = "SELECT content FROM xapi_block WHERE no = $1";

constexpr int64_t kAbandonedAfter_us = int64_t{3600} * 1'000'000;
constexpr size_t kBlocksAtOnce = 256;  // of one transaction

// The first eight of a row of neighbours of one level, if they are not too large together. Of several such rows the last, which is the smallest:
// large ones take long, and must not keep the small ones waiting when something comes between.
std::vector<Segment> sources_in(const std::vector<Segment>& all) {
  std::vector<Segment> found;
  for (size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    for (end = begin; end < all.size() && all[end].level == all[begin].level;) ++end;
    if (end - begin < Merger::kFanIn) continue;
    const std::vector<Segment> first(all.begin() + static_cast<ptrdiff_t>(begin), all.begin() + static_cast<ptrdiff_t>(begin + Merger::kFanIn));
    int64_t n_blocks = 0;
    for (const Segment& segment : first) n_blocks += segment.n_blocks;
    if (n_blocks <= Merger::kMaxBlocks) found = first;
  }
  return found;
}

Result<int64_t> forgets_in(sql::Connection& connection) {
  BANMO_TRY(const auto rows, connection.query(kForgets));
  return rows.empty() ? int64_t{0} : sql::int_of(rows[0][0]);
}

// A segment's postings in order, a block in memory at a time.
class Source {
 public:
  Source(sql::Connection& connection, const Segment& segment) : connection_(connection), segment_(segment) {}
  Result<const Posting*> head() {
    while (at_ == postings_.size() && place_ < static_cast<size_t>(segment_.n_blocks)) BANMO_DO(load());
    return at_ == postings_.size() ? nullptr : &postings_[at_];
  }
  void next() { ++at_; }

 private:
  Result<> load() {
    postings_.clear();
    at_ = 0;
    BANMO_TRY(const auto rows, connection_.query(kContent, {block_no(segment_.no, place_++)}));
    const auto* content = rows.empty() ? nullptr : std::get_if<sql::Blob>(&rows[0][0]);
    if (content == nullptr) return index_moved();
    return each_entry(*content, [&](int64_t target, std::span<const int64_t> numbers) -> Result<> {
      for (const int64_t no : numbers) postings_.push_back({target, no});
      return {};
    });
  }
  sql::Connection& connection_;
  const Segment& segment_;
  std::vector<Posting> postings_;
  size_t at_ = 0, place_ = 0;
};

// The sources' stretches follow one another, so a target's numbers do, too.
Result<> merge(std::vector<Source>& sources, BlockPacker& packer) {
  for (;;) {
    const Posting* least = nullptr;
    for (Source& source : sources) {
      BANMO_TRY(const Posting* head, source.head());
      if (head != nullptr && (least == nullptr || head->target < least->target)) least = head;
    }
    if (least == nullptr) return packer.finish();
    const int64_t target = least->target;
    for (Source& source : sources) {
      for (;;) {
        BANMO_TRY(const Posting* head, source.head());
        if (head == nullptr || head->target != target) break;
        BANMO_DO(packer.add(target, head->no));
        source.next();
      }
    }
  }
}

}  // namespace

Result<> Merger::clear() {
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto retired, lease->query(kRetired));
  for (const auto& row : retired.rows) {
    const int64_t no = sql::int_of(row[0]);
    for (int64_t n = 1; n > 0;)
      BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
        BANMO_TRY(n, connection.execute(kDropBlocks, {block_no(no, 0), block_no(no + 1, 0)}));
        return {};
      }));
    BANMO_DO(ledger_.write([&](sql::Connection& connection) { return execute(connection, kDrop, {no}); }));
  }
  return {};
}

Result<int64_t> Merger::begin(const std::vector<Segment>& sources) {
  int64_t segment = 0;
  const int64_t now = clock_.now().micros;
  BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(execute(connection, kLock, {}));
    BANMO_DO(execute(connection, kAbandoned, {now - kAbandonedAfter_us}));
    BANMO_TRY(const auto newest, connection.query(kNewest));
    segment = sql::int_of(newest[0][0]) + 1;
    return execute(connection, kBegin, {segment, sources.front().level + 1, sources.front().first_no, sources.back().last_no, now});
  }));
  return segment;
}

Result<size_t> Merger::write(int64_t segment, const std::vector<Segment>& sources, int64_t n_forgets) {
  BANMO_TRY(const auto lease, ledger_.read());
  std::vector<Source> readers;
  for (const Segment& source : sources) readers.emplace_back(*lease, source);
  size_t n_written = 0;
  std::vector<Block> blocks;
  const auto flush = [&]() -> Result<> {
    BANMO_TRY(const int64_t n_now, forgets_in(*lease));
    if (n_now != n_forgets) return index_moved();
    BANMO_DO(ledger_.write([&](sql::Connection& connection) { return append_blocks(connection, segment, n_written, blocks); }));
    n_written += blocks.size();
    blocks.clear();
    return {};
  };
  BlockPacker packer([&](Block block) -> Result<> {
    blocks.push_back(std::move(block));
    return blocks.size() < kBlocksAtOnce ? Result<>() : flush();
  });
  BANMO_DO(merge(readers, packer));
  if (!blocks.empty()) BANMO_DO(flush());
  return n_written;
}

// What was forgotten meanwhile would come back: then this one is not taken, and the next is merged anew.
Result<> Merger::finish(int64_t segment, size_t n_blocks, const std::vector<Segment>& sources, int64_t n_forgets) {
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(execute(connection, kBump, {}));
    BANMO_TRY(const int64_t n_now, forgets_in(connection));
    int64_t n_retired = 0;
    for (const Segment& source : sources) {
      BANMO_TRY(const int64_t n, connection.execute(kRetire, {source.no}));
      n_retired += n;
    }
    BANMO_TRY(const int64_t n_finished, connection.execute(kFinish, {segment, static_cast<int64_t>(n_blocks)}));
    const bool is_whole = n_finished == 1 && n_retired == static_cast<int64_t>(sources.size()) && n_now == n_forgets;
    return is_whole ? Result<>() : Result<>(index_moved());
  });
}

Result<> Merger::merge_into(int64_t segment, const std::vector<Segment>& sources, int64_t n_forgets) {
  BANMO_TRY(const size_t n_blocks, write(segment, sources, n_forgets));
  return finish(segment, n_blocks, sources, n_forgets);
}

Result<bool> Merger::run() {
  BANMO_DO(clear());
  std::vector<Segment> sources;
  int64_t n_forgets = 0;
  {
    BANMO_TRY(const auto lease, ledger_.read());
    BANMO_TRY(n_forgets, forgets_in(*lease));
    BANMO_TRY(const auto all, Index::heads(*lease));
    sources = sources_in(all);
  }
  if (sources.empty()) return false;
  BANMO_TRY(const int64_t segment, begin(sources));
  const auto done = merge_into(segment, sources, n_forgets);
  if (done.ok()) return true;
  BANMO_DO(ledger_.write([&](sql::Connection& connection) { return execute(connection, kGiveUp, {segment}); }));
  return done.error();
}

}  // namespace banmo::events
