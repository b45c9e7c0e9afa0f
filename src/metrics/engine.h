// SPDX-License-Identifier: Apache-2.0
// Inside the room: what every question is answered with, and the answer to one question.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "directory/directory.h"
#include "metrics/ask.h"
#include "metrics/board_shelf.h"
#include "metrics/metrics.h"
#include "metrics/portrait.h"
#include "metrics/rollup.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::metrics {

struct Engine {
  sql::Stores stores;
  std::shared_ptr<const pack::Catalogue> catalogue;
  directory::Directory& directory;
  records::Records& records;
  const Clock& clock;
  std::map<std::string, Cube, std::less<>> cubes;
  std::unique_ptr<RollUps> rollups;
  std::unique_ptr<BoardShelf> boards;

  LegPrinter printer(const Cube& cube) const;
  // Figures of a dataset that a principal may see; the level shuts nobody out of aggregates.
  directory::Scope figures_scope(const Principal& principal, const Cube& cube) const;
  // True for those who may see all the rows themselves with their fields up to `level`.
  bool sees_rows(const Principal& principal, const Cube& cube, const directory::Scope& figures, pack::Level level) const;
  // Cubes that a metric reads, directly or through others; empty for an unknown metric.
  std::vector<const Cube*> cubes_of(std::string_view metric) const;
};

// "How computed": definition, formula, the files behind it, the statements.
Result<Explanation> explain(const Engine& engine, const Principal& principal, const Query& query);
Result<DashboardResult> read_dashboard(const Engine& engine, const Principal& principal, DashboardPtr dashboard,
                                       const std::map<std::string, std::string>& filters);
bool in_audience(const Principal& principal, const pack::Dashboard& dashboard);
// Delivered or own, for whom it is meant: not_found "metrics.no_such_dashboard", denied without the right.
Result<DashboardPtr> find_dashboard(const Engine& engine, const Principal& principal, std::string_view id);
Error no_right(directory::Right right);
Error no_such_dashboard();
// The persons whose portraits the principal may see: oneself as a student, one's children as a guardian. No other role gives any.
Result<std::vector<directory::Person>> read_family(const Engine& engine, const Principal& principal);
Result<PortraitResult> read_portrait(const Engine& engine, const Principal& principal, const pack::Portrait& portrait, std::string_view person);
Result<std::vector<TargetState>> read_plan(const Engine& engine);
Result<PlanFile> write_file(const Engine& engine, const Principal& principal, const pack::Target& target, int year, const std::string& name,
                            const std::string& path);
Result<std::pair<PlanFile, std::string>> read_file(const Engine& engine, const std::string& id);
Result<PlanNote> write_note(const Engine& engine, const Principal& principal, const pack::Target& target, int year, bool reply,
                            const std::string& text);
Result<Papers> read_papers(const Engine& engine, const pack::Target& target);
Result<std::map<std::string, PaperCounts>> count_papers(const Engine& engine);
Result<> write_report(const Engine& engine, const Principal& principal, const pack::Target& target, int year, double value,
                      std::string_view evidence);

// One question, answered once.
class Question {
 public:
  Question(const Engine& engine, const Principal& principal, const Query& query) : engine_(engine), principal_(principal), query_(query) {}
  Result<QueryResult> answer();
  // After answer(): the statements that were run, for "how computed".
  const std::vector<std::string>& statements() const { return statements_; }

 private:
  struct Shift {
    int n = 0;
    bool yoy = false;
  };
  struct Output {
    const pack::Metric* metric = nullptr;
    Shift shift;
    ColumnKind kind = ColumnKind::metric;
  };

  Result<> prepare();
  Result<> plan_outputs();
  Result<> need(const pack::Metric& metric, Shift shift, int depth);
  LegId leg_of(const pack::Metric& metric, Shift shift) const;
  Result<> run(const LegId& id);
  Result<std::optional<std::vector<int64_t>>> periods_for(sql::Connection& connection, const LegId& id, const directory::Scope& scope);
  Result<LegTable> read_leg(sql::Connection& connection, const Statement& statement) const;
  Result<LegTable> read_protected(sql::Connection& connection, const Cube& cube, const Statement& statement, const Statement& weights) const;
  void shift_keys(const LegId& id, LegTable& table) const;

  struct Figure {
    std::optional<double> value;
    bool withheld = false;
  };
  Result<Figure> figure(const pack::Metric& metric, Shift shift, const Key& key) const;
  Figure aggregate_figure(const pack::Metric& metric, Shift shift, const Key& key) const;
  Result<Figure> derived_figure(const pack::Metric& metric, Shift shift, const Key& key) const;

  std::vector<Key> keys() const;
  Result<QueryResult> build() const;
  void add_columns(QueryResult& result) const;
  int64_t n_behind() const;
  Cell dimension_cell(size_t dimension, const sql::Value& value) const;
  Result<> order_and_limit(QueryResult& result) const;
  void add_shares(QueryResult& result) const;

  const Engine& engine_;
  const Principal& principal_;
  const Query& query_;
  std::shared_ptr<const directory::OrgTree> tree_;
  Asked asked_;
  std::vector<const Cube*> cubes_;
  std::vector<Output> outputs_;
  std::map<LegId, LegTable> legs_;
  bool shifts_ = false;
  Instant as_of_;
  std::vector<std::string> statements_;
};

}  // namespace banmo::metrics
