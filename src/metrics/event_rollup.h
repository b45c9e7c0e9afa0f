// SPDX-License-Identifier: Apache-2.0
// Inside the room: the roll-ups of a dataset of events. Events are many and come each second, so nothing is made anew: the rows that came since a
// version are summed and appended, those that went (they stand in the table of the past) are appended with a minus, and a query sums what it finds.
// Now and then a roll-up is folded. The cost is that of what came, whatever there is already. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "metrics/cube.h"
#include "sql/sql.h"

namespace banmo::metrics {

class EventRollUps {
 public:
  // `n_appended` counts by table the rows since it was folded; a table it does not have counts whole.
  EventRollUps(const Cube& cube, const records::Records& records, std::map<std::string, int64_t>& n_appended);
  Result<int64_t> version_of_rows(sql::Connection& connection) const;
  Result<> make(sql::Connection& connection);                               // all from the rows
  Result<> add(sql::Connection& connection, int64_t after, int64_t until);  // what versions in (after, until] changed

 private:
  bool can_subtract() const;
  Result<> make_table(sql::Connection& connection, const std::string& table, const std::string& select) const;
  Result<> fold(sql::Connection& connection, const Cube& part);
  Result<> add_people(sql::Connection& connection, const std::string& since, const std::string& gone, bool went);
  Result<> write_weights(sql::Connection& connection);
  std::string people_select(sql::Dialect dialect, const std::string& where) const;

  const Cube& cube_;
  const records::Records& records_;
  std::map<std::string, int64_t>& n_appended_;
  std::vector<const Cube*> parts_;
  std::string past_, org_, person_;
};

}  // namespace banmo::metrics
