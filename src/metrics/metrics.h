// SPDX-License-Identifier: Apache-2.0
// The semantic layer: metric and dimension specs become checked queries over the warehouse, always scoped, with small cells withheld. Nothing from
// outside reaches SQL as text. Roll-ups are kept current by partition as records tells of changes; a query never answers older than 5 s. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metrics/types.h"

namespace banmo::directory {
class Directory;
}
namespace banmo::records {
class Records;
}
namespace banmo::pack {
class Catalogue;
}

namespace banmo::metrics {

using Principal = directory::Principal;

class Metrics {
 public:
  // Creates roll-up tables that are missing or whose definition changed, brings stale ones up to date, and listens to records.
  static Result<std::unique_ptr<Metrics>> create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue,
                                                 directory::Directory& directory, records::Records& records, const Clock& clock);
  ~Metrics();

  // Metrics whose dataset the caller may see figures of.
  std::vector<const pack::Metric*> visible(const Principal& principal) const;
  // Dimensions by which a metric can be asked: its dataset's code, year, org and grade-like fields, and city, district, school.
  std::vector<std::pair<std::string, std::string>> dimensions_of(const pack::Metric& metric) const;

  // Errors: not_found "metrics.unknown_metric" with the nearest, invalid "metrics.no_such_dimension", denied.
  Result<QueryResult> query(const Principal& principal, const Query& query);
  Result<Explanation> explain(const Principal& principal, const Query& query);
  // A records::Filter list for the rows behind a cell is what the api hands to Records::rows.
  Result<DashboardResult> dashboard(const Principal& principal, std::string_view id, const std::map<std::string, std::string>& filters);
  std::vector<const pack::Dashboard*> dashboards(const Principal& principal) const;

  // --- plan targets
  Result<std::vector<TargetState>> plan(const Principal& principal);
  // Reports a figure with evidence for a target without a metric. Kept in the ledger with audit; the last report of a year counts.
  Result<TargetState> report_target(const Principal& principal, std::string_view target, int year, double value, std::string_view evidence);

  // Waits until every roll-up reflects what records has applied (tests, benches).
  Result<> settle();

 private:
  struct State;
  explicit Metrics(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banmo::metrics
