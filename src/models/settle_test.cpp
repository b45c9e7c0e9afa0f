// SPDX-License-Identifier: Apache-2.0
// Properties of settling on random seasons in memory: nobody is wronged, quotas hold, explanations say the truth, lots are even.
#include "models/settle.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "json/describe.h"
#include "models/lottery_file.h"
#include "models/test_rules.h"

using namespace banmo;
using namespace banmo::models;

namespace {

struct Shape {
  int n_applicants = 30, n_programs = 5, n_choices = 4, most_seats = 4, n_quotas = 0;
  bool is_common = false;  // one order for all programs
};

Season random_season(std::mt19937_64& random, const pack::Admission& admission, const Shape& shape) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); };
  Season season;
  season.admission = &admission;
  season.year = 2026;
  BatchInput& batch = season.batches.emplace_back();
  batch.rules = &admission.batches.front();
  batch.n_keys = 2;
  for (int p = 0; p < shape.n_programs; ++p) {
    Program program{"p" + std::to_string(p), "专业", {}};
    for (int q = 0; q < shape.n_quotas; ++q)
      if (below(2) == 0) program.groups.push_back({q, below(shape.most_seats)});
    program.groups.push_back({-1, below(shape.most_seats + 1)});
    batch.programs.push_back(std::move(program));
  }
  std::vector<int32_t> all(static_cast<size_t>(shape.n_programs));
  std::iota(all.begin(), all.end(), 0);
  for (int a = 0; a < shape.n_applicants; ++a) {
    season.numbers.push_back("K" + std::to_string(1000 + a));
    season.persons.push_back(a + 1);
    season.orgs.push_back(1);
    season.categories.push_back(uint64_t{1} << 63 | random() % (uint64_t{1} << shape.n_quotas));
    batch.place.push_back(a);
    std::shuffle(all.begin(), all.end(), random);
    const std::array<double, 2> common{static_cast<double>(below(8)), static_cast<double>(below(4))};
    for (int c = 0; c < shape.n_choices; ++c) {
      batch.wishes.push_back({a, c + 1, all[static_cast<size_t>(c)], shape.is_common ? 0 : below(3), below(9) != 0, below(9) != 0, below(12) != 0});
      for (size_t k = 0; k < 2; ++k) batch.keys.push_back(shape.is_common ? common[k] : below(6));
    }
  }
  return season;
}

Before nothing_before(const Season& season) { return {std::vector<uint8_t>(season.numbers.size(), 0), {}}; }

Settled settled(const Season& season, pack::Mechanism mechanism = pack::Mechanism::deferred_acceptance) {
  auto done = settle(season, season.batches.front(), mechanism, nothing_before(season));
  REQUIRE_MESSAGE(done.ok(), (done.ok() ? std::string() : done.error().to_string()));
  return std::move(done).value();
}

// Who comes before whom at a program, as the rules say it.
bool comes_before(const BatchInput& batch, size_t one, size_t other) {
  const Wish &a = batch.wishes[one], &b = batch.wishes[other];
  if (a.tier != b.tier) return a.tier < b.tier;
  for (size_t k = 0; k < batch.n_keys; ++k)
    if (batch.keys[one * batch.n_keys + k] != batch.keys[other * batch.n_keys + k])
      return batch.keys[one * batch.n_keys + k] > batch.keys[other * batch.n_keys + k];
  return a.applicant < b.applicant;
}

// Looked at from the definition alone, in quadratic time: no refused choice where a seat that admits the applicant is empty or held by somebody who
// stands behind.
size_t n_wronged(const Season& season, const Settled& done) {
  const BatchInput& batch = season.batches.front();
  size_t n = 0;
  for (size_t i = 0; i < batch.wishes.size(); ++i) {
    if (done.fates[i].outcome != Outcome::full && done.fates[i].outcome != Outcome::passed_over) continue;
    const auto program = static_cast<size_t>(batch.wishes[i].program);
    const uint64_t categories = season.categories[static_cast<size_t>(batch.wishes[i].applicant)];
    for (uint32_t g = done.market.seats_begin[program]; g < done.market.seats_begin[program + 1]; ++g) {
      if ((done.market.seats[g].admits & categories) == 0) continue;
      bool has_worse = false;
      int n_held = 0;
      for (size_t a = 0; a < season.numbers.size(); ++a) {
        if (done.assignment.seats[a] != static_cast<int32_t>(g)) continue;
        ++n_held;
        has_worse = has_worse || comes_before(batch, i, done.wish_of[static_cast<size_t>(done.assignment.choice[a])]);
      }
      if (has_worse || n_held < done.market.seats[g].capacity) {
        ++n;
        break;
      }
    }
  }
  return n;
}

