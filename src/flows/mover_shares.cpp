// SPDX-License-Identifier: Apache-2.0
// The access that a move opens or ends: written in its transaction, so that a case says what is open, and nothing is open that no case says.
#include "flows/calendar.h"
#include "flows/mover.h"
#include "shares/shares.h"

namespace banmo::flows {
namespace {

class Cells {
 public:
  explicit Cells(const Standing& standing) : standing_(standing) {}
  std::string text(const std::string& field) const { return sql::is_null(at(field)) ? std::string() : sql::text_of(at(field)); }
  directory::OrgNo org(const std::string& field) const { return {sql::is_null(at(field)) ? 0 : sql::int_of(at(field))}; }
  // A day counts to its end.
  std::optional<Instant> instant(const std::string& field) const {
    if (const auto* day = std::get_if<Date>(&at(field))) return end_of(*day);
    const auto* moment = std::get_if<Instant>(&at(field));
    return moment == nullptr ? std::nullopt : std::optional(*moment);
  }

 private:
  const sql::Value& at(const std::string& field) const { return standing_.row[standing_.running->subject->field_index(field)]; }
  const Standing& standing_;
};

// The field of the case that holds what the room shares calls `member`.
const std::string& field_of(const pack::FlowShare& share, const std::string& member) {
  const std::pair<std::string_view, const std::string*> all[] = {{"to", &share.to},          {"dataset", &share.dataset}, {"fields", &share.fields},
                                                                 {"org", &share.org},        {"way", &share.way},         {"until", &share.until},
                                                                 {"purpose", &share.purpose}};
  for (const auto& [name, field] : all)
    if (name == member) return *field;
  return share.dataset;
}

// The same sentence, with the field of the form that it is about.
Error about_field(Error error, const pack::FlowShare& share, const pack::Dataset& subject) {
  const pack::Field* field = subject.field(field_of(share, error.where));
  if (error.where.empty() || field == nullptr) return error;
  error.where = "$.values." + field->id;
  error.message = {"“" + field->title.zh + "”：" + error.message.zh, field->title.en + ": " + error.message.en};
  return error;
}

}  // namespace

Result<> Mover::give_access(Standing& standing, const pack::FlowMove& move, const Actor& actor, Change& change) const {
  const std::string by = actor.principal == nullptr ? "system" : actor.principal->account_name;
  const std::string case_id = standing.record.id.to_string();
  // With the case its access ends, whatever the pack says: also by a deadline, and of what an earlier version of the flow has opened.
  const pack::FlowState* to = standing.running->flow->state(move.to);
  const bool ends = move.unshares || (to != nullptr && to->final);
  if (ends && shares_ != nullptr) change.also.push_back(shares_->ending(case_id, by, now_));
  if (!move.share) return {};
  const pack::FlowShare& share = *move.share;
  if (shares_ == nullptr || actor.principal == nullptr)
    return fail(ErrorCode::unavailable, "flows.cannot_share",
                {"共享只能由有权的人在线授权，请登录后办理", "access is granted by a person who may: sign in and make the move"});
  const Cells cells(standing);
  const shares::Wish wish{cells.org(share.to),   cells.text(share.dataset),  cells.text(share.fields),  cells.org(share.org),
                          cells.text(share.way), cells.instant(share.until), cells.text(share.purpose), share.max_days};
  const auto terms = shares_->check(*actor.principal, wish);
  if (!terms.ok()) return about_field(terms.error(), share, *standing.running->subject);
  if (!share.says.empty()) standing.row[standing.running->subject->field_index(share.says)] = shares_->words(*terms).zh;
  auto opening = shares_->opening(*terms, {case_id, standing.record.key, standing.record.flow}, by, now_);
  change.also.push_back(std::move(opening.statement));
  change.shared.push_back(std::move(opening.detail));
  return {};
}

}  // namespace banmo::flows
