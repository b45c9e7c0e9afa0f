// SPDX-License-Identifier: Apache-2.0
// What is read of cases; store.cpp writes them.
#include <algorithm>
#include <map>

#include "flows/notes.h"
#include "flows/store.h"

namespace banmo::flows {
namespace {

constexpr double kDay_us = 86'400'000'000.0;

#define BANMO_CASE_COLUMNS                                                                                                                       \
  "c.id, c.flow, c.case_key, c.definition, c.state, c.seq, c.org_no, c.person_no, c.opened_by, c.opened_at, c.sent_at, c.entered_at, c.due_at, " \
  "c.timer_at, c.reminded, c.escalated, c.closed_at, c.in_dataset, c.mover_role, c.moved_at"

constexpr std::string_view kFind = "SELECT " BANMO_CASE_COLUMNS ", c.content FROM flow_case c WHERE c.id = $1";
constexpr std::string_view kSteps =
    "SELECT at, move, label_zh, label_en, from_state, to_state, role_zh, role_en, org_no, note, for_account, sealed_note, seq, n FROM flow_step "
    "WHERE case_id = $1 ORDER BY seq, n";
constexpr std::string_view kTookPart =
    "SELECT 1 FROM flow_step WHERE case_id = $1 AND (account = $2 OR for_account = $2) AND from_state <> $3 LIMIT 1";
constexpr std::string_view kAtDesk = "SELECT " BANMO_CASE_COLUMNS
                                     ", '', d.due_at FROM flow_desk d JOIN flow_case c ON c.id = d.case_id WHERE d.desk = $1 AND (d.due_at, "
                                     "d.case_id) > ($2, $3) AND ($4 = '' OR c.flow = $4) "
                                     "ORDER BY d.due_at, d.case_id LIMIT $5";
// The lane after another, of its flow or of the next: asked again and again they name all of a desk without reading what stands in them (SQLite reads
// all of a lane for a comparison of pairs).
constexpr std::string_view kNextState = "SELECT flow, state FROM flow_desk WHERE desk = $1 AND flow = $2 AND state > $3 ORDER BY state LIMIT 1";
constexpr std::string_view kNextFlow = "SELECT flow, state FROM flow_desk WHERE desk = $1 AND flow > $2 ORDER BY flow, state LIMIT 1";
constexpr std::string_view kInLane = "SELECT " BANMO_CASE_COLUMNS
                                     ", '', d.due_at FROM flow_desk d JOIN flow_case c ON c.id = d.case_id WHERE d.desk = $1 AND d.flow = $2 AND "
                                     "d.state = $3 AND (d.due_at, d.case_id) > ($4, $5) AND d.due_at >= $6 AND d.due_at <= $7 AND d.entered_at <= $8 "
                                     "AND d.opened_at >= $9 AND d.opened_at < $10 ORDER BY d.due_at, d.case_id LIMIT $11";
// Those that rest have one place, and their deadlines are the cases' own.
constexpr std::string_view kInRestingLane =
    "SELECT " BANMO_CASE_COLUMNS
    ", '', d.due_at FROM flow_desk d JOIN flow_case c ON c.id = d.case_id WHERE d.desk = $1 AND d.flow = $2 AND "
    "d.state = $3 AND (d.due_at, d.case_id) > ($4, $5) AND d.due_at = $12 AND c.due_at >= $6 AND c.due_at <= $7 "
    "AND d.entered_at <= $8 AND d.opened_at >= $9 AND d.opened_at < $10 ORDER BY d.due_at, d.case_id LIMIT $11";
constexpr std::string_view kNumbered =
    "SELECT " BANMO_CASE_COLUMNS
    " FROM flow_case c WHERE c.flow = $1 AND c.case_key >= $2 AND c.case_key < $3 AND c.case_key > $4 AND c.closed_at "
    "IS NULL ORDER BY c.case_key LIMIT $5";
const std::string kAfterNumber = "zzzz";  // behind what numbers go on with, in any collation; a reader looks at the beginning itself
constexpr std::string_view kOpenedBy =
    "SELECT " BANMO_CASE_COLUMNS
    " FROM flow_case c WHERE c.opened_by = $1 AND (c.opened_at, c.id) < ($2, $3) AND ($4 = '' OR c.flow = $4) ORDER BY c.opened_at DESC, c.id DESC "
    "LIMIT $5";
constexpr std::string_view kDue =
    "SELECT " BANMO_CASE_COLUMNS
    ", c.content FROM flow_case c WHERE c.timer_at <= $1 AND (c.timer_at, c.id) > ($2, $3) ORDER BY c.timer_at, c.id LIMIT $4";
constexpr std::string_view kOpen =
    "SELECT " BANMO_CASE_COLUMNS ", c.content FROM flow_case c WHERE c.flow = $1 AND c.closed_at IS NULL AND c.id > $2 ORDER BY c.id LIMIT $3";
constexpr std::string_view kLeftAlone = "SELECT " BANMO_CASE_COLUMNS
                                        " FROM flow_case c WHERE c.sent_at IS NULL AND c.closed_at IS NULL AND c.opened_by <> '' AND c.moved_at < $1 "
                                        "ORDER BY c.moved_at, c.id LIMIT $2";
constexpr std::string_view kDesksOf = "SELECT desk, due_at FROM flow_desk WHERE case_id = $1 ORDER BY desk";
// What a group reads of cases by scope; the predicate is printed by Scope.
constexpr std::string_view kFigures =
    "SELECT c.state, COUNT(*), SUM(CASE WHEN c.closed_at IS NULL THEN 1 ELSE 0 END), SUM(CASE WHEN c.closed_at IS NULL AND c.due_at < $2 THEN 1 ELSE "
    "0 END), SUM(CAST(CASE WHEN c.sent_at IS NULL OR c.closed_at IS NULL THEN 0 ELSE c.closed_at - c.sent_at END AS DOUBLE PRECISION)) FROM "
    "flow_case "
    "c WHERE "
    "c.flow = $1 AND c.sent_at IS NOT NULL AND ";
constexpr std::string_view kStepFigures =
    "SELECT s.from_state, s.to_state, COUNT(*), SUM(CAST(s.spent AS DOUBLE PRECISION)) FROM flow_step s JOIN flow_case c ON c.id = s.case_id WHERE "
    "c.flow = $1 "
    "AND s.from_state <> s.to_state AND ";

std::optional<Instant> instant_of(const sql::Value& value) { return sql::is_null(value) ? std::nullopt : std::optional(Instant{sql::int_of(value)}); }

Record record_of(const sql::Values& row) {
  Record out;
  out.id = CaseId::parse(sql::text_of(row[0])).value_or(CaseId{});
  out.flow = sql::text_of(row[1]);
  out.key = sql::text_of(row[2]);
  out.definition = sql::text_of(row[3]);
  out.state = sql::text_of(row[4]);
  out.seq = sql::int_of(row[5]);
  out.org = sql::int_of(row[6]);
  out.person = sql::int_of(row[7]);
  out.opened_by = sql::text_of(row[8]);
  out.opened_at = {sql::int_of(row[9])};
  out.sent_at = instant_of(row[10]);
  out.entered_at = {sql::int_of(row[11])};
  out.due_at = instant_of(row[12]);
  out.timer_at = instant_of(row[13]);
  out.reminded = sql::int_of(row[14]) != 0;
  out.escalated = sql::int_of(row[15]) != 0;
  out.closed_at = instant_of(row[16]);
  out.in_dataset = sql::int_of(row[17]) != 0;
  out.mover_role = sql::text_of(row[18]);
  out.moved_at = {sql::int_of(row[19])};
  if (row.size() > 20) out.content = sql::text_of(row[20]);
  if (row.size() > 21) out.desk_due = sql::int_of(row[21]);
  return out;
}

Result<std::vector<Record>> read_records(sql::Database& ledger, std::string_view statement, const sql::Values& parameters) {
  std::vector<Record> out;
  BANMO_TRY(const auto lease, ledger.read());
  BANMO_DO(lease->each(statement, parameters, [&](const sql::Values& row) -> Result<> {
    out.push_back(record_of(row));
    return {};
  }));
  return out;
}

}  // namespace

Result<std::optional<Record>> Store::unscoped_find(const std::string& id) const {
  BANMO_TRY(auto found, read_records(ledger_, kFind, {id}));
  return found.empty() ? std::optional<Record>() : std::optional(std::move(found.front()));
}

Result<std::vector<Step>> Store::unscoped_steps(const std::string& id) const {
  std::vector<Step> out;
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_DO(lease->each(kSteps, {id}, [&](const sql::Values& row) -> Result<> {
    BANMO_TRY(std::string note, note_of(sealing_, row[9], row[11], place_of_step_note(id, sql::int_of(row[12]), sql::int_of(row[13]))));
    out.push_back({{sql::int_of(row[0])},
                   sql::text_of(row[1]),
                   sql::text_of(row[4]),
                   sql::text_of(row[5]),
                   {sql::text_of(row[2]), sql::text_of(row[3])},
                   {sql::text_of(row[6]), sql::text_of(row[7])},
                   {sql::int_of(row[8])},
                   std::move(note),
                   !sql::text_of(row[10]).empty(),
                   sql::text_of(row[10])});
    return {};
  }));
  return out;
}

Result<bool> Store::unscoped_took_part(const Record& record, const std::string& account) const {
  if (record.opened_by == account) return true;
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kTookPart, {record.id.to_string(), account, record.state}));
  return !rows.empty();
}

