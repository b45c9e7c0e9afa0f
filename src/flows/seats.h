// SPDX-License-Identifier: Apache-2.0
// The seats of panels in the ledger. Inside the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flows/panels.h"
#include "flows/store.h"

namespace banmo::flows {

// Who may be asked, and where they stand.
struct Candidate {
  std::string account;
  int64_t org = 0;
};

// A row of flow_seat.
struct SeatRow {
  SeatId id;
  std::string case_id, flow, state;
  Instant entered_at;  // of the case into the state: tells its rounds apart
  std::string account;
  int64_t org = 0;
  SeatStage stage = SeatStage::asked;
  std::string sheet;  // points by item as JSON
  double score = 0;
  std::optional<std::string> note;  // what it says from now on; nothing: what it said, which note_in() reads
  std::string asked_by;
  sql::Value clear_note, sealed_note;
  Instant asked_at, changed_at;

  bool is_taken() const { return stage == SeatStage::asked || stage == SeatStage::in; }
  bool is_in_round(const Record& record) const { return state == record.state && entered_at == record.entered_at && !record.closed_at; }
};

std::string_view name_of(SeatStage stage);

namespace seats {

Result<std::vector<SeatRow>> of_case(sql::Connection& ledger, const std::string& case_id);
Result<std::vector<SeatRow>> of_account(sql::Connection& ledger, const std::string& account);  // asked or in, at most 500, the oldest first
Result<std::optional<SeatRow>> find(sql::Connection& ledger, const std::string& id);
Result<std::string> note_in(const SeatRow& row, const Sealing& sealing);
Result<> insert(sql::Connection& ledger, const SeatRow& row);                          // of one who has said nothing yet
Result<> update(sql::Connection& ledger, const SeatRow& row, const Sealing& sealing);  // stage, sheet, score, note, changed_at
// Sheets that are in, of open cases that are in the state.
Result<std::vector<SeatRow>> in_of_state(sql::Connection& ledger, const std::string& flow, const std::string& state);
Result<int64_t> n_cases(sql::Connection& ledger, const std::string& flow, const std::string& state);  // open ones in it
// Whether the case still is where the seat was given out; held until the transaction ends.
Result<bool> is_in_round(sql::Connection& ledger, const SeatRow& row);

}  // namespace seats

}  // namespace banmo::flows
