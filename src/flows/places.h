// SPDX-License-Identifier: Apache-2.0
// Places of quotas in the ledger: which case holds one, which stands in line, how many are left. The counters change in the transaction of the change
// that needs them, and only there is it decided whether there is a place. The functions work on a connection, in a transaction or to look. Inside the
// room.
#pragma once

#include <string>
#include <vector>

#include "flows/types.h"
#include "sql/sql.h"

namespace banmo::flows {

// What cases share: the places of one quota for one kind of case.
struct PlaceKey {
  std::string flow, quota, key;
};

// What a case needs where it stands: a place, or to stand in line for one.
struct PlaceWish {
  PlaceKey at;
  int64_t limit = 0;
  bool waits = false;
  int64_t rank = 0;
};

// A statement whose count nobody asks for.
Result<> execute(sql::Connection& ledger, std::string_view statement, const sql::Values& parameters);

// How many the case could take, beside who holds one and who stands before it; none or fewer: there is none.
Result<int64_t> places_left(sql::Connection& ledger, const PlaceKey& at, int64_t limit, const std::string& case_id);
// The first wish for a place that cannot be met; wishes.size() if all can. Places that the case holds already are its own.
Result<size_t> first_unmet(sql::Connection& ledger, const std::string& case_id, const std::vector<PlaceWish>& wishes);
// Gives the case what it wishes and takes back the rest; tells which places are free now. In a transaction that has asked first_unmet.
Result<std::vector<PlaceKey>> put_places(sql::Connection& ledger, const std::string& case_id, const std::vector<PlaceWish>& wishes);

// What a case holds and where it stands in line (from 1), by quota.
Result<std::vector<Place>> places_of(sql::Connection& ledger, const std::string& case_id);
// The case that is served next; empty: nobody waits.
Result<std::string> first_in_line(sql::Connection& ledger, const PlaceKey& at);
Result<std::vector<PlaceKey>> lines(sql::Connection& ledger, const std::string& flow);  // in which somebody waits

}  // namespace banmo::flows