Result<std::vector<Record>> Store::at_desk(const std::string& desk, const std::string& flow, const At& after, size_t limit) const {
  return read_records(ledger_, kAtDesk, {desk, after.due, after.id, flow, static_cast<int64_t>(limit)});
}

Result<std::vector<Store::Lane>> Store::lanes_at(const std::string& desk) const {
  std::vector<Lane> out;
  BANMO_TRY(const auto lease, ledger_.read());
  for (Lane last;;) {
    BANMO_TRY(sql::Rows next, lease->query(kNextState, {desk, last.flow, last.state}));
    if (next.empty()) {
      BANMO_TRY(next, lease->query(kNextFlow, {desk, last.flow}));
    }
    if (next.empty()) return out;
    last = {sql::text_of(next[0][0]), sql::text_of(next[0][1])};
    out.push_back(last);
  }
}

Result<std::vector<Record>> Store::in_lane(const std::string& desk, const Lane& lane, const Limits& limits, const At& after, size_t limit) const {
  const bool by_deadline = limits.due_before.micros != INT64_MAX;
  sql::Values asked{desk,
                    lane.flow,
                    lane.state,
                    after.due,
                    after.id,
                    limits.due_from.micros,
                    by_deadline ? limits.due_before.micros - 1 : INT64_MAX,
                    limits.entered_by.micros,
                    limits.opened_from.micros,
                    limits.opened_before.micros,
                    static_cast<int64_t>(limit)};
  BANMO_TRY(auto found, read_records(ledger_, kInLane, asked));
  if (found.size() == limit || !by_deadline) return found;
  asked.push_back(kResting);
  BANMO_TRY(auto resting, read_records(ledger_, kInRestingLane, asked));
  for (size_t i = 0; i < resting.size() && found.size() < limit; ++i) found.push_back(std::move(resting[i]));
  return found;
}

