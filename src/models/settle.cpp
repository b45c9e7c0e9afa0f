// SPDX-License-Identifier: Apache-2.0
#include "models/settle.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace banmo::models {
namespace {

using math::kNone;

class Settler {
 public:
  Settler(const Season& season, const BatchInput& batch, const Before& before) : season_(season), batch_(batch), before_(before) {}

  Result<Settled> run(pack::Mechanism mechanism) {
    take_up();
    rank();
    add_seats();
    BANMO_DO(math::check(out_.market));
    BANMO_TRY(out_.assignment, assign(mechanism));
    out_.cut_offs = math::cut_offs(out_.market, out_.assignment);
    out_.exceptions = math::exceptions(out_.market, out_.assignment, out_.market.program.size() + season_.numbers.size());
    for (const math::Exception& one : out_.exceptions)
      if (one.flaw != math::Flaw::blocking_pair)
        return fail(ErrorCode::internal, "models.unsound",
                    {"投档结果违反名额或条件，已停止；请联系维护人员",
                     "the outcome breaks a quota or a condition and was stopped: tell those who maintain the program"});
    explain();
    count(mechanism);
    return std::move(out_);
  }

 private:
  Fate& fate(uint32_t wish) { return out_.fates[wish]; }

  // Choices that take part stand in the market, those whose condition fails without a standing.
  void take_up() {
    const size_t n = season_.numbers.size();
    out_.fates.resize(batch_.wishes.size());
    math::Market& market = out_.market;
    market.categories = season_.categories;
    market.choice_begin.assign(1, 0);
    std::vector<int32_t> seen;
    uint32_t wish = 0;
    for (size_t a = 0; a < n; ++a) {
      seen.clear();
      for (; wish < batch_.wishes.size() && static_cast<size_t>(batch_.wishes[wish].applicant) == a; ++wish) take_up(wish, seen);
      market.choice_begin.push_back(static_cast<uint32_t>(market.program.size()));
    }
    market.standing.assign(market.program.size(), kNone);
  }

  void take_up(uint32_t i, std::vector<int32_t>& seen) {
    const Wish& wish = batch_.wishes[i];
    Outcome& outcome = fate(i).outcome;
    if (before_.is_gone[static_cast<size_t>(wish.applicant)] != 0) {
      outcome = Outcome::gone;
    } else if (wish.program < 0) {
      outcome = Outcome::no_program;
    } else if (std::find(seen.begin(), seen.end(), wish.program) != seen.end()) {
      outcome = Outcome::repeated;
    } else if (seen.size() >= static_cast<size_t>(batch_.rules->max_choices)) {
      outcome = Outcome::beyond_limit;
    } else {
      seen.push_back(wish.program);
      outcome = !wish.is_eligible      ? Outcome::not_eligible
                : !wish.is_above_floor ? Outcome::below_floor
                : !wish.has_score      ? Outcome::no_score
                                       : Outcome::full;
      out_.market.program.push_back(wish.program);
      out_.wish_of.push_back(i);
    }
  }

  // In what two choices of one program differ first.
  int decided(uint32_t one, uint32_t other) const {
    const Wish &a = batch_.wishes[one], &b = batch_.wishes[other];
    if (a.tier != b.tier) return kByTier;
    const double* const x = batch_.keys.data() + one * batch_.n_keys;
    const double* const y = batch_.keys.data() + other * batch_.n_keys;
    const int first = batch_.rules->score ? kByScore : kByTie;
    for (size_t i = 0; i < batch_.n_keys; ++i)
      if (x[i] != y[i]) return first + static_cast<int>(i);
    return first + static_cast<int>(batch_.n_keys);  // the lot or the number
  }
  bool comes_before(uint32_t one, uint32_t other) const {
    const Wish &a = batch_.wishes[one], &b = batch_.wishes[other];
    if (a.tier != b.tier) return a.tier < b.tier;
    const double* const x = batch_.keys.data() + one * batch_.n_keys;
    const double* const y = batch_.keys.data() + other * batch_.n_keys;
    for (size_t i = 0; i < batch_.n_keys; ++i)
      if (x[i] != y[i]) return x[i] > y[i];
    return batch_.place[static_cast<size_t>(a.applicant)] < batch_.place[static_cast<size_t>(b.applicant)];
  }

