// SPDX-License-Identifier: Apache-2.0
// Reference datasets: their content comes with the pack and replaces what stands when it differs.
#pragma once

#include "records/engine.h"

namespace banmo::records {

// Errors: invalid "records.bad_reference" with the row's number for content that does not fit its own fields or rules.
Result<> load_references(Engine& engine);

}  // namespace banmo::records
