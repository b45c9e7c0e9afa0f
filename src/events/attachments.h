// SPDX-License-Identifier: Apache-2.0
// Inside the room: the bytes that came with statements, and the signatures among them (JWS, RFC 7515; xAPI 1.0.3 Data 2.6).
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "events/draft.h"
#include "events/types.h"
#include "json/json.h"

namespace banmo::events {

// What came with a request, by hash.
class Contents {
 public:
  explicit Contents(const std::vector<Content>& all);  // which must outlive it
  const std::vector<Content>& all() const { return all_; }
  const Content* find(std::string_view sha2) const;  // nullptr if there is none; of two that say the same, the first

 private:
  const std::vector<Content>& all_;
  std::unordered_map<std::string, const Content*> by_sha2_;  // in lower case
};

// Every content belongs to an attachment and hashes to its sha2; every attachment without a fileUrl has its content. Errors: invalid
// "events.attachment_missing", "events.attachment_stray", "events.attachment_hash".
Result<> check_contents(const std::vector<Draft>& drafts, const Contents& contents);
bool is_sha2_of(const Content& content);
// Adds the hashes of a stored statement's attachments and of those of its sub-statement: nothing is checked again, the rules may have become stricter
// since.
void add_hashes(std::vector<std::string>& out, const json::Value& statement);
// A statement's signature is of it: an RS256, RS384 or RS512 JWS whose payload says the same, signed by the key of its certificate if it names one.
// Errors: invalid "events.bad_signature".
Result<> check_signature(const Draft& draft, const Contents& contents, const Place& place);

}  // namespace banmo::events