  // The standing of each choice at its program.
  void rank() {
    const math::Market& market = out_.market;
    line_begin_.assign(batch_.programs.size() + 1, 0);
    for (size_t c = 0; c < market.program.size(); ++c)
      if (takes_part(c)) ++line_begin_[static_cast<size_t>(market.program[c]) + 1];
    for (size_t p = 1; p < line_begin_.size(); ++p) line_begin_[p] += line_begin_[p - 1];
    line_.resize(line_begin_.back());
    std::vector<uint32_t> next(line_begin_.begin(), line_begin_.end() - 1);
    for (uint32_t c = 0; c < market.program.size(); ++c)
      if (takes_part(c)) line_[next[static_cast<size_t>(market.program[c])]++] = c;
    for (size_t p = 0; p < batch_.programs.size(); ++p) {
      const auto begin = line_.begin() + line_begin_[p], end = line_.begin() + line_begin_[p + 1];
      std::sort(begin, end, [&](uint32_t one, uint32_t other) { return comes_before(out_.wish_of[one], out_.wish_of[other]); });
      for (auto it = begin; it != end; ++it) out_.market.standing[*it] = fate(out_.wish_of[*it]).standing = static_cast<int32_t>(it - begin);
    }
  }
  bool takes_part(size_t choice) const { return out_.fates[out_.wish_of[choice]].outcome == Outcome::full; }

  void add_seats() {
    math::Market& market = out_.market;
    market.seats_begin.assign(1, 0);
    for (const Program& program : batch_.programs) {
      for (const SeatGroup& group : program.groups) {
        const auto more = before_.more_seats.find({program.code, group.quota});
        math::Seats& seats = market.seats.emplace_back();
        seats.capacity = group.seats + (more == before_.more_seats.end() ? 0 : more->second);
        if (group.quota < 0) continue;
        seats.admits = uint64_t{1} << group.quota;
        seats.flows_to = target(program, season_.admission->quotas[static_cast<size_t>(group.quota)].unused);
      }
      add_homeless(program);
      market.seats_begin.push_back(static_cast<uint32_t>(market.seats.size()));
    }
  }
  // Seats of a quota that the program has not in this batch become open.
  void add_homeless(const Program& program) {
    for (auto it = before_.more_seats.lower_bound({program.code, -1}); it != before_.more_seats.end() && it->first.first == program.code; ++it) {
      const auto has = [&](const SeatGroup& group) { return group.quota == it->first.second; };
      if (std::none_of(program.groups.begin(), program.groups.end(), has)) out_.market.seats.back().capacity += it->second;
    }
  }
  int32_t target(const Program& program, const std::string& unused) const {
    if (unused.empty()) return kNone;
    const auto& quotas = season_.admission->quotas;
    const auto found = std::find_if(program.groups.begin(), program.groups.end(), [&](const SeatGroup& group) {
      return group.quota < 0 ? unused == "open" : quotas[static_cast<size_t>(group.quota)].id == unused;
    });
    return static_cast<int32_t>(found - program.groups.begin());
  }

  Result<math::Assignment> assign(pack::Mechanism mechanism) {
    const math::Market& market = out_.market;
    const bool is_plain = market.seats.size() == batch_.programs.size();
    switch (mechanism) {
      case pack::Mechanism::lottery:
      case pack::Mechanism::deferred_acceptance: return math::deferred_acceptance(market);
      case pack::Mechanism::parallel_choice:
        // By one order both give the same; with quotas the first knows them.
        return is_plain ? math::serial_dictatorship(market, common_order()) : math::deferred_acceptance(market);
      case pack::Mechanism::immediate_acceptance: return math::immediate_acceptance(market);
      case pack::Mechanism::top_trading_cycles: break;
    }
    if (is_plain) return math::top_trading_cycles(market);
    return fail(ErrorCode::invalid, "models.one_group",
                {"首位交易循环不能与名额类别同用：请去掉该批次的名额类别，或换一种机制",
                 "top trading cycles do not go with quotas: take the quotas out of this batch, or choose another mechanism"});
  }

  std::vector<int32_t> common_order() const {
    constexpr uint32_t kNoWish = UINT32_MAX;
    std::vector<uint32_t> first(season_.numbers.size(), kNoWish);
    for (size_t c = out_.market.program.size(); c-- > 0;)
      if (takes_part(c)) first[static_cast<size_t>(batch_.wishes[out_.wish_of[c]].applicant)] = out_.wish_of[c];
    std::vector<int32_t> order;
    for (size_t a = 0; a < first.size(); ++a)
      if (first[a] != kNoWish) order.push_back(static_cast<int32_t>(a));
    std::sort(order.begin(), order.end(),
              [&](int32_t one, int32_t other) { return comes_before(first[static_cast<size_t>(one)], first[static_cast<size_t>(other)]); });
    return order;
  }

  void explain() {
    const math::Market& market = out_.market;
    out_.last_wish.assign(market.seats.size(), kNone);
    for (size_t p = 0; p < batch_.programs.size(); ++p)
      for (uint32_t g = market.seats_begin[p]; g < market.seats_begin[p + 1]; ++g)
        if (out_.cut_offs[g].last != kNone)
          out_.last_wish[g] = static_cast<int32_t>(out_.wish_of[line_[line_begin_[p] + static_cast<uint32_t>(out_.cut_offs[g].last)]]);
    for (size_t a = 0; a < market.n_applicants(); ++a)
      for (uint32_t c = market.choice_begin[a]; c < market.choice_begin[a + 1]; ++c)
        if (takes_part(c)) explain(a, c);
  }

