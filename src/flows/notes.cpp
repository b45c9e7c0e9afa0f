// SPDX-License-Identifier: Apache-2.0
#include "flows/notes.h"

#include <functional>

namespace banmo::flows {
namespace {

// What stands in clear is only put away if it still says so.
constexpr std::string_view kClearSteps = "SELECT note, case_id, seq, n FROM flow_step WHERE note <> '' ORDER BY case_id, seq, n LIMIT $1";
constexpr std::string_view kSealStep = "UPDATE flow_step SET note = '', sealed_note = $1 WHERE note = $2 AND case_id = $3 AND seq = $4 AND n = $5";
constexpr std::string_view kClearSeats = "SELECT note, id FROM flow_seat WHERE note <> '' ORDER BY id LIMIT $1";
constexpr std::string_view kSealSeat = "UPDATE flow_seat SET note = '', sealed_note = $1 WHERE note = $2 AND id = $3";
constexpr std::string_view kClearDelegations = "SELECT note, id FROM flow_delegation WHERE note <> '' ORDER BY id LIMIT $1";
constexpr std::string_view kSealDelegation = "UPDATE flow_delegation SET note = '', sealed_note = $1 WHERE note = $2 AND id = $3";

}  // namespace

Result<sql::Value> seal_note(const Sealing& sealing, const std::string& note, const std::string& context) {
  if (note.empty()) return sql::Value{};
  BANMO_TRY(sql::Blob sealed, crypto::encrypt(sealing.profile, sealing.key, note, context));
  return sql::Value{std::move(sealed)};
}

Result<std::string> note_of(const Sealing& sealing, const sql::Value& clear, const sql::Value& sealed, const std::string& context) {
  const auto* bytes = std::get_if<sql::Blob>(&sealed);
  if (bytes == nullptr) return sql::text_of(clear);
  return crypto::decrypt(sealing.key, *bytes, context);
}

std::string place_of_step_note(const std::string& case_id, int64_t seq, int64_t n) {
  return "flow_step.note." + case_id + "." + std::to_string(seq) + "." + std::to_string(n);
}
std::string place_of_seat_note(const std::string& id) { return "flow_seat.note." + id; }
std::string place_of_delegation_note(const std::string& id) { return "flow_delegation.note." + id; }

//   place   of a row without its first column, the note
static Result<int64_t> seal_some(sql::Database& ledger, const Sealing& sealing, std::string_view clear, std::string_view put, int64_t limit,
                                 const std::function<std::string(const sql::Values& row)>& place) {
  sql::Rows rows;
  {
    BANMO_TRY(const auto lease, ledger.read());
    BANMO_TRY(rows, lease->query(clear, {limit}));
  }
  if (rows.empty()) return int64_t{0};
  int64_t n_sealed = 0;
  BANMO_DO(ledger.write([&](sql::Connection& connection) -> Result<> {
    n_sealed = 0;
    for (const sql::Values& row : rows.rows) {
      auto sealed = seal_note(sealing, sql::text_of(row[0]), place(row));
      if (!sealed.ok()) continue;  // one that cannot be keeps no other in clear
      ++n_sealed;
      sql::Values asked{std::move(*sealed)};
      asked.insert(asked.end(), row.begin(), row.end());
      BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(put, asked));
    }
    return {};
  }));
  return n_sealed;
}

Result<int64_t> seal_old_notes(sql::Database& ledger, const Sealing& sealing, int64_t limit) {
  if (sealing.key.empty()) return int64_t{0};
  const auto of_id = [](std::string (*place)(const std::string& id)) {
    return [place](const sql::Values& row) { return place(sql::text_of(row[1])); };
  };
  BANMO_TRY(const int64_t n, seal_some(ledger, sealing, kClearSteps, kSealStep, limit, [](const sql::Values& row) {
              return place_of_step_note(sql::text_of(row[1]), sql::int_of(row[2]), sql::int_of(row[3]));
            }));
  BANMO_TRY(const int64_t n_seats, seal_some(ledger, sealing, kClearSeats, kSealSeat, limit, of_id(place_of_seat_note)));
  BANMO_TRY(const int64_t n_delegations, seal_some(ledger, sealing, kClearDelegations, kSealDelegation, limit, of_id(place_of_delegation_note)));
  return n + n_seats + n_delegations;
}

}  // namespace banmo::flows
