// SPDX-License-Identifier: Apache-2.0
// Plan targets: computed where a metric exists, otherwise the last report with its evidence.
#include <algorithm>
#include <cmath>
#include <map>

#include "audit/audit.h"
#include "metrics/engine.h"

namespace banmo::metrics {
namespace {

constexpr std::string_view kReports =
    "SELECT target, year, value, evidence, account, at "
    "FROM plan_report "
    "ORDER BY no";
constexpr std::string_view kNextNo = "SELECT COALESCE(MAX(no), 0) + 1 FROM plan_report";
constexpr std::string_view kInsert =
    "INSERT INTO plan_report (no, target, year, value, evidence, account, at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr double kNear = 0.9;  // of the way: yellow
constexpr size_t kMaxEvidence_bytes = 8000;

Lamp lamp_of(const pack::Target& target, double wanted, std::optional<double> actual) {
  if (!actual) return Lamp::grey;
  const bool at_most = target.comparison == "<=";
  const bool reached = at_most ? *actual <= wanted : target.comparison == "=" ? *actual == wanted : *actual >= wanted;
  if (reached) return Lamp::green;
  const double way = at_most ? (*actual == 0 ? 1 : wanted / *actual) : (wanted == 0 ? 0 : *actual / wanted);
  return way >= kNear ? Lamp::yellow : Lamp::red;
}

using Reports = std::map<std::pair<std::string, int>, TargetYear>;  // the last of a year

Result<Reports> read_reports(const Engine& engine) {
  BANMO_TRY(const sql::Lease lease, engine.stores.ledger->read());
  BANMO_TRY(const sql::Rows rows, lease->query(kReports));
  Reports reports;
  for (size_t i = 0; i < rows.size(); ++i) {
    const sql::Values& row = rows[i];
    const int year = static_cast<int>(sql::int_of(row[1]));
    reports[{sql::text_of(row[0]), year}] = {
        year, 0, sql::double_of(row[2]), Lamp::grey, false, sql::text_of(row[3]), sql::text_of(row[4]), Instant{sql::int_of(row[5])}};
  }
  return reports;
}

// The city's figure of each period, by year. Aggregates of the whole city: shown to whoever may read the plan.
std::map<int, double> computed(const Engine& engine, const pack::Target& target) {
  std::map<int, double> by_year;
  const auto cubes = engine.cubes_of(target.metric);
  if (cubes.empty() || !cubes.front()->period) return by_year;
  Query query;
  query.metrics = {target.metric};
  query.by = {cubes.front()->dataset->fields[*cubes.front()->period].id};
  query.time.grain = "year";
  const directory::Principal city = directory::Principal::system();
  const auto answer = Question(engine, city, query).answer();
  if (!answer.ok()) return by_year;
  for (const auto& row : answer->rows) {
    const auto* period = std::get_if<std::string>(&row[0]);
    const auto* whole = std::get_if<int64_t>(&row[1]);
    const auto* number = std::get_if<double>(&row[1]);
    if (period != nullptr && (whole != nullptr || number != nullptr))
      by_year[static_cast<int>(period_of_text(*period, Grain::year).value_or(0))] = whole != nullptr ? static_cast<double>(*whole) : *number;
  }
  return by_year;
}

// Installed packs that carry the target's tag, in the present year: what was installed in years before is not kept.
std::map<int, double> counted(const Engine& engine, const pack::Target& target) {
  const auto& packs = engine.catalogue->packs();
  const auto n = std::count_if(packs.begin(), packs.end(), [&](const pack::PackInfo& pack) {
    return std::find(pack.tags.begin(), pack.tags.end(), target.packs_tagged) != pack.tags.end();
  });
  return {{engine.clock.now().utc_date().year(), static_cast<double>(n)}};
}

std::map<int, double> figures_of(const Engine& engine, const pack::Target& target) {
  if (!target.packs_tagged.empty()) return counted(engine, target);
  return target.metric.empty() ? std::map<int, double>{} : computed(engine, target);
}

}  // namespace

Result<std::vector<TargetState>> read_plan(const Engine& engine) {
  BANMO_TRY(const Reports reports, read_reports(engine));
  BANMO_TRY(const auto papers, count_papers(engine));
  std::vector<TargetState> states;
  for (const pack::Target& target : engine.catalogue->targets()) {
    const auto of_target = papers.find(target.id);
    TargetState& state = states.emplace_back(TargetState{&target, {}, of_target == papers.end() ? PaperCounts{} : of_target->second});
    const std::map<int, double> figures = figures_of(engine, target);
    for (const auto& [year, wanted] : target.values) {
      TargetYear made;
      if (const auto figure = figures.find(year); figure != figures.end()) {
        made.actual = figure->second;
        made.computed = true;
      } else if (const auto report = reports.find({target.id, year}); report != reports.end()) {
        made = report->second;
      }
      made.year = year;
      made.target = wanted;
      made.lamp = lamp_of(target, wanted, made.actual);
      state.years.push_back(std::move(made));
    }
  }
  return states;
}

Result<> write_report(const Engine& engine, const Principal& principal, const pack::Target& target, int year, double value,
                      std::string_view evidence) {
  if (!target.values.contains(year))
    return fail(ErrorCode::invalid, "metrics.no_such_year",
                {"这个指标没有 " + std::to_string(year) + " 年的目标值", "this target has no value for " + std::to_string(year)}, "$.year");
  if (!std::isfinite(value))
    return fail(ErrorCode::invalid, "metrics.bad_value", {"数值须是有限的数", "the value must be a finite number"}, "$.value");
  if (evidence.empty() || evidence.size() > kMaxEvidence_bytes)
    return fail(
        ErrorCode::invalid, "metrics.no_evidence",
        {"请写明依据（文件、统计口径或链接），最多两千字", "name the evidence (a document, a definition or a link), at most 2,000 characters"},
        "$.evidence");
  return engine.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const sql::Rows next, connection.query(kNextNo));
    const Instant now = engine.clock.now();
    BANMO_DO(connection.execute(
        kInsert, {sql::int_of(next[0][0]), target.id, int64_t{year}, value, std::string(evidence), principal.account_name, now.micros}));
    const audit::Entry entry{now, principal.account_name, "plan.report", "target", target.id, 0, json::Object{{"year", year}, {"value", value}}};
    BANMO_DO(audit::append(connection, entry, engine.directory.profile()));
    return {};
  });
}

}  // namespace banmo::metrics
