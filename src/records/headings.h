// SPDX-License-Identifier: Apache-2.0
// Which column of a file is which field: as it was chosen, or by field id, title in either language, or synonym.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/csv_source.h"
#include "records/schema.h"
#include "records/types.h"

namespace banmo::records {

constexpr size_t kNoField = static_cast<size_t>(-1);
constexpr size_t kLeftOut = static_cast<size_t>(-2);

// Folded heading > index of the field, or kLeftOut for a column that is not read.
using Mapping = std::map<std::string, size_t>;

// "学生姓名": the column beside a person's code in an exported file. It is for reading: an import takes the code and leaves the name out.
std::string name_title(const Column& column);

struct Headings {
  std::vector<std::string> titles;  // of the file's columns, as written
  std::vector<size_t> fields;       // column of the file > index of the field, kNoField for one that is not read: derived, or left out
  int64_t offset = 0, line = 1;     // where the rows begin
};

// Finds the heading among the first 20 records (note rows may stand above it) and reads it.
// Errors: invalid "records.no_heading", "records.unknown_heading" (each in details, with the nearest known one), "records.heading_twice",
// "records.missing_heading".
Result<Headings> read_headings(CsvText reader, const Schema& schema, const Mapping& mapping = {});
// The same as an answer for people, without an error: what each heading is taken for, what is missing, a few rows. Where no heading is known, the
// first record counts as the heading.
Result<HeadingReport> report_headings(CsvText reader, const Schema& schema, const Mapping& mapping);

}  // namespace banmo::records
