// SPDX-License-Identifier: Apache-2.0
// Inside the room: files statements soon after they are stored: what they are found by, and the person, the school and the class that they are about
// (lists about_* of postings.h), so that storing waits neither for the index nor for the directory. Segment and watermark are one transaction of the
// ledger. When an actor is mapped later its statements are filed anew; an entry that holds no longer stays: whoever reads asks People again
// (browse.h). Thread-safe.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "events/lists.h"
#include "events/merger.h"
#include "events/people.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

class About {
 public:
  About(sql::Database& ledger, const Clock& clock, People& people, Lists& lists)
      : ledger_(ledger), clock_(clock), people_(people), lists_(lists), merger_(ledger, clock) {}
  // Files what came since; how many statements. `stop` ends it between two rounds.
  Result<int64_t> run(const std::atomic<bool>& stop);

 private:
  struct Mark {
    int64_t statement_no = 0, actor_no = 0;
  };
  // A statement as far as filing needs it.
  struct Deed {
    int64_t no = 0;
    directory::OrgNo key_org;
    Instant at;
    std::string actor;  // empty: about nobody
  };
  Result<Mark> mark() const;
  Result<int64_t> file_new();
  Result<int64_t> file_changed(const std::atomic<bool>& stop);
  Result<int64_t> file_actor(const ActorChange& change, int64_t after_no, int64_t last_no);
  static Deed deed_of(const sql::Values& row);
  Result<> add_about(const std::vector<Deed>& deeds, std::vector<Posting>& postings);

  static constexpr int64_t kChunk = 4096;
  sql::Database& ledger_;
  const Clock& clock_;
  People& people_;
  Lists& lists_;
  Merger merger_;
  int64_t known_actor_no_ = 0;  // the mark at which people_ was last told to forget
  std::mutex mutex_;
};

}  // namespace banmo::events
