// SPDX-License-Identifier: Apache-2.0
// Learning records of the demonstration city: what its schools' tools would say of lessons, homework, resources and synchronous classrooms since the
// school year began, sent as xAPI statements over HTTP to a server on loopback, under keys that are revoked afterwards. Pupils stand under opaque
// accounts. Deterministic by seed, ids included.
#pragma once

#include <functional>

#include "base/result.h"
#include "server/city.h"
#include "server/demo_city.h"

namespace banmo::server {

// How many statements were sent and stand in the datasets. None on the first day of a school year.
Result<int64_t> tell_demo_events(City& city, const DemoCity& plan, const std::function<void(double)>& progress);

}  // namespace banmo::server
