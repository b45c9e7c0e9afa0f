// SPDX-License-Identifier: Apache-2.0
// How the journal keeps the row of an edit: {"warn": bits, "fields": {id: canonical text}, "sealed": {id: [hexadecimal, blind index]}}, a field
// without a value left out. By name, because the pack may have other fields when the edit is brought into the warehouse: a field that is new is empty
// then, one that is gone is left out. Stateless.
#pragma once

#include <string>

#include "records/row_cache.h"
#include "records/schema.h"

namespace banmo::records {

std::string edit_text_of(const Schema& schema, const StoredRow& row);
// Also reads what earlier versions wrote, [warn, value...] in the order of the fields. Errors: internal "records.bad_journal".
Result<StoredRow> row_of_edit(const Schema& schema, const std::string& text);

}  // namespace banmo::records
