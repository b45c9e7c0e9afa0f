// SPDX-License-Identifier: Apache-2.0
#include "sql/duckdb_values.h"

#include <duckdb.h>

#include <cmath>
#include <limits>

#include "sql/convert.h"

namespace banmo::sql {
namespace {

template <class T>
const T& at(const DuckdbColumn& column, size_t row) {
  return static_cast<const T*>(column.data)[row];
}

int64_t floor_divided(int64_t number, int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

// DuckDB keeps a UUID as a 128-bit integer with its highest bit turned, so that it sorts like its text.
void read_uuid(Value& cell, const duckdb_hugeint& number) {
  constexpr char kDigits[] = "0123456789abcdef";
  const uint64_t halves[2] = {static_cast<uint64_t>(number.upper) ^ (uint64_t{1} << 63), number.lower};
  char text[36];
  size_t n = 0;
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text[n++] = '-';
    text[n++] = kDigits[(halves[i / 16] >> (60 - 4 * (i % 16))) & 15];
  }
  set_text(cell, {text, n});
}

std::string_view text_of_string(const duckdb_string_t& string) {
  const char* const data = string.value.inlined.length <= 12 ? string.value.inlined.inlined : string.value.pointer.ptr;
  return {data, string.value.inlined.length};
}

double decimal_of(const DuckdbColumn& column, size_t row) {
  switch (column.stored_as) {
    case DUCKDB_TYPE_SMALLINT: return at<int16_t>(column, row) / column.divisor;
    case DUCKDB_TYPE_INTEGER: return at<int32_t>(column, row) / column.divisor;
    case DUCKDB_TYPE_BIGINT: return static_cast<double>(at<int64_t>(column, row)) / column.divisor;
    default: {
      const auto& number = at<duckdb_hugeint>(column, row);  // long double: the double is rounded once in effect
      return static_cast<double>((static_cast<long double>(number.upper) * 0x1p64L + static_cast<long double>(number.lower)) / column.divisor);
    }
  }
}

const std::string& label_of(const DuckdbColumn& column, size_t row) {
  switch (column.stored_as) {
    case DUCKDB_TYPE_UTINYINT: return column.labels[at<uint8_t>(column, row)];
    case DUCKDB_TYPE_USMALLINT: return column.labels[at<uint16_t>(column, row)];
    default: return column.labels[at<uint32_t>(column, row)];
  }
}

void read_unsigned(Value& cell, uint64_t number) {
  if (number <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    cell = static_cast<int64_t>(number);
  } else {
    cell = static_cast<double>(number);
  }
}

bool bind_date(duckdb_prepared_statement statement, idx_t place, Date date) {
  return duckdb_bind_date(statement, place, {date.days}) == DuckDBSuccess;
}

// An instant for a BIGINT place is its microseconds, as SQLite keeps it.
bool bind_instant(duckdb_prepared_statement statement, idx_t place, int type, Instant instant) {
  if (type == DUCKDB_TYPE_BIGINT) return duckdb_bind_int64(statement, place, instant.micros) == DuckDBSuccess;
  if (type == DUCKDB_TYPE_TIMESTAMP_TZ) return duckdb_bind_timestamp_tz(statement, place, {instant.micros}) == DuckDBSuccess;
  return duckdb_bind_timestamp(statement, place, {instant.micros}) == DuckDBSuccess;
}

template <class T>
bool put(duckdb_vector vector, size_t row, const std::optional<T>& value) {
  if (value) static_cast<T*>(duckdb_vector_get_data(vector))[row] = *value;
  return value.has_value();
}

template <class T>
bool put_int(duckdb_vector vector, size_t row, const Value& value) {
  const auto number = to_int(value);
  if (!number || *number < std::numeric_limits<T>::min() || *number > std::numeric_limits<T>::max()) return false;
  static_cast<T*>(duckdb_vector_get_data(vector))[row] = static_cast<T>(*number);
  return true;
}

bool put_bytes(duckdb_vector vector, size_t row, const Value& value) {
  if (const auto* blob = std::get_if<Blob>(&value)) {
    duckdb_vector_assign_string_element_len(vector, row, reinterpret_cast<const char*>(blob->data()), blob->size());
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    duckdb_vector_assign_string_element_len(vector, row, text->data(), text->size());
  } else {
    const std::string printed = to_text(value);
    duckdb_vector_assign_string_element_len(vector, row, printed.data(), printed.size());
  }
  return true;
}

bool has(std::string_view words, std::string_view part) { return words.find(part) != std::string_view::npos; }

Fault constraint_fault(std::string_view words) {
  if (has(words, "foreign key")) return Fault::foreign_key_violation;
  if (has(words, "NOT NULL")) return Fault::not_null_violation;
  if (has(words, "uplicate key") || has(words, "unique constraint") || has(words, "UNIQUE")) return Fault::unique_violation;
  return Fault::check_violation;
}

}  // namespace

Fault duckdb_fault_of(std::string_view words) {
  if (has(words, "No space left on device") || has(words, "File too large") || has(words, "Disk quota exceeded")) return Fault::disk_full;
  if (words.starts_with("FATAL") || has(words, "has been invalidated")) return Fault::io;
  if (words.starts_with("Constraint Error") || has(words, "Failed to commit: PRIMARY KEY")) return constraint_fault(words);
  if (has(words, "Failed to commit:") && (has(words, "fsync") || has(words, "Could not write"))) return Fault::io;
  if (words.starts_with("Conversion Error") || words.starts_with("Out of Range Error") || words.starts_with("Mismatch Type Error"))
    return Fault::bad_value;
  if (words.starts_with("Invalid Input Error") && (has(words, "cast") || has(words, "onvert"))) return Fault::bad_value;
  if (words.starts_with("type mismatch in AppendDataChunk")) return Fault::bad_value;
  if (words.starts_with("INTERRUPT Error")) return Fault::interrupted;
  if (words.starts_with("Out of Memory Error")) return Fault::out_of_memory;
  if (words.starts_with("IO Error")) return has(words, "lock on file") ? Fault::busy : Fault::io;
  if (words.starts_with("Serialization Error")) return Fault::corrupt;
  return Fault::statement;
}

Error duckdb_error(const char* words, std::string_view statement) {
  std::string_view given = words != nullptr ? std::string_view(words) : std::string_view();
  given = given.substr(0, given.find("\n\nStack Trace"));
  const Fault fault = duckdb_fault_of(given);
  // Any of its words may quote a value (a cell of a file, an original line): the first line without what stands in quotes is enough to go by.
  return error_of(fault, cause_of(without_quoted(given.substr(0, given.find('\n'))), statement));
}

bool duckdb_can_read(int type) {
  switch (type) {
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIME_TZ:
    case DUCKDB_TYPE_INTERVAL:
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_UNION:
    case DUCKDB_TYPE_BIT:
    case DUCKDB_TYPE_BIGNUM:
    case DUCKDB_TYPE_TIME_NS:
    case DUCKDB_TYPE_ANY:
    case DUCKDB_TYPE_INVALID: return false;
    default: return true;
  }
}

void duckdb_point_at(DuckdbColumn& column, _duckdb_vector* vector) {
  column.data = duckdb_vector_get_data(vector);
  column.validity = duckdb_vector_get_validity(vector);
}

void duckdb_read_cell(Value& cell, const DuckdbColumn& column, size_t row) {
  if (column.validity != nullptr && (column.validity[row / 64] >> (row % 64) & 1) == 0) {
    cell = std::monostate{};
    return;
  }
  switch (column.type) {
    case DUCKDB_TYPE_BOOLEAN: cell = at<bool>(column, row); break;
    case DUCKDB_TYPE_TINYINT: cell = int64_t{at<int8_t>(column, row)}; break;
    case DUCKDB_TYPE_SMALLINT: cell = int64_t{at<int16_t>(column, row)}; break;
    case DUCKDB_TYPE_INTEGER: cell = int64_t{at<int32_t>(column, row)}; break;
    case DUCKDB_TYPE_BIGINT: cell = at<int64_t>(column, row); break;
    case DUCKDB_TYPE_UTINYINT: cell = int64_t{at<uint8_t>(column, row)}; break;
    case DUCKDB_TYPE_USMALLINT: cell = int64_t{at<uint16_t>(column, row)}; break;
    case DUCKDB_TYPE_UINTEGER: cell = int64_t{at<uint32_t>(column, row)}; break;
    case DUCKDB_TYPE_UBIGINT: read_unsigned(cell, at<uint64_t>(column, row)); break;
    case DUCKDB_TYPE_HUGEINT: cell = duckdb_hugeint_to_double(at<duckdb_hugeint>(column, row)); break;
    case DUCKDB_TYPE_UHUGEINT: cell = duckdb_uhugeint_to_double(at<duckdb_uhugeint>(column, row)); break;
    case DUCKDB_TYPE_FLOAT: cell = double{at<float>(column, row)}; break;
    case DUCKDB_TYPE_DOUBLE: cell = at<double>(column, row); break;
    case DUCKDB_TYPE_DECIMAL: cell = decimal_of(column, row); break;
    case DUCKDB_TYPE_VARCHAR: set_text(cell, text_of_string(at<duckdb_string_t>(column, row))); break;
    case DUCKDB_TYPE_ENUM: set_text(cell, label_of(column, row)); break;
    case DUCKDB_TYPE_UUID: read_uuid(cell, at<duckdb_hugeint>(column, row)); break;
    case DUCKDB_TYPE_DATE: cell = Date{at<int32_t>(column, row)}; break;
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: cell = Instant{at<int64_t>(column, row)}; break;
    case DUCKDB_TYPE_TIMESTAMP_S: cell = Instant{at<int64_t>(column, row) * 1'000'000}; break;
    case DUCKDB_TYPE_TIMESTAMP_MS: cell = Instant{at<int64_t>(column, row) * 1'000}; break;
    case DUCKDB_TYPE_TIMESTAMP_NS: cell = Instant{floor_divided(at<int64_t>(column, row), 1'000)}; break;
    case DUCKDB_TYPE_BLOB: {
      const auto bytes = text_of_string(at<duckdb_string_t>(column, row));
      set_blob(cell, bytes.data(), bytes.size());
      break;
    }
    default: cell = std::monostate{};
  }
}

bool duckdb_bind(_duckdb_prepared_statement* statement, uint64_t place, int type, const Value& value) {
  if (is_null(value)) return duckdb_bind_null(statement, place) == DuckDBSuccess;
  if (const auto* number = std::get_if<int64_t>(&value)) return duckdb_bind_int64(statement, place, *number) == DuckDBSuccess;
  if (const auto* text = std::get_if<std::string>(&value); text != nullptr && text->find('\0') != std::string::npos)
    return false;  // PostgreSQL takes none
  if (const auto* text = std::get_if<std::string>(&value))
    return duckdb_bind_varchar_length(statement, place, text->data(), text->size()) == DuckDBSuccess;
  if (const auto* number = std::get_if<double>(&value)) return duckdb_bind_double(statement, place, *number) == DuckDBSuccess;
  if (const auto* flag = std::get_if<bool>(&value)) return duckdb_bind_boolean(statement, place, *flag) == DuckDBSuccess;
  if (const auto* date = std::get_if<Date>(&value)) return bind_date(statement, place, *date);
  if (const auto* instant = std::get_if<Instant>(&value)) return bind_instant(statement, place, type, *instant);
  const auto& blob = std::get<Blob>(value);
  return duckdb_bind_blob(statement, place, blob.data(), blob.size()) == DuckDBSuccess;
}

int duckdb_written_as(int type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DATE:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
    case DUCKDB_TYPE_BLOB: return type;
    default: return DUCKDB_TYPE_VARCHAR;
  }
}

bool duckdb_write_cell(_duckdb_vector* vector, int written_as, size_t row, const Value& value) {
  if (is_null(value)) {
    duckdb_vector_ensure_validity_writable(vector);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
    return true;
  }
  switch (written_as) {
    case DUCKDB_TYPE_BOOLEAN: return put(vector, row, to_bool(value));
    case DUCKDB_TYPE_TINYINT: return put_int<int8_t>(vector, row, value);
    case DUCKDB_TYPE_SMALLINT: return put_int<int16_t>(vector, row, value);
    case DUCKDB_TYPE_INTEGER: return put_int<int32_t>(vector, row, value);
    case DUCKDB_TYPE_BIGINT: return put(vector, row, to_int(value));
    case DUCKDB_TYPE_DOUBLE: return put(vector, row, to_double(value));
    case DUCKDB_TYPE_FLOAT: {
      const auto number = to_double(value);
      return put(vector, row, number ? std::optional<float>(static_cast<float>(*number)) : std::nullopt);
    }
    case DUCKDB_TYPE_DATE: return put(vector, row, to_date(value));
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return put(vector, row, to_instant(value));
    default: return put_bytes(vector, row, value);
  }
}

}  // namespace banmo::sql
