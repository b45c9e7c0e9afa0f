// SPDX-License-Identifier: Apache-2.0
// What people wrote beside a case, as it stands in the ledger: sealed and bound to its place. Rows from before migration 0010 have it in clear; both
// are read. Inside the room.
#pragma once

#include <string>

#include "flows/papers.h"
#include "sql/sql.h"

namespace banmo::flows {

// Nothing for an empty one. Errors: invalid "crypto.key"; too_large "crypto.too_long".
Result<sql::Value> seal_note(const Sealing& sealing, const std::string& note, const std::string& context);
//   clear    what the old column says
//   sealed   what the new one says; nothing: the old one holds
// Errors: invalid "crypto.sealed" for what was changed or put elsewhere.
Result<std::string> note_of(const Sealing& sealing, const sql::Value& clear, const sql::Value& sealed, const std::string& context);

// The places that notes are bound to.
std::string place_of_step_note(const std::string& case_id, int64_t seq, int64_t n);
std::string place_of_seat_note(const std::string& id);
std::string place_of_delegation_note(const std::string& id);

// Seals up to `limit` notes of each kind that stand in clear; how many. Any server may call it at any time.
Result<int64_t> seal_old_notes(sql::Database& ledger, const Sealing& sealing, int64_t limit);

}  // namespace banmo::flows
