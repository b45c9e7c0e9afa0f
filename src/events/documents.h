// SPDX-License-Identifier: Apache-2.0
// Inside the room: the documents of the state and profile resources, each under its activity and agent in the organisation of the key. What a
// precondition says is checked in the transaction of the change, and every change is audited there. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "crypto/crypto.h"
#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

// What stands in the table for the activity (empty: none) and the agent; and for the agent alone, 0 for none.
int64_t document_owner(const std::string& activity, const std::string& agent);
int64_t agent_hash(const std::string& agent);

class Documents {
 public:
  Documents(sql::Database& ledger, const Clock& clock, crypto::Profile profile) : ledger_(ledger), clock_(clock), profile_(profile) {}
  Result<std::optional<Document>> get(const Key& key, const DocumentPlace& place) const;
  // Ids of all documents there, changed after `since`; for state without a registration those of all registrations.
  Result<std::vector<std::pair<std::string, Instant>>> list(const Key& key, const DocumentPlace& place, std::optional<Instant> since) const;
  // Replaces, or (merge) adds the members of a JSON object. Errors: conflict "events.precondition_failed", "events.precondition_missing"; invalid
  // "events.not_mergeable".
  Result<> put(const Key& key, const DocumentPlace& place, Document document, const Precondition& precondition, Need need, bool merge);
  Result<> remove(const Key& key, const DocumentPlace& place, const Precondition& precondition);  // one
  Result<> remove_all(const Key& key, const DocumentPlace& place);                                // of the agent in the activity

 private:
  Result<> note(sql::Connection& connection, const Key& key, const DocumentPlace& place, std::string action, json::Object detail) const;

  sql::Database& ledger_;
  const Clock& clock_;
  const crypto::Profile profile_;
};

}  // namespace banmo::events
