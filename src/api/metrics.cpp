// SPDX-License-Identifier: Apache-2.0
// The semantic layer: metrics, queries, how a figure was computed, the rows behind it.
#include "metrics/metrics.h"

#include "api/builder.h"
#include "api/metric_json.h"
#include "api/metric_query.h"
#include "api/read_note.h"
#include "api/row_json.h"
#include "api/shapes.h"
#include "pack/pack.h"
#include "records/records.h"

namespace banmo::api {
namespace {

constexpr const char* kMetricKindNames[] = {"aggregate", "ratio", "derived"};
constexpr const char* kBetterNames[] = {"up", "down"};

struct DimensionShape {
  std::string id, title;
};
template <class V>
void describe(V& v, DimensionShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
}

struct MetricShape {
  static constexpr const char* kName = "Metric";
  std::string id, pack, title, title_en;
  std::optional<std::string> unit, better;
  std::string kind;
  std::optional<std::string> dataset, dataset_title, dataset_title_en;
  std::vector<DimensionShape> dims;
  std::optional<int> min_cell;
  std::vector<std::string> synonyms;
  std::string definition;
};
template <class V>
void describe(V& v, MetricShape& x) {
  v.field("id", x.id);
  v.field("pack", x.pack);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("unit", x.unit);
  v.field("better", x.better, {.one_of = kBetterNames});
  v.field("kind", x.kind, {.one_of = kMetricKindNames});
  v.field("dataset", x.dataset);
  v.field("dataset_title", x.dataset_title, {.doc = "For those who see figures and no catalogue of datasets."});
  v.field("dataset_title_en", x.dataset_title_en);
  v.field("dims", x.dims);
  v.field("min_cell", x.min_cell);
  v.field("synonyms", x.synonyms);
  v.field("definition", x.definition);
}

struct RowsQuery {
  static constexpr const char* kName = "RowsBehindQuery";
  std::string metric;
  std::optional<Conditions> where;
  std::optional<int> limit;
  std::optional<std::string> after;
};
template <class V>
void describe(V& v, RowsQuery& x) {
  v.field("metric", x.metric, {.max_length = 100});
  v.field("where", x.where);
  v.field("limit", x.limit, {.minimum = 1, .maximum = 1000});
  v.field("after", x.after, {.max_length = 2000});
}

struct ExplanationShape {
  static constexpr const char* kName = "Explanation";
  std::vector<MetricNoteShape> metrics;
  std::vector<FigureSourceShape> sources;
  int64_t n_rows = 0;
  std::string sql;
};
template <class V>
void describe(V& v, ExplanationShape& x) {
  v.field("metrics", x.metrics);
  v.field("sources", x.sources);
  v.field("n_rows", x.n_rows);
  v.field("sql", x.sql);
}

// A value of `where` as text; lists are any-of.
Result<std::vector<std::string>> values_of(const std::string& name, const json::Value& value) {
  if (const auto* list = value.as_array()) {
    std::vector<std::string> all;
    for (const json::Value& item : *list) {
      BANMO_TRY(std::vector<std::string> one, values_of(name, item));
      all.insert(all.end(), one.begin(), one.end());
    }
    return all;
  }
  if (const auto* text = value.as_string()) return std::vector<std::string>{*text};
  if (value.as_int() != nullptr || value.as_double() != nullptr || value.as_bool() != nullptr) return std::vector<std::string>{json::write(value)};
  return fail(ErrorCode::invalid, "metrics.bad_condition",
              {"条件的值须是文字、数字或它们的列表", "the value of a condition must be text, a number, or a list of them"}, "$.where." + name);
}

Result<ResultShape> run_query(const Call& call, const QueryShape& shape) {
  BANMO_TRY(const metrics::Query query, query_of(shape));
  BANMO_TRY(const metrics::QueryResult result, call.engines.metrics->query(call.principal, query));
  return shape_of(result);
}

Result<ExplanationShape> explain(const Call& call, const QueryShape& shape) {
  BANMO_TRY(const metrics::Query query, query_of(shape));
  BANMO_TRY(const metrics::Explanation found, call.engines.metrics->explain(call.principal, query));
  ExplanationShape out;
  for (const auto& note : found.metrics) out.metrics.push_back(shape_of(note));
  for (const auto& source : found.sources) out.sources.push_back(shape_of(source));
  out.n_rows = found.n_rows;
  out.sql = found.sql;
  return out;
}

// The dataset whose rows a metric counts: for a ratio, those of its denominator.
const pack::Dataset* dataset_of(const pack::Catalogue& catalogue, const pack::Metric* metric) {
  for (int depth = 0; metric != nullptr && depth < 8; ++depth) {
    if (metric->kind == pack::MetricKind::aggregate) return catalogue.dataset(metric->dataset);
    metric = catalogue.metric(metric->kind == pack::MetricKind::ratio ? metric->denominator
                              : metric->operands.empty()              ? std::string()
                                                                      : metric->operands.front().metric);
  }
  return nullptr;
}

Result<List<RowShape>> rows_behind(const Call& call, const RowsQuery& query) {
  const pack::Dataset* dataset = dataset_of(*call.engines.catalogue, call.engines.catalogue->metric(query.metric));
  if (dataset == nullptr) return fail(ErrorCode::not_found, "metrics.unknown_metric", {"没有这个指标", "no such metric"}, "$.metric");
  records::PageRequest request;
  request.limit = query.limit.value_or(50);
  request.after = query.after.value_or("");
  for (const auto& [name, value] : query.where.value_or(Conditions{})) {
    BANMO_TRY(std::vector<std::string> values, values_of(name, value.value));
    const bool level = name == "city" || name == "district" || name == "school" || name == "class";
    request.filters.push_back({level ? dataset->org_field : name, records::FilterOp::in, std::move(values)});
  }
  BANMO_TRY(const records::Page page, call.engines.records->rows(call.principal, dataset->id, request));
  BANMO_DO(note_rows(call, *dataset, "rows.read", "metric=" + query.metric + "; " + what_of_page(*dataset, request, page), page.rows.size()));
  return page_json(call.engines, *dataset, page);
}

Result<List<MetricShape>> list_metrics(const Call& call) {
  List<MetricShape> list;
  for (const pack::Metric* metric : call.engines.metrics->visible(call.principal)) {
    MetricShape shape;
    shape.id = metric->id;
    shape.pack = metric->pack;
    shape.title = metric->title.zh;
    shape.title_en = metric->title.en;
    shape.kind = name_of(metric->kind);
    shape.synonyms = metric->synonyms;
    shape.definition = metric->definition;
    if (!metric->unit.empty()) shape.unit = metric->unit;
    if (!metric->better.empty()) shape.better = metric->better;
    if (const pack::Dataset* dataset = dataset_of(*call.engines.catalogue, metric)) {
      shape.dataset = dataset->id;
      shape.dataset_title = dataset->title.zh;
      shape.dataset_title_en = dataset->title.en;
    }
    for (const auto& [id, title] : call.engines.metrics->dimensions_of(*metric)) shape.dims.push_back({id, title});
    if (metric->min_cell > 0) shape.min_cell = metric->min_cell;
    list.items.push_back(std::move(shape));
  }
  return list;
}

}  // namespace

Result<metrics::Query> query_of(const QueryShape& shape) {
  metrics::Query query;
  query.metrics = shape.metrics;
  query.by = shape.by.value_or(std::vector<std::string>{});
  for (const auto& [name, value] : shape.where.value_or(Conditions{})) {
    BANMO_TRY(std::vector<std::string> values, values_of(name, value.value));
    query.where.push_back({name, std::move(values)});
  }
  if (shape.time)
    query.time = {shape.time->grain.value_or(""), shape.time->from.value_or(""), shape.time->to.value_or(""), shape.time->last.value_or(0)};
  query.order = shape.order.value_or("");
  query.limit = shape.limit.value_or(1000);
  query.compare = shape.compare.value_or("");
  query.share = shape.share.value_or(false);
  return query;
}

void add_metric_routes(Builder& builder) {
  builder.tag("metrics");
  builder.route<List<MetricShape>>(
      {.method = "GET", .path = "/metrics", .operation = "list_metrics", .summary = {"指标", "Metrics"}, .permission = "metrics.read"}, list_metrics);
  builder.route<QueryShape, ResultShape>({.method = "POST",
                                          .path = "/metrics/query",
                                          .operation = "query_metrics",
                                          .summary = {"按维度查询指标", "Ask metrics by dimensions"},
                                          .permission = "metrics.read"},
                                         run_query);
  builder.route<QueryShape, ExplanationShape>({.method = "POST",
                                               .path = "/metrics/explain",
                                               .operation = "explain_metrics",
                                               .summary = {"数字是怎么算出来的", "How a figure was computed"},
                                               .permission = "metrics.read"},
                                              explain);
  builder.route<RowsQuery, List<RowShape>>({.method = "POST",
                                            .path = "/metrics/rows",
                                            .operation = "rows_behind",
                                            .summary = {"数字背后的数据行", "The rows behind a figure"},
                                            .permission = "datasets.read"},
                                           rows_behind);
}

}  // namespace banmo::api
