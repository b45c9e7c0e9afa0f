// SPDX-License-Identifier: Apache-2.0
// Inside the room: what people decide about actors (who is this, or nobody to follow), and the accounts that are given out for tools. Every decision
// is audited in its transaction and reaches the statements that are stored already (People::changed_since). Thread-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "events/people.h"
#include "events/types.h"

namespace banmo::events {

class Actors {
 public:
  // `account_key` makes the names of accounts; empty: they are drawn.
  Actors(directory::Directory& directory, People& people, std::string home_page, crypto::Bytes account_key)
      : directory_(directory), people_(people), home_page_(std::move(home_page)), account_key_(std::move(account_key)) {}
  Result<ActorPage> list(const directory::Principal& by, const ActorQuery& query) const;
  Result<> map(const directory::Principal& by, int64_t actor, PersonId person);
  Result<> ignore(const directory::Principal& by, int64_t actor);
  Result<> reset(const directory::Principal& by, int64_t actor);
  Result<std::vector<RosterAccount>> accounts(const directory::Principal& by, directory::OrgNo org, const std::string& purpose,
                                              std::span<const directory::PersonNo> people);

 private:
  struct Place {
    directory::OrgNo org;
    std::string ifi;
    ActorHow how = ActorHow::unknown;
  };
  Result<Place> place_of(sql::Connection& connection, const directory::Principal& by, int64_t actor) const;
  Result<directory::PersonNo> person_of(sql::Connection& connection, const directory::Principal& by, PersonId person, directory::OrgNo org) const;
  Result<> decide(const directory::Principal& by, int64_t actor, ActorHow how, std::optional<PersonId> person);
  std::string new_name(directory::PersonNo person, directory::OrgNo org, const std::string& purpose, int64_t n_erasures) const;
  Result<> add_missing(sql::Connection& connection, const directory::Principal& by, directory::OrgNo org, const std::string& purpose,
                       const std::vector<directory::PersonNo>& missing) const;

  directory::Directory& directory_;
  People& people_;
  const std::string home_page_;
  const crypto::Bytes account_key_;
};

}  // namespace banmo::events
