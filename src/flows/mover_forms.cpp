// SPDX-License-Identifier: Apache-2.0
// Which fields of a form are asked for. While somebody fills in, what they typed stays in the case though its part is hidden, and comes back with it;
// when the case leaves the state, what is not asked for is as if it had never been filled in.
#include <algorithm>

#include "flows/mover.h"
#include "flows/wording.h"

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

// What is typed now is from what is offered now; what stands there from before as well when the case is moved (`asked` says what is asked for then),
// except what is offered to one reader and not to the next.
Result<> Mover::check_offered(const Standing& standing, const std::vector<pack::FlowInput>& form, const std::vector<bool>& asked,
                              const directory::Principal& principal, const json::Object& given) const {
  Error error = fail(ErrorCode::invalid, "flows.not_offered", {}, "$.values");
  for (size_t i = 0; i < form.size(); ++i) {
    const pack::FlowInput& input = form[i];
    if (!input.choose) continue;
    const bool is_public = input.choose->from == pack::FlowChoose::From::rows || input.choose->from == pack::FlowChoose::From::orgs;
    const bool is_given = given.find(input.field) != nullptr;
    if (!is_given && !(is_public && i < asked.size() && asked[i])) continue;
    BANMO_TRY(const bool fits, choices(principal).fits(standing, input));
    if (!fits) error.details.push_back(not_offered(*standing.running->subject, input));
  }
  if (error.details.empty()) return {};
  error.message = error.details.front().message;
  error.where = error.details.front().where;
  return error;
}

// What was chosen by a field that now says something else is chosen anew. `before`: the row as it stood. A value that is no longer offered for
// another reason stays until the case is moved on: the list may have changed under somebody who saves something else.
Result<> Mover::drop_unfit(Standing& standing, const sql::Values& before, const std::vector<pack::FlowInput>& form,
                           const directory::Principal& principal, const json::Object& given) const {
  const size_t n_fields = standing.running->subject->fields.size();
  const auto changed = [&](size_t at) { return at >= n_fields || standing.row[at] != before[at]; };  // behind the row: what is found by it
  for (const pack::FlowInput& input : form) {
    if (!input.choose || given.find(input.field) != nullptr) continue;
    const bool is_on = !input.choose->on.empty() && changed(standing.running->subject->field_index(input.choose->on));
    const bool is_matched = std::any_of(input.choose->match.begin(), input.choose->match.end(), [&](const pack::FlowChoose::Match& match) {
      return std::any_of(match.value.fields().begin(), match.value.fields().end(), changed);
    });
    if (!is_on && !is_matched) continue;
    BANMO_TRY(const bool fits, choices(principal).fits(standing, input));
    if (!fits) standing.row[standing.running->subject->field_index(input.field)] = {};
  }
  return {};
}

Result<Standing> Mover::as_sent(Standing standing) const {
  if (const pack::FlowState* state = standing.running->flow->state(standing.record.state)) {
    BANMO_TRY([[maybe_unused]] const auto asked, drop_unasked(standing, state->form, {}));
  }
  return standing;
}

}  // namespace banmo::flows
