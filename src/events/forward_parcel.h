// SPDX-License-Identifier: Apache-2.0
// Inside the room: a stored statement made ready to leave, and the request in which it does. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/outbound.h"
#include "events/forward_store.h"
#include "json/json.h"

namespace banmo::events {

struct Parcel {
  OutgoingRow row;  // its body as it leaves: of a statement of another version line without its version, which the other side then sets
  std::vector<Content> contents;
  bool is_broken = false;  // what is stored cannot be read again: it does not leave
  size_t n_bytes() const;
};

std::string_view header_of(Version version);  // X-Experience-API-Version
// Whether a statement's own verb and categories are among those that the plan names.
bool is_meant(const ForwardPlan& plan, const json::Value& statement);
// The statement without its version, if that is of another line than the plan's.
std::string body_for(const ForwardPlan& plan, std::string body);

// Statements as one request, with what is behind their attachments.
OutboundRequest store_request(const ForwardPlan& plan, const std::string& secret, std::span<const Parcel> parcels);
// A request to a resource of the other side: "/about".
OutboundRequest request_to(const ForwardPlan& plan, const std::string& secret, std::string_view method, std::string_view resource);

// Seconds that an answer asks to wait (Retry-After, RFC 9110 10.2.3: seconds or a date), a day at most; 0 if it says nothing.
int64_t retry_after_s(const OutboundAnswer& answer, Instant now);
// Seconds before the next try after `n_failures` in a row, before this one: doubling up to ten minutes. `chance` in [0, 1) takes up to half of it
// away, so that servers that failed together do not come back together.
double pause_s(int64_t n_failures, double chance);
// The beginning of an answer, as text that may be shown and stored.
std::string beginning_of(const OutboundAnswer& answer);

}  // namespace banmo::events
