// SPDX-License-Identifier: Apache-2.0
// Inside the room: a statement made ready for the store, outside of any transaction: checked, its places computed, its text kept byte for byte with
// what the store must add.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "events/members.h"
#include "events/named.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

struct Draft {
  Uuid id;
  std::string head;  // the JSON without its last members and brace; body_of completes it
  bool has_timestamp = false;
  Instant at;  // the timestamp, if it has one
  sql::Blob digest;
  std::string actor;             // as subject_of
  std::vector<int64_t> targets;  // ascending
  std::optional<Uuid> refers;    // the statement that is its object
  bool voids = false;
  std::vector<std::pair<std::string, std::string>> definitions;  // activity id, definition as JSON
  std::vector<Attachment> attachments;
  std::string verb;
  std::vector<std::string> categories;  // ids of the context's category activities
  std::vector<Named> named;
};

// `text` is the JSON of `value`. `put_id` is the id of a PUT's address; a statement without an id gets a fresh one. Errors: as read_statement, and
// invalid "events.other_id".
Result<Draft> draft_of(std::string_view text, const json::Value& value, Version version, const std::string& authority,
                       const std::optional<Uuid>& put_id, const Place& place);
// The identifier of whom a statement is about; empty for a group.
std::string subject_of(const Statement& statement);
// The statement as it is kept and given back.
std::string body_of(const Draft& draft, Instant stored);

}  // namespace banmo::events
