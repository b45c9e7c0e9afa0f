// SPDX-License-Identifier: Apache-2.0
// Where cases stand and until when, after a calendar or a flow changed.
#include "base/text.h"
#include "flows/state.h"

namespace banmo::flows {
namespace {

constexpr size_t kPage = 250;

// In the form of a counter.
int64_t number_of(std::string_view text) { return static_cast<int64_t>(text::fnv_1a(text) >> 1); }

// What decides the deadlines of a flow: its own words and the days of its calendar.
int64_t deadlines_of(const Running& running) {
  std::string text;
  const auto add = [&](const pack::FlowSpan& span) { text += std::to_string(span.n) + "/" + std::to_string(static_cast<int>(span.unit)) + ";"; };
  for (const pack::FlowDeadline& deadline : running.flow->deadlines) {
    text += deadline.state + ">" + deadline.late_to + ">" + deadline.escalate_to + ":";
    add(deadline.within);
    if (deadline.remind) add(*deadline.remind);
  }
  if (const pack::Dataset* days = running.catalogue->dataset(running.flow->calendar))
    for (const auto& row : days->rows)
      for (const std::string& cell : row) text += cell + ",";
  return number_of(text);
}

}  // namespace

Result<> State::catch_up(const RunningPtr& running) {
  const auto once = [&](const std::string& what, int64_t now, auto look) -> Result<> {
    const std::string counter = what + running->flow->id;
    BANMO_TRY(const int64_t known, store.counter(counter));
    if (known == now) return {};
    BANMO_DO(look());
    return store.set_counter(counter, now);
  };
  BANMO_DO(once("/desks/", number_of(running->definition), [&] { return put_to_desks(running); }));
  return once("/deadlines/", deadlines_of(*running), [&] { return retime(running); });
}

Result<> State::retime(const RunningPtr& running) {
  std::string after;
  for (bool more = true; more;) {
    BANMO_TRY(const auto page, store.unscoped_open(running->flow->id, after, kPage));
    more = page.size() == kPage;
    std::vector<Change> changes;
    for (const Record& record : page) {
      after = record.id.to_string();
      auto found = standing(record);
      if (!found.ok()) continue;  // its flow is lost: nothing moves it
      BANMO_TRY(auto change, mover().retime(*std::move(found)));
      if (change) changes.push_back(*std::move(change));
    }
    std::vector<Change*> all;
    for (Change& change : changes) all.push_back(&change);
    if (all.empty()) continue;
    for (const Result<>& done : store.write_all(all))
      if (!done.ok() && done.error().id != kStale && done.error().id != kOlderTree) return done;
  }
  return {};
}

}  // namespace banmo::flows
