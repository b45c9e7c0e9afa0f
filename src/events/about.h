// SPDX-License-Identifier: Apache-2.0
// Inside the room: files statements under the person, the school and the class that they are about (lists about_* of postings.h), soon after they are
// stored, so that storing does not wait for the directory. Entries and watermark are one transaction of the ledger. When an actor is mapped later its
// statements are filed anew; an entry that holds no longer stays: whoever reads asks People again (browse.h). Thread-safe.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "base/result.h"
#include "events/people.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

class About {
 public:
  About(sql::Database& ledger, People& people) : ledger_(ledger), people_(people) {}
  // Files what came since; how many statements.
  Result<int64_t> run();

 private:
  struct Mark {
    int64_t statement_no = 0, actor_no = 0;
  };
  using Posting = std::pair<int64_t, int64_t>;  // target, statement
  struct Filed {
    std::vector<Posting> postings;
    int64_t n_read = 0, last_no = 0;
  };
  Result<Mark> mark() const;
  Result<int64_t> file_new();
  Result<int64_t> file_changed();
  Result<int64_t> file_actor(const ActorChange& change, int64_t last_no);
  Result<Filed> entries_of(const sql::Rows& rows, directory::OrgNo only_org, const std::string& only_ifi);

  static constexpr int64_t kChunk = 1000;
  sql::Database& ledger_;
  People& people_;
  std::mutex mutex_;
};

}  // namespace banmo::events
