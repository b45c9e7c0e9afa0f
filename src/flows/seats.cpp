// SPDX-License-Identifier: Apache-2.0
#include "flows/seats.h"

#include <algorithm>
#include <array>

#include "flows/notes.h"

namespace banmo::flows {

namespace {

constexpr std::array<std::string_view, 4> kStages{"asked", "in", "declined", "replaced"};

#define BANMO_SEAT_COLUMNS                                                                                                                         \
  "s.id, s.case_id, s.flow, s.state, s.entered_at, s.account, s.org_no, s.stage, s.sheet, s.score, s.note, s.asked_by, s.asked_at, s.changed_at, " \
  "s.sealed_note"
constexpr std::string_view kOfCase = "SELECT " BANMO_SEAT_COLUMNS " FROM flow_seat s WHERE s.case_id = $1 ORDER BY s.asked_at, s.id";
constexpr std::string_view kOfAccount = "SELECT " BANMO_SEAT_COLUMNS
                                        " FROM flow_seat s JOIN flow_case c ON c.id = s.case_id AND c.state = s.state AND c.entered_at = "
                                        "s.entered_at WHERE s.account = $1 AND s.stage IN "
                                        "('asked', 'in') AND c.closed_at IS NULL ORDER BY s.stage, s.asked_at, s.id LIMIT 500";
constexpr std::string_view kFind = "SELECT " BANMO_SEAT_COLUMNS " FROM flow_seat s WHERE s.id = $1";
constexpr std::string_view kInsert =
    "INSERT INTO flow_seat (id, case_id, flow, state, entered_at, account, org_no, stage, sheet, score, note, asked_by, asked_at, changed_at) VALUES "
    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13)";
constexpr std::string_view kUpdate =
    "UPDATE flow_seat SET stage = $2, sheet = $3, score = $4, note = $5, changed_at = $6, sealed_note = $7 WHERE id = $1";
constexpr std::string_view kInOfState =
    "SELECT " BANMO_SEAT_COLUMNS
    " FROM flow_seat s JOIN flow_case c ON c.id = s.case_id AND c.state = s.state AND c.entered_at = s.entered_at WHERE s.flow = $1 AND s.state = $2 "
    "AND s.stage = 'in' AND c.closed_at IS NULL ORDER BY s.case_id, s.account";
constexpr std::string_view kCases = "SELECT COUNT(*) FROM flow_case WHERE flow = $1 AND state = $2 AND closed_at IS NULL";
constexpr std::string_view kInRound = "SELECT 1 FROM flow_case WHERE id = $1 AND state = $2 AND entered_at = $3 AND closed_at IS NULL";

SeatRow row_of(const sql::Values& row) {
  SeatRow out;
  out.id = SeatId::parse(sql::text_of(row[0])).value_or(SeatId{});
  out.case_id = sql::text_of(row[1]);
  out.flow = sql::text_of(row[2]);
  out.state = sql::text_of(row[3]);
  out.entered_at = {sql::int_of(row[4])};
  out.account = sql::text_of(row[5]);
  out.org = sql::int_of(row[6]);
  const auto stage = std::find(kStages.begin(), kStages.end(), sql::text_of(row[7]));
  out.stage = stage == kStages.end() ? SeatStage::replaced : static_cast<SeatStage>(stage - kStages.begin());
  out.sheet = sql::text_of(row[8]);
  out.score = sql::double_of(row[9]);
  out.clear_note = row[10];
  out.asked_by = sql::text_of(row[11]);
  out.asked_at = {sql::int_of(row[12])};
  out.changed_at = {sql::int_of(row[13])};
  out.sealed_note = row[14];
  return out;
}

Result<std::vector<SeatRow>> rows_of(sql::Connection& ledger, std::string_view statement, const sql::Values& parameters) {
  std::vector<SeatRow> out;
  BANMO_DO(ledger.each(statement, parameters, [&](const sql::Values& row) -> Result<> {
    out.push_back(row_of(row));
    return {};
  }));
  return out;
}

Result<> done(Result<int64_t> executed) { return executed.ok() ? Result<>() : Result<>(std::move(executed).error()); }

}  // namespace

std::string_view name_of(SeatStage stage) { return kStages[static_cast<size_t>(stage)]; }

namespace seats {

Result<std::vector<SeatRow>> of_case(sql::Connection& ledger, const std::string& case_id) { return rows_of(ledger, kOfCase, {case_id}); }
Result<std::vector<SeatRow>> of_account(sql::Connection& ledger, const std::string& account) { return rows_of(ledger, kOfAccount, {account}); }

Result<std::optional<SeatRow>> find(sql::Connection& ledger, const std::string& id) {
  BANMO_TRY(auto found, rows_of(ledger, kFind, {id}));
  return found.empty() ? std::optional<SeatRow>() : std::optional(std::move(found.front()));
}

Result<> insert(sql::Connection& ledger, const SeatRow& row) {
  return done(
      ledger.execute(kInsert, {row.id.to_string(), row.case_id, row.flow, row.state, row.entered_at.micros, row.account, row.org,
                               std::string(name_of(row.stage)), row.sheet, row.score, row.asked_by, row.asked_at.micros, row.changed_at.micros}));
}

Result<std::string> note_in(const SeatRow& row, const Sealing& sealing) {
  return flows::note_of(sealing, row.clear_note, row.sealed_note, place_of_seat_note(row.id.to_string()));
}

Result<> update(sql::Connection& ledger, const SeatRow& row, const Sealing& sealing) {
  std::string clear = row.note ? std::string() : sql::text_of(row.clear_note);
  sql::Value sealed = row.sealed_note;
  if (row.note) {
    BANMO_TRY(sealed, seal_note(sealing, *row.note, place_of_seat_note(row.id.to_string())));
  }
  return done(ledger.execute(kUpdate, {row.id.to_string(), std::string(name_of(row.stage)), row.sheet, row.score, std::move(clear),
                                       row.changed_at.micros, std::move(sealed)}));
}

Result<std::vector<SeatRow>> in_of_state(sql::Connection& ledger, const std::string& flow, const std::string& state) {
  return rows_of(ledger, kInOfState, {flow, state});
}

Result<int64_t> n_cases(sql::Connection& ledger, const std::string& flow, const std::string& state) {
  BANMO_TRY(const auto rows, ledger.query(kCases, {flow, state}));
  return sql::int_of(rows[0][0]);
}

Result<bool> is_in_round(sql::Connection& ledger, const SeatRow& row) {
  const std::string lock = ledger.dialect() == sql::Dialect::postgres ? " FOR SHARE" : "";
  BANMO_TRY(const auto rows, ledger.query(std::string(kInRound) + lock, {row.case_id, row.state, row.entered_at.micros}));
  return !rows.empty();
}

}  // namespace seats

}  // namespace banmo::flows
