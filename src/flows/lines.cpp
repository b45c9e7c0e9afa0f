// SPDX-License-Identifier: Apache-2.0
// Waiting lists: who stands first goes on by itself when there is a place. It is tried after every change that gave a place back and, for limits that
// were raised and servers that were killed between the two, by the round that looks at deadlines. Any server may try: a case goes on once, because it
// is changed from the sequence at which it was read.
#include "base/log.h"
#include "flows/state.h"

namespace banmo::flows {

Result<std::vector<Place>> State::places(const Standing& standing) const {
  BANMO_TRY(const auto lease, stores.ledger->read());
  BANMO_TRY(auto all, places_of(*lease, standing.record.id.to_string()));
  for (Place& one : all)
    for (const pack::FlowQuota& quota : standing.running->flow->quotas)
      if (quota.id == one.quota) one.title = quota.title;
  return all;
}

// False: nobody is in line, or there is no place for the first.
Result<bool> State::serve_first(const PlaceKey& key, std::vector<PlaceKey>& freed) {
  std::string id;
  {
    BANMO_TRY(const auto lease, stores.ledger->read());
    BANMO_TRY(id, first_in_line(*lease, key));
  }
  if (id.empty()) return false;
  BANMO_TRY(auto record, store.unscoped_find(id));
  if (!record) return false;
  BANMO_TRY(Standing found, standing(std::move(*record)));
  BANMO_TRY(auto change, mover().go_on(std::move(found)));
  if (!change) return false;
  const auto done = store.write(*change);
  if (!done.ok()) return done.error().id == kStale ? Result<bool>(true) : Result<bool>(done.error());
  freed.insert(freed.end(), change->freed.begin(), change->freed.end());
  return true;
}

void State::serve_lines(std::vector<PlaceKey> keys) {
  for (size_t i = 0; i < keys.size(); ++i) {
    const PlaceKey key = keys[i];  // the list grows
    for (bool more = true; more;) {
      const auto served = on_present_tree([&] { return serve_first(key, keys); });
      if (!served.ok()) BANMO_LOG(warn, "flows.line_not_served", {"flow", key.flow}, {"quota", key.quota}, {"error", served.error().to_string()});
      more = served.ok() && *served;
    }
  }
}

Result<std::vector<PlaceKey>> State::waiting_lines(const std::string& flow) const {
  BANMO_TRY(const auto lease, stores.ledger->read());
  return lines(*lease, flow);
}

void State::serve_all_lines() {
  for (const RunningPtr& running : book->present()) {
    if (running->flow->quotas.empty()) continue;
    auto found = waiting_lines(running->flow->id);
    if (!found.ok()) BANMO_LOG(warn, "flows.lines_not_read", {"flow", running->flow->id}, {"error", found.error().to_string()});
    if (found.ok()) serve_lines(std::move(*found));
  }
}

}  // namespace banmo::flows
