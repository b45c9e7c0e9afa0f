// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "events/lists.h"
#include "events/merger.h"
#include "events/test_world.h"
#include "events/walk.h"

using namespace banmo;
using namespace banmo::events;
using namespace banmo::events::test;

namespace {

constexpr const char* kPostingRow = "INSERT INTO xapi_posting (target, no) VALUES ($1, $2)";

struct Random {
  uint64_t state = 42;
  uint64_t below(uint64_t n) {
    state = state * 6'364'136'223'846'793'005ull + 1'442'695'040'888'963'407ull;
    return (state >> 33) % n;
  }
};

std::vector<Block> blocks_of(const std::vector<Posting>& postings) {
  std::vector<Block> blocks;
  BlockPacker packer([&](Block block) -> Result<> {
    blocks.push_back(std::move(block));
    return {};
  });
  for (const Posting& posting : postings) must(packer.add(posting.target, posting.no));
  must(packer.finish());
  return blocks;
}

// Numbers under targets, in the store and beside it.
class Model {
 public:
  explicit Model(sql::Database& ledger) : ledger_(ledger) {}

  // `n` numbers, each under some of the targets, filed as a segment.
  void file(size_t n) {
    std::vector<Posting> postings = fresh(n);
    std::sort(postings.begin(), postings.end());
    must(ledger_.write([&](sql::Connection& connection) -> Result<> {
      const auto done = connection.execute("UPDATE xapi_about_mark SET statement_no = $1", {last_});
      return done.ok() ? Index::file(connection, filed_ + 1, last_, postings, Instant{0}) : Result<>(done.error());
    }));
    filed_ = last_;
  }
  // A number that comes under a target later, wherever it is.
  void add_later(int64_t target, int64_t no) {
    if (!numbers_[target].insert(no).second) return;
    must(ledger_.write([&](sql::Connection& connection) -> Result<> {
      const auto done = connection.execute(kPostingRow, {target, no});
      return done.ok() ? Result<>() : Result<>(done.error());
    }));
  }
  void forget(int64_t target, int64_t no) {
    numbers_[target].erase(no);
    must(ledger_.write([&](sql::Connection& connection) { return Index::forget(connection, {{target, no}}); }));
  }
  const std::set<int64_t>& numbers(int64_t target) { return numbers_[target]; }
  int64_t last() const { return last_; }

  std::vector<int64_t> expected(const std::vector<std::vector<int64_t>>& filters, int64_t from, bool ascending) {
    std::vector<int64_t> out;
    for (int64_t no = 1; no <= last_; ++no) {
      const bool passes = std::all_of(filters.begin(), filters.end(), [&](const auto& filter) {
        return std::any_of(filter.begin(), filter.end(), [&](int64_t target) { return numbers_[target].contains(no); });
      });
      if (passes && (ascending ? no >= from : no <= from)) out.push_back(no);
    }
    if (!ascending) std::reverse(out.begin(), out.end());
    return out;
  }
  std::vector<int64_t> walked(Index& index, const std::vector<std::vector<int64_t>>& filters, int64_t from, bool ascending) {
    const auto lease = must(ledger_.read());
    std::vector<int64_t> targets, out;
    for (const auto& filter : filters) targets.insert(targets.end(), filter.begin(), filter.end());
    const IndexView view = must(index.view(*lease, targets));
    Walk walk(*lease, view, filters, ascending);
    for (int64_t bound = from;;) {
      const auto no = must(walk.next(bound));
      if (!no) return out;
      out.push_back(*no);
      bound = *no + (ascending ? 1 : -1);
    }
  }

 private:
  std::vector<Posting> fresh(size_t n) {
    std::vector<Posting> postings;
    for (size_t i = 0; i < n; ++i) {
      last_ += 1 + static_cast<int64_t>(random_.below(3));
      // Some targets hold nearly all, some a few.
      for (int64_t target = 1; target <= 40; ++target)
        if (random_.below(static_cast<uint64_t>(target) * static_cast<uint64_t>(target)) == 0) postings.push_back({target, last_});
    }
    for (const Posting& posting : postings) numbers_[posting.target].insert(posting.no);
    return postings;
  }
  sql::Database& ledger_;
  Random random_;
  std::map<int64_t, std::set<int64_t>> numbers_;
  int64_t last_ = 0, filed_ = 0;
};

size_t n_segments(World& w) {
  const auto lease = must(w.stores.ledger->read());
  return must(Index::segments(*lease, {})).size();
}

}  // namespace

