// SPDX-License-Identifier: Apache-2.0
// What a move asks of papers and makes of them: files that must be there, letters that it issues, appeals that it begins or hears.
#include <algorithm>

#include "base/city_time.h"
#include "flows/letters.h"
#include "flows/mover.h"
#include "flows/wording.h"

namespace banmo::flows {
namespace {

bool is_at(const std::vector<std::string>& states, const std::string& state) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

struct Issuer {
  directory::OrgNo org;
  pack::Title role;
};

// A letter is an office's: what applicants bring about themselves is issued by the organisation whose row it is.
Issuer issuer_of(const Standing& standing, const Actor& actor, bool is_applicant) {
  if (actor.role == nullptr) return {};
  if (!is_applicant) return {actor.grant.org, actor.role->title};
  const std::string& field = standing.running->subject->org_field;
  return {{field.empty() ? 0 : sql::int_of(standing.row[standing.running->subject->field_index(field)])}, {}};
}

}  // namespace

Result<bool> Mover::is_asked(const Standing& standing, const pack::FlowFile& file) const {
  if (!file.when) return true;
  BANMO_TRY(const sql::Value value, evaluator_.evaluate(*file.when, standing, {}));
  return expr::is_true(value);
}

Result<bool> Mover::is_required(const Standing& standing, const pack::FlowFile& file) const {
  if (!file.required) return false;
  BANMO_TRY(const bool is_asked, this->is_asked(standing, file));
  if (!is_asked) return false;
  BANMO_TRY(const sql::Value value, evaluator_.evaluate(*file.required, standing, {}));
  return expr::is_true(value);
}

// A move that ends the case leaves nothing to look at them for.
Result<> Mover::check_files(const Standing& standing, const pack::FlowMove& move) const {
  const pack::Flow& flow = *standing.running->flow;
  const pack::FlowState* to = flow.state(move.to);
  if (to != nullptr && to->final) return {};
  for (const pack::FlowFile& file : flow.files) {
    if (!is_at(file.states, standing.record.state) || standing.papers.count(file.id) > 0) continue;
    BANMO_TRY(const bool required, is_required(standing, file));
    if (required) return file_missing(file);
  }
  return {};
}

Result<> Mover::check_appeal(const Standing& standing, const pack::FlowMove& move, const Actor& actor) const {
  const Record& record = standing.record;
  if (move.appeal) {
    if (standing.papers.is_appealed) return appealed_already();
    const Instant until = standing.running->calendar->after(record.closed_at.value_or(now_), *move.appeal);
    return now_ < until ? Result<>() : Result<>(appeal_late(until));
  }
  const bool hears = standing.papers.is_appealed && !record.closed_at && !standing.papers.decided_by.empty();
  const auto decided = [&](const std::string& account) { return is_at(standing.papers.decided_by, account); };
  if (!hears || is_own(standing, actor.role)) return {};
  const bool same = decided(actor.principal->account_name) || (actor.deputy != nullptr && decided(actor.deputy->account));
  return same ? Result<>(heard_by_another(move)) : Result<>();
}

Result<> Mover::issue(const Standing& standing, const pack::FlowMove& move, const Actor& actor, const std::string& note, Change& change) const {
  for (const std::string& id : move.revokes) change.revoked.push_back(id);
  const Issuer issuer = issuer_of(standing, actor, is_own(standing, actor.role));
  for (const std::string& id : move.letters) {
    const pack::FlowLetter* letter = standing.running->flow->letter(id);
    if (letter == nullptr) continue;
    const LetterFacts facts{
        *standing.running, standing.row, standing.record.key, move, note, issuer.org, issuer.role, now_,
    };
    BANMO_TRY(IssuedLetter made, compose(*letter, facts, directory_));
    change.letters.push_back(std::move(made));
  }
  return {};
}

}  // namespace banmo::flows
