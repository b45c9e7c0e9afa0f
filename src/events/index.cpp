// SPDX-License-Identifier: Apache-2.0
#include "events/index.h"

#include <algorithm>
#include <limits>
#include <map>

#include "events/look_up.h"

namespace banmo::events {
namespace {

constexpr std::string_view kMark = "SELECT epoch, statement_no FROM xapi_about_mark";
constexpr std::string_view kBump = "UPDATE xapi_about_mark SET epoch = epoch + 1";
constexpr std::string_view kForgot = "UPDATE xapi_about_mark SET epoch = epoch + 1, n_forgets = n_forgets + 1";
constexpr std::string_view kSegments = "SELECT no, level, first_no, last_no, n_blocks FROM xapi_segment WHERE state = 1 ORDER BY first_no";
constexpr std::string_view kBlocks = "SELECT target, first_no FROM xapi_block WHERE no >= $1 AND no < $2 ORDER BY no";
constexpr std::string_view kRecent = "SELECT no, targets FROM xapi_statement WHERE no > $1 ORDER BY no";
constexpr std::string_view kNewest = "SELECT COALESCE(MAX(no), 0) FROM xapi_segment";
constexpr std::string_view kAddSegment =
    "INSERT INTO xapi_segment (no, state, level, first_no, last_no, n_blocks, made_at) VALUES ($1, 1, 0, $2, $3, $4, $5)";
constexpr std::string_view kBound = "SELECT target, first_no FROM xapi_block WHERE no = $1";
constexpr std::string_view kContent = "SELECT content FROM xapi_block WHERE no = $1";
constexpr std::string_view kRewrite = "UPDATE xapi_block SET content = $2, target = $3, first_no = $4 WHERE no = $1";
constexpr std::string_view kUnpost = "DELETE FROM xapi_posting WHERE target = $1 AND no = $2";

using Gone = std::map<int64_t, std::vector<int64_t>>;  // by target, ascending

// A block without what is gone, as one block however long it comes out. An empty one is found where `next` is: its own bound may be somebody's.
Result<Block> without(const sql::Blob& content, const Gone& gone, const Posting& next) {
  Block out{next, {}};
  BlockPacker packer([&](Block block) -> Result<> {
    if (out.content.empty()) out.first = block.first;
    out.content.insert(out.content.end(), block.content.begin(), block.content.end());
    return {};
  });
  BANMO_DO(each_entry(content, [&](int64_t target, std::span<const int64_t> numbers) -> Result<> {
    const auto found = gone.find(target);
    for (const int64_t no : numbers)
      if (found == gone.end() || !std::binary_search(found->second.begin(), found->second.end(), no)) BANMO_DO(packer.add(target, no));
    return {};
  }));
  BANMO_DO(packer.finish());
  return out;
}

constexpr Posting kBehindAll{std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::max()};

// Finds the block in which a posting may stand by its bounds, which are asked for one by one: a store has more blocks than may be read for a few.
class Places {
 public:
  explicit Places(sql::Connection& connection) : connection_(connection) {}
  Result<> add(int64_t segment, int64_t n_blocks, const Posting& posting) {
    int64_t low = 0, high = n_blocks;  // the first block behind the posting
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      BANMO_TRY(const Posting bound, bound_of(block_no(segment, static_cast<size_t>(middle))));
      if (posting < bound)
        high = middle;
      else
        low = middle + 1;
    }
    if (low == 0) return {};
    Posting& next = places_[block_no(segment, static_cast<size_t>(low - 1))];
    next = kBehindAll;
    if (low < n_blocks) {
      BANMO_TRY(next, bound_of(block_no(segment, static_cast<size_t>(low))));
    }
    return {};
  }
  // Blocks, and the first entry of the one behind each.
  const std::map<int64_t, Posting>& found() const { return places_; }

 private:
  Result<Posting> bound_of(int64_t block) {
    if (const auto known = bounds_.find(block); known != bounds_.end()) return known->second;
    BANMO_TRY(const auto rows, connection_.query(kBound, {block}));
    if (rows.empty()) return index_moved();
    return bounds_[block] = Posting{sql::int_of(rows[0][0]), sql::int_of(rows[0][1])};
  }
  sql::Connection& connection_;
  std::unordered_map<int64_t, Posting> bounds_;
  std::map<int64_t, Posting> places_;
};

}  // namespace

Error index_moved() { return fail(ErrorCode::conflict, std::string(kMoved), {"索引正在整理，请重试", "the index is being tidied: try again"}); }

int64_t block_no(int64_t segment, size_t place) { return (segment << 24) + static_cast<int64_t>(place); }

Result<> append_blocks(sql::Connection& connection, int64_t segment, size_t place, const std::vector<Block>& blocks) {
  size_t i = 0;
  const auto next = [&](sql::Values& row) -> Result<bool> {
    if (i == blocks.size()) return false;
    row = {block_no(segment, place + i), blocks[i].first.target, blocks[i].first.no, blocks[i].content};
    ++i;
    return true;
  };
  BANMO_TRY([[maybe_unused]] const int64_t n, connection.append("xapi_block", {"no", "target", "first_no", "content"}, next));
  return {};
}

