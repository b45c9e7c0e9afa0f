// SPDX-License-Identifier: Apache-2.0
// Inside the room: the order to erase all that the store knows of one person. Ordering takes away at once what is small (as whom tools speak of the
// person, accounts, documents, courses); statements and their rows follow (remover.h). Who manages the person, and the people of every organisation
// whose tools spoke of the person, may order it; nobody else. Thread-safe.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "events/forget.h"
#include "events/people.h"
#include "events/removal_store.h"

namespace banmo::events {

class Erasing {
 public:
  Erasing(directory::Directory& directory, People& people, Forgetting& forgetting)
      : directory_(directory), people_(people), forgetting_(forgetting) {}
  // Nothing is changed. Errors: not_found "directory.no_such_person"; denied "events.erase_beyond_reach".
  Result<RemovalPreview> preview(const directory::Principal& by, PersonId person) const;
  // Errors besides: those of check_order; conflict "events.erasure_runs".
  Result<Removal> order(const directory::Principal& by, PersonId person, const std::string& reason);

 private:
  // As whom somebody is known, and where.
  struct Known {
    std::set<RemovalAgent> agents;
    std::set<int64_t> orgs;  // whose tools know the person
    std::vector<int64_t> registrations;
    int64_t n_actors = 0, n_accounts = 0;
  };
  Result<directory::Person> find(const directory::Principal& by, PersonId person) const;
  // The identifiers of the person's mail address. One that somebody else has too is nobody's: what was said under it may be the other's.
  struct Addresses {
    std::vector<std::string> names;  // as written, and in lower case
    bool is_shared = false;
  };
  Result<Addresses> addresses_of(directory::PersonNo person) const;
  Result<Known> known_of(sql::Connection& connection, directory::PersonNo person, const Addresses& addresses) const;
  Result<> check_reach(const directory::Principal& by, const Known& known) const;
  Result<> take_small(sql::Connection& connection, directory::PersonNo person, const Known& known, RemovalCounts& counts) const;
  Result<> take_actors(sql::Connection& connection, const Known& known) const;

  directory::Directory& directory_;
  People& people_;
  Forgetting& forgetting_;
};

}  // namespace banmo::events
