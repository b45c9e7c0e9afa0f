// SPDX-License-Identifier: Apache-2.0
// Inside the room: the tables of removals. Free functions over a connection of the ledger; thread-safe as the connection is.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"
#include "events/removal.h"
#include "sql/sql.h"

namespace banmo::events {

// An order as it stands, with how far it is.
struct RemovalRow {
  Removal told;
  directory::PersonNo person;
  int64_t step = 0, after_no = 0, until_no = 0;
};
// As whom the keys of an organisation speak of somebody.
struct RemovalAgent {
  directory::OrgNo org;
  std::string ifi;
  friend auto operator<=>(const RemovalAgent& a, const RemovalAgent& b) { return std::tie(a.org.value, a.ifi) <=> std::tie(b.org.value, b.ifi); }
  friend bool operator==(const RemovalAgent&, const RemovalAgent&) = default;
};

// Errors: denied "events.needs_session" for an API token; invalid "events.no_reason".
Result<> check_order(const directory::Principal& by, const std::string& reason);
// Where `by` may remove: people are managed there.
directory::Scope removal_reach(const directory::Directory& directory, const directory::Principal& by);

Error no_such_removal();

// Gives it a number and the last statement that is concerned (under lock_writer), and writes that it was ordered into the audit log.
Result<> add_removal(sql::Connection& connection, const directory::Directory& directory, RemovalRow& row, const std::vector<RemovalAgent>& agents);
Result<RemovalRow> removal_by_no(sql::Connection& connection, int64_t no);
Result<std::vector<RemovalRow>> removals_to_do(sql::Connection& connection);  // those that are not done, the oldest first
Result<bool> is_under_way(sql::Connection& connection, directory::PersonNo person);
Result<RemovalPage> removals_before(sql::Connection& connection, const std::string& org_predicate, int64_t before_no, size_t limit);
Result<std::vector<RemovalAgent>> agents_of(sql::Connection& connection, int64_t no);  // in their order
Result<> save_removal(sql::Connection& connection, const RemovalRow& row);
// Nothing of the person is left in it; writes that into the audit log.
Result<> end_removal(sql::Connection& connection, const directory::Directory& directory, RemovalRow row);

Result<> remember_gone(sql::Connection& connection, int64_t no, int64_t statement_no);
Result<std::vector<int64_t>> gone_of(sql::Connection& connection, int64_t no, size_t limit);
Result<> forget_gone(sql::Connection& connection, int64_t no, int64_t until_statement_no);
Result<> remember_content(sql::Connection& connection, int64_t no, directory::OrgNo org, const std::string& sha2);
Result<> forget_content(sql::Connection& connection, int64_t no, directory::OrgNo org, const std::string& sha2);
Result<std::vector<std::pair<directory::OrgNo, std::string>>> contents_of(sql::Connection& connection, int64_t no);

}  // namespace banmo::events
