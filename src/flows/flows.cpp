// SPDX-License-Identifier: Apache-2.0
#include "flows/flows.h"

#include <algorithm>

#include "base/city_time.h"
#include "base/log.h"
#include "flows/book.h"
#include "flows/desk.h"
#include "flows/mover.h"
#include "flows/notes.h"
#include "flows/state.h"
#include "flows/store.h"
#include "flows/wording.h"
#include "records/case_rows.h"
#include "records/records.h"

namespace banmo::flows {
namespace {

using directory::Principal;

constexpr size_t kDeskPage = 500;
constexpr int64_t kSealedAtOnce = 500;         // notes of each kind, from before they were sealed
const std::string kTreeCounter = "/org_tree";  // no flow is called so

Result<> add_chosen(const Choices& choices, const Standing& standing, const std::vector<pack::FlowInput>& form, ChosenItems& out) {
  for (const pack::FlowInput& input : form) {
    if (!input.choose || out.contains(input.field)) continue;
    BANMO_TRY(out[input.field], choices.chosen(standing, input));
  }
  return {};
}

}  // namespace

Result<Case> State::show(const Principal& principal, const Standing& standing, std::optional<pack::Level> before) const {
  const Running& running = *standing.running;
  const auto level = std::max(level_for(principal, standing), before);
  Case out;
  out.head = head_of(&running, standing.record, clock.now());
  out.flow = running.flow;
  BANMO_TRY(out.row, records.case_rows().show(principal, running.subject->id, standing.row, level));
  out.shown = records.case_rows().shown_level(principal, running.subject->id, standing.row, level.value_or(pack::Level::l1));
  if (!running.flow->quotas.empty()) {
    BANMO_TRY(out.places, places(standing));
  }
  for (const std::string& id : standing.papers.waits_for)
    if (const pack::FlowLookup* lookup = running.flow->lookup(id)) out.awaits.push_back(lookup->title);
  if (standing.record.closed_at && !standing.papers.is_appealed)
    out.appeal_until = appeal_until(running, standing.record.state, *standing.record.closed_at);
  if (standing.record.closed_at && !out.appeal_until) return out;
  const Mover moves = mover_for(principal);
  const Choices choices = moves.choices(principal);
  const bool may_write = principal.has(directory::Right::cases_handle);
  const auto saver = may_write ? moves.saver(standing, principal) : std::nullopt;
  out.can_save = saver && moves.check_period(standing, *saver).ok();
  if (const pack::FlowState* state = running.flow->state(standing.record.state)) {
    BANMO_TRY(out.asked, moves.asked(standing, state->form));
    if (out.can_save) BANMO_DO(add_chosen(choices, standing, state->form, out.chosen));
  }
  BANMO_TRY(const Standing sent, moves.as_sent(standing));
  std::vector<std::string> desk;
  for (const pack::FlowRole* role : fillers_of(*running.flow, standing.record.state, standing.record.escalated)) desk.push_back(role->id);
  out.is_yours = may_write && !standing.record.closed_at && !out.head.rests && moves.actor(standing, principal, desk).has_value();
  for (const pack::FlowMove& move : running.flow->moves) {
    if (move.automatic() || std::find(move.from.begin(), move.from.end(), standing.record.state) == move.from.end()) continue;
    Choice choice{&move, {}, {}, !moves.could_make(standing, principal, move)};
    BANMO_TRY(choice.asked, moves.asked(sent, move.form));
    bool took = false;
    if (move.four_eyes) {
      BANMO_TRY(took, took_part(moves, standing, principal, move));
    }
    BANMO_TRY(choice.refused, moves.refusal(sent, principal, move, took));
    if (!choice.refused) BANMO_DO(add_chosen(choices, standing, move.form, out.chosen));
    out.choices.push_back(std::move(choice));
  }
  if (standing.record.due_at && !running.flow->calendar.empty()) {
    for (int year = city_date(standing.record.entered_at).year(); year <= city_date(Instant{standing.record.due_at->micros - 1}).year(); ++year)
      out.due_is_estimated = out.due_is_estimated || !running.calendar->knows(year);
  }
  return out;
}

Result<Case> State::written(const Principal& principal, Change& change, std::optional<pack::Level> before) {
  const auto done = store.write(change);
  if (done.ok()) {
    serve_lines(std::move(change.freed));
    BANMO_TRY(const Standing now, standing(std::move(change.after)));
    return show(principal, now, before);
  }
  if (done.error().id != kStale) return done.error();
  BANMO_TRY(auto record, store.unscoped_find(change.after.id.to_string()));
  if (!record) return no_such_case();
  BANMO_TRY(const Standing now, standing(std::move(*record)));
  return changed_since(*now.running->flow, now.record);
}

Flows::Flows(std::unique_ptr<State> state) : state_(std::move(state)) {}
Flows::~Flows() = default;
CaseFiles& Flows::files() { return state_->files; }
Letters& Flows::letters() { return state_->letters; }
Ratings& Flows::ratings() { return state_->ratings; }
Lookups& Flows::lookups() { return state_->lookups; }
PeriodLocks& Flows::locks() { return state_->locks; }

Result<std::unique_ptr<Flows>> Flows::create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory,
                                             records::Records& records, const Clock& clock, Options options) {
  BANMO_TRY(auto book, Book::create(*stores.ledger, std::move(catalogue), directory));
  auto state = std::make_unique<State>(std::move(stores), directory, records, clock, std::move(book), std::move(options));
  for (const RunningPtr& running : state->book->present()) BANMO_DO(state->catch_up(running));
  auto flows = std::unique_ptr<Flows>(new Flows(std::move(state)));
  BANMO_DO(flows->refresh());
  return flows;
}

