// SPDX-License-Identifier: Apache-2.0
#include "math/admission.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "math/seating.h"

namespace banmo::math {
namespace {

constexpr uint32_t kMostGroups = 64;

Error refused(const std::string& zh, const std::string& en) { return fail(ErrorCode::invalid, "math.market", {zh, en}); }

Result<> check_lists(const Market& market) {
  const auto n_programs = static_cast<int32_t>(market.n_programs());
  for (size_t a = 0; a < market.n_applicants(); ++a) {
    const uint32_t begin = market.choice_begin[a], end = market.choice_begin[a + 1];
    if (begin > end || end > market.program.size()) return refused("志愿表的起止位置有误", "the bounds of a list of choices are wrong");
    std::vector<int32_t> programs(market.program.begin() + begin, market.program.begin() + end);
    std::sort(programs.begin(), programs.end());
    if (!programs.empty() && (programs.front() < 0 || programs.back() >= n_programs))
      return refused("志愿中有不存在的计划", "a choice names a program that does not exist");
    if (std::adjacent_find(programs.begin(), programs.end()) != programs.end())
      return refused("同一考生的志愿中有重复的计划", "an applicant chose a program twice");
  }
  return {};
}

// No two of one standing at a program.
Result<> check_standings(const Market& market) {
  std::vector<std::pair<int32_t, int32_t>> all;
  for (size_t c = 0; c < market.program.size(); ++c)
    if (market.standing[c] != kNone) all.emplace_back(market.program[c], market.standing[c]);
  std::sort(all.begin(), all.end());
  if (!all.empty() && std::any_of(all.begin(), all.end(), [](const auto& one) { return one.second < 0; }))
    return refused("排位不能为负", "a standing is negative");
  if (std::adjacent_find(all.begin(), all.end()) != all.end())
    return refused("同一计划中有两名考生排位相同，请先确定同分次序", "two applicants have one standing at a program: break the tie first");
  return {};
}

Result<> check_seats(const Market& market) {
  for (size_t p = 0; p < market.n_programs(); ++p) {
    const uint32_t begin = market.seats_begin[p], end = market.seats_begin[p + 1];
    if (begin >= end || end > market.seats.size() || end - begin > kMostGroups)
      return refused("每个计划应有 1 至 64 组名额", "a program has 1 to 64 groups of seats");
    for (uint32_t g = begin; g < end; ++g) {
      const Seats& seats = market.seats[g];
      if (seats.capacity < 0) return refused("名额不能为负", "a number of seats is negative");
      if (seats.flows_to != kNone && (seats.flows_to <= static_cast<int32_t>(g - begin) || seats.flows_to >= static_cast<int32_t>(end - begin)))
        return refused("剩余名额只能转给同一计划中靠后的一组", "empty seats flow to a later group of the same program");
    }
  }
  return {};
}

}  // namespace

Result<> check(const Market& market) {
  if (market.choice_begin.empty() || market.seats_begin.empty() || market.choice_begin.front() != 0 || market.seats_begin.front() != 0 ||
      market.choice_begin.back() != market.program.size() || market.seats_begin.back() != market.seats.size() ||
      market.standing.size() != market.program.size() || (!market.categories.empty() && market.categories.size() != market.n_applicants()))
    return refused("数组长度不一致", "the arrays do not fit together");
  BANMO_DO(check_lists(market));
  BANMO_DO(check_standings(market));
  return check_seats(market);
}

std::vector<CutOff> cut_offs(const Market& market, const Assignment& assignment) {
  std::vector<CutOff> made(market.seats.size());
  for (size_t g = 0; g < made.size(); ++g) made[g].capacity = market.seats[g].capacity;
  for (size_t a = 0; a < assignment.choice.size(); ++a) {
    if (assignment.choice[a] == kNone) continue;
    CutOff& group = made[static_cast<size_t>(assignment.seats[a])];
    ++group.n_held;
    group.last = std::max(group.last, market.standing[static_cast<size_t>(assignment.choice[a])]);
  }
  for (size_t p = 0; p < market.n_programs(); ++p)
    for (uint32_t g = market.seats_begin[p]; g < market.seats_begin[p + 1]; ++g)
      if (market.seats[g].flows_to != kNone)
        made[market.seats_begin[p] + static_cast<uint32_t>(market.seats[g].flows_to)].capacity += std::max(0, made[g].capacity - made[g].n_held);
  return made;
}

Answer answer(const Market& market, std::span<const CutOff> cut_offs, size_t applicant, size_t choice) {
  Answer made;
  const auto program = static_cast<size_t>(market.program[choice]);
  const int32_t standing = market.standing[choice];
  for (uint32_t g = market.seats_begin[program]; g < market.seats_begin[program + 1]; ++g) {
    if ((market.seats[g].admits & market.categories_of(applicant)) == 0 || cut_offs[g].capacity <= 0) continue;
    const int32_t needed = cut_offs[g].is_full() ? cut_offs[g].last : std::numeric_limits<int32_t>::max();
    made.needed = std::max(made.needed, needed);
    made.is_taken |= standing != kNone && standing <= needed;
  }
  return made;
}

std::vector<Exception> exceptions(const Market& market, const Assignment& assignment, size_t n_most) {
  std::vector<Exception> found;
  const auto note = [&](Flaw flaw, size_t applicant, int32_t choice) {
    if (found.size() < n_most) found.push_back({flaw, static_cast<int32_t>(applicant), choice});
  };
  const std::vector<CutOff> last = cut_offs(market, assignment);
  for (size_t a = 0; a < market.n_applicants(); ++a) {
    const int32_t held = assignment.choice[a];
    const auto end = held == kNone ? market.choice_begin[a + 1] : static_cast<uint32_t>(held);
    for (uint32_t c = market.choice_begin[a]; c < end; ++c)
      if (answer(market, last, a, c).is_taken) note(Flaw::blocking_pair, a, static_cast<int32_t>(c));
    if (held == kNone) continue;
    const auto group = static_cast<size_t>(assignment.seats[a]);
    if (market.standing[static_cast<size_t>(held)] == kNone || (market.seats[group].admits & market.categories_of(a)) == 0)
      note(Flaw::not_eligible, a, held);
    if (last[group].n_held > last[group].capacity) note(Flaw::over_capacity, a, held);
  }
  return found;
}

}  // namespace banmo::math
