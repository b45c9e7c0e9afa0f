// SPDX-License-Identifier: Apache-2.0
// Inside the room: what a statement is found by. Each filter is a list of statement numbers under a 63-bit target (the head of a SHA-256): one index
// (index.h) serves all filters, nothing is upserted, and writers in parallel never wait for one another's agents or activities.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "events/types.h"

namespace banmo::events {

enum class List {
  agent,             // actor or object, also as a member of a group
  agent_related,     // elsewhere: instructor, team, context, sub-statement
  activity,          // the object
  activity_related,  // context activities, sub-statement
  verb,
  registration,  // UUID in lower case
  org,           // number of the organisation
  key,           // name of the key: the authority
  reference,     // number of the statement that is referred to, by UUID in lower case, with its organisation
  about_person,  // number of the person, as people.h resolves the actor (about.h)
  about_org,     // number of the person's school, where it is not the key's organisation
  about_class    // number of the person's class
};
int64_t target_of(List list, std::string_view value);

// Where a statement stands by what it says: not by organisation, key and reference. Sorted, each once.
std::vector<int64_t> targets_of(const Action& action);
// The reference of a statement by `org` to the statement `id`.
int64_t reference_target(directory::OrgNo org, const Uuid& id);

}  // namespace banmo::events