// What the season alone says of who may hold what, beside how settling made its market: nobody without a condition, no more in a group than its seats
// and those that flowed to it, in a reserved one nobody else.
size_t n_unlawful(const Season& season, const Settled& done) {
  const BatchInput& batch = season.batches.front();
  std::map<std::pair<int32_t, int>, int32_t> held;  // by program and quota
  size_t n = 0;
  for (size_t i = 0; i < batch.wishes.size(); ++i) {
    if (done.fates[i].outcome != Outcome::placed) continue;
    const Wish& wish = batch.wishes[i];
    const int quota = batch.programs[static_cast<size_t>(wish.program)].groups[static_cast<size_t>(done.fates[i].group)].quota;
    ++held[{wish.program, quota}];
    const bool is_own = quota < 0 || (season.categories[static_cast<size_t>(wish.applicant)] >> quota & 1) != 0;
    n += wish.is_eligible && wish.is_above_floor && wish.has_score && is_own ? 0 : 1;
  }
  for (size_t p = 0; p < batch.programs.size(); ++p) {
    int32_t flowed = 0;
    for (const SeatGroup& group : batch.programs[p].groups) {
      const int32_t n_held = held[{static_cast<int32_t>(p), group.quota}];
      const bool is_open = group.quota < 0;
      n += n_held > group.seats + (is_open ? flowed : 0) ? 1 : 0;
      if (!is_open && season.admission->quotas[static_cast<size_t>(group.quota)].unused == "open") flowed += group.seats - n_held;
    }
  }
  return n;
}

const pack::Admission& admission() {
  static const pack::Admission made = models::test::admission_of_rules();
  return made;
}

}  // namespace

TEST_CASE("nobody is wronged by deferred acceptance, as seen from the definition, and seats are never exceeded") {
  std::mt19937_64 random(20260622);
  for (int round = 0; round < 300; ++round) {
    const Season season = random_season(random, admission(), {.n_quotas = round % 3});
    const Settled done = settled(season);
    REQUIRE(n_wronged(season, done) == 0);
    REQUIRE(n_unlawful(season, done) == 0);
    REQUIRE(done.exceptions.empty());
    for (const math::CutOff& cut : done.cut_offs) REQUIRE(cut.n_held <= cut.capacity);
  }
}

TEST_CASE("the check from the definition can tell: immediate acceptance wrongs somebody, and says so") {
  std::mt19937_64 random(5);
  size_t n_all = 0;
  for (int round = 0; round < 100; ++round) {
    const Season season = random_season(random, admission(), {});
    const Settled done = settled(season, pack::Mechanism::immediate_acceptance);
    const size_t n = n_wronged(season, done);
    CHECK(n == done.exceptions.size());
    CHECK(static_cast<size_t>(
              std::count_if(done.fates.begin(), done.fates.end(), [](const Fate& fate) { return fate.outcome == Outcome::passed_over; })) == n);
    n_all += n;
  }
  CHECK(n_all > 0);
}

TEST_CASE("immediate acceptance with quotas keeps every seat to one") {
  std::mt19937_64 random(17);
  for (int round = 0; round < 300; ++round) {
    const Season season = random_season(random, admission(), {.n_quotas = 2});
    const Settled done = settled(season, pack::Mechanism::immediate_acceptance);
    REQUIRE(n_unlawful(season, done) == 0);
    for (const math::CutOff& cut : done.cut_offs) REQUIRE(cut.n_held <= cut.capacity);
  }
}

TEST_CASE("by one order for all, parallel choice and deferred acceptance give the same") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    const Season season = random_season(random, admission(), {.is_common = true});
    CHECK(settled(season, pack::Mechanism::parallel_choice).assignment.choice == settled(season).assignment.choice);
  }
}

