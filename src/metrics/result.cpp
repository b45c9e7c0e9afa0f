// SPDX-License-Identifier: Apache-2.0
// Figures become a table for people: columns with titles and units, organisations and codes with their names, order, limit, shares.
#include <algorithm>
#include <cmath>
#include <map>

#include "metrics/engine.h"

namespace banmo::metrics {
namespace {

const pack::Field* field_of(const std::vector<const Cube*>& cubes, const AskedDimension& dimension) {
  for (const Cube* cube : cubes) {
    if (dimension.axis == Axis::period && cube->period) return &cube->dataset->fields[*cube->period];
    if (const CubeDimension* found = dimension.axis == Axis::field ? cube->dimension(dimension.id) : nullptr)
      return &cube->dataset->fields[found->field];
  }
  return nullptr;
}

pack::Title title_of_level(directory::OrgKind level) {
  switch (level) {
    case directory::OrgKind::city: return {"市", "City"};
    case directory::OrgKind::district: return {"区市", "District"};
    case directory::OrgKind::class_: return {"班级", "Class"};
    default: return {"学校", "School"};
  }
}

bool is_count(const pack::Metric& metric) {
  return metric.kind == pack::MetricKind::aggregate &&
         (metric.aggregate == pack::Aggregate::count || metric.aggregate == pack::Aggregate::count_distinct);
}

bool can_be_shared(const pack::Metric& metric) {
  return is_count(metric) || (metric.kind == pack::MetricKind::aggregate && metric.aggregate == pack::Aggregate::sum);
}

double number_of(const Cell& cell) {
  if (const auto* whole = std::get_if<int64_t>(&cell)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  return std::nan("");
}

}  // namespace

void Question::add_columns(QueryResult& result) const {
  for (const AskedDimension& dimension : asked_.by) {
    const pack::Field* field = field_of(cubes_, dimension);
    const pack::Title title = field != nullptr ? field->title : title_of_level(dimension.level);
    Column column{dimension.id, title.zh, ColumnKind::dimension, "", "text", 0, title.en};
    if (dimension.axis == Axis::org_level) column.type = "org";
    if (dimension.axis == Axis::period) column.type = "period";
    if (dimension.axis == Axis::field && field != nullptr && !field->list.empty()) column.type = "code";
    result.columns.push_back(std::move(column));
  }
  for (const Output& output : outputs_) {
    const bool compare = output.kind == ColumnKind::compare;
    const std::string suffix = compare ? "__" + query_.compare : "";
    const std::string title = output.metric->title.zh + (compare ? query_.compare == "yoy" ? "（上年同期）" : "（上期）" : "");
    const std::string title_en = output.metric->title.en + (compare ? query_.compare == "yoy" ? " (a year before)" : " (period before)" : "");
    result.columns.push_back({output.metric->id + suffix, title, output.kind, output.metric->unit, is_count(*output.metric) ? "int" : "number",
                              is_count(*output.metric) ? 0 : output.metric->decimals, title_en});
  }
}

Cell Question::dimension_cell(size_t dimension, const sql::Value& value) const {
  const AskedDimension& asked = asked_.by[dimension];
  if (sql::is_null(value)) return {};
  if (asked.axis == Axis::org_level) {
    const directory::Org* org = tree_->find(directory::OrgNo{sql::int_of(value)});
    return org == nullptr ? Cell() : Cell(OrgCell{org->id.to_string(), org->title});
  }
  if (asked.axis == Axis::period) return period_text(sql::int_of(value), grain_of(*cubes_.front(), asked_));
  const pack::Field* field = field_of(cubes_, asked);
  if (const pack::CodeList* list = field == nullptr || field->list.empty() ? nullptr : engine_.catalogue->code_list(field->list)) {
    for (const auto& entry : list->values)
      if (entry.code == sql::text_of(value)) return CodeCell{entry.code, entry.title.zh, entry.title.en};
    return CodeCell{sql::text_of(value), sql::text_of(value), sql::text_of(value)};
  }
  if (const auto* whole = std::get_if<int64_t>(&value)) return *whole;
  return sql::text_of(value);
}

Result<QueryResult> Question::build() const {
  QueryResult result;
  result.as_of = as_of_;
  result.n = n_behind();
  add_columns(result);
  for (const Key& key : keys()) {
    std::vector<Cell>& row = result.rows.emplace_back();
    for (size_t i = 0; i < key.size(); ++i) row.push_back(dimension_cell(i, key[i]));
    for (const Output& output : outputs_) {
      BANMO_TRY(const Figure found, figure(*output.metric, output.shift, key));
      if (found.withheld) result.suppressed.emplace_back(static_cast<int>(result.rows.size()) - 1, static_cast<int>(row.size()));
      if (found.withheld || !found.value)
        row.emplace_back();
      else if (is_count(*output.metric))
        row.emplace_back(static_cast<int64_t>(std::llround(*found.value)));
      else
        row.emplace_back(*found.value);
    }
  }
  if (query_.share) add_shares(result);
  BANMO_DO(order_and_limit(result));
  return result;
}

// Rows of the first metric's dataset behind what is shown: a count of the same groups would show as much.
int64_t Question::n_behind() const {
  const std::vector<const Cube*> of_first = engine_.cubes_of(query_.metrics.front());
  for (const auto& [id, table] : legs_) {
    if (id.periods_back != 0 || id.cube != of_first.front()) continue;
    int64_t n = 0;
    for (const auto& [key, row] : table) n += row.withheld ? 0 : row.n;
    return n;
  }
  return 0;
}

// The share of a row in the total of the rows that agree in all dimensions but the last. None where a part is withheld: it would tell it.
void Question::add_shares(QueryResult& result) const {
  const size_t n_dimensions = asked_.by.size();
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].kind != ColumnKind::metric || !can_be_shared(*outputs_[i].metric)) continue;
    const size_t column = n_dimensions + i;
    std::map<Key, std::pair<double, bool>, KeyLess> totals;  // sum, whole
    const std::vector<Key> all = keys();
    const auto parent = [&](const Key& key) {
      return Key(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(n_dimensions == 0 ? 0 : n_dimensions - 1));
    };
    for (size_t r = 0; r < all.size(); ++r) {
      auto& [sum, whole] = totals.try_emplace(parent(all[r]), 0.0, true).first->second;
      const double value = number_of(result.rows[r][column]);
      whole &= !std::isnan(value);
      sum += std::isnan(value) ? 0 : value;
    }
    for (size_t r = 0; r < all.size(); ++r) {
      const auto& [sum, whole] = totals[parent(all[r])];
      result.rows[r].push_back(whole && sum != 0 ? Cell(number_of(result.rows[r][column]) / sum * 100) : Cell());
    }
    result.columns.push_back({outputs_[i].metric->id + "__share", outputs_[i].metric->title.zh + "占比", ColumnKind::share, "%", "number", 1,
                              outputs_[i].metric->title.en + " (share)"});
  }
}

