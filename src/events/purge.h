// SPDX-License-Identifier: Apache-2.0
// Inside the room: the order to remove statements by age, of an organisation's tools and of those below it. Right people_manage over the
// organisation. "Old" is by the statement's own time. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "events/removal_store.h"

namespace banmo::events {

class Purging {
 public:
  explicit Purging(directory::Directory& directory) : directory_(directory) {}
  // Nothing is changed; reads all statements once. Errors: denied, not_found as Directory::require; invalid "events.purge_of_future"; not_found
  // "events.no_such_key".
  Result<RemovalPreview> preview(const directory::Principal& by, const PurgeWish& wish) const;
  // Errors besides: those of check_order.
  Result<Removal> order(const directory::Principal& by, const PurgeWish& wish, const std::string& reason);

 private:
  Result<> check(const directory::Principal& by, const PurgeWish& wish) const;

  directory::Directory& directory_;
};

// SQL over xapi_statement s with its values, which go on after those that are there: what a purge takes.
std::string purge_condition(const PurgeWish& wish, sql::Dialect dialect, sql::Values& values);

}  // namespace banmo::events
