// SPDX-License-Identifier: Apache-2.0
// Values to and from PostgreSQL's binary wire format (parameters, results) and its COPY text. Private to sql/.
// Source of the formats: the send and receive functions in PostgreSQL's src/backend/utils/adt.
#pragma once

#include <string>
#include <vector>

#include "sql/faults.h"
#include "sql/sql.h"

namespace banmo::sql {

// The fault that an SQLSTATE stands for.
Fault postgres_fault_of(std::string_view sqlstate);

bool postgres_can_read(unsigned type);
void postgres_read_cell(Value& cell, unsigned type, const char* data, int size);

// Parameters as libpq takes them. The pointers are into this object.
class PostgresParameters {
 public:
  // False if a value does not fit the type that the statement expects in its place; bad() is its number then.
  bool encode(const Values& values, const std::vector<unsigned>& types);
  size_t bad() const { return bad_; }
  const char* const* values() const { return pointers_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  bool encode_one(const Value& value, unsigned type);
  std::string bytes_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  size_t bad_ = 0;
};

// Adds a cell to a line of COPY text; false if it does not fit a column of that type.
bool postgres_copy_cell(std::string& line, unsigned type, const Value& value);

}  // namespace banmo::sql