Result<> Question::order_and_limit(QueryResult& result) const {
  std::vector<size_t> order(result.rows.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  const bool descending = query_.order.starts_with('-');
  const std::string by = descending ? query_.order.substr(1) : query_.order;
  const auto column = std::find_if(result.columns.begin(), result.columns.end(), [&](const Column& candidate) { return candidate.id == by; });
  if (!by.empty() && column == result.columns.end()) {
    std::string known;
    for (const Column& candidate : result.columns) known += (known.empty() ? "" : ", ") + candidate.id;
    return fail(ErrorCode::invalid, "metrics.bad_order",
                {"不能按“" + by + "”排序；可用的列：" + known, "the answer has no column \"" + by + "\" to order by; columns there are: " + known},
                "$.order");
  }
  if (column != result.columns.end() && column->kind != ColumnKind::dimension) {
    const auto at = static_cast<size_t>(column - result.columns.begin());
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      const double x = number_of(result.rows[a][at]), y = number_of(result.rows[b][at]);
      if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);  // withheld and empty ones last
      return descending ? x > y : x < y;
    });
  } else if (column != result.columns.end() && descending) {
    std::reverse(order.begin(), order.end());
  }
  const auto limit = static_cast<size_t>(std::clamp(query_.limit, 1, 10'000));
  result.more = order.size() > limit;
  order.resize(std::min(order.size(), limit));
  std::map<int, int> new_place;
  std::vector<std::vector<Cell>> rows;
  for (const size_t from : order) {
    new_place[static_cast<int>(from)] = static_cast<int>(rows.size());
    rows.push_back(std::move(result.rows[from]));
  }
  result.rows = std::move(rows);
  std::erase_if(result.suppressed, [&](const auto& cell) { return !new_place.contains(cell.first); });
  for (auto& cell : result.suppressed) cell.first = new_place[cell.first];
  std::sort(result.suppressed.begin(), result.suppressed.end());
  return {};
}

}  // namespace banmo::metrics
