// SPDX-License-Identifier: Apache-2.0
#include "flows/flows.h"

#include <algorithm>
#include <charconv>

#include "base/city_time.h"
#include "base/log.h"
#include "flows/book.h"
#include "flows/desk.h"
#include "flows/mover.h"
#include "flows/store.h"
#include "flows/wording.h"
#include "records/case_rows.h"
#include "records/records.h"

namespace banmo::flows {
namespace {

using directory::Principal;

constexpr size_t kMaxLimit = 1000;
constexpr size_t kDeskPage = 500;
const std::string kTreeCounter = "/org_tree";  // no flow is called so

// The level up to which a role of a flow shows its case: what is about oneself or one's ward wholly, else as the role of the directory. That somebody
// stands in another field, as who decides, does not make the case theirs.
pack::Level level_of(const pack::FlowRole& role, const directory::Grant& grant, const pack::Dataset& subject) {
  const bool own = !subject.person_field.empty() && (role.person_field == subject.person_field || role.ward_field == subject.person_field);
  return own ? pack::Level::l4 : pack::shown_to(directory::name_of(grant.role));
}

Lamp lamp_of(const Running& running, const Record& record, Instant now) {
  if (!record.due_at || record.closed_at) return Lamp::none;
  const pack::FlowDeadline* deadline = running.flow->deadline(record.state);
  const auto reached = [&](const std::optional<pack::FlowSpan>& span, bool otherwise) {
    return span ? now >= running.calendar->before(*record.due_at, *span) : otherwise;
  };
  const bool late = now >= *record.due_at;
  if (deadline == nullptr) return late ? Lamp::red : Lamp::green;
  if (late || reached(deadline->red, false)) return Lamp::red;
  return reached(deadline->yellow, false) ? Lamp::yellow : Lamp::green;
}

CaseHead head_of(const Running* running, const Record& record, Instant now) {
  CaseHead head;
  head.id = record.id;
  head.flow = record.flow;
  head.key = record.key;
  head.state = record.state;
  head.state_title = running == nullptr ? pack::Title{record.state, record.state} : state_title(*running->flow, record.state);
  head.seq = record.seq;
  head.opened_at = record.opened_at;
  head.entered_at = record.entered_at;
  head.due_at = record.due_at;
  head.closed_at = record.closed_at;
  head.lamp = running == nullptr ? Lamp::none : lamp_of(*running, record, now);
  head.escalated = record.escalated;
  return head;
}

// "due~id"; the empty cursor is the first page.
Result<Store::At> at_of(const std::string& cursor, int64_t first) {
  Store::At at{first, {}};
  if (cursor.empty()) return at;
  const size_t sign = cursor.find('~');
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + std::min(sign, cursor.size()), at.due);
  if (sign == std::string::npos || error != std::errc() || end != cursor.data() + sign || !CaseId::parse(cursor.substr(sign + 1)))
    return fail(ErrorCode::invalid, "flows.bad_cursor", {"翻页参数无效，请从第一页重新开始", "the cursor is not valid; begin at the first page"},
                "after");
  at.id = cursor.substr(sign + 1);
  return at;
}

Result<> check_right(const Principal& principal, directory::Right right) {
  if (principal.has(right)) return {};
  return fail(ErrorCode::denied, "directory.no_right", {"您没有办理这类事项的权限", "your role does not cover this"});
}

}  // namespace

struct Flows::State {
  State(sql::Stores both, directory::Directory& people, records::Records& rows, const Clock& now, std::unique_ptr<Book> flows)
      : stores(std::move(both)),
        directory(people),
        records(rows),
        clock(now),
        book(std::move(flows)),
        store(*stores.ledger, rows.case_rows(), people.profile()) {}

  const sql::Stores stores;
  directory::Directory& directory;
  records::Records& records;
  const Clock& clock;
  std::unique_ptr<Book> book;
  Store store;

  Mover mover() const { return {records.case_rows(), directory, clock.now()}; }

