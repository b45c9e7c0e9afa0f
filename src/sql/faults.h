// SPDX-License-Identifier: Apache-2.0
// What can go wrong in a store, in one table: the drivers only say which it was. Private to sql/.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace banmo::sql {

enum class Fault {
  unique_violation,
  foreign_key_violation,
  not_null_violation,
  check_violation,
  bad_value,
  interrupted,
  disk_full,
  fenced,
  busy,
  no_free_connection,
  out_of_memory,
  read_only,
  nested_write,
  connection_in_use,
  parameter_count,
  transaction_in_change,
  change_threw,
  cannot_open,
  connection_lost,
  commit_unknown,
  serialization,
  unsupported_type,
  no_such_column,
  corrupt,
  io,
  statement,
};

// `cause` goes to the log only: the library's words and the statement, never values.
Error error_of(Fault fault, std::string cause = {}, std::string where = {});

// "words, in: SELECT …" with the statement cut to a length that a log line bears.
std::string cause_of(std::string_view words, std::string_view statement);
// Replaces what stands between quotes: the words of a library about a bad value contain the value, which may be somebody's name.
std::string without_quoted(std::string_view words);

}  // namespace banmo::sql
