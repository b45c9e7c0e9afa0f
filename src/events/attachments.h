// SPDX-License-Identifier: Apache-2.0
// Inside the room: the bytes that came with statements, and the signatures among them (JWS, RFC 7515; xAPI 1.0.3 Data 2.6).
#pragma once

#include <vector>

#include "base/result.h"
#include "events/draft.h"
#include "events/types.h"
#include "json/json.h"

namespace banmo::events {

// Every content belongs to an attachment and hashes to its sha2; every attachment without a fileUrl has its content. Errors: invalid
// "events.attachment_missing", "events.attachment_stray", "events.attachment_hash".
Result<> check_contents(const std::vector<Draft>& drafts, const std::vector<Content>& contents);
bool is_sha2_of(const Content& content);
// A statement's signature is of it: an RS256, RS384 or RS512 JWS whose payload says the same, signed by the key of its certificate if it names one.
// Errors: invalid "events.bad_signature".
Result<> check_signature(const Draft& draft, const std::vector<Content>& contents, const Place& place);

}  // namespace banmo::events
