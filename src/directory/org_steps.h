// SPDX-License-Identifier: Apache-2.0
// The steps that changes of organisations share. Private to the room.
#pragma once

#include <span>
#include <unordered_map>

#include "directory/state.h"

namespace banmo::directory {

Result<const Org*> found_org(const OrgTree& tree, OrgNo no);
Error wrong_parent(OrgKind kind, const Org& parent);

// orgs_preview.cpp: what may be done. `on` is the day of it, `from` the first that it may be.
Result<> check_date(Date on, Date today, Date from);
Result<> check_move(const OrgTree& tree, const Org& org, const Org& parent);
Result<> check_merge(const OrgTree& tree, const Org& org, const Org& into);
Result<> check_close(const OrgTree& tree, const Org& org);

// Titles and parents of one run, to build the closure of organisations that are not in the tree yet.
struct Made {
  std::unordered_map<int64_t, const Org*> by_no;
  const Org* find(OrgNo no, const OrgTree& tree) const {
    const auto found = by_no.find(no.value);
    return found != by_no.end() ? found->second : tree.find(no);
  }
};
Result<> add_closure(sql::Connection& connection, const Made& made, const OrgTree& tree, std::span<const OrgNo> orgs);
Result<> append_rows(sql::Connection& connection, std::string_view table, const std::vector<std::string>& columns, std::vector<sql::Values> rows);

// A line of an organisation's history.
struct OrgNote {
  OrgNo org;
  std::string what;
  Message detail;
};
Result<> add_events(sql::Connection& connection, const Principal& by, Instant at, const std::vector<OrgNote>& events);

// The subtree of `org` hangs under `parent` from `on`.
Result<> hang(sql::Connection& connection, const OrgTree& tree, const Org& org, OrgNo parent, Date on);
// The organisation itself ends on `day`; `into`: what it goes on in, or none.
Result<> end_org(sql::Connection& connection, OrgNo org, const std::string& day, OrgNo into);

}  // namespace banmo::directory
