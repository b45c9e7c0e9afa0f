// SPDX-License-Identifier: Apache-2.0
// What a Value is as another type: the one table of conversions that all drivers use for parameters, appended rows and reads. Private to sql/.
// nullopt: there is no such conversion (or it would lose digits). A null must be handled by the caller.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sql/sql.h"

namespace banmo::sql {

std::optional<bool> to_bool(const Value& value);
std::optional<int64_t> to_int(const Value& value);  // instants as microseconds, bools as 0 and 1, doubles without a fraction
std::optional<double> to_double(const Value& value);
std::optional<Date> to_date(const Value& value);        // ISO text, the UTC day of an instant
std::optional<Instant> to_instant(const Value& value);  // ISO text, microseconds, midnight UTC of a date
void append_text(std::string& out, const Value& value);
std::string to_text(const Value& value);

// Puts text into a cell that is reused, keeping the room it has.
void set_text(Value& cell, std::string_view text);
void set_blob(Value& cell, const void* data, size_t size);

// The number in a parameter's name: "$12", "12" to 12; 0 if it is no number.
int parameter_number(const char* name);

}  // namespace banmo::sql
