// SPDX-License-Identifier: Apache-2.0
#include "records/trends.h"

#include <algorithm>
#include <set>

#include "base/city_time.h"
#include "records/quality.h"

namespace banmo::records {
namespace {

constexpr size_t kMaxLines = 5000, kMaxPeriods = 30;

// Go on with a condition over the reader's organisations.
constexpr std::string_view kRuleRows = "SELECT s.org_no, s.rule, CAST(SUM(s.n) AS BIGINT) FROM bm_score s WHERE s.dataset = $1 AND ";
constexpr std::string_view kRuleRowsEnd = " GROUP BY s.org_no, s.rule HAVING SUM(s.n) <> 0 ORDER BY 1, 3 DESC, 2";
constexpr std::string_view kSums =
    "CAST(SUM(CASE WHEN s.rule = '' THEN s.n ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN s.rule = $1 THEN s.n ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN s.rule = '?' THEN s.n ELSE 0 END) AS BIGINT)";

Result<> known_dataset(const Engine& engine, const Principal& principal, std::string_view dataset) {
  if (dataset.empty()) return {};
  const auto entry = engine.require(principal, directory::Right::quality_read, dataset);
  return entry.ok() ? Result<>() : Result<>(entry.error());
}

// The datasets that a reader sees the quality of, with the condition for their scores; datasets of one condition together.
std::map<std::string, std::string> datasets_by_reach(const Engine& engine, const Principal& principal, std::string_view dataset,
                                                     directory::OrgNo under) {
  std::map<std::string, std::string> lists;
  for (const Entry* entry : engine.entries()) {
    const std::string& id = entry->schema->dataset->id;
    if (!dataset.empty() && id != dataset) continue;
    const auto scope = engine.scope(principal, directory::Right::quality_read, *entry->schema);
    if (scope.sees_nothing()) continue;
    auto& list = lists[within(scope, "s.org_no", under)];
    list += (list.empty() ? "" : ", ") + sql::quote_literal(id);
  }
  return lists;
}

struct Sums {
  int64_t n_rows = 0, n_bad = 0, n_warn = 0;
};

Result<std::map<int64_t, Sums>> sums_by_day(Engine& engine, const Principal& principal, const TrendQuery& query) {
  const std::string bad(query.rule.empty() ? "!" : query.rule);
  std::map<int64_t, Sums> days;
  BANMO_TRY(const auto lease, engine.warehouse().read());
  for (const auto& [condition, list] : datasets_by_reach(engine, principal, query.dataset, query.under)) {
    BANMO_TRY(const auto rows, lease->query("SELECT COALESCE(s.day, 0), " + std::string(kSums) + " FROM bm_score s WHERE s.dataset IN (" + list +
                                                ") AND s.rule IN ('', '?', $1) AND " + condition + " GROUP BY COALESCE(s.day, 0)",
                                            {bad}));
    for (const auto& row : rows.rows) {
      Sums& day = days[sql::int_of(row[0])];
      day.n_rows += sql::int_of(row[1]);
      day.n_bad += sql::int_of(row[2]);
      day.n_warn += sql::int_of(row[3]);
    }
  }
  return days;
}

// The organisations that should report: of the kind of the dataset's organisation field, living, within the scope.
std::vector<directory::OrgNo> expected_orgs(const Engine& engine, const Schema& schema, const directory::Scope& scope, directory::OrgNo under) {
  const auto tree = engine.directory().orgs();
  const std::string& wanted = schema.columns[*schema.org].field->org_kind;
  std::vector<directory::OrgNo> out;
  for (const auto& org : tree->all()) {
    if (org.valid_to || (wanted.empty() ? org.kind != directory::OrgKind::school : directory::name_of(org.kind) != wanted)) continue;
    if (!scope.everything && !scope.covers(*tree, org.no)) continue;
    if (under.value == 0 || tree->is_within(org.no, under)) out.push_back(org.no);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Result<std::vector<TrendPoint>> read_trend(Engine& engine, const Principal& principal, const TrendQuery& query) {
  BANMO_DO(known_dataset(engine, principal, query.dataset));
  BANMO_TRY(const auto days, sums_by_day(engine, principal, query));
  const int64_t today = city_date(engine.clock().now()).days, first = today - std::clamp(query.days, 1, 3660);
  TrendPoint sum{};
  std::vector<TrendPoint> points;
  for (const auto& [day, sums] : days) {
    sum.n_rows += sums.n_rows;
    sum.n_bad += sums.n_bad;
    sum.n_warn += sums.n_warn;
    sum.day = Date{static_cast<int32_t>(day)};
    if (day >= first) points.push_back(sum);
  }
  if (!days.empty() && (points.empty() || points.back().day.days < today)) {
    sum.day = Date{static_cast<int32_t>(today)};
    points.push_back(sum);
  }
  return points;
}

Result<std::vector<RuleRow>> read_rule_rows(Engine& engine, const Principal& principal, std::string_view dataset, directory::OrgNo under) {
  BANMO_TRY(Entry* const entry, engine.require(principal, directory::Right::quality_read, dataset));
  const auto scope = engine.scope(principal, directory::Right::quality_read, *entry->schema);
  if (scope.sees_nothing()) return std::vector<RuleRow>{};
  BANMO_TRY(const auto lease, engine.warehouse().read());
  BANMO_TRY(const auto rows,
            lease->query(std::string(kRuleRows) + within(scope, "s.org_no", under) + std::string(kRuleRowsEnd), {std::string(dataset)}));
  std::vector<RuleRow> lines;
  for (const auto& row : rows.rows) {
    const directory::OrgNo org{sql::int_of(row[0])};
    const std::string rule = sql::text_of(row[1]);
    const int64_t n = sql::int_of(row[2]);
    if (lines.empty() || lines.back().card.org != org) lines.push_back({{std::string(dataset), org, 0, 0, 0}, {}});
    RuleRow& line = lines.back();
    if (rule.empty())
      line.card.n_rows = n;
    else if (rule == "!")
      line.card.n_bad = n;
    else if (rule == "?")
      line.card.n_warn = n;
    else
      line.rules.emplace_back(rule, n);
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const RuleRow& a, const RuleRow& b) { return a.card.n_bad + a.card.n_warn > b.card.n_bad + b.card.n_warn; });
  if (lines.size() > kMaxLines) lines.resize(kMaxLines);
  return lines;
}

Result<std::map<std::string, double>> read_rates(Engine& engine, const Principal& principal) {
  std::map<std::string, double> rates;
  if (!principal.has(directory::Right::quality_read)) return rates;
  BANMO_TRY(const auto lease, engine.warehouse().read());
  for (const auto& [condition, list] : datasets_by_reach(engine, principal, {}, {})) {
    BANMO_TRY(const auto rows, lease->query("SELECT s.dataset, " + std::string(kSums) + " FROM bm_score s WHERE s.dataset IN (" + list +
                                                ") AND s.rule IN ('', '?', $1) AND " + condition + " GROUP BY s.dataset",
                                            {std::string("!")}));
    for (const auto& row : rows.rows) {
      const int64_t n_read = sql::int_of(row[1]) + sql::int_of(row[2]);
      if (n_read > 0) rates[sql::text_of(row[0])] = static_cast<double>(sql::int_of(row[1]) - sql::int_of(row[3])) / static_cast<double>(n_read);
    }
  }
  return rates;
}

Result<Completeness> read_completeness(Engine& engine, const Principal& principal, const CompletenessQuery& query) {
  BANMO_TRY(Entry* const entry, engine.require(principal, directory::Right::quality_read, query.dataset));
  const Schema& schema = *entry->schema;
  if (!schema.org || !schema.period) {
    return fail(ErrorCode::invalid, "records.no_period",
                {"该数据集不按单位和年度报送，没有完整性日历", "the dataset is not reported by organisation and period; it has no calendar"});
  }
  const auto scope = engine.scope(principal, directory::Right::quality_read, schema);
  const auto orgs = expected_orgs(engine, schema, scope, query.under);
  auto begin = std::upper_bound(orgs.begin(), orgs.end(), query.after);
  const auto end = orgs.end() - begin > query.limit ? begin + query.limit : orgs.end();
  const std::string org = "t." + schema.columns[*schema.org].name, period = "t." + schema.columns[*schema.period].name;
  BANMO_TRY(const auto lease, engine.warehouse().read());
  BANMO_TRY(const auto rows,
            lease->query("SELECT " + org + ", CAST(" + period + " AS BIGINT), COUNT(*) FROM " + schema.table + " t WHERE " + period +
                         " IS NOT NULL AND " + within(scope, org, query.under) + " GROUP BY " + org + ", " + period + " ORDER BY 1, 2"));
  std::map<std::pair<int64_t, int64_t>, int64_t> counts;
  std::set<int64_t> periods = {SchoolYear::of(city_date(engine.clock().now())).first_year};
  for (const auto& row : rows.rows) {
    periods.insert(sql::int_of(row[1]));
    counts[{sql::int_of(row[0]), sql::int_of(row[1])}] = sql::int_of(row[2]);
  }
  Completeness out;
  out.periods.assign(periods.begin(), periods.end());
  if (out.periods.size() > kMaxPeriods) out.periods.erase(out.periods.begin(), out.periods.end() - kMaxPeriods);
  for (; begin != end; ++begin) {
    Completeness::Line line{*begin, {}};
    for (const int64_t one : out.periods) {
      const auto it = counts.find({begin->value, one});
      line.n_rows.push_back(it == counts.end() ? 0 : it->second);
    }
    out.lines.push_back(std::move(line));
  }
  if (end != orgs.end() && !out.lines.empty()) out.next = out.lines.back().org;
  return out;
}

}  // namespace banmo::records
