// SPDX-License-Identifier: Apache-2.0
// Which fields of a form are asked for. While somebody fills in, what they typed stays in the case though its part is hidden, and comes back with it;
// when the case leaves the state, what is not asked for is as if it had never been filled in.
#include <algorithm>

#include "flows/mover.h"

namespace banmo::flows {
namespace {

bool has(const std::vector<pack::FlowInput>& form, const std::string& field) {
  return std::any_of(form.begin(), form.end(), [&](const pack::FlowInput& input) { return input.field == field; });
}

}  // namespace

// From the first to the last: conditions read what stands before them, and what is not asked for counts as not filled in.
Result<std::vector<bool>> Mover::drop_unasked(Standing& standing, const std::vector<pack::FlowInput>& form,
                                              const std::vector<pack::FlowInput>& but) const {
  std::vector<bool> asked;
  std::optional<sql::Values> blank;
  for (const pack::FlowInput& input : form) {
    bool is_asked = true;
    for (const expr::Expression& when : input.when) {
      BANMO_TRY(const sql::Value value, evaluator_.evaluate(when, standing, {}));
      is_asked = is_asked && expr::is_true(value);
    }
    asked.push_back(is_asked);
    if (is_asked || has(but, input.field)) continue;
    if (!blank) blank = rows_.blank(standing.running->subject->id);
    const size_t at = standing.running->subject->field_index(input.field);
    standing.row[at] = (*blank)[at];
  }
  return asked;
}

Result<std::vector<bool>> Mover::asked(Standing standing, const std::vector<pack::FlowInput>& form) const { return drop_unasked(standing, form, {}); }

Result<Standing> Mover::as_sent(Standing standing) const {
  if (const pack::FlowState* state = standing.running->flow->state(standing.record.state)) {
    BANMO_TRY([[maybe_unused]] const auto asked, drop_unasked(standing, state->form, {}));
  }
  return standing;
}

}  // namespace banmo::flows
