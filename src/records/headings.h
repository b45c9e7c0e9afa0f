// SPDX-License-Identifier: Apache-2.0
// Which column of a file is which field: by field id, title in either language, or synonym.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/csv_source.h"
#include "records/schema.h"

namespace banmo::records {

constexpr size_t kNoField = static_cast<size_t>(-1);

struct Headings {
  std::vector<std::string> titles;  // of the file's columns, as written
  std::vector<size_t> fields;       // column of the file > index of the field, kNoField for one that is derived and therefore not read
  int64_t offset = 0, line = 1;     // where the rows begin
};

// Finds the heading among the first 20 records (note rows may stand above it) and reads it.
// Errors: invalid "records.no_heading", "records.unknown_heading" (each in details, with the nearest known one), "records.heading_twice",
// "records.missing_heading".
Result<Headings> read_headings(CsvText reader, const Schema& schema);

}  // namespace banmo::records