TEST_CASE("what an explanation says was needed is enough, and what stood one place behind is not") {
  std::mt19937_64 random(11);
  int n_tried = 0;
  for (int round = 0; round < 200; ++round) {
    const Season season = random_season(random, admission(), {});
    const Settled done = settled(season);
    for (size_t i = 0; i < done.fates.size(); ++i) {
      const Fate& fate = done.fates[i];
      if (fate.outcome != Outcome::full || fate.needed == math::kNone) continue;
      CHECK(fate.standing > fate.needed);
      // With the tier and keys of whoever stood first there, the applicant gets this choice or a dearer one.
      Season better = season;
      Wish& wish = better.batches.front().wishes[i];
      wish.tier = -1;
      const Settled again = settled(better);
      const auto a = static_cast<size_t>(wish.applicant);
      REQUIRE(again.assignment.choice[a] != math::kNone);
      REQUIRE(again.wish_of[static_cast<size_t>(again.assignment.choice[a])] <= i);
      ++n_tried;
    }
  }
  CHECK(n_tried > 500);
}

TEST_CASE("a season settled twice, in any order of its programs' names, hashes the same; one seat more does not") {
  std::mt19937_64 random(13);
  const Season season = random_season(random, admission(), {.n_quotas = 2});
  const auto hash = [](const Season& of) {
    OutputHash out;
    out.add(of, of.batches.front(), settled(of));
    return out.finish();
  };
  CHECK(hash(season) == hash(season));
  CHECK(hash_of(season, nothing_before(season)) == hash_of(season, nothing_before(season)));
  Season more = season;
  more.batches.front().programs.front().groups.back().seats += 1;
  Before gone = nothing_before(season);
  gone.is_gone[0] = 1;
  CHECK(hash_of(season, nothing_before(season)) != hash_of(season, gone));
  CHECK(hash_of(season, nothing_before(season)) != hash_of(more, nothing_before(more)));
}

TEST_CASE("whatever decides an outcome is in the input's hash, and whatever is told of it in the output's") {
  std::mt19937_64 random(19);
  const Season season = random_season(random, admission(), {.n_quotas = 2});
  const std::string input = hash_of(season, nothing_before(season));
  const auto changed = [&](const std::function<void(Season&, BatchInput&)>& change) {
    Season other = season;
    change(other, other.batches.front());
    return hash_of(other, nothing_before(other)) != input;
  };
  CHECK_FALSE(changed([](Season&, BatchInput&) {}));
  CHECK(changed([](Season& x, BatchInput&) { x.year += 1; }));
  CHECK(changed([](Season& x, BatchInput&) { x.numbers.front() += "x"; }));
  CHECK(changed([](Season& x, BatchInput&) { x.categories.front() ^= 1; }));
  CHECK(changed([](Season&, BatchInput& x) { x.programs.front().code += "x"; }));
  CHECK(changed([](Season&, BatchInput& x) { x.programs.front().groups.front().quota += 1; }));
  CHECK(changed([](Season&, BatchInput& x) { x.wishes.front().applicant += 1; }));
  CHECK(changed([](Season&, BatchInput& x) { x.wishes.front().order += 1; }));
  CHECK(changed([](Season&, BatchInput& x) { x.wishes.front().program = -1; }));
  CHECK(changed([](Season&, BatchInput& x) { x.wishes.front().tier += 1; }));
  CHECK(changed([](Season&, BatchInput& x) { x.wishes.front().is_eligible ^= true; }));
  CHECK(changed([](Season&, BatchInput& x) { x.wishes.front().is_above_floor ^= true; }));
  CHECK(changed([](Season&, BatchInput& x) { x.wishes.front().has_score ^= true; }));
  CHECK(changed([](Season&, BatchInput& x) { x.keys.back() += 0.25; }));
  CHECK(changed([](Season&, BatchInput& x) { std::swap(x.place.front(), x.place.back()); }));
  Before seats = nothing_before(season);
  seats.more_seats[{"p0", -1}] = 1;
  CHECK(hash_of(season, seats) != input);

  const Settled done = settled(season);
  const auto output = [&](const std::function<void(Season&, Settled&)>& change) {
    Season other = season;
    Settled told = done;
    change(other, told);
    OutputHash out;
    out.add(other, other.batches.front(), told);
    return out.finish();
  };
  const std::string whole = output([](Season&, Settled&) {});
  CHECK(output([](Season& x, Settled&) { x.numbers.back() += "x"; }) != whole);
  CHECK(output([](Season& x, Settled&) { x.batches.front().wishes.front().order += 1; }) != whole);
  CHECK(output([](Season& x, Settled&) { x.batches.front().wishes.front().program = -1; }) != whole);
  CHECK(output([](Season&, Settled& x) { x.fates.front().outcome = Outcome::gone; }) != whole);
  CHECK(output([](Season&, Settled& x) { x.fates.front().standing += 1; }) != whole);
  CHECK(output([](Season&, Settled& x) { x.fates.front().needed += 1; }) != whole);
}

