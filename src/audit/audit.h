// SPDX-License-Identifier: Apache-2.0
// The tamper-evident log: one table in the ledger, each entry chained to the one before by a hash, written in the transaction of the change that it
// tells. Free functions over a connection of the ledger; thread-safe as the connection is. Tables: audit_migrations() ("audit/migrations.h").
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "crypto/crypto.h"
#include "json/json.h"
#include "sql/sql.h"

namespace banmo::audit {

// What happened. No secrets; personal data only as ids.
struct Entry {
  Instant at;
  std::string actor;        // account name, "system" for the program itself
  std::string action;       // "org.move", "row.update", "session.sign_in", "rows.read"
  std::string object_kind;  // "org", "person", "account", a dataset id
  std::string object;       // its id or key
  int64_t org_no = 0;       // where it stands; 0: the city
  json::Value detail;       // an object with what changed, or null
};

struct Stored {
  int64_t seq = 0;  // unique, in the order of time; below 2^53 until 2059; not without gaps
  Entry entry;
  std::string hash;  // hexadecimal
};

// Writes one entry at the end of a chain, inside the caller's transaction (Database::write); its sequence number. Rolled back with the change.
// SQLite has one chain, in the order of its single writer. PostgreSQL has 32 and takes one of them at random: two serializable transactions that take
// the same one at once cannot both commit, so one is run again by Database::write. Append last, and use append_all for many entries of one
// transaction. `profile` has no default: it is the configured one, and a forgotten one would chain by another hash.
Result<int64_t> append(sql::Connection& connection, const Entry& entry, crypto::Profile profile);
Result<int64_t> append_all(sql::Connection& connection, std::span<const Entry> entries, crypto::Profile profile);

// A page for audit administrators, newest first.
struct Query {
  std::string actor;       // empty: any
  std::string action;      // exact, or a prefix that ends in '.': "org."
  int64_t before_seq = 0;  // keyset: entries before this one; 0: from the newest
  size_t limit = 50;       // 1..1000
};
Result<std::vector<Stored>> list(sql::Database& ledger, const Query& query);

// The ends of all chains at a moment, sealed with a key that the database does not hold: one line of the checkpoint file for each chain that has
// entries.
struct Checkpoint {
  struct Head {
    int64_t seq = 0;
    std::string hash;  // hexadecimal
  };
  std::vector<Head> heads;
  Instant at;
};
// Appends the present ends to the file, sealed by HMAC, and makes it durable. An empty log writes nothing.
Result<Checkpoint> write_checkpoint(sql::Database& ledger, const std::string& file, std::span<const uint8_t> key, Instant at,
                                    crypto::Profile profile = crypto::Profile::intl);

// What verify found. `bad_seq` is the first entry that was changed, or before which one is missing, or which should stand at the end; 0 if all is
// well.
struct Verdict {
  int64_t n_entries = 0;
  int64_t n_checkpoints = 0;
  int64_t bad_seq = 0;
  Message why;
  bool intact() const { return bad_seq == 0; }
};
// Reads all entries in order, in one stream and constant memory; with a file, also compares it with every checkpoint, which shows a chain cut off or
// rewritten as a whole. Errors: invalid "audit.bad_checkpoint" if a line of the file is not ours or its seal does not fit.
Result<Verdict> verify(sql::Database& ledger, const std::string& checkpoint_file = {}, std::span<const uint8_t> key = {});

}  // namespace banmo::audit
