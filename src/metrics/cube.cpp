// SPDX-License-Identifier: Apache-2.0
#include "metrics/cube.h"

#include <algorithm>
#include <set>

#include "pack/metric_parts.h"
#include "records/records.h"

namespace banmo::metrics {
namespace {

using pack::FieldType;
using pack::Metric;
using pack::MetricKind;

bool can_be_dimension(const pack::Field& field) {
  switch (field.type) {
    case FieldType::integer:
    case FieldType::boolean:
    case FieldType::year:
    case FieldType::code:
    case FieldType::state:
    case FieldType::date: return !field.encrypted;
    default: return false;
  }
}

// A cube grows metric by metric.
class CubeMaker {
 public:
  CubeMaker(const pack::Catalogue& catalogue, const records::Records& records, sql::Dialect dialect, Instant now)
      : catalogue_(catalogue), records_(records), dialect_(dialect), now_(now) {}

  Cube begin(const pack::Dataset& dataset) {
    Cube cube;
    cube.dataset = &dataset;
    cube.base_table = records_.table(dataset.id);
    cube.table = sql::quote_identifier("ru_" + dataset.id);
    if (!dataset.org_field.empty()) cube.org = dataset.field_index(dataset.org_field);
    if (!dataset.period_field.empty()) cube.period = dataset.field_index(dataset.period_field);
    cube.measures.push_back({"CAST(COUNT(*) AS BIGINT)", Combine::sum, true});
    return cube;
  }

  Result<> add_metric(Cube& cube, const Metric& metric) {
    cube.min_cell = std::max(cube.min_cell, metric.min_cell);
    std::string filter;
    if (metric.filter) {
      BANMO_TRY(const std::string condition, print(cube, *metric.filter));
      filter = " FILTER (WHERE " + condition + ")";
      for (const size_t field : metric.filter->fields()) outcomes_[cube.dataset->id].insert(field);
    }
    std::string value;
    if (metric.expression) {
      BANMO_TRY(value, print(cube, *metric.expression));
    }
    const std::string number = dialect_ == sql::Dialect::duckdb ? "DOUBLE" : "DOUBLE PRECISION";
    const auto sum_of = [&](const char* function) {
      return "CAST(" + std::string(function) + "(CAST(" + value + " AS " + number + "))" + filter + " AS " + number + ")";
    };
    switch (metric.aggregate) {
      case pack::Aggregate::count:
        cube.parts[metric.id] = {measure(cube, {"CAST(COUNT(" + (value.empty() ? "*" : value) + ")" + filter + " AS BIGINT)", Combine::sum, true}),
                                 {}};
        break;
      case pack::Aggregate::count_distinct: cube.distinct[metric.id] = "CAST(COUNT(DISTINCT " + value + ")" + filter + " AS BIGINT)"; break;
      case pack::Aggregate::sum: cube.parts[metric.id] = {measure(cube, {sum_of("SUM"), Combine::sum, false}), {}}; break;
      case pack::Aggregate::avg: {
        const size_t total = measure(cube, {sum_of("SUM"), Combine::sum, false});
        cube.parts[metric.id] = {total, measure(cube, {"CAST(COUNT(" + value + ")" + filter + " AS BIGINT)", Combine::sum, true})};
        break;
      }
      case pack::Aggregate::min: cube.parts[metric.id] = {measure(cube, {sum_of("MIN"), Combine::min, false}), {}}; break;
      case pack::Aggregate::max: cube.parts[metric.id] = {measure(cube, {sum_of("MAX"), Combine::max, false}), {}}; break;
    }
    return {};
  }

  // Dimensions are those that packs declare. Of people's data a field that a metric's own filter reads is none: "how many below 60" beside "how many
  // pass" would tell a small cell by a difference that no minimum can see.
  void finish(Cube& cube) {
    const std::set<size_t>& outcomes = outcomes_[cube.dataset->id];
    for (const pack::Dimension& dimension : catalogue_.dimensions()) {
      const auto joined = dimension.join.find(cube.dataset->id);
      const size_t field = cube.dataset->field_index(joined == dimension.join.end() ? dimension.id : joined->second);
      if (field >= cube.dataset->fields.size() || field == cube.org || field == cube.period) continue;
      if (!can_be_dimension(cube.dataset->fields[field]) || (cube.min_cell > 0 && outcomes.contains(field))) continue;
      if (cube.dimension(dimension.id) == nullptr) cube.dimensions.push_back({dimension.id, field, dimension.title.zh});
    }
    cube.definition = cube.base_table;
    for (const size_t field : cube.kept_fields()) cube.definition += "|" + cube.dataset->fields[field].id;
    for (const Measure& made : cube.measures) cube.definition += "|" + made.over_rows;
    if (cube.min_cell > 0) {
      cube.weights_table = sql::quote_identifier("rw_" + cube.dataset->id);
      cube.definition += "|withheld below " + std::to_string(cube.min_cell);
    }
    if (!cube.is_of_events()) return;
    if (cube.min_cell > 0 && cube.org && !cube.dataset->person_field.empty()) {
      cube.people_table = sql::quote_identifier("rp_" + cube.dataset->id);
      cube.definition += "|people by school year";
    }
    for (const auto& fields : cube.dataset->rollups) add_part(cube, fields);
    if (!cube.parts_kept.empty()) cube.table = "(" + rollup_select(cube, records_, cube.base_table, "") + ")";
  }