std::vector<Guide> Flows::guides(const Principal& principal) const {
  std::vector<Guide> out;
  const bool may = principal.has(directory::Right::cases_handle);
  for (const RunningPtr& running : state_->book->present()) {
    const auto starters = roles_of(*running->flow, running->flow->states.front().id, false);
    Guide guide{running->flow, false, {}, {}};
    for (const pack::FlowState& state : running->flow->states) guide.desks.push_back(fillers_of(*running->flow, state.id, false));
    for (const pack::FlowRole* role : starters) {
      const bool has_person = role->person_field.empty() || principal.person.value != 0;
      const bool has_ward = role->ward_field.empty() || !principal.wards.empty();
      const bool has_role = std::any_of(principal.grants.begin(), principal.grants.end(), [&](const directory::Grant& grant) {
        return role->roles.empty() || std::find(role->roles.begin(), role->roles.end(), directory::name_of(grant.role)) != role->roles.end();
      });
      if (!may || !has_person || !has_ward || !has_role) continue;
      guide.can_start = true;
      for (const std::string* field : {&role->ward_field, &role->org_field})
        if (!field->empty() && std::find(guide.opened_for.begin(), guide.opened_for.end(), *field) == guide.opened_for.end())
          guide.opened_for.push_back(*field);
    }
    out.push_back(std::move(guide));
  }
  return out;
}

Result<Case> Flows::open(const Principal& principal, std::string_view flow, const json::Object& values) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  const RunningPtr running = state_->book->find(flow);
  if (running == nullptr) return no_such_flow();
  return state_->on_present_tree([&]() -> Result<Case> {
    BANMO_TRY(Change change, state_->mover().open(running, principal, values));
    return state_->written(principal, change);
  });
}

Result<Case> Flows::find(const Principal& principal, std::string_view id) const {
  BANMO_TRY(const Standing standing, state_->visible(principal, id));
  return state_->show(principal, standing);
}

Result<Case> Flows::save(const Principal& principal, std::string_view id, int64_t seq, const json::Object& values) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  BANMO_TRY(const Standing standing, state_->visible(principal, id));
  BANMO_DO(state_->check_seq(standing, seq));
  return state_->on_present_tree([&]() -> Result<Case> {
    BANMO_TRY(auto change, state_->mover_for(principal).save(standing, principal, values));
    if (!change) return state_->show(principal, standing);
    return state_->written(principal, *change, state_->shown_now(principal, standing));
  });
}

Result<Case> Flows::move(const Principal& principal, std::string_view id, const MoveWish& wish) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  return state_->on_present_tree([&]() -> Result<Case> {
    BANMO_TRY(Standing standing, state_->visible(principal, id));
    const pack::Level before = state_->shown_now(principal, standing);
    BANMO_TRY(Change change, state_->moved(std::move(standing), principal, wish));
    return state_->written(principal, change, before);
  });
}

Result<std::vector<Step>> Flows::history(const Principal& principal, std::string_view id) const {
  BANMO_TRY(const Standing standing, state_->visible(principal, id));
  BANMO_TRY(auto steps, state_->store.unscoped_steps(standing.record.id.to_string()));
  if (!state_->has_part(principal, standing))
    for (Step& step : steps) {  // what offices said, and who was away, is not for who only opened it once
      step.note.clear();
      step.for_account.clear();
    }
  return steps;
}