TEST_CASE("blocks give back what was packed, and a damaged one is told and never read past its end") {
  Random random;
  std::set<Posting> all;
  for (int i = 0; i < 20'000; ++i) all.insert({static_cast<int64_t>(random.below(1000)) << 40, static_cast<int64_t>(random.below(1u << 30) << 20)});
  for (int64_t no = 0; no < 5'000; ++no) all.insert({7, no});
  const std::vector<Posting> postings(all.begin(), all.end());
  const auto blocks = blocks_of(postings);
  CHECK(blocks.size() > 20);
  std::vector<Posting> read;
  for (const Block& block : blocks) {
    CHECK(block.content.size() < BlockPacker::kBytes + 10 * BlockPacker::kEntryNumbers);
    const size_t n_before = read.size();
    must(each_entry(block.content, [&](int64_t target, std::span<const int64_t> numbers) -> Result<> {
      for (const int64_t no : numbers) read.push_back({target, no});
      return {};
    }));
    CHECK(read[n_before] == block.first);
  }
  CHECK(read == postings);

  sql::Blob damaged = blocks.front().content;
  for (size_t n = 1; n < 40; ++n) {
    damaged.resize(blocks.front().content.size() - n);
    const auto numbers = each_entry(damaged, [](int64_t, std::span<const int64_t>) { return Result<>(); });
    REQUIRE(!numbers.ok());
    CHECK(numbers.error().id == "events.broken_block");
  }
}

TEST_CASE("a walk gives what stands in every filter, in both directions, over segments, what came since and what was added later") {
  on_each_pair([](World& w) {
    Model model(*w.stores.ledger);
    Index index;
    const std::vector<std::vector<std::vector<int64_t>>> questions = {{{1}},  {{5}}, {{2}, {3}}, {{4, 5, 6}, {2}}, {{39, 40}}, {{1}, {38, 2}, {3}},
                                                                      {{77}}, {{}}};
    const auto check_all = [&] {
      for (const auto& filters : questions)
        for (const int64_t from : {int64_t{0}, model.last() / 3, model.last()})
          for (const bool ascending : {true, false}) CHECK(model.walked(index, filters, from, ascending) == model.expected(filters, from, ascending));
    };
    check_all();
    for (const size_t n : {size_t{300}, size_t{1}, size_t{900}}) {
      model.file(n);
      check_all();
    }
    for (int64_t no = 3; no < model.last(); no += 97) model.add_later(39, no);
    model.add_later(77, 5);
    check_all();
    const std::vector<int64_t> some(model.numbers(2).begin(), model.numbers(2).end());
    for (size_t i = 0; i < some.size(); i += 50) model.forget(2, some[i]);
    for (const int64_t no : std::vector<int64_t>(model.numbers(40).begin(), model.numbers(40).end())) model.forget(40, no);
    check_all();
  });
}

TEST_CASE("what was filed while a view was taken is given by its segment, and nothing between is left out") {
  on_each_pair([](World& w) {
    Model model(*w.stores.ledger);
    model.file(60);
    const std::vector<int64_t> filed(model.numbers(1).begin(), model.numbers(1).end());
    const auto lease = must(w.stores.ledger->read());
    IndexView view{must(Index::segments(*lease, {})), {}};
    view.recent[1] = {filed[20]};  // read before the segment was there
    view.recent[2] = {};
    Walk walk(*lease, view, {{1}}, false);
    CHECK(must(walk.next(model.last())) == filed.back());
  });
}

TEST_CASE("eight segments of a level become one, readers find the same before and after, and what is begun and left is cleared away") {
  on_each_pair([](World& w) {
    Model model(*w.stores.ledger);
    Index index;
    Merger merger(*w.stores.ledger, w.clock);
    for (int i = 0; i < 7; ++i) model.file(60);
    CHECK(!must(merger.run()));
    CHECK(n_segments(w) == 7);
    model.file(60);
    const auto before = model.walked(index, {{3}}, model.last(), false);
    CHECK(must(merger.run()));
    CHECK(n_segments(w) == 1);
    CHECK(model.walked(index, {{3}}, model.last(), false) == before);
    CHECK(before == model.expected({{3}}, model.last(), false));
    CHECK(!must(merger.run()));
    CHECK(w.count("SELECT COUNT(*) FROM xapi_segment") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM xapi_block WHERE no < " + std::to_string(block_no(9, 0))) == 0);

    must(w.stores.ledger->write([&](sql::Connection& connection) {
      return connection.script("INSERT INTO xapi_segment (no, state, level, first_no, last_no, n_blocks, made_at) VALUES (77, 0, 1, 1, 2, 0, 1)");
    }));
    for (int i = 0; i < 8; ++i) model.file(20);
    w.clock.advance_micros(int64_t{2} * 3600 * 1'000'000);
    CHECK(must(merger.run()));
    CHECK(!must(merger.run()));
    CHECK(w.count("SELECT COUNT(*) FROM xapi_segment WHERE no = 77") == 0);
    CHECK(model.walked(index, {{2}, {1}}, 0, true) == model.expected({{2}, {1}}, 0, true));
  });
}

TEST_CASE("what is forgotten while segments are merged does not come back") {
  on_each_pair([](World& w) {
    Model model(*w.stores.ledger);
    Index index;
    for (int i = 0; i < 8; ++i) model.file(60);
    const int64_t gone = *model.numbers(2).begin();
    // The clock is asked when a segment is begun: its sources are chosen by then.
    struct MeddlingClock : Clock {
      Instant now() const override {
        if (const auto once = std::exchange(meddle, {})) once();
        return Instant{1};
      }
      mutable std::function<void()> meddle;
    } meddling;
    meddling.meddle = [&] { model.forget(2, gone); };
    Merger merger(*w.stores.ledger, meddling);
    CHECK(merger.run().error().id == kMoved);
    CHECK(n_segments(w) == 8);
    CHECK(must(merger.run()));
    CHECK(n_segments(w) == 1);
    CHECK(model.walked(index, {{2}}, 0, true) == model.expected({{2}}, 0, true));
  });
}
