// SPDX-License-Identifier: Apache-2.0
// Inside the room: what one statement says, by the words with which packs ask for it (`of:` in a dataset of kind event, pack::event_words). Pure.
#pragma once

#include <string>

#include "events/people.h"
#include "events/types.h"
#include "pack/types.h"
#include "sql/sql.h"

namespace banmo::events {

struct Told {
  const Statement& statement;
  const json::Value& body;
  Uuid id;
  int64_t no = 0;  // the instant of storage in microseconds
  Instant at;      // the statement's own time
  const Whom& whom;
};

// Tells one thing; null if the statement says nothing of it. Text where only the field knows what it means.
using Teller = sql::Value (*)(const Told& told, const std::string& iri);
Teller teller_of(std::string_view word);  // nullptr for a word that is none

}  // namespace banmo::events
