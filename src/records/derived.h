// SPDX-License-Identifier: Apache-2.0
// Derived tables and set rules, brought up to the change of a dataset before listeners of the derived ones are told.
#pragma once

#include "records/engine.h"

namespace banmo::records {

// Refreshes every derived dataset that reads `source`, and theirs; then the set rules of all that changed. Only groups whose rows changed since the
// last refresh are computed anew, where the select allows (its grain columns are columns of the source); otherwise the whole. Safe to repeat: how far
// a derived table is stands in bm_refresh. Set rules read whole tables: they run after imports, and are skipped after single-row edits.
enum class SetRules { check, skip };
Result<> refresh_after(Engine& engine, const Entry& source, SetRules sets);
// All derived datasets that are behind. At start.
Result<> refresh_all(Engine& engine);
// Counts the groups that break the set rules of a dataset.
Result<> check_sets(Engine& engine, const Entry& entry);

}  // namespace banmo::records
