// SPDX-License-Identifier: Apache-2.0
// The semantic layer: metric and dimension specs become checked queries over the warehouse, always scoped, with small cells withheld. Nothing from
// outside reaches SQL as text. Roll-ups are kept current by partition as records tells of changes; a query never answers older than 5 s. Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metrics/boards.h"
#include "metrics/portrait.h"
#include "metrics/subscriptions.h"
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

struct Engine;
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

  // Errors: not_found "metrics.unknown_metric" with the nearest, invalid "metrics.no_such_dimension", denied "metrics.out_of_scope",
  // "metrics.field_above_level" (shown.h).
  Result<QueryResult> query(const Principal& principal, const Query& query);
  Result<Explanation> explain(const Principal& principal, const Query& query);
  // A records::Filter list for the rows behind a cell is what the api hands to Records::rows.
  Result<DashboardResult> dashboard(const Principal& principal, std::string_view id, const std::map<std::string, std::string>& filters);
  std::vector<DashboardPtr> dashboards(const Principal& principal) const;

  // --- the city's own dashboards: in force at once, kept in the ledger with audit. All need dashboards_manage over the whole city, else denied
  // "directory.no_right", "metrics.city_boards".
  Result<std::vector<BoardSourcePtr>> own_boards(const Principal& principal) const;
  Result<BoardSourcePtr> board_source(const Principal& principal, std::string_view id) const;  // of a delivered one too, with version 0
  // As the caller sees it, or as somebody with the grant `as` would, who may see no more than the caller: invalid "metrics.preview_role", denied
  // "metrics.preview_wider", not_found "directory.no_such_org". A faulty text is no error: the findings are in the answer.
  Result<BoardPreview> preview_board(const Principal& principal, const std::string& text, std::optional<directory::Grant> as,
                                     const std::map<std::string, std::string>& filters);
  // `version` as it was read, 0 for a new one. Errors: invalid "metrics.bad_dashboard" with a detail a finding, "metrics.other_dashboard"; conflict
  // "metrics.delivered_dashboard", "metrics.dashboard_changed"; too_many "metrics.too_many_dashboards".
  Result<BoardSourcePtr> put_board(const Principal& principal, const std::string& id, int64_t version, const std::string& text);
  Result<> delete_board(const Principal& principal, const std::string& id, int64_t version);
  Result<> refresh();  // what other processes wrote

  // --- figures of a dashboard, told again and again: one's own subscriptions (subscriptions.h says which errors)
  Result<std::vector<Subscription>> subscriptions(const Principal& principal) const;
  Result<Subscription> subscribe(const Principal& principal, std::string_view dashboard, Every every, int hour);
  Result<> unsubscribe(const Principal& principal, int64_t no);
  // Tells subscribers who are due, each under the rights of now, once a period: at most 500 at a call, by turns. One who cannot be told keeps no
  // other waiting and is tried again. How many were told. Called by a thread of the server.
  Result<int> tell_subscribers();

  // --- portraits: oneself, or one's own children
  Result<std::vector<directory::Person>> family(const Principal& principal);
  // `person` empty: the first. Read of a dataset of level 3 and above is in the audit log before the answer. Errors: not_found
  // "metrics.no_such_portrait", "directory.no_such_person" (also for anyone else's child).
  Result<PortraitResult> portrait(const Principal& principal, std::string_view id, std::string_view person);

  // --- plan targets
  Result<std::vector<TargetState>> plan(const Principal& principal);
  // Targets are the city's: whoever writes to one needs a scope of everything besides the right, else denied "metrics.city_only".
  // Reports a figure with evidence for a target without a metric. Kept in the ledger with audit; the last report of a year counts.
  Result<TargetState> report_target(const Principal& principal, std::string_view target, int year, double value, std::string_view evidence);

  // Evidence files and the thread of supervision of a target. Writing a file or a reply needs plan_report, a note plan_supervise; both are audited.
  // Errors: not_found "metrics.no_such_target", "metrics.no_such_file"; invalid "metrics.file_type", "metrics.no_such_year", "metrics.note_length";
  // too_large "metrics.file_too_large"; too_many "metrics.too_many_files"; conflict "metrics.nothing_to_answer"; internal "metrics.file_changed".
  Result<PlanFile> attach_file(const Principal& principal, std::string_view target, int year, const std::string& name, const std::string& path);
  Result<std::pair<PlanFile, std::string>> evidence_file(const Principal& principal, const std::string& id);  // with its bytes
  Result<PlanNote> add_note(const Principal& principal, std::string_view target, int year, bool reply, const std::string& text);
  Result<Papers> papers(const Principal& principal, std::string_view target);

  // Waits until every roll-up reflects what records has applied (tests, benches).
  Result<> settle();

 private:
  struct State;
  explicit Metrics(std::unique_ptr<State> state);
  const Engine& engine() const;
  Result<const pack::Target*> target_for(const Principal& principal, directory::Right right, std::string_view id) const;
  std::unique_ptr<State> state_;
  std::atomic<int64_t> last_tried_{0};  // subscription
};

}  // namespace banmo::metrics
