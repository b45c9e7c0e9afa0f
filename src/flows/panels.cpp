// SPDX-License-Identifier: Apache-2.0
#include "flows/panels.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/log.h"
#include "flows/seats.h"
#include "flows/state.h"
#include "flows/wording.h"
#include "math/panel_scores.h"
#include "records/case_rows.h"

namespace banmo::flows {
namespace {

using directory::Principal;

constexpr size_t kMaxPool = 200, kMaxSeed = 100;

Error no_panel() {
  return fail(ErrorCode::conflict, "flows.no_panel", {"这个办件没有由您组织的评审", "there is no panel of this case that is yours to see"});
}
Error no_review() {
  return fail(ErrorCode::not_found, "flows.no_review", {"没有这份评审，或评审已经结束", "there is no such review of yours, or it is over"});
}
Error moved_on() {
  return fail(ErrorCode::conflict, std::string(kStale), {"办件已离开评审环节，请刷新", "the case has left the state of its panel: read it again"});
}

const pack::FlowPanel* panel_of(const pack::Flow& flow, std::string_view state) {
  const pack::FlowState* found = flow.state(state);
  return found == nullptr || !found->panel ? nullptr : &*found->panel;
}

int64_t n_missing(const pack::FlowPanel& panel, const std::vector<SeatRow>& seats, const Record& record) {
  return panel.n - std::count_if(seats.begin(), seats.end(), [&](const SeatRow& row) { return row.is_in_round(record) && row.is_taken(); });
}

// Whose work it is: who reviews is not told, and not by the case's number either; nor what an earlier panel said.
bool tells_whose(const Running& running, const pack::FlowPanel& panel, size_t at) {
  const pack::Field& field = running.subject->fields[at];
  return at == running.key_at || field.id == panel.result || field.type == pack::FieldType::org || field.names_person() ||
         std::find(panel.hide.begin(), panel.hide.end(), field.id) != panel.hide.end();
}

audit::Entry entry_of(Instant now, const std::string& actor, std::string action, const Record& record, json::Object detail) {
  return {now, actor, std::move(action), record.flow, record.id.to_string(), record.org, std::move(detail)};
}

// Whoever acts for somebody absent is named beside them.
json::Object for_absent(const std::string& account, json::Object detail) {
  if (!account.empty()) detail.set("for", account);
  return detail;
}

Result<> told(sql::Connection& ledger, const State& state, const audit::Entry& entry) {
  const auto done = audit::append(ledger, entry, state.directory.profile());
  return done.ok() ? Result<>() : Result<>(done.error());
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// In the order of SHA-256 over seed, case and account. Pool and seed are in the audit log: anybody can draw again.
void draw(std::vector<Candidate>& pool, const std::string& seed, const std::string& case_id) {
  const auto lot = [&](const Candidate& one) { return crypto::sha256(seed + "\n" + case_id + "\n" + one.account); };
  std::sort(pool.begin(), pool.end(), [&](const Candidate& a, const Candidate& b) { return lot(a) < lot(b); });
}

Result<double> score_of(const pack::FlowPanel& panel, const std::map<std::string, double>& points) {
  double sum = 0, most = 0;
  for (const pack::FlowSheetItem& item : panel.sheet) {
    const auto given = points.find(item.id);
    const double value = given == points.end() ? -1 : given->second;
    if (!(value >= 0 && value <= item.max))  // also what is no number
      return fail(ErrorCode::invalid, "flows.bad_points",
                  {"“" + item.title.zh + "”须打 0 到 " + std::to_string(item.max) + " 分",
                   "give 0 to " + std::to_string(item.max) + " points for '" + item.title.en + "'"},
                  "$.points." + item.id);
    sum += value;
    most += item.max;
  }
  for (const auto& [id, value] : points)
    if (std::none_of(panel.sheet.begin(), panel.sheet.end(), [&](const auto& item) { return item.id == id; }))
      return fail(ErrorCode::invalid, "flows.bad_points", {"评分表没有 " + id + " 这一项，请删去", "the sheet has no item " + id + ": remove it"},
                  "$.points." + id);
  return 100 * sum / most;
}

std::string text_of(const std::map<std::string, double>& points) {
  json::Object out;
  for (const auto& [id, value] : points) out.set(id, value);
  return json::write(out);
}

std::map<std::string, double> points_of(const std::string& sheet) {
  std::map<std::string, double> out;
  const auto document = json::read(sheet);
  const json::Object* points = document.ok() ? document->as_object() : nullptr;
  if (points == nullptr) return out;
  for (const auto& [id, value] : *points) out[id] = value.as_double() != nullptr ? *value.as_double() : static_cast<double>(*value.as_int());
  return out;
}

// Up to which a reviewer is shown a case; they hold the role.
pack::Level level_of(const State& state, const Principal& reviewer, const Standing& standing, const pack::FlowPanel& panel) {
  const pack::FlowRole& role = *standing.running->flow->role(panel.role);
  const auto grant = holds(role, reviewer, *standing.running, standing.row, *state.directory.orgs());
  return grant ? pack::shown_to(directory::name_of(grant->role)) : pack::Level::l1;
}

}  // namespace

// The case and its panel, for who names its reviewers: of the state that it is in, else of the last one in which somebody was asked.
Result<Panels::Named> Panels::named_by(const Principal& by, std::string_view case_id) const {
  BANMO_TRY(Standing found, state_.visible(by, case_id));
  std::vector<SeatRow> seats;
  {
    BANMO_TRY(const auto lease, state_.stores.ledger->read());
    BANMO_TRY(seats, seats::of_case(*lease, found.record.id.to_string()));
  }
  const pack::Flow& flow = *found.running->flow;
  std::string state = found.record.state;
  if (panel_of(flow, state) == nullptr && !seats.empty()) state = seats.back().state;
  const pack::FlowPanel* panel = panel_of(flow, state);
  const Mover moves = state_.mover_for(by);  // the actor points into it
  const auto actor = panel == nullptr ? std::nullopt : moves.actor(found, by, {panel->by});
  if (!actor) return no_panel();
  std::string absent = actor->deputy == nullptr ? std::string() : actor->deputy->account;
  return Named{std::make_shared<const Standing>(std::move(found)), panel, std::move(state), std::move(absent), std::move(seats)};
}

// Who of the pool may review the case: an open account with the role, of another organisation, not asked before; with where it stands.
Result<std::vector<Candidate>> Panels::fit(const Standing& standing, const pack::FlowPanel& panel, const std::vector<SeatRow>& known,
                                           const std::vector<std::string>& pool) const {
  const pack::FlowRole& role = *standing.running->flow->role(panel.role);
  const auto tree = state_.directory.orgs();
  const directory::Org* home = tree->standing({standing.record.org});
  const bool no_home = standing.record.org == 0;  // the dataset has no organisation
  std::vector<Candidate> out;
  std::vector<std::string> unfit;
  for (const std::string& name : std::set<std::string>(pool.begin(), pool.end())) {
    BANMO_TRY(const auto found, state_.directory.accounts(name, "", 1));
    const bool is_open = !found.empty() && found.front().name == name && found.front().enabled && name != standing.record.opened_by;
    const bool asked_before =
        std::any_of(known.begin(), known.end(), [&](const SeatRow& row) { return row.account == name && row.is_in_round(standing.record); });
    bool fits = is_open && !asked_before && (no_home || home != nullptr);
    const directory::Grant* as = nullptr;
    for (size_t i = 0; fits && i < found.front().grants.size(); ++i) {
      const directory::Grant& grant = found.front().grants[i];
      fits = no_home || tree->standing(grant.org) != home;
      if (std::find(role.roles.begin(), role.roles.end(), directory::name_of(grant.role)) != role.roles.end()) as = &grant;
    }
    if (fits && as != nullptr)
      out.push_back({name, as->org.value});
    else
      unfit.push_back(name);
  }
  const int64_t missing = n_missing(panel, known, standing.record);
  if (static_cast<int64_t>(out.size()) >= missing) return out;
  return fail(ErrorCode::invalid, "flows.panel_pool",
              {"还缺 " + std::to_string(missing) + " 位评审，名单中合适的只有 " + std::to_string(out.size()) +
                   " 位；须为其他单位、有评审角色、未被邀请过的在用账号。不合适：" + listed(unfit),
               std::to_string(missing) + " reviewers are missing and " + std::to_string(out.size()) +
                   " of the list will do: open accounts with the role, of another organisation, not asked before. Not suitable: " + listed(unfit)},
              "$.pool");
}

// Those who are asked: all that will do, or as many as are missing, drawn by the seed.
Result<std::vector<Candidate>> Panels::chosen(const Standing& standing, const pack::FlowPanel& panel, const std::vector<SeatRow>& known,
                                              const PanelWish& wish) const {
  if (wish.pool.empty() || wish.pool.size() > kMaxPool || wish.seed.size() > kMaxSeed)
    return fail(ErrorCode::invalid, "flows.panel_pool", {"评审名单须有 1 到 200 个账号", "the list of reviewers has 1 to 200 accounts"}, "$.pool");
  const int64_t missing = n_missing(panel, known, standing.record);
  if (missing <= 0)
    return fail(ErrorCode::invalid, "flows.panel_full", {"评审已满员；要换人请先撤下一位", "the panel is full: take a seat back first"});
  BANMO_TRY(auto pool, fit(standing, panel, known, wish.pool));
  if (static_cast<int64_t>(pool.size()) == missing) return pool;
  if (wish.seed.empty())
    return fail(ErrorCode::invalid, "flows.panel_seed",
                {"名单多于所缺人数，须给出抽签种子（如公开摇出的号码）", "the list is longer than what is missing: give the seed of the draw"},
                "$.seed");
  draw(pool, wish.seed, standing.record.id.to_string());
  pool.resize(static_cast<size_t>(missing));
  return pool;
}

Result<PanelView> Panels::name(const Principal& by, std::string_view case_id, const PanelWish& wish) {
  BANMO_DO(check_right(by, directory::Right::cases_handle));
  BANMO_TRY(const Named named, named_by(by, case_id));
  const Standing& standing = *named.standing;
  const Record& record = standing.record;
  if (named.state != record.state) return moved_on();
  SeatRow row;
  row.case_id = record.id.to_string();
  row.flow = record.flow;
  row.state = record.state;
  row.entered_at = record.entered_at;
  row.sheet = "{}";
  row.asked_by = by.account_name;
  row.asked_at = row.changed_at = state_.clock.now();
  BANMO_TRY(const auto pool, chosen(standing, *named.panel, named.seats, wish));
  BANMO_DO(state_.stores.ledger->write([&](sql::Connection& ledger) -> Result<> {
    BANMO_TRY(const auto now, seats::of_case(ledger, row.case_id));
    BANMO_TRY(const bool in_round, seats::is_in_round(ledger, row));
    if (!in_round || n_missing(*named.panel, now, record) != static_cast<int64_t>(pool.size())) return moved_on();
    const pack::Title& title = standing.running->flow->title;
    std::string asked;
    for (const Candidate& one : pool) {
      SeatRow seat = row;
      seat.id = SeatId::next();
      seat.account = one.account;
      seat.org = one.org;
      asked += (asked.empty() ? "" : ", ") + one.account;
      BANMO_DO(seats::insert(ledger, seat));
      directory::NoticeTo to;
      to.account_name = one.account;
      BANMO_DO(directory::add_notice(ledger, row.asked_at, to,
                                     {"flow.review",
                                      {"请评审“" + title.zh + "”的一件作品", "you are asked to review a case of '" + title.en + "'"},
                                      "/review?id=" + seat.id.to_string()}));
    }
    return told(ledger, state_,
                entry_of(row.asked_at, by.account_name, "panel.name", record,
                         for_absent(named.for_account, {{"accounts", asked}, {"pool", listed(wish.pool)}, {"seed", wish.seed}})));
  }));
  return find(by, case_id);
}

Result<PanelView> Panels::find(const Principal& reader, std::string_view case_id) const {
  BANMO_TRY(const Named named, named_by(reader, case_id));
  const Record& record = named.standing->record;
  PanelView view;
  view.state = named.state;
  view.title = state_title(*named.standing->running->flow, view.state);
  view.n = named.panel->n;
  view.decided = record.state != view.state;
  const auto tree = state_.directory.orgs();
  for (const SeatRow& row : named.seats) {
    if (row.state != view.state) continue;
    const directory::Org* place = tree->standing({row.org});  // a teacher's class says little to who names reviewers
    Seat& seat = view.seats.emplace_back(
        Seat{row.id, row.account, place == nullptr ? directory::OrgNo{row.org} : place->no, row.stage, row.asked_at, row.changed_at, {}, {}});
    const bool is_over = !row.is_in_round(record);
    if (row.stage == SeatStage::declined || is_over) {
      BANMO_TRY(seat.note, seats::note_in(row, state_.sealing));
    }
    if (row.stage == SeatStage::in && is_over) seat.score = row.score;
  }
  view.can_name = !view.decided && reader.has(directory::Right::cases_handle) && n_missing(*named.panel, named.seats, record) > 0;
  return view;
}

Result<PanelView> Panels::replace(const Principal& by, std::string_view case_id, std::string_view seat) {
  BANMO_DO(check_right(by, directory::Right::cases_handle));
  BANMO_TRY(const Named named, named_by(by, case_id));
  const Record& record = named.standing->record;
  const auto parsed = SeatId::parse(seat);
  if (!parsed) return no_review();
  const Instant now = state_.clock.now();
  BANMO_DO(state_.stores.ledger->write([&](sql::Connection& ledger) -> Result<> {
    BANMO_TRY(auto row, seats::find(ledger, parsed->to_string()));
    if (!row || row->case_id != record.id.to_string() || !row->is_in_round(record)) return no_review();
    if (row->stage == SeatStage::in)
      return fail(ErrorCode::conflict, "flows.sheet_in", {"这位评审已交评分表，不能再换", "this reviewer has handed in the sheet and stays"});
    if (row->stage != SeatStage::asked) return {};  // it is free already
    row->stage = SeatStage::replaced;
    row->changed_at = now;
    BANMO_DO(seats::update(ledger, *row, state_.sealing));
    return told(ledger, state_, entry_of(now, by.account_name, "panel.replace", record, for_absent(named.for_account, {{"account", row->account}})));
  }));
  return find(by, case_id);
}

Result<std::vector<ReviewHead>> Panels::reviews(const Principal& reviewer) const {
  BANMO_DO(check_right(reviewer, directory::Right::datasets_read));
  std::vector<SeatRow> rows;
  {
    BANMO_TRY(const auto lease, state_.stores.ledger->read());
    BANMO_TRY(rows, seats::of_account(*lease, reviewer.account_name));
  }
  std::vector<ReviewHead> out;
  for (const SeatRow& row : rows) {
    BANMO_TRY(const auto record, state_.store.unscoped_find(row.case_id));
    const auto running = record ? state_.book->of(record->flow, record->state, record->definition) : Result<RunningPtr>(no_review());
    if (!running.ok()) continue;  // its flow is gone: nothing can be reviewed
    const pack::Flow& flow = *(*running)->flow;
    out.push_back({row.id, row.flow, flow.title, state_title(flow, row.state), row.stage, row.asked_at, record->due_at});
  }
  return out;
}

Result<std::pair<SeatRow, Standing>> Panels::seat_of(const Principal& reviewer, std::string_view seat) const {
  BANMO_DO(check_right(reviewer, directory::Right::datasets_read));
  const auto parsed = SeatId::parse(seat);
  if (!parsed) return no_review();
  std::optional<SeatRow> row;
  {
    BANMO_TRY(const auto lease, state_.stores.ledger->read());
    BANMO_TRY(row, seats::find(*lease, parsed->to_string()));
  }
  if (!row || row->account != reviewer.account_name || !row->is_taken()) return no_review();
  BANMO_TRY(auto record, state_.store.unscoped_find(row->case_id));
  if (!record || !row->is_in_round(*record)) return no_review();
  BANMO_TRY(Standing standing, state_.standing(*std::move(record)));
  const pack::FlowPanel* panel = panel_of(*standing.running->flow, standing.record.state);
  if (panel == nullptr) return no_review();
  const pack::FlowRole& role = *standing.running->flow->role(panel->role);
  const auto tree = state_.directory.orgs();
  if (!holds(role, reviewer, *standing.running, standing.row, *tree)) return no_review();  // the role went with the office
  return std::pair(*std::move(row), std::move(standing));
}

Result<Review> Panels::review(const Principal& reviewer, std::string_view seat) const {
  BANMO_TRY(auto found, seat_of(reviewer, seat));
  auto& [row, standing] = found;
  const Running& running = *standing.running;
  const pack::FlowPanel& panel = *panel_of(*running.flow, standing.record.state);
  Review out;
  out.head = {row.id, row.flow, running.flow->title, state_title(*running.flow, row.state), row.stage, row.asked_at, standing.record.due_at};
  out.flow = running.flow;
  out.panel = &panel;
  sql::Values blind = standing.row;
  for (size_t at = 0; at < blind.size(); ++at)
    if (tells_whose(running, panel, at)) blind[at] = {};
  const pack::Level level = level_of(state_, reviewer, standing, panel);
  const auto& rows = state_.records.case_rows();
  BANMO_TRY(const records::Row shown, rows.show(reviewer, running.subject->id, blind, level));
  for (size_t i = 0; i < shown.fields.size(); ++i) {
    if (tells_whose(running, panel, shown.fields[i])) continue;
    out.row.fields.push_back(shown.fields[i]);
    out.row.values.push_back(shown.values[i]);
  }
  out.shown = rows.shown_level(reviewer, running.subject->id, blind, level);
  out.points = points_of(row.sheet);
  BANMO_TRY(out.note, seats::note_in(row, state_.sealing));
  return out;
}

Result<std::vector<CaseFile>> Panels::files(const Principal& reviewer, std::string_view seat) const {
  BANMO_TRY(const auto found, seat_of(reviewer, seat));
  const Standing& standing = found.second;
  const pack::FlowPanel& panel = *panel_of(*standing.running->flow, standing.record.state);
  return state_.files.list_blind(reviewer, standing, panel, level_of(state_, reviewer, standing, panel));
}

Result<std::pair<CaseFile, std::string>> Panels::open_file(const Principal& reviewer, std::string_view seat, std::string_view file) const {
  BANMO_TRY(const auto found, seat_of(reviewer, seat));
  const Standing& standing = found.second;
  const pack::FlowPanel& panel = *panel_of(*standing.running->flow, standing.record.state);
  return state_.files.open_blind(reviewer, standing, panel, level_of(state_, reviewer, standing, panel), file);
}

Result<Review> Panels::hand_in(const Principal& reviewer, std::string_view seat, const SheetWish& wish) {
  BANMO_DO(check_right(reviewer, directory::Right::cases_handle));
  BANMO_TRY(const auto found, seat_of(reviewer, seat));
  const Standing& standing = found.second;
  const pack::FlowPanel& panel = *panel_of(*standing.running->flow, standing.record.state);
  BANMO_TRY(const double score, score_of(panel, wish.points));
  BANMO_TRY(Review answer, review(reviewer, seat));
  const Instant now = state_.clock.now();
  BANMO_DO(state_.stores.ledger->write([&](sql::Connection& ledger) -> Result<> {
    BANMO_TRY(const auto rows, seats::of_case(ledger, found.first.case_id));
    const auto own = std::find_if(rows.begin(), rows.end(), [&](const SeatRow& row) { return row.id == found.first.id; });
    BANMO_TRY(const bool in_round, seats::is_in_round(ledger, found.first));
    if (own == rows.end() || !own->is_taken() || !in_round) return no_review();
    const auto n_in =
        std::count_if(rows.begin(), rows.end(), [&](const SeatRow& row) { return row.is_in_round(standing.record) && row.stage == SeatStage::in; });
    if (n_in >= panel.n)
      return fail(ErrorCode::conflict, "flows.panel_complete", {"各位评审都已交表，不能再改", "all sheets are in: they cannot be changed any more"});
    SeatRow row = *own;
    row.stage = SeatStage::in;
    row.sheet = text_of(wish.points);
    row.score = score;
    row.note = wish.note;
    row.changed_at = now;
    BANMO_DO(seats::update(ledger, row, state_.sealing));
    return told(ledger, state_, entry_of(now, reviewer.account_name, "panel.sheet", standing.record, {{"seat", row.id.to_string()}}));
  }));
  int64_t n_done = 0;
  const auto settled = settle_state(standing.record.flow, *standing.running->flow->state(standing.record.state), n_done);
  if (!settled.ok()) BANMO_LOG(warn, "flows.panel_not_settled", {"error", settled.error().to_string()});  // the next round does it
  answer.head.stage = SeatStage::in;
  answer.points = wish.points;
  answer.note = wish.note;
  return answer;
}

Result<> Panels::decline(const Principal& reviewer, std::string_view seat, const std::string& reason) {
  BANMO_DO(check_right(reviewer, directory::Right::cases_handle));
  BANMO_TRY(const auto found, seat_of(reviewer, seat));
  const Instant now = state_.clock.now();
  return state_.stores.ledger->write([&](sql::Connection& ledger) -> Result<> {
    BANMO_TRY(auto row, seats::find(ledger, found.first.id.to_string()));
    if (!row || !row->is_taken()) return no_review();
    if (row->stage == SeatStage::in)
      return fail(ErrorCode::conflict, "flows.sheet_in", {"您已交评分表，不能再回避", "you have handed in the sheet: you cannot decline any more"});
    row->stage = SeatStage::declined;
    row->note = reason;
    row->changed_at = now;
    BANMO_DO(seats::update(ledger, *row, state_.sealing));
    directory::NoticeTo to;
    to.account_name = row->asked_by;
    const pack::Flow& flow = *found.second.running->flow;
    BANMO_DO(directory::add_notice(ledger, now, to,
                                   {"flow.declined",
                                    {"“" + flow.title.zh + "” " + found.second.record.key + " 有一位评审回避，请另请一位",
                                     flow.title.en + " " + found.second.record.key + ": a reviewer declined, ask another"},
                                    "/cases/" + row->case_id}));
    return told(ledger, state_, entry_of(now, reviewer.account_name, "panel.decline", found.second.record, {{"seat", row->id.to_string()}}));
  });
}

Result<> Panels::settle_state(const std::string& flow, const pack::FlowState& state, int64_t& n_done) {
  const pack::FlowPanel& panel = *state.panel;
  std::map<std::string, std::vector<SeatRow>> by_case;
  int64_t n_cases = 0;
  {
    BANMO_TRY(const auto lease, state_.stores.ledger->read());
    BANMO_TRY(n_cases, seats::n_cases(*lease, flow, state.id));
    BANMO_TRY(const auto rows, seats::in_of_state(*lease, flow, state.id));
    for (const SeatRow& row : rows) by_case[row.case_id].push_back(row);
  }
  std::erase_if(by_case, [&](const auto& one) { return static_cast<int>(one.second.size()) < panel.n; });
  if (by_case.empty() || (panel.normalise && static_cast<int64_t>(by_case.size()) < n_cases)) return {};
  std::vector<math::Sheet> sheets;
  std::map<std::string, int32_t> reviewers;
  int32_t work = 0;
  for (const auto& [id, rows] : by_case) {
    for (const SeatRow& row : rows)
      sheets.push_back({work, reviewers.try_emplace(row.account, static_cast<int32_t>(reviewers.size())).first->second, row.score});
    ++work;
  }
  BANMO_TRY(const auto scores,
            math::panel_scores(sheets, by_case.size(), reviewers.size(), {.drop_extremes = panel.drop_extremes, .normalise = panel.normalise}));
  work = 0;
  for (const auto& [id, rows] : by_case) {
    const auto done = settle_case(id, rows.front(), scores.score[static_cast<size_t>(work++)]);
    if (!done.ok()) BANMO_LOG(warn, "flows.panel_not_settled", {"case", id}, {"error", done.error().to_string()});  // it keeps nobody else waiting
    if (done.ok() && *done) ++n_done;
  }
  return {};
}

Result<bool> Panels::settle_case(const std::string& id, const SeatRow& seat, double score) {
  return state_.on_present_tree([&]() -> Result<bool> {
    BANMO_TRY(auto record, state_.store.unscoped_find(id));
    if (!record || !seat.is_in_round(*record)) return false;
    BANMO_TRY(Standing standing, state_.standing(*std::move(record)));
    if (panel_of(*standing.running->flow, seat.state) == nullptr) return false;
    BANMO_TRY(Change change, state_.mover().decided(std::move(standing), score));
    const auto written = state_.store.write(change);
    if (!written.ok() && written.error().id != kStale) return written.error();
    if (written.ok()) state_.serve_lines(std::move(change.freed));
    return written.ok();
  });
}

Result<int64_t> Panels::settle() {
  int64_t n_done = 0;
  for (const RunningPtr& running : state_.book->present())
    for (const pack::FlowState& state : running->flow->states)
      if (state.panel) {
        const auto settled = settle_state(running->flow->id, state, n_done);
        if (!settled.ok()) BANMO_LOG(warn, "flows.panel_not_settled", {"flow", running->flow->id}, {"error", settled.error().to_string()});
      }
  return n_done;
}

}  // namespace banmo::flows
