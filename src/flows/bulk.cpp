// SPDX-License-Identifier: Apache-2.0
// One move of many cases: what it would do to each, or what it did. Each case is an outcome of its own; all are written in one transaction.
#include <algorithm>
#include <mutex>
#include <set>

#include "base/worker_pool.h"
#include "flows/state.h"
#include "flows/wording.h"

namespace banmo::flows {
namespace {

constexpr size_t kMaxItems = 500;

Error twice() {
  return fail(ErrorCode::invalid, "flows.case_twice", {"同一办件在批量中出现两次，请去掉一个", "the case stands twice in the list: take one away"});
}

}  // namespace

// A case, what became of it so far, and the change that is to be written.
struct State::BulkCase {
  const BulkItem* item = nullptr;
  MoveOutcome outcome;
  std::optional<Change> change;
};

// Looks at each case anew: also after somebody else took what it needed, or the organisations changed.
void State::prepare(const directory::Principal& principal, const BulkWish& wish, BulkCase& one) const {
  one.change.reset();
  one.outcome.refused.reset();
  auto found = visible(principal, one.item->id);
  if (!found.ok()) {
    one.outcome.refused = std::move(found).error();
    return;
  }
  one.outcome.key = found->record.key;
  one.outcome.from = found->record.state;
  one.outcome.from_title = state_title(*found->running->flow, found->record.state);
  const RunningPtr running = found->running;
  auto change = moved(*std::move(found), principal, {one.item->seq, wish.move, wish.values, wish.note});
  if (!change.ok()) {
    one.outcome.refused = std::move(change).error();
    return;
  }
  one.outcome.to = change->after.state;
  one.outcome.to_title = state_title(*running->flow, change->after.state);
  one.outcome.seq = change->after.seq;
  one.change = *std::move(change);
}

// True if some could not be written as they were made up and are to be looked at again.
bool State::write_prepared(std::vector<BulkCase>& cases) {
  std::vector<BulkCase*> ready;
  std::vector<Change*> changes;
  for (BulkCase& one : cases) {
    if (!one.change) continue;
    ready.push_back(&one);
    changes.push_back(&*one.change);
  }
  if (changes.empty()) return false;
  const auto results = store.write_all(changes);
  bool again = false;
  for (size_t i = 0; i < ready.size(); ++i) {
    BulkCase& one = *ready[i];
    if (results[i].ok()) {
      serve_lines(std::move(one.change->freed));
      one.change.reset();
      continue;
    }
    one.outcome.refused = results[i].error();
    one.outcome.to.clear();
    again = again || results[i].error().id == kOlderTree || results[i].error().id == kPlaceTaken;
    if (results[i].error().id != kStale) continue;
    const auto now = store.unscoped_find(one.change->after.id.to_string());
    const auto running = now.ok() && *now ? book->of((*now)->flow, (*now)->state, (*now)->definition) : Result<RunningPtr>(no_such_case());
    if (running.ok()) one.outcome.refused = changed_since(*(*running)->flow, **now);
    one.change.reset();
  }
  return again;
}

Result<std::vector<MoveOutcome>> Flows::move_all(const directory::Principal& principal, const BulkWish& wish) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  if (wish.items.empty() || wish.items.size() > kMaxItems)
    return fail(ErrorCode::invalid, "flows.bulk_size", {"一次批量办理 1 到 500 件", "a list of moves has 1 to 500 cases"}, "$.items");
  std::vector<State::BulkCase> cases(wish.items.size());
  std::set<std::string> seen;
  for (size_t i = 0; i < cases.size(); ++i) {
    cases[i].item = &wish.items[i];
    cases[i].outcome.id = wish.items[i].id;
    if (seen.insert(wish.items[i].id).second)
      state_->prepare(principal, wish, cases[i]);
    else
      cases[i].outcome.refused = twice();
  }
  constexpr int kMaxRounds = 8;
  std::unique_lock one_at_a_time(state_->bulk_mutex, std::defer_lock);  // several lists together would keep single moves waiting
  if (!wish.dry_run) {
    const WorkerPool::Blocked blocked;
    one_at_a_time.lock();
  }
  for (int round = 0; !wish.dry_run && round < kMaxRounds && state_->write_prepared(cases); ++round) {
    if (!state_->directory.refresh().ok()) break;  // what is written is told; the others keep why they were not
    for (State::BulkCase& one : cases)
      if (one.change) state_->prepare(principal, wish, one);
  }
  std::vector<MoveOutcome> outcomes;
  for (State::BulkCase& one : cases) outcomes.push_back(std::move(one.outcome));
  return outcomes;
}

}  // namespace banmo::flows
