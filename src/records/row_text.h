// SPDX-License-Identifier: Apache-2.0
// What a reader may see of a row: fields within the level plain, above it masked where the field says how, left out otherwise.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "directory/scope.h"
#include "records/engine.h"
#include "records/records.h"
#include "records/row_store.h"

namespace banmo::records {

constexpr size_t kMaxWarnRules = 62;  // bits of _warn

struct Visible {
  std::vector<size_t> fields;  // indexes into Dataset::fields
  std::vector<bool> masked;    // for each of them
};
Visible visible_fields(const Schema& schema, const directory::Scope& scope);
// The highest level among the fields that are shown in the clear to a reader of `max_level`.
pack::Level level_of(const Schema& schema, pack::Level max_level);

// "13812345678" under "3****4" is "138****5678"; "hash" gives eight stable characters; "*" hides all.
std::string masked_text(const Sealer& sealer, const Column& column, const std::string& plain);

// The values in the order of `visible`; sealed ones opened. Errors: internal if a sealed value does not open.
Result<sql::Values> visible_values(const Engine& engine, const Schema& schema, const Visible& visible, const StoredRow& row);
// The whole Row of the public door: key, values, warnings, file.
Result<Row> make_row(const Engine& engine, class JobStore& jobs, const Schema& schema, const Visible& visible, const StoredRow& row);

}  // namespace banmo::records
