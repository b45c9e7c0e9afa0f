// SPDX-License-Identifier: Apache-2.0
// Cases of the demonstration city: `<pack>/sample/<flow>.cases.json` says who opened each and who moved it on, and it is done as they would do it.
#pragma once

#include "base/result.h"
#include "server/city.h"

namespace banmo::server {

// For every flow whose pack brings such a file; the number of cases. The demonstration accounts are there. Errors: those of the file, with its name,
// and of the flow.
Result<int64_t> open_demo_cases(City& city);

}  // namespace banmo::server
