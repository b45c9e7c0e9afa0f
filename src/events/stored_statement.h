// SPDX-License-Identifier: Apache-2.0
// Inside the room: a statement as it stands in the store, read again.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "events/types.h"
#include "sql/sql.h"

namespace banmo::events {

// `statement` points into `body`: a StoredStatement stays where it is.
struct StoredStatement {
  int64_t no = 0, key_no = 0;
  Uuid id;
  directory::OrgNo key_org;
  Instant at;
  bool voided = false;
  std::string text;
  json::Value body;
  Statement statement;
};

inline constexpr std::string_view kStoredColumns = "s.no, s.id, s.org_no, s.key_no, s.at, s.voided, s.body";
// Of a row of these columns; nullptr for a statement that was stored when the rules were less strict.
std::unique_ptr<const StoredStatement> stored_of(const sql::Values& row);

}  // namespace banmo::events
