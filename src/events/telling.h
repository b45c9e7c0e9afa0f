// SPDX-License-Identifier: Apache-2.0
// Inside the room: makes records of statements for one reader: what the reader's level reaches, people as the directory names them to this reader,
// and the sentence. One page's work; not shared between threads.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "events/learning.h"
#include "events/people.h"
#include "events/stored_statement.h"

namespace banmo::events {

// Who reads: scopes of datasets_read and people_read, of one moment.
struct Reader {
  directory::Scope data, people;
  std::shared_ptr<const directory::OrgTree> tree;

  bool sees(const Whom& whom) const;
  // What a tool wrote may name others: the whole is for those who see the organisation and level 3.
  bool sees_whole(const Whom& whom) const;
  bool is_about(const Whom& whom, directory::OrgNo org) const;
};

class Telling {
 public:
  Telling(const directory::Directory& directory, const Reader& reader) : directory_(directory), reader_(reader) {}
  // What can be said without the directory; enough for filters. `whom` is one that the reader sees.
  Result<LearningRecord> draft(const StoredStatement& stored, const Whom& whom);
  // Takes the record for the page.
  void take(LearningRecord record, const StoredStatement& stored);
  size_t n_taken() const { return taken_.size(); }
  // The records that were taken, complete.
  Result<std::vector<LearningRecord>> finish();

 private:
  struct Taken {
    LearningRecord record;
    int64_t key_no = 0;
    Message who;  // in words
  };
  Result<const json::Value*> definition_of(directory::OrgNo org, const Activity& activity);
  Result<> add_keys();
  Result<> add_people();

  const directory::Directory& directory_;
  const Reader& reader_;
  std::vector<Taken> taken_;
  std::map<std::pair<int64_t, std::string>, json::Value> definitions_;
};

}  // namespace banmo::events