  // A roll-up by some of the fields: by the rows' organisation, by another that the dataset names (the school of a class), or by none.
  static void add_part(Cube& cube, const std::vector<std::string>& fields) {
    Cube part = cube;
    part.parts_kept.clear();
    part.table = sql::quote_identifier("ru_" + cube.dataset->id + "__" + std::to_string(cube.parts_kept.size() + 1));
    part.org.reset();
    const auto has = [&](size_t field) { return std::find(fields.begin(), fields.end(), cube.dataset->fields[field].id) != fields.end(); };
    for (size_t i = 0; i < cube.dataset->fields.size(); ++i)
      if (has(i) && cube.dataset->fields[i].type == FieldType::org) part.org = i;
    std::erase_if(part.dimensions, [&](const CubeDimension& dimension) { return !has(dimension.field); });
    cube.definition += "|by";
    for (const std::string& field : fields) cube.definition += " " + field;
    cube.parts_kept.push_back(std::move(part));
  }

 private:
  Result<std::string> print(const Cube& cube, const expr::Expression& expression) const {
    expr::PrintOptions options;
    options.dialect = dialect_;
    options.environment.now = now_;
    options.column = [&](size_t field) { return "r." + records_.column(cube.dataset->fields[field]); };
    return expression.print(options);
  }

  static size_t measure(Cube& cube, Measure wanted) {
    for (size_t i = 0; i < cube.measures.size(); ++i)
      if (cube.measures[i].over_rows == wanted.over_rows) return i;
    cube.measures.push_back(std::move(wanted));
    return cube.measures.size() - 1;
  }

  const pack::Catalogue& catalogue_;
  const records::Records& records_;
  sql::Dialect dialect_;
  Instant now_;
  std::map<std::string, std::set<size_t>> outcomes_;
};

}  // namespace

std::string key_list(const Cube& cube, const records::Records& records, std::string_view prefix) {
  std::string list;
  for (const size_t field : cube.kept_fields())
    list += (list.empty() ? "" : ", ") + std::string(prefix) + records.column(cube.dataset->fields[field]);
  return list;
}

std::string rollup_select(const Cube& cube, const records::Records& records, const std::string& from, std::string_view where, std::string_view sign) {
  const std::string keys = key_list(cube, records, "r.");
  std::string statement = "SELECT " + keys;
  for (size_t i = 0; i < cube.measures.size(); ++i)
    statement += (keys.empty() && i == 0 ? "" : ", ") + std::string(sign) + cube.measures[i].over_rows + " AS m" + std::to_string(i);
  statement += " FROM " + from + " AS r";
  if (!where.empty()) statement += " WHERE " + std::string(where);
  if (!keys.empty()) statement += " GROUP BY " + keys;
  return statement;
}

const CubeDimension* Cube::dimension(std::string_view id) const {
  for (const CubeDimension& candidate : dimensions)
    if (candidate.id == id) return &candidate;
  return nullptr;
}

std::vector<size_t> Cube::kept_fields() const {
  std::vector<size_t> fields;
  if (period) fields.push_back(*period);
  if (org) fields.push_back(*org);
  for (const CubeDimension& kept : dimensions)
    if (std::find(fields.begin(), fields.end(), kept.field) == fields.end()) fields.push_back(kept.field);
  return fields;
}

bool Cube::has_classes() const {
  if (!org) return false;
  const std::string& kind = dataset->fields[*org].org_kind;
  return kind.empty() || kind == "class";
}

bool Cube::period_is_date() const { return period && dataset->fields[*period].type == FieldType::date; }

Result<std::map<std::string, Cube, std::less<>>> build_cubes(const pack::Catalogue& catalogue, const records::Records& records, sql::Dialect dialect,
                                                             Instant now) {
  CubeMaker maker(catalogue, records, dialect, now);
  std::map<std::string, Cube, std::less<>> cubes;
  std::map<std::string, int> min_cells;
  for (const Metric& metric : catalogue.metrics())
    for (const pack::MetricPart& part : pack::parts_of(catalogue, metric.id)) {
      int& known = min_cells[part.metric->dataset];
      known = std::max(known, part.min_cell);
    }
  for (const Metric& metric : catalogue.metrics()) {
    if (metric.kind != MetricKind::aggregate) continue;
    const pack::Dataset* dataset = catalogue.dataset(metric.dataset);
    if (dataset == nullptr) continue;
    auto found = cubes.find(metric.dataset);
    if (found == cubes.end()) found = cubes.emplace(metric.dataset, maker.begin(*dataset)).first;
    BANMO_DO(maker.add_metric(found->second, metric));
  }
  for (auto& [id, cube] : cubes) {
    cube.min_cell = std::max(cube.min_cell, min_cells[id]);
    maker.finish(cube);
  }
  return cubes;
}

}  // namespace banmo::metrics