  void explain(size_t applicant, uint32_t choice) {
    const math::Market& market = out_.market;
    Fate& told = fate(out_.wish_of[choice]);
    const auto program = static_cast<size_t>(market.program[choice]);
    const math::Answer answer = math::answer(market, out_.cut_offs, applicant, choice);
    const bool is_bound = answer.needed != kNone && static_cast<uint32_t>(answer.needed) < line_begin_[program + 1] - line_begin_[program];
    if (is_bound) {
      told.needed = answer.needed;
      told.cut = static_cast<int32_t>(out_.wish_of[line_[line_begin_[program] + static_cast<uint32_t>(answer.needed)]]);
    }
    const int32_t held = out_.assignment.choice[applicant];
    if (held == static_cast<int32_t>(choice)) {
      told.outcome = Outcome::placed;
      told.group = static_cast<int32_t>(static_cast<uint32_t>(out_.assignment.seats[applicant]) - market.seats_begin[program]);
    } else if (held != kNone && static_cast<int32_t>(choice) > held) {
      told.outcome = Outcome::not_reached;
    } else if (answer.is_taken) {
      told.outcome = Outcome::passed_over;
    } else {
      told.outcome = Outcome::full;
      if (told.cut != kNone) told.decided = decided(out_.wish_of[choice], static_cast<uint32_t>(told.cut));
    }
  }

  void count(pack::Mechanism mechanism) {
    BatchFigures& figures = out_.figures;
    figures.batch = batch_.rules->id;
    figures.mechanism = pack::name_of(mechanism);
    for (size_t a = 0; a < out_.market.n_applicants(); ++a) {
      const int32_t held = out_.assignment.choice[a];
      figures.n_applicants += out_.market.choice_begin[a + 1] > out_.market.choice_begin[a] ? 1 : 0;
      figures.n_placed += held != kNone ? 1 : 0;
      figures.n_first += held != kNone && static_cast<uint32_t>(held) == out_.market.choice_begin[a] ? 1 : 0;
    }
    figures.n_choices = static_cast<int64_t>(batch_.wishes.size());
    for (const math::Seats& seats : out_.market.seats) figures.n_seats += seats.capacity;
    for (size_t p = 0; p < batch_.programs.size(); ++p)
      for (uint32_t g = out_.market.seats_begin[p]; g < out_.market.seats_begin[p + 1]; ++g) {
        const int64_t n_left = left_over(out_.market, out_.cut_offs[g], g);
        figures.n_empty += n_left;
        figures.n_lost += batch_.rules->unused.empty() || batch_.later.contains(batch_.programs[p].code) ? 0 : n_left;
      }
    figures.n_exceptions = static_cast<int64_t>(out_.exceptions.size());
    figures.stable = out_.exceptions.empty();
  }

  const Season& season_;
  const BatchInput& batch_;
  const Before& before_;
  Settled out_;
  std::vector<uint32_t> line_begin_, line_;  // by program: choices of the market, who comes first stands first
};

void append(std::string& out, int64_t value) {
  char digits[24];
  out.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
  out += ' ';
}

}  // namespace

Result<Settled> settle(const Season& season, const BatchInput& batch, pack::Mechanism mechanism, const Before& before) {
  return Settler(season, batch, before).run(mechanism);
}

int32_t left_over(const math::Market& market, const math::CutOff& cut_off, size_t group) {
  return market.seats[group].flows_to == kNone ? std::max(0, cut_off.capacity - cut_off.n_held) : 0;
}

void leave(const BatchInput& batch, const Settled& settled, Before& later) {
  for (size_t p = 0; p < batch.programs.size(); ++p)
    for (size_t g = 0; g < batch.programs[p].groups.size(); ++g) {
      const size_t group = settled.market.seats_begin[p] + g;
      if (const int32_t n = left_over(settled.market, settled.cut_offs[group], group); n > 0)
        later.more_seats[{batch.programs[p].code, batch.programs[p].groups[g].quota}] += n;
    }
}

void OutputHash::add(const Season& season, const BatchInput& batch, const Settled& settled) {
  std::string block;
  for (size_t i = 0; i < batch.wishes.size(); ++i) {
    const Wish& wish = batch.wishes[i];
    const Fate& fate = settled.fates[i];
    block += batch.rules->id;
    block += ' ';
    block += season.numbers[static_cast<size_t>(wish.applicant)];
    block += ' ';
    append(block, wish.order);
    block += wish.program < 0 ? std::string_view("-") : std::string_view(batch.programs[static_cast<size_t>(wish.program)].code);
    block += ' ';
    block += kOutcomes[static_cast<size_t>(fate.outcome)];
    block += ' ';
    append(block, fate.standing + 1);
    append(block, fate.needed + 1);
    block.back() = '\n';
    if (block.size() < (1U << 16)) continue;
    hasher_.add(block);
    block.clear();
  }
  hasher_.add(block);
}

}  // namespace banmo::models
