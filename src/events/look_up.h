// SPDX-License-Identifier: Apache-2.0
// Inside the room: small ways to speak to the ledger.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "sql/sql.h"

namespace banmo::events {

sql::Blob blob_of(const Uuid& id);
Result<> execute(sql::Connection& connection, std::string_view statement, const sql::Values& values);
// From here to its end this transaction is the only one that gives numbers (SQLite has one writer anyway). First of all in it.
Result<> lock_writer(sql::Connection& connection);
// Asks for many values at once: `statement` ends in "IN (", `first` are the parameters before it.
Result<> each_of(sql::Connection& connection, std::string_view statement, const sql::Values& first, const std::vector<sql::Value>& values,
                 const std::function<Result<>(const sql::Values& row)>& row);

}  // namespace banmo::events
