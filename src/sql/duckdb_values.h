// SPDX-License-Identifier: Apache-2.0
// Values to and from DuckDB's vectors and parameters. Private to sql/.
#pragma once

#include <string>
#include <vector>

#include "sql/faults.h"
#include "sql/sql.h"

struct _duckdb_data_chunk;
struct _duckdb_prepared_statement;
struct _duckdb_vector;

namespace banmo::sql {

// Which fault DuckDB's words tell of; without a type for prepare errors, its words are all there is.
Fault duckdb_fault_of(std::string_view words);
Error duckdb_error(const char* words, std::string_view statement);

// One column of a result: its type, and where the cells of the current chunk lie.
struct DuckdbColumn {
  int type = 0;                     // duckdb_type
  int stored_as = 0;                // of DECIMAL and ENUM
  double divisor = 1;               // of DECIMAL
  std::vector<std::string> labels;  // of ENUM
  const void* data = nullptr;
  const uint64_t* validity = nullptr;
};

bool duckdb_can_read(int type);
void duckdb_point_at(DuckdbColumn& column, _duckdb_vector* vector);
void duckdb_read_cell(Value& cell, const DuckdbColumn& column, size_t row);

// Binds parameter `at` (from 1), whose type the statement expects as `type` if it knows it.
bool duckdb_bind(_duckdb_prepared_statement* statement, uint64_t at, int type, const Value& value);

// How an appended column is written: as it is, or as VARCHAR that DuckDB casts (DECIMAL, UUID, ENUM, HUGEINT and the like).
int duckdb_written_as(int type);
// False if the value does not fit a column of that type.
bool duckdb_write_cell(_duckdb_vector* vector, int written_as, size_t row, const Value& value);

}  // namespace banmo::sql
