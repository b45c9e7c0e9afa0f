// SPDX-License-Identifier: Apache-2.0
// Quality over time, by school and rule, and which school has reported which period.
#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"
#include "records/records.h"

namespace banmo::api {
namespace {

struct PointShape {
  static constexpr const char* kName = "TrendPoint";
  Date day;
  int64_t n_rows = 0, n_bad = 0, n_warn = 0;
  std::optional<double> rate;
};
template <class V>
void describe(V& v, PointShape& x) {
  v.field("day", x.day);
  v.field("n_rows", x.n_rows);
  v.field("n_bad", x.n_bad);
  v.field("n_warn", x.n_warn);
  v.field("rate", x.rate);
}

struct RuleLineShape {
  static constexpr const char* kName = "RuleLine";
  std::optional<OrgRef> org;
  int64_t n_rows = 0, n_bad = 0, n_warn = 0;
  std::optional<double> rate;
  std::map<std::string, int64_t> rules;
};
template <class V>
void describe(V& v, RuleLineShape& x) {
  v.field("org", x.org);
  v.field("n_rows", x.n_rows);
  v.field("n_bad", x.n_bad);
  v.field("n_warn", x.n_warn);
  v.field("rate", x.rate);
  v.field("rules", x.rules);
}

struct CalendarLine {
  std::optional<OrgRef> org;
  std::vector<int64_t> n_rows;
};
template <class V>
void describe(V& v, CalendarLine& x) {
  v.field("org", x.org);
  v.field("n_rows", x.n_rows);
}

struct CalendarShape {
  static constexpr const char* kName = "Completeness";
  std::string dataset, period;
  std::optional<std::string> due;
  std::vector<int64_t> periods;
  std::vector<CalendarLine> items;
  std::optional<std::string> next;
};
template <class V>
void describe(V& v, CalendarShape& x) {
  v.field("dataset", x.dataset);
  v.field("period", x.period);
  v.field("due", x.due);
  v.field("periods", x.periods);
  v.field("items", x.items);
  v.field("next", x.next);
}

std::optional<double> rate_of(int64_t n_rows, int64_t n_bad, int64_t n_warn) {
  if (n_rows + n_bad == 0) return std::nullopt;
  return static_cast<double>(n_rows - n_warn) / static_cast<double>(n_rows + n_bad);
}

Result<directory::OrgNo> org_of(const Call& call, std::string_view parameter) {
  const std::string org = call.text(parameter);
  if (org.empty()) return directory::OrgNo{};
  BANMO_TRY(const directory::Org* found, find_org(*call.engines.directory->orgs(), org));
  return found->no;
}

Result<List<PointShape>> get_trend(const Call& call) {
  BANMO_TRY(const directory::OrgNo under, org_of(call, "org"));
  BANMO_TRY(const auto points,
            call.engines.records->trend(call.principal, call.text("dataset"), call.text("rule"), under, call.integer("days", 365)));
  List<PointShape> list;
  for (const records::TrendPoint& point : points)
    list.items.push_back({point.day, point.n_rows, point.n_bad, point.n_warn, rate_of(point.n_rows, point.n_bad, point.n_warn)});
  return list;
}

Result<List<RuleLineShape>> list_rule_lines(const Call& call) {
  BANMO_TRY(const directory::OrgNo under, org_of(call, "org"));
  BANMO_TRY(const auto lines, call.engines.records->rule_rows(call.principal, call.path("id"), under));
  const auto tree = call.engines.directory->orgs();
  List<RuleLineShape> list;
  for (const records::RuleRow& line : lines) {
    const records::Scorecard& card = line.card;
    list.items.push_back({ref_of(*tree, card.org),
                          card.n_rows,
                          card.n_bad,
                          card.n_warn,
                          rate_of(card.n_rows, card.n_bad, card.n_warn),
                          {line.rules.begin(), line.rules.end()}});
  }
  return list;
}

Result<CalendarShape> get_completeness(const Call& call) {
  const pack::Dataset* dataset = call.engines.catalogue->dataset(call.path("id"));
  BANMO_TRY(const directory::OrgNo under, org_of(call, "org"));
  BANMO_TRY(const directory::OrgNo after, org_of(call, "after"));
  BANMO_TRY(const auto calendar, call.engines.records->completeness(call.principal, call.path("id"), under, call.integer("limit", 200), after));
  const auto tree = call.engines.directory->orgs();
  CalendarShape shape{dataset->id, dataset->period_field, {}, calendar.periods, {}, {}};
  if (!dataset->period_due.empty()) shape.due = dataset->period_due;
  for (const auto& line : calendar.lines) shape.items.push_back({ref_of(*tree, line.org), line.n_rows});
  if (calendar.next.value != 0) shape.next = tree->find(calendar.next)->id.to_string();
  return shape;
}

}  // namespace

void add_quality_history_routes(Builder& builder) {
  builder.tag("quality");
  const auto org = text_parameter("org", "In this organisation and below.");
  builder.route<List<PointShape>>({.method = "GET",
                                   .path = "/quality/trend",
                                   .operation = "get_quality_trend",
                                   .summary = {"数据质量走势（按日）", "Quality by day"},
                                   .permission = "quality.read",
                                   .parameters = {text_parameter("dataset", "Only of this dataset."),
                                                  text_parameter("rule", "Findings of this rule only."),
                                                  org,
                                                  {.name = "days",
                                                   .schema = json::Object{{"type", "integer"}, {"minimum", 1}, {"maximum", 3660}, {"default", 365}},
                                                   .description = "How far back."}}},
                                  get_trend);
  builder.route<List<RuleLineShape>>({.method = "GET",
                                      .path = "/datasets/{id}/quality",
                                      .operation = "list_rule_lines",
                                      .summary = {"一个数据集各校各规则的问题数", "Findings of a dataset by school and rule"},
                                      .permission = "quality.read",
                                      .parameters = {org}},
                                     list_rule_lines);
  builder.route<CalendarShape>({.method = "GET",
                                .path = "/datasets/{id}/completeness",
                                .operation = "get_completeness",
                                .summary = {"完整性日历：各校各期是否已报送", "Completeness: which school has reported which period"},
                                .permission = "quality.read",
                                .parameters = page_parameters({org})},
                               get_completeness);
}

}  // namespace banmo::api
