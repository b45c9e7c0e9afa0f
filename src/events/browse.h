// SPDX-License-Identifier: Apache-2.0
// Inside the room: statements for people (right datasets_read). Whom a statement is about decides who reads it: the scope is asked of the person, the
// school and the class that People gives for each, whatever list it was found by, so a list that is behind gives nothing away. Of whom nothing is
// known belongs to the key's organisation. A page looks through a bounded number of statements, so it may come short. Thread-safe.
#pragma once

#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "events/learning.h"
#include "events/lists.h"
#include "events/people.h"
#include "events/telling.h"
#include "sql/sql.h"

namespace banmo::events {

class Browse {
 public:
  Browse(directory::Directory& directory, People& people, Lists& lists) : directory_(directory), people_(people), lists_(lists) {}
  // What the reader may do by `right`: an export may reach less far than reading.
  Result<LearningPage> page(const directory::Principal& by, const LearningQuery& query,
                            directory::Right right = directory::Right::datasets_read) const;
  Result<LearningRecord> one(const directory::Principal& by, const Uuid& id, directory::OrgNo key_org) const;

 private:
  Reader reader_of(const directory::Principal& by, directory::Right right) const;
  Result<std::vector<Filter>> filters_of(const Reader& reader, const LearningQuery& query) const;
  Result<Filter> lists_of(const std::vector<directory::OrgNo>& orgs) const;
  // Takes what the reader may see and asked for; the number of the last statement that was looked at.
  Result<int64_t> look_through(const sql::Rows& rows, const Reader& reader, const LearningQuery& query, Telling& telling) const;

  directory::Directory& directory_;
  People& people_;
  Lists& lists_;
};

}  // namespace banmo::events