Result<std::vector<Segment>> Index::heads(sql::Connection& connection) {
  BANMO_TRY(const auto rows, connection.query(kSegments));
  std::vector<Segment> out;
  for (const auto& row : rows.rows)
    out.push_back({sql::int_of(row[0]), sql::int_of(row[1]), sql::int_of(row[2]), sql::int_of(row[3]), sql::int_of(row[4]), {}});
  return out;
}

Result<Segments> Index::segments(sql::Connection& connection, const Segments& known) {
  std::unordered_map<int64_t, std::shared_ptr<const Segment>> by_no;
  for (const auto& segment : known) by_no[segment->no] = segment;
  BANMO_TRY(auto heads, Index::heads(connection));
  Segments out;
  for (Segment& head : heads) {
    if (const auto found = by_no.find(head.no); found != by_no.end()) {
      out.push_back(found->second);
      continue;
    }
    auto segment = std::make_shared<Segment>(std::move(head));
    segment->blocks.reserve(static_cast<size_t>(segment->n_blocks));
    BANMO_DO(connection.each(kBlocks, {block_no(segment->no, 0), block_no(segment->no + 1, 0)}, [&](const sql::Values& block) -> Result<> {
      segment->blocks.push_back({sql::int_of(block[0]), sql::int_of(block[1])});
      return {};
    }));
    // Cleared away between the two questions.
    if (static_cast<int64_t>(segment->blocks.size()) != segment->n_blocks) return index_moved();
    out.push_back(std::move(segment));
  }
  return out;
}

// What is filed between two of these questions is in `recent_` still: nothing is missed, and a number that is met twice counts once.
Result<> Index::refresh(sql::Connection& connection) {
  BANMO_TRY(const auto mark, connection.query(kMark));
  const int64_t epoch = mark.empty() ? 0 : sql::int_of(mark[0][0]);
  if (epoch != epoch_) {
    filed_no_ = mark.empty() ? 0 : sql::int_of(mark[0][1]);
    BANMO_TRY(segments_, segments(connection, segments_));
    epoch_ = epoch;
    recent_.erase(recent_.begin(), std::find_if(recent_.begin(), recent_.end(), [&](const Posting& one) { return one.no > filed_no_; }));
    read_no_ = std::max(read_no_, filed_no_);
  }
  return connection.each(kRecent, {read_no_}, [&](const sql::Values& row) -> Result<> {
    read_no_ = sql::int_of(row[0]);
    for (const int64_t target : targets_in(row[1])) recent_.push_back({target, read_no_});
    return {};
  });
}

Result<IndexView> Index::view(sql::Connection& connection, const std::vector<int64_t>& targets) {
  const std::lock_guard lock(mutex_);
  if (const auto done = refresh(connection); !done.ok()) {
    epoch_ = -1;
    return done.error();
  }
  IndexView view{segments_, {}};
  uint64_t mask = 0;  // nearly all postings are told apart by six bits of their target
  for (const int64_t target : targets) {
    view.recent[target];
    mask |= uint64_t{1} << (static_cast<uint64_t>(target) & 63);
  }
  for (const Posting& posting : recent_) {
    if (((mask >> (static_cast<uint64_t>(posting.target) & 63)) & 1) == 0) continue;
    if (const auto found = view.recent.find(posting.target); found != view.recent.end()) found->second.push_back(posting.no);
  }
  return view;
}

Result<> Index::file(sql::Connection& connection, int64_t first_no, int64_t last_no, const std::vector<Posting>& postings, Instant now) {
  std::vector<Block> blocks;
  BlockPacker packer([&](Block block) -> Result<> {
    blocks.push_back(std::move(block));
    return {};
  });
  for (const Posting& posting : postings) BANMO_DO(packer.add(posting.target, posting.no));
  BANMO_DO(packer.finish());
  BANMO_TRY(const auto newest, connection.query(kNewest));
  const int64_t segment = sql::int_of(newest[0][0]) + 1;
  BANMO_DO(execute(connection, kAddSegment, {segment, first_no, last_no, static_cast<int64_t>(blocks.size()), now.micros}));
  BANMO_DO(append_blocks(connection, segment, 0, blocks));
  return execute(connection, kBump, {});
}

Result<> Index::forget(sql::Connection& connection, std::vector<Posting> postings) {
  BANMO_DO(execute(connection, kForgot, {}));
  std::sort(postings.begin(), postings.end());
  Gone gone;
  for (const Posting& posting : postings) {
    BANMO_DO(execute(connection, kUnpost, {posting.target, posting.no}));
    gone[posting.target].push_back(posting.no);
  }
  BANMO_TRY(const auto segments, connection.query(kSegments));
  Places places(connection);
  for (const Posting& posting : postings)
    for (const auto& segment : segments.rows)
      if (posting.no >= sql::int_of(segment[2]) && posting.no <= sql::int_of(segment[3]))
        BANMO_DO(places.add(sql::int_of(segment[0]), sql::int_of(segment[4]), posting));
  for (const auto& [place, next] : places.found()) {
    BANMO_TRY(const auto rows, connection.query(kContent, {place}));
    const auto* content = rows.empty() ? nullptr : std::get_if<sql::Blob>(&rows[0][0]);
    if (content == nullptr) continue;
    BANMO_TRY(Block rest, without(*content, gone, next));
    BANMO_DO(execute(connection, kRewrite, {place, std::move(rest.content), rest.first.target, rest.first.no}));
  }
  return {};
}

}  // namespace banmo::events