Result<std::vector<Record>> Store::unscoped_numbered(const std::string& flow, const std::string& start, const std::string& after,
                                                     size_t limit) const {
  return read_records(ledger_, kNumbered, {flow, start, start + kAfterNumber, after, static_cast<int64_t>(limit)});
}

Result<std::vector<std::pair<std::string, int64_t>>> Store::desks_of(const std::string& id) const {
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kDesksOf, {id}));
  std::vector<std::pair<std::string, int64_t>> out;
  for (const auto& row : rows.rows) out.emplace_back(sql::text_of(row[0]), sql::int_of(row[1]));
  return out;
}

Result<std::vector<Record>> Store::opened_by(const std::string& account, const std::string& flow, const At& before, size_t limit) const {
  return read_records(ledger_, kOpenedBy, {account, before.due, before.id, flow, static_cast<int64_t>(limit)});
}

Result<std::vector<Record>> Store::unscoped_due(Instant now, const At& after, size_t limit) const {
  return read_records(ledger_, kDue, {now.micros, after.due, after.id, static_cast<int64_t>(limit)});
}

Result<std::vector<Record>> Store::unscoped_open(const std::string& flow, const std::string& after, size_t limit) const {
  return read_records(ledger_, kOpen, {flow, after, static_cast<int64_t>(limit)});
}

Result<std::vector<Record>> Store::unscoped_left_alone(Instant before, size_t limit) const {
  return read_records(ledger_, kLeftAlone, {before.micros, static_cast<int64_t>(limit)});
}

Result<FlowFigures> Store::figures(const std::string& flow, const std::string& predicate, Instant now,
                                   const std::vector<std::string>& mending) const {
  FlowFigures out;
  std::map<std::string, StateFigures> states;
  double spent_us = 0;
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_DO(lease->each(std::string(kFigures) + predicate + " GROUP BY c.state ORDER BY c.state", {flow, now.micros},
                       [&](const sql::Values& row) -> Result<> {
                         StateFigures& state = states[sql::text_of(row[0])];
                         state.n_open = sql::int_of(row[2]);
                         state.n_late = sql::int_of(row[3]);
                         out.n_opened += sql::int_of(row[1]);
                         out.n_closed += sql::int_of(row[1]) - state.n_open;
                         spent_us += sql::double_of(row[4]);
                         return {};
                       }));
  BANMO_DO(lease->each(std::string(kStepFigures) + predicate + " GROUP BY s.from_state, s.to_state ORDER BY s.from_state, s.to_state", {flow},
                       [&](const sql::Values& row) -> Result<> {
                         StateFigures& state = states[sql::text_of(row[0])];
                         state.n_left += sql::int_of(row[2]);
                         state.mean_days += sql::double_of(row[3]) / kDay_us;
                         if (std::find(mending.begin(), mending.end(), sql::text_of(row[1])) != mending.end()) out.n_returned += sql::int_of(row[2]);
                         return {};
                       }));
  if (out.n_closed > 0) out.mean_days = spent_us / kDay_us / static_cast<double>(out.n_closed);
  for (auto& [id, state] : states) {
    state.state = id;
    if (state.n_left > 0) state.mean_days /= static_cast<double>(state.n_left);
    out.states.push_back(state);
  }
  return out;
}

}  // namespace banmo::flows