  Result<Standing> standing(Record record) const {
    BANMO_TRY(RunningPtr running, book->of(record.flow, record.state, record.definition));
    BANMO_TRY(sql::Values row, records.case_rows().from_text(running->subject->id, record.content));
    row[running->key_at] = record.key;
    row[running->state_at] = record.state;
    return Standing{std::move(running), std::move(record), std::move(row)};
  }

  // The level at which a reader sees a case that scope does not cover; nothing: not at all.
  std::optional<pack::Level> level_for(const Principal& principal, const Standing& standing) const {
    std::optional<pack::Level> level;
    const auto tree = directory.orgs();
    const pack::Flow& flow = *standing.running->flow;
    const bool opened = standing.record.opened_by == principal.account_name;
    std::vector<const pack::FlowRole*> roles;
    if (standing.record.in_dataset)
      for (const pack::FlowRole& role : flow.roles) roles.push_back(&role);
    else if (opened && standing.record.closed_at)
      roles = roles_of(flow, flow.states.front().id, false);  // what one has given up
    else
      roles = roles_of(flow, standing.record.state, standing.record.escalated);  // a draft is theirs who fill it in
    for (const pack::FlowRole* role : roles) {
      const auto grant = holds(*role, principal, *standing.running, standing.row, *tree);
      if (grant) level = std::max(level.value_or(pack::Level::l1), level_of(*role, *grant, *standing.running->subject));
    }
    if (opened && !level) level = pack::Level::l1;  // that it exists and how far it is
    return level;
  }

  // What the reader is shown of the case as it stands.
  pack::Level shown_now(const Principal& principal, const Standing& standing) const {
    const auto level = level_for(principal, standing).value_or(pack::Level::l1);
    return records.case_rows().shown_level(principal, standing.running->subject->id, standing.row, level);
  }

  Result<Standing> visible(const Principal& principal, std::string_view id) const {
    BANMO_DO(check_right(principal, directory::Right::datasets_read));
    const auto parsed = CaseId::parse(id);
    if (!parsed) return no_such_case();
    BANMO_TRY(auto record, store.unscoped_find(parsed->to_string()));
    if (!record) return no_such_case();
    BANMO_TRY(Standing found, standing(std::move(*record)));
    const bool covered = found.record.in_dataset && records.case_rows().covers(principal, found.running->subject->id, found.row);
    const bool seen = covered || level_for(principal, found).has_value();
    return seen ? Result<Standing>(std::move(found)) : Result<Standing>(no_such_case());
  }

  // `before`: the level at which the reader saw it before their own change, which may have given it to others: the answer is shown at it still.
  Result<Case> show(const Principal& principal, const Standing& standing, std::optional<pack::Level> before = {}) const;
  Result<Case> written(const Principal& principal, Change& change, std::optional<pack::Level> before = {});
  Result<> check_seq(const Standing& standing, int64_t seq) const {
    return standing.record.seq == seq ? Result<>() : Result<>(changed_since(*standing.running->flow, standing.record));
  }
  Result<> put_to_desks(const RunningPtr& running);
  Result<bool> run_timer(Record record);
};

Result<Case> Flows::State::show(const Principal& principal, const Standing& standing, std::optional<pack::Level> before) const {
  const Running& running = *standing.running;
  const auto level = std::max(level_for(principal, standing), before);
  Case out;
  out.head = head_of(&running, standing.record, clock.now());
  out.flow = running.flow;
  BANMO_TRY(out.row, records.case_rows().show(principal, running.subject->id, standing.row, level));
  out.shown = records.case_rows().shown_level(principal, running.subject->id, standing.row, level.value_or(pack::Level::l1));
  if (standing.record.closed_at) return out;
  const Mover moves = mover();
  const bool may_write = principal.has(directory::Right::cases_handle);
  out.can_save = may_write && moves.saver(standing, principal).has_value();
  BANMO_TRY(const bool took_part, store.unscoped_took_part(standing.record, principal.account_name));
  for (const pack::FlowMove& move : running.flow->moves) {
    if (move.automatic() || std::find(move.from.begin(), move.from.end(), standing.record.state) == move.from.end()) continue;
    Choice choice{&move, {}};
    BANMO_TRY(choice.refused, moves.refusal(standing, principal, move, took_part));
    out.choices.push_back(std::move(choice));
  }
  if (standing.record.due_at && !running.flow->calendar.empty()) {
    for (int year = city_date(standing.record.entered_at).year(); year <= city_date(Instant{standing.record.due_at->micros - 1}).year(); ++year)
      out.due_is_estimated = out.due_is_estimated || !running.calendar->knows(year);
  }
  return out;
}

