// SPDX-License-Identifier: Apache-2.0
#include "flows/mover.h"

#include <algorithm>
#include <cmath>

#include "base/city_time.h"
#include "flows/files.h"
#include "flows/letters.h"
#include "flows/ratings.h"
#include "flows/wording.h"

namespace banmo::flows {
namespace {

constexpr int kMaxAutomatic = 16;  // moves in a row; packs with circles are not loaded

// Values stand in a request below its "values".
Error below_values(Error error) {
  const auto move = [](std::string& where) {
    if (where.starts_with("$.")) where.insert(1, ".values");
  };
  move(error.where);
  for (Error& detail : error.details) move(detail.where);
  return error;
}

Result<> check_form(const pack::Dataset& subject, const std::vector<pack::FlowInput>& form, const json::Object& values) {
  for (const auto& [name, value] : values) {
    if (std::any_of(form.begin(), form.end(), [&](const pack::FlowInput& input) { return input.field == name; })) continue;
    return not_in_form(subject, name);
  }
  return {};
}

Result<> check_required(const Standing& standing, const std::vector<pack::FlowInput>& form, const std::vector<bool>& asked) {
  Error error = fail(ErrorCode::invalid, "flows.input_missing", {}, "$.values");
  for (size_t i = 0; i < form.size(); ++i) {
    const pack::FlowInput& input = form[i];
    const size_t at = standing.running->subject->field_index(input.field);
    if (!input.required || !asked[i] || !sql::is_null(standing.row[at])) continue;
    const pack::Title& title = standing.running->subject->fields[at].title;
    error.details.push_back(
        fail(ErrorCode::invalid, "flows.input_missing", {"请填写“" + title.zh + "”", "fill in " + title.en}, "$.values." + input.field));
  }
  if (error.details.empty()) return {};
  error.message = error.details.front().message;
  error.where = error.details.front().where;
  return error;
}

// A case is in the dataset from its first move on, unless that gives it up: a draft is nobody's row, and what is withdrawn unsent never was one.
bool is_sent(const Running& running, const Record& now, const Change& change) {
  if (change.steps.empty()) return false;
  if (now.in_dataset) return true;
  const std::string& first = running.flow->states.front().id;
  const pack::FlowState* to = running.flow->state(change.steps.front().step.to);
  return now.state != first && to != nullptr && !to->final;
}

bool reads_form(const Standing& standing, const pack::FlowMove& move) {
  const auto& fields = standing.running->subject->fields;
  return std::any_of(move.guard->fields().begin(), move.guard->fields().end(), [&](size_t at) {
    return at < fields.size() && std::any_of(move.form.begin(), move.form.end(), [&](const auto& input) { return input.field == fields[at].id; });
  });
}

}  // namespace

std::optional<Actor> Mover::actor(const Standing& standing, const directory::Principal& principal, const std::vector<std::string>& by) const {
  for (const std::string& id : by) {
    const pack::FlowRole* role = standing.running->flow->role(id);
    if (role == nullptr) continue;
    if (const auto grant = holds(*role, principal, *standing.running, standing.row, *orgs_)) return Actor{&principal, role, *grant, nullptr};
  }
  if (!deputies_) return std::nullopt;
  for (const Deputy& deputy : *deputies_)
    for (const std::string& id : by) {
      const pack::FlowRole* role = standing.running->flow->role(id);
      if (role == nullptr) continue;
      if (const auto grant = deputy.holds(*role, *standing.running, standing.row, *orgs_)) return Actor{&principal, role, *grant, &deputy};
    }
  return std::nullopt;
}

std::optional<Actor> Mover::saver(const Standing& standing, const directory::Principal& principal) const {
  const pack::FlowState* state = standing.running->flow->state(standing.record.state);
  if (state == nullptr || state->form.empty()) return std::nullopt;
  std::vector<std::string> by;
  for (const pack::FlowRole* role : fillers_of(*standing.running->flow, state->id, standing.record.escalated)) by.push_back(role->id);
  return actor(standing, principal, by);
}

static bool is_starter(const pack::Flow& flow, const pack::FlowRole* role) {
  const auto starters = roles_of(flow, flow.states.front().id, false);
  return std::find(starters.begin(), starters.end(), role) != starters.end();
}

bool Mover::is_own(const Standing& standing, const pack::FlowRole* role) const { return is_starter(*standing.running->flow, role); }

// Whether all who make the move are those who open cases: a withdrawal is nobody else's.
static bool is_applicants(const pack::Flow& flow, const pack::FlowMove& move) {
  return std::all_of(move.by.begin(), move.by.end(), [&](const std::string& id) { return is_starter(flow, flow.role(id)); });
}

// By whom a move may be made: when an office is late the role above may act in its place.
static std::vector<std::string> makers(const Standing& standing, const pack::FlowMove& move) {
  std::vector<std::string> by = move.by;
  const pack::FlowDeadline* deadline = standing.running->flow->deadline(standing.record.state);
  if (standing.record.escalated && deadline != nullptr && !is_applicants(*standing.running->flow, move)) by.push_back(deadline->escalate_to);
  return by;
}

std::optional<Actor> Mover::maker(const Standing& standing, const directory::Principal& principal, const pack::FlowMove& move) const {
  return actor(standing, principal, makers(standing, move));
}

bool Mover::could_make(const Standing& standing, const directory::Principal& principal, const pack::FlowMove& move) const {
  const auto has = [](const directory::Principal& who, const pack::FlowRole& role) {
    return std::any_of(who.grants.begin(), who.grants.end(), [&](const directory::Grant& grant) {
      return role.roles.empty() || std::find(role.roles.begin(), role.roles.end(), directory::name_of(grant.role)) != role.roles.end();
    });
  };
  for (const std::string& id : makers(standing, move)) {
    const pack::FlowRole* role = standing.running->flow->role(id);
    if (role == nullptr) continue;
    if (has(principal, *role)) return true;
    for (size_t i = 0; deputies_ && i < deputies_->size(); ++i)
      if (has(*(*deputies_)[i].absent, *role)) return true;
  }
  return false;
}

Result<> Mover::check_actor(const Standing& standing, const pack::FlowMove& move, const Actor& actor, bool took_part) const {
  if (actor.role == nullptr) return not_your_move(*standing.running->flow, move);
  BANMO_DO(check_appeal(standing, move, actor));
  if (move.four_eyes && took_part) return four_eyes(move);
  return check_period(standing, actor);
}

Result<bool> Mover::holds_guard(const Standing& standing, const pack::FlowMove& move, const Actor& actor) const {
  if (!move.guard) return true;
  BANMO_TRY(const sql::Value value, evaluator_.evaluate(*move.guard, standing, actor));
  return expr::is_true(value);
}

Result<> Mover::check_guard(const Standing& standing, const pack::FlowMove& move, const Actor& actor) const {
  BANMO_TRY(const bool held, holds_guard(standing, move, actor));
  return held ? Result<>() : Result<>(fail(ErrorCode::invalid, "flows.guard", guard_sentence(standing, move)));
}

Message Mover::guard_sentence(const Standing& standing, const pack::FlowMove& move) const {
  return refusal_of(move, values_of(*standing.running, standing.row, move.guard->fields(), *orgs_));
}

Result<std::optional<Message>> Mover::refusal(const Standing& standing, const directory::Principal& principal, const pack::FlowMove& move,
                                              bool took_part) const {
  const Actor by = maker(standing, principal, move).value_or(Actor{});
  const auto allowed = check_actor(standing, move, by, took_part);
  if (!allowed.ok()) return std::optional(allowed.error().message);
  if (move.guard && !reads_form(standing, move)) {
    BANMO_TRY(const bool held, holds_guard(standing, move, by));
    if (!held) return std::optional(guard_sentence(standing, move));
  }
  if (const auto files = check_files(standing, move); !files.ok()) return std::optional(files.error().message);
  // What is filled in may say of which places one is needed; and an applicant tries by sending, which is on record, not by looking at a draft.
  if (!move.form.empty() || is_applicants(*standing.running->flow, move)) return std::optional<Message>();
  BANMO_TRY(const pack::FlowQuota* full, no_place_behind(standing, move, by));
  return full == nullptr ? std::optional<Message>() : std::optional(no_place(*full).message);
}

Result<> Mover::take_inputs(Standing& standing, const pack::FlowMove& move, const directory::Principal& principal, const MoveWish& wish) const {
  BANMO_DO(check_form(*standing.running->subject, move.form, wish.values));
  BANMO_TRY(const std::vector<bool> asked_here, asked(standing, move.form));
  for (size_t i = 0; i < move.form.size(); ++i)
    if (!asked_here[i] && wish.values.find(move.form[i].field) != nullptr) return not_asked(*standing.running->subject, move.form[i].field);
  auto filled = rows_.fill(principal, standing.running->subject->id, wish.values, standing.row);
  if (!filled.ok()) return below_values(std::move(filled).error());
  BANMO_DO(check_offered(standing, move.form, asked_here, principal, wish.values));
  BANMO_DO(check_required(standing, move.form, asked_here));
  const pack::FlowState* state = standing.running->flow->state(standing.record.state);
  if (state == nullptr) return {};
  BANMO_TRY(const std::vector<bool> asked_before, drop_unasked(standing, state->form, move.form));
  const pack::FlowState* to = standing.running->flow->state(move.to);
  const bool gives_up = to != nullptr && to->final && !standing.record.in_dataset;  // what is given up need not be complete
  if (gives_up) return {};
  BANMO_DO(check_required(standing, state->form, asked_before));
  if (to != nullptr && to->final) return {};  // what ends need not choose anew because a list has changed
  return check_offered(standing, state->form, asked_before, principal, {});
}

Result<> Mover::fill_empty(Standing& standing, const Actor& actor) const {
  for (const pack::FlowFill& fill : standing.running->flow->fill) {
    const size_t at = standing.running->subject->field_index(fill.field);
    if (!sql::is_null(standing.row[at])) continue;
    BANMO_TRY(sql::Value value, evaluator_.evaluate(fill.value, standing, actor));
    standing.row[at] = for_field(standing.running->subject->fields[at], std::move(value));
  }
  return {};
}

Result<> Mover::run_effects(Standing& standing, const pack::FlowMove& move, const Actor& actor) const {
  for (const pack::FlowEffect& effect : move.effects) {
    const size_t at = standing.running->subject->field_index(effect.field);
    BANMO_TRY(sql::Value value, evaluator_.evaluate(effect.value, standing, actor));
    standing.row[at] = for_field(standing.running->subject->fields[at], std::move(value));
  }
  return {};
}

void Mover::enter(Standing& standing, const std::string& state) const {
  Record& c = standing.record;
  const pack::Flow& flow = *standing.running->flow;
  c.state = state;
  c.entered_at = now_;
  c.reminded = c.escalated = false;
  const pack::FlowState* entered = flow.state(state);
  c.closed_at = entered != nullptr && entered->final ? std::optional(now_) : std::nullopt;  // an appeal opens it again
  set_deadline(*standing.running, c);
}

Result<> Mover::take(Standing& standing, const pack::FlowMove& move, const Actor& actor, const std::string& note, Change& change) const {
  const Record& c = standing.record;
  StepRow row;
  row.step = {now_, move.id, c.state, move.to, move.label, actor.role == nullptr ? pack::Title{} : actor.role->title, actor.grant.org, note};
  row.account = actor.principal == nullptr ? "" : actor.principal->account_name;
  row.role = actor.role == nullptr ? "" : actor.role->id;
  row.for_account = actor.deputy == nullptr ? "" : actor.deputy->account;
  row.spent_us = now_.micros - c.entered_at.micros;
  change.steps.push_back(std::move(row));
  if (const pack::FlowState* left = standing.running->flow->state(c.state)) {
    BANMO_TRY([[maybe_unused]] const auto asked, drop_unasked(standing, left->form, move.form));
  }
  BANMO_DO(run_effects(standing, move, actor));
  BANMO_DO(give_access(standing, move, actor, change));
  enter(standing, move.to);
  for (const pack::FlowStart& other : move.starts) BANMO_DO(start(standing, other, actor, change));
  BANMO_DO(call(standing, move, actor, change));
  return issue(standing, move, actor, note, change);
}

Result<> Mover::take_automatic(Standing& standing, Change& change, Panel panel) const {
  if (!standing.papers.waits_for.empty()) return {};  // what other departments say may decide which is taken
  for (int n = 0; n < kMaxAutomatic; ++n) {
    const pack::FlowState* here = standing.running->flow->state(standing.record.state);
    if (here != nullptr && here->panel && std::exchange(panel, Panel::is_awaited) == Panel::is_awaited) return {};
    const pack::FlowMove* next = nullptr;
    for (const pack::FlowMove& move : standing.running->flow->moves) {
      if (!move.automatic() || std::find(move.from.begin(), move.from.end(), standing.record.state) == move.from.end()) continue;
      BANMO_TRY(const bool held, holds_guard(standing, move, {}));
      if (!held) continue;
      BANMO_TRY(const pack::FlowQuota* full, no_place_behind(standing, move, {}));
      if (full != nullptr) continue;
      next = &move;
      break;
    }
    if (next == nullptr) return {};
    BANMO_DO(take(standing, *next, {}, "", change));
    if (!standing.papers.waits_for.empty()) return {};
  }
  return fail(ErrorCode::internal, "flows.circle",
              {"流程一次自动办理超过 16 步，没有办成，内容未丢；请通知系统管理员检查场景包",
               "the flow makes more than 16 moves by itself in a row, so nothing was done and nothing is lost: tell the system administrator to look "
               "at its pack"});
}

void Mover::tell_opener(const Standing& standing, const Actor& actor, Change& change) const {
  const Record& c = standing.record;
  if (c.opened_by.empty() || (actor.principal != nullptr && actor.principal->account_name == c.opened_by)) return;
  directory::NoticeTo to;
  to.account_name = c.opened_by;
  change.notices.emplace_back(to, directory::NewNotice{"flow.moved", now_stands(*standing.running->flow, c), "/cases/" + c.id.to_string()});
}

// The row as the case leaves it, and everything that is written with it.
Result<> Mover::finish(Standing& standing, const Actor& actor, std::string action, Change& change) const {
  Record& c = standing.record;
  const Running& running = *standing.running;
  const std::string& subject = running.subject->id;
  change.seq_before = c.seq++;
  change.period = period_of(standing, actor);
  change.tree_version = orgs_->version();
  c.definition = running.definition;
  c.moved_at = now_;
  c.mover_role = actor.role == nullptr ? "" : actor.role->title.zh + "\t" + actor.role->title.en;
  standing.row[running.key_at] = c.key.empty() ? sql::Value{} : sql::Value{c.key};
  standing.row[running.state_at] = c.state;
  const auto number = [&](const std::string& field) { return field.empty() ? 0 : sql::int_of(standing.row[running.subject->field_index(field)]); };
  c.org = number(running.subject->org_field);
  c.person = number(running.subject->person_field);
  BANMO_DO(take_places(standing, actor, change));
  if (is_sent(running, c, change)) {
    if (!c.sent_at) c.sent_at = now_;
    auto added = rows_.add(change.rows, subject, standing.row, !c.in_dataset, actor.principal == nullptr ? "system" : actor.principal->account_name,
                           actor.principal == nullptr ? records::CaseRows::By::program : records::CaseRows::By::person);
    if (!added.ok()) return below_values(std::move(added).error());
    c.in_dataset = true;
  }
  const pack::FlowState* state = running.flow->state(c.state);
  change.rests = state != nullptr && state->rests;
  if (change.is_moved && !c.closed_at) change.desks = desks_of_case(running, c.state, c.escalated, standing.row, *orgs_);
  if (change.is_moved && !running.flow->files.empty()) change.also.push_back(files_follow(c.id.to_string(), c.closed_at.has_value()));
  BANMO_TRY(c.content, rows_.to_text(subject, standing.row));
  json::Object detail{{"seq", c.seq}, {"state", c.state}};
  if (!change.steps.empty()) {
    detail.set("move", change.steps.front().step.move);
    detail.set("from", change.steps.front().step.from);
    if (!change.steps.front().role.empty()) detail.set("role", change.steps.front().role);
  }
  if (actor.deputy != nullptr) detail.set("for", actor.deputy->account);
  json::Array issued;
  for (const IssuedLetter& letter : change.letters) issued.emplace_back(letter.letter);
  if (!issued.empty()) detail.set("letters", std::move(issued));
  if (!change.shared.empty()) detail.set("shared", json::Array(change.shared.begin(), change.shared.end()));
  if (!change.revoked.empty()) detail.set("revoked", json::Array(change.revoked.begin(), change.revoked.end()));
  change.audited = {now_,
                    actor.principal == nullptr ? "system" : actor.principal->account_name,
                    std::move(action),
                    c.flow,
                    c.id.to_string(),
                    c.org,
                    std::move(detail)};
  change.after = std::move(c);
  return put_letters(change, sealing_);
}

// Fills in what the starter's role says of the row; the first role that then holds.
std::optional<Actor> Mover::starter(const RunningPtr& running, const directory::Principal& principal, sql::Values& row) const {
  const auto set = [&](sql::Values& to, const std::string& field, int64_t number) {
    sql::Value& value = to[running->subject->field_index(field)];
    if (sql::is_null(value) && number != 0) value = number;
  };
  for (const pack::FlowRole* role : roles_of(*running->flow, running->flow->states.front().id, false)) {
    for (const directory::Grant& grant : principal.grants) {
      sql::Values tried = row;
      if (!role->org_field.empty()) set(tried, role->org_field, grant.org.value);
      if (!role->person_field.empty()) set(tried, role->person_field, principal.person.value);
      if (!role->ward_field.empty() && principal.wards.size() == 1) set(tried, role->ward_field, principal.wards.front().value);
      if (const auto held = holds(*role, principal, *running, tried, *orgs_)) {
        row = std::move(tried);
        return Actor{&principal, role, *held};
      }
    }
  }
  return std::nullopt;
}

Result<Change> Mover::open(const RunningPtr& running, const directory::Principal& principal, const json::Object& values) const {
  const pack::Flow& flow = *running->flow;
  std::vector<pack::FlowInput> form = flow.states.front().form;
  for (const pack::FlowRole* role : roles_of(flow, flow.states.front().id, false))  // for whom it is opened may be said
    for (const std::string* field : {&role->ward_field, &role->org_field})
      if (!field->empty()) form.push_back({*field, false});
  BANMO_DO(check_form(*running->subject, form, values));
  Standing standing{running, {}, rows_.blank(flow.subject)};
  auto filled = rows_.fill(principal, flow.subject, values, standing.row);
  if (!filled.ok()) return below_values(std::move(filled).error());
  const auto by = starter(running, principal, standing.row);
  if (!by) return not_for_you(flow);
  form = flow.states.front().form;  // of the roles' fields those of the one that was found
  for (const std::string* field : {&by->role->ward_field, &by->role->org_field})
    if (!field->empty()) form.push_back({*field, false});
  BANMO_DO(check_form(*running->subject, form, values));
  BANMO_DO(fill_empty(standing, *by));
  BANMO_DO(check_offered(standing, form, {}, principal, values));
  Change change = fresh(flow, standing.record);
  standing.record.opened_by = principal.account_name;
  enter(standing, flow.states.front().id);
  const int64_t n_filled = n_filled_in(*running, rows_.blank(flow.subject), standing.row, values);
  BANMO_DO(finish(standing, *by, "case.open", change));
  note_effort(change, static_cast<int64_t>(values.size()), n_filled);
  return change;
}

Result<std::optional<Change>> Mover::save(Standing standing, const directory::Principal& principal, const json::Object& values) const {
  const pack::FlowState* state = standing.running->flow->state(standing.record.state);
  const auto by = saver(standing, principal);
  if (state == nullptr || !by) return not_your_form(*standing.running->flow, standing.record.state);
  BANMO_DO(check_period(standing, *by));
  BANMO_DO(check_form(*standing.running->subject, state->form, values));
  const sql::Values before = standing.row;
  auto filled = rows_.fill(principal, standing.running->subject->id, values, standing.row);
  if (!filled.ok()) return below_values(std::move(filled).error());
  if (!saver(standing, principal)) return not_your_form(*standing.running->flow, standing.record.state);  // it would be somebody else's
  BANMO_DO(fill_empty(standing, *by));
  BANMO_DO(check_offered(standing, state->form, {}, principal, values));
  BANMO_DO(drop_unfit(standing, before, state->form, principal, values));
  if (standing.row == before) return std::optional<Change>();
  Change change;
  const bool own = is_own(standing, by->role);
  BANMO_DO(finish(standing, *by, "case.save", change));
  if (own) note_effort(change, static_cast<int64_t>(values.size()), 0);
  return std::optional(std::move(change));
}

Result<Change> Mover::move(Standing standing, const directory::Principal& principal, const MoveWish& wish, bool took_part) const {
  const pack::Flow& flow = *standing.running->flow;
  const pack::FlowMove* move = flow.move(standing.record.state, wish.move);
  if (move == nullptr || move->automatic()) return no_such_move(flow, standing.record.state);
  const Actor by = maker(standing, principal, *move).value_or(Actor{});
  BANMO_DO(check_actor(standing, *move, by, took_part));
  if (move->note_required && wish.note.find_first_not_of(" \t\r\n") == std::string::npos) return note_missing(*move);
  BANMO_DO(take_inputs(standing, *move, principal, wish));
  const auto still = by.deputy == nullptr ? holds(*by.role, principal, *standing.running, standing.row, *orgs_)
                                          : by.deputy->holds(*by.role, *standing.running, standing.row, *orgs_);
  if (is_starter(flow, by.role) && !still) return not_your_move(flow, *move);  // what was filled in made it somebody else's
  BANMO_DO(check_guard(standing, *move, by));
  BANMO_DO(check_files(standing, *move));
  Change change;
  change.is_moved = true;
  BANMO_DO(take(standing, *move, by, wish.note, change));
  BANMO_DO(take_automatic(standing, change));
  tell_opener(standing, by, change);
  const bool own = is_own(standing, by.role);
  BANMO_DO(finish(standing, by, "case.move", change));
  if (own) note_effort(change, static_cast<int64_t>(wish.values.size()), 0);
  return change;
}

Result<Change> Mover::decided(Standing standing, double score) const {
  const pack::FlowState* state = standing.running->flow->state(standing.record.state);
  const size_t at = standing.running->subject->field_index(state->panel->result);
  const double unit = std::pow(10.0, standing.running->subject->fields[at].scale);
  standing.row[at] = std::round(score * unit) / unit;
  Change change;
  change.is_moved = true;
  BANMO_DO(take_automatic(standing, change, Panel::has_decided));
  tell_opener(standing, {}, change);
  BANMO_DO(finish(standing, {}, "case.panel", change));
  return change;
}

}  // namespace banmo::flows
