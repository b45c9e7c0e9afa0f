// SPDX-License-Identifier: Apache-2.0
// Inside the room: a request that creates, sent twice with one Idempotency-Key, is carried out once, and answered the same both times. Kept for a
// day, of each account for itself.
#pragma once

#include <functional>

#include "api/builder.h"

namespace banmo::api {

// True for routes that take the header: a POST that answers 201 or 202, by somebody who is signed in.
bool takes_idempotency_key(const http::Route& route);
void declare_idempotency_key(http::Route& route);

// Carries `create` out, or gives the answer that it gave before. Only successes are kept: after an error the same key may be tried again.
// Errors: those of `create`; conflict "http.idempotency_reused" (the key came with another request), "http.idempotency_running" (it is under way).
Result<http::Response> once(const Call& call, const std::function<Result<http::Response>()>& create);

}  // namespace banmo::api
