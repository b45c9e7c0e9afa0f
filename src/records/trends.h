// SPDX-License-Identifier: Apache-2.0
// Quality over time and by rule, and which organisation has reported which period. All under the reader's scope.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "records/engine.h"

namespace banmo::records {

// A point for each day on which something changed, and one for today; rows, bad and warned ones as they stood at the end of the day. `days`
// back, 1..3660. dataset empty: all together. rule not empty: n_bad counts the findings of this rule.
struct TrendQuery {
  std::string_view dataset, rule;
  directory::OrgNo under;
  int days = 365;
};
Result<std::vector<TrendPoint>> read_trend(Engine& engine, const Principal& principal, const TrendQuery& query);
// Findings of one dataset by organisation and rule; organisations with findings first. At most 5000.
Result<std::vector<RuleRow>> read_rule_rows(Engine& engine, const Principal& principal, std::string_view dataset, directory::OrgNo under);
// Share of good rows by dataset, of those that the reader's organisations sent; datasets without rows are absent.
Result<std::map<std::string, double>> read_rates(Engine& engine, const Principal& principal);
// Rows by organisation and period; organisations of the kind that the dataset's organisation field asks for, in the order of the tree.
// Errors: invalid "records.no_period" for a dataset without organisation or period.
struct CompletenessQuery {
  std::string_view dataset;
  directory::OrgNo under, after;
  int limit = 200;
};
Result<Completeness> read_completeness(Engine& engine, const Principal& principal, const CompletenessQuery& query);

}  // namespace banmo::records
