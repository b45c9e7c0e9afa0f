// SPDX-License-Identifier: Apache-2.0
// Learning records that go: all that is known of one person, or statements by age. An order is written down, worked off in bounded transactions, and
// goes on after a stop; done ones stay as a proof, without the person.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "directory/types.h"

namespace banmo::events {

enum class RemovalKind : int64_t { person = 0, age = 1 };                // as it stands in the table
enum class RemovalState : int64_t { statements, rows, contents, done };  // likewise

struct RemovalCounts {
  int64_t n_statements = 0;     // the person's, or old ones
  int64_t n_redacted = 0;       // of others that named the person besides: these stay without the identifier
  int64_t n_documents = 0;      // states and agent profiles
  int64_t n_attachments = 0;    // that no statement uses any more
  int64_t n_actors = 0;         // identifiers under which tools spoke of the person
  int64_t n_accounts = 0;       // accounts that were given out
  int64_t n_registrations = 0;  // in courses
  int64_t n_rows = 0;           // of event datasets
};

// Which statements go by age: those of the organisation's tools and of what lies below it that tell of a time before `before`.
struct PurgeWish {
  directory::OrgNo org;
  Instant before;
  std::string key, verb;     // the tool's key, the verb's IRI; empty: any
  bool keep_figures = true;  // rows of event datasets stay, and what is counted from them
};

struct Removal {
  int64_t no = 0;
  RemovalKind kind = RemovalKind::person;
  RemovalState state = RemovalState::statements;
  PurgeWish wish;       // kind age; of a person: org is where the person stood
  std::string subject;  // kind person: SHA-256 of the person's id
  std::string reason, asked_by;
  Instant asked_at;
  std::optional<Instant> done_at;
  int64_t n_expected = 0;  // statements, as they were counted when it was asked
  RemovalCounts counts;    // so far
};
struct RemovalPage {
  std::vector<Removal> items;  // newest first
  int64_t next = 0;            // 0: that was all
};

// What an order would take, counted.
struct RemovalPreview {
  struct Part {
    directory::OrgNo org;  // whose tools wrote
    int64_t n_statements = 0;
    Instant oldest, newest;  // the statements' own time
  };
  directory::PersonNo person;  // whose records were counted; 0: by age
  RemovalCounts counts;        // attachments and rows are not counted before
  std::vector<Part> parts;     // most statements first
};

}  // namespace banmo::events