TEST_CASE("each of a list is drawn first, and second, equally often") {
  constexpr size_t kPeople = 6, kDraws = 6000;
  std::array<std::array<int, kPeople>, 2> n{};
  const std::string list = hash_of_numbers({"1", "2", "3", "4", "5", "6"});
  for (size_t i = 0; i < kDraws; ++i) {
    const auto order = drawn_order(list, std::to_string(100'000 + i), kPeople);
    for (size_t place = 0; place < 2; ++place) ++n[place][order[place]];
  }
  for (const auto& counts : n) {
    double chi_square = 0;
    for (const int count : counts) chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
    CHECK(chi_square < 20.5);  // 5 degrees of freedom: exceeded once in a thousand
  }
}

TEST_CASE("a file of a draw is recomputed alone, and every change in it is found") {
  LotteryFile file;
  file.admission = "high";
  file.year = 2026;
  file.batch = "lots";
  for (int i = 0; i < 50; ++i) file.list.push_back("K" + std::to_string(100 + i));
  file.list_sha256 = hash_of_numbers(file.list);
  CHECK(verify_lottery(json::to_text(file)).ok());
  file.digits = "314159";
  for (const uint32_t position : drawn_order(file.list_sha256, file.digits, file.list.size())) file.order.push_back(file.list[position]);
  file.order_sha256 = hash_of_numbers(file.order);
  CHECK(verify_lottery(json::to_text(file)).ok());
  const auto told = [&](const auto& change) {
    LotteryFile changed = file;
    change(changed);
    const auto done = verify_lottery(json::to_text(changed));
    return done.ok() ? std::string() : done.error().id;
  };
  CHECK(told([](LotteryFile& x) { x.list[3] = "K103x"; }) == "models.lottery_list");
  CHECK(told([](LotteryFile& x) { std::swap(x.list[3], x.list[4]); }) == "models.lottery_list");
  CHECK(told([](LotteryFile& x) { x.digits = "314158"; }) == "models.lottery_order");
  CHECK(told([](LotteryFile& x) { std::swap(x.order[0], x.order[9]); }) == "models.lottery_order");
  CHECK(told([](LotteryFile& x) { x.order.pop_back(); }) == "models.lottery_order");
  CHECK(told([](LotteryFile& x) { x.digits = "3"; }) == "models.lottery_format");
  CHECK(told([](LotteryFile& x) { x.format = "other"; }) == "models.lottery_format");
}

TEST_CASE("the order of a known list and digits is the one that another program finds") {
  std::vector<std::string> list, order;
  for (int i = 100; i < 112; ++i) list.push_back("K" + std::to_string(i));
  const std::string hash = "1bd2b400ee5ba674a09a52a35f4685c9bfcbe271926d89802560da64a9e10942";
  CHECK(hash_of_numbers(list) == hash);
  for (const uint32_t position : drawn_order(hash, "314159", list.size())) order.push_back(list[position]);
  CHECK(order == std::vector<std::string>{"K102", "K107", "K100", "K109", "K105", "K106", "K110", "K104", "K103", "K101", "K108", "K111"});
  CHECK(hash_of_numbers(order) == "27608a02a0e4127c06580347d964d6280f723467c1b3eaf96d80d57d9c91933e");
}
