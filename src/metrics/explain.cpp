// SPDX-License-Identifier: Apache-2.0
// "How computed": from a figure back to its definition, dataset, batches and files.
#include <algorithm>
#include <map>
#include <set>

#include "metrics/engine.h"
#include "metrics/shown.h"

namespace banmo::metrics {
namespace {

const char* name_of(pack::Aggregate aggregate) {
  switch (aggregate) {
    case pack::Aggregate::count: return "count";
    case pack::Aggregate::count_distinct: return "count distinct";
    case pack::Aggregate::sum: return "sum";
    case pack::Aggregate::avg: return "avg";
    case pack::Aggregate::min: return "min";
    case pack::Aggregate::max: return "max";
  }
  return "";
}

std::string formula_of(const pack::Metric& metric) {
  switch (metric.kind) {
    case pack::MetricKind::aggregate:
      return std::string(name_of(metric.aggregate)) + "(" + (metric.expression ? metric.expression->text() : "*") + ")";
    case pack::MetricKind::ratio:
      return metric.numerator + " / " + metric.denominator + (metric.scale == 1 ? "" : " * " + std::to_string(static_cast<int64_t>(metric.scale)));
    case pack::MetricKind::derived: return metric.derivation ? metric.derivation->text() : "";
  }
  return "";
}

void add_note(const Engine& engine, const pack::Metric& metric, std::vector<MetricNote>& notes, std::set<std::string>& seen) {
  if (!seen.insert(metric.id).second) return;
  MetricNote note{metric.id, metric.title.zh, metric.definition, formula_of(metric), metric.dataset, {}};
  if (metric.filter) note.filters.push_back(metric.filter->text());
  notes.push_back(std::move(note));
  std::vector<std::string> parts;
  if (metric.kind == pack::MetricKind::ratio) parts = {metric.numerator, metric.denominator};
  for (const auto& operand : metric.operands) parts.push_back(operand.metric);
  for (const std::string& part : parts)
    if (const pack::Metric* below = engine.catalogue->metric(part)) add_note(engine, *below, notes, seen);
}

// A derived dataset's rows come from no file: the files are those of the datasets that it is made from.
void base_datasets(const pack::Catalogue& catalogue, const pack::Dataset& dataset, std::set<std::string>& found, int depth) {
  if (!dataset.select || depth > 8) {
    found.insert(dataset.id);
    return;
  }
  for (const std::string& table : dataset.select->tables())
    if (const pack::Dataset* below = catalogue.dataset(table); below != nullptr && below->kind != pack::DatasetKind::reference)
      base_datasets(catalogue, *below, found, depth + 1);
}

// The question's conditions as far as a source dataset has the fields: a file counts if any row of it that the question could have reached is there.
Asked narrowed(const Asked& asked, const Cube& source) {
  Asked kept = asked;
  std::erase_if(kept.where, [&](const AskedCondition& condition) {
    return condition.dimension.axis == Axis::org_level ? !source.org.has_value() : source.dimension(condition.dimension.id) == nullptr;
  });
  return kept;
}

Cube cube_over(const pack::Catalogue& catalogue, const records::Records& records, const pack::Dataset& dataset) {
  Cube cube;
  cube.dataset = &dataset;
  cube.base_table = cube.table = records.table(dataset.id);
  if (!dataset.org_field.empty()) cube.org = dataset.field_index(dataset.org_field);
  if (!dataset.period_field.empty()) cube.period = dataset.field_index(dataset.period_field);
  for (const pack::Dimension& dimension : catalogue.dimensions())
    if (const size_t field = dataset.field_index(dimension.id); field < dataset.fields.size() && field != cube.org && field != cube.period)
      cube.dimensions.push_back({dimension.id, field, dimension.title.zh});
  return cube;
}

// Rows are counted for those who may see them: for others a count under a condition would tell a withheld cell. They are told the files of the whole
// dataset.
bool may_count(const Engine& engine, const Principal& principal, const Query& query, const Asked& asked, const std::vector<const Cube*>& cubes) {
  return std::all_of(cubes.begin(), cubes.end(), [&](const Cube* cube) {
    const auto how = shown(engine, principal, *cube, engine.figures_scope(principal, *cube), used_fields(engine, query, asked, *cube));
    return how.ok() && *how == Shown::whole;
  });
}

}  // namespace

Result<Explanation> explain(const Engine& engine, const Principal& principal, const Query& query) {
  Question question(engine, principal, query);
  BANMO_DO(question.answer());  // refuses what the principal may not ask
  Explanation explanation;
  std::set<std::string> seen, bases;
  std::vector<const Cube*> cubes;
  for (const std::string& id : query.metrics) {
    add_note(engine, *engine.catalogue->metric(id), explanation.metrics, seen);
    for (const Cube* cube : engine.cubes_of(id)) {
      cubes.push_back(cube);
      base_datasets(*engine.catalogue, *cube->dataset, bases, 0);
    }
  }
  BANMO_TRY(const Asked asked, resolve(query, cubes, *engine.catalogue, *engine.directory.orgs()));
  const bool counts = may_count(engine, principal, query, asked, cubes);
  const Asked everything;
  for (const std::string& id : bases) {
    const Cube source = cube_over(*engine.catalogue, engine.records, *engine.catalogue->dataset(id));
    sql::Values parameters;
    BANMO_TRY(const std::string where,
              engine.printer(source).where(counts ? narrowed(asked, source) : everything, counts ? asked.periods : everything.periods,
                                           engine.figures_scope(principal, source), -1, "", parameters));
    BANMO_TRY(const auto sources, engine.records.unscoped_sources(id, where, parameters));
    for (const auto& from : sources) {
      const bool edited = from.batch == 0;  // rows written one by one come from no file
      explanation.sources.push_back(
          {std::to_string(from.batch), edited ? "单行编辑 single edits" : from.file_name, from.at, counts ? from.n_rows : 0});
      explanation.n_rows += counts ? from.n_rows : 0;
    }
  }
  for (const std::string& statement : question.statements()) explanation.sql += (explanation.sql.empty() ? "" : ";\n") + statement;
  return explanation;
}

}  // namespace banmo::metrics
