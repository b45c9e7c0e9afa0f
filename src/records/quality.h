// SPDX-License-Identifier: Apache-2.0
// What readers see of quality: scorecards by organisation, counts by rule, the quarantine. All under the reader's scope.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "records/engine.h"
#include "records/job_store.h"

namespace banmo::records {

// A reader's organisations as a condition over a column; `under` and below, 0: all of them. Numbers only, so nothing to bind.
std::string within(const directory::Scope& scope, std::string_view column, directory::OrgNo under = {});

// dataset empty: all. `after` is "<dataset>~<org>" of the last one.
Result<std::vector<Scorecard>> read_scorecards(Engine& engine, const Principal& principal, std::string_view dataset, directory::OrgNo under,
                                               int limit, std::string_view after);
Result<std::vector<RuleScore>> read_rule_scores(Engine& engine, const Principal& principal, std::string_view dataset);
// Bad rows of a batch, or the open ones.
struct BadRowQuery {
  std::string_view batch;  // empty: the open ones
  directory::OrgNo under;  // in this organisation and below; 0: all
  int limit = 50;
  int64_t after = 0;  // id of the last one
};
Result<std::vector<BadRow>> read_bad_rows(Engine& engine, JobStore& jobs, const Principal& principal, std::string_view dataset,
                                          const BadRowQuery& query);

}  // namespace banmo::records
