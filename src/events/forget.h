// SPDX-License-Identifier: Apache-2.0
// Inside the room: how removals read the index, and what leaves it with a statement. Thread-safe as an Index is.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "events/index.h"
#include "events/stored_statement.h"
#include "sql/sql.h"

namespace banmo::events {

class Forgetting {
 public:
  explicit Forgetting(Index& index) : index_(index) {}
  // The numbers in a list, ascending after `after_no` up to `until_no`, of voided statements too.
  Result<std::vector<int64_t>> numbers(sql::Connection& connection, int64_t target, int64_t after_no, int64_t until_no, size_t limit);
  // How many statements by `org` stand in a list.
  Result<int64_t> count(sql::Connection& connection, int64_t target, directory::OrgNo org);
  // Every list in which a statement stands; and entries of those that refer to it and stand in its lists for its sake. `about`: targets of the lists
  // of people, schools and classes in which it may stand.
  Result<std::vector<Posting>> entries_of(sql::Connection& connection, const StoredStatement& stored, const std::string& key_name,
                                          const std::vector<int64_t>& about);

 private:
  Result<> add_referring(sql::Connection& connection, const StoredStatement& stored, const std::vector<int64_t>& targets, int depth,
                         std::vector<Posting>& entries);
  Index& index_;
};

// Up to which statement the lists of people, schools and classes are filled.
Result<int64_t> filed_until(sql::Connection& connection);
// Rows (kStoredColumns) of these numbers, ascending; those that are there.
Result<sql::Rows> stored_by_no(sql::Connection& connection, const std::vector<int64_t>& numbers);
// In a transaction: the statement's own row tells no more that it stands in the list.
Result<> forget_own_target(sql::Connection& connection, const Posting& posting);

}  // namespace banmo::events
