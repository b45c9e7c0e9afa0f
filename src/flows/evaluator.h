// SPDX-License-Identifier: Apache-2.0
// A flow's expressions over a case: its row, who acts, and what is looked up or left of a quota, each asked for only if the expression reads it.
// Inside the room; made for one request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expr/expr.h"
#include "flows/places.h"
#include "records/case_rows.h"

namespace banmo::flows {

inline constexpr std::string_view kPlaceUnknown = "flows.place_unknown";

struct Standing;
struct Actor;

// What an expression gives for a field: a whole number stands for a decimal.
sql::Value for_field(const pack::Field& field, sql::Value value);

class Evaluator {
 public:
  Evaluator(records::CaseRows& rows, sql::Database& ledger, Instant now) : rows_(rows), ledger_(ledger), now_(now) {}
  // Errors: those of the stores.
  Result<sql::Value> evaluate(const expr::Expression& expression, const Standing& standing, const Actor& actor) const;
  // What the case needs of quotas in the state in which it stands. Errors: invalid "flows.place_unknown" if a field is empty that says of which.
  Result<std::vector<PlaceWish>> places(const Standing& standing) const;
  // The quota of which no place is left for a wish; nullptr: there is one for all.
  Result<const pack::FlowQuota*> unmet(const Standing& standing, const std::vector<PlaceWish>& wishes) const;

 private:
  Result<> find(const Standing& standing, const pack::FlowFind& find, sql::Values& values) const;
  Result<sql::Value> left(const Standing& standing, const pack::FlowQuota& quota) const;
  Result<PlaceWish> wish(const Standing& standing, const pack::FlowQuota& quota, std::string key) const;
  Result<sql::Value> value(const expr::Expression& expression, const sql::Values& values) const;

  records::CaseRows& rows_;
  sql::Database& ledger_;
  Instant now_;
};

}  // namespace banmo::flows
