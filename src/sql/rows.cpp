// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "sql/convert.h"
#include "sql/sql.h"

namespace banmo::sql {

int64_t int_of(const Value& value, int64_t if_null) {
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<double>(&value); number != nullptr && *number > -9.2e18 && *number < 9.2e18)
    return static_cast<int64_t>(*number);
  return to_int(value).value_or(if_null);
}

double double_of(const Value& value, double if_null) { return to_double(value).value_or(if_null); }

std::string text_of(const Value& value, std::string if_null) { return is_null(value) ? std::move(if_null) : to_text(value); }

}  // namespace banmo::sql
