// SPDX-License-Identifier: Apache-2.0
#include "events/look_up.h"

#include <algorithm>

namespace banmo::events {
namespace {

constexpr size_t kAtOnce = 50;  // values of one look-up; a shorter list is filled up with its last, so that two statements serve all

}  // namespace

sql::Blob blob_of(const Uuid& id) { return {id.bytes.begin(), id.bytes.end()}; }

Result<> execute(sql::Connection& connection, std::string_view statement, const sql::Values& values) {
  BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute(statement, values));
  return {};
}

Result<> lock_writer(sql::Connection& connection) {
  constexpr std::string_view kLock = "LOCK TABLE xapi_writer IN EXCLUSIVE MODE";
  return connection.dialect() == sql::Dialect::postgres ? execute(connection, kLock, {}) : Result<>();
}

Result<> each_of(sql::Connection& connection, std::string_view statement, const sql::Values& first, const std::vector<sql::Value>& values,
                 const std::function<Result<>(const sql::Values& row)>& row) {
  for (size_t begin = 0; begin < values.size(); begin += kAtOnce) {
    const size_t n = values.size() - begin == 1 ? 1 : kAtOnce;
    std::string text(statement);
    sql::Values parameters = first;
    for (size_t i = 0; i < n; ++i) {
      parameters.push_back(values[std::min(begin + i, values.size() - 1)]);
      text += (i == 0 ? "$" : ", $") + std::to_string(parameters.size());
    }
    BANMO_DO(connection.each(text + ")", parameters, row));
  }
  return {};
}

}  // namespace banmo::events
