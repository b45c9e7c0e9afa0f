// SPDX-License-Identifier: Apache-2.0
// Inside the room: whether a key may say what it says. Its verbs and profiles, where it has such lists; and nobody may be spoken of as somebody who
// belongs elsewhere. One statement that may not be said refuses the request, and the refusal stands in the audit log. Thread-safe.
#pragma once

#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "events/draft.h"
#include "events/people.h"
#include "events/types.h"

namespace banmo::events {

// Writes into the audit log that a key was refused: what was said is not written down, and people not at all; the place in the request suffices to
// look it up in the tool.
Result<> note_refusal(const directory::Directory& directory, const Key& key, const Error& error);

class Gate {
 public:
  Gate(directory::Directory& directory, People& people) : directory_(directory), people_(people) {}
  // `where` of an error is the place in the request ("$[3].actor"). Errors: denied "events.forged_actor", "events.not_own_user",
  // "events.verb_not_allowed", "events.profile_not_allowed"; those of the ledger.
  Result<> check(const Key& key, const std::vector<Draft>& drafts, bool is_single);

 private:
  Result<> check_words(const Key& key, const Draft& draft, const std::string& place) const;
  Result<> check_people(const Key& key, const Draft& draft, const std::string& place);

  directory::Directory& directory_;
  People& people_;
};

}  // namespace banmo::events
