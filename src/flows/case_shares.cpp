// SPDX-License-Identifier: Apache-2.0
#include "flows/case_shares.h"

#include <algorithm>

#include "flows/state.h"
#include "shares/shares.h"

namespace banmo::flows {

// Whoever has no part in the case any more is told of none: a share says what an office granted.
Result<CaseShares> Flows::shares(const directory::Principal& principal, std::string_view id) const {
  BANMO_TRY(const Standing standing, state_->visible(principal, id));
  CaseShares out;
  const auto opens = [](const pack::FlowMove& move) { return move.share.has_value(); };
  const pack::Flow& flow = *standing.running->flow;
  if (std::none_of(flow.moves.begin(), flow.moves.end(), opens) || state_->options.shares == nullptr || !state_->has_part(principal, standing))
    return out;
  const std::string case_id = standing.record.id.to_string();
  BANMO_TRY(out.items, state_->options.shares->unscoped_of_case(case_id));
  BANMO_TRY(const auto steps, state_->store.unscoped_steps(case_id));
  const auto n_granted = std::count_if(steps.begin(), steps.end(), [&](const Step& step) {
    const pack::FlowMove* move = flow.move(step.from, step.move);
    return move != nullptr && opens(*move);
  });
  out.n_without = std::max<int64_t>(0, n_granted - static_cast<int64_t>(out.items.size()));
  return out;
}

}  // namespace banmo::flows