Result<Case> Flows::State::written(const Principal& principal, Change& change, std::optional<pack::Level> before) {
  const auto done = store.write(change);
  if (done.ok()) {
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

Result<std::unique_ptr<Flows>> Flows::create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory,
                                             records::Records& records, const Clock& clock) {
  BANMO_TRY(auto book, Book::create(*stores.ledger, std::move(catalogue), directory));
  auto state = std::make_unique<State>(std::move(stores), directory, records, clock, std::move(book));
  for (const std::string& flow : state->book->renewed()) BANMO_DO(state->put_to_desks(state->book->find(flow)));
  auto flows = std::unique_ptr<Flows>(new Flows(std::move(state)));
  BANMO_DO(flows->refresh());
  return flows;
}

std::vector<Guide> Flows::guides(const Principal& principal) const {
  std::vector<Guide> out;
  const bool may = principal.has(directory::Right::cases_handle);
  for (const RunningPtr& running : state_->book->present()) {
    const auto starters = roles_of(*running->flow, running->flow->states.front().id, false);
    const bool can = std::any_of(starters.begin(), starters.end(), [&](const pack::FlowRole* role) {
      const bool has_person = role->person_field.empty() || principal.person.value != 0;
      const bool has_ward = role->ward_field.empty() || !principal.wards.empty();
      return has_person && has_ward && std::any_of(principal.grants.begin(), principal.grants.end(), [&](const directory::Grant& grant) {
               return role->roles.empty() || std::find(role->roles.begin(), role->roles.end(), directory::name_of(grant.role)) != role->roles.end();
             });
    });
    out.push_back({running->flow, may && can});
  }
  return out;
}

Result<Case> Flows::open(const Principal& principal, std::string_view flow, const json::Object& values) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  const RunningPtr running = state_->book->find(flow);
  if (running == nullptr) return no_such_flow();
  BANMO_TRY(Change change, state_->mover().open(running, principal, values));
  return state_->written(principal, change);
}

Result<Case> Flows::find(const Principal& principal, std::string_view id) const {
  BANMO_TRY(const Standing standing, state_->visible(principal, id));
  return state_->show(principal, standing);
}

Result<Case> Flows::save(const Principal& principal, std::string_view id, int64_t seq, const json::Object& values) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  BANMO_TRY(const Standing standing, state_->visible(principal, id));
  BANMO_DO(state_->check_seq(standing, seq));
  BANMO_TRY(auto change, state_->mover().save(standing, principal, values));
  if (!change) return state_->show(principal, standing);
  return state_->written(principal, *change, state_->shown_now(principal, standing));
}

Result<Case> Flows::move(const Principal& principal, std::string_view id, const MoveWish& wish) {
  BANMO_DO(check_right(principal, directory::Right::cases_handle));
  BANMO_TRY(Standing standing, state_->visible(principal, id));
  BANMO_DO(state_->check_seq(standing, wish.seq));
  const pack::FlowMove* move = standing.running->flow->move(standing.record.state, wish.move);
  bool took_part = false;
  if (move != nullptr && move->four_eyes) {
    BANMO_TRY(took_part, state_->store.unscoped_took_part(standing.record, principal.account_name));
  }
  const pack::Level before = state_->shown_now(principal, standing);
  BANMO_TRY(Change change, state_->mover().move(std::move(standing), principal, wish, took_part));
  return state_->written(principal, change, before);
}