Result<FlowFigures> Flows::figures(const Principal& principal, std::string_view flow) const {
  BANMO_DO(check_right(principal, directory::Right::datasets_read));
  const RunningPtr running = state_->book->find(flow);
  if (running == nullptr) return no_such_flow();
  const pack::Dataset& subject = *running->subject;
  const auto scope = state_->directory.scope(principal, directory::Right::datasets_read, {subject.org_field, subject.person_field, subject.level});
  std::vector<std::string> mending;
  for (const pack::FlowState& state : running->flow->states)
    if (!state.form.empty() && &state != &running->flow->states.front()) mending.push_back(state.id);
  const std::string org = subject.org_field.empty() ? "" : "c.org_no", person = subject.person_field.empty() ? "" : "c.person_no";
  const std::string predicate = scope.predicate(org, person);
  BANMO_TRY(FlowFigures figures, state_->store.figures(running->flow->id, predicate, state_->clock.now(), mending));
  BANMO_DO(state_->ratings.add_to(figures, running->flow->id, predicate));
  BANMO_DO(state_->add_promises(figures, *running, predicate));
  for (StateFigures& one : figures.states) one.title = state_title(*running->flow, one.state);
  return figures;
}

// True if it was done. What somebody else did meanwhile is not done again.
Result<bool> State::run_timer(Record record) {
  BANMO_TRY(const Standing found, standing(std::move(record)));
  return on_present_tree([&]() -> Result<bool> {
    BANMO_TRY(auto change, mover().late(found));
    if (!change) return false;
    const auto done = store.write(*change);
    if (!done.ok() && done.error().id != kStale) return done.error();
    if (done.ok()) serve_lines(std::move(change->freed));
    return done.ok();
  });
}

Result<int64_t> Flows::run_due(size_t limit) {
  int64_t n_done = 0, n_failed = 0;
  std::optional<Error> failure;
  Store::At after;
  for (bool more = true; more && n_done < static_cast<int64_t>(limit);) {  // what cannot be done keeps nothing else waiting
    BANMO_TRY(auto due, state_->store.unscoped_due(state_->clock.now(), after, kDeskPage));
    more = due.size() == kDeskPage;
    for (Record& record : due) {
      after = {record.timer_at->micros, record.id.to_string()};
      const auto done = state_->run_timer(std::move(record));
      if (done.ok() && *done) ++n_done;
      if (done.ok()) continue;
      ++n_failed;
      failure = done.error();
    }
  }
  state_->serve_all_lines();
  BANMO_TRY(const int64_t n_decided, state_->panels.settle());
  n_done += n_decided;
  const auto sealed = seal_old_notes(*state_->stores.ledger, state_->sealing, kSealedAtOnce);
  if (!sealed.ok()) BANMO_LOG(warn, "flows.notes_not_sealed", {"error", sealed.error().to_string()});  // the next round does it
  if (failure) BANMO_LOG(warn, "flows.late_not_done", {"n", std::to_string(n_failed)}, {"error", failure->to_string()});
  return n_done;
}

Result<> State::put_to_desks(const RunningPtr& running) {
  std::string after;
  for (;;) {
    BANMO_TRY(const auto page, store.unscoped_open(running->flow->id, after, kDeskPage));
    for (const Record& record : page) {
      after = record.id.to_string();
      const auto found = standing(record);
      if (!found.ok()) continue;
      const pack::FlowState* state = found->running->flow->state(record.state);
      BANMO_DO(store.set_desks(record, desks_of_case(*found->running, record.state, record.escalated, found->row, *directory.orgs()),
                               state != nullptr && state->rests));
    }
    if (page.size() < kDeskPage) return {};
  }
}

Delegations& Flows::delegations() { return state_->delegations; }
Panels& Flows::panels() { return state_->panels; }

Result<> Flows::refresh() {
  const int64_t version = state_->directory.orgs()->version();
  BANMO_TRY(const int64_t known, state_->store.counter(kTreeCounter));
  if (known >= version) return {};  // another server has seen a later tree: this one will, too
  for (const RunningPtr& running : state_->book->present()) BANMO_DO(state_->put_to_desks(running));
  return state_->store.set_counter(kTreeCounter, version);
}

}  // namespace banmo::flows
