// SPDX-License-Identifier: Apache-2.0
// Warehouses that were written before choices were packed: a row for each choice. Private to the room.
#pragma once

#include "base/result.h"
#include "sql/sql.h"

namespace banmo::models {

// Packs what an older program left, a run in a transaction, and drops its table. Goes on where a stop left it. Nothing to do costs one question.
Result<> pack_old_choices(sql::Database& warehouse);

}  // namespace banmo::models