Result<std::vector<Step>> Flows::history(const Principal& principal, std::string_view id) const {
  BANMO_TRY(const Standing standing, state_->visible(principal, id));
  return state_->store.unscoped_steps(standing.record.id.to_string());
}

Result<CasePage> Flows::cases(const Principal& principal, const CaseQuery& query) const {
  BANMO_DO(check_right(principal, directory::Right::datasets_read));
  if (query.limit < 1 || query.limit > kMaxLimit)
    return fail(ErrorCode::invalid, "flows.bad_limit", {"每页件数应为 1 到 1000", "limit must be from 1 to 1000"}, "limit");
  const bool waiting = query.view == CaseView::waiting;
  BANMO_TRY(const Store::At at, at_of(query.after, waiting ? INT64_MIN : INT64_MAX));
  std::vector<Record> found;
  if (waiting) {
    for (const std::string& desk : desks_of(principal)) {
      BANMO_TRY(auto part, state_->store.at_desk(desk, query.flow, at, query.limit + 1));
      found.insert(found.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
    const auto order = [](const Record& r) { return std::pair(r.due_at ? r.due_at->micros : kNoDue, r.id.to_string()); };
    std::sort(found.begin(), found.end(), [&](const Record& a, const Record& b) { return order(a) < order(b); });
    found.erase(std::unique(found.begin(), found.end(), [](const Record& a, const Record& b) { return a.id == b.id; }), found.end());
  } else {
    BANMO_TRY(found, state_->store.opened_by(principal.account_name, query.flow, at, query.limit + 1));
  }
  CasePage page;
  const Instant now = state_->clock.now();
  for (const Record& record : found) {
    if (page.items.size() == query.limit) {
      const CaseHead& last = page.items.back();
      const int64_t key = waiting ? (last.due_at ? last.due_at->micros : kNoDue) : last.opened_at.micros;
      page.next = std::to_string(key) + "~" + last.id.to_string();
      break;
    }
    const auto running = state_->book->of(record.flow, record.state, record.definition);
    page.items.push_back(head_of(running.ok() ? running->get() : nullptr, record, now));
  }
  return page;
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
  BANMO_TRY(FlowFigures figures, state_->store.figures(running->flow->id, scope.predicate(org, person), state_->clock.now(), mending));
  for (StateFigures& one : figures.states) one.title = state_title(*running->flow, one.state);
  return figures;
}

// True if it was done. What somebody else did meanwhile is not done again.
Result<bool> Flows::State::run_timer(Record record) {
  BANMO_TRY(Standing found, standing(std::move(record)));
  BANMO_TRY(auto change, mover().late(std::move(found)));
  if (!change) return false;
  const auto done = store.write(*change);
  if (!done.ok() && done.error().id != kStale) return done.error();
  return done.ok();
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
  if (failure) BANMO_LOG(warn, "flows.late_not_done", {"n", std::to_string(n_failed)}, {"error", failure->to_string()});
  return n_done;
}

Result<> Flows::State::put_to_desks(const RunningPtr& running) {
  std::string after;
  for (;;) {
    BANMO_TRY(const auto page, store.unscoped_open(running->flow->id, after, kDeskPage));
    for (const Record& record : page) {
      after = record.id.to_string();
      const auto found = standing(record);
      if (!found.ok()) continue;
      BANMO_DO(store.set_desks(record, desks_of_case(*found->running, record.state, record.escalated, found->row, *directory.orgs())));
    }
    if (page.size() < kDeskPage) return {};
  }
}

Result<> Flows::refresh() {
  const int64_t version = state_->directory.orgs()->version();
  BANMO_TRY(const int64_t known, state_->store.counter(kTreeCounter));
  if (known == version) return {};
  for (const RunningPtr& running : state_->book->present()) BANMO_DO(state_->put_to_desks(running));
  return state_->store.set_counter(kTreeCounter, version);
}

}  // namespace banmo::flows
