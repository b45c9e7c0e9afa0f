// SPDX-License-Identifier: Apache-2.0
// A dashboard: filters with their values, and every card's question.
#include <algorithm>
#include <charconv>

#include "metrics/distribution.h"
#include "metrics/engine.h"
#include "metrics/shown.h"

namespace banmo::metrics {
namespace {

constexpr int kMostDots = 2000;       // of a scatter
constexpr int kMostMembers = 10'000;  // behind boxes

bool is_level(std::string_view id) { return id == "city" || id == "district" || id == "school" || id == "class"; }

pack::Title title_of_level(const std::string& id) {
  if (id == "city") return {"市", "City"};
  if (id == "district") return {"区市", "District"};
  if (id == "class") return {"班级", "Class"};
  return id == "school" ? pack::Title{"学校", "School"} : pack::Title{id, id};
}

// The first cube of a dashboard that has the dimension as a field or period.
const Cube* cube_with(const Engine& engine, const pack::Dashboard& dashboard, const std::string& dimension, size_t& field) {
  for (const pack::Card& card : dashboard.cards)
    for (const std::string& metric : card.metrics)
      for (const Cube* cube : engine.cubes_of(metric)) {
        if (cube->period && cube->dataset->fields[*cube->period].id == dimension) return field = *cube->period, cube;
        if (const CubeDimension* found = cube->dimension(dimension)) return field = found->field, cube;
      }
  return nullptr;
}

// A school year is told by both years: 2025 alone is read as the calendar year.
pack::Title title_of_value(const pack::Field& field, const std::string& text) {
  if (field.id != "school_year") return {text, text};
  int year = 0;
  std::from_chars(text.data(), text.data() + text.size(), year);
  const std::string next = std::to_string((year + 1) % 100);
  return {text + "学年", text + "–" + (next.size() < 2 ? "0" : "") + next};
}

Result<std::vector<std::pair<std::string, pack::Title>>> values_of(const Engine& engine, const Principal& principal, const Cube& cube, size_t field) {
  std::vector<std::pair<std::string, pack::Title>> values;
  const pack::Field& declared = cube.dataset->fields[field];
  if (const pack::CodeList* list = declared.list.empty() ? nullptr : engine.catalogue->code_list(declared.list)) {
    for (const auto& entry : list->values) values.emplace_back(entry.code, entry.title);
    return values;
  }
  const directory::Scope scope = engine.figures_scope(principal, cube);
  if (!shown(engine, principal, cube, scope, {.keys = {field}, .measured = {}}).ok()) return values;  // nobody is offered what is then refused
  BANMO_TRY(const sql::Lease lease, engine.stores.warehouse->read());
  sql::Values parameters;
  Asked asked;
  if (field != cube.period) asked.by.push_back({declared.id, Axis::field, {}});
  const Cube& from = narrowest(cube, asked, scope, *engine.directory.orgs());
  BANMO_TRY(const std::string where, engine.printer(from).where(Asked{}, {}, scope, -1, "r.", parameters));
  const std::string column = "r." + engine.records.column(declared);
  BANMO_TRY(const sql::Rows rows,
            lease->query("SELECT " + column + " AS v FROM " + from.table + " AS r WHERE " + where + " GROUP BY 1 HAVING SUM(r.m0) > 0 ORDER BY v",
                         parameters));
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string text = sql::text_of(rows[i][0]);
    if (!text.empty()) values.emplace_back(text, title_of_value(declared, text));
  }
  return values;
}

Result<FilterChoice> filter_of(const Engine& engine, const Principal& principal, const pack::Dashboard& dashboard, const std::string& id,
                               const std::map<std::string, std::string>& given) {
  FilterChoice filter;
  filter.id = id;
  filter.dimension = engine.catalogue->dimension(id);
  const pack::Title title = filter.dimension != nullptr ? filter.dimension->title : title_of_level(id);
  filter.title = title.zh;
  filter.title_en = title.en;
  size_t field = 0;
  if (const Cube* cube = cube_with(engine, dashboard, id, field)) {
    filter.title = cube->dataset->fields[field].title.zh;
    filter.title_en = cube->dataset->fields[field].title.en;
    BANMO_TRY(filter.values, values_of(engine, principal, *cube, field));
  }
  if (const auto chosen = given.find(id); chosen != given.end()) {
    filter.current = chosen->second;
  } else if (const auto fallback = dashboard.defaults.find(id); fallback != dashboard.defaults.end()) {
    filter.current = fallback->second == "last" ? (filter.values.empty() ? "" : filter.values.back().first) : fallback->second;
  }
  return filter;
}

Query query_of(const pack::Card& card, const DashboardResult& dashboard, const std::map<std::string, std::string>& given) {
  Query query;
  query.metrics = card.metrics;
  query.by = card.by;
  query.compare = card.compare;
  for (const FilterChoice& filter : dashboard.filters) {
    const bool drawn = std::find(card.by.begin(), card.by.end(), filter.id) != card.by.end();
    if (filter.current.empty()) continue;
    // A card that is drawn along the filter's dimension shows it whole: a line over the years stays a line.
    if (!drawn || given.contains(filter.id)) query.where.push_back({filter.id, {filter.current}});
    if (drawn && filter.id == "school_year" && !query.where.empty() && query.where.back().dimension == filter.id) query.where.pop_back();
  }
  for (const auto& [id, value] : given)
    if (is_level(id) && !value.empty()) query.where.push_back({id, {value}});
  if (card.kind == pack::CardKind::rank) {
    query.order = "-" + card.metrics.front();
    query.limit = card.top > 0 ? card.top : 20;
  }
  if (card.kind == pack::CardKind::scatter) query.limit = kMostDots;
  if (card.kind == pack::CardKind::box) query.limit = kMostMembers;
  return query;
}

bool is_known_filter(const pack::Dashboard& dashboard, const std::string& id) {
  return is_level(id) || std::find(dashboard.filters.begin(), dashboard.filters.end(), id) != dashboard.filters.end();
}

}  // namespace

Result<DashboardResult> read_dashboard(const Engine& engine, const Principal& principal, DashboardPtr found,
                                       const std::map<std::string, std::string>& filters) {
  const pack::Dashboard& dashboard = *found;
  for (const auto& [id, value] : filters)
    if (!is_known_filter(dashboard, id))
      return fail(ErrorCode::invalid, "metrics.no_such_filter", {"看板没有筛选项“" + id + "”", "the dashboard has no filter \"" + id + "\""},
                  "filter");
  DashboardResult result;
  result.dashboard = std::move(found);
  result.as_of = engine.clock.now();
  for (const std::string& id : dashboard.filters) {
    BANMO_TRY(FilterChoice filter, filter_of(engine, principal, dashboard, id, filters));
    result.filters.push_back(std::move(filter));
  }
  for (const pack::Card& card : dashboard.cards) {
    CardResult made;
    made.card = &card;
    auto answer = Question(engine, principal, query_of(card, result, filters)).answer();
    if (answer.ok()) {
      made.result = card.kind == pack::CardKind::box ? spread_of(*answer) : *std::move(answer);
      result.as_of = std::min(result.as_of, made.result.as_of);
    } else {
      made.error = std::move(answer).error();
    }
    result.cards.push_back(std::move(made));
  }
  return result;
}

}  // namespace banmo::metrics
