// SPDX-License-Identifier: Apache-2.0
// Inside the room: what a launched unit may say in its session (7.1, 9 and 10.2.2 of cmi5). Two halves: what a statement says by itself, and whether
// its turn has come after what was said before, which is asked in the transaction that stores it. Pure.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "events/cmi5.h"
#include "events/types.h"

namespace banmo::events {

// How long after its last word's arrival a session still takes what was said before it: statements may overtake each other on their way (9.3.8).
inline constexpr int64_t kLateMicros = 10'000'000;

// What a statement says in its session: `verb` for "cmi5 defined" ones, none for "cmi5 allowed" ones.
struct Said {
  Uuid id;
  Instant at;
  std::optional<CourseVerb> verb;
  std::optional<double> score;  // scaled
};

// Errors: denied "events.cmi5_statement" with the JSON path under `where`.
Result<Said> check_said(const CourseSession& session, const Statement& statement, const json::Value& value, const std::string& where);
// `deeds` are those of the registration, of all sessions and units. Errors: denied "events.cmi5_order", "events.cmi5_session_over".
Result<> check_turn(const CourseSession& session, const std::vector<CourseDeed>& deeds, const Said& said, const std::string& where);

Error session_over(std::string where = {});  // "events.cmi5_session_over"

// Whether the session's key may touch a document there. Errors: denied "events.cmi5_place".
Result<> check_place(const CourseSession& session, const DocumentPlace& place, bool writes);

}  // namespace banmo::events
