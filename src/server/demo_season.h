// SPDX-License-Identifier: Apache-2.0
// Last year's admission of the demonstration city, done as its people would: lots drawn in public, each batch run by one and checked and published by
// another, in their order.
#pragma once

#include "server/city.h"
#include "server/demo_city.h"

namespace banmo::server {

// Makes the accounts of a pupil who was admitted and of the pupil's guardian, too: by a later choice to the school where the pupil is now, if there
// is such a one. The number of batches that are published; 0 where no pack has an admission or nobody applied. The demonstration accounts are there.
Result<int64_t> publish_demo_season(City& city, const DemoCity& plan);

}  // namespace banmo::server
