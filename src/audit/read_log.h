// SPDX-License-Identifier: Apache-2.0
// Reads of sensitive data, on their way into the audit chain. A read is first noted in a small mapped file, which costs about a microsecond and
// outlives the process, and is written to the chain within a second by one thread: reads of one actor, of one kind, in one entry. Nobody gets what
// cannot be noted. Thread-safe.
//
// What is lost when: kill -9 loses nothing (the notes stand in the page cache and go into the chain at the next start; an entry that was being
// written at that moment may stand there twice); power loss loses at most the last second and what the file took while the ledger was not writable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "crypto/crypto.h"
#include "sql/sql.h"

namespace banmo::audit {

struct Read {
  Instant at;
  std::string actor;        // account name
  std::string action;       // "rows.read", "people.read"
  std::string object_kind;  // a dataset id, "person"
  std::string what;         // which key or filter: numbers and codes, no personal data
  int64_t n_rows = 0;       // rows that the reader was given
};

struct ReadLogOptions {
  std::string folder;  // holds audit-reads-<n>.spool, one for each process that is open
  crypto::Profile profile = crypto::Profile::intl;
  int flush_ms = 1000;
  size_t n_bytes = size_t{8} << 20;  // of the file, reserved at once so that a full disk does not touch it; about 60,000 reads
};

class ReadLog {
 public:
  // Takes up what an ended process left in the folder. `ledger` must outlive it. Errors: storage_full, unavailable "audit.no_spool".
  static Result<std::unique_ptr<ReadLog>> create(sql::Database& ledger, ReadLogOptions options);
  ~ReadLog();  // as close()
  ReadLog(const ReadLog&) = delete;

  // Notes a read, before its rows are given away. Errors: unavailable "audit.reads_not_written" if the ledger has not taken the earlier ones and the
  // file is full: the caller gives nothing away.
  Result<> note(const Read& read);
  // Everything noted before the call is in the chain afterwards. Errors: the ledger's.
  Result<> flush();
  // Ends the thread and writes what is left; what the ledger does not take stays in the file for the next start.
  void close();
  int64_t n_waiting() const;  // noted and not yet in the chain

 private:
  struct State;
  explicit ReadLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banmo::audit
